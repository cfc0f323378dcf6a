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
    """What an instance of kind `service` needs."""

    vcpu: Amount = Decimal(0)
    ram_gib: Amount = Decimal(0)
    storage_gib: Amount = Decimal(0)
    licences: dict[str, Count] = {}
    pools: list[Id] = []
    mode: Literal["single", "active-standby", "active-active"] = "single"
    replication: Literal["none", "async", "sync"] = "none"
    lag_min: Amount | None = Field(None, description="how far an async mirror is behind")
    max_rtt_ms: Amount | None = None
    restart_min: Amount = Decimal(0)
    quorum: Literal["none", "majority", "manual"] = "none"
    takeover_min: Amount = Decimal(0)
    manual_min: Amount | None = Field(None, description="minutes to take over by hand")


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
    priority: Annotated[int, Field(ge=0, le=1000)] = 0
    critical: bool = Field(
        False, description="must run on each site alone although no process names it"
    )
    needed: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="instances that must be up for what depends on it; default 1, of a service "
        "that is not active-active all",
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
    protection: HostingItem = HostingItem()
    certificates: list[Id] = []
    access_networks: list[Id] = []
    allowed: PlacesItem = PlacesItem()
    forbidden: PlacesItem = PlacesItem()
    isolation: Literal["none", "rack"] = "none"
    service: ServiceItem | None = None


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
