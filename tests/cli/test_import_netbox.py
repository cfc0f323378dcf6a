"""`planner import netbox` and `planner export netbox|csv` as they are typed."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

DUMP = Path(__file__).parent.parent / "importers" / "data" / "netbox-demo-v3.6.json.gz"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_import_then_validate_plan_and_check(planner, here):
    ran = planner("import", "netbox", DUMP, "-o", "demo")
    assert ran.code == 0, ran.err
    assert "demo: 24 sites, 42 racks, 72 instances of 72 workloads" in ran.out
    assert "findings: inventory/demo/.import/netbox.findings.txt" in ran.out
    assert planner("validate").code == 0
    assert planner("plan", "--as-of", "2026-11-01", "--workers", "1").code == 0
    assert planner("check", "--as-of", "2026-11-01").code == 0


def test_every_finding_is_in_the_file(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    ran = planner("import", "netbox", DUMP, "-o", "./demo", "--format", "json")
    lines = (here / "demo" / ".import" / "netbox.findings.txt").read_text().splitlines()
    assert len(lines) == len(ran.json["findings"])
    assert any(line.startswith("imputed[assumed-mass-g]") for line in lines)
    assert ran.json["changes"] == []


def test_a_second_import_says_that_nothing_changed(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    ran = planner("import", "netbox", DUMP, "-o", "./demo")
    assert "nothing changed; wrote 0 files in demo" in ran.out
    assert ran.code == 0


def test_a_dry_run_says_everything_and_writes_nothing(planner, here):
    ran = planner("import", "netbox", DUMP, "-o", "./demo", "--dry-run")
    assert ran.code == 0
    assert "added; would write 45 files in demo" in ran.out
    assert list(here.iterdir()) == []


def edited(here, **fields):
    objects = json.loads(gzip.decompress(DUMP.read_bytes()))
    device = next(o for o in objects if (o["model"], o["pk"]) == ("dcim.device", 1))
    device["fields"] |= fields
    (here / "edited.json").write_text(json.dumps(objects))
    return "edited.json"


def test_a_conflict_is_said_and_exits_with_1(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    path = here / "demo" / "standing" / "dm-akron.yaml"
    path.write_text(path.read_text().replace("position: 4,", "position: 6,"))
    ran = planner("import", "netbox", edited(here, position="5.0"), "-o", "./demo")
    assert ran.code == 1
    assert (
        "standing/dm-akron.yaml: conflict standing `dunder-mifflin/dmi01-akron-rtr01-1` position:"
        " 6 -> 5 (edited by hand: kept)" in ran.out
    )
    assert "1 conflict" in ran.out
    assert "position: 6," in path.read_text()


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_an_estate_that_does_not_validate_afterwards_exits_with_2(planner, here, dry):
    planner("import", "netbox", DUMP, "-o", "./demo")
    path = here / "demo" / "standing" / "dm-akron.yaml"
    path.write_text(path.read_text().replace("position: 4,", "position: 99,"))
    ran = planner("import", "netbox", DUMP, "-o", "./demo", *dry)
    assert ran.code == 2
    assert "demo/standing/dm-akron.yaml:4" in ran.err
    assert "1 problem in the inventory" in ran.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no JSON"),
        (b"{}", "is no NetBox dump"),
        (b"[1]", "is no NetBox dump"),
        (b"[]", "holds nothing of a NetBox"),
        (b"\x1f\x8bnonsense", "cannot be read"),
        (b"[" * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_dump_is_refused(planner, here, content, message):
    (here / "x.json").write_bytes(content)
    ran = planner("import", "netbox", "x.json", "-o", "./demo")
    assert ran.code == 2
    assert message in ran.err
    assert not (here / "demo").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("netbox", "nothing.json", "-o", "./demo"), "`nothing.json` does not exist"),
        (("netbox", str(DUMP), "-o", "./de mo"), "`de mo` is no name for an estate"),
        (("netbox", str(DUMP)), "Missing option '-o' / '--output'"),
        (("netbx", "x"), "did you mean `planner import netbox`?"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(planner, here, words, message):
    ran = planner("import", *words)
    assert ran.code == 2
    assert message in ran.err


def test_the_help_lists_the_sources(planner):
    ran = planner("import", "--help")
    assert ran.code == 0
    assert "netbox" in ran.out


def test_export_and_import_back(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    ran = planner("export", "netbox", "-e", "demo", "-o", "out")
    assert ran.code == 0, ran.err
    assert "files to out" in ran.out
    assert "there is no layout: what stands was written" in ran.err
    assert planner("import", "netbox", "out", "-o", "./again").code == 0
    first, again = (
        planner("export", "json", "-e", name, "--no-layout").json["as_built"]["standing"]
        for name in ("demo", "again")
    )
    assert {key: one["place"] for key, one in first.items()} == {
        key: one["place"] for key, one in again.items()
    }


def test_an_export_takes_away_the_files_of_the_one_before(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    (here / "out").mkdir()
    (here / "out" / "99-old.csv").write_text("a\n")
    (here / "out" / "mine.txt").write_text("stays\n")
    planner("export", "netbox", "-e", "demo", "-o", "out")
    names = {path.name for path in (here / "out").iterdir()}
    assert "99-old.csv" not in names
    assert {"mine.txt", "10-devices.csv"} <= names


def test_the_flat_table_goes_to_stdout_or_to_a_file(planner, here):
    planner("import", "netbox", DUMP, "-o", "./demo")
    ran = planner("export", "csv", "-e", "demo")
    assert len(list(csv.DictReader(io.StringIO(ran.out)))) == 72
    planner("export", "csv", "-e", "demo", "-o", "x.csv")
    assert (here / "x.csv").read_bytes().count(b"\r\n") == 73


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("netbox",), "`export netbox` writes a folder of CSV files"),
        (("netbox", "-o", "file"), "`file` is a file"),
        (("csv", "-o", "demo"), "`demo` is a folder"),
        (("json", "-o", "demo"), "`demo` is a folder"),
    ],
)
def test_where_an_export_cannot_go(planner, here, words, message):
    planner("import", "netbox", DUMP, "-o", "./demo")
    (here / "file").write_text("")
    ran = planner("export", *words, "-e", "demo")
    assert ran.code == 2
    assert message in ran.err


def test_what_is_left_out_exits_with_1(planner, here):
    ran = planner("import", "netbox", edited(here, position="99.0"), "-o", "./demo")
    assert ran.code == 1
    assert "error[device-position] dcim.device 1 dmi01-akron-rtr01" in ran.out
    assert planner("validate", "-e", "demo").code == 0
