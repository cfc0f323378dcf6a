"""Waivers: what they cover, and when they are over."""

from datetime import date, timedelta

import pytest

from planner.check import check
from tests.builders import DAY, at, layout, one_rack, rack, waiver

HEAVY = rack(max_weight_g=105_000)  # 110 kg stand: 5 kg too much
PLAN = layout({"w-1": at("r1", 1, "a", "b")})
FAR = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("one", "covers"),
    [
        (waiver("space.weight", "r1", 5_000, FAR), True),
        (waiver("space.weight", "r1", 4_999, FAR), False),
        (waiver("space.weight", "r2", 5_000, FAR), False),
        (waiver("space.floor", "r1", 5_000, FAR), False),
        (waiver("space.weight", "r1", 5_000, FAR, valid_from=DAY), True),
        (waiver("space.weight", "r1", 5_000, FAR, valid_from=date(2026, 1, 2)), False),
    ],
)
def test_waiver_covers_rule_subject_and_amount(one, covers):
    report = check(one_rack(HEAVY, one), PLAN, DAY)
    assert report.holds is covers
    assert [v.rule for v in report.waived] == (["space.weight"] if covers else [])


def test_expired_waiver_covers_nothing_and_is_a_violation():
    e = one_rack(HEAVY, waiver("space.weight", "r1", 5_000, date(2025, 12, 22)))
    violations = check(e, PLAN, DAY).violations
    assert [(v.rule, v.amount) for v in violations] == [
        ("space.weight", 5_000),
        ("waiver.expired", 10),
    ]
    assert violations[1].message == (
        "waiver `waiver of space.weight` of space.weight for `r1` has expired on 2025-12-22"
    )


def test_largest_of_several_counts():
    small = waiver("space.weight", "r1", 1, FAR)
    large = waiver("space.weight", "r1", 5_000, FAR, id="large")
    assert check(one_rack(HEAVY, small, large), PLAN, DAY).holds


@pytest.mark.parametrize(("days", "warned"), [(0, True), (89, True), (90, False)])
def test_waiver_that_expires_soon_is_a_warning(days, warned):
    e = one_rack(HEAVY, waiver("space.weight", "r1", 5_000, DAY + timedelta(days=days)))
    report = check(e, PLAN, DAY)
    assert report.holds
    assert [(v.rule, v.amount) for v in report.warnings] == (
        [("waiver.expired", 90 - days)] if warned else []
    )


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("space.weigth", "did you mean `space.weight`"),
        ("zzz", "see the list of rules in docs/rules"),
    ],
)
def test_waiver_of_an_unknown_rule(rule, hint):
    (violation,) = check(one_rack(waiver(rule, "r1", 1, FAR)), PLAN, DAY).violations
    assert (violation.rule, violation.hint) == ("waiver.unknown", hint)


def test_structure_cannot_be_waived():
    e = one_rack(waiver("structure.missing", "w-1", 9, FAR))
    assert [v.rule for v in check(e, layout({}), DAY).violations] == ["structure.missing"]
