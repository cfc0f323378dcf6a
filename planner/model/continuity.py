"""Pools, processes and continuity groups: what must go on when a site is lost."""

from __future__ import annotations

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.tenancy import HostingClass


class Emergency(Frozen):
    """What a site gives up for so many hours while it stands alone."""

    hours: int
    gives_up: tuple[str, ...] = Field(
        default=(), description="scenario kinds, e.g. ups, cooling_unit"
    )
    max_protection: HostingClass | None = None
    kappa_emergency_permille: int | None = None


class ContinuityGroup(Declared):
    """Sites that stand in for each other."""

    id: str
    name: str = ""
    emergency: Emergency | None = None
    witness_site: str | None = None
    geo_redundancy: bool = Field(default=False, description="claimed; the distance rule then binds")


class Pool(Declared):
    """A cluster of host devices that offers compute to services."""

    id: str
    name: str = ""
    hosts: tuple[str, ...] = Field(
        default=(), description="workloads whose instances are its hosts"
    )
    vcpu_milli: int = Field(default=0, description="of one host")
    ram_mib: int = 0
    storage_gib: int = 0
    vcpu_overcommit_permille: int = 1000
    hosts_spare: int = 0
    licences: dict[str, int] = {}


class Process(Declared):
    """A business process; depends on services and equipment, transitively."""

    id: str
    name: str = ""
    tenant: str
    criticality: int = Field(default=0, description="higher is kept first")
    weight: int = 1
    mtpd_min: int | None = None
    rto_min: int | None = None
    rpo_min: int | None = None
    emergency_permille: int = Field(default=1000, description="emergency share of normal demand")
    depends_on: tuple[str, ...] = ()
    dates: tuple[str, ...] = Field(default=(), description="calendar names it must run on")
