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
    """What an instance of kind `service` takes of a pool, and how another site takes it over.

    Attributes
    ----------
    pools
        Pools it may run on, and be mirrored to; empty = every pool.
    mode
        `single`: restarted on its standby pool after a loss; `active-standby`: a warm copy waits
        there with its RAM and licences reserved; `active-active`: all instances serve, none moves.
    replication, lag_min
        How its data reaches the standby pool; an asynchronous mirror is `lag_min` behind.
    max_rtt_us
        Longest round trip that a synchronous mirror of it stands.
    quorum
        `none`: takes over by itself; `majority`: only with a majority of votes, else by hand;
        `manual`: always by hand.
    takeover_min, manual_min, restart_min
        Minutes to take over automatically, or by hand (None = no procedure), and to start again
        (mode `single`).
    """

    vcpu_milli: int = 0
    ram_mib: int = 0
    storage_gib: int = 0
    licences: dict[str, int] = {}
    pools: tuple[str, ...] = ()
    mode: Literal["single", "active-standby", "active-active"] = "single"
    replication: Literal["none", "async", "sync"] = "none"
    lag_min: int = 0
    max_rtt_us: int | None = None
    restart_min: int = 0
    quorum: Literal["none", "majority", "manual"] = "none"
    takeover_min: int = 0
    manual_min: int | None = None

    @property
    def is_mirrored(self) -> bool:
        """Whether each instance has a copy of its data on a standby pool."""
        return self.mode != "active-active" and self.replication != "none"

    @property
    def may_move(self) -> bool:
        """Whether it can take over elsewhere: its data is there, or it has none."""
        stateless = self.replication == "none" and self.storage_gib == 0
        return self.mode != "active-active" and (self.is_mirrored or stateless)


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
    critical: bool = Field(default=False, description="must run like what a critical process needs")
    needed: int = Field(
        default=1, description="instances that must be up for what depends on the workload"
    )
    depends_on: tuple[str, ...] = Field(default=(), description="workloads it needs to be up")
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
    isolation: bool = Field(default=False, description="shares no rack")
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
