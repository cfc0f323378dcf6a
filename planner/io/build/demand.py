"""Workloads: what each takes of a rack, missing figures assumed and listed, references checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from planner.io import assume
from planner.io.build.context import Context, hosting_class, port_counts
from planner.io.build.service import build_service
from planner.io.build.space import Space
from planner.io.catalogue import catalogue_slugs, is_child
from planner.io.expansion import Entry
from planner.io.items.demand import DrawItem, PlacesItem, WorkloadItem
from planner.io.rounding import down, up, up_or_none
from planner.model.device import DeviceType, Inlet
from planner.model.estate import Assumption
from planner.model.power import OUTLET_FOR_INLET
from planner.model.space import Airflow, Face
from planner.model.workload import Draw, Equipment, Places, PsuMode, Spread, Workload

#: Instances of one estate.
MAX_INSTANCES = 1_000_000


class Demand(NamedTuple):
    """All workloads by id, and what was assumed for them."""

    workloads: dict[str, Workload]
    assumptions: tuple[Assumption, ...]


def build_demand(context: Context, space: Space, types: Mapping[str, DeviceType]) -> Demand:
    """Return all workloads."""
    builder = _Builder(context, space, types)
    entries = context.entries["workloads"]
    workloads = {key: builder.workload(entries[key]) for key in sorted(entries)}
    if sum(w.count for w in workloads.values()) > MAX_INSTANCES:
        where = entries[max(entries, key=lambda key: entries[key].item.count)].origin.where("count")
        context.findings.add(
            where, "value-range", f"more than {MAX_INSTANCES} instances in one estate"
        )
    return Demand(workloads, tuple(sorted(builder.assumptions)))


class _Builder:
    """Builds workloads one by one and remembers what it assumed."""

    def __init__(self, context: Context, space: Space, types: Mapping[str, DeviceType]) -> None:
        self.context = context
        self.findings = context.findings
        self.space = space
        self.types = types
        self.assumptions: list[Assumption] = []
        self.assumed: list[str] = []
        self.places = {
            "site": space.sites.keys(),
            "fire_compartment": {room.fire_compartment for room in space.rooms.values()},
            "room": space.rooms.keys(),
            "row": space.rows.keys(),
            "rack": space.racks.keys(),
        }

    def assume(self, key: str, figure: str, value: str, reason: str) -> None:
        self.assumed.append(figure)
        self.assumptions.append(Assumption(key, figure, value, reason))

    def workload(self, entry: Entry) -> Workload:
        item: WorkloadItem = entry.item
        self.assumed = []
        tenant = self.context.tenant_of(entry, "workload")
        self.context.check_dates(item.from_, item.until, entry.origin)
        self.check_rules(entry)
        equipment = self.equipment(entry) if item.kind == "equipment" else None
        service = build_service(self.context, entry)
        return Workload(
            id=item.id,
            tenant=tenant,
            kind=item.kind,
            role=item.role,
            description=item.description,
            count=item.count,
            valid_from=item.from_,
            valid_until=item.until,
            priority=item.priority,
            critical=item.critical,
            needed=self.needed(entry),
            depends_on=tuple(sorted(set(item.depends_on))),
            partial=item.partial,
            pinned=self.pinned(entry),
            disruption=item.disruption,
            equipment=equipment,
            service=service,
            survive=self.survive(entry),
            spread={
                level: Spread(
                    max_per_domain=s.max_per_domain, min_domains=s.min_domains, max_skew=s.max_skew
                )
                for level, s in sorted(item.spread.items())
            },
            together_with=dict(sorted(item.together_with.items())),
            protection=hosting_class(item.protection),
            certificates=tuple(sorted(set(item.certificates))),
            access_networks=tuple(sorted(set(item.access_networks))),
            allowed=self.places_of(entry, item.allowed, "allowed"),
            forbidden=self.places_of(entry, item.forbidden, "forbidden"),
            isolation=item.isolation == "rack",
            assumed=tuple(self.assumed),
            at=entry.origin.where(),
        )

    # -- rules ------------------------------------------------------------------------------------

    def check_rules(self, entry: Entry) -> None:
        item: WorkloadItem = entry.item
        for level, spread in item.spread.items():
            if spread == type(spread)():
                message = f"`spread.{level}` says nothing"
                hint = "give `max_per_domain`, `min_domains` or `max_skew`"
                self.findings.add(entry.origin.where("spread", level), "key-missing", message, hint)
        for level, other in item.together_with.items():
            path = ("together_with", level)
            if other == item.id:
                message = f"`together_with.{level}` of `{item.id}` names itself"
                self.findings.add(
                    entry.origin.where(*path), "together", message, "name another workload"
                )
            elif self.context.require("workloads", other, entry.origin, *path):
                self.check_stands(entry, other, path)
        self.context.require_all("workloads", item.depends_on, entry.origin, "depends_on")
        if item.id in item.depends_on:
            message = f"`depends_on` of `{item.id}` names itself"
            hint = "name what else it needs; workloads may need each other in a cycle"
            self.findings.add(entry.origin.where("depends_on"), "depends-on", message, hint)
        self.context.require_all("certificates", item.certificates, entry.origin, "certificates")
        networks = {
            e.item.access_network for e in self.context.entries["network_nodes"].values()
        } - {None}
        for network in item.access_networks:
            self.context.require_in(
                networks, "access network", network, entry.origin, "access_networks"
            )

    def check_stands(self, entry: Entry, other: str, path: tuple[str, ...]) -> None:
        if self.context.entries["workloads"][other].item.kind == "service":
            message = f"`{'.'.join(path)}` of `{entry.key}` names `{other}`, a service"
            hint = "name a workload of devices, e.g. the hosts of a pool"
            self.findings.add(entry.origin.where(*path), "workload-kind", message, hint)

    def survive(self, entry: Entry) -> dict[str, int]:
        item: WorkloadItem = entry.item
        numbers: dict[str, int] = {}
        for level, wanted in sorted(item.survive.items()):
            number = item.count if wanted == "all" else int(wanted)
            if number > item.count:
                shall = f"{number} instances of `{item.id}` shall be up, it has {item.count}"
                message = f"`survive.{level}`: {shall}"
                where = entry.origin.where("survive", level)
                self.findings.add(
                    where, "value-range", message, "write `all`, or at most the count"
                )
            numbers[level] = number
        return numbers

    def needed(self, entry: Entry) -> int:
        item: WorkloadItem = entry.item
        if item.needed is None:
            all_serve = item.service is not None and item.service.mode != "active-active"
            return item.count if all_serve else 1
        if item.needed > item.count:
            message = f"`needed` {item.needed} of `{item.id}`, it has {item.count} instances"
            self.findings.add(
                entry.origin.where("needed"), "value-range", message, f"write 1 to {item.count}"
            )
        return item.needed

    def pinned(self, entry: Entry) -> frozenset[int]:
        item: WorkloadItem = entry.item
        if isinstance(item.pinned, bool):
            return frozenset(range(1, item.count + 1)) if item.pinned else frozenset()
        standing = self.context.entries["standing"]
        for index, number in enumerate(item.pinned):
            where = entry.origin.where("pinned", index)
            if number > item.count:
                message = (
                    f"`pinned`: `{item.id}` has no instance {number}, its count is {item.count}"
                )
                self.findings.add(where, "value-range", message)
            elif standing and f"{item.id}-{number}" not in standing:
                instance = f"{item.id}-{number}"
                message = f"`pinned`: instance `{instance}` does not stand, so it cannot be pinned"
                self.findings.add(
                    where,
                    "pinned",
                    message,
                    "add it under `standing`, or name its place in `allowed`",
                )
        return frozenset(item.pinned)

    def places_of(self, entry: Entry, item: PlacesItem, key: str) -> Places:
        places = {}
        for level, known in self.places.items():
            names = getattr(item, level)
            noun = level.replace("_", " ")
            for name in names:
                self.context.require_in(known, noun, name, entry.origin, key, level)
            places[level] = tuple(sorted(set(names)))
        return Places(**places)

    # -- equipment --------------------------------------------------------------------------------

    def equipment(self, entry: Entry) -> Equipment | None:
        item: WorkloadItem = entry.item
        if item.type is None:
            message = f"workload `{item.id}` has no device type"
            self.findings.add(
                entry.origin.where(), "key-missing", message, "add `type: SLUG`, or `kind: service`"
            )
            return None
        device = self.types.get(item.type)
        if device is None:
            self.unknown_type(entry, item.type)
            return None
        if is_child(item.type):
            message = f"`{item.type}` goes into a chassis, not into a rack"
            self.findings.add(
                entry.origin.where("type"), "device-type", message, "place the chassis instead"
            )
        inlets, required = self.supplies(entry, device)
        is_powered = self.is_powered(item, device)
        draw = self.draw(item, device, assume.nameplate_w(inlets, required), is_powered)
        if is_powered and not device.inlets:
            inlets = assume.assumed_inlets(draw.budget_w)
            reason = f"the catalogue lists no power port of `{device.slug}`"
            self.assume(item.id, "inlets", f"2 x {inlets[0].type}", reason)
            required = self.required(entry, device, inlets)
        return Equipment(
            type=item.type,
            u_height_half=device.u_height_half,
            is_full_depth=device.is_full_depth,
            mass_g=self.mass(item, device),
            airflow=self.airflow(item, device),
            inlets=inlets,
            psus_required=required,
            psu_mode=PsuMode(item.psu_mode),
            draw=draw,
            face="any" if item.face == "any" else Face(item.face),
            ports=port_counts(item.ports),
            provides_ports=device.provides_ports,
        )

    def unknown_type(self, entry: Entry, slug: str) -> None:
        near = self.findings.nearest(slug, catalogue_slugs() | self.types.keys(), count=3)
        hint = "declare it under `device_types`"
        if near:
            hint = "did you mean " + " or ".join(f"`{name}`" for name in near) + f"? Else {hint}"
        message = f"unknown device type `{slug}`"
        self.findings.add(entry.origin.where("type"), "id-unknown", message, hint)

    def supplies(self, entry: Entry, device: DeviceType) -> tuple[tuple[Inlet, ...], int]:
        """Return the inlets that take a cord, and how many must be fed."""
        item: WorkloadItem = entry.item
        inlets = assume.cordable(device.inlets)
        ignored = [inlet for inlet in device.inlets if inlet.type not in OUTLET_FOR_INLET]
        if ignored and not inlets:
            kinds = ", ".join(f"`{kind}`" for kind in sorted({inlet.type for inlet in ignored}))
            message = f"`{device.slug}` has inlets of type {kinds} only, which no outlet takes"
            declare = f"declare `device_types: [{{slug: {device.slug}, inlets: [...]}}]`"
            hint = f"{declare}; `inlets: []` where it needs no cord"
            self.findings.add(entry.origin.where("type"), "inlet", message, hint)
            return (), 0
        if ignored:
            names = ", ".join(f"{inlet.name} ({inlet.type})" for inlet in ignored)
            self.assume(
                item.id,
                "inlets",
                f"{len(inlets)} of {len(device.inlets)}",
                f"no outlet takes {names}",
            )
        return (inlets, self.required(entry, device, inlets)) if inlets else ((), 0)

    def required(self, entry: Entry, device: DeviceType, inlets: tuple[Inlet, ...]) -> int:
        """Return how many supplies must be fed."""
        item: WorkloadItem = entry.item
        declared = item.psus_required if item.psus_required is not None else device.psus_required
        if declared is None:
            value, reason = assume.psus_required(inlets)
            self.assume(item.id, "psus_required", str(value), reason)
            return value
        if not 1 <= declared <= len(inlets):
            path = "psus_required" if item.psus_required is not None else "type"
            has = f"`{device.slug}` has {len(inlets)} power supplies"
            message = f"`psus_required` {declared} of `{item.id}`: {has}"
            self.findings.add(
                entry.origin.where(path), "value-range", message, f"write 1 to {len(inlets)}"
            )
        return declared

    def is_powered(self, item: WorkloadItem, device: DeviceType) -> bool:
        """Tell whether a device has power supplies, be it that the catalogue does not list them."""
        if device.inlets:
            return True
        entry = self.context.entries["device_types"].get(device.slug)
        if entry is not None and entry.item.inlets is not None:
            return False
        given = item.draw.budget_w is not None or item.draw.nameplate_w is not None
        return given or not assume.is_unpowered(device, item.role)

    def draw(
        self, item: WorkloadItem, device: DeviceType, nameplate: int | None, is_powered: bool
    ) -> Draw:
        given: DrawItem = item.draw
        if given.nameplate_w is not None:
            nameplate = up(given.nameplate_w)
        budget = up_or_none(given.budget_w)
        if budget is None:
            share = up(self.context.policy.budget_share, 1000)
            value, reason = assume.budget_w(nameplate, share, item.role, device.u_height_half)
            if not is_powered:
                value, reason = 0, "it has no power port"
            self.assume(item.id, "budget_w", f"{value} W", reason)
            budget = value
        factor = (
            given.power_factor
            if given.power_factor is not None
            else self.context.policy.power_factor
        )
        return Draw(
            budget_w=budget,
            nameplate_w=nameplate,
            p95_w=up_or_none(given.p95_w),
            standby_w=up_or_none(given.standby_w),
            power_factor_permille=max(1, down(factor, 1000)),
        )

    def mass(self, item: WorkloadItem, device: DeviceType) -> int:
        if item.weight_kg is not None:
            return up(item.weight_kg, 1000)
        if device.mass_g is not None:
            return device.mass_g
        value, reason = assume.mass_g(item.role, device.u_height_half)
        self.assume(item.id, "mass_g", f"{value} g", reason)
        return value

    def airflow(self, item: WorkloadItem, device: DeviceType) -> Airflow:
        if item.airflow is not None:
            return Airflow(item.airflow)
        if device.airflow is not None:
            return device.airflow
        value = assume.AIRFLOW[assume.role_kind(item.role)]
        self.assume(item.id, "airflow", value.value, f"usual direction of role `{item.role}`")
        return value
