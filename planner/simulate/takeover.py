"""Services after a loss: what runs where, who takes over, and in how many minutes."""

from __future__ import annotations

from typing import NamedTuple

from planner.check.case import Case, ServicePlaced, Span
from planner.check.services import Running, Services
from planner.model.estate import Estate
from planner.simulate.effect import Move
from planner.simulate.network import NetworkState


class Taken(NamedTuple):
    """What becomes of the service instances of one day.

    Attributes
    ----------
    down
        Instances that no live pool runs, or that nobody may take over.
    runs_at
        Pool of each instance that runs.
    """

    down: frozenset[str]
    moves: tuple[Move, ...]
    runs_at: dict[str, str]


class Takeover:
    """The services of one planning day."""

    def __init__(
        self, case: Case, span: Span, network: NetworkState, first_down: frozenset[str]
    ) -> None:
        self.estate: Estate = case.estate
        self.network = network
        self.services = Services(case, span)
        self.first = self.services.running(first_down)
        self._known: dict[tuple[int, int], Taken] = {}

    def site_of(self, pool: str) -> str:
        """Return the site of a pool."""
        return self.estate.pools[pool].site

    def running(self, down: frozenset[str]) -> Running:
        """Return which pools are alive, and what runs where, while these devices are down."""
        return self.services.running(down)

    def after(self, running: Running, lost: int) -> Taken:
        """Return who has moved and who is down, with the bits `lost` of the network lost."""
        key = (id(running), lost)
        if key not in self._known:
            self._known[key] = self._find(running, lost)
        return self._known[key]

    def _find(self, running: Running, lost: int) -> Taken:
        down: set[str] = set()
        moves: list[Move] = []
        runs_at: dict[str, str] = {}
        for one in self.services.placed:
            pool, normally = running.pool_of[one.instance], self.first.pool_of[one.instance]
            if pool is None:
                if normally is not None:
                    down.add(one.instance)
                continue
            if pool == normally:
                runs_at[one.instance] = pool
            elif (move := self._move(one, normally or one.pool.id, pool, lost)) is None:
                down.add(one.instance)
            else:
                moves.append(move)
                runs_at[one.instance] = pool
        return Taken(frozenset(down), tuple(moves), runs_at)

    def _move(self, one: ServicePlaced, before: str, pool: str, lost: int) -> Move | None:
        """Return how an instance moves, None where it has no quorum and no procedure by hand."""
        service = one.service
        is_by_hand = service.quorum == "manual" or (
            service.quorum == "majority" and not self.has_quorum(self.site_of(pool), lost)
        )
        minutes = service.manual_min if is_by_hand else service.takeover_min
        if minutes is None:
            return None
        if service.mode == "single":
            minutes += service.restart_min
        return Move(one.instance, before, pool, minutes, is_by_hand)

    def has_quorum(self, site: str, lost: int) -> bool:
        """Return whether more than half of the votes of a site's group are at hand there.

        A member site has one, as long as it is not lost and can be reached; the witness likewise.
        """
        group = self.estate.sites[site].continuity_group
        if group is None:
            return True
        members = self.estate.members[group]
        votes = sum(self.network.is_linked(site, member, lost) for member in members)
        witness = self.estate.continuity_groups[group].witness
        if witness is None:
            return 2 * votes > len(members)
        votes += self.network.is_linked(site, witness, lost)
        return 2 * votes > len(members) + 1
