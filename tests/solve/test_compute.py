"""Compute rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from tests.builders import at, estate, feed, pool, rack, room, service, site, workload
from tests.solve.fixing import allows, pair


def two_sites(*items, **policy):
    """One rack with a feed at each of two sites, which stand in for each other."""
    return estate(
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        room("room1", "s1"),
        room("room2", "s2"),
        rack("r1", "row1", "room1", "s1"),
        rack("r2", "row2", "room2", "s2"),
        feed("a", "r1"),
        feed("b", "r2", site="s2"),
        pool("p1", "s1"),
        pool("p2", "s2"),
        workload(count=2, cords=1),
        *items,
        **policy,
    )


HOSTS = {"w-1": at("r1", 1, "a"), "w-2": at("r2", 1, "b")}


@pair("compute.place", "pools", forbidden=("p2",), allowed=("p1",))
def test_runs_on_a_pool_it_may_use(pools, says):
    e = two_sites(service(pools=pools))
    assert allows(e, HOSTS, services={"svc-1": "p1"}) is says


@pair("compute.place", "on", forbidden="p1", allowed=("p1", "p2"))
def test_mirror_on_every_other_site(on, says):
    e = two_sites(service(replication="sync"))
    assert allows(e, HOSTS, services={"svc-1": on}) is says


@pair("compute.pool", "vcpu", forbidden=8001, allowed=8000)
def test_fits_on_the_hosts(vcpu, says):
    # One host of 8 vCPU at s1.
    e = two_sites(service(vcpu_milli=vcpu))
    assert allows(e, HOSTS, services={"svc-1": "p1"}) is says


@pair("compute.pool", "spare", forbidden=1, allowed=0)
def test_spare_hosts_stay_free(spare, says):
    e = two_sites(service(), pool("p1", hosts_spare=spare))
    assert allows(e, HOSTS, services={"svc-1": "p1"}) is says


@pair("compute.pool", "gib", forbidden=51, allowed=50)
def test_mirrors_take_storage(gib, says):
    # 100 GiB at s2: one instance runs there, the mirror of the other is kept there.
    e = two_sites(service(count=2, replication="sync", storage_gib=gib))
    both = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    assert allows(e, HOSTS, services=both) is says


@pair("compute.pool", "mode", forbidden="active-standby", allowed="single")
def test_warm_copies_take_ram(mode, says):
    # A host has 16 384 MiB: 10 000 of the instance at home and 10 000 of the copy are too many.
    e = two_sites(service(count=2, mode=mode, replication="sync", ram_mib=10_000))
    both = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    assert allows(e, HOSTS, services=both) is says


@pair("compute.pool", "declared", forbidden={}, allowed={"db": 1})
def test_licences(declared, says):
    e = two_sites(service(licences={"db": 1}), pool("p1", licences=declared))
    assert allows(e, HOSTS, services={"svc-1": "p1"}) is says
