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
    Level,
    Longitude,
    Positive,
    Share,
)


class PoolItem(Item):
    """A cluster of host devices at one site that services run on; figures are for one host."""

    id: Id
    name: str = ""
    site: Id | None = Field(None, description="left out: the site of the file")
    hosts: list[Id] = Field(
        [], description="workloads whose devices at this site are its hosts; at least one"
    )
    storage_on: list[Id] = Field(
        [],
        description="workloads whose devices at this site offer its storage; left out: the hosts",
    )
    vcpu: Amount = Field(Decimal(0), description="threads of one host")
    ram_gib: Amount = Field(Decimal(0), description="of one host")
    storage_gib: Amount = Field(
        Decimal(0), description="usable, of one host or of one device of `storage_on`"
    )
    vcpu_overcommit: Positive = Field(Decimal(1), description="vCPUs sold for one thread")
    hosts_spare: Count = Field(0, description="hosts kept free in the normal state, N+1 = 1")
    licences: dict[str, Count] = Field({}, description="licence: number in the whole pool")
    sync_max_rtt_ms: Amount | None = Field(
        None, description="longest round trip over which its storage mirrors synchronously, ms"
    )


class ProcessItem(Item):
    """A business process: how soon it must run again, and what it needs."""

    id: Id
    name: str = ""
    tenant: Id | None = Field(None, description="left out: the tenant of the file")
    criticality: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="higher is kept first; critical from the policy's `critical_from`"
    )
    weight: Annotated[int, Field(ge=1, le=10**6)] = Field(
        1, description="what it counts among processes of its criticality"
    )
    mtpd_min: Amount | None = Field(None, description="maximum tolerable downtime, min")
    rto_min: Amount | None = Field(None, description="recovery time objective, min")
    rpo_min: Amount | None = Field(None, description="recovery point objective, min of data")
    emergency_share: Share = Field(
        Decimal(1), description="emergency service level: share of the normal demand"
    )
    continuity_group: Id | None = Field(
        None, description="group whose sites must each carry it alone; left out: every group"
    )
    depends_on: list[Id] = Field(
        [], description="workloads it needs; what those need follows from theirs"
    )
    dates: list[str] = Field([], description="calendar names it must run on")


class MaxProtectionItem(Item):
    """A level per basic value; each is given, as it replaces what the rooms say."""

    confidentiality: Level
    integrity: Level
    availability: Level


class EmergencyItem(Item):
    """What a site may give up while it stands alone, and for how long."""

    hours: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="how long a site stands alone; the fuel must last"
    )
    gives_up: list[DomainKindName] = Field(
        [], description="kinds whose further loss need not be survived meanwhile; never `site`"
    )
    max_protection: MaxProtectionItem | None = Field(
        None, description="what every room may host meanwhile; left out: its `may_host`"
    )
    kappa_emergency: Share | None = Field(
        None, description="usable share of a power node's capacity meanwhile"
    )


class ContinuityGroupItem(Item):
    """Sites that stand in for each other; each names the group, at least two do."""

    id: Id
    name: str = ""
    emergency: EmergencyItem | None = Field(None, description="left out: nothing is given up")
    witness: Id | None = Field(
        None, description="network node with a vote in a quorum, beside one vote a site"
    )
    geo_redundancy: bool = Field(
        False, description="claimed: the sites are 200 km apart, with a waiver 100 km"
    )


class CombinationItem(Item):
    """Losses at once, in which the rules hold, too."""

    id: Id
    name: str = ""
    loses: dict[DomainKindName, list[Id]] = Field({}, description="kind: what of it is lost")


class NetworkNodeItem(Item):
    """A place where links end: a town hall, a carrier's node, a gateway in a site."""

    id: Id
    name: str = ""
    site: Id | None = Field(None, description="site it stands in; lost with it")
    lat: Latitude | None = Field(None, description="degrees; left out: that of its site")
    lon: Longitude | None = Field(None, description="degrees; left out: that of its site")
    access_network: str | None = Field(
        None, description="network that is entered here, e.g. `doi`; workloads ask for it"
    )


class DuctItem(Item):
    """A shared-risk group of links: one excavator cuts them all."""

    id: Id
    name: str = ""
    entry: str | None = Field(None, description="building entry it uses")


class LinkItem(Item):
    """A link between two sites or network nodes."""

    id: Id
    ends: Annotated[list[Id], Field(min_length=2, max_length=2)] = Field(
        description="two sites or network nodes"
    )
    ducts: list[Id] = Field([], description="ducts it runs in, all of them")
    carrier: str | None = Field(None, description="whose network; lost as one")
    fibre_km: Amount | None = Field(
        None, description="length; left out: distance of the ends as the crow flies x detour"
    )
    detour: Positive | None = Field(
        None, description="fibre length / distance; left out: the policy's `fibre_detour`"
    )
    equipment_ms: Amount = Field(
        Decimal(0), description="delay of its equipment, added to the round trip, ms"
    )
    gbps: Positive | None = None


class PathItem(Item):
    """A pair of ends that needs independent paths: no common duct, node, entry or carrier."""

    id: Id
    ends: Annotated[list[Id], Field(min_length=2, max_length=2)] = Field(
        description="two sites or network nodes"
    )
    independent_paths: Annotated[int, Field(ge=1, le=8)] = 2
    max_rtt_ms: Amount | None = Field(None, description="longest round trip on the worst of them")


class NetworkItem(Item):
    """Nodes, ducts, links and path requirements."""

    nodes: list[NetworkNodeItem] = []
    ducts: list[DuctItem] = []
    links: list[LinkItem] = []
    paths: list[PathItem] = []
