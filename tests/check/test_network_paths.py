"""Independent paths: small networks by hand, random ones against every choice of simple paths."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from planner.check.network_graph import Network
from planner.check.network_paths import Found, Search
from planner.model.continuity import Domain
from planner.model.estate import Estate
from tests.builders import duct, estate, link, network_node, site


def search(e: Estate, one: str = "a", other: str = "b", **fields: int) -> Search:
    network = Network(e)
    return Search(network, one, other, lambda hop: network.round_trip_us(hop.link), **fields)


def net(*items):
    """Return sites a and b with `items`; what links name is declared, links are 10 us long."""
    return estate(site("a"), site("b"), *items)


def test_two_paths_share_nothing():
    # a - x - b (20 us) and a - y - b (25 us).
    e = net(
        *(network_node(key) for key in "xy"),
        link("ax", "a", "x", "d1"),
        link("xb", "x", "b", "d2"),
        link("ay", "a", "y", "d3"),
        link("yb", "y", "b", "d4", fibre_m=1500),
        *(duct(f"d{n}") for n in (1, 2, 3, 4)),
    )
    assert search(e).choose(1) == Found(20, True)
    assert search(e).choose(2) == Found(25, True)
    assert search(e).choose(3) == Found(None, True)


@pytest.mark.parametrize(
    ("first", "second", "independent"),
    [
        ({}, {}, True),
        ({"ducts": ("d1",)}, {"ducts": ("d2",)}, True),
        ({"ducts": ("d1",)}, {"ducts": ("d1",)}, False),
        # d1 and d3 come into the building at the same place.
        ({"ducts": ("d1",)}, {"ducts": ("d2", "d3")}, False),
        ({"carrier": "c1"}, {"carrier": "c2"}, True),
        ({"carrier": "c1"}, {"carrier": "c1"}, False),
        ({"carrier": "c1"}, {}, True),
    ],
)
def test_what_independent_paths_do_not_share(first, second, independent):
    e = net(
        duct("d1", entry="north"),
        duct("d2", entry="south"),
        duct("d3", entry="north"),
        link("l1", "a", "b", **first),
        link("l2", "a", "b", **second),
    )
    assert search(e).choose(2) == Found(10 if independent else None, True)


def test_path_may_use_a_duct_twice():
    e = net(network_node("x"), duct("d"), link("ax", "a", "x", "d"), link("xb", "x", "b", "d"))
    assert search(e).choose(1) == Found(20, True)


def test_node_of_an_end_is_a_vertex_of_its_own():
    # The only way out of a is its own node n, a tie of 0 us.
    ways = (link("l1", "n", "b"), link("l2", "n", "b"))
    e = net(network_node("n", "a"), *ways)
    assert search(e).choose(1) == Found(10, True)
    assert search(e).choose(2) == Found(None, True)
    # Unless it is an end itself.
    assert search(e, "n").choose(2) == Found(10, True)
    # A node without a site is tied to nothing.
    assert search(net(network_node("n"), *ways)).choose(1) == Found(None, True)


def test_shortest_path_alone_may_block_the_second():
    # The shortest path a-x-y-b (30 us) uses both inner vertices; the two others take 110 us each.
    e = net(
        network_node("x"),
        network_node("y"),
        link("ax", "a", "x"),
        link("xy", "x", "y"),
        link("yb", "y", "b"),
        link("ay", "a", "y", fibre_m=10_000),
        link("xb", "x", "b", fibre_m=10_000),
    )
    assert search(e).choose(1) == Found(30, True)
    assert search(e).choose(2) == Found(110, True)


def test_three_ducts_in_pairs_admit_one_path_though_no_duct_is_on_all():
    e = net(
        *(duct(f"d{n}") for n in (1, 2, 3)),
        link("l1", "a", "b", "d1", "d2"),
        link("l2", "a", "b", "d1", "d3"),
        link("l3", "a", "b", "d2", "d3"),
    )
    assert search(e).choose(2) == Found(None, True)
    assert search(e).on_every_path() == 0


def test_ends_at_one_site():
    assert search(net(), "a", "a").choose(2) == Found(0, True)


def test_search_that_gives_up_says_so():
    # A ladder of four rungs; the links of rail y are 50 us long, all others 10 us.
    nodes = [f"{rail}{n}" for rail in "xy" for n in range(4)]
    rails = [
        link(f"{rail}{n}-", f"{rail}{n}", f"{rail}{n + 1}", fibre_m=length)
        for rail, length in (("x", 1000), ("y", 5000))
        for n in range(3)
    ]
    rungs = [link(f"r{n}", f"x{n}", f"y{n}") for n in range(4)]
    ends = [link(f"{end}{r}", end, f"{r}{n}") for end, n in (("a", 0), ("b", 3)) for r in "xy"]
    e = net(*(network_node(key) for key in nodes), *rails, *rungs, *ends)
    # Both rails: 3 x 50 + 2 x 10 us. With more and more steps: nothing, both, known to be the best.
    assert search(e).choose(2) == Found(170, True)
    found = [search(e, max_steps=steps).choose(2) for steps in range(1, 100)]
    assert list(dict.fromkeys(found)) == [Found(None, False), Found(170, False), Found(170, True)]


def test_risks_on_every_path():
    e = net(
        network_node("x"),
        duct("d"),
        link("l1", "a", "x", "d"),
        link("l2", "a", "x", "d"),
        link("l3", "x", "b"),
        link("l4", "x", "b"),
    )
    found = search(e)
    assert found.network.risks(found.on_every_path()) == [("duct", "d"), ("network_node", "x")]
    assert search(net()).on_every_path() == 0


def test_what_is_lost_cuts_paths():
    e = net(
        site("c"),
        network_node("x", "c"),
        network_node("y"),
        duct("d"),
        link("ax", "a", "x"),
        link("xb", "x", "b", "d", carrier="t"),
        link("ay", "a", "y"),
    )
    network = Network(e)
    assert network.reaches("a", ["b"])
    assert network.reaches("b", ["b"])
    for lost in (("duct", "d"), ("carrier", "t"), ("network_node", "x"), ("site", "b")):
        assert not network.reaches("a", ["b"], [Domain(*lost)])
    # The node goes with its site, and with the sites that a leaves behind when it stands alone.
    assert not network.reaches("a", ["b"], [Domain("site", "c")])
    assert network.alone("a") == (("site", "b"), ("site", "c"))
    assert not network.reaches("a", ["x", "b"], network.alone("a"))
    assert network.reaches("a", ["x", "y"], network.alone("a"))
    # Nothing is reached from what is lost, and no power node cuts a path.
    assert not network.reaches("b", ["a", "b"], [Domain("site", "b")])
    assert network.reaches("a", ["b"], [Domain("ups", "d")])


# --- lengths


def test_round_trip_of_a_link():
    # 2 x 5 us/km x 1.234 km = 12.34 us, rounded up, + 7 us.
    e = net(link("l", "a", "b", fibre_m=1234, equipment_us=7))
    assert search(e).choose(1) == Found(20, True)


@pytest.mark.parametrize(
    ("fields", "policy", "us"),
    [
        # One degree of a great circle: 2 pi x 6 371 009 m / 360 = 111 195.08 m, floored;
        # x 1.4 = 155 673 m; x 10 us/km = 1556.73 us.
        ({}, {}, 1557),
        # 111 195 m x 2 x 10 us/km = 2223.9 us.
        ({"detour_permille": 2000}, {}, 2224),
        ({}, {"detour_permille": 1000}, 1112),
        # 118 200.285 m, rounded up before the time is: 1182.01 us.
        ({"detour_permille": 1063}, {}, 1183),
    ],
)
def test_fibre_length_from_the_air_distance(fields, policy, us):
    e = estate(
        site("a", lat_udeg=0, lon_udeg=0),
        site("b"),
        network_node("n", "b", lat_udeg=0, lon_udeg=1_000_000),
        link("l", "a", "n", fibre_m=None, **fields),
        **policy,
    )
    assert search(e).choose(1) == Found(us, True)


def test_node_without_coordinates_stands_where_its_site_does():
    places = site("a", lat_udeg=0, lon_udeg=0), site("b", lat_udeg=1_000_000, lon_udeg=0)
    e = estate(*places, network_node("n", "b"), link("l", "a", "n", fibre_m=None))
    assert search(e).choose(1) == Found(1557, True)


def test_link_of_unknown_length():
    e = net(network_node("n"), link("l", "a", "n", fibre_m=None))
    with pytest.raises(ValueError, match="link `l` has no fibre length, and its ends no coord"):
        search(e, "a", "n").choose(1)
    # Two nodes of one site are no distance apart; two that stand nowhere may be.
    near = [network_node("n", "a"), network_node("m", "a"), link("l", "n", "m", fibre_m=None)]
    assert search(net(*near), "n", "m").choose(1) == Found(0, True)
    # One place is known, of the other only the latitude.
    half = site("a", lat_udeg=0), site("b", lat_udeg=0, lon_udeg=0)
    with pytest.raises(ValueError, match="link `l`"):
        search(estate(*half, link("l", "a", "b", fibre_m=None))).choose(1)
    lost = [network_node("n"), network_node("m"), link("l", "n", "m", fibre_m=None)]
    with pytest.raises(ValueError, match="link `l`"):
        search(net(*lost), "n", "m").choose(1)


# --- random networks


def random_network(rng: Random) -> Estate:
    """Return up to eight nodes with sites a and b, ducts, entries and carriers that are shared."""
    nodes = [network_node(f"n{n}", rng.choice((None, None, "a"))) for n in range(rng.randint(1, 6))]
    ducts = [duct(f"d{n}", entry=rng.choice((None, None, "e"))) for n in range(6)]
    ends = ["a", "b", *(n.id for n in nodes)]
    links = [
        link(
            f"l{n}",
            *rng.sample(ends, 2),
            *rng.sample([d.id for d in ducts], rng.choice((0, 0, 1, 2))),
            carrier=rng.choice((None, None, None, "c1", "c2")),
            fibre_m=100 * rng.randint(1, 9),
        )
        for n in range(rng.randint(4, 14))
    ]
    return net(*nodes, *ducts, *links)


def simple_paths(e: Estate, at: str, end: str, seen: frozenset[str]) -> Iterator[list[str | None]]:
    """Yield the links of every simple path; of a node's tie to its site None, with its vertex."""
    if at == end:
        yield []
        return
    ties = [(n.id, n.site, None) for n in e.network_nodes.values() if n.site]
    for one, other, key in [*ties, *((*x.ends, x.id) for x in e.links.values())]:
        for start, to in ((one, other), (other, one)):
            if start == at and to not in seen:
                for rest in simple_paths(e, to, end, seen | {to}):
                    yield [key, to, *rest]


