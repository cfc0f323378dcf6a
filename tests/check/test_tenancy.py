"""Tenancy rules at their edges."""

from datetime import date

import pytest

from planner.check import check
from planner.model.tenancy import Quota
from planner.model.workload import Places
from tests.builders import (
    DAY,
    at,
    certificate,
    feed,
    layout,
    needs,
    node,
    one_rack,
    pool,
    rack,
    room,
    service,
    tenant,
    with_items,
    without,
    workload,
)

W1 = {"w-1": at("r1", 1, "a", "b")}
W1_X1 = {**W1, "x-1": at("r1", 2, "a", "b")}


def found(e, places, rule, as_of=DAY):
    """Return what is found about a rule; without waivers only an amount of 0 could be waived."""
    report = check(e, layout(places), as_of)
    return [v for v in (*report.violations, *report.waived) if v.rule == rule]


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


# --- cages


CAGED = {"w-1": at("r1", 1, "a", "b"), "x-1": at("r2", 1, "a2", "b2")}


def _caged(*items, isolation="cage", **cages):
    """Return racks `r1` and `r2`, `w` of tenant t, isolated by cage, and `x` of tenant t2."""
    racks = (rack(key, cage=cages.get(key)) for key in ("r1", "r2"))
    return one_rack(
        *racks,
        feed("a2", "r2"),
        feed("b2", "r2"),
        tenant("t", isolation=isolation),
        workload("x", tenant="t2"),
        *items,
    )


def test_racks_of_a_cage_hold_one_tenant():
    (violation,) = found(_caged(r1="c", r2="c"), CAGED, "tenancy.exclusive")
    assert violation[1:6] == ("c", "normal", 1, 0, "instances")
    assert violation.message == (
        "cage `c` holds `x-1` beside isolated tenant `t` that shares no cage"
    )
    assert violation.hint == "move `x-1` to another cage"
    # Another cage, no cage, or a tenant that asks for racks only.
    assert found(_caged(r1="c", r2="c2"), CAGED, "tenancy.exclusive") == []
    assert found(_caged(r1="c"), CAGED, "tenancy.exclusive") == []
    assert found(_caged(r1="c", r2="c", isolation="rack"), CAGED, "tenancy.exclusive") == []


def test_cage_is_counted_over_all_its_racks():
    e = _caged(tenant("t2", isolation="cage"), workload("x", tenant="t2", count=2), r1="c", r2="c")
    # Beside t two of t2, beside t2 one of t.
    places = {**CAGED, "x-2": at("r1", 2, "a", "b")}
    (violation,) = found(e, places, "tenancy.exclusive")
    assert (violation.subject, violation.amount) == ("c", 2)
    assert "beside isolated tenant `t` " in violation.message


def test_tenant_of_whole_cages_stands_in_one():
    (violation,) = found(_caged(r2="c"), CAGED, "tenancy.exclusive")
    assert violation[1:6] == ("r1", "normal", 1, 0, "instances")
    assert violation.message == (
        "rack `r1` stands in no cage and holds `w-1`, whose tenant takes whole cages"
    )
    # Beside two of t2 it is these that count.
    e = _caged(workload("x", tenant="t2", count=2))
    places = {"w-1": W1["w-1"], "x-1": at("r1", 2, "a", "b"), "x-2": at("r1", 3, "a", "b")}
    (violation,) = found(e, places, "tenancy.exclusive")
    assert (violation.subject, violation.amount) == ("r1", 2)
    assert violation.message.startswith("rack `r1` holds `x-1`, `x-2` beside isolated tenant `t` ")


def test_cage_holds_day_by_day():
    e = _caged(
        workload("w", valid_until=date(2026, 1, 31)),
        workload("x", tenant="t2", valid_from=date(2026, 2, 1)),
        r1="c",
        r2="c",
    )
    e = with_items(e, planning_horizon=date(2026, 12, 31))
    assert found(e, CAGED, "tenancy.exclusive") == []
    e = with_items(e, workload("w", valid_until=date(2026, 2, 1)))
    (violation,) = found(e, CAGED, "tenancy.exclusive")
    assert violation.message.endswith("that shares no cage on 2026-02-01")


# --- services in rooms


def _hosted(*items, **fields):
    """Return service `svc` on pool `p1` of hosts `w` in rooms `room1` and `room2`."""
    return one_rack(
        rack("r2", "row2", "room2"),
        feed("a2", "r2"),
        feed("b2", "r2"),
        workload(count=2),
        pool("p1", "s1", "w"),
        service("svc", **fields),
        *items,
    )


HOSTS = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r2", 1, "a2", "b2")}


def hosted(e, rule, places=HOSTS):
    plan = layout(places, services={"svc-1": "p1"})
    return [v for v in check(e, plan, DAY).violations if v.rule == rule]


