"""Redundancy rules at their edges."""

from datetime import date

import pytest

from planner.check import check
from planner.model.workload import Places, Spread
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    node,
    one_rack,
    pool,
    rack,
    service,
    with_items,
    workload,
)


def found(e, places, rule, **how):
    return [v for v in check(e, layout(places, **how), DAY).violations if v.rule == rule]


def racks(n, *items, **workload_fields):
    """Return `n` racks, two a row, with one feed each, and workload `w` with one cord."""
    parts = [rack(f"r{i}", f"row{(i + 1) // 2}", f"room{(i + 1) // 2}") for i in range(1, n + 1)]
    parts += [feed(f"f{i}", f"r{i}") for i in range(1, n + 1)]
    return estate(*parts, workload(**{"cords": 1, **workload_fields}), *items)


def in_racks(*numbers):
    """Return places of `w-1`, `w-2`, ... in racks of these numbers, one unit above the other."""
    return {f"w-{i}": at(f"r{n}", i, f"f{n}") for i, n in enumerate(numbers, start=1)}


# --- survive


def test_survive_counts_what_is_up_of_all_instances():
    e = racks(2, count=3, survive={"rack": 1})
    # Two of three in r1: one is up when it is lost.
    assert found(e, in_racks(1, 1, 2), "redundancy.survive") == []
    (violation,) = found(
        racks(2, count=3, survive={"rack": 2}), in_racks(1, 1, 2), "redundancy.survive"
    )
    assert violation[2:6] == ("loss of rack r1", 2, 1, "instances")
    assert violation.required_note == "survive rack: 2 of 3"
    assert violation.available_note == "3 placed less 2 down"
    assert violation.message == (
        "too few instances of `w` are up if rack `r1` is lost: `w-1`, `w-2` are down"
    )


def test_survive_of_a_workload_placed_in_part():
    e = racks(3, count=3, survive={"rack": 2}, partial=True)
    # One may be down: of two placed, one in each rack, that holds; both in one rack does not.
    assert found(e, in_racks(1, 2), "redundancy.survive", unplaced=("w-3",)) == []
    (violation,) = found(e, in_racks(1, 1), "redundancy.survive", unplaced=("w-3",))
    assert (violation.required, violation.available) == (1, 0)
    assert violation.required_note == "survive rack: 2 of 3 less 1 not placed"
    # Nothing placed, nothing to survive.
    assert check(e, layout({}, unplaced=("w-1", "w-2", "w-3")), DAY).holds


def test_survive_each_level_apart():
    e = racks(2, count=2, survive={"rack": 1, "row": 1, "feed": 1})
    violations = found(e, in_racks(1, 2), "redundancy.survive")
    # r1 and r2 stand in one row; its loss is the loss of both.
    assert [v.scenario for v in violations] == ["loss of row row1"]


def test_instance_that_is_down_anyway_counts_in_every_loss():
    # w-1 has no cord at all: it is down before anything is lost.
    e = racks(4, count=3, survive={"rack": 2})
    places = {**in_racks(1, 2, 3), "w-1": at("r1", 1)}
    (violation,) = found(e, places, "redundancy.survive")
    assert violation[2:5] == ("loss of rack r2", 2, 1)
    assert violation.message.endswith("`w-1`, `w-2` are down")
    assert violation.required_note.endswith("; 1 further scenario")


def test_survive_a_loss_of_power_far_above():
    e = racks(2, node("ups", "ups"), feed("f1", "r1", "ups"), count=2, survive={"ups": 2})
    (violation,) = found(e, in_racks(1, 2), "redundancy.survive")
    assert violation.message == (
        "too few instances of `w` are up if UPS `ups` is lost: `w-1` is down"
    )
    assert violation.hint == "spread them over more UPSs, or cord them to both strands"


# --- spread


def spread(level="rack", **wanted):
    return {"spread": {level: Spread(**wanted)}}


def test_max_per_domain_adds_up_what_is_too_much():
    e = racks(4, count=6, **spread(max_per_domain=1))
    (violation,) = found(e, in_racks(1, 1, 1, 2, 2, 3), "redundancy.spread")
    # 3 in r1, 2 in r2: 5 where 2 x 1 may stand.
    assert violation[3:6] == (5, 2, "instances")
    assert violation.message == (
        "`w` is not spread over racks as stated: `r1`, `r2` hold more than 1"
    )
    e = with_items(e, workload(cords=1, count=6, **spread(max_per_domain=3)))
    assert found(e, in_racks(1, 1, 1, 2, 2, 3), "redundancy.spread") == []


