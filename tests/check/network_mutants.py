"""Mutants of the network: the two sites of `continuity_mutants`, with links between them."""

from __future__ import annotations

from tests.builders import (
    group,
    link,
    network_node,
    paths,
    pool,
    service,
    site,
    with_items,
)
from tests.check.continuity_mutants import BASE, GIVEN_UP, LAYOUT
from tests.check.mutant import Mutant

#: Two links, 10 us and 20 us there and back.
_LINKED = with_items(BASE, link("l1", "s1", "s2", "d1"), link("l2", "s1", "s2", "d2", fibre_m=2000))

MUTANTS = (
    # Both fibres in one duct.
    Mutant(
        "network.paths",
        "s1-s2",
        1,
        with_items(_LINKED, paths("s1-s2", "s1", "s2"), link("l2", "s1", "s2", "d1")),
        LAYOUT,
    ),
    # The longer of both, 20 us, within 15.
    Mutant(
        "network.delay",
        "s1-s2",
        5,
        with_items(_LINKED, paths("s1-s2", "s1", "s2", max_rtt_us=15)),
        LAYOUT,
    ),
    # The longer of both, 20 us, within the 12 us that the storage at s2 stands.
    Mutant(
        "network.mirror",
        "svc-1",
        8,
        with_items(
            _LINKED,
            paths("s1-s2", "s1", "s2"),
            pool("p2", "s2", "h", sync_max_rtt_us=12),
            service("svc", ram_mib=0, replication="sync", max_rtt_us=1000),
        ),
        LAYOUT,
    ),
    # The only node of the access network stands at s1: s2 alone does not reach it.
    Mutant(
        "network.access",
        "svc:doi",
        1,
        with_items(
            _LINKED,
            network_node("n", "s1", access_network="doi"),
            service("svc", ram_mib=0, access_networks=("doi",)),
        ),
        LAYOUT,
    ),
    # One degree of a great circle: 2 pi x 6 371 009 m / 360 = 111 195.08 m.
    Mutant(
        "network.distance",
        "g",
        200_000 - 111_195,
        with_items(
            BASE,
            group("g", gives_up=GIVEN_UP, geo_redundancy=True),
            site("s1", continuity_group="g", lat_udeg=0, lon_udeg=0),
            site("s2", continuity_group="g", lat_udeg=1_000_000, lon_udeg=0),
        ),
        LAYOUT,
    ),
)
