"""Placements, layouts and as-built snapshots.

A layout remembers, per placement, whether the instance stood already and where, so that a checker
needs no second file to judge moves: `standing` without `was` means it stays exactly where it was.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.space import Face


class Cord(NamedTuple):
    """One device inlet on one outlet of a power node; `leg` is None on single-phase nodes."""

    inlet: str
    node: str
    leg: str | None = None


class Place(Frozen):
    """Where an instance stands.

    `position_half` is twice NetBox's `position` (the lowest unit it takes); position and face are
    None for a device that takes no unit. `cords` is None where an import does not know them.
    """

    rack: str
    position_half: int | None = None
    face: Face | None = None
    cords: tuple[Cord, ...] | None = ()


class Standing(Declared):
    """One instance that stands."""

    instance: str
    place: Place


class AsBuilt(Frozen):
    """Where things stand now: a snapshot with its own source and digest."""

    source: str = "none"
    standing: dict[str, Standing] = {}


class Placement(Declared):
    """One planned instance; `was` is its former place when it moves."""

    instance: str
    place: Place
    standing: bool = False
    was: Place | None = None


class ServicePlacement(Declared):
    """One planned instance of a service: the pool it runs on, and those that take it over.

    `standby` pools hold its mirror, or may start it; they are tried in this order.
    """

    instance: str
    pool: str
    standby: tuple[str, ...] = ()


class Unplaced(Declared):
    """One instance without a place, and why in one sentence; `was` is where it stands, if so."""

    instance: str
    reason: str
    was: Place | None = None


class TierResult(Frozen):
    """One objective tier: value reached, proven bound, and whether an earlier tier is unproven."""

    tier: str = Field(description="e.g. `unplaced[10]`, `soft`, `moves`, `cost`, `balance`")
    unit: str
    objective: int
    bound: int
    conditional: bool = False

    @property
    def is_optimal(self) -> bool:
        """Whether the objective is proven: it equals an unconditional bound."""
        return self.objective == self.bound and not self.conditional


class Provenance(Frozen):
    """What made a layout, without clock times."""

    planner_version: str
    engine: str
    ortools_version: str
    seed: int
    workers: int
    time_limit_ms: int | None = None
    reproducible: bool
    stopped_early: bool = Field(default=False, description="interrupted, or a limit was reached")
    as_of: date
    estate_digest: str = Field(description="of demand, supply, policy and catalogue")
    as_built_source: str
    as_built_digest: str


class Layout(Frozen):
    """All placements of an estate, as planned."""

    estate: str
    provenance: Provenance
    tiers: tuple[TierResult, ...] = ()
    placements: dict[str, Placement] = {}
    services: dict[str, ServicePlacement] = {}
    unplaced: dict[str, Unplaced] = {}

    def as_built(self) -> AsBuilt:
        """Return the snapshot that this layout was planned from."""
        standing = {
            key: Standing(instance=key, place=p.was or p.place, at=p.at)
            for key, p in self.placements.items()
            if p.standing
        }
        standing |= {
            key: Standing(instance=key, place=u.was, at=u.at)
            for key, u in self.unplaced.items()
            if u.was is not None
        }
        return AsBuilt(
            source=self.provenance.as_built_source, standing=dict(sorted(standing.items()))
        )
