"""`planner fail`: the worst losses, pairs, one in full, as text and as JSON."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from planner.simulate.pairs import PairSweep
from planner.simulate.simulator import Simulator
from tests.cli.conftest import DAY


def test_the_worst_losses_first(planner, planned):
    ran = planner("fail", "--as-of", DAY, "--top", 2)
    assert ran.code == 0
    assert ran.out == (
        "first on 2026-11-01: 39 losses; 11 with an effect, the worst first\n"
        "\n"
        "1. loss of site `main`\n"
        "   equipment   9 down\n"
        "   too few     `neighbour/backup` 0 of 1 up; `town/storage` 0 of 1 up; "
        "`town/vm-host` 0 of 1 up\n"
        "   tenants     neighbour, town\n"
        "\n"
        "2. loss of fire compartment `fire-1`\n"
        "   equipment   5 down\n"
        "   too few     `neighbour/backup` 0 of 1 up\n"
        "   tenants     neighbour, town\n"
        "\n"
        "9 more losses with an effect; --top 0 lists all\n"
        "28 losses without effect: 12 feeds, 4 panels, 4 cooling units, 2 transfer switches, "
        "2 UPS, 2 racks, 1 generator, 1 utility\n"
    )
    assert ran.err == "hint: `planner fail --domain main --as-of 2026-11-01` shows one in full\n"


def test_the_command_that_shows_one_in_full_can_be_typed(planner, planned):
    words = planner("fail", "--as-of", DAY).err.split("`")[1].split()
    ran = planner(*words[1:])
    assert ran.code == 0
    assert ran.out.startswith("first: loss of site `main`, on 2026-11-01\n\nworkloads with too few")


def test_only_some_kinds(planner, planned):
    found = planner("fail", "--as-of", DAY, "--kind", "ups", "--kind", "room", "--format", "json")
    assert found.code == 0
    document = found.json
    assert (document["kind"], document["version"], document["num_swept"]) == ("fail", 1, 4)
    assert document["without_effect"] == {"ups": 2}
    assert document["planning_days"] == [DAY]
    assert not document["interrupted"]
    assert [effect["scenario"]["id"] for effect in document["effects"]] == [
        "loss of room hall-1",
        "loss of room hall-2",
    ]


def test_one_domain_in_full(planner, planned):
    ran = planner("fail", "--as-of", DAY, "--domain", "mech-a", "--domain", "mech-b")
    assert ran.out == (
        "first: loss of panel `mech-a` and panel `mech-b`, on 2026-11-01\n"
        "\n"
        "overloaded: 2\n"
        "  cooling zone `zone-1` 2450 of 0 W\n"
        "  cooling zone `zone-2` 2050 of 0 W\n"
        "\n"
        "loads that change most\n"
        "  node                      before  after       limit  use\n"
        "  utility grid              16 725   4725  100 000 VA  4 %\n"
        "  transfer switch switch-a    8363   2363   86 602 VA  2 %\n"
        "  transfer switch switch-b    8363   2363   86 602 VA  2 %\n"
    )


def test_one_domain_as_json(planner, planned):
    found = planner("fail", "--as-of", DAY, "--domain", "hall-1-a01", "--format", "json").json
    loss = found["loss"]
    assert loss["scenario"]["lost"] == [{"kind": "rack", "id": "hall-1-a01"}]
    assert "neighbour/backup-1" in loss["equipment_down"]
    assert {"workload": "neighbour/backup", "up": 0, "needed": 1} in loss["too_few"]
    assert all(load["before"] != load["after"] for load in loss["loads"])


def test_pairs(planner, planned):
    ran = planner("fail", "--as-of", DAY, "--pairs", "--kind", "panel", "--top", 1)
    assert ran.code == 0
    assert ran.out == (
        "first on 2026-11-01: 6 pairs of losses; 2 do more than both alone, the worst first\n"
        "\n"
        "1. loss of panel `mech-a` and panel `mech-b`\n"
        "   overloaded  cooling zone `zone-1` 2450 of 0 W; cooling zone `zone-2` 2050 of 0 W\n"
        "   in all      2 overloads\n"
        "\n"
        "1 more pair of that kind; --top 0 lists all\n"
    )


def test_pairs_as_json(planner, planned):
    found = planner("fail", "--as-of", DAY, "--pairs", "--kind", "panel", "--format", "json").json
    assert (found["num_pairs"], found["num_beyond"], len(found["pairs"])) == (6, 2, 2)
    both = found["pairs"][1]
    assert both["scenario"]["id"] == "loss of pair panel-a and panel-b"
    # Every device hangs on both panels and on nothing else.
    assert both["beyond"]["equipment_down"] == both["equipment_down"]
    assert len(both["equipment_down"]) == 9


def test_nothing_to_sweep_and_nothing_found(planner, planned):
    assert planner("fail", "--as-of", DAY, "--kind", "duct").out == (
        "first on 2026-11-01: 0 losses; 0 with an effect\n"
    )
    assert planner("fail", "--as-of", DAY, "--site-alone").out == (
        "first on 2026-11-01: 0 sites alone, 0 further losses there; 0 add something\n"
    )
    assert planner("fail", "--as-of", DAY, "--domain", "ups-a").out.startswith(
        "first: loss of UPS `ups-a`, on 2026-11-01\n\nnothing is down, moved or overloaded\n"
    )


def test_what_is_wrong_without_any_loss_comes_first(planner, planned, edit):
    edit(planned / "inventory/first/sites/main.yaml", "kw: 20, kva: 20", "kw: 2, kva: 2")
    ran = planner("fail", "--as-of", DAY, "--top", 1)
    assert ran.err.startswith(
        "note: `layouts/first.lock.yaml` is stale; `planner plan` renews it\n"
    )
    assert ran.out.startswith("without any loss\n   overloaded  ")
    before = planner("fail", "--as-of", DAY, "--format", "json").json["without_loss"]
    assert before["scenario"]["id"] == "normal"
    assert before["overloaded"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--domain", "ups-c"), "error[usage]: `ups-c` is no failure domain of `first`"),
        (("--kind", "cat"), "`cat` is no kind: expected utility, transformer, generator, "),
        (("--pairs", "--domain", "x"), "error[usage]: --pairs and --domain do not go together"),
        (("--pairs", "--site-alone"), "error[usage]: --pairs and --site-alone do not go together"),
        (
            ("--site-alone", "--domain", "main"),
            "error[usage]: one site of a continuity group can stand alone: `main` is none",
        ),
    ],
)
def test_bad_input_exits_2(planner, planned, words, message):
    ran = planner("fail", "--as-of", DAY, *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


OTHER_SITE = """site: {id: other, name: Other, continuity_group: pair}
continuity_groups:
  - {id: pair, emergency: {hours: 24, gives_up: [room, row, fire_compartment]}}
