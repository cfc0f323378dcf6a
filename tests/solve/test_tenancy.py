"""Tenancy rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from datetime import date

from planner.model.workload import Places
from tests.builders import (
    at,
    certificate,
    estate,
    feed,
    needs,
    rack,
    room,
    tenant,
    workload,
)
from tests.solve.fixing import allows, pair

HERE = {"w-1": at("r1", 1, "a", "b")}


def one_room(*items, **policy):
    return estate(rack(), feed("a"), feed("b"), *items, **policy)


@pair("tenancy.protection", "availability", forbidden=3, allowed=2)
def test_room_covers_the_protection_need(availability, says):
    # Each basic value by itself: a high level of confidentiality makes up for nothing.
    e = one_room(room(may_host=needs(3, 1, 2)), workload(protection=needs(1, 1, availability)))
    assert allows(e, HERE) is says


@pair("tenancy.certificate", "held", forbidden=(), allowed=("iso",))
def test_room_holds_the_certificate(held, says):
    e = one_room(
        room(certificates=held),
        certificate("iso", date(2030, 1, 1)),
        workload(certificates=("iso",)),
    )
    assert allows(e, HERE) is says


@pair(
    "tenancy.certificate",
    "valid_until",
    forbidden=date(2026, 6, 29),
    allowed=date(2026, 6, 30),
)
def test_certificate_is_valid_while_the_workload_is_there(valid_until, says):
    # Horizon at the end of the year, but the workload ends on 30 June.
    e = one_room(
        room(certificates=("iso",)),
        certificate("iso", valid_until),
        workload(certificates=("iso",), valid_until=date(2026, 6, 30)),
        planning_horizon=date(2026, 12, 31),
    )
    assert allows(e, HERE) is says


@pair("tenancy.places", "allowed", forbidden=("s2",), allowed=("s1", "s2"))
def test_allowed_places(allowed, says):
    e = one_room(workload(allowed=Places(site=allowed)))
    assert allows(e, HERE) is says


@pair("tenancy.places", "row", forbidden="row1", allowed="row2")
def test_forbidden_places(row, says):
    e = one_room(workload(forbidden=Places(row=(row,))))
    assert allows(e, HERE) is says


@pair("tenancy.exclusive", "owner", forbidden="other", allowed="t")
def test_rack_of_a_tenant(owner, says):
    e = estate(rack(tenant=owner), feed("a"), feed("b"), tenant("other"), workload())
    assert allows(e, HERE) is says


def two_tenants(**fields):
    """Workloads of tenants `t` and `u`; `fields` are those of the second one's tenant."""
    return one_room(tenant("u", **fields), workload(), workload("x", tenant="u"))


BOTH = HERE | {"x-1": at("r1", 2, "a", "b")}


@pair("tenancy.exclusive", "isolation", forbidden=True, allowed=False)
def test_isolated_tenant_shares_no_rack(isolation, says):
    assert allows(two_tenants(isolation=isolation), BOTH) is says


@pair("tenancy.exclusive", "isolation", forbidden=True, allowed=False)
def test_isolated_workload_shares_no_rack(isolation, says):
    e = one_room(workload(isolation=isolation), workload("x"))
    assert allows(e, BOTH) is says


@pair("tenancy.exclusive", "begins", forbidden=date(2026, 6, 30), allowed=date(2026, 7, 1))
def test_isolated_workloads_follow_each_other(begins, says):
    # The isolated one leaves after 30 June.
    e = one_room(
        workload(isolation=True, valid_until=date(2026, 6, 30)),
        workload("x", valid_from=begins),
        planning_horizon=date(2026, 12, 31),
    )
    assert allows(e, BOTH) is says
