"""The network after a loss: which pairs of ends keep fewer independent paths, what reaches what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import copy

from planner.check.network_graph import Network
from planner.check.network_paths import Search
from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.network import PathRequirement
from planner.model.scenarios import NETWORK_KINDS, Scenario
from planner.simulate.effect import FewerPaths


class NetworkState:
    """The network with some of it lost, as a set of bits; what was asked once is remembered."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.network = Network(estate)
        self._paths: dict[tuple[str, int], int] = {}
        self._reached: dict[tuple[str, str, int], bool] = {}
        self._linked: dict[tuple[str, str, int], bool] = {}
        self._gates: dict[str, frozenset[str]] = {}
        for node in estate.network_nodes.values():
            if node.access_network is not None:
                known = self._gates.get(node.access_network, frozenset())
                self._gates[node.access_network] = known | {node.id}

    def lost_bits(self, scenario: Scenario) -> int:
        """Return what a scenario takes away of the network; 0 where it does not touch it."""
        lost = [d for d in scenario.losses if d.kind == "site" or d.kind in NETWORK_KINDS]
        if scenario.alone:
            lost += [Domain("site", key) for key in self.estate.sites if key != scenario.alone]
        return self.network.lost_bits(lost)

    def is_lost(self, key: str, lost: int) -> bool:
        """Return whether a site or network node is among what is lost."""
        return bool(self.network.vertex_bit(key) & lost)

    def reaches(self, site: str, access_network: str, lost: int) -> bool:
        """Return whether a site reaches a node of an access network."""
        key = (site, access_network, lost)
        if key not in self._reached:
            gates = {g for g in self._gates.get(access_network, ()) if not self.is_lost(g, lost)}
            self._reached[key] = self._has_way(site, gates, lost)
        return self._reached[key]

    def is_linked(self, site: str, end: str, lost: int) -> bool:
        """Return whether a site reaches a site or network node; itself, unless it is lost."""
        key = (site, end, lost)
        if key not in self._linked:
            is_there = not self.is_lost(end, lost)
            self._linked[key] = is_there and self._has_way(site, {end}, lost)
        return self._linked[key]

    def _has_way(self, site: str, ends: Collection[str], lost: int) -> bool:
        is_there = not self.is_lost(site, lost)
        return is_there and self.network.way(site, ends, lost) is not None

    def fewer_paths(self, lost: int) -> Iterator[FewerPaths]:
        """Yield the pairs of ends that keep fewer paths than before; a lost end asks for none."""
        for item in self.estate.path_requirements.values():
            if any(self.is_lost(end, lost) for end in item.ends):
                continue
            before, left = self._num_paths(item, 0), self._num_paths(item, lost)
            if left < before:
                yield FewerPaths(item.id, left, before, item.independent_paths)

    def _num_paths(self, item: PathRequirement, lost: int) -> int:
        """Return how many independent paths there are, counted up to what is asked for."""
        key = (item.id, lost)
        if key not in self._paths:
            search = Search(self._without(lost), *item.ends, length=lambda hop: 1)
            wanted = range(item.independent_paths, 0, -1)
            found = (n for n in wanted if search.choose(n, any_choice=True).longest is not None)
            self._paths[key] = next(found, 0)
        return self._paths[key]

    def _without(self, lost: int) -> Network:
        """Return the network that is left."""
        left = copy(self.network)
        left.hops = {
            key: [hop for hop in hops if not hop.uses & lost]
            for key, hops in self.network.hops.items()
        }
        return left
