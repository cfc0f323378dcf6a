"""Compute: pools a service may use, and what fits on a pool."""

from datetime import date

import pytest

from tests.builders import at, group, pool, service, site, workload
from tests.check.two_sites import GIVEN_UP, changed, found, report

MIRRORED = {"replication": "sync", "storage_gib": 10}


def wrong_pools(e, pools):
    """Return required and available of `compute.place`, None where it holds."""
    violations = found(e, "compute.place", {"svc-1": pools})
    assert len(violations) < 2
    return violations[0][3:5] if violations else None


def test_pool_and_standbys_are_usable_ones():
    assert wrong_pools(changed(), ("p1", "p2")) is None
    assert wrong_pools(changed(), "p1") is None
    assert wrong_pools(changed(service("svc", pools=("p1",))), ("p1", "p2")) == (2, 1)
    other = pool("p3", "s3", "h")
    assert wrong_pools(changed(service("svc", pools=("p3",)), other), ("p1", "p2")) == (2, 0)


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ({"allowed": {"site": ("s1",)}}, None),
        ({"allowed": {"site": ("s2",)}}, (2, 1)),
        ({"forbidden": {"site": ("s1",)}}, (2, 1)),
        ({"forbidden": {"site": ("s2",)}}, None),
        # Both are one pool.
        ({"allowed": {"site": ("s2",)}, "forbidden": {"site": ("s1",)}}, (2, 1)),
        # Only sites are looked at.
        ({"allowed": {"room": ("room2",)}}, None),
    ],
)
def test_site_of_the_pool_is_allowed(places, wrong):
    assert wrong_pools(changed(service("svc", **places)), ("p1", "p2")) == wrong


def test_a_pool_wrong_for_several_reasons_counts_once_and_all_are_told():
    e = changed(service("svc", pools=("p2",), forbidden={"site": ("s1",)}))
    (violation,) = found(e, "compute.place")
    assert violation[3:6] == (2, 1, "pools")
    assert violation.message == (
        "1 pool of `svc-1` is wrong or missing: it may not use pool `p1`, only `p2`; "
        "site `s1` is forbidden"
    )


def test_standbys_are_at_other_members_one_each():
    e = changed(
        pool("p3", "s1", "h"),
        pool("p4", "s2", "h"),
        pool("p5", "s3", "h"),
        site("s3", continuity_group="g"),
        pool("p6", "s4", "h"),
        site("s4", continuity_group="other"),
    )
    assert wrong_pools(e, ("p1", "p2", "p5")) is None
    # At the pool's own site, twice at one site, in another group, the pool itself.
    assert wrong_pools(e, ("p1", "p3")) == (2, 1)
    assert wrong_pools(e, ("p1", "p2", "p4")) == (3, 2)
    assert wrong_pools(e, ("p1", "p6")) == (2, 1)
    assert wrong_pools(e, ("p1", "p1")) == (2, 1)
    # Without a group nothing stands in.
    lonely = changed(site("s1"))
    assert wrong_pools(lonely, ("p1", "p2")) == (2, 1)
    assert wrong_pools(lonely, "p1") is None


def test_mirrors_are_wanted_at_every_other_member():
    mirrored = changed(service("svc", **MIRRORED))
    assert wrong_pools(mirrored, ("p1", "p2")) is None
    (violation,) = found(mirrored, "compute.place", {"svc-1": "p1"})
    assert violation[3:5] == (2, 1)
    assert violation.message.endswith("site `s2` has no mirror")
    three = changed(
        service("svc", **MIRRORED), pool("p3", "s3", "h"), site("s3", continuity_group="g")
    )
    # One of three is right; the wrong standby is at no site of its own.
    assert wrong_pools(three, ("p1", "p1")) == (4, 1)
    # Alone in its group, or in none: none wanted, none possible.
    assert wrong_pools(changed(service("svc", **MIRRORED), site("s2")), "p1") is None
    assert wrong_pools(changed(service("svc", **MIRRORED), site("s1")), "p1") is None


@pytest.mark.parametrize(
    "fields",
    [{"mode": "active-active"}, {"storage_gib": 10}, {"mode": "active-active", **MIRRORED}],
)
def test_what_may_not_move_has_no_standby(fields):
    e = changed(service("svc", **fields))
    assert wrong_pools(e, ("p1", "p2")) == (2, 1)
    assert wrong_pools(e, "p1") is None


# --- pool


def overfull(e, services, **how):
    """Return pool, unit, required and available of `compute.pool`."""
    return [(v.subject, v.unit, *v[3:5]) for v in found(e, "compute.pool", services, **how)]


