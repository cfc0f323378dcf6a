"""The network: reach after a loss, independent paths, round trips."""

import subprocess
import sys
from itertools import combinations
from random import Random

import pytest

from planner.model.continuity import Domain
from planner.model.scenarios import NORMAL, Scenario
from planner.problem.network import Network, air_m
from tests.builders import change, duct, estate, link, network_node, paths, site

NOTHING = Scenario(NORMAL)


def two_sites(*more, **policy):
    """Sites a and b; node a-n stands at a, node x nowhere."""
    return estate(
        site("a"), site("b"), network_node("a-n", "a"), network_node("x"), *more, **policy
    )


# --- reach


def test_node_at_a_site_is_linked_to_it():
    net = Network(two_sites())
    assert net.reach("a", NOTHING) == {"a", "a-n"}
    assert net.reach("b", NOTHING) == {"b"}


@pytest.mark.parametrize(
    ("kind", "lost", "reached"),
    [
        ("duct", "d1", {"a", "a-n"}),
        ("duct", "other", {"a", "a-n", "x", "b"}),
        ("carrier", "c", {"a", "a-n", "x"}),
        ("network_node", "x", {"a", "a-n"}),
        ("network_node", "a-n", {"a"}),
        ("site", "a", set()),
        ("site", "b", {"a", "a-n", "x"}),
        ("rack", "x", {"a", "a-n", "x", "b"}),
    ],
)
def test_reach_after_a_loss(kind, lost, reached):
    # a - a-n -(d1)- x -(carrier c)- b
    e = two_sites(
        duct("d1"), duct("other"), link("l1", "a-n", "x", "d1"), link("l2", "x", "b", carrier="c")
    )
    assert Network(e).reach("a", Scenario(kind, lost)) == reached


def test_lost_site_takes_its_network_nodes_along():
    e = estate(site("a"), site("b"), network_node("b-n", "b"), link("l", "a", "b-n"))
    assert Network(e).reach("a", Scenario("site", "b")) == {"a"}
    assert Network(e).reach("a", Scenario("site", alone="a")) == {"a"}
    assert Network(e).reach("b", Scenario("site", alone="a")) == frozenset()


def test_reach_of_a_pair_of_losses():
    e = two_sites(duct("d1"), duct("d2"), link("l1", "a", "b", "d1"), link("l2", "a", "b", "d2"))
    both = (Domain("duct", "d1"), Domain("duct", "d2"))
    assert Network(e).reach("a", Scenario("duct", "d1")) == {"a", "a-n", "b"}
    assert Network(e).reach("a", Scenario("pair", "d1, d2", domains=both)) == {"a", "a-n"}


def test_access_network_is_reached_at_any_of_its_nodes():
    e = two_sites(network_node("doi", access_network="DOI"), link("l", "a", "doi"))
    net = Network(e)
    assert net.reaches_access("a", "DOI", NOTHING)
    assert not net.reaches_access("a", "other", NOTHING)
    assert not net.reaches_access("b", "DOI", NOTHING)
    assert not net.reaches_access("a", "DOI", Scenario("network_node", "doi"))


# --- round trips


def one_link(**fields):
    coordinates = {"lat_udeg": 52_000_000, "lon_udeg": 8_000_000}
    there = {"lat_udeg": 52_000_000, "lon_udeg": 8_100_000}
    e = estate(
        site("a", **coordinates),
        site("b", **there),
        link("l", "a", "b", **fields),
        detour_permille=1400,
    )
    return Network(e).rtt_us("a", "b")


def test_round_trip_of_declared_fibre():
    # 2 x 5 us/km x 1.001 km = 10.01, rounded up, and 30 us of equipment
    assert one_link(fibre_m=1001, equipment_us=30) == 41


def test_round_trip_of_air_distance_and_detour():
    # 0.1 degree of longitude at 52 N: 6371009 m x 0.1 x pi / 180 x cos 52 = 6845.8 m, floored.
    assert air_m((52_000_000, 8_000_000), (52_000_000, 8_100_000)) == 6845
    # x 1.4 = 9583 m of fibre: 95.83 us; x 2 = 13690 m
    assert one_link(fibre_m=None) == 96
    assert one_link(fibre_m=None, detour_permille=2000) == 137


def test_node_without_coordinates_has_those_of_its_site():
    e = estate(
        site("a", lat_udeg=52_000_000, lon_udeg=8_000_000),
        site("b", lat_udeg=52_000_000, lon_udeg=8_100_000),
        network_node("a-n", "a"),
        network_node("b-n", "b", lat_udeg=52_000_000, lon_udeg=8_000_000),
        link("l", "a-n", "b", fibre_m=None),
        link("m", "a-n", "b-n", fibre_m=None),
        detour_permille=1000,
    )
    # 68.45 us over the air distance of the sites, none where the nodes stand side by side
    assert Network(e).rtt_us("a-n", "b") == 0
    assert Network(change(e, links={"l": e.links["l"]})).rtt_us("a-n", "b") == 69


def test_ends_at_one_site_are_no_distance_apart():
    e = estate(site("a"), network_node("n", "a"), link("l", "a", "n", fibre_m=None, equipment_us=7))
    # The node is linked to its site anyway.
    assert Network(e).rtt_us("a", "n") == 0


def test_pair_without_a_path():
    assert Network(two_sites()).rtt_us("a", "b") is None


