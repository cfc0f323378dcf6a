"""Planning days: one epoch for every set of what is active at once."""

from datetime import date

from planner.problem.days import epochs, maximal
from tests.builders import DAY, estate, rack, reservation, service, units, workload


def found(of, as_of=DAY):
    """Return (day, active workloads, active reservations) per epoch."""
    return [
        (e.day, "".join(sorted(e.workloads)), "".join(sorted(e.reservations)))
        for e in epochs(of, as_of)
    ]


def test_without_a_horizon_there_is_one_day():
    e = estate(workload("x"), workload("y", valid_from=date(2026, 1, 2)))
    assert found(e) == [(DAY, "x", "")]


def test_both_ends_count():
    e = estate(
        workload("x", valid_until=date(2026, 3, 31)),
        workload("y", valid_from=date(2026, 3, 31)),
        planning_horizon=date(2026, 12, 31),
    )
    assert found(e) == [
        (DAY, "x", ""),
        (date(2026, 3, 31), "xy", ""),
        (date(2026, 4, 1), "y", ""),
    ]


def test_what_begins_after_the_horizon_or_ended_before_is_left_out():
    e = estate(
        workload("x", valid_from=date(2027, 1, 1)),
        workload("y", valid_until=date(2025, 12, 31)),
        workload("z", valid_until=date(2026, 12, 31)),
        planning_horizon=date(2026, 12, 31),
    )
    assert found(e) == [(DAY, "z", "")]


def test_horizon_before_as_of_is_as_of():
    e = estate(workload("x", valid_from=date(2026, 2, 1)), planning_horizon=date(2025, 6, 1))
    assert found(e) == [(DAY, "", "")]
    assert found(e, date(2026, 2, 1)) == [(date(2026, 2, 1), "x", "")]


def test_services_make_days_too():
    e = estate(
        workload("x"),
        service("y", valid_from=date(2026, 3, 1)),
        planning_horizon=date(2026, 12, 31),
    )
    assert found(e) == [(DAY, "x", ""), (date(2026, 3, 1), "xy", "")]


def test_reservations_make_days_too():
    e = estate(
        rack(),
        workload("x"),
        reservation("k", "r1", units(1, 2), valid_until=date(2026, 6, 30)),
        planning_horizon=date(2026, 12, 31),
    )
    assert found(e) == [(DAY, "x", "k"), (date(2026, 7, 1), "x", "")]


def test_days_with_the_same_content_are_one():
    e = estate(
        workload("x", valid_until=date(2026, 2, 28)),
        workload("y", valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 30)),
        planning_horizon=date(2026, 12, 31),
    )
    # nothing is there in March and from May
    assert found(e) == [(DAY, "x", ""), (date(2026, 3, 1), "", ""), (date(2026, 4, 1), "y", "")]


def test_days_within_others_need_no_capacity_of_their_own():
    e = estate(
        workload("x"),
        workload("y", valid_from=date(2026, 4, 1), valid_until=date(2026, 6, 30)),
        workload("z", valid_from=date(2026, 6, 1)),
        planning_horizon=date(2026, 12, 31),
    )
    # x, xy, xyz, xz: the third covers all
    assert [e.day for e in maximal(epochs(e, DAY))] == [date(2026, 6, 1)]
