"""Planning days: what begins and ends between as-of and horizon."""

from datetime import date

from planner.check import check
from planner.check.case import horizon, planning_days
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    one_rack,
    rack,
    reservation,
    units,
    workload,
)

END = date(2026, 12, 31)


def test_days_on_which_something_begins_or_has_ended():
    e = estate(
        rack(),
        workload("before", valid_from=date(2025, 1, 1), valid_until=date(2025, 6, 30)),
        workload("begins", valid_from=date(2026, 3, 1)),
        workload("ends", valid_until=date(2026, 5, 31)),
        workload("both", valid_from=date(2026, 3, 1), valid_until=END),
        workload("later", valid_from=date(2027, 1, 1)),
        reservation("res", "r1", units(1, 1), valid_from=END, valid_until=date(2027, 2, 2)),
        planning_horizon=END,
    )
    # 1 June is the day after the end; what ends with the horizon has no day after it.
    assert planning_days(e, DAY) == (DAY, date(2026, 3, 1), date(2026, 6, 1), END)


def test_horizon_is_never_before_as_of():
    e = one_rack(planning_horizon=date(2025, 1, 1))
    assert horizon(e, DAY) == DAY
    assert planning_days(e, DAY) == (DAY,)
    assert horizon(one_rack(), DAY) == DAY


def test_load_of_the_worst_day_is_reported():
    e = one_rack(
        feed("a", rated_w=1000, kappa_fail_permille=1000),
        workload("w", cords=1, draw_w=700),
        workload("x", cords=1, draw_w=200, valid_from=date(2026, 4, 1)),
        workload("y", cords=1, draw_w=100, valid_until=date(2026, 3, 31)),
        planning_horizon=END,
    )
    places = {f"{key}-1": at("r1", n, "a") for n, key in enumerate("wxy", start=1)}
    # 800 W of 800 W until March, 900 W from April on.
    (violation,) = check(e, layout(places), DAY).violations
    assert violation[1:6] == ("a", "normal", 900, 800, "W")
    assert violation.message.endswith("in the normal state on 2026-04-01")
    # One scenario, though it is seen on several days.
    assert "further" not in violation.required_note


def test_days_without_any_device_are_judged_too():
    e = one_rack(workload(valid_from=date(2026, 2, 1)), planning_horizon=END)
    assert check(e, layout({"w-1": at("r1", 1, "a", "b")}), DAY).holds
