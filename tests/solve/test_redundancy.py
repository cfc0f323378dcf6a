"""Redundancy rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from datetime import date

from planner.model.workload import Spread
from tests.builders import at, estate, feed, pool, rack, room, service, workload
from tests.solve.fixing import allows, pair


def two_rooms(*items, **policy):
    """Rack `r1` in room `room1`, `r2` and `r3` in room `room2`, each with one feed."""
    return estate(
        rack("r1"),
        rack("r2", "row2", "room2"),
        rack("r3", "row3", "room2"),
        feed("a", "r1"),
        feed("b", "r2"),
        feed("c", "r3"),
        *items,
        **policy,
    )


PLACES = {"r1": ("r1", "a"), "r2": ("r2", "b"), "r3": ("r3", "c")}


def places(*racks, of="w"):
    """Instances of a workload with one cord, the n-th in the n-th rack, one U above the other."""
    return {
        f"{of}-{n}": at(PLACES[r][0], n + (20 if of != "w" else 0), PLACES[r][1])
        for n, r in enumerate(racks, start=1)
    }


@pair("redundancy.survive", "wanted", forbidden=2, allowed=1)
def test_survives_the_loss_of_a_rack(wanted, says):
    # Two of three instances are in r1: its loss leaves one.
    e = two_rooms(workload(count=3, cords=1, survive={"rack": wanted}))
    assert allows(e, places("r1", "r1", "r2")) is says


@pair("redundancy.survive", "second", forbidden="a", allowed="b")
def test_survives_the_loss_of_a_feed(second, says):
    e = estate(rack(), feed("a"), feed("b"), workload(count=2, cords=1, survive={"feed": 1}))
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, second)}) is says


@pair("redundancy.survive", "compartment", forbidden="fc1", allowed="fc2")
def test_survives_the_loss_of_a_fire_compartment(compartment, says):
    e = two_rooms(
        room("room1", fire_compartment="fc1"),
        room("room2", fire_compartment=compartment),
        workload(count=2, cords=1, survive={"fire_compartment": 1}),
    )
    assert allows(e, places("r1", "r2")) is says


@pair("redundancy.survive", "second", forbidden="r1", allowed="r2")
def test_workload_placed_in_part_may_lose_no_more(second, says):
    # 3 instances, 2 survive: one may be down. Two are placed; in one rack both would be down.
    e = two_rooms(workload(count=3, cords=1, partial=True, survive={"rack": 2}))
    assert allows(e, places("r1", second)) is says


@pair("redundancy.spread", "most", forbidden=1, allowed=2)
def test_at_most_so_many_in_a_domain(most, says):
    spread = {"room": Spread(max_per_domain=most)}
    e = two_rooms(workload(count=2, cords=1, spread=spread))
    assert allows(e, places("r2", "r3")) is says


@pair("redundancy.spread", "least", forbidden=3, allowed=2)
def test_at_least_so_many_domains(least, says):
    spread = {"rack": Spread(min_domains=least)}
    e = two_rooms(workload(count=3, cords=1, spread=spread))
    assert allows(e, places("r1", "r1", "r2")) is says


@pair("redundancy.spread", "skew", forbidden=1, allowed=2)
def test_domains_differ_by_at_most_so_much(skew, says):
    # r1 holds two, r2 one, r3 none.
    e = two_rooms(workload(count=3, cords=1, spread={"rack": Spread(max_skew=skew)}))
    assert allows(e, places("r1", "r1", "r2")) is says


@pair("redundancy.together", "level", forbidden="rack", allowed="room")
def test_kept_together(level, says):
    e = two_rooms(workload(cords=1, together_with={level: "other"}), workload("other", cords=1))
    assert allows(e, places("r2") | places("r3", of="other")) is says


@pair(
    "redundancy.together",
    "until",
    forbidden=date(2026, 5, 31),
    allowed=date(2026, 6, 30),
)
def test_kept_together_as_long_as_it_is_there(until, says):
    # `w` is there to the end of June, the other one may leave no earlier.
    e = two_rooms(
        workload(cords=1, together_with={"room": "other"}, valid_until=date(2026, 6, 30)),
        workload("other", cords=1, valid_until=until),
        planning_horizon=date(2026, 12, 31),
    )
    assert allows(e, places("r2") | places("r3", of="other")) is says


@pair("redundancy.whole", "partial", forbidden=False, allowed=True)
def test_all_or_nothing(partial, says):
    e = two_rooms(workload(count=2, cords=1, partial=partial))
    assert allows(e, places("r1")) is says


@pair("redundancy.whole", "partial", forbidden=False, allowed=True)
def test_all_or_nothing_of_a_service(partial, says):
    e = two_rooms(workload(cords=1), pool(), service(count=2, partial=partial))
    assert allows(e, places("r1"), services={"svc-1": "p1"}) is says