def test_min_domains_is_capped_by_what_is_placed():
    e = racks(4, count=3, partial=True, **spread("row", min_domains=2))
    (violation,) = found(e, in_racks(1, 2, 2), "redundancy.spread")
    assert violation[3:5] == (2, 1)
    assert violation.message == "`w` is not spread over rows as stated: only `row1` holds one"
    assert found(e, in_racks(1), "redundancy.spread", unplaced=("w-2", "w-3")) == []
    assert found(e, in_racks(1, 2, 3), "redundancy.spread") == []


def test_max_skew_over_the_domains_that_are_allowed():
    wanted = spread(max_skew=1)
    e = racks(3, count=4, **wanted)
    # r3 holds none: 2 - 0.
    (violation,) = found(e, in_racks(1, 1, 2, 2), "redundancy.spread")
    assert violation[3:5] == (2, 1)
    assert violation.required_note == "2 in `r1` - 0 in `r3`"
    assert found(e, in_racks(1, 1, 2, 3), "redundancy.spread") == []
    # Where r3 is forbidden, or r1 and r2 alone are allowed, its emptiness does not count.
    for places in ({"forbidden": Places(rack=("r3",))}, {"allowed": Places(rack=("r1", "r2"))}):
        e = racks(3, count=4, **wanted, **places)
        assert found(e, in_racks(1, 1, 2, 2), "redundancy.spread") == []


@pytest.mark.parametrize("level", ["rack", "row", "room", "fire_compartment", "site"])
def test_spread_at_every_level(level):
    e = racks(2, count=2, **spread(level, max_per_domain=1))
    assert bool(found(e, in_racks(1, 2), "redundancy.spread")) is (level != "rack")


# --- together


def test_together_in_the_same_row():
    e = racks(4, workload("x", cords=1), count=2, together_with={"row": "x"})
    places = {**in_racks(1, 3), "x-1": at("r2", 9, "f2")}
    (violation,) = found(e, places, "redundancy.together")
    assert violation.message == "`w-2` stands in row `row2`, which holds no `x`"
    assert violation.subject == "w-2:row"


def test_together_on_every_day():
    later = workload("x", cords=1, valid_from=date(2026, 3, 1))
    e = racks(1, later, together_with={"rack": "x"}, valid_until=date(2026, 6, 30))
    places = {**in_racks(1), "x-1": at("r1", 9, "f1")}
    e = with_items(e, planning_horizon=date(2026, 12, 31))
    (violation,) = found(e, places, "redundancy.together")
    assert (
        violation.message
        == "`w-1` stands in rack `r1`, which holds no `x` on 2026-01-01".replace(
            " on 2026-01-01", ""
        )
    )
    # The partner ends first: missing from 1 May on.
    ends = workload("x", cords=1, valid_until=date(2026, 4, 30))
    (violation,) = found(with_items(e, ends), places, "redundancy.together")
    assert violation.message.endswith("which holds no `x` on 2026-05-01")
    # The partner ends with the workload.
    ends = workload("x", cords=1, valid_until=date(2026, 6, 30))
    assert found(with_items(e, ends), places, "redundancy.together") == []


def test_together_with_a_workload_that_is_not_planned():
    e = racks(1, workload("x", cords=1, valid_until=date(2025, 1, 1)), together_with={"rack": "x"})
    assert len(found(e, in_racks(1), "redundancy.together")) == 1


# --- whole


def test_whole_or_nothing_unless_partial():
    e = one_rack(workload(count=2))
    (violation,) = found(e, {"w-1": at("r1", 1, "a", "b")}, "redundancy.whole", unplaced=("w-2",))
    assert violation[3:5] == (2, 1)
    assert check(e, layout({}, unplaced=("w-1", "w-2")), DAY).holds
    e = one_rack(workload(count=2, partial=True))
    assert check(e, layout({"w-1": at("r1", 1, "a", "b")}, unplaced=("w-2",)), DAY).holds


def test_whole_looks_at_what_is_new():
    e = one_rack(workload(count=4))
    places = {f"w-{n}": at("r1", n, "a", "b") for n in (1, 2, 3)}
    # Two stand: none of the two new ones placed is as good as both, one is not.
    standing = {key: places[key] for key in ("w-1", "w-2")}
    plan = layout(standing, standing=standing, unplaced=("w-3", "w-4"))
    assert check(e, plan, DAY).holds
    (violation,) = found(e, places, "redundancy.whole", standing=standing, unplaced=("w-4",))
    assert violation[3:5] == (2, 1)
    assert violation.message == "only 1 of 2 new instances of `w` are placed"


def test_whole_services():
    e = one_rack(service(count=2), pool("p1"))
    places = {"w-1": at("r1", 1, "a", "b")}
    plan = {"services": {"svc-1": "p1"}, "unplaced": ("svc-2",)}
    (violation,) = found(e, places, "redundancy.whole", **plan)
    assert violation[1:5] == ("svc", "normal", 2, 1)
    e = one_rack(service(count=2, partial=True), pool("p1"))
    assert check(e, layout(places, **plan), DAY).holds
