"""Workloads: what tenants bring, and what each asks for.

Figures that a file may leave out (mass, draw, airflow, supplies) are resolved on loading and stand
here as used; `assumed` names those that nobody declared.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.device import Inlet
from planner.model.space import Airflow, Face, PortCount
from planner.model.tenancy import HostingClass


class PsuMode(StrEnum):
    """How live power supplies share the draw."""

    ACTIVE_ACTIVE = "active-active"
    ACTIVE_STANDBY = "active-standby"


class Draw(Frozen):
    """Power figures of one instance, W.

    `budget_w` is the planned draw that the rules use. `nameplate_w` and `p95_w` are for the report.
    """

    budget_w: int
    nameplate_w: int | None = None
    p95_w: int | None = None
    standby_w: int | None = None
    power_factor_permille: int = 950


class Spread(Frozen):
    """How instances of a workload are spread over the domains of one level."""

    max_per_domain: int | None = None
    min_domains: int | None = None
    max_skew: int | None = None


class Places(Frozen):
    """Allowed or forbidden places, by level; an empty level says nothing."""

    site: tuple[str, ...] = ()
    fire_compartment: tuple[str, ...] = ()
    room: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    rack: tuple[str, ...] = ()


class Equipment(Frozen):
    """What an instance of kind `equipment` takes of a rack, resolved from its device type."""

    type: str
    u_height_half: int = Field(description="0 for a device that takes no unit")
    is_full_depth: bool
    mass_g: int
    airflow: Airflow
    inlets: tuple[Inlet, ...]
    psus_required: int
    psu_mode: PsuMode = PsuMode.ACTIVE_ACTIVE
    draw: Draw
    face: Face | Literal["any"] = Face.FRONT
    ports: tuple[PortCount, ...] = ()
    provides_ports: tuple[PortCount, ...] = ()


class Service(Frozen):
    """What an instance of kind `service` takes of a pool."""

    vcpu_milli: int = 0
    ram_mib: int = 0
    storage_gib: int = 0
    licences: dict[str, int] = {}
    pools: tuple[str, ...] = ()
    mode: Literal["single", "active-standby", "active-active"] = "single"
    replication: Literal["none", "async", "sync"] = "none"
    rpo_min: int | None = None
    max_rtt_us: int | None = None
    restart_min: int = 0
    quorum: Literal["none", "majority", "witness", "manual"] = "none"
    takeover_min: int = 0
    depends_on: tuple[str, ...] = ()


class Workload(Declared):
    """One workload of a tenant, `count` identical instances.

    Attributes
    ----------
    priority
        Higher is placed first; one objective sub-tier a value.
    survive
        Per level (a power kind, `cooling_unit`, `rack`, `row`, `room`, `fire_compartment`, `site`):
        after the loss of any one domain of that level so many instances are up; `count` = all.
        For a workload planned in part, at most `count - survive[level]` placed ones may be down.
    together_with
        Per level: each instance stands in a domain that holds an instance of that workload.
    pinned
        Numbers of the standing instances that never move.
    """

    id: str
    tenant: str
    kind: Literal["equipment", "service"] = "equipment"
    role: str = "server"
    description: str = ""
    count: int = 1
    valid_from: date | None = None
    valid_until: date | None = None
    priority: int = 0
    critical: bool = False
    partial: bool = False
    pinned: frozenset[int] = frozenset()
    disruption: int = 1
    equipment: Equipment | None = None
    service: Service | None = None
    survive: dict[str, int] = {}
    spread: dict[str, Spread] = {}
    together_with: dict[str, str] = {}
    protection: HostingClass = HostingClass()
    certificates: tuple[str, ...] = ()
    access_networks: tuple[str, ...] = ()
    allowed: Places = Places()
    forbidden: Places = Places()
    isolation: bool = False
    assumed: tuple[str, ...] = ()

    def instance_ids(self) -> tuple[str, ...]:
        """Return `<workload>-<n>` for n from 1 to `count`."""
        return tuple(f"{self.id}-{n}" for n in range(1, self.count + 1))


def split_instance_id(instance: str) -> tuple[str, int]:
    """Return workload id and number of an instance id.

    Raises
    ------
    ValueError
        When `instance` does not end in `-<n>` with n from 1.
    """
    workload, dash, number = instance.rpartition("-")
    if not dash or not workload or not number.isdecimal() or number[0] == "0":
        raise ValueError(f"`{instance}` is no instance id: expected `<workload>-<n>` with n from 1")
    return workload, int(number)
