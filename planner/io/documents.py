"""The inventory format: what may stand in a YAML file of an estate.

One document type for every file; any section may stand in any file. Every id of an item may hold a
range: `rack-[01-12]` stands for twelve items, and all ranges of one item run in parallel; where the
item's own id holds none, a range in a list stands for several elements. Units are part of the key;
figures may have decimals and are converted to the model's integers on loading (demand up, capacity
down). This module owns the keys, their types and their descriptions (editors show them through the
JSON Schema); it leaves references between items to `planner.io.build`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from planner.model.rules import RULES


def _figure(value: Any) -> Any:
    """Take whole and decimal numbers alike, and nothing else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("figure_type", "a number")


def _day(value: Any) -> Any:
    """Take a day, quoted or not."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else value
        except ValueError:
            return value
    return value


def _no_bool(value: Any) -> Any:
    """Keep `true` from standing for 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("figure_type", "a number")
    return value


Figure = Annotated[Decimal, BeforeValidator(_figure)]
Day = Annotated[date, BeforeValidator(_day)]
#: A figure that is not negative and not absurd.
Amount = Annotated[Figure, Field(ge=0, le=10**9)]
Positive = Annotated[Figure, Field(gt=0, le=10**9)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=-(10**7), le=10**7)]
Share = Annotated[Figure, Field(ge=0, le=1)]
PowerFactor = Annotated[Figure, Field(gt=0, le=1)]
Latitude = Annotated[Figure, Field(ge=-90, le=90)]
Longitude = Annotated[Figure, Field(ge=-180, le=180)]
Id = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_\[][A-Za-z0-9_.:/+@\[\],-]*$"),
    Field(description="stable id; may hold a range such as `[01-12]`"),
]
Level = Literal["normal", "hoch", "sehr-hoch"]
Tier = Literal["unplaced", "soft", "moves", "cost", "balance"]
PowerKindName = Literal[
    "utility", "transformer", "generator", "transfer_switch", "ups",
    "panel", "feed", "leg", "pdu", "bank",
]  # fmt: skip
PlaceLevel = Literal["rack", "row", "room", "fire_compartment", "site"]
LossLevel = Literal[
    "utility", "transformer", "generator", "transfer_switch", "ups",
    "panel", "feed", "leg", "pdu", "bank",
    "cooling_unit", "rack", "row", "room", "fire_compartment", "site",
]  # fmt: skip
OutletName = Literal["c13", "c19", "c7", "c5"]
AirflowName = Literal[
    "front-to-rear", "rear-to-front", "left-to-right", "right-to-left", "side-to-rear",
    "rear-to-side", "bottom-to-top", "top-to-bottom", "passive", "mixed",
]  # fmt: skip
SoftRule = Annotated[
    str, Field(json_schema_extra={"enum": [r.slug for r in RULES.values() if r.may_be_soft]})
]


