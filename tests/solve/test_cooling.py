"""Cooling rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from planner.model.power import PowerKind
from tests.builders import at, estate, feed, node, rack, switch, unit, workload, zone
from tests.solve.fixing import allows, pair


@pair("cooling.rack", "max_power_w", forbidden=999, allowed=1000)
def test_heat_of_a_rack(max_power_w, says):
    e = estate(rack(max_power_w=max_power_w), feed("a"), feed("b"), workload(count=2))
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")}
    assert allows(e, places) is says


@pair("cooling.zone", "capacity_w", forbidden=499, allowed=500)
def test_heat_of_a_zone_when_a_unit_fails(capacity_w, says):
    # N+1 of two units: one alone removes the 500 W.
    e = estate(
        rack(cooling_zone="z1"),
        feed("a"),
        feed("b"),
        unit("ac1", capacity_w),
        unit("ac2", capacity_w),
        workload(),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("cooling.zone", "nodes", forbidden=("a", "a"), allowed=("a", "b"))
def test_feed_takes_its_cooling_unit_along(nodes, says):
    # The loss of feed `a` stops every unit on it; the server stays up on `b`.
    e = estate(
        rack(cooling_zone="z1"),
        feed("a"),
        feed("b"),
        unit("ac1", 500, "z1", nodes[0]),
        unit("ac2", 500, "z1", nodes[1]),
        workload(),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("cooling.zone", "ride_through_s", forbidden=44, allowed=45)
def test_zone_stays_cool_until_the_unit_restarts(ride_through_s, says):
    # Utility lost: the server runs on battery; the units stop, the generator is there after 15 s
    # and they restart 30 s later: 45 s.
    e = estate(
        rack(cooling_zone="z1"),
        node("u", PowerKind.UTILITY),
        node("g", PowerKind.GENERATOR, start_s=15),
        switch("s", "u", "g"),
        node("ups", PowerKind.UPS, "s", autonomy_min=10),
        feed("a", parent="ups"),
        zone("z1", ride_through_s=ride_through_s),
        unit("ac1", 500, "z1", "s", restart_s=30),
        unit("ac2", 500, "z1", "s", restart_s=30),
        workload(cords=1),
    )
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says
