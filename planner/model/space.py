"""Sites, rooms, rows, racks and what blocks them.

Heights and positions are half-U integers (NetBox's half-U grid): unit `u` of a rack begins at half
index `2 * u`, so a rack of 42 U with `starting_unit` 1 has the half units 2 to 85.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.tenancy import HostingClass


class Face(StrEnum):
    """A rack's face on which a device is mounted (NetBox `face`)."""

    FRONT = "front"
    REAR = "rear"


class Airflow(StrEnum):
    """Direction of the air through a device type (NetBox `airflow`)."""

    FRONT_TO_REAR = "front-to-rear"
    REAR_TO_FRONT = "rear-to-front"
    LEFT_TO_RIGHT = "left-to-right"
    RIGHT_TO_LEFT = "right-to-left"
    SIDE_TO_REAR = "side-to-rear"
    REAR_TO_SIDE = "rear-to-side"
    BOTTOM_TO_TOP = "bottom-to-top"
    TOP_TO_BOTTOM = "top-to-bottom"
    PASSIVE = "passive"
    MIXED = "mixed"


class RackStatus(StrEnum):
    """NetBox rack status; only `active` and `available` racks take new instances."""

    ACTIVE = "active"
    AVAILABLE = "available"
    RESERVED = "reserved"
    PLANNED = "planned"
    DEPRECATED = "deprecated"


class UnitRange(Frozen):
    """Half units `[start_half, end_half)` on one face, or on both where `face` is None."""

    start_half: int
    end_half: int
    face: Face | None = None


class PortCount(Frozen):
    """So many ports of one type at one speed."""

    type: str = Field(description="connector, e.g. sfp28, rj45, qsfp28")
    speed_mbps: int
    count: int


class Site(Declared):
    """A place with a roof; `lat` and `lon` in millionths of a degree."""

    id: str
    name: str
    lat_udeg: int | None = None
    lon_udeg: int | None = None
    continuity_group: str | None = None


class Room(Declared):
    """A room of a site, in one fire compartment; what protection needs it may host."""

    id: str
    site: str
    name: str = ""
    fire_compartment: str
    may_host: HostingClass = HostingClass()
    certificates: tuple[str, ...] = ()
    tile_rating_g: int | None = Field(default=None, description="concentrated load a tile carries")
    width_mm: int | None = None
    depth_mm: int | None = None


class Row(Declared):
    """A row of racks in a room."""

    id: str
    room: str
    name: str = ""


class Rack(Declared):
    """One rack with the figures of its type resolved into it.

    `growth_*` is what must stay free (growth reserve); `max_power_w` is the design heat load.
    """

    id: str
    site: str
    room: str
    row: str
    type: str
    status: RackStatus = RackStatus.ACTIVE
    tenant: str | None = Field(
        default=None, description="only this tenant's workloads may stand here"
    )
    u_height: int
    starting_unit: int = 1
    own_mass_g: int
    max_weight_g: int | None = None
    max_power_w: int | None = None
    gravity_max_quarter: int | None = Field(
        default=None, description="highest centre of gravity above the first unit, in quarter U"
    )
    airflow: tuple[Airflow, ...] = (Airflow.FRONT_TO_REAR,)
    x_mm: int | None = None
    y_mm: int | None = None
    blocked: tuple[UnitRange, ...] = ()
    ports: tuple[PortCount, ...] = ()
    cooling_zone: str | None = None
    cage: str | None = Field(default=None, description="locked enclosure it stands in")
    growth_half: int = 0
    growth_g: int = 0
    growth_w: int = 0
    growth_ports: int = 0
    price_cents_year: int | None = None


class Reservation(Declared):
    """Units of a rack kept for something else (NetBox rack reservation); blocks while it lasts."""

    id: str
    rack: str
    units: tuple[UnitRange, ...]
    description: str = ""
    tenant: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
