"""Network nodes, links and the ducts they run in."""

from __future__ import annotations

from planner.model.base import Declared


class NetworkNode(Declared):
    """A place where links end: a site, a town hall, a carrier's node."""

    id: str
    name: str = ""
    site: str | None = None
    lat_udeg: int | None = None
    lon_udeg: int | None = None
    access_network: str | None = None


class Duct(Declared):
    """A shared-risk group of links; `entry` is the building entry it uses."""

    id: str
    name: str = ""
    entry: str | None = None


class Link(Declared):
    """A link between two network nodes or sites."""

    id: str
    ends: tuple[str, str]
    ducts: tuple[str, ...] = ()
    carrier: str | None = None
    fibre_m: int | None = None
    detour_permille: int | None = None
    equipment_us: int = 0
    capacity_mbps: int | None = None


class PathRequirement(Declared):
    """A pair of ends that needs so many independent paths."""

    id: str
    ends: tuple[str, str]
    independent_paths: int = 2
    max_rtt_us: int | None = None
