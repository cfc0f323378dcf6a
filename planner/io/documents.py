"""The inventory format: what may stand in a YAML file of an estate.

One document type for every file; any section may stand in any file. Every id of an item may hold a
range: `rack-[01-12]` stands for twelve items, and all ranges of one item run in parallel; where the
item's own id holds none, a range in a list stands for several elements. Units are part of the key;
figures may have decimals and are converted to the model's integers on loading (demand up, capacity
down). This module owns the keys, their types and their descriptions (editors show them through the
JSON Schema); it leaves references between items to `planner.io.build`.
"""

from __future__ import annotations

from pydantic import Field

from planner.io.items.action import ActionItem
from planner.io.items.continuity import (
    CombinationItem,
    ContinuityGroupItem,
    NetworkItem,
    PoolItem,
    ProcessItem,
)
from planner.io.items.demand import DeviceTypeItem, StandingItem, WorkloadItem
from planner.io.items.fields import Id, Item
from planner.io.items.policy import EstateItem, PolicyItem
from planner.io.items.power import CoolingItem, PowerItem
from planner.io.items.space import RackItem, RackTypeItem, ReservationItem, RoomItem, SiteItem
from planner.io.items.tenancy import CertificateItem, TenantItem, WaiverItem


class RemoveItem(Item):
    """Ids that a patch removes, by section."""

    workloads: list[Id] = []
    power: list[Id] = []
    reservations: list[Id] = []
    certificates: list[Id] = []
    waivers: list[Id] = []
    cooling_units: list[Id] = []
    tenants: list[Id] = []
    pools: list[Id] = []
    processes: list[Id] = []
    continuity_groups: list[Id] = []
    combinations: list[Id] = []
    network_nodes: list[Id] = []
    ducts: list[Id] = []
    links: list[Id] = []
    paths: list[Id] = []
    standing: list[Id] = []
    actions: list[Id] = []


class Document(Item):
    """One YAML file of an estate."""

    estate: EstateItem | None = None
    policy: PolicyItem | None = None
    site: SiteItem | Id | None = Field(
        None,
        description="a site, or its id; default site of this file's rooms, power and cooling",
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
    combinations: list[CombinationItem] = []
    network: NetworkItem = NetworkItem()
    standing: list[StandingItem] = Field([], description="as-built: where things stand now")
    actions: list[ActionItem] = Field([], description="what could be done, at a price")
    remove: RemoveItem = Field(RemoveItem(), description="only in a patch")
