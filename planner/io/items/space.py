"""Sites, rooms, rows, racks and what is kept free in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from planner.io.items.fields import (
    AirflowName,
    Amount,
    Day,
    Id,
    Item,
    Latitude,
    Level,
    Longitude,
    Millimetres,
    Positive,
)
from planner.io.items.policy import GrowthItem


class SiteItem(Item):
    """A site."""

    id: Id
    name: str = ""
    lat: Latitude | None = None
    lon: Longitude | None = None
    continuity_group: Id | None = Field(
        None, description="group of sites that stand in for each other"
    )


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
    cage: str | None = Field(None, description="name of the locked cage the racks stand in")
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
