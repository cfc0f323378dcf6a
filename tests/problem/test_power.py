"""States of the power graph: what is live at each look, what carries what, what cools."""

import pytest

from planner.model.continuity import Domain
from planner.model.power import PowerKind
from planner.model.scenarios import Look, Scenario
from planner.problem.power import PowerGraph
from tests.builders import (
    combination,
    duct,
    estate,
    feed,
    group,
    node,
    rack,
    room,
    site,
    switch,
    unit,
    with_items,
    zone,
)

UTILITY, GENERATOR, UPS, PANEL = (
    PowerKind.UTILITY,
    PowerKind.GENERATOR,
    PowerKind.UPS,
    PowerKind.PANEL,
)


def looks(of, kind, lost):
    """Return the states of a scenario by look."""
    graph = PowerGraph(of)
    return graph, {s.look: s for s in graph.looks(Scenario(kind, lost))}


def live(graph, state):
    """Return the ids of the nodes that are live, by id."""
    return sorted(n.id for n, is_live in zip(graph.nodes, state.live, strict=True) if is_live)


def carrier(graph, state, key):
    """Return the id of the node that carries the load of another, None if none does."""
    n = state.carrier[graph.index_of[key]]
    return None if n < 0 else graph.nodes[n].id


def with_generator(autonomy_min=10, start_s=15, transfer_ms=0, *more):
    """Utility and generator on a switch, a UPS with a feed and a feed without one behind it."""
    return estate(
        rack(),
        node("u", UTILITY),
        node("g", GENERATOR, start_s=start_s),
        switch("s", "u", "g", transfer_ms),
        node("ups", UPS, "s", autonomy_min=autonomy_min),
        feed("a", parent="ups"),
        feed("raw", parent="s"),
        *more,
    )


def test_normal_state():
    graph = PowerGraph(with_generator())
    normal = graph.states[0]
    assert normal.is_normal
    assert live(graph, normal) == ["a", "g", "raw", "s", "u", "ups"]
    assert carrier(graph, normal, "s") == "u"
    assert carrier(graph, normal, "a") == "ups"
    assert carrier(graph, normal, "u") is None
    assert sum(state.is_normal for state in graph.states) == 1


def test_loss_takes_along_what_is_below():
    graph, states = looks(with_generator(), "ups", "ups")
    assert list(states) == [Look.SUSTAINED]
    assert live(graph, states[Look.SUSTAINED]) == ["g", "raw", "s", "u"]


def test_utility_lost_is_looked_at_twice():
    graph, states = looks(with_generator(), "utility", "u")
    before, after = states[Look.INTERRUPTION], states[Look.SUSTAINED]
    # Nothing runs until the generator has started but the UPS, on battery.
    assert live(graph, before) == ["a", "ups"]
    assert carrier(graph, before, "ups") is None
    assert before.battery == {graph.index_of["ups"]}
    assert live(graph, after) == ["a", "g", "raw", "s", "ups"]
    assert carrier(graph, after, "s") == "g"
    assert carrier(graph, after, "ups") == "s"


@pytest.mark.parametrize(
    ("autonomy_min", "start_s", "is_live"), [(1, 60, True), (1, 61, False), (0, 15, False)]
)
def test_battery_lasts_until_the_generator_is_there(autonomy_min, start_s, is_live):
    graph, states = looks(with_generator(autonomy_min, start_s), "utility", "u")
    assert ("a" in live(graph, states[Look.INTERRUPTION])) is is_live
    assert "a" in live(graph, states[Look.SUSTAINED])


def test_transfer_time_adds_to_the_start():
    # 59 s + 1 s of the switch are still within a minute, 1 ms more is not.
    for transfer_ms, is_live in ((1000, True), (1001, False)):
        graph, states = looks(with_generator(1, 59, transfer_ms), "utility", "u")
        assert ("a" in live(graph, states[Look.INTERRUPTION])) is is_live


@pytest.mark.parametrize(("transfer_ms", "is_live"), [(20, True), (21, False)])
def test_switch_must_be_fast_enough(transfer_ms, is_live):
    e = estate(
        rack(),
        node("ups-1", UPS),
        node("catcher", UPS),
        switch("s", "ups-1", "catcher", transfer_ms),
        feed("a", parent="s"),
    )
    graph, states = looks(e, "ups", "ups-1")
    assert ("a" in live(graph, states[Look.INTERRUPTION])) is is_live
    assert "a" in live(graph, states[Look.SUSTAINED])
    # Losing the catcher transfers nothing.
    assert list(looks(e, "ups", "catcher")[1]) == [Look.SUSTAINED]


def test_battery_covers_no_dead_parent():
    e = estate(node("u", UTILITY), node("p", PANEL, "u"), node("ups", UPS, "p", autonomy_min=60))
    graph, states = looks(e, "panel", "p")
    assert live(graph, states[Look.SUSTAINED]) == ["u"]


