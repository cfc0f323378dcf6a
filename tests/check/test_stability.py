"""Stability rules: moves, pins, budget, and what was broken before."""

from datetime import date

import pytest

from planner.check import check
from planner.check.stability import has_moved
from planner.model.layout import Cord
from planner.model.policy import FrozenWindow
from tests.builders import (
    DAY,
    at,
    feed,
    layout,
    node,
    one_rack,
    rack,
    waiver,
    with_items,
    workload,
)

HERE = at("r1", 1, "a", "b")
THERE = at("r1", 5, "a", "b")


def judged(e, places, **how):
    return [(v.rule, v.subject, v.amount) for v in check(e, layout(places, **how), DAY).violations]


@pytest.mark.parametrize(
    ("was", "moved"),
    [
        (HERE, False),
        (at("r2", 1, "a", "b"), True),
        (at("r1", 1.5, "a", "b"), True),
        (at("r1", 1, "a", "b", face="rear"), True),
        (at("r1", 1, "b", "a"), True),
        (at("r1", 1, "a"), True),
        (HERE.model_copy(update={"cords": HERE.cords[::-1]}), False),
        (HERE.model_copy(update={"cords": None}), False),
        (
            HERE.model_copy(
                update={"cords": tuple(Cord(c.inlet, c.node, "L1") for c in HERE.cords)}
            ),
            False,
        ),
    ],
)
def test_what_counts_as_a_move(was, moved):
    assert has_moved(was, HERE) is moved


def test_standing_instance_must_stay_placed():
    e = one_rack(workload(count=2, partial=True))
    places = {"w-2": HERE}
    assert judged(e, places, standing={"w-1": THERE}, unplaced=("w-1",)) == [
        ("stability.standing", "w-1", 1)
    ]
    # A workload that is over, or nobody knows any more, need not stay.
    e = one_rack(workload("old", valid_until=date(2025, 12, 31)))
    report = check(e, layout({"w-1": HERE}, standing={"old-1": THERE, "gone-1": THERE}), DAY)
    assert report.holds


def test_pin_holds_the_numbers_that_stand():
    e = one_rack(workload(count=2, pinned=frozenset({1})))
    places = {"w-1": HERE, "w-2": at("r1", 2, "a", "b")}
    assert judged(e, places) == []
    assert judged(e, places, standing={"w-1": HERE}) == []
    assert judged(e, places, standing={"w-2": THERE}) == []
    (violation,) = check(e, layout(places, standing={"w-1": THERE}), DAY).violations
    assert violation.message == "`w-1` is pinned in rack `r1` and moves within it"
    e = with_items(e, rack("r2"))
    moved = layout(places, standing={"w-1": at("r2", 1, "a", "b")})
    assert check(e, moved, DAY).violations[0].message == (
        "`w-1` is pinned in rack `r2` and moves to rack `r1`"
    )


def test_move_budget():
    places = {f"w-{n}": at("r1", n, "a", "b") for n in (1, 2, 3)}
    standing = {f"w-{n}": at("r1", n + 10, "a", "b") for n in (1, 2, 3)}
    for budget, amount in ((None, None), (3, None), (2, 1), (0, 3)):
        e = one_rack(workload(count=3), move_budget=budget)
        wanted = [] if amount is None else [("stability.budget", "e", amount)]
        assert judged(e, places, standing=standing) == wanted


@pytest.mark.parametrize(
    ("start", "end", "frozen"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), True),
        (date(2025, 12, 1), date(2025, 12, 31), False),
        (date(2026, 1, 2), date(2026, 2, 1), False),
    ],
)
def test_frozen_window(start, end, frozen):
    window = FrozenWindow(start=start, end=end, reason="election")
    e = one_rack(move_budget=5, frozen_windows=(window,))
    violations = check(e, layout({"w-1": HERE}, standing={"w-1": THERE}), DAY).violations
    assert [(v.rule, v.required, v.available) for v in violations] == (
        [("stability.budget", 1, 0)] if frozen else []
    )
    if frozen:
        assert violations[0].available_note == "frozen from 2026-01-01 to 2026-01-01: election"
        assert violations[0].message == "`w-1` moves, more than may"


def test_frozen_window_without_a_reason():
    e = one_rack(frozen_windows=(FrozenWindow(start=DAY, end=DAY),))
    places = {"w-1": HERE}
    (violation,) = check(e, layout(places, standing={"w-1": THERE}), DAY).violations
    assert violation.available_note == "frozen from 2026-01-01 to 2026-01-01"