def test_instances_take_of_each_resource_of_the_hosts_less_the_spare():
    """Two hosts, one spare: 8 x 1.5 = 12 vCPU, 16 384 MiB, 100 GiB, 2 licences."""
    third = workload("h", count=3, cords=1)
    small = pool("p1", "s1", "h", hosts_spare=1, vcpu_overcommit_permille=1500, licences={"db": 2})
    fits = {"vcpu_milli": 6000, "ram_mib": 8192, "storage_gib": 50, "licences": {"db": 1}}
    more = {"h-3": at("r1", 2, "f1")}
    two = {"svc-1": "p1", "svc-2": "p1"}

    def judged(**fields):
        e = changed(third, small, service("svc", count=2, **{**fits, **fields}))
        return overfull(e, two, more=more)

    assert judged() == []
    assert judged(vcpu_milli=6001) == [("p1", "vcpu/1000", 12_002, 12_000)]
    assert judged(ram_mib=8193) == [("p1", "MiB", 16_386, 16_384)]
    assert judged(storage_gib=51) == [("p1", "GiB", 102, 100)]
    assert judged(licences={"db": 2}) == [("p1", "licences db", 4, 2)]
    assert judged(licences={"os": 1}) == [("p1", "licences os", 2, 0)]
    assert judged(vcpu_milli=6001, storage_gib=51) == [
        ("p1", "GiB", 102, 100),
        ("p1", "vcpu/1000", 12_002, 12_000),
    ]


def test_overcommitted_vcpus_are_floored_per_host():
    # 8 001 x 1.001 = 8 009.001, twice: 16 018.
    third = workload("h", count=3, cords=1)
    odd = pool("p1", "s1", "h", vcpu_milli=8001, vcpu_overcommit_permille=1001)
    e = changed(third, odd, service("svc", vcpu_milli=16_019))
    assert overfull(e, {"svc-1": "p1"}, more={"h-3": at("r1", 2, "f1")}) == [
        ("p1", "vcpu/1000", 16_019, 16_018)
    ]


def test_more_spare_than_hosts_leaves_nothing_and_nothing_needed_breaks_nothing():
    e = changed(service("svc"), pool("p1", "s1", "h", hosts_spare=3), pool("p3", "s1", ()))
    (vcpu, ram) = found(e, "compute.pool")[::-1]
    assert (vcpu.unit, vcpu.required, vcpu.available) == ("vcpu/1000", 1000, 0)
    assert (ram.unit, ram.required, ram.available) == ("MiB", 1024, 0)
    assert vcpu.message == "pool `p1` has too little vcpu"
    assert vcpu.required_note == "1 instance or copy on it"
    assert vcpu.available_note == "1 host less 3 spare x 8000 vcpu/1000"


def test_only_hosts_at_the_pools_site_count():
    e = changed(service("svc", vcpu_milli=8001))
    assert overfull(e, {"svc-1": "p1"}) == [("p1", "vcpu/1000", 8001, 8000)]


def test_standby_pool_keeps_mirrors_and_warm_copies():
    """On `p2`: nothing of a stateless one, storage of a mirror, RAM and licences of a warm one."""
    full = {"vcpu_milli": 9000, "ram_mib": 20_000, "storage_gib": 200, "licences": {"db": 1}}
    big = pool(
        "p1", "s1", "h", vcpu_milli=9000, ram_mib=20_000, storage_gib=200, licences={"db": 1}
    )

    def judged(**fields):
        return overfull(changed(big, service("svc", **{**full, **fields})), {"svc-1": ("p1", "p2")})

    assert judged(storage_gib=0) == []
    assert judged(replication="async") == [("p2", "GiB", 200, 100)]
    assert judged(storage_gib=0, mode="active-standby") == [
        ("p2", "MiB", 20_000, 16_384),
        ("p2", "licences db", 1, 0),
    ]
    assert judged(replication="sync", mode="active-standby") == [
        ("p2", "GiB", 200, 100),
        ("p2", "MiB", 20_000, 16_384),
        ("p2", "licences db", 1, 0),
    ]


def test_storage_of_its_own_devices():
    """Two arrays of 30 GiB at `s1`; the spare host does not matter to them."""
    arrays = workload("array", count=2, cords=1)
    e = changed(
        arrays,
        pool("p1", "s1", "h", storage_on=("array",), storage_gib=30),
        service("svc", storage_gib=61),
    )
    more = {"array-1": at("r1", 2, "f1"), "array-2": at("r1", 3, "f1")}
    (violation,) = found(e, "compute.pool", {"svc-1": "p1"}, more=more)
    assert (violation.unit, *violation[3:5]) == ("GiB", 61, 60)
    assert violation.available_note == "2 storage devices x 30 GiB"


def test_worst_day_counts():
    """`x` needs 2 vCPU until May, `y` 3 from June on, beside 7 of `svc`."""
    e = changed(
        service("svc", vcpu_milli=7000, ram_mib=0),
        service("x", vcpu_milli=2000, ram_mib=0, valid_until=date(2026, 5, 31)),
        service("y", vcpu_milli=3000, ram_mib=0, valid_from=date(2026, 6, 1)),
        planning_horizon=date(2026, 12, 31),
    )
    (violation,) = found(e, "compute.pool", {"svc-1": "p1", "x-1": "p1", "y-1": "p1"})
    assert violation[3:5] == (10_000, 8000)
    assert violation.message.endswith("on 2026-06-01")


def test_hosts_that_are_not_there_yet_offer_nothing():
    later = workload("h", count=2, cords=1, valid_from=date(2026, 6, 1))
    e = changed(later, service("svc", ram_mib=0), planning_horizon=date(2026, 12, 31))
    assert overfull(e, {"svc-1": "p1"}) == [("p1", "vcpu/1000", 1000, 0)]


def test_base_holds():
    assert report(changed()).violations == ()
    assert report(changed(group("g", gives_up=GIVEN_UP, hours=1))).holds