class Item(BaseModel):
    """Unknown keys are errors; nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class EstateItem(Item):
    """The estate itself; stands once, in `estate.yaml`."""

    id: Id
    name: str = ""


class GrowthItem(Item):
    """What every rack keeps free."""

    u: Amount = Decimal(0)
    kg: Amount = Decimal(0)
    w: Amount = Decimal(0)
    ports: Count = 0


class FrozenWindowItem(Item):
    """Days on which nothing that stands is moved (both included)."""

    start: Day
    end: Day
    reason: str = ""


class PolicyItem(Item):
    """How the estate is planned."""

    kappa: Share = Field(
        Decimal("0.8"), description="usable share of a node's capacity, normal state"
    )
    kappa_fail: Share | None = Field(
        None, description="after a loss; default 0.8 for panel and below, 1.0 above"
    )
    kappa_emergency: Share | None = None
    budget_share: Share = Field(Decimal("0.8"), description="assumed draw as a share of nameplate")
    power_factor: PowerFactor = Decimal("0.95")
    tiers: list[Tier] | None = None
    soft: dict[SoftRule, Annotated[int, Field(ge=1, le=10**6)]] = Field(
        {}, description="rule slug: weight of one unit"
    )
    move_budget: Count | None = None
    frozen_windows: list[FrozenWindowItem] = []
    planning_horizon: Day | None = None
    growth: GrowthItem = GrowthItem()
    gravity_max_u: Positive | None = Field(
        None, description="highest centre of gravity above the first unit"
    )


class SiteItem(Item):
    """A site."""

    id: Id
    name: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    continuity_group: Id | None = None


class HostingItem(Item):
    """A level per basic value."""

    confidentiality: Level = "normal"
    integrity: Level = "normal"
    availability: Level = "normal"


class UnitsItem(Item):
    """Units `from` to `to`, both included, on one face or both."""

    from_: Annotated[int, Field(ge=1, le=200)] = Field(alias="from")
    to: Annotated[int, Field(ge=1, le=200)]
    face: Literal["front", "rear", "both"] = "both"


class PortItem(Item):
    """Ports of one type and speed."""

    type: str
    gbps: Positive
    count: Annotated[int, Field(ge=1, le=100_000)]


class RackFields(Item):
    """What a rack type, a row and a single rack may say; the nearest one wins."""

    status: Literal["active", "available", "reserved", "planned", "deprecated"] | None = None
    tenant: Id | None = Field(None, description="only this tenant's workloads may stand here")
    max_weight_kg: Positive | None = None
    max_power_w: Positive | None = Field(None, description="design power, and so heat, of one rack")
    airflow: list[AirflowName] | None = Field(
        None, description="directions the rack takes; default front-to-rear"
    )
    cooling_zone: Id | None = None
    blocked: list[UnitsItem] | None = None
    ports: list[PortItem] | None = Field(None, description="switch ports that end in the rack")
    growth: GrowthItem | None = None
    gravity_max_u: Positive | None = None
    price_eur_year: Amount | None = Field(None, description="what a rack in use costs a year")


class RackTypeItem(RackFields):
    """A rack type (NetBox rack type)."""

    id: Id
    manufacturer: str = ""
    model: str = ""
    u_height: Annotated[int, Field(ge=1, le=100)]
    starting_unit: Annotated[int, Field(ge=1, le=100)] = 1
    weight_kg: Amount = Field(description="own mass of the empty rack")


class RowItem(RackFields):
    """A row of equal racks: a template that expands to racks."""

    id: Id
    name: str = ""
    racks: Id = Field(description="ids of its racks, a range: `h1-a[01-12]`")
    type: Id
    x_mm: Millimetres | None = None
    y_mm: Millimetres | None = None
    pitch_mm: Millimetres | None = Field(None, description="distance from rack to rack")
    direction: Literal["x", "y"] = "x"


class RoomItem(Item):
    """A room."""

    id: Id
    name: str = ""
    site: Id | None = None
    fire_compartment: Id
    may_host: HostingItem = HostingItem()
    certificates: list[Id] = []
    tile_rating_kg: Positive | None = None
    cooling_zone: Id | None = None
    width_mm: Millimetres | None = None
    depth_mm: Millimetres | None = None
    rows: list[RowItem] = []


class RackItem(RackFields):
    """Changes to single racks of a row."""

    id: Id
    x_mm: Millimetres | None = None
    y_mm: Millimetres | None = None


class ReservationItem(Item):
    """Units kept for something else."""

    id: Id
    rack: Id
    units: list[UnitsItem]
    description: str = ""
    tenant: Id | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day | None = None


class ModulesItem(Item):
    """Parallel UPS modules; figures are for one module."""

    count: Annotated[int, Field(ge=1, le=100)]
    needed: Annotated[int, Field(ge=1, le=100)]
    kw: Positive | None = None
    kva: Positive | None = None


class PowerItem(Item):
    """One node of the power graph, or a range of them."""

    id: Id
    kind: PowerKindName
    site: Id | None = None
    room: Id | None = Field(None, description="where it stands; lost with it")
    rack: Id | None = Field(None, description="the rack it serves")
    from_: Id | None = Field(None, alias="from", description="its parent")
    preferred: Id | None = None
    alternate: Id | None = None
    phases: Annotated[Literal[1, 3], BeforeValidator(_no_bool)] | None = None
    volts_ll: Positive | None = Field(None, description="line to line")
    volts_ln: Positive | None = Field(None, description="line to neutral")
    amps: Positive | None = None
    kva: Positive | None = None
    kw: Positive | None = None
    modules: ModulesItem | None = None
    kappa: Share | None = None
    kappa_fail: Share | None = None
    kappa_emergency: Share | None = None
    loss_permille: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="share of the output"
    )
    no_load_w: Amount = Decimal(0)
    input_pf: PowerFactor = Decimal(1)
    recharge_w: Amount = Decimal(0)
    own_w: Amount = Field(
        Decimal(0), description="fixed draw at the node itself: lighting, building"
    )
    autonomy_min: Amount = Decimal(0)
    start_s: Amount = Decimal(0)
    transfer_ms: Amount = Decimal(0)
    tank_l: Positive | None = None
    l_per_kwh: Positive | None = None
    outlets: dict[OutletName, Count] = {}
    outlet_reserve: Count = 0
    accept_voltage: bool = Field(
        False, description="three phases with 230 V line to line are meant"
    )


class ZoneItem(Item):
    """A cooling zone."""

    id: Id
    site: Id | None = None
    ride_through_s: Amount = Decimal(0)


class UnitItem(Item):
    """A cooling unit."""

    id: Id
    site: Id | None = None
    zone: Id
    room: Id | None = None
    kw: Positive = Field(description="heat it removes")
    draw_w: Amount = Decimal(0)
    power_factor: PowerFactor = Decimal(1)
    cords: list[Id] = Field([], description="power nodes it is corded to")
    cords_required: Annotated[int, Field(ge=1, le=8)] = 1
    restart_s: Amount = Decimal(0)


class CoolingItem(Item):
    """Zones and units."""

    zones: list[ZoneItem] = []
    units: list[UnitItem] = []


class QuotaItem(Item):
    """What an owner has contracted."""

    strand_kw: dict[str, Amount] = {}
    u: Amount | None = None
    pool_share: dict[str, Share] = {}


class TenantItem(Item):
    """A tenant."""

    id: Id
    name: str = ""
    isolation: Literal["none", "rack"] = "none"
    quota: QuotaItem | None = None


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


class CertificateItem(Item):
    """A certificate."""

    id: Id
    name: str = ""
    scope: str = ""
    evidence: str | None = None
    from_: Day | None = Field(None, alias="from")
    until: Day


class WaiverItem(Item):
    """A written exception."""

    id: Id
    rule: str
    subject: str
    amount: Count
    reason: str = Field(min_length=1)
    author: str = Field(min_length=1)
    from_: Day | None = Field(None, alias="from")
    expires: Day


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
    rpo_min: Amount | None = None
    max_rtt_ms: Amount | None = None
    restart_min: Amount = Decimal(0)
    quorum: Literal["none", "majority", "witness", "manual"] = "none"
    takeover_min: Amount = Decimal(0)
    depends_on: list[Id] = []


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
    critical: bool = False
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


class PoolItem(Item):
    """A cluster of host devices; figures are for one host."""

    id: Id
    name: str = ""
    hosts: list[Id] = []
    vcpu: Amount = Decimal(0)
    ram_gib: Amount = Decimal(0)
    storage_gib: Amount = Decimal(0)
    vcpu_overcommit: Positive = Decimal(1)
    hosts_spare: Count = 0
    licences: dict[str, Count] = {}


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
    depends_on: list[Id] = []
    dates: list[str] = []


class EmergencyItem(Item):
    """What a site may give up while it stands alone, and for how long."""

    hours: Annotated[int, Field(ge=1, le=10_000)]
    gives_up: list[LossLevel] = []
    max_protection: HostingItem | None = None
    kappa_emergency: Share | None = None


class ContinuityGroupItem(Item):
    """Sites that stand in for each other."""

    id: Id
    name: str = ""
    emergency: EmergencyItem | None = None
    witness_site: Id | None = None
    geo_redundancy: bool = False


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


class RemoveItem(Item):
    """Ids that a patch removes, by section."""

    workloads: list[Id] = []
    power: list[Id] = []
    reservations: list[Id] = []
    certificates: list[Id] = []
    waivers: list[Id] = []
    cooling_units: list[Id] = []
    standing: list[Id] = []


class Document(Item):
    """One YAML file of an estate."""

    estate: EstateItem | None = None
    policy: PolicyItem | None = None
    site: SiteItem | Id | None = Field(
        None,
        description="a site, or the id of one; default site of this file's rooms, power and cooling",
    )
    sites: list[SiteItem] = []
    rack_types: list[RackTypeItem] = []
    rooms: list[RoomItem] = []
    racks: list[RackItem] = []
    reservations: list[ReservationItem] = []
    power: list[PowerItem] = []
    cooling: CoolingItem = CoolingItem()
    tenant: Id | None = Field(
        None, description="default tenant of this file's workloads and processes"
    )
    tenants: list[TenantItem] = []
    device_types: list[DeviceTypeItem] = []
    certificates: list[CertificateItem] = []
    waivers: list[WaiverItem] = []
    workloads: list[WorkloadItem] = []
    pools: list[PoolItem] = []
    processes: list[ProcessItem] = []
    continuity_groups: list[ContinuityGroupItem] = []
    network: NetworkItem = NetworkItem()
    standing: list[StandingItem] = Field([], description="as-built: where things stand now")
    remove: RemoveItem = Field(RemoveItem(), description="only in a patch")
