"""Tenancy rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from datetime import date

import pytest

from planner.model.power import PowerKind
from planner.model.tenancy import Quota
from planner.model.workload import Places, PsuMode
from planner.problem import compile_estate
from planner.solve.candidates import Candidates
from planner.solve.model import distinct_rows
from planner.solve.rows import Key
from tests.builders import (
    DAY,
    as_built,
    at,
    certificate,
    estate,
    feed,
    needs,
    node,
    pool,
    rack,
    room,
    service,
    tenant,
    waiver,
    with_items,
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


@pair("tenancy.exclusive", "isolation", forbidden="rack", allowed="none")
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


@pair("tenancy.exclusive", "tenant_of_x", forbidden="u", allowed="t")
def test_cage_of_an_isolated_tenant(tenant_of_x, says):
    # Two racks in one cage: what stands in the other rack shares the cage.
    e = estate(
        rack("r1", cage="c"),
        rack("r2", cage="c"),
        feed("a"),
        feed("b", "r2"),
        tenant("t", isolation="cage"),
        tenant("u"),
        workload(cords=1),
        workload("x", cords=1, tenant=tenant_of_x),
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "x-1": at("r2", 1, "b")}) is says


@pair("tenancy.exclusive", "isolation", forbidden="cage", allowed="rack")
def test_isolated_rack_leaves_the_other_racks_of_a_cage_free(isolation, says):
    e = estate(
        rack("r1", cage="c"),
        rack("r2", cage="c"),
        feed("a"),
        feed("b", "r2"),
        tenant("t", isolation=isolation),
        tenant("u"),
        workload(cords=1),
        workload("x", cords=1, tenant="u"),
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "x-1": at("r2", 1, "b")}) is says


@pair("tenancy.exclusive", "cage", forbidden=None, allowed="c")
def test_tenant_of_a_cage_stands_in_one(cage, says):
    e = estate(rack(cage=cage), feed("a"), feed("b"), tenant(isolation="cage"), workload())
    assert allows(e, HERE) is says


@pytest.mark.parametrize(("amount", "says"), [(1, False), (2, True)])
def test_waiver_of_a_cage_counts_all_who_stand_in_it(amount, says):
    e = estate(
        rack("r1", cage="c"),
        rack("r2", cage="c"),
        feed("a"),
        feed("b", "r2"),
        tenant("t", isolation="cage"),
        tenant("u"),
        workload(cords=1),
        workload("x", 2, cords=1, tenant="u"),
        waiver("tenancy.exclusive", "c", amount),
    )
    places = {"w-1": at("r1", 1, "a"), "x-1": at("r1", 2, "a"), "x-2": at("r2", 1, "b")}
    assert allows(e, places) is says


@pytest.mark.parametrize(("amount", "says"), [(1, False), (2, True)])
def test_instances_outside_a_cage_count_each(amount, says):
    e = estate(rack(), feed("a"), feed("b"), tenant(isolation="cage"), workload(count=2))
    places = HERE | {"w-2": at("r1", 2, "a", "b")}
    breaks = {Key("tenancy.exclusive", "r1", "instances"): amount}
    assert allows(e, places, HERE, breaks=breaks) is says


# --- services in rooms


def on_pool(*items, **fields):
    """One host in a room, a pool of it, and a service of 1 vCPU on it."""
    return estate(rack(), feed("a"), workload(cords=1), pool("p1"), service(**fields), *items)


HOST = {"w-1": at("r1", 1, "a")}
ON_P1 = {"svc-1": "p1"}


@pair("tenancy.protection", "availability", forbidden=3, allowed=2)
def test_rooms_of_the_hosts_cover_the_need_of_a_service(availability, says):
    e = on_pool(room(may_host=needs(1, 1, 2)), protection=needs(1, 1, availability))
    assert allows(e, HOST, services=ON_P1) is says


@pair("tenancy.protection", "rack_of_host", forbidden="r2", allowed="r1")
def test_every_room_with_a_host_covers_it(rack_of_host, says):
    # One host in the room that may host it; where is the other?
    e = estate(
        rack("r1"),
        rack("r2", "row2", "room2"),
        feed("a", "r1"),
        feed("b", "r2"),
        room("room1", may_host=needs(2, 2, 2)),
        workload(count=2, cords=1),
        pool("p1"),
        service(protection=needs(2)),
    )
    nodes = {"r1": "a", "r2": "b"}
    places = HOST | {"w-2": at(rack_of_host, 2, nodes[rack_of_host])}
    assert allows(e, places, services=ON_P1) is says


@pair("tenancy.certificate", "held", forbidden=(), allowed=("iso",))
def test_rooms_of_the_hosts_hold_the_certificate_of_a_service(held, says):
    e = on_pool(
        room(certificates=held),
        certificate("iso", date(2030, 1, 1)),
        certificates=("iso",),
    )
    assert allows(e, HOST, services=ON_P1) is says


@pair("tenancy.certificate", "rack_of_host", forbidden="r2", allowed="r1")
def test_every_room_with_a_host_holds_it(rack_of_host, says):
    e = estate(
        rack("r1"),
        rack("r2", "row2", "room2"),
        feed("a", "r1"),
        feed("b", "r2"),
        room("room1", certificates=("iso",)),
        certificate("iso", date(2030, 1, 1)),
        workload(count=2, cords=1),
        pool("p1"),
        service(certificates=("iso",)),
    )
    nodes = {"r1": "a", "r2": "b"}
    places = HOST | {"w-2": at(rack_of_host, 2, nodes[rack_of_host])}
    assert allows(e, places, services=ON_P1) is says


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"protection": needs(3)}, {"tenancy.protection": 2}),
        ({"certificates": ("iso", "other")}, {"tenancy.certificate": 2}),
        ({"protection": needs(3), "vcpu_milli": 0, "ram_mib": 0}, None),
    ],
)
def test_service_without_a_fitting_room_says_so(fields, broken):
    # One that takes no host needs no room.
    held = [certificate(key, date(2030, 1, 1)) for key in ("iso", "other")]
    services = Candidates(compile_estate(on_pool(*held, **fields), as_built(), DAY)).services
    assert list(services.excluded["svc"].values()) == ([] if broken is None else [broken])


# --- tenancy.quota


def with_quota(*items, cords=2, count=1, draw_w=900, **quota):
    """A rack on two strands; tenant `t` has a quota."""
    return estate(
        rack(),
        *(node(f"ups-{k}", PowerKind.UPS) for k in "ab"),
        *(feed(k, parent=f"ups-{k}") for k in "ab"),
        tenant("t", quota=Quota(**quota)),
        workload(count=count, cords=cords, draw_w=draw_w, u=2),
        *items,
    )


@pair("tenancy.quota", "watts", forbidden=449, allowed=450)
def test_power_contracted_of_a_strand(watts, says):
    # 900 W on two cords: 450 W a strand.
    assert allows(with_quota(strand_w={"ups-a": watts}), HERE) is says


@pair("tenancy.quota", "watts", forbidden=666, allowed=667)
def test_share_of_a_strand_is_rounded_up(watts, says):
    # 1000 W on three cords, two of them on a: 666.7 W.
    e = with_quota(cords=3, draw_w=1000, strand_w={"ups-a": watts})
    assert allows(e, {"w-1": at("r1", 1, "a", "a", "b")}) is says


@pair("tenancy.quota", "tenant_of_x", forbidden="t", allowed="u")
def test_quota_counts_a_tenants_own_devices(tenant_of_x, says):
    e = with_quota(
        tenant("u"), workload("x", tenant=tenant_of_x, draw_w=100), strand_w={"ups-a": 450}
    )
    assert allows(e, HERE | {"x-1": at("r1", 4, "a", "b")}) is says


@pair("tenancy.quota", "mode", forbidden=PsuMode.ACTIVE_STANDBY, allowed=PsuMode.ACTIVE_ACTIVE)
def test_quota_counts_the_cords_that_carry(mode, says):
    # A standby supply on b leaves all of it on a.
    e = with_quota(strand_w={"ups-a": 450})
    e = with_items(e, workload(draw_w=900, u=2, psu_mode=mode))
    assert allows(e, HERE) is says


@pytest.mark.parametrize(("u_half", "binds"), [(7, True), (8, False)])
def test_quota_that_nobody_can_exceed_is_no_row(u_half, binds):
    # Two devices of 2 U are 8 half units, in whichever of their options they stand.
    candidates = Candidates(compile_estate(with_quota(count=2, u_half=u_half), as_built(), DAY))
    assert len(candidates.options) > 1
    assert ("tenancy.quota" in {row.key.rule for row in distinct_rows(candidates)}) is binds


@pair("tenancy.quota", "u_half", forbidden=7, allowed=8)
def test_units_contracted(u_half, says):
    e = with_quota(count=2, u_half=u_half)
    assert allows(e, HERE | {"w-2": at("r1", 4, "a", "b")}) is says


@pair("tenancy.quota", "begins", forbidden=date(2026, 6, 30), allowed=date(2026, 7, 1))
def test_quota_holds_on_each_day(begins, says):
    # 4 half units at a time: the second workload begins before or after the first has ended.
    e = estate(
        rack(),
        feed("a"),
        feed("b"),
        tenant("t", quota=Quota(u_half=4)),
        workload(u=2, valid_until=date(2026, 6, 30)),
        workload("x", u=2, valid_from=begins),
        planning_horizon=date(2026, 12, 31),
    )
    assert allows(e, HERE | {"x-1": at("r1", 4, "a", "b")}) is says


@pair("tenancy.quota", "permille", forbidden=333, allowed=334)
def test_share_of_a_pool(permille, says):
    # 1 of 3 vCPU: 333.3 per mille of the worst resource.
    e = estate(
        rack(),
        feed("a"),
        tenant("t", quota=Quota(pool_share_permille={"p1": permille})),
        workload(cords=1),
        pool("p1", vcpu_milli=3000),
        service(),
    )
    assert allows(e, HOST, services=ON_P1) is says


@pair("tenancy.quota", "hosts", forbidden=1, allowed=2)
def test_share_grows_with_the_hosts(hosts, says):
    # 1 of 3 vCPU, or of 6: 166.7 per mille.
    e = estate(
        rack(),
        feed("a"),
        tenant("t", quota=Quota(pool_share_permille={"p1": 200})),
        workload(count=hosts, cords=1),
        pool("p1", vcpu_milli=3000),
        service(),
    )
    places = {f"w-{n}": at("r1", n, "a") for n in range(1, hosts + 1)}
    assert allows(e, places, services=ON_P1) is says


@pytest.mark.parametrize(("amount", "says"), [(133, False), (134, True)])
def test_waiver_of_a_share(amount, says):
    # 333.3 per mille, rounded up, less 200
    e = estate(
        rack(),
        feed("a"),
        tenant("t", quota=Quota(pool_share_permille={"p1": 200})),
        workload(cords=1),
        pool("p1", vcpu_milli=3000),
        service(),
        waiver("tenancy.quota", "t:p1", amount),
    )
    assert allows(e, HOST, services=ON_P1) is says


# --- tenancy.cumulation


def cumulated(k, *items, need=2, hosts=2):
    """A room that hosts a level of confidentiality; `k` workloads of level hoch count as more."""
    return estate(
        rack(),
        feed("a"),
        feed("b"),
        room(may_host=needs(hosts)),
        workload(count=2, protection=needs(need)),
        *items,
        cumulation={"hoch": k},
    )


TWO = HERE | {"w-2": at("r1", 2, "a", "b"), "x-1": at("r1", 3, "a", "b")}


@pair("tenancy.cumulation", "k", forbidden=2, allowed=3)
def test_workloads_of_a_level_in_a_room(k, says):
    # Two workloads, one of two instances.
    assert allows(cumulated(k, workload("x", protection=needs(2))), TWO) is says


@pair("tenancy.cumulation", "need", forbidden=2, allowed=1)
def test_only_workloads_of_the_level_count(need, says):
    assert allows(cumulated(2, workload("x", protection=needs(need))), TWO) is says


@pair("tenancy.cumulation", "hosts", forbidden=2, allowed=3)
def test_room_that_hosts_the_level_above_takes_any_number(hosts, says):
    assert allows(cumulated(2, workload("x", protection=needs(2)), hosts=hosts), TWO) is says


@pair("tenancy.cumulation", "begins", forbidden=date(2026, 6, 30), allowed=date(2026, 7, 1))
def test_cumulation_counts_what_is_there_at_the_same_time(begins, says):
    e = estate(
        rack(),
        feed("a"),
        feed("b"),
        room(may_host=needs(2)),
        workload(protection=needs(2), valid_until=date(2026, 6, 30)),
        workload("x", protection=needs(2), valid_from=begins),
        planning_horizon=date(2026, 12, 31),
        cumulation={"hoch": 2},
    )
    assert allows(e, HERE | {"x-1": at("r1", 3, "a", "b")}) is says


@pair("tenancy.cumulation", "rack_of_host", forbidden="r1", allowed="r2")
def test_service_counts_in_the_rooms_of_its_hosts(rack_of_host, says):
    e = estate(
        rack("r1"),
        rack("r2", "row2", "room2"),
        feed("a", "r1"),
        feed("b", "r2"),
        *(room(key, may_host=needs(2)) for key in ("room1", "room2")),
        workload(cords=1),
        workload("x", cords=1, protection=needs(2)),
        pool("p1"),
        service(protection=needs(2)),
        cumulation={"hoch": 2},
    )
    nodes = {"r1": "a", "r2": "b"}
    places = {"w-1": at(rack_of_host, 2, nodes[rack_of_host]), "x-1": at("r1", 1, "a")}
    assert allows(e, places, services=ON_P1) is says


@pair("tenancy.cumulation", "subject", forbidden="room1:integrity", allowed="room1:confidentiality")
def test_waiver_names_room_and_value(subject, says):
    e = cumulated(2, workload("x", protection=needs(2)), waiver("tenancy.cumulation", subject, 1))
    assert allows(e, TWO) is says
