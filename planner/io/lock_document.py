"""The layout lock's format: what stands in `layouts/<estate>.lock.yaml`, version 1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from planner.io.items.fields import Day, Id, Item, Positive

#: Version of the format, in the first line of every lock.
LOCK_VERSION = 1

Natural = Annotated[int, Field(ge=0)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class CordItem(Item):
    """The outlet of one inlet where a leg is chosen, too."""

    node: Id
    leg: str | None = None


class PlaceItem(Item):
    """Where an instance stands; `cords` left out: not known."""

    rack: Id
    position: Positive | None = None
    face: Literal["front", "rear"] | None = None
    cords: dict[str, Id | CordItem] | None = None


class PlacementItem(PlaceItem):
    """One placement; `was` is the place it moves from."""

    standing: bool = False
    was: PlaceItem | None = None


class ServicePlacementItem(Item):
    """The pool that one instance of a service runs on, and those that take it over, in order."""

    pool: Id
    standby: list[Id] = []


class UnplacedItem(Item):
    """Why an instance has no place; `was` is where it stands now."""

    reason: str
    was: PlaceItem | None = None


class TierItem(Item):
    """One objective tier."""

    tier: str
    unit: str
    objective: int
    bound: int
    conditional: bool = False


class ProvenanceItem(Item):
    """What made the layout."""

    planner_version: str
    engine: str
    ortools_version: str
    seed: int
    workers: Natural
    time_limit_ms: Natural | None = None
    reproducible: bool
    stopped_early: bool = False
    as_of: Day
    estate_digest: Digest
    as_built_source: str
    as_built_digest: Digest


class LockDocument(Item):
    """A layout lock."""

    version: Literal[1]
    estate: Id
    provenance: ProvenanceItem
    tiers: list[TierItem] = []
    placements: dict[str, PlacementItem] = {}
    services: dict[str, ServicePlacementItem] = {}
    unplaced: dict[str, UnplacedItem] = {}
