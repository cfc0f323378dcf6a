"""Network rules at their edges; the search for paths has its own tests."""

from datetime import date

import pytest

from planner.check import check, network, network_paths
from tests.builders import (
    DAY,
    at,
    change,
    estate,
    feed,
    group,
    layout,
    link,
    network_node,
    paths,
    pool,
    process,
    rack,
    room,
    service,
    site,
    waiver,
    with_items,
    workload,
)


def found(e, plan=None, rule=None, as_of=DAY):
    """Return what is found about a rule, about every rule if none is given.

    What is waived is no violation, unless its amount is 0: then it is none that should be there.
    """
    report = check(e, plan or layout({}), as_of)
    found = [*report.violations, *(v for v in report.waived if not v.amount)]
    return [v for v in found if rule is None or v.rule == rule]


# --- paths


def test_paths_that_share_a_duct():
    e = estate(
        network_node("x"),
        link("l1", "a", "b", "d"),
        link("l2", "a", "x", "d"),
        link("l3", "x", "b"),
        paths("a-b", "a", "b", 2),
    )
    (violation,) = found(e)
    assert violation[:6] == ("network.paths", "a-b", "normal", 2, 1, "paths")
    assert violation.message == (
        "`a-b`: between `a` and `b` there is only 1 independent path; every path uses duct `d`"
    )
    assert found(with_items(e, link("l1", "a", "b", "d1"))) == []


def test_largest_number_of_paths_is_told():
    links = [link(f"l{n}", "a", "b") for n in range(3)]
    (violation,) = found(estate(*links, paths("p", "a", "b", 5)))
    assert violation[3:5] == (5, 3)
    assert violation.message == "`p`: between `a` and `b` there are only 3 independent paths"
    (violation,) = found(estate(links[0], paths("p", "a", "b", 2)))
    assert violation.message.endswith("only 1 independent path; every path uses link `l0`")
    # Of a link that runs in a duct the duct says it all.
    (violation,) = found(estate(link("l0", "a", "b", "d"), paths("p", "a", "b", 2)))
    assert violation.message.endswith("every path uses duct `d`")
    (violation,) = found(estate(paths("p", "a", "b", 1)))
    assert violation.message == "`p`: between `a` and `b` there are only 0 independent paths"
    assert found(estate(*links, paths("p", "a", "b", 3))) == []


def test_search_that_gives_up_is_no_proof(monkeypatch):
    # Two paths of two links each: too many for one step.
    e = estate(
        *(network_node(key) for key in "xy"),
        *(link(f"{one}{other}", one, other) for one in "ab" for other in "xy"),
        paths("p", "a", "b", max_rtt_us=20),
        site("a", continuity_group="g"),
        site("b", continuity_group="g"),
        pool("pa", "a", "h", sync_max_rtt_us=20),
        pool("pb", "b", "h"),
        workload("h"),
        service("svc", replication="sync"),
    )
    plan = layout({}, services={"svc-1": ("pa", "pb")}, unplaced=("h-1",))

    def judged(max_steps):
        monkeypatch.setattr(network_paths.Search.__init__, "__defaults__", (max_steps,))
        return [v for v in found(e, plan) if v.rule.startswith("network.")]

    assert judged(network_paths.MAX_STEPS) == []
    gave_up = "; the search gave up after 50000 steps"
    short = judged(1)
    assert [v[:6] for v in short] == [
        ("network.delay", "p", "normal", 21, 20, "us"),
        ("network.mirror", "svc-1", "normal", 1, 0, "paths"),
        ("network.paths", "p", "normal", 2, 0, "paths"),
    ]
    assert all(v.message.endswith(gave_up) for v in short)


# --- delay


def test_delay_of_the_longest_of_the_best_choice():
    # 10, 20 and 30 us; the first two share a duct.
    e = estate(
        link("l1", "a", "b", "d"),
        link("l2", "a", "b", "d", fibre_m=2000),
        link("l3", "a", "b", fibre_m=3000),
        paths("p", "a", "b", 2, max_rtt_us=29),
    )
    (violation,) = found(e)
    assert violation[:6] == ("network.delay", "p", "normal", 30, 29, "us")
    assert violation.message == (
        "`p`: the longest of 2 independent paths between `a`, `b` is too slow"
    )
    assert found(with_items(e, paths("p", "a", "b", 2, max_rtt_us=30))) == []
    assert found(with_items(e, paths("p", "a", "b", 2))) == []
    # Where there are too few paths, that is what is wrong.
    short = with_items(e, paths("p", "a", "b", 3, max_rtt_us=1))
    assert [v.rule for v in found(short)] == ["network.paths"]


