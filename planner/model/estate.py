"""The estate: everything declared about supply, demand and policy, ranges expanded.

Every mapping is keyed by id and sorted by it. As-built (where things stand now) and the layout are
no part of it, see `planner.model.layout`.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from planner.model.action import Action
from planner.model.base import Declared
from planner.model.continuity import Combination, ContinuityGroup, Pool, Process
from planner.model.cooling import CoolingUnit, CoolingZone
from planner.model.device import DeviceType
from planner.model.network import Duct, Link, NetworkNode, PathRequirement
from planner.model.policy import Policy
from planner.model.power import PowerNode
from planner.model.space import Rack, Reservation, Room, Row, Site
from planner.model.tenancy import Certificate, Tenant, Waiver
from planner.model.workload import Workload


class Assumption(NamedTuple):
    """One figure that nobody declared: what was assumed, and why."""

    subject: str
    figure: str
    value: str
    reason: str


class Estate(Declared):
    """All sites that are planned together."""

    id: str
    name: str = ""
    policy: Policy = Policy()
    sites: dict[str, Site] = {}
    rooms: dict[str, Room] = {}
    rows: dict[str, Row] = {}
    racks: dict[str, Rack] = {}
    reservations: dict[str, Reservation] = {}
    power_nodes: dict[str, PowerNode] = {}
    cooling_zones: dict[str, CoolingZone] = {}
    cooling_units: dict[str, CoolingUnit] = {}
    tenants: dict[str, Tenant] = {}
    certificates: dict[str, Certificate] = {}
    waivers: dict[str, Waiver] = {}
    device_types: dict[str, DeviceType] = {}
    workloads: dict[str, Workload] = {}
    pools: dict[str, Pool] = {}
    processes: dict[str, Process] = {}
    continuity_groups: dict[str, ContinuityGroup] = {}
    combinations: dict[str, Combination] = {}
    network_nodes: dict[str, NetworkNode] = {}
    ducts: dict[str, Duct] = {}
    links: dict[str, Link] = {}
    path_requirements: dict[str, PathRequirement] = {}
    actions: dict[str, Action] = {}
    assumptions: tuple[Assumption, ...] = ()

    @cached_property
    def fire_compartments(self) -> dict[str, tuple[str, ...]]:
        """Fire compartment -> ids of its rooms."""
        rooms_of: dict[str, list[str]] = {}
        for room in self.rooms.values():
            rooms_of.setdefault(room.fire_compartment, []).append(room.id)
        return {key: tuple(rooms_of[key]) for key in sorted(rooms_of)}

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Continuity group -> ids of its sites."""
        return {
            key: tuple(s.id for s in self.sites.values() if s.continuity_group == key)
            for key in self.continuity_groups
        }

    @cached_property
    def carriers(self) -> tuple[str, ...]:
        """Carriers of links, sorted."""
        return tuple(sorted({x.carrier for x in self.links.values() if x.carrier is not None}))
