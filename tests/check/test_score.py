"""The score, tier by tier, and what else a report says."""

from datetime import date

import pytest

from planner.check import check
from planner.check.judge import CHECKED
from planner.model.rules import RULES
from planner.model.violation import Tightest
from planner.model.workload import Spread
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
    site,
    unit,
    waiver,
    with_items,
    workload,
)

HERE = at("r1", 1, "a", "b")


def score(e, plan, as_of=DAY):
    return dict(check(e, plan, as_of).score)


def test_tiers_follow_the_policy_and_priorities_fall():
    e = one_rack(
        workload("w", count=2, partial=True, priority=3),
        workload("x", count=3, priority=10),
        workload("y", priority=3),
        workload("over", valid_until=date(2025, 1, 1), priority=99),
        tiers=("cost", "unplaced", "balance"),
    )
    plan = layout({"w-1": HERE}, unplaced=("w-2", "x-1", "x-2", "x-3", "y-1"))
    assert check(e, plan, DAY).score == (
        ("cost", 1),
        ("unplaced[10]", 3),
        ("unplaced[3]", 2),
        ("balance", 0),
    )


def test_services_count_as_unplaced_by_priority():
    e = one_rack(service(count=2, priority=3, partial=True), pool("p1"), tiers=("unplaced",))
    plan = layout({"w-1": HERE}, services={"svc-2": "p1"}, unplaced=("svc-1",))
    assert check(e, plan, DAY).score == (("unplaced[3]", 1), ("unplaced[0]", 0))


def test_moves_count_their_disruption():
    e = one_rack(workload("w", count=3, disruption=5), workload("x"))
    places = {f"w-{n}": at("r1", n, "a", "b") for n in (1, 2, 3)} | {"x-1": at("r1", 4, "a", "b")}
    standing = {
        "w-1": at("r1", 11, "a", "b"),
        "w-2": at("r1", 2, "b", "a"),
        "w-3": at("r1", 3, "a", "b"),
        "x-1": at("r1", 5, "a", "b"),
    }
    # w-1 and w-2 move: 2 x 5; x-1: 1.
    assert score(e, layout(places, standing=standing))["moves"] == 11


def test_cost_counts_racks_or_their_prices():
    racks = [rack("r1"), rack("r2"), rack("r3"), feed("c", "r2"), feed("d", "r2")]
    e = one_rack(*racks, workload(count=2))
    plan = layout({"w-1": HERE, "w-2": at("r2", 1, "c", "d")})
    assert score(e, plan)["cost"] == 2
    e = with_items(e, rack("r2", price_cents_year=120_000), rack("r3", price_cents_year=7))
    # r1 has no price: 0 + 120 000.
    assert score(e, plan)["cost"] == 120_000


def test_cost_counts_racks_in_use_on_any_day():
    e = one_rack(
        rack("r2"),
        feed("c", "r2"),
        feed("d", "r2"),
        workload("w", valid_until=date(2026, 1, 31)),
        workload("x", valid_from=date(2026, 2, 1)),
        planning_horizon=date(2026, 3, 1),
    )
    assert score(e, layout({"w-1": HERE, "x-1": at("r2", 1, "c", "d")}))["cost"] == 2


# --- balance


def two_ups(kind="ups", **figures):
    return estate(
        node("pa", kind, **figures),
        node("pb", kind, **figures),
        rack(),
        feed("a", parent="pa"),
        feed("b", parent="pb"),
        workload("w", cords=1, draw_w=1000, count=3),
    )


