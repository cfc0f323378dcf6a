"""The network as a graph: what reaches what, independent paths, and how long a round trip takes.

Vertices are sites and network nodes; a node that stands at a site is linked to it. Everything that
independent paths must not share is one bit: vertices, links, ducts, building entries, carriers.
What a loss takes away is a set of the same bits, so that looking for a second path beside a first
one is looking for a path after the loss of all that the first one uses.

`planner.check.network_paths` searches it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from math import asin, cos, floor, radians, sin, sqrt
from typing import NamedTuple

from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.network import Link, NetworkNode
from planner.model.space import Site

#: Mean radius of the earth, m (IUGG).
EARTH_RADIUS_M = 6_371_009
#: Delay of light in fibre, us a km.
FIBRE_US_PER_KM = 5


class Hop(NamedTuple):
    """One link in one direction; `uses` are the bits of the link and of the vertex it leads to.

    `link` is None for the link between a network node and the site it stands at.
    """

    to: str
    uses: int
    link: Link | None


class Network:
    """The sites, network nodes and links of an estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._bits: dict[tuple[str, str], int] = {}
        self.hops: dict[str, list[Hop]] = {
            key: [] for key in (*estate.sites, *estate.network_nodes)
        }
        for node in estate.network_nodes.values():
            if node.site is not None:
                self._add((node.id, node.site), self._bit("link", f"{node.id}@{node.site}"), None)
        for link in estate.links.values():
            self._add(link.ends, self._risks(link), link)

    def _bit(self, kind: str, key: str) -> int:
        return self._bits.setdefault((kind, key), 1 << len(self._bits))

    def _risks(self, link: Link) -> int:
        risks = self._bit("link", link.id)
        for key in link.ducts:
            risks |= self._bit("duct", key)
            entry = self.estate.ducts[key].entry
            if entry is not None:
                risks |= self._bit("entry", entry)
        if link.carrier is not None:
            risks |= self._bit("carrier", link.carrier)
        return risks

    def vertex_bit(self, key: str) -> int:
        """Return the bit of a site or network node."""
        return self._bit("site" if key in self.estate.sites else "network_node", key)

    def _add(self, ends: tuple[str, str], risks: int, link: Link | None) -> None:
        for start, to in (ends, ends[::-1]):
            self.hops[start].append(Hop(to, risks | self.vertex_bit(to), link))

    def lost_bits(self, lost: Iterable[Domain]) -> int:
        """Return the bits of what is lost; a site takes its network nodes with it."""
        bits = 0
        for kind, key in lost:
            bits |= self._bits.get((kind, key), 0)
            if kind == "site":
                for node in self.estate.network_nodes.values():
                    if node.site == key:
                        bits |= self.vertex_bit(node.id)
        return bits

    def alone(self, site: str) -> tuple[Domain, ...]:
        """Return what is lost when `site` stands alone: every other site."""
        return tuple(Domain("site", key) for key in self.estate.sites if key != site)

    def reaches(self, start: str, targets: Collection[str], lost: Iterable[Domain] = ()) -> bool:
        """Return whether a path leads from `start` to one of `targets` after a loss."""
        blocked = self.lost_bits(lost)
        if self.vertex_bit(start) & blocked:
            return False
        return self.way(start, targets, blocked) is not None

    def way(self, start: str, targets: Collection[str], blocked: int) -> int | None:
        """Return the bits of a path from `start` to one of `targets`, None if there is none."""
        uses, waiting = {start: 0}, deque([start])
        while waiting:
            at = waiting.popleft()
            if at in targets:
                return uses[at]
            for hop in self.hops[at]:
                if hop.to not in uses and not hop.uses & blocked:
                    uses[hop.to] = uses[at] | hop.uses
                    waiting.append(hop.to)
        return None

    def risks(self, bits: int) -> list[tuple[str, str]]:
        """Return kind and id of each bit."""
        return sorted(risk for risk, bit in self._bits.items() if bit & bits)

    def round_trip_us(self, link: Link | None) -> int:
        """Return 2 * 5 us/km * fibre km + equipment, rounded up; 0 to the site of a node."""
        if link is None:
            return 0
        fibre_m = link.fibre_m
        if fibre_m is None:
            detour = link.detour_permille or self.estate.policy.detour_permille
            fibre_m = -(-self._air_m(link) * detour // 1000)
        return -(-2 * FIBRE_US_PER_KM * fibre_m // 1000) + link.equipment_us

    def _air_m(self, link: Link) -> int:
        """Return the air distance of a link's ends, m.

        Raises
        ------
        ValueError
            When a place is unknown, unless both ends are at one site.
        """
        one, other = (self._place(key) for key in link.ends)
        if one is not None and other is not None:
            return air_distance_m(one, other)
        first, second = (self._site(key) for key in link.ends)
        if first is not None and first == second:
            return 0
        raise ValueError(f"link `{link.id}` has no fibre length, and its ends no coordinates")

    def _site(self, key: str) -> str | None:
        node = self.estate.network_nodes.get(key)
        return key if node is None else node.site

    def _place(self, key: str) -> Place | None:
        """Return the coordinates of a site or network node; a node without any has its site's."""
        node = self.estate.network_nodes.get(key)
        place = None if node is None else place_of(node)
        site = self.estate.sites.get(self._site(key) or "")
        return place or (None if site is None else place_of(site))


class Place(NamedTuple):
    """Coordinates in millionths of a degree."""

    lat_udeg: int
    lon_udeg: int


def place_of(item: Site | NetworkNode) -> Place | None:
    """Return the coordinates of a site or network node, None where it has none of its own."""
    if item.lat_udeg is None or item.lon_udeg is None:
        return None
    return Place(item.lat_udeg, item.lon_udeg)


def air_distance_m(one: Place, other: Place) -> int:
    """Return the great-circle distance (haversine), m, floored."""
    lat1, lon1, lat2, lon2 = (radians(udeg / 10**6) for udeg in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return floor(2 * EARTH_RADIUS_M * asin(sqrt(half)))