def test_service_needs_rooms_that_may_host_it():
    e = _hosted(room("room2", may_host=needs(1, 2)), protection=needs(1, 3))
    (violation,) = hosted(e, "tenancy.protection")
    # Integrity 3 of 1 in room1, of 2 in room2: the worst room counts.
    assert violation[1:6] == ("svc-1", "normal", 3, 1, "levels")
    assert violation.message == (
        "room `room1` with hosts of pool `p1` may not host the protection need of `svc-1`"
    )
    assert violation.hint == "run it on a pool whose hosts stand in rooms that may host it"
    # The first of two equally bad rooms; only rooms with hosts count.
    assert "`room1`" in hosted(without(e, "room2"), "tenancy.protection")[0].message
    only = {"w-2": HOSTS["w-2"]}
    assert hosted(e, "tenancy.protection", only)[0][3:5] == (3, 2)
    assert hosted(e, "tenancy.protection", {}) == []
    fit = with_items(e, room("room1", may_host=needs(1, 3)), room("room2", may_host=needs(1, 3)))
    assert hosted(fit, "tenancy.protection") == []


def test_hosts_that_stand_while_the_service_runs():
    e = _hosted(protection=needs(1, 3), valid_from=date(2026, 2, 1))
    e = with_items(
        e, workload(count=2, valid_until=date(2026, 1, 31)), planning_horizon=date(2026, 12, 31)
    )
    assert hosted(e, "tenancy.protection") == []
    e = with_items(e, workload(count=2, valid_until=date(2026, 2, 1)))
    assert len(hosted(e, "tenancy.protection")) == 1


def test_service_needs_certified_rooms():
    e = _hosted(
        certificate("iso", date(2030, 1, 1)),
        room("room1", certificates=("iso",)),
        certificates=("iso",),
    )
    (violation,) = hosted(e, "tenancy.certificate")
    assert violation[1:6] == ("svc-1", "normal", 1, 0, "certificates")
    assert violation.message == (
        "room `room2` with hosts of pool `p1` does not hold `iso` from 2026-01-01 to 2026-01-01, "
        "which `svc-1` requires"
    )
    assert violation.hint == "run it on a pool in certified rooms, or renew the certificate"
    e = with_items(e, room("room2", certificates=("iso",)))
    assert hosted(e, "tenancy.certificate") == []


# --- quotas


def quota(**fields):
    return tenant("t", quota=Quota(**fields))


def figures(e, places, rule="tenancy.quota", services=None):
    report = check(e, layout(places, services=services), DAY)
    every = (*report.violations, *report.waived)
    return [(v.subject, *v[3:6]) for v in every if v.rule == rule]


def test_power_quota_of_a_strand():
    # 501 W on each strand in halves, 300 W on a only: 550.5 W on ua, 250.5 W on ub.
    e = one_rack(
        node("ua", "ups", loss_permille=100),
        node("ub", "ups"),
        feed("a", parent="ua"),
        feed("b", parent="ub"),
        workload(draw_w=501),
        workload("x", cords=1, draw_w=300),
        workload("y", tenant="t2", cords=1, draw_w=900),
        quota(strand_w={"ua": 550, "ub": 251}),
    )
    places = {**W1, "x-1": at("r1", 2, "a"), "y-1": at("r1", 3, "a")}
    assert figures(e, places) == [("t:ua", 551, 550, "W")]
    (violation,) = found(e, places, "tenancy.quota")
    assert violation.message == "tenant `t` uses more of strand `ua` than it has contracted"
    assert violation.available_note == "quota of `t`"
    assert figures(with_items(e, quota(strand_w={"ua": 551, "ub": 250})), places) == [
        ("t:ub", 251, 250, "W")
    ]
    # What is down draws nothing; a strand nobody of it uses carries nothing.
    assert figures(with_items(e, quota(strand_w={"ua": 0, "other": 0})), {}) == []
    e = with_items(e, workload(draw_w=501, psus_required=2), quota(strand_w={"ub": 0}))
    assert figures(e, {"w-1": at("r1", 1, "b")}) == []


def test_quota_of_units_on_the_worst_day():
    e = one_rack(
        workload(u=2, valid_until=date(2026, 1, 31)),
        workload("x", u=1.5),
        workload("y", tenant="t2", u=9),
        quota(u_half=6),
        planning_horizon=date(2026, 12, 31),
    )
    places = {**W1, "x-1": at("r1", 10, "a", "b"), "y-1": at("r1", 20, "a", "b")}
    # 4 + 3 half units in January, 3 from February on.
    assert figures(e, places) == [("t:u", 7, 6, "half U")]
    assert figures(with_items(e, quota(u_half=7)), places) == []
    e = with_items(e, workload(u=2, valid_from=date(2026, 2, 1)))
    (violation,) = found(e, places, "tenancy.quota")
    assert violation.message == (
        "tenant `t` uses more of rack units than it has contracted on 2026-02-01"
    )


