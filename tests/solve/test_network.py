"""Network rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

import pytest

from planner.model.scenarios import NETWORK_KINDS, SURVIVE_LEVELS
from planner.solve.rows import Key
from tests.builders import (
    at,
    duct,
    estate,
    feed,
    group,
    link,
    network_node,
    paths,
    pool,
    process,
    rack,
    service,
    site,
    waiver,
    workload,
)
from tests.solve.fixing import allows, pair

HERE = {"w-1": at("r1", 1, "a")}


def two_sites(*more, **policy):
    """Sites s1 and s2 of a group, in each a rack with a host and a pool, p1 and p2."""
    return estate(
        *(site(key, continuity_group="g") for key in ("s1", "s2")),
        group("g"),
        rack("r1"),
        rack("r2", "row2", "room2", "s2"),
        feed("a", "r1"),
        feed("b", "r2", site="s2"),
        workload("w", 2, cords=1),
        pool("p1", "s1"),
        pool("p2", "s2"),
        *more,
        **policy,
    )


BOTH = {"w-1": at("r1", 1, "a"), "w-2": at("r2", 1, "b")}


# --- network.mirror


def mirrored(max_rtt_us, **fields):
    """A service mirrored from p1 to p2, 10 us away, or 40 us over the other duct."""
    one = service(replication="sync", mode="active-standby", max_rtt_us=max_rtt_us, **fields)
    return (
        one,
        duct("d1"),
        duct("d2"),
        link("l1", "s1", "s2", "d1"),
        link("l2", "s1", "s2", "d2", fibre_m=4000),
    )


MIRRORED = {"svc-1": ("p1", "p2")}


@pair("network.mirror", "max_rtt_us", forbidden=9, allowed=10)
def test_synchronous_mirror_is_near_enough(max_rtt_us, says):
    e = two_sites(*mirrored(max_rtt_us))
    assert allows(e, BOTH, services=MIRRORED) is says


@pair("network.mirror", "max_rtt_us", forbidden=39, allowed=40)
def test_worse_of_the_paths_counts(max_rtt_us, says):
    e = two_sites(*mirrored(max_rtt_us), paths("p", "s1", "s2"))
    assert allows(e, BOTH, services=MIRRORED) is says


@pair("network.mirror", "key", forbidden="p2", allowed="p3")
def test_storage_of_both_pools_stands_the_delay(key, says):
    # The limit is that of a pool with a part in the mirror; p3 has none.
    e = two_sites(*mirrored(None), pool("p3", "s2"), pool(key, "s2", sync_max_rtt_us=9))
    assert allows(e, BOTH, services=MIRRORED) is says


@pair("network.mirror", "ends", forbidden=("s1", "x"), allowed=("s1", "s2"))
def test_mirror_needs_a_path(ends, says):
    e = two_sites(
        service(replication="sync", mode="active-standby", max_rtt_us=10),
        network_node("x"),
        link("l", *ends),
    )
    assert allows(e, BOTH, services=MIRRORED) is says


@pytest.mark.parametrize(
    "fields", [{"replication": "async"}, {"replication": "sync", "max_rtt_us": None}]
)
def test_mirror_without_a_limit_may_be_anywhere(fields):
    # No path at all between the sites: an asynchronous mirror, or one that states no limit.
    one = service(**{"mode": "active-standby", "max_rtt_us": 1, **fields})
    assert allows(two_sites(one), BOTH, services=MIRRORED)


# --- network.access


@pair("network.access", "end", forbidden="s2", allowed="s1")
def test_site_reaches_the_access_network(end, says):
    e = two_sites(
        workload("w", 1, cords=1, access_networks=("DOI",)),
        network_node("doi", access_network="DOI"),
        link("l", end, "doi"),
    )
    assert allows(e, HERE) is says


@pair("network.access", "key", forbidden="p2", allowed="p1")
def test_site_of_a_pool_reaches_the_access_network(key, says):
    e = two_sites(
        service(access_networks=("DOI",)),
        network_node("doi", access_network="DOI"),
        link("l", "s1", "doi"),
    )
    assert allows(e, BOTH, services={"svc-1": key}) is says


@pair("network.access", "second", forbidden="d1", allowed="d2")
def test_critical_device_reaches_it_after_the_loss_of_any_duct(second, says):
    e = estate(
        rack(),
        feed("a"),
        workload(cords=1, access_networks=("DOI",), critical=True, needed=0),
        network_node("doi-1", access_network="DOI"),
        network_node("doi-2", access_network="DOI"),
        duct("d1"),
        duct("d2"),
        link("l1", "s1", "doi-1", "d1"),
        link("l2", "s1", "doi-2", second),
    )
    assert allows(e, HERE) is says


@pair("network.access", "critical", forbidden=True, allowed=False)
def test_only_what_is_critical_needs_a_second_way(critical, says):
    e = estate(
        rack(),
        feed("a"),
        workload(cords=1, access_networks=("DOI",), critical=critical, needed=0),
        network_node("doi", access_network="DOI"),
        link("l", "s1", "doi"),
    )
    assert allows(e, HERE) is says


@pair("network.access", "stands_at", forbidden="s2", allowed=None)
def test_critical_device_reaches_it_after_the_loss_of_another_site(stands_at, says):
    # Two ways, over s2 and over node y: losing s2 cuts both where y stands there.
    e = estate(
        site("s2"),
        rack(),
        feed("a"),
        workload(cords=1, access_networks=("DOI",), critical=True, needed=0),
        network_node("y", stands_at),
        network_node("doi-1", access_network="DOI"),
        network_node("doi-2", access_network="DOI"),
        link("l1", "s1", "s2"),
        link("l2", "s2", "doi-1"),
        link("l3", "s1", "y"),
        link("l4", "y", "doi-2"),
    )
    assert allows(e, HERE) is says


def reached_from_s1(num_nodes, critical, *more):
    """A service that runs on p1 and that p2 takes over; the access network is beside s1 only."""
    nodes = [network_node(f"doi-{n}", access_network="DOI") for n in range(num_nodes)]
    return two_sites(
        service(access_networks=("DOI",), replication="async"),
        process("p", *(["svc"] if critical else [])),
        group("g", gives_up=SURVIVE_LEVELS),
        link("s1-s2", "s1", "s2"),
        *nodes,
        *(link(f"l{n}", "s1", node.id) for n, node in enumerate(nodes)),
        *more,
    )


@pair("network.access", "critical", forbidden=True, allowed=False)
def test_site_that_takes_over_alone_reaches_it_by_itself(critical, says):
    # s2 alone has lost s1, and with it every way to the access network.
    assert allows(reached_from_s1(2, critical), BOTH, services={"svc-1": ("p1", "p2")}) is says


@pair("network.access", "gives_up", forbidden=(), allowed=NETWORK_KINDS)
def test_member_alone_reaches_it_after_losses_not_given_up(gives_up, says):
    # s2 alone has one way of its own. With s1 there it has another, so any single loss is harmless.
    e = reached_from_s1(
        2,
        True,
        network_node("own", access_network="DOI"),
        link("own", "s2", "own"),
        group("g", gives_up=SURVIVE_LEVELS + gives_up),
    )
    assert allows(e, BOTH, services={"svc-1": ("p1", "p2")}) is says


def test_waiver_names_workload_and_access_network():
    one = workload(cords=1, access_networks=("DOI", "other"))
    for subject, says in (("w:DOI", True), ("w:other", False)):
        e = estate(
            rack(),
            feed("a"),
            one,
            network_node("n", access_network="other"),
            link("l", "s1", "n"),
            waiver("network.access", subject, 1),
        )
        assert allows(e, HERE) is says


def test_what_stands_out_of_reach_stays():
    e = estate(rack(), feed("a"), workload(count=2, cords=1, access_networks=("DOI",)))
    stands = {"w-1": at("r1", 1, "a")}
    breaks = {Key("network.access", "w:DOI", "paths"): 1}
    assert allows(e, stands, stands, breaks=breaks)
    # One violation of one workload, however many instances there are.
    assert allows(e, stands | {"w-2": at("r1", 2, "a")}, stands, breaks=breaks)
    assert not allows(e, stands)
