"""`planner explain --way-out` over files: what it says, as data, and its exit codes."""

import shlex

import pytest

from planner.cli import explain_way_out
from planner.explain.wayout import Status

GUEST = """\
# yaml-language-server: $schema=../../schema.json
tenant: neighbour
workloads:
  - id: neighbour/blade
    type: town-storage-shelf
    draw: {budget_w: 400}
    protection: {availability: sehr-hoch}
"""
ACTIONS = """\
# yaml-language-server: $schema=../schema.json
actions:
  - id: wall
    name: A wall for hall 1
    eur: 2500
    days: 40
    patch: {rooms: [{id: hall-1, may_host: {availability: sehr-hoch}}]}
  - {id: permit, eur: 100, days: 50}
  - id: promise
    name: Less protection will do
    eur: 2400
    days: 0
    requires: [permit]
    patch: {workloads: [{id: neighbour/blade, protection: {availability: hoch}}]}
"""


@pytest.fixture
def guest(starter):
    """The starter estate with a guest whose shelf no room may host, and what could be done."""
    folder = starter / "inventory/first"
    (folder / "workloads/guest.yaml").write_text(GUEST, encoding="utf-8")
    (folder / "actions.yaml").write_text(ACTIONS, encoding="utf-8")
    return starter


def ask(planner, *words):
    return planner("explain", "--way-out", "--as-of", "2026-11-01", "--time-limit", "5m", *words)


def test_ways_in_words(planner, guest):
    ran = ask(planner, "-e", "first")
    assert ran.code == 0
    assert ran.out == (
        "without any action:\n"
        "  unplaced `neighbour/blade-1`  no rack can take it: tenancy.protection in 6 racks\n"
        "the cheapest way out (proven): 2500 EUR, 40 days\n"
        "  wall  2500 EUR  40 days  A wall for hall 1\n"
        "  try it: `planner plan --dry-run --as-of 2026-11-01 -e first --with wall`\n"
        "otherwise: 2500 EUR, 50 days\n"
        "  permit    100 EUR  50 days\n"
        "  promise  2400 EUR  at once  Less protection will do\n"
        "  try it: `planner plan --dry-run --as-of 2026-11-01 -e first --with permit"
        " --with promise`\n"
        "4 sets of actions looked at, 2 planned with\n"
    )


def test_the_command_it_names_places_everything(planner, guest):
    found = ask(planner, "--alternatives", "0", "--format", "json").json
    assert (found["kind"], found["status"], found["complete"]) == ("way-out", "cheapest", True)
    assert found["estate"] == "first"
    (way,) = found["ways"]
    assert way["cost_cents"] == 250_000
    words = shlex.split(way["command"])
    assert words[:3] == ["planner", "plan", "--dry-run"]
    assert planner("plan", "--dry-run", "--as-of", "2026-11-01").code == 1
    assert planner(*words[1:]).code == 0


def test_on_top_of_what_is_done_already(planner, guest):
    ran = ask(planner, "--with", "permit", "neighbour/blade-1")
    assert ran.code == 0
    assert "way out (proven): 2400 EUR, at once\n" in ran.out
    assert "--with permit --with promise`" in ran.out


def test_no_way_out_exits_with_1(planner, guest, edit):
    ran = ask(planner, "--max-actions", "1", "--with", "permit")
    assert ran.code == 0
    edit(guest / "inventory/first/actions.yaml", "sehr-hoch", "hoch")
    ran = ask(planner, "--max-actions", "1")
    assert ran.code == 1
    assert ran.out.splitlines()[-1] == (
        "no way out (proven): no set of at most 1 action that goes together helps;"
        " 3 sets of actions looked at, 1 planned with"
    )


def test_what_is_not_known_exits_with_4(planner, guest, monkeypatch):
    find = explain_way_out._find
    monkeypatch.setattr(
        explain_way_out,
        "_find",
        lambda *words: find(*words)._replace(status=Status.NOT_FOUND, ways=()),
    )
    assert ask(planner).code == 4


def test_an_estate_without_prices(planner, starter):
    ran = ask(planner)
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: `first` prices no actions\n\nhint: declare some under `actions:`\n"
    )


@pytest.mark.parametrize("subject", ["neighbour/none", "none-x", "none-1"])
def test_an_unknown_workload(planner, guest, subject):
    ran = ask(planner, subject)
    assert ran.code == 2
    assert ran.err == (f"error[usage]: `{subject}` is no workload or instance of `first`\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--alternatives", "2"], "--alternatives and --max-actions go with --way-out"),
        (["--max-actions", "2"], "--alternatives and --max-actions go with --way-out"),
        (["--way-out", "--conflict"], "--way-out answers for every rack, and alone"),
        (["--way-out", "--on", "hall-1-a01"], "--way-out answers for every rack, and alone"),
    ],
)
def test_options_that_do_not_go_together(planner, guest, words, message):
    ran = planner("explain", "neighbour/blade", *words)
    assert (ran.code, ran.err.splitlines()[0]) == (2, f"error[usage]: {message}")