def test_share_of_a_pool():
    # Two hosts of 8 vCPU, one spare, sold 1.5 times: 24 vCPU; 2 x 16 GiB of RAM; 4 licences.
    e = one_rack(
        workload(count=2, tenant="t2"),
        pool("p1", "s1", "w", hosts_spare=1, vcpu_overcommit_permille=1500, licences={"db": 4}),
        pool("p2", "s1", "w"),
        service("svc", 2, vcpu_milli=4000, ram_mib=1000),
        service("other", tenant="t2", vcpu_milli=8000),
        quota(pool_share_permille={"p1": 333}),
    )
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")}
    on = {"svc-1": "p1", "svc-2": "p1", "other-1": "p1"}
    # 8 of 24 vCPU are 333.3 per mille, 2000 of 32768 MiB less.
    assert figures(e, places, services=on) == [("t:p1", 334, 333, "per mille")]
    (violation,) = (
        v for v in check(e, layout(places, services=on), DAY).violations if v.rule[:8] == "tenancy."
    )
    assert violation.available_note == "quota of `t`: 33.3 %"
    # A third and no more; or one of both on the other pool, or there for a mirror only.
    assert figures(with_items(e, quota(pool_share_permille={"p1": 334})), places, services=on) == []
    elsewhere = {**on, "svc-2": ("p2", "p1")}
    assert figures(e, places, services=elsewhere) == []
    # Three of four licences are more than the vCPU.
    e = with_items(e, service("svc", 1, vcpu_milli=4000, licences={"db": 3}))
    assert figures(e, places, services={"svc-1": "p1"}) == [("t:p1", 750, 333, "per mille")]


def test_share_of_what_is_not_there():
    e = one_rack(
        pool("p1", "s1", "w"),
        service("svc", vcpu_milli=2, ram_mib=0, licences={"db": 1}),
        quota(pool_share_permille={"p1": 999}),
    )
    # No host: two thousandths of a vCPU count as all, twice; with the host the missing licence.
    assert figures(e, {}, services={"svc-1": "p1"}) == [("t:p1", 2000, 999, "per mille")]
    assert figures(e, W1, services={"svc-1": "p1"}) == [("t:p1", 1000, 999, "per mille")]
    assert figures(with_items(e, service("svc", vcpu_milli=1, ram_mib=0)), W1) == []


# --- cumulation


def test_so_many_workloads_of_a_level_count_one_higher():
    e = one_rack(
        room("room1", may_host=needs(2, 2, 3)),
        workload(count=2, protection=needs(2, 1, 2)),
        workload("x", protection=needs(2, 2, 2)),
        workload("y", protection=needs(1, 2, 2)),
        cumulation={"hoch": 2},
    )
    places = {
        key: at("r1", n, "a", "b") for n, key in enumerate(("w-1", "w-2", "x-1", "y-1"), start=1)
    }
    # Confidentiality: w and x, two instances of w count once; integrity: x and y; availability
    # may be sehr-hoch.
    assert figures(e, places, "tenancy.cumulation") == [
        ("room1:confidentiality", 2, 1, "workloads"),
        ("room1:integrity", 2, 1, "workloads"),
    ]
    (violation, _) = found(e, places, "tenancy.cumulation")
    assert violation.message == (
        "room `room1` may host confidentiality hoch, but `w`, `x` together count one level higher"
    )
    assert violation.available_note == "2 of them count one level higher"
    assert figures(with_items(e, cumulation={"hoch": 3}), places, "tenancy.cumulation") == []
    # Another level has no threshold.
    other = with_items(e, cumulation={"normal": 2})
    assert figures(other, places, "tenancy.cumulation") == []
    only_w = {key: places[key] for key in ("w-1", "w-2")}
    assert figures(e, only_w, "tenancy.cumulation") == []


def test_services_count_where_their_hosts_stand_on_the_worst_day():
    e = _hosted(
        *(room(f"room{n}", may_host=needs(2)) for n in (1, 2)),
        workload("x", protection=needs(2), valid_from=date(2026, 2, 1)),
        protection=needs(2),
    )
    e = with_items(e, cumulation={"hoch": 2}, planning_horizon=date(2026, 12, 31))
    places = {**HOSTS, "x-1": at("r2", 2, "a2", "b2")}
    (violation,) = hosted(e, "tenancy.cumulation", places)
    assert violation[1:6] == ("room2:confidentiality", "normal", 2, 1, "workloads")
    assert violation.message.endswith("`svc`, `x` together count one level higher on 2026-02-01")
    assert hosted(e, "tenancy.cumulation", {"w-1": HOSTS["w-1"], "x-1": places["x-1"]}) == []