# --- mirrors


def _mirrored(*items, **fields):
    """Return a service on `pa` at site a; two links to site b of 10 and 20 us, one to c of 50."""
    groups = (site(key, continuity_group="g") for key in "abc")
    pools = (pool(f"p{key}", key, "h") for key in "abc")
    links = (
        link("ab1", "a", "b"),
        link("ab2", "a", "b", fibre_m=2000),
        link("ac", "a", "c", fibre_m=5000),
    )
    defaults = {"replication": "sync", "storage_gib": 1}
    return estate(
        *groups, *pools, *links, workload("h"), service("svc", **{**defaults, **fields}), *items
    )


MIRRORS = layout({}, services={"svc-1": ("pa", "pb", "pc")}, unplaced=("h-1",))


@pytest.mark.parametrize(
    ("fields", "figures"),
    [
        ({}, []),
        # To b 10 us, to c 50: the worst counts.
        ({"max_rtt_us": 50}, []),
        ({"max_rtt_us": 49}, [(50, 49)]),
        ({"max_rtt_us": 9}, [(50, 9)]),
        # Nothing is mirrored at once.
        ({"max_rtt_us": 1, "replication": "async"}, []),
    ],
)
def test_worst_mirror_within_what_the_service_stands(fields, figures):
    violations = found(_mirrored(**fields), MIRRORS, "network.mirror")
    assert [v[3:5] for v in violations] == figures


def test_limits_of_service_and_both_pools():
    def judged(**limits):
        pools = [
            pool(key, key[1], "h", sync_max_rtt_us=limits.get(key)) for key in ("pa", "pb", "pc")
        ]
        e = _mirrored(*pools, max_rtt_us=limits.get("svc"))
        return [v[3:6] for v in found(e, MIRRORS, "network.mirror")]

    assert judged(svc=100, pa=60, pb=10, pc=50) == []
    # To b 10 us of 9; to c 50 us of 60.
    assert judged(svc=100, pa=60, pb=9) == [(10, 9, "us")]
    # Worst of 10 us of 8 and 50 us of 40.
    assert judged(svc=100, pa=40, pb=8) == [(50, 40, "us")]
    assert judged(pc=40) == [(50, 40, "us")]


def test_mirror_over_the_worse_of_the_paths_asked_for():
    e = _mirrored(max_rtt_us=50)
    to_b = layout({}, services={"svc-1": ("pa", "pb")}, unplaced=("h-1",))
    two = with_items(e, service("svc", replication="sync", max_rtt_us=15), paths("p", "a", "b"))
    (violation,) = found(two, to_b, "network.mirror")
    assert violation[1:6] == ("svc-1", "normal", 20, 15, "us")
    assert violation.message == "the synchronous mirror of `svc-1` on `pb` is too far away"
    assert violation.required_note == (
        "round trip over the longest of 2 independent paths from `a` to `b`"
    )
    # Of two requirements the larger counts; one between other ends does not.
    three = with_items(two, paths("p0", "a", "b", 1), paths("p1", "a", "c", 2))
    assert [v.required for v in found(three, to_b, "network.mirror")] == [20]
    # Three are asked for and two there: the mirror is judged over these.
    three = with_items(two, paths("p", "a", "b", 3))
    assert [v[:5] for v in found(three, to_b) if v.rule.startswith("network")] == [
        ("network.mirror", "svc-1", "normal", 20, 15),
        ("network.paths", "p", "normal", 3, 2),
    ]


def test_mirror_that_no_path_leads_to():
    e = _mirrored(max_rtt_us=40)
    e = change(e, links={key: x for key, x in e.links.items() if key != "ac"})
    (violation,) = found(e, MIRRORS, "network.mirror")
    assert violation[3:6] == (1, 0, "paths")
    assert violation.message == "the synchronous mirror of `svc-1` on `pc` is not reached"
    assert violation.required_note == "1 path from `a` to `c`"
    # Both units are reported, of every instance: b is 10 us away, too far for 9.
    e = with_items(e, service("svc", 2, replication="sync", max_rtt_us=9))
    both = {f"svc-{n}": ("pa", "pb", "pc") for n in (1, 2)}
    violations = found(e, layout({}, services=both, unplaced=("h-1",)), "network.mirror")
    assert [(v.subject, *v[3:6]) for v in violations] == [
        (f"svc-{n}", *figures) for n in (1, 2) for figures in ((1, 0, "paths"), (10, 9, "us"))
    ]


