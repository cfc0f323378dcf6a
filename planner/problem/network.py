"""The network between sites: what reaches what after a loss, and how slow a pair's paths are.

Derived from the specification in `planner.model.scenarios` (14); `planner.check` derives the same
on its own. networkx is imported where paths are searched: few plans need it, and it takes longer
to import than many a command runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from math import asin, cos, floor, radians, sin, sqrt
from typing import NamedTuple

from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.network import Link
from planner.model.scenarios import NETWORK_KINDS, Scenario, iter_alone, iter_network_losses

#: Mean radius of the earth, m (IUGG, as used for haversine distances).
EARTH_RADIUS_M = 6_371_009

#: Time that light takes in a kilometre of fibre, one way, us.
FIBRE_US_PER_KM = 5


class Edge(NamedTuple):
    """A link; a network node at a site is linked to it by one without domains and delay."""

    id: str
    ends: tuple[str, str]
    domains: frozenset[Domain] = frozenset()
    entries: frozenset[str] = frozenset()
    rtt_us: int = 0


class Network:
    """Sites and network nodes, and the links between them."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.edges = tuple(
            [self._edge(link) for link in estate.links.values()]
            + [
                Edge(node.id, (node.id, node.site))
                for node in estate.network_nodes.values()
                if node.site is not None
            ]
        )
        self._at: dict[str, list[Edge]] = {}
        for edge in self.edges:
            for end in edge.ends:
                self._at.setdefault(end, []).append(edge)
        self._paths_asked = {
            frozenset(p.ends): p.independent_paths for p in estate.path_requirements.values()
        }
        self._rtt: dict[frozenset[str], int | None] = {}
        self._keeps: dict[tuple[str, str], bool] = {}
        self._keeps_alone: dict[tuple[str, str], bool] = {}

    def _edge(self, link: Link) -> Edge:
        domains = {Domain("duct", duct) for duct in link.ducts}
        if link.carrier is not None:
            domains.add(Domain("carrier", link.carrier))
        entries = {self.estate.ducts[duct].entry for duct in link.ducts}
        rtt = -(-2 * FIBRE_US_PER_KM * self._fibre_m(link) // 1000) + link.equipment_us
        return Edge(link.id, link.ends, frozenset(domains), frozenset(e for e in entries if e), rtt)

    def _fibre_m(self, link: Link) -> int:
        """Return the length of a link; nothing between two ends at one site."""
        if link.fibre_m is not None:
            return link.fibre_m
        one, other = (self._coordinates(end) for end in link.ends)
        if one is None or other is None:
            return 0
        detour = link.detour_permille
        if detour is None:
            detour = self.estate.policy.detour_permille
        return -(-air_m(one, other) * detour // 1000)

    def _coordinates(self, end: str) -> tuple[int, int] | None:
        node = self.estate.network_nodes.get(end)
        if node is not None and node.lat_udeg is not None and node.lon_udeg is not None:
            return node.lat_udeg, node.lon_udeg
        site = self.estate.sites.get(end if node is None else node.site or "")
        if site is None or site.lat_udeg is None or site.lon_udeg is None:
            return None
        return site.lat_udeg, site.lon_udeg

    def lost(self, scenario: Scenario) -> frozenset[Domain]:
        """Return the domains that a scenario loses, with the network nodes of lost sites."""
        domains = set(scenario.losses)
        if scenario.alone:
            domains |= {Domain("site", s) for s in self.estate.sites if s != scenario.alone}
        sites = {d.id for d in domains if d.kind == "site"}
        nodes = self.estate.network_nodes.values()
        return frozenset(domains | {Domain("network_node", n.id) for n in nodes if n.site in sites})

    def reach(self, start: str, scenario: Scenario) -> frozenset[str]:
        """Return what a site or network node reaches in a scenario, itself included unless lost."""
        lost = self.lost(scenario)
        gone = {d.id for d in lost if d.kind in ("site", "network_node")}
        if start in gone:
            return frozenset()
        found, waiting = {start}, [start]
        while waiting:
            for edge in self._at.get(waiting.pop(), ()):
                for end in edge.ends:
                    if end not in found and end not in gone and not edge.domains & lost:
                        found.add(end)
                        waiting.append(end)
        return frozenset(found)

    def keeps_access(self, site: str, access: str) -> bool:
        """Whether a site reaches an access network after any loss in the network and of any site.

        The loss of the site itself asks for nothing.
        """
        if (site, access) not in self._keeps:
            losses = [*iter_network_losses(self.estate)]
            losses += [Scenario("site", other) for other in self.estate.sites if other != site]
            self._keeps[site, access] = all(self.reaches_access(site, access, s) for s in losses)
        return self._keeps[site, access]

    def keeps_access_alone(self, site: str, access: str) -> bool:
        """Whether a member reaches an access network alone, after any loss not given up, too."""
        if (site, access) not in self._keeps_alone:
            self._keeps_alone[site, access] = all(
                self.reaches_access(site, access, s) for s in self._alone.get(site, ())
            )
        return self._keeps_alone[site, access]

    @cached_property
    def _alone(self) -> dict[str, list[Scenario]]:
        """Member -> the scenarios of the network in which it stands alone."""
        found: dict[str, list[Scenario]] = {}
        for scenario in iter_alone(self.estate):
            if not scenario.losses or scenario.kind in NETWORK_KINDS:
                found.setdefault(scenario.alone, []).append(scenario)
        return found

    def reaches_access(self, site: str, access: str, scenario: Scenario) -> bool:
        """Whether a site reaches an access network in a scenario."""
        nodes = self.estate.network_nodes
        found = self.reach(site, scenario) & nodes.keys()
        return any(nodes[n].access_network == access for n in found)

    def rtt_us(self, one: str, other: str) -> int | None:
        """Return the round trip of a pair over the worse of its paths, None without any path.

        As many independent paths as are asked of the pair, else one; fewer where there are fewer,
        which `network.paths` reports.
        """
        pair = frozenset((one, other))
        if pair not in self._rtt:
            asked = self._paths_asked.get(pair, 1)
            found = (self.least_longest_us(one, other, k) for k in range(asked, 0, -1))
            self._rtt[pair] = next((rtt for rtt in found if rtt is not None), None)
        return self._rtt[pair]

    def least_longest_us(self, one: str, other: str, num_paths: int) -> int | None:
        """Return the least longest round trip of so many independent paths, None without them.

        Independent paths share no duct, vertex, carrier or building entry.
        """
        return self._least_longest(self.edges, one, other, num_paths)

    def _least_longest(
        self, edges: Iterable[Edge], one: str, other: str, num_paths: int
    ) -> int | None:
        """Try paths from the fastest on, each with the best of what is independent of it.

        One of the paths of a best choice is its fastest, so a path slower than the best so far
        ends the search.
        """
        best: int | None = None
        for path in _paths(edges, one, other):
            longest = sum(edge.rtt_us for edge in path)
            if best is not None and longest >= best:
                break
            if num_paths > 1:
                rest = self._least_longest(
                    _apart(edges, path, {one, other}), one, other, num_paths - 1
                )
                if rest is None:
                    continue
                longest = max(longest, rest)
            best = longest if best is None else min(best, longest)
        return best


def _apart(edges: Iterable[Edge], path: Collection[Edge], ends: Collection[str]) -> list[Edge]:
    """Return the edges that share nothing with a path but its ends."""
    inner = {v for edge in path for v in edge.ends}.difference(ends)
    domains = frozenset().union(*(edge.domains for edge in path))
    entries = frozenset().union(*(edge.entries for edge in path))
    return [
        edge
        for edge in edges
        if edge not in path
        and inner.isdisjoint(edge.ends)
        and not edge.domains & domains
        and not edge.entries & entries
    ]


def _paths(edges: Iterable[Edge], one: str, other: str) -> Iterator[list[Edge]]:
    """Yield the simple paths between two vertices, the fastest first."""
    import networkx as nx

    # Each edge is a vertex of its own: parallel links stay apart in a graph without multi-edges.
    graph = nx.Graph()
    for edge in edges:
        graph.add_edge(edge.ends[0], edge, rtt=edge.rtt_us)
        graph.add_edge(edge, edge.ends[1], rtt=0)
    if one not in graph or other not in graph or not nx.has_path(graph, one, other):
        return
    for vertices in nx.shortest_simple_paths(graph, one, other, weight="rtt"):
        yield [v for v in vertices if isinstance(v, Edge)]


def air_m(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Return the distance of two (latitude, longitude) in millionths of a degree, floored to m."""
    (lat1, lon1), (lat2, lon2) = ([radians(x / 10**6) for x in place] for place in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return floor(2 * EARTH_RADIUS_M * asin(sqrt(half)))
