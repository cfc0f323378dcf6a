"""From an estate and its layout to resources, one for each thing that can move or change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pulumi

from planner.model.estate import Estate
from planner.model.layout import Layout, Placement
from planner.model.space import Reservation
from planner.model.workload import split_instance_id
from planner.register.values import contracts_of, reservation_values, values_of
from stacks import resources


def declare(
    estate: Estate,
    layout: Layout,
    lock_digest: str,
    adopted: Collection[str] = (),
    *,
    export_places: bool = False,
) -> None:
    """Declare the sites with their racks and what stands in them, and what tenants contracted.

    Parameters
    ----------
    lock_digest
        What the register notes with every row that changes.
    adopted
        Instances whose rows the register has already, and that this stack imports.
    export_places
        Whether the stack's outputs have every place, for other programs.
    """
    racks = _declare_racks(estate)
    for placement in layout.placements.values():
        opts = racks[placement.place.rack]
        if placement.instance in adopted:
            existing = pulumi.ResourceOptions(import_=f"{estate.id}:{placement.instance}")
            opts = pulumi.ResourceOptions.merge(opts, existing)
        if is_pinned(estate, placement.instance):
            # Pulumi then refuses to delete it, in `destroy` or with its workload.
            opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=True))
        _declare_placement(estate, placement, lock_digest, opts)
    for reservation in estate.reservations.values():
        _declare_reservation(estate, reservation, racks)
    _declare_allocations(estate)
    pulumi.export("estate", estate.id)
    pulumi.export("layout", lock_digest)
    pulumi.export("placements", len(layout.placements))
    pulumi.export("unplaced", sorted(layout.unplaced))
    if export_places:
        pulumi.export("places", _places(estate, layout))


def is_pinned(estate: Estate, instance: str) -> bool:
    """Whether the estate says that the instance never moves."""
    workload, number = split_instance_id(instance)
    return number in estate.workloads[workload].pinned


def _places(estate: Estate, layout: Layout) -> dict[str, dict[str, Any]]:
    """Return where each instance stands, and whose it is."""
    places = {}
    for key, placement in layout.placements.items():
        values = values_of(estate, key, placement.place)
        kept = {name: values[name] for name in ("rack", "position", "face", "tenant")}
        places[key] = {"site": estate.racks[placement.place.rack].site, **kept}
    return places


def _declare_racks(estate: Estate) -> dict[str, pulumi.ResourceOptions]:
    """Return the options that put a resource into a rack."""
    in_site = {site: pulumi.ResourceOptions(parent=resources.Site(site)) for site in estate.sites}
    return {
        rack.id: pulumi.ResourceOptions(parent=resources.Rack(rack.id, in_site[rack.site]))
        for rack in estate.racks.values()
    }


def _declare_placement(
    estate: Estate,
    placement: Placement,
    lock_digest: str,
    opts: pulumi.ResourceOptions,
) -> None:
    values = values_of(estate, placement.instance, placement.place)
    resources.Placement(
        placement.instance, estate=estate.id, **values, lock_digest=lock_digest, opts=opts
    )


def _declare_reservation(
    estate: Estate, reservation: Reservation, racks: Mapping[str, pulumi.ResourceOptions]
) -> None:
    resources.RackReservation(
        reservation.id,
        estate=estate.id,
        **reservation_values(reservation),
        opts=racks[reservation.rack],
    )


def _declare_allocations(estate: Estate) -> None:
    """Declare the contracted power of every tenant that has a quota."""
    contracts = list(contracts_of(estate))
    in_tenant = {
        tenant: pulumi.ResourceOptions(parent=resources.TenantAllocation(tenant))
        for tenant in dict.fromkeys(contract.tenant for contract in contracts)
    }
    for contract in contracts:
        resources.PowerAllocation(
            contract.key, estate=estate.id, **contract._asdict(), opts=in_tenant[contract.tenant]
        )