# --- access


def _accessed(*items, critical=False, **fields):
    """Return `w` with one server at site a and one at b; each site has a node, `na` and `nb`.

    `na` is one of access network doi; a duct `d` leads from `nb` to it.
    """
    return estate(
        room("room2", "b"),
        room("room1", "a"),
        rack("r1", "row1", "room1", "a"),
        rack("r2", "row2", "room2", "b"),
        feed("f1", "r1", site="a"),
        feed("f2", "r2", site="b"),
        network_node("na", "a", access_network="doi"),
        network_node("nb", "b"),
        link("l", "na", "nb", "d", carrier="t"),
        workload(count=2, cords=1, access_networks=("doi",), critical=critical, **fields),
        *items,
    )


AT_BOTH = layout({"w-1": at("r1", 1, "f1"), "w-2": at("r2", 1, "f2")})
AT_A = layout({"w-1": at("r1", 1, "f1"), "w-2": at("r1", 2, "f1")})


def access(e, plan=AT_BOTH):
    return [(v.subject, v.scenario) for v in found(e, plan, "network.access")]


def test_every_site_of_a_workload_reaches_its_access_network():
    assert access(_accessed()) == []
    e = _accessed(network_node("nb"))
    (violation,) = found(e, AT_BOTH, "network.access")
    assert violation[:6] == ("network.access", "w:doi", "normal", 1, 0, "paths")
    assert violation.message == (
        "site `b` does not reach access network `doi`, which `w` requires, in the normal state"
    )
    assert violation.required_note == "1 path to the access network"
    # Another workload that asks as well, and is placed nowhere, changes nothing.
    other = with_items(e, workload("x", access_networks=("doi",)))
    assert access(other) == [("w:doi", "normal")]
    # Nobody of it at b, or nobody asks.
    assert access(e, AT_A) == []
    assert access(with_items(e, workload(count=2, cords=1))) == []
    # No node of the network at all.
    assert access(_accessed(network_node("na", "a", access_network="other")), AT_A) == [
        ("w:doi", "normal")
    ]


def test_critical_workload_reaches_it_after_every_loss_in_the_network():
    # Six losses: d, na, nb, the carrier; the loss of site a leaves b without the only node.
    (violation,) = found(_accessed(critical=True), AT_BOTH, "network.access")
    assert violation.scenario == "loss of duct d"
    assert violation.message == (
        "site `b` does not reach access network `doi`, which `w` requires, if duct `d` is lost"
    )
    assert violation.required_note == "1 path to the access network; 4 further scenarios"
    # At a alone: na is the only way.
    (violation,) = found(_accessed(critical=True), AT_A, "network.access")
    assert (violation.scenario, violation.required_note) == (
        "loss of network_node na",
        "1 path to the access network",
    )
    # A second node at each site mends all.
    spare = [network_node(f"m{s}", s, access_network="doi") for s in "ab"]
    assert access(_accessed(*spare, critical=True)) == []
    # Critical through a process that depends on it.
    e = _accessed(process("pr", "w"))
    assert access(e) == [("w:doi", "loss of duct d")]


def test_member_alone_reaches_it_without_the_others():
    sites = [site(s, continuity_group="g") for s in "ab"]
    third = network_node("nc", "c", access_network="doi"), link("lc", "nb", "nc")
    # After the loss of any one thing b reaches na or nc, but alone neither.
    e = _accessed(
        *sites,
        *third,
        network_node("na2", "a", access_network="doi"),
        link("l2", "b", "na2", "d2"),
        critical=True,
    )
    (violation,) = found(e, AT_BOTH, "network.access")
    assert violation.scenario == "site b alone"
    assert violation.message.endswith("if site `b` stands alone")
    # Nor with the loss of d, d2, na, na2, nb, nc or t besides; losses of equipment change nothing.
    assert violation.required_note.endswith("; 7 further scenarios")
    # Alone with a loss in the network: two nodes of its own behind one duct.
    e = _accessed(
        *sites,
        network_node("na2", "a", access_network="doi"),
        network_node("nb1", access_network="doi"),
        network_node("nb2", access_network="doi"),
        link("b1", "b", "nb1", "d3"),
        link("b2", "b", "nb2", "d3"),
        critical=True,
    )
    assert access(e) == [("w:doi", "site b alone, loss of duct d3")]
    # A group that gives up ducts leaves it at that.
    assert access(with_items(e, group("g", gives_up=("duct",)))) == []
    # What is critical for nobody in the group is not asked for alone.
    lax = with_items(e, workload(count=2, cords=1, access_networks=("doi",)))
    assert access(lax) == []


