"""Tenancy rules at their edges."""

from datetime import date

import pytest

from planner.check import check
from planner.model.workload import Places
from tests.builders import (
    DAY,
    at,
    certificate,
    layout,
    needs,
    one_rack,
    rack,
    room,
    tenant,
    with_items,
    workload,
)

W1 = {"w-1": at("r1", 1, "a", "b")}
W1_X1 = {**W1, "x-1": at("r1", 2, "a", "b")}


def found(e, places, rule, as_of=DAY):
    return [v for v in check(e, layout(places), as_of).violations if v.rule == rule]


def test_protection_per_basic_value():
    e = one_rack(room("room1", may_host=needs(2, 2, 1)), workload(protection=needs(2, 3, 3)))
    (violation,) = found(e, W1, "tenancy.protection")
    # Integrity 3 of 2, availability 3 of 1: 6 against 3.
    assert violation[3:6] == (6, 3, "levels")
    assert violation.required_note == "integrity sehr-hoch, availability sehr-hoch"
    assert violation.available_note == "integrity hoch, availability normal"
    assert found(with_items(e, workload(protection=needs(2, 2, 1))), W1, "tenancy.protection") == []


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "holds"),
    [
        (None, date(2026, 6, 30), True),
        (date(2026, 2, 1), date(2026, 6, 30), True),
        (date(2026, 2, 2), date(2026, 6, 30), False),
        (None, date(2026, 6, 29), False),
    ],
)
def test_certificate_covers_the_time_the_workload_is_planned(valid_from, valid_until, holds):
    # Planned from 1 February (begin) to 30 June (end), within 1 January to 31 December.
    e = one_rack(
        room("room1", certificates=("iso",)),
        certificate("iso", valid_until, valid_from=valid_from),
        workload(certificates=("iso",), valid_from=date(2026, 2, 1), valid_until=date(2026, 6, 30)),
        planning_horizon=date(2026, 12, 31),
    )
    assert (found(e, W1, "tenancy.certificate") == []) is holds


def test_certificates_that_are_missing_are_counted():
    e = one_rack(
        room("room1", certificates=("iso", "gone")),
        certificate("iso", date(2030, 1, 1)),
        certificate("c5", date(2030, 1, 1)),
        workload(certificates=("iso", "c5", "gone")),
    )
    (violation,) = found(e, W1, "tenancy.certificate")
    assert violation[3:5] == (3, 1)
    assert "does not hold `c5`, `gone` from 2026-01-01 to 2026-01-01" in violation.message


def test_expiry_before_the_horizon_and_soon_after():
    e = one_rack(
        room("room1", certificates=("late", "old", "soon", "unknown")),
        certificate("unused", date(2020, 1, 1)),
        certificate("old", date(2025, 12, 30)),
        certificate("soon", date(2026, 6, 30)),
        certificate("late", date(2026, 9, 28)),
        planning_horizon=date(2026, 6, 30),
    )
    report = check(e, layout(W1), DAY)
    (violation,) = report.violations
    # 180 days from 1 January to 30 June; expired 2 days before 1 January.
    assert violation[:6] == ("tenancy.expiry", "old", "normal", 180, -2, "days")
    assert violation.message == "certificate `old` of `room1` has expired on 2025-12-30"
    # 30 June is the horizon itself: a warning. 28 September is day 90 after it: none.
    (warning,) = report.warnings
    assert (warning.subject, warning.amount) == ("soon", 90)
    assert check(with_items(e, planning_horizon=date(2026, 7, 1)), layout(W1), DAY).violations[
        1
    ].message == ("certificate `soon` of `room1` expires on 2026-06-30")


def test_certificate_that_ends_today_expires():
    e = one_rack(
        room("room1", certificates=("iso",)),
        certificate("iso", DAY),
        planning_horizon=date(2026, 1, 2),
    )
    (violation,) = check(e, layout(W1), DAY).violations
    assert violation.message == "certificate `iso` of `room1` expires on 2026-01-01"


@pytest.mark.parametrize(
    ("level", "domain"),
    [
        ("rack", "r1"),
        ("row", "row1"),
        ("room", "room1"),
        ("fire_compartment", "room1-fc"),
        ("site", "s1"),
    ],
)
def test_places_at_every_level(level, domain):
    word = level.replace("_", " ")
    e = one_rack(workload(allowed=Places(**{level: ("elsewhere",)})))
    (violation,) = found(e, W1, "tenancy.places")
    assert violation.message == (
        f"`w-1` stands where it may not: {word} `{domain}` is not allowed, only `elsewhere`"
    )
    e = one_rack(workload(forbidden=Places(**{level: (domain,)})))
    (violation,) = found(e, W1, "tenancy.places")
    assert violation.message == f"`w-1` stands where it may not: {word} `{domain}` is forbidden"
    e = one_rack(
        workload(allowed=Places(**{level: ("x", domain)}), forbidden=Places(**{level: ("x",)}))
    )
    assert found(e, W1, "tenancy.places") == []


def test_rack_of_a_tenant_takes_nobody_else():
    e = one_rack(rack(tenant="t"), workload("x", tenant="t2"))
    (violation,) = found(e, W1_X1, "tenancy.exclusive")
    assert violation.amount == 1
    assert violation.message == (
        "rack `r1` holds `x-1` beside tenant `t`, whose rack it is, that shares no rack"
    )
    assert found(e, W1, "tenancy.exclusive") == []
    # Nobody of the owner there: both are foreign.
    assert (
        found(one_rack(rack(tenant="t3"), workload("x")), W1_X1, "tenancy.exclusive")[0].amount == 2
    )


def test_isolated_tenants_and_workloads():
    isolated = tenant("t", isolation="rack")
    assert found(one_rack(isolated, workload("x")), W1_X1, "tenancy.exclusive") == []
    e = one_rack(isolated, workload("x", tenant="t2"), workload("y", tenant="t2"))
    places = {**W1_X1, "y-1": at("r1", 3, "a", "b")}
    (violation,) = found(e, places, "tenancy.exclusive")
    assert (violation.amount, violation.required_note) == (2, "2 instances of others")
    # An isolated workload shares with nobody, its own tenant included.
    e = one_rack(workload("x", isolation=True))
    (violation,) = found(e, W1_X1, "tenancy.exclusive")
    assert violation.message == (
        "rack `r1` holds `w-1` beside isolated workload `x` that shares no rack"
    )
    assert found(e, {"x-1": at("r1", 2, "a", "b")}, "tenancy.exclusive") == []


def test_isolation_holds_day_by_day():
    e = one_rack(
        tenant("t", isolation="rack"),
        workload("w", valid_until=date(2026, 1, 31)),
        workload("x", tenant="t2", valid_from=date(2026, 2, 1)),
        planning_horizon=date(2026, 12, 31),
    )
    assert found(e, W1_X1, "tenancy.exclusive") == []