# --- what was broken before


def heavy(max_weight_g, count=1):
    return one_rack(rack(max_weight_g=max_weight_g), rack("r2"), workload(count=count))


def test_what_as_built_breaks_by_as_much_is_inherited():
    # 110 kg against 105 kg before and now.
    report = check(heavy(105_000), layout({"w-1": HERE}, standing={"w-1": THERE}), DAY)
    (violation,) = report.violations
    assert (violation.rule, violation.amount, violation.inherited) == ("space.weight", 5_000, True)
    assert not report.holds
    # It counts in the soft tier by its amount, in g.
    assert dict(report.score)["soft"] == 5_000


def test_what_got_better_is_inherited_and_what_is_new_is_not():
    e = heavy(105_000, count=2)
    standing = {"w-1": THERE, "w-2": at("r1", 9, "a", "b")}
    places = {"w-1": THERE, "w-2": at("r2", 1)}
    violations = check(e, layout(places, standing=standing), DAY).violations
    # 120 kg before, 110 kg now; the missing cords of w-2 are new.
    assert [(v.rule, v.amount, v.inherited) for v in violations] == [
        ("power.cord", 2, False),
        ("space.weight", 5_000, True),
    ]


def test_what_got_worse_says_so_beside_the_rule():
    standing = {"w-1": HERE}
    places = {"w-1": HERE, "w-2": THERE}
    first, worse = check(heavy(105_000, count=2), layout(places, standing=standing), DAY).violations
    assert (first.rule, first.amount, first.inherited) == ("space.weight", 15_000, False)
    assert worse[:6] == ("stability.worse", "r1", "normal", 15_000, 5_000, "g")
    assert worse.message == "`r1` breaks space.weight by 15000 g, by 5000 g as it stands"


def test_unknown_cords_of_as_built_break_nothing_and_load_nothing():
    unknown = HERE.model_copy(update={"cords": None})
    limited = [feed("a", rated_w=100), feed("b", rated_w=100)]
    e = one_rack(*limited, workload(survive={"feed": 1}))
    violations = check(e, layout({"w-1": HERE}, standing={"w-1": unknown}), DAY).violations
    # 250 W of 80 W on each feed, 500 W when the other is lost: all of it new.
    assert {v.rule for v in violations} == {"power.normal", "power.failover"}
    assert not any(v.inherited for v in violations)


def test_power_that_was_too_much_already():
    e = one_rack(node("pa", "panel", rated_w=500), feed("a", parent="pa"), workload(cords=1))
    places = {"w-1": at("r1", 1, "a")}
    violations = check(e, layout(places, standing={"w-1": at("r1", 9, "a")}), DAY).violations
    # 500 W of 400 W usable, before and now.
    assert [(v.rule, v.inherited) for v in violations] == [
        ("power.failover", True),
        ("power.normal", True),
    ]


def test_rules_about_the_plan_are_never_inherited():
    e = one_rack(workload(count=3))
    plan = layout({"w-1": HERE, "w-2": THERE}, standing={"w-1": HERE}, unplaced=("w-3",))
    violations = check(e, plan, DAY).violations
    assert [(v.rule, v.inherited) for v in violations] == [("redundancy.whole", False)]


def test_standing_in_a_rack_that_is_gone_is_a_move():
    places, standing = {"w-1": HERE}, {"w-1": at("gone", 1, "a", "b")}
    report = check(one_rack(), layout(places, standing=standing), DAY)
    assert report.holds
    assert dict(report.score)["moves"] == 1


def test_inherited_and_waived_counts_nothing():
    e = with_items(heavy(105_000), waiver("space.weight", "r1", 5_000))
    report = check(e, layout({"w-1": HERE}, standing={"w-1": HERE}), DAY)
    assert report.holds
    assert [v.inherited for v in report.waived] == [True]
    assert dict(report.score)["soft"] == 0
    # A waiver of less: the violation stays, 5 000 - 4 000 g count.
    e = with_items(heavy(105_000), waiver("space.weight", "r1", 4_000))
    report = check(e, layout({"w-1": HERE}, standing={"w-1": HERE}), DAY)
    assert [v.amount for v in report.violations] == [5_000]
    assert dict(report.score)["soft"] == 1_000
