"""What scenarios of several losses take away, what they are called, and what follows of them."""

import pytest

from planner.check.grid import Grid
from planner.check.wording import lost
from planner.model.continuity import Combination, Domain
from planner.model.scenarios import NORMAL, Scenario, iter_alone
from tests.builders import (
    change,
    estate,
    feed,
    group,
    node,
    rack,
    site,
    switch,
    unit,
    with_items,
)
from tests.check.random_cases import random_case

TWO = estate(
    group(),
    site("s1", continuity_group="g"),
    site("s2", continuity_group="g"),
    site("s3"),
    rack("r1", "row1", "room1", "s1"),
    rack("r2", "row2", "room2", "s2"),
    rack("r3", "row3", "room3", "s3"),
    feed("f1", "r1", site="s1"),
    feed("f2", "r2", site="s2"),
    feed("f3", "r3", site="s3"),
    unit("u2", 1000, site="s2"),
)


def lost_of(grid, scenario):
    found = grid.lost_in(scenario)
    return {grid.nodes[n].id for n in found.nodes}, found.racks, found.units


@pytest.mark.parametrize(
    ("scenario", "nodes", "racks", "units"),
    [
        (Scenario(NORMAL), set(), set(), set()),
        # What is of the network only takes no equipment away.
        (Scenario("duct", "d"), set(), set(), set()),
        (Scenario("site", alone="s1"), {"f2", "f3"}, {"r2", "r3"}, {"u2"}),
        (Scenario("carrier", "c", alone="s2"), {"f1", "f3"}, {"r1", "r3"}, set()),
        (Scenario("feed", "f1", alone="s1"), {"f1", "f2", "f3"}, {"r2", "r3"}, {"u2"}),
        (
            Scenario("pair", "x", domains=(Domain("rack", "r1"), Domain("cooling_unit", "u2"))),
            {"f1"},
            {"r1"},
            {"u2"},
        ),
        (
            Scenario("combination", "x", domains=(Domain("feed", "f1"), Domain("duct", "d"))),
            {"f1"},
            set(),
            set(),
        ),
    ],
)
def test_what_several_losses_take_away(scenario, nodes, racks, units):
    assert lost_of(Grid(TWO), scenario) == (nodes, racks, units)


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario("site", "s1"), "site `s1` is lost"),
        (Scenario("combination", "flood", domains=(Domain("rack", "r1"),)), None),
        (Scenario("site", alone="s1"), "site `s1` stands alone"),
        (Scenario("ups", "u", alone="s1"), "site `s1` stands alone and UPS `u` is lost"),
        (
            Scenario("pair", "x", domains=(Domain("rack", "r1"), Domain("feed", "f"))),
            "rack `r1` and feed `f` are lost",
        ),
    ],
)
def test_how_a_loss_is_told(scenario, words):
    assert lost(scenario) == (words or "combination `flood` is lost")


def test_named_combination_is_a_scenario_of_its_own():
    grid = Grid(with_items(TWO, Combination(id="x", domains=(Domain("site", "s1"),))))
    (moment,) = grid.moments(Scenario("combination", "x", domains=(Domain("site", "s1"),)))
    assert {grid.nodes[n].id for n in moment.off} == {"f1"}


def test_node_fed_as_usual_again_after_one_more_loss():
    """`top` loses the utility and starts late; `low` then leaves it for its own source."""
    e = estate(
        group(),
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        node("grid", "utility", site="s2"),
        node("gen", "generator", start_s=15),
        node("other", "utility"),
        switch("top", "grid", "gen"),
        switch("low", "top", "other"),
        node("panel", "panel", "low"),
    )
    grid = Grid(e)
    panel = grid.index["panel"]
    alone = grid.touched(grid.lost_in(Scenario("site", alone="s1")).nodes, "s1")
    assert alone[panel].gap_ms == 15_000
    more = Scenario("transfer_switch", "top", alone="s1")
    states = grid.touched(grid.lost_in(more).nodes, "s1")
    assert panel not in states
    assert states[grid.index["low"]].feeder == grid.index["other"]


@pytest.mark.parametrize("first", range(0, 100, 25))
def test_losses_followed_from_a_site_alone_equal_recomputed(first):
    num_scenarios = 0
    for seed in range(first, first + 25):
        e, _, _ = random_case(seed)
        members = [change(one, continuity_group="g") for one in e.sites.values()]
        e = with_items(e, group(), *members)
        grid = Grid(e)
        for scenario in iter_alone(e):
            num_scenarios += 1
            nodes = grid.lost_in(scenario).nodes
            full = grid.feeding(nodes)
            expected = {n: s for n, s in enumerate(full) if s != grid.normal[n]}
            assert grid.touched(nodes, scenario.alone) == expected
    assert num_scenarios > 25 * 5