def diamond(*more):
    """Ways of 10, 20 and 40 us from a to b, the first two in duct d."""
    return estate(
        site("a"),
        site("b"),
        duct("d"),
        link("l1", "a", "b", "d"),
        link("l2", "a", "b", "d", fibre_m=2000),
        link("l3", "a", "b", fibre_m=4000),
        *more,
    )


def test_pair_counts_the_worse_of_the_paths_it_asks_for():
    assert Network(diamond()).rtt_us("a", "b") == 10
    assert Network(diamond(paths("p", "b", "a"))).rtt_us("b", "a") == 40
    # Three are not to be had: the two that are.
    assert Network(diamond(paths("p", "a", "b", 3))).rtt_us("a", "b") == 40
    assert Network(diamond()).least_longest_us("a", "b", 3) is None


@pytest.mark.parametrize(
    ("fields", "rtt"),
    [
        # Two links of 10 us side by side, a third of 40 us: what do the first two share?
        ({}, 10),
        ({"carrier": "c"}, 40),
        ({"ducts": ("d1",)}, 40),
        ({"ducts": ("d2",)}, 10),
        ({"ducts": ("d3",)}, 40),  # another duct through the same building entry as d1
    ],
)
def test_independent_paths_share_nothing(fields, rtt):
    second = change(link("l2", "a", "b"), **fields)
    e = estate(
        site("a"),
        site("b"),
        duct("d1", entry="east"),
        duct("d2"),
        duct("d3", entry="east"),
        link("l1", "a", "b", "d1", carrier="c"),
        second,
        link("l3", "a", "b", fibre_m=4000),
        paths("p", "a", "b"),
    )
    assert Network(e).rtt_us("a", "b") == rtt


def test_node_of_an_end_is_shared_as_any_other():
    # Both links leave site a through its node: one path of 10 us, no two.
    e = estate(
        site("a"), site("b"), network_node("n", "a"), link("l1", "n", "b"), link("l2", "n", "b")
    )
    assert Network(e).least_longest_us("a", "b", 1) == 10
    assert Network(e).least_longest_us("a", "b", 2) is None
    # From the node itself there are two.
    assert Network(e).least_longest_us("n", "b", 2) == 10


def test_fastest_path_may_have_to_make_way():
    # a-x-y-b is fastest (30 us) and shares a node with every other: a-x-b and a-y-b of 60 us.
    e = estate(
        site("a"),
        site("b"),
        network_node("x"),
        network_node("y"),
        link("ax", "a", "x"),
        link("xy", "x", "y"),
        link("yb", "y", "b"),
        link("xb", "x", "b", fibre_m=5000),
        link("ay", "a", "y", fibre_m=5000),
    )
    assert Network(e).least_longest_us("a", "b", 1) == 30
    assert Network(e).least_longest_us("a", "b", 2) == 60


# --- against a plain enumeration


def random_network(seed):
    rng = Random(seed)
    vertices = ["a", "b", *(f"n{k}" for k in range(rng.randint(0, 4)))]
    nodes = [network_node(v, rng.choice([None, None, "a", "b"])) for v in vertices if v not in "ab"]
    ducts = [duct(f"d{k}", entry=rng.choice([None, None, "e1", "e2"])) for k in range(5)]
    links = [
        link(
            f"l{k}",
            *rng.sample(vertices, 2),
            *(d.id for d in rng.sample(ducts, rng.choice([0, 1, 1, 2]))),
            fibre_m=1000 * rng.randint(1, 9),
            carrier=rng.choice([None, None, "c1", "c2"]),
        )
        for k in range(rng.randint(1, 9))
    ]
    return estate(site("a"), site("b"), *nodes, *ducts, *links)


def plain_paths(of):
    """Return (round trip, what it shares) of every simple path from a to b."""
    steps = []
    for one in of.links.values():
        taken = {("duct", d) for d in one.ducts} | {("carrier", one.carrier)}
        taken |= {("entry", of.ducts[d].entry) for d in one.ducts}
        steps.append((*one.ends, one.fibre_m // 100, {t for t in taken if t[1]}))
    steps += [(n.id, n.site, 0, set()) for n in of.network_nodes.values() if n.site]
    found = []

    def walk(here, visited, rtt, taken):
        if here == "b":
            found.append((rtt, taken | {("vertex", v) for v in visited - {"a", "b"}}))
            return
        for one, other, us, more in steps:
            for start, end in ((one, other), (other, one)):
                if start == here and end not in visited:
                    walk(end, visited | {end}, rtt + us, taken | more)

    walk("a", {"a"}, 0, set())
    return found


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_least_longest_of_every_choice_of_paths(first):
    answers = []
    for seed in range(first, first + 50):
        e = random_network(seed)
        every = plain_paths(e)
        for k in (1, 2, 3):
            choices = [
                max(rtt for rtt, _ in choice)
                for choice in combinations(every, k)
                if all(not a & b for (_, a), (_, b) in combinations(choice, 2))
            ]
            found = Network(e).least_longest_us("a", "b", k)
            assert found == min(choices, default=None), seed
            answers.append(found)
    assert None in answers
    assert any(answers)


def test_networkx_is_imported_only_for_paths():
    code = (
        "import sys, planner.solve, planner.cli; from planner.problem import network; "
        "assert 'networkx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