def test_service_reaches_it_where_it_runs_and_where_it_moves():
    sites = [site(s, continuity_group="g") for s in "ab"]
    pools = pool("pa", "a", "w"), pool("pb", "b", "w")
    doi = service("svc", access_networks=("doi",))
    near = network_node("na2", "a", access_network="doi")
    e = with_items(_accessed(*sites, *pools, doi, near), workload(count=2, cords=1))

    def judged(e, *on):
        places = {key: x.place for key, x in AT_BOTH.placements.items()}
        return access(e, layout(places, services={"svc-1": on}))

    assert judged(e, "pa") == []
    assert judged(e, "pa", "pb") == []
    assert judged(with_items(e, network_node("nb")), "pb", "pa") == [("svc:doi", "normal")]
    # Critical: at a it is well, but moves to b when b stands alone.
    e = with_items(e, process("pr", "svc"))
    assert judged(e, "pa") == []
    assert judged(e, "pa", "pb") == [("svc:doi", "site b alone")]
    # One of two instances moves.
    e = with_items(e, service("svc", 2, access_networks=("doi",)))
    places = {key: x.place for key, x in AT_BOTH.placements.items()}
    plan = layout(places, services={"svc-1": "pa", "svc-2": ("pa", "pb")})
    assert access(e, plan) == [("svc:doi", "site b alone")]


def test_hosts_of_a_critical_service_are_critical():
    e = _accessed(pool("pa", "a", "w"), service("svc"), process("pr", "svc"))
    places = {key: x.place for key, x in AT_BOTH.placements.items()}
    assert access(e, layout(places, services={"svc-1": "pa"})) == [("w:doi", "loss of duct d")]


# --- distance


def _apart(*degrees, **fields):
    """Return geo-redundant sites so many millionths of a degree of latitude from the equator."""
    sites = [
        site(f"s{n}", continuity_group="g", lat_udeg=udeg, lon_udeg=0)
        for n, udeg in enumerate(degrees)
    ]
    return estate(group("g", geo_redundancy=True), *sites, **fields)


def test_distance_of_each_pair():
    # A degree is 111 195.08 m: 1.798641 degrees are 200 000.03 m, a millionth less 199 999.9 m.
    assert found(_apart(0, 1_798_641)) == []
    (violation,) = found(_apart(0, 1_798_640))
    assert violation[:6] == ("network.distance", "g", "normal", 200_000, 199_999, "m")
    assert violation.message == (
        "sites `s0` and `s1` of `g` are too near each other for geo-redundancy"
    )
    assert violation.hint.startswith("state the reasons in a waiver")
    # The nearest pair of three is reported: 1.5 degrees of 1.5 and 3.
    (violation,) = found(_apart(0, 3_000_000, 1_500_000))
    assert violation.available == 166_792
    assert "`s0` and `s2`" in violation.message
    # One of them without coordinates, or no claim.
    assert found(with_items(_apart(0, 1), site("s1", continuity_group="g"))) == []
    assert found(with_items(_apart(0, 1), site("s0", continuity_group="g"))) == []
    assert found(with_items(_apart(0, 1), group("g"))) == []


def test_waiver_covers_no_distance_below_100_km():
    # 0.9 degrees are 100 075 m, 0.89 degrees 98 963 m.
    e = _apart(0, 900_000)
    far = waiver("network.distance", "g", 150_000, date(2027, 1, 1))
    assert found(with_items(e, far)) == []
    (waived,) = check(with_items(e, far), layout({}), DAY).waived
    assert waived.available == 100_075
    (violation,) = found(with_items(_apart(0, 890_000), far))
    assert violation.available == 98_963
    assert violation.message.endswith("; less than 100 km no waiver covers")
    assert violation.hint == "call it operational redundancy: `geo_redundancy: false`"
    assert network.NEVER_BELOW_M == 100_000
