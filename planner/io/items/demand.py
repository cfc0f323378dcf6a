"""Device types and workloads, and where they stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from planner.io.items.fields import (
    AirflowName,
    Amount,
    Count,
    Day,
    Id,
    Item,
    LossLevel,
    PlaceLevel,
    Positive,
    PowerFactor,
)
from planner.io.items.space import HostingItem, PortItem


class InletItem(Item):
    """One power port of a device type (NetBox power port)."""

    name: str
    type: str = Field(description="c14, c20, ...")
    maximum_draw: Positive | None = Field(None, description="W")
    allocated_draw: Positive | None = Field(None, description="W")


class DeviceTypeItem(Item):
    """A device type of this estate: a new one, or changes to one of the catalogue."""

    slug: Id
    manufacturer: str | None = None
    model: str | None = None
    part_number: str | None = None
    u_height: Amount | None = None
    is_full_depth: bool | None = None
    weight_kg: Positive | None = None
    airflow: AirflowName | None = None
    inlets: list[InletItem] | None = None
    psus_required: Annotated[int, Field(ge=0, le=16)] | None = None
    provides_ports: list[PortItem] | None = None


class DrawItem(Item):
    """Power figures of one instance; `budget_w` is the one that rules use."""

    budget_w: Positive | None = None
    nameplate_w: Positive | None = None
    p95_w: Positive | None = None
    standby_w: Positive | None = None
    power_factor: PowerFactor | None = None


class SpreadItem(Item):
    """How instances are spread over the domains of one level."""

    max_per_domain: Annotated[int, Field(ge=1)] | None = None
    min_domains: Annotated[int, Field(ge=1)] | None = None
    max_skew: Annotated[int, Field(ge=0)] | None = None


class PlacesItem(Item):
    """Places by level."""

    site: list[Id] = []
    fire_compartment: list[Id] = []
    room: list[Id] = []
    row: list[Id] = []
    rack: list[Id] = []


class ServiceItem(Item):
    """What one instance of a service takes of a pool, and how another site takes it over."""

    vcpu: Amount = Decimal(0)
    ram_gib: Amount = Decimal(0)
    storage_gib: Amount = Decimal(0)
    licences: dict[str, Count] = Field({}, description="licence of a pool: number")
    pools: list[Id] = Field(
        [], description="pools it may run on or be mirrored to; left out: every pool"
    )
    mode: Literal["single", "active-standby", "active-active"] = Field(
        "single",
        description="started on its standby pool after a loss; a warm copy waits there with RAM "
        "and licences; or all instances serve and none moves",
    )
    replication: Literal["none", "async", "sync"] = Field(
        "none", description="how its data reaches the standby pools"
    )
    lag_min: Amount | None = Field(
        None, description="how far its `async` mirror is behind, min; given only with that"
    )
    max_rtt_ms: Amount | None = Field(
        None, description="longest round trip that its synchronous mirror stands, ms"
    )
    restart_min: Amount = Field(
        Decimal(0), description="to start again after a takeover, mode `single`, min"
    )
    quorum: Literal["none", "majority", "manual"] = Field(
        "none",
        description="it takes over by itself; with a majority of votes, else by hand; or always "
        "by hand",
    )
    takeover_min: Amount = Field(Decimal(0), description="to take over by itself, min")
    manual_min: Amount | None = Field(
        None, description="to take over by hand, min; left out: nobody can"
    )


class WorkloadItem(Item):
    """A workload: `count` equal instances of a device type, or a service."""

    id: Id
    tenant: Id | None = None
    kind: Literal["equipment", "service"] = "equipment"
    type: Id | None = Field(
        None, description="device type slug, of the catalogue or of this estate"
    )
    role: str = "server"
    description: str = ""
    count: Annotated[int, Field(ge=1, le=100_000)] = 1
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] = Field(0, description="higher is placed first")
    critical: bool = Field(
        False, description="must run on each site alone although no process names it"
    )
    needed: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="instances that must be up for what depends on it; left out: 1, and all of a "
        "service that is not active-active",
    )
    depends_on: list[Id] = Field([], description="workloads it needs to be up")
    partial: bool = False
    pinned: bool | list[Annotated[int, Field(ge=1)]] = False
    disruption: Annotated[int, Field(ge=0, le=10**6)] = 1
    draw: DrawItem = DrawItem()
    weight_kg: Positive | None = None
    psus_required: Annotated[int, Field(ge=0, le=16)] | None = None
    psu_mode: Literal["active-active", "active-standby"] = "active-active"
    face: Literal["front", "rear", "any"] = "front"
    airflow: AirflowName | None = None
    ports: list[PortItem] = Field([], description="switch ports one instance needs in its rack")
    survive: dict[LossLevel, Annotated[int, Field(ge=1)] | Literal["all"]] = Field(
        {}, description="level: how many instances are up after the loss of any one domain of it"
    )
    spread: dict[PlaceLevel, SpreadItem] = {}
    together_with: dict[PlaceLevel, Id] = {}
    protection: HostingItem = Field(
        HostingItem(), description="what its rooms must be allowed to host"
    )
    certificates: list[Id] = Field([], description="certificates that its rooms must hold")
    access_networks: list[Id] = Field(
        [], description="networks that its sites must reach, as network nodes name them"
    )
    allowed: PlacesItem = Field(PlacesItem(), description="of a service: sites only")
    forbidden: PlacesItem = Field(PlacesItem(), description="of a service: sites only")
    isolation: Literal["none", "rack"] = Field(
        "none", description="`rack`: it shares no rack; not of a service"
    )
    service: ServiceItem | None = Field(None, description="of `kind: service` only")


class StandingItem(Item):
    """Where an instance stands now."""

    instance: Id = Field(description="`<workload>-<n>`; may hold a range")
    rack: Id
    position: Positive | None = Field(
        None, description="lowest unit it takes, as in NetBox; .5 is half a unit up"
    )
    face: Literal["front", "rear"] | None = None
    cords: dict[str, Id] | None = Field(
        None, description="inlet: power node; left out where unknown"
    )
