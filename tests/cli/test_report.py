"""`planner report`: the page in a file, the document on stdout, exit codes."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import DAY

PAGE = "reports/first.html"
SITE = "inventory/first/sites/main.yaml"


def test_the_page_is_written_and_its_path_printed(planner, planned):
    ran = planner("report", "--as-of", DAY)
    assert (ran.code, ran.out) == (0, f"{PAGE}\n")
    assert ran.err.startswith("first holds on 2026-11-01: ")
    page = (planned / PAGE).read_text(encoding="utf-8")
    assert "<strong>first holds on 2026-11-01: " in page
    assert "<code>planner fail --as-of 2026-11-01</code>" in page
    assert list((planned / "reports").iterdir()) == [planned / PAGE]


def test_the_same_page_from_the_same_input(planner, planned):
    assert planner("report", "--as-of", DAY).code == 0
    first = (planned / PAGE).read_bytes()
    assert planner("report", "--as-of", DAY, "-o", "other/page.html").out == "other/page.html\n"
    assert (planned / "other/page.html").read_bytes() == first


def test_a_page_of_what_does_not_hold_exits_with_1(planner, planned, edit):
    edit(planned / SITE, "kw: 20, kva: 20", "kw: 3, kva: 3")
    ran = planner("report", "--as-of", DAY)
    assert (ran.code, ran.out) == (1, f"{PAGE}\n")
    page = (planned / PAGE).read_text(encoding="utf-8")
    assert "first does not hold (2026-11-01): " in page
    assert "The layout is stale" in page


def test_a_page_of_a_stale_layout_exits_with_3(planner, planned, edit):
    edit(planned / SITE, "kw: 20, kva: 20", "kw: 21, kva: 21")
    assert planner("report", "--as-of", DAY).code == 3


def test_as_json(planner, planned):
    ran = planner("report", "--as-of", DAY, "--format", "json")
    found = ran.json
    assert (found["version"], found["kind"], found["estate"], found["holds"]) == (
        1, "report", "first", True,
    )  # fmt: skip
    assert found["check"]["violations"] == found["unplaced"] == []
    assert {"kind": "ups", "losses": 2, "not_survived": 0} in found["failures"]["by_kind"]
    assert found["tiers"][0]["optimal"]
    assert not (planned / "reports").exists()


def test_a_folder_that_cannot_be_written(planner, planned):
    (planned / "reports").write_text("a file", encoding="utf-8")
    ran = planner("report", "--as-of", DAY)
    assert ran.code == 2
    assert ran.err.startswith("error[file]: cannot use `reports`")


def test_without_a_layout(planner, starter):
    ran = planner("report")
    assert ran.code == 2
    assert "there is no layout `layouts/first.lock.yaml`" in ran.err


@pytest.mark.parametrize("words", [("--format", "text"), ("--format", "pdf")])
def test_other_formats_are_refused(planner, planned, words):
    ran = planner("report", *words)
    assert ran.code == 2
    assert "is not one of 'html', 'json'" in ran.err


def test_the_page_on_documents_names_the_keys(planner, planned):
    found = planner("report", "--as-of", DAY, "--format", "json").json
    text = (Path(__file__).parents[2] / "docs/reference/json.md").read_text(encoding="utf-8")
    table = text.partition("## `report`")[2].partition("## ")[0]
    rows = [line.split(" | ")[0] for line in table.splitlines()]
    assert found.keys() - {"version", "kind"} == {
        key for row in rows for key in re.findall(r"`([a-z_]+)`", row)
    }