"""


@pytest.fixture
def pair_of_sites(planned, edit):
    """The starter's site and one without anything stand in for each other."""
    grouped = "continuity_group: pair, lat: 51.96"
    edit(planned / "inventory/first/sites/main.yaml", "lat: 51.96", grouped)
    path = planned / "inventory/first/sites/other.yaml"
    path.write_text(OTHER_SITE, encoding="utf-8")


def test_sites_alone_and_what_further_losses_add(planner, planned, pair_of_sites):
    words = ("--site-alone", "--kind", "rack", "--kind", "feed", "--top", 1)
    ran = planner("fail", "--as-of", DAY, *words)
    assert ran.out == (
        "first on 2026-11-01: 2 sites alone, 18 further losses there; 4 add something\n"
        "\n"
        "1. site `other` alone\n"
        "   equipment   9 down\n"
        "   too few     `neighbour/backup` 0 of 1 up; `town/storage` 0 of 1 up; "
        "`town/vm-host` 0 of 1 up\n"
        "   tenants     neighbour, town\n"
        "\n"
        "2. site `main` alone\n"
        "   nothing changes\n"
        "\n"
        "3. site `main` alone, loss of rack `hall-1-a01`\n"
        "   equipment   4 down\n"
        "   too few     `neighbour/backup` 0 of 1 up\n"
        "   tenants     neighbour, town\n"
        "   in all      4 instances of equipment down\n"
        "\n"
        "3 more losses that add something; --top 0 lists all\n"
        "14 losses without further effect: 12 feeds, 2 racks\n"
    )
    assert ran.err.endswith(
        "hint: `planner fail --domain other --site-alone --as-of 2026-11-01` shows one in full\n"
    )


def test_sites_alone_as_json(planner, planned, pair_of_sites):
    words = ("--site-alone", "--kind", "rack", "--format", "json")
    found = planner("fail", "--as-of", DAY, *words).json
    assert [effect["scenario"]["alone"] for effect in found["sites_alone"]] == ["other", "main"]
    assert found["without_effect"] == {"rack": 2}
    assert len(found["further"]) == found["num_with_effect"] == 4
    assert found["further"][0]["beyond"]["equipment_down"]


@pytest.mark.parametrize(
    ("extra", "owner", "name"),
    [
        ((), Simulator, "effect"),
        (("--pairs",), PairSweep, "together"),
        (("--site-alone",), Simulator, "effects"),
    ],
)
def test_ctrl_c_keeps_what_was_found(
    planner, planned, pair_of_sites, monkeypatch, extra, owner, name
):
    real, calls = getattr(owner, name), []

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 20:
            os.kill(os.getpid(), signal.SIGINT)
            # The main thread answers the signal.
            time.sleep(0.5)
        return real(*arguments)

    monkeypatch.setattr(owner, name, interrupted)
    ran = planner("fail", "--as-of", DAY, "--format", "json", *extra)
    assert ran.code == 130
    assert "stopping, what was found is shown (Ctrl-C again aborts)" in ran.err
    assert ran.err.endswith("interrupted: this is what was found so far\n")
    assert ran.json["interrupted"]
    assert ran.json["num_left"] > 0


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"


def documented(row):
    """Return the keys that a row of the page on JSON documents names in its second column."""
    text = PAGE.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"| {row} |"))
    second = re.sub(r"\([^)]*\)", "", line.split(" | ")[1])
    return set(re.findall(r"`([a-z_]+)`", second))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("`planner fail`", ()),
        ("`--site-alone`", ("--site-alone",)),
        ("`--pairs`", ("--pairs",)),
        ("`--domain`", ("--domain", "main")),
    ],
)
def test_the_page_on_documents_names_their_keys(planner, planned, row, words):
    found = planner("fail", "--as-of", DAY, "--format", "json", *words).json
    head = {"version", "kind", "estate", "layout", "as_of", "planning_days"}
    assert found.keys() - head == documented(row)


def test_the_page_on_documents_names_the_keys_of_an_effect(planner, planned):
    found = planner("fail", "--as-of", DAY, "--domain", "main", "--format", "json").json["loss"]
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("An **effect**:")[2].partition("`beyond` has")[0]
    named = {
        key
        for line in table.splitlines()
        for key in re.findall(r"`([a-z_]+)`", line.split(" | ")[0])
    }
    assert found.keys() - {"loads"} == named
    assert all(
        set(load) == {"node", "kind", "unit", "look", "before", "after", "limit"}
        for load in found["loads"]
    )