def test_gap_of_nested_switches_adds_up():
    # inner: b, else c (8 ms); outer: a, else inner (8 ms).
    parts = [node(key, UPS, site="s1") for key in ("a", "b", "c")]
    nested = [switch("inner", "b", "c", 8), switch("outer", "a", "inner", 8)]
    e = estate(rack(), *parts, *nested, feed("f", parent="outer"))
    graph, states = looks(e, "ups", "a")
    assert carrier(graph, states[Look.SUSTAINED], "outer") == "inner"
    assert carrier(graph, states[Look.SUSTAINED], "inner") == "b"
    assert "f" in live(graph, states[Look.INTERRUPTION])
    # a and b stand in one room: both switches change, 16 ms, and 22 ms if they take 11 ms each.
    for ms, is_live in ((10, True), (11, False)):
        parts = [node(key, UPS, room="room1" if key != "c" else "room2") for key in ("a", "b", "c")]
        nested = [switch("inner", "b", "c", ms), switch("outer", "a", "inner", ms)]
        e = estate(
            rack("r1", "row2", "room2"),
            room("room1"),
            room("room2"),
            *parts,
            *nested,
            feed("f", parent="outer"),
        )
        graph, states = looks(e, "room", "room1")
        assert ("f" in live(graph, states[Look.INTERRUPTION])) is is_live
        assert carrier(graph, states[Look.SUSTAINED], "inner") == "c"


def test_generator_that_feeds_something_runs():
    # The generator is the source of panel p at all times: the switch finds it running.
    e = with_generator(0, 15, 10, node("p", PANEL, "g"))
    graph, states = looks(e, "utility", "u")
    assert "raw" in live(graph, states[Look.INTERRUPTION])


def test_cord_on_a_generator_that_stands_still_is_dead_in_an_interruption():
    e = with_generator(10, 15, 0)
    graph, states = looks(e, "utility", "u")
    assert "g" not in live(graph, states[Look.INTERRUPTION])
    assert "g" in live(graph, states[Look.SUSTAINED])


def test_loss_of_a_place_loses_what_stands_in_it():
    e = estate(
        rack("r1"),
        rack("r2", "row2", "room2"),
        room("room1", fire_compartment="fc"),
        room("room2", fire_compartment="fc"),
        room("room3", fire_compartment="other"),
        feed("a", "r1"),
        feed("b", "r2"),
        node("ups", UPS, room="room3"),
        node("outside", UTILITY),
        unit("ac1", 100, "z1", room="room1"),
        unit("ac3", 100, "z1", room="room3"),
    )
    for kind, lost, racks, dead, units in (
        ("rack", "r1", {"r1"}, {"a"}, set()),
        ("row", "row2", {"r2"}, {"b"}, set()),
        ("room", "room1", {"r1"}, {"a"}, {"ac1"}),
        ("room", "room3", set(), {"ups"}, {"ac3"}),
        ("fire_compartment", "fc", {"r1", "r2"}, {"a", "b"}, {"ac1"}),
        ("site", "s1", {"r1", "r2"}, {"a", "b", "ups", "outside"}, {"ac1", "ac3"}),
        ("cooling_unit", "ac1", set(), set(), {"ac1"}),
    ):
        graph, states = looks(e, kind, lost)
        state = states[Look.SUSTAINED]
        assert state.lost_racks == racks, kind
        assert {"a", "b", "ups", "outside"} - set(live(graph, state)) == dead, kind
        assert {"ac1", "ac3"} - state.running == units, kind


@pytest.mark.parametrize(
    ("restart_s", "ride_through_s", "is_cool"), [(30, 45, True), (30, 44, False), (31, 45, False)]
)
def test_zone_rides_through_until_its_unit_restarts(restart_s, ride_through_s, is_cool):
    e = with_generator(
        10,
        15,
        0,
        zone("z1", ride_through_s=ride_through_s),
        unit("ac", 100, "z1", "raw", restart_s=restart_s),
    )
    _, states = looks(e, "utility", "u")
    # It stands still in the interruption and draws nothing, but may count as cooling.
    assert states[Look.INTERRUPTION].running == set()
    assert states[Look.INTERRUPTION].cooling == ({"ac"} if is_cool else set())
    assert states[Look.SUSTAINED].running == states[Look.SUSTAINED].cooling == {"ac"}


def test_gap_is_rounded_up_to_seconds_before_the_restart():
    # 15 s + 1 ms of the switch are 16 s; with 30 s of restart 46 s.
    for ride_through_s, is_cool in ((46, True), (45, False)):
        e = with_generator(
            10,
            15,
            1,
            zone("z1", ride_through_s=ride_through_s),
            unit("ac", 100, "z1", "raw", restart_s=30),
        )
        _, states = looks(e, "utility", "u")
        assert bool(states[Look.INTERRUPTION].cooling) is is_cool


def test_unit_runs_on_as_many_cords_as_it_needs():
    for required, runs in ((1, True), (2, False)):
        e = estate(
            rack(), feed("a"), feed("b"), unit("ac", 100, "z1", "a", "b", cords_required=required)
        )
        _, states = looks(e, "feed", "a")
        assert bool(states[Look.SUSTAINED].running) is runs


