"""Stability rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from datetime import date

from planner.model.policy import FrozenWindow
from planner.solve.rows import Key
from tests.builders import DAY, at, estate, feed, rack, tenant, workload
from tests.solve.fixing import allows, pair


def two_racks(*items, **policy):
    return estate(rack("r1"), rack("r2"), feed("a"), feed("b", "r2"), *items, **policy)


HOME = at("r1", 1, "a")
ELSEWHERE = at("r2", 1, "b")


@pair("stability.standing", "standing", forbidden={"w-1": HOME}, allowed={})
def test_what_stands_stays_placed(standing, says):
    assert allows(two_racks(workload(cords=1)), {}, standing) is says


@pair("stability.pinned", "pinned", forbidden={1}, allowed={2})
def test_pinned_number_stays(pinned, says):
    e = two_racks(workload(cords=1, pinned=pinned))
    assert allows(e, {"w-1": ELSEWHERE}, {"w-1": HOME}) is says


@pair("stability.pinned", "u", forbidden=2, allowed=1)
def test_pinned_keeps_its_unit(u, says):
    e = two_racks(workload(cords=1, pinned={1}))
    assert allows(e, {"w-1": at("r1", u, "a")}, {"w-1": HOME}) is says


@pair("stability.budget", "move_budget", forbidden=0, allowed=1)
def test_move_budget(move_budget, says):
    e = two_racks(workload(cords=1), move_budget=move_budget)
    assert allows(e, {"w-1": ELSEWHERE}, {"w-1": HOME}) is says


@pair("stability.budget", "end", forbidden=DAY, allowed=date(2025, 12, 31))
def test_frozen_window(end, says):
    window = FrozenWindow(start=date(2025, 12, 1), end=end)
    e = two_racks(workload(cords=1), frozen_windows=(window,))
    assert allows(e, {"w-1": ELSEWHERE}, {"w-1": HOME}) is says


@pair("stability.worse", "mass_g", forbidden=1, allowed=0)
def test_broken_already_gets_no_worse(mass_g, says):
    # The rack of 100 kg may weigh 105 kg and holds 10 kg: 5 kg too many. A device more adds 1 g.
    e = estate(
        rack(max_weight_g=105_000),
        feed("a"),
        workload(cords=1),
        workload("x", cords=1, mass_g=mass_g),
    )
    places = {"w-1": HOME, "x-1": at("r1", 2, "a")}
    breaks = {Key("space.weight", "r1", "g"): 5000}
    assert allows(e, places, {"w-1": HOME}, breaks=breaks) is says


@pair("stability.worse", "count", forbidden=2, allowed=1)
def test_tenants_rack_takes_no_more_of_others(count, says):
    # One of another tenant stands in the rack already; it may stay, and nothing else comes.
    e = estate(rack(tenant="u"), tenant("u"), feed("a"), workload(count=count, cords=1))
    places = {f"w-{n}": at("r1", n, "a") for n in range(1, count + 1)}
    breaks = {Key("tenancy.exclusive", "r1", "instances"): 1}
    assert allows(e, places, {"w-1": HOME}, breaks=breaks) is says
