"""Facts about continuity groups: how far apart, for how long, what is given up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from planner.check.network import GEO_DISTANCE_M
from planner.check.network_graph import air_distance_m, place_of
from planner.model.estate import Estate
from planner.model.tenancy import HostingClass


class Distance(NamedTuple):
    """Two members and their air distance, m, floored; None where one states no coordinates."""

    one: str
    other: str
    apart_m: int | None

    @property
    def is_geo(self) -> bool:
        """Whether the pair is far enough apart to be called geo-redundant (BSI site criteria)."""
        return self.apart_m is not None and self.apart_m >= GEO_DISTANCE_M


class GroupFacts(NamedTuple):
    """One continuity group of at least two sites.

    Attributes
    ----------
    hours
        Of the emergency; None where the group declares none.
    gives_up
        Kinds of losses that the promise leaves out while a site stands alone.
    max_protection
        What every room may host meanwhile; None = what it may host anyway.
    raised
        Rooms of the members that this raises, with what they may host otherwise.
    """

    id: str
    name: str
    sites: tuple[str, ...]
    hours: int | None
    gives_up: tuple[str, ...]
    max_protection: HostingClass | None
    raised: tuple[tuple[str, HostingClass], ...]
    witness: str | None
    claims_geo_redundancy: bool
    distances: tuple[Distance, ...]


def group_facts(estate: Estate) -> Iterator[GroupFacts]:
    """Yield the facts of each group of at least two sites."""
    for key, sites in estate.members.items():
        if len(sites) < 2:
            continue
        group = estate.continuity_groups[key]
        emergency = group.emergency
        most = None if emergency is None else emergency.max_protection
        yield GroupFacts(
            key,
            group.name,
            sites,
            None if emergency is None else emergency.hours,
            () if emergency is None else emergency.gives_up,
            most,
            tuple(_raised(estate, sites, most)) if most is not None else (),
            group.witness,
            group.geo_redundancy,
            tuple(_distance(estate, *pair) for pair in combinations(sites, 2)),
        )


def _raised(
    estate: Estate, sites: tuple[str, ...], most: HostingClass
) -> Iterator[tuple[str, HostingClass]]:
    for room in estate.rooms.values():
        levels = type(most).model_fields
        if room.site in sites and any(
            getattr(most, level) > getattr(room.may_host, level) for level in levels
        ):
            yield room.id, room.may_host


def _distance(estate: Estate, one: str, other: str) -> Distance:
    places = [place_of(estate.sites[key]) for key in (one, other)]
    known = [place for place in places if place is not None]
    return Distance(one, other, air_distance_m(*known) if len(known) == 2 else None)
