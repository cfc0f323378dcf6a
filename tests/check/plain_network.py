"""Paths written down plainly: every simple path, every choice of independent ones.

Shares nothing with the checker. A link that nobody declares ties a network node to its site.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.network import Link, NetworkNode
from planner.model.space import Site

EARTH_M = 6_371_009


class Path(NamedTuple):
    """Vertices from end to end, and the declared links between them."""

    vertices: tuple[str, ...]
    links: tuple[str, ...]


class PlainNetwork:
    """Sites and network nodes of an estate, less what is lost."""

    def __init__(
        self,
        estate: Estate,
        lost: Collection[tuple[str, str]] = (),
        lost_sites: Collection[str] = (),
    ) -> None:
        self.estate = estate
        self.lost = lost
        self.lost_sites = lost_sites

    def is_usable(self, vertex: str) -> bool:
        if vertex in self.estate.network_nodes:
            node = self.estate.network_nodes[vertex]
            return ("network_node", vertex) not in self.lost and node.site not in self.lost_sites
        return vertex not in self.lost_sites

    @cached_property
    def edges(self) -> list[tuple[str, str, str | None]]:
        """Both ends and the id of each usable link; None for a node's tie to its site."""
        found: list[tuple[str, str, str | None]] = []
        for link in self.estate.links.values():
            gone = any(("duct", key) in self.lost for key in link.ducts)
            gone = gone or ("carrier", link.carrier) in self.lost
            if not gone and all(self.is_usable(end) for end in link.ends):
                found.append((*link.ends, link.id))
        for node in self.estate.network_nodes.values():
            if node.site is not None and self.is_usable(node.id) and self.is_usable(node.site):
                found.append((node.id, node.site, None))
        return found

    def paths(self, start: str, end: str) -> list[Path]:
        """Return all simple paths between two vertices."""

        def onward(path: Path) -> Iterator[Path]:
            if path.vertices[-1] == end:
                yield path
                return
            for one, other, key in self.edges:
                for here, there in ((one, other), (other, one)):
                    if here == path.vertices[-1] and there not in path.vertices:
                        links = path.links if key is None else (*path.links, key)
                        yield from onward(Path((*path.vertices, there), links))

        if not (self.is_usable(start) and self.is_usable(end)):
            return []
        return list(onward(Path((start,), ())))

    def are_independent(self, one: Path, other: Path) -> bool:
        """Return whether two paths share no duct, inner vertex, carrier or building entry."""
        if set(one.vertices[1:-1]) & set(other.vertices[1:-1]):
            return False
        return not self._risks(one) & self._risks(other)

    def _risks(self, path: Path) -> set[tuple[str, str]]:
        risks: set[tuple[str, str]] = set()
        for key in path.links:
            link = self.estate.links[key]
            if link.carrier is not None:
                risks.add(("carrier", link.carrier))
            for duct in link.ducts:
                risks.add(("duct", duct))
                entry = self.estate.ducts[duct].entry
                if entry is not None:
                    risks.add(("entry", entry))
            # Two parallel links may both be used, one link may not be used twice.
            risks.add(("link", key))
        return risks

    def choices(self, start: str, end: str, number: int) -> Iterator[tuple[Path, ...]]:
        """Yield every choice of so many pairwise independent paths."""
        for chosen in combinations(self.paths(start, end), number):
            if all(self.are_independent(a, b) for a, b in combinations(chosen, 2)):
                yield chosen

    def num_independent(self, start: str, end: str, most: int) -> int:
        """Return the largest number of pairwise independent paths, at most `most`."""
        numbers = (n for n in range(most, 0, -1) if any(True for _ in self.choices(start, end, n)))
        return next(numbers, 0)

    def rtt_us(self, start: str, end: str, number: int) -> int | None:
        """Return the least longest round trip of so many independent paths, None without."""
        return min(
            (
                max(sum(self.link_us(self.estate.links[key]) for key in p.links) for p in chosen)
                for chosen in self.choices(start, end, number)
            ),
            default=None,
        )

    def link_us(self, link: Link) -> int:
        """Return ceil(2 x 5 us/km x fibre) + equipment."""
        return -(-10 * self.fibre_m(link) // 1000) + link.equipment_us

    def fibre_m(self, link: Link) -> int:
        if link.fibre_m is not None:
            return link.fibre_m
        detour = link.detour_permille
        if detour is None:
            detour = self.estate.policy.detour_permille
        places = [self._place(end) for end in link.ends]
        if places[0] == places[1]:
            return 0
        return -(-air_m(*places) * detour // 1000)

    def _place(self, end: str) -> Site | NetworkNode:
        node = self.estate.network_nodes.get(end)
        if node is None:
            return self.estate.sites[end]
        if node.lat_udeg is None and node.site is not None:
            return self.estate.sites[node.site]
        return node

    def reaches(self, start: str, ends: Collection[str]) -> bool:
        """Return whether a path leads from `start` to one of `ends`."""
        found = {start} if self.is_usable(start) else set()
        while True:
            more = {
                there
                for one, other, _ in self.edges
                for here, there in ((one, other), (other, one))
                if here in found and there not in found
            }
            if not more:
                return bool(found & set(ends))
            found |= more


def air_m(one: Site | NetworkNode, other: Site | NetworkNode) -> int:
    """Return the great-circle distance in m, rounded down (haversine)."""
    (lat, lon), (other_lat, other_lon) = (
        [radians((udeg or 0) / 1e6) for udeg in (place.lat_udeg, place.lon_udeg)]
        for place in (one, other)
    )
    half_lat, half_lon = (other_lat - lat) / 2, (other_lon - lon) / 2
    chord = sin(half_lat) ** 2 + cos(lat) * cos(other_lat) * sin(half_lon) ** 2
    return int(2 * EARTH_M * asin(sqrt(chord)))