def test_unit_without_cords_always_runs():
    _, states = looks(estate(rack(), feed("a"), unit("ac", 100)), "feed", "a")
    assert states[Look.SUSTAINED].running == {"ac"}


def two_sites(*more):
    """Sites s1 and s2 of a group, each with a room, a UPS with a feed, and a cooling unit."""
    return estate(
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        site("s3"),
        group("g"),
        rack("r1"),
        rack("r2", "row2", "room2", "s2"),
        node("ups1", UPS, room="room1"),
        node("ups2", UPS, site="s2", room="room2"),
        node("ups3", UPS, site="s3"),
        feed("a", "r1", "ups1"),
        feed("b", "r2", "ups2", site="s2"),
        unit("ac1", 100, "z1"),
        unit("ac2", 100, "z2", site="s2"),
        *more,
    )


def test_combination_loses_all_it_names():
    # A duct takes no equipment along.
    lost = combination("c", ("ups", "ups1"), ("cooling_unit", "ac2"), ("duct", "d"))
    graph = PowerGraph(two_sites(lost, duct("d")))
    (state,) = (s for s in graph.states if s.scenario.kind == "combination")
    assert state.scenario.id == "loss of combination c"
    assert live(graph, state) == ["b", "ups2", "ups3"]
    assert state.running == {"ac1"}
    assert state.lost_racks == set()


def test_states_hold_no_loss_in_the_network():
    graph = PowerGraph(two_sites(duct("d")))
    assert {s.scenario.kind for s in (*graph.states, *graph.alone_states)} & {"duct"} == set()


def test_pair_loses_both():
    graph = PowerGraph(two_sites())
    pair = (Domain("rack", "r2"), Domain("ups", "ups1"))
    (state,) = graph.looks(Scenario("pair", "rack r2, ups ups1", domains=pair))
    assert live(graph, state) == ["ups2", "ups3"]
    assert state.lost_racks == {"r2"}


def test_member_alone_has_lost_every_other_site():
    graph = PowerGraph(two_sites())
    states = {s.scenario.id: s for s in graph.alone_states}
    alone = states["site s2 alone"]
    # The third site is in no group and lost all the same.
    assert live(graph, alone) == ["b", "ups2"]
    assert alone.lost_racks == {"r1"}
    assert alone.running == {"ac2"}
    assert live(graph, states["site s2 alone, loss of ups ups2"]) == []
    assert "site s3 alone" not in states
    assert not any(s.is_normal for s in graph.alone_states)


def test_what_an_emergency_gives_up_is_not_lost():
    graph = PowerGraph(with_items(two_sites(), group("g", gives_up=("ups", "rack"))))
    kinds = {s.scenario.kind for s in graph.alone_states}
    assert kinds == {"site", "feed", "cooling_unit", "row", "room", "fire_compartment"}


# --- strands and legs


@pytest.mark.parametrize(
    ("nodes", "strand"),
    [
        # from source to outlet; the last one has the outlets
        (("utility", "ups", "panel", "feed"), "ups"),
        (("ups", "ups", "panel", "feed"), "ups-1"),
        (("utility", "panel", "panel", "feed"), "panel-2"),
        (("utility", "transformer", "feed"), "utility"),
        (("feed",), "feed"),
        (("panel", "ups"), "ups"),
    ],
)
def test_strand_is_that_of_the_nearest_ups(nodes, strand):
    names = [kind if nodes.count(kind) == 1 else f"{kind}-{n}" for n, kind in enumerate(nodes)]
    above = [None, *names]
    chain = [
        node(name, kind, parent) for name, kind, parent in zip(names, nodes, above, strict=False)
    ]
    graph = PowerGraph(estate(*chain))
    assert graph.nodes[graph.strand_of[graph.index_of[names[-1]]]].id == strand


def test_strand_follows_the_normal_path_of_a_switch():
    e = estate(
        node("ups-a", UPS), node("ups-b", UPS), switch("s", "ups-b", "ups-a"), feed("f", None, "s")
    )
    graph = PowerGraph(e)
    assert graph.nodes[graph.strand_of[graph.index_of["f"]]].id == "ups-b"


def test_strands_of_a_site_feed_outlets():
    e = two_sites(node("idle", UPS), node("p", PANEL, "ups1"), node("p2", PANEL, site="s3"))
    e = with_items(e, feed("c", None, "p2", site="s3"), node("ups3", PANEL, site="s3"))
    graph = PowerGraph(e)
    named = {key: [graph.nodes[n].id for n in found] for key, found in graph.strands.items()}
    # No panel where there is a UPS; no UPS and no panel without an outlet.
    assert named == {"s1": ["ups1"], "s2": ["ups2"], "s3": ["p2"]}


def test_legs_of_a_feed():
    e = estate(
        node("f", "feed"),
        node("g", "feed"),
        *(node(f"l{n}", "leg", "f") for n in "123"),
        node("only", "leg", "g"),
    )
    graph = PowerGraph(e)
    assert {
        graph.nodes[n].id: {graph.nodes[leg].id for leg in legs}
        for n, legs in graph.legs_of.items()
    } == {"f": {"l1", "l2", "l3"}}