def resources(e: Estate, path: list[str | None]) -> tuple[int, frozenset[object]]:
    """Return the round trip of a path and what no independent path may use."""
    links, vertices = [e.links[key] for key in path[::2] if key], path[1::2][:-1]
    ducts = [key for x in links for key in x.ducts]
    used: set[object] = {("vertex", v) for v in vertices} | {("link", x.id) for x in links}
    used |= {("duct", key) for key in ducts} | {("carrier", x.carrier) for x in links if x.carrier}
    used |= {("entry", e.ducts[key].entry) for key in ducts if e.ducts[key].entry}
    return sum(x.fibre_m // 100 for x in links if x.fibre_m), frozenset(used)


def by_enumeration(e: Estate, number: int) -> int | None:
    """Return the least longest round trip over every choice of so many simple paths."""
    found = [resources(e, path) for path in simple_paths(e, "a", "b", frozenset("a"))]
    choices = (
        max(us for us, _ in chosen)
        for chosen in combinations(found, number)
        if all(not p & q for (_, p), (_, q) in combinations(chosen, 2))
    )
    return min(choices, default=None)


def test_search_equals_every_choice_of_simple_paths():
    outcomes = []
    for seed in range(500):
        e = random_network(Random(seed))
        for number in (1, 2, 3):
            expected = by_enumeration(e, number)
            assert search(e).choose(number) == Found(expected, True)
            some = search(e).choose(number, any_choice=True)
            assert (some.longest is None) == (expected is None)
            assert some.is_proven
            outcomes.append((number, expected is not None))
    # Each number of paths is there, and is missing, often enough to tell.
    assert all(outcomes.count((number, True)) >= 20 for number in (1, 2, 3))
    assert all(outcomes.count((number, False)) >= 20 for number in (1, 2, 3))


def test_meshes_of_thirty_vertices_and_sixty_links_are_within_the_steps():
    """A grid with shared ducts: two to four paths are found, or proven not to be there."""
    for seed in range(20):
        rng = Random(seed)
        keys = [f"n{n}" for n in range(28)]
        ends = ["a", "b", *keys]
        pairs = {(ends[rng.randrange(n)], ends[n]) for n in range(1, 30)}
        while len(pairs) < 60:
            pairs.add(tuple(sorted(rng.sample(ends, 2))))
        ducts = [f"d{n}" for n in range(40)]
        e = net(
            *(network_node(key) for key in keys),
            *(duct(key) for key in ducts),
            *(
                link(f"l{n}", *pair, rng.choice(ducts), fibre_m=rng.randint(1, 99) * 1000)
                for n, pair in enumerate(sorted(pairs))
            ),
        )
        for number in (2, 3, 4):
            assert search(e).choose(number).is_proven