_THREE = {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a"), "w-3": at("r1", 3, "b")}


@pytest.mark.parametrize("kind", ["ups", "panel"])
def test_balance_is_the_gap_between_most_and_least_used(kind):
    # 2000 of 4000 W usable (5000 x 80 %): 500; 1000 of 4000: 250.
    assert score(two_ups(kind, rated_w=5000), layout(_THREE))["balance"] == 250
    # W counts before VA: 2000 of 2400 W is 833, 1000 of 2400 W is 416, both floored.
    assert score(two_ups(kind, rated_w=3000, rated_va=9000), layout(_THREE))["balance"] == 833 - 416
    # In VA, at power factor 0.5: 4000 and 2000 of 4000 VA.
    e = with_items(
        two_ups(kind, rated_va=5000), workload("w", cords=1, draw_w=1000, count=3, pf=500)
    )
    assert score(e, layout(_THREE))["balance"] == 500


def test_balance_leaves_out_what_has_no_limit():
    assert score(two_ups(), layout(_THREE))["balance"] == 0
    e = with_items(two_ups(rated_w=5000), node("pb", "ups"))
    assert score(e, layout(_THREE))["balance"] == 0
    e = with_items(two_ups(rated_w=5000), node("pb", "ups", rated_w=5000, kappa_permille=0))
    assert score(e, layout(_THREE))["balance"] == 0


def test_balance_looks_at_panels_only_where_there_is_no_ups():
    e = with_items(two_ups(rated_w=5000), node("spare", "panel", rated_w=5000))
    assert score(e, layout(_THREE))["balance"] == 250
    # Another site without UPS: its panels 500 and 0 of 4000 W: 125 more.
    e = with_items(
        e,
        site("s2"),
        node("q1", "panel", site="s2", rated_w=5000),
        node("q2", "panel", site="s2", rated_w=5000),
        rack("r2", "row2", "room2", "s2"),
        feed("c", "r2", "q1", site="s2"),
        workload("x", cords=1, draw_w=500),
    )
    assert score(e, layout({**_THREE, "x-1": at("r2", 1, "c")}))["balance"] == 250 + 125


def test_balance_takes_the_widest_gap_of_all_days():
    e = with_items(
        two_ups(rated_w=5000),
        workload("x", cords=1, draw_w=1000, valid_until=date(2026, 1, 31)),
        planning_horizon=date(2026, 2, 1),
    )
    # January: 2000 and 2000 W, no gap; from February 2000 and 1000 W.
    assert score(e, layout({**_THREE, "x-1": at("r1", 4, "b")}))["balance"] == 250


# --- soft rules


def test_soft_rules_are_weighted_amounts():
    e = one_rack(
        rack(max_power_w=300, growth_half=83),
        workload(spread={"rack": Spread(max_per_domain=1)}, count=2, draw_w=200),
        soft={"cooling.rack": 2, "space.growth": 10, "redundancy.spread": 1000},
    )
    plan = layout(plan_places())
    report = check(e, plan, DAY)
    assert report.violations == ()
    assert [(v.rule, v.amount) for v in report.soft] == [
        ("cooling.rack", 100),  # 400 - 300 W
        ("redundancy.spread", 1),
        ("space.growth", 3),  # 84 - 4 = 80 free, 83 wanted
    ]
    assert dict(report.score)["soft"] == 2 * 100 + 1000 * 1 + 10 * 3
    # A waiver takes its amount away: 2 x (100 - 60).
    e = with_items(e, waiver("cooling.rack", "r1", 60))
    assert score(e, plan)["soft"] == 80 + 1000 + 30
    # What is soft is never inherited nor worse.
    standing = {"w-1": HERE}
    assert check(e, layout(plan_places(), standing=standing), DAY).violations == ()


def plan_places():
    return {"w-1": HERE, "w-2": at("r1", 2, "a", "b")}


# --- the rest of the report


def test_tightest_per_unit():
    e = estate(
        node("ups", "ups", rated_w=1000, loss_permille=100),
        rack(cooling_zone="z1"),
        feed("a", parent="ups", rated_va=2000),
        feed("b", parent="ups"),
        unit("u1", 5000),
        unit("u2", 3000),
        workload(draw_w=600),
    )
    report = check(e, layout({"w-1": HERE}), DAY)
    # VA: 600 of 1600 on a when b is lost. W: 600 of 800 usable at the UPS normally (750 per mille),
    # 600 of 1000 after a loss would be less; the zone has 600 of 3000 W without u1.
    assert report.tightest == (
        Tightest("power.normal", "ups", "normal", 600, 800, "W"),
        Tightest("power.failover", "a", "loss of feed b", 600, 1600, "VA"),
    )


def test_tightest_zone():
    e = one_rack(rack(cooling_zone="z1"), unit("u1", 5000), unit("u2", 3000))
    report = check(e, layout({"w-1": HERE}), DAY)
    assert report.tightest == (
        Tightest("cooling.zone", "z1", "loss of cooling_unit u1", 500, 3000, "W"),
    )


def test_nothing_is_tight_without_limits():
    assert check(one_rack(), layout({"w-1": HERE}), DAY).tightest == ()


def test_counts_of_rules_and_scenarios():
    report = check(one_rack(), layout({"w-1": HERE}), DAY)
    assert report.num_rules == len(RULES) == len(CHECKED)
    # Normal; feeds a, b; rack, row, room, fire compartment, site.
    assert report.num_scenarios == 8
