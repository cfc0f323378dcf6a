"""Pools, processes, continuity groups, and the network between sites."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from planner.io.items.fields import (
    Amount,
    Count,
    DomainKindName,
    Id,
    Item,
    Latitude,
    Longitude,
    Positive,
    Share,
)
from planner.io.items.space import HostingItem


class PoolItem(Item):
    """A cluster of host devices; figures are for one host."""

    id: Id
    name: str = ""
    site: Id | None = None
    hosts: list[Id] = []
    storage_on: list[Id] = Field(
        [], description="workloads that offer its storage; left out: the hosts"
    )
    vcpu: Amount = Decimal(0)
    ram_gib: Amount = Decimal(0)
    storage_gib: Amount = Decimal(0)
    vcpu_overcommit: Positive = Decimal(1)
    hosts_spare: Count = 0
    licences: dict[str, Count] = {}
    sync_max_rtt_ms: Amount | None = Field(
        None, description="longest round trip of its synchronous mirror"
    )


class ProcessItem(Item):
    """A business process."""

    id: Id
    name: str = ""
    tenant: Id | None = None
    criticality: Annotated[int, Field(ge=0, le=1000)] = 0
    weight: Annotated[int, Field(ge=1, le=10**6)] = 1
    mtpd_min: Amount | None = None
    rto_min: Amount | None = None
    rpo_min: Amount | None = None
    emergency_share: Share = Decimal(1)
    continuity_group: Id | None = None
    depends_on: list[Id] = []
    dates: list[str] = []


class EmergencyItem(Item):
    """What a site may give up while it stands alone, and for how long."""

    hours: Annotated[int, Field(ge=1, le=10_000)]
    gives_up: list[DomainKindName] = []
    max_protection: HostingItem | None = None
    kappa_emergency: Share | None = None


class ContinuityGroupItem(Item):
    """Sites that stand in for each other."""

    id: Id
    name: str = ""
    emergency: EmergencyItem | None = None
    witness: Id | None = Field(None, description="network node with a vote in a quorum")
    geo_redundancy: bool = False


class CombinationItem(Item):
    """Losses at once, in which the rules hold, too."""

    id: Id
    name: str = ""
    loses: dict[DomainKindName, list[Id]] = {}


class NetworkNodeItem(Item):
    """Where links end."""

    id: Id
    name: str = ""
    site: Id | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    access_network: str | None = None


class DuctItem(Item):
    """A shared-risk group of links."""

    id: Id
    name: str = ""
    entry: str | None = None


class LinkItem(Item):
    """A link."""

    id: Id
    ends: Annotated[list[Id], Field(min_length=2, max_length=2)]
    ducts: list[Id] = []
    carrier: str | None = None
    fibre_km: Amount | None = None
    detour: Positive | None = None
    equipment_ms: Amount = Decimal(0)
    gbps: Positive | None = None


class PathItem(Item):
    """A pair of ends that needs independent paths."""

    id: Id
    ends: Annotated[list[Id], Field(min_length=2, max_length=2)]
    independent_paths: Annotated[int, Field(ge=1, le=8)] = 2
    max_rtt_ms: Amount | None = None


class NetworkItem(Item):
    """Nodes, ducts, links and path requirements."""

    nodes: list[NetworkNodeItem] = []
    ducts: list[DuctItem] = []
    links: list[LinkItem] = []
    paths: list[PathItem] = []
