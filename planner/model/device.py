"""Device types: geometry, mass, airflow, power inlets (NetBox device types)."""

from __future__ import annotations

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.space import Airflow, PortCount


class Inlet(Frozen):
    """One power port of a device type; `rating_w` is NetBox's `maximum_draw` of that port."""

    name: str
    type: str = Field(description="c14, c20, ...")
    rating_w: int | None = None
    allocated_w: int | None = None


class DeviceType(Declared):
    """A device type as declared; missing figures stay None and are resolved per workload."""

    slug: str
    manufacturer: str
    model: str
    part_number: str = ""
    u_height_half: int
    is_full_depth: bool = True
    mass_g: int | None = None
    airflow: Airflow | None = None
    inlets: tuple[Inlet, ...] = ()
    psus_required: int | None = None
    provides_ports: tuple[PortCount, ...] = ()
