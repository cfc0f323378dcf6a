"""Structure: the layout as such, before any arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from difflib import get_close_matches

from planner.check.case import Case, service_of, workload_of
from planner.check.wording import count
from planner.model.layout import Layout, Place, Placement, ServicePlacement, Unplaced
from planner.model.scenarios import NORMAL
from planner.model.violation import Violation
from planner.model.workload import Workload


def unknown(case: Case, layout: Layout) -> Iterator[Violation]:
    """structure.unknown: every instance, rack, node, inlet and pool exists and is planned."""
    for key, placement in sorted(layout.placements.items()):
        wrongs = _unknown_instance(case, key) or _unknown_parts(case, key, placement.place)
        if wrongs:
            yield _unknown(key, wrongs, placement)
    for key, service in sorted(layout.services.items()):
        wrongs = _unknown_instance(case, key) or _unknown_pools(case, service)
        if wrongs:
            yield _unknown(key, wrongs, service)
    for key, entry in sorted(layout.unplaced.items()):
        wrongs = _unknown_instance(case, key)
        if wrongs:
            yield _unknown(key, wrongs, entry)


def _unknown(
    key: str, wrongs: list[str], entry: Placement | ServicePlacement | Unplaced
) -> Violation:
    return Violation(
        "structure.unknown",
        key,
        NORMAL,
        len(wrongs),
        0,
        "ids",
        f"`{key}` cannot be judged: {'; '.join(wrongs)}",
        count(len(wrongs), "id") + " that the layout names",
        "of these in the estate",
        entry.at,
        hint="plan again, the estate has changed since",
    )


def _unknown_instance(case: Case, key: str) -> list[str]:
    workload = workload_of(case.estate, key) or service_of(case.estate, key)
    if workload is None:
        return [f"there is no instance `{key}`"]
    if workload.id not in case.planned:
        return [f"workload `{workload.id}` is not active from {case.as_of} to {case.horizon}"]
    return []


def _unknown_parts(case: Case, key: str, place: Place) -> list[str]:
    workload = workload_of(case.estate, key)
    if workload is None or workload.equipment is None:
        return []  # a service in a rack: `missing` says so
    wrongs = []
    if place.rack not in case.estate.racks:
        wrongs.append(f"there is no rack `{place.rack}`{_nearest(place.rack, case.estate.racks)}")
    inlets = {inlet.name for inlet in workload.equipment.inlets}
    for cord in place.cords or ():
        if cord.inlet not in inlets:
            wrongs.append(f"it has no inlet `{cord.inlet}`{_nearest(cord.inlet, inlets)}")
        if cord.node not in case.estate.power_nodes:
            near = _nearest(cord.node, case.estate.power_nodes)
            wrongs.append(f"there is no power node `{cord.node}`{near}")
    return wrongs


def _unknown_pools(case: Case, placement: ServicePlacement) -> list[str]:
    pools = case.estate.pools
    return [
        f"there is no pool `{key}`{_nearest(key, pools)}"
        for key in (placement.pool, *placement.standby)
        if key not in pools
    ]


def _nearest(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, list(known), n=1)
    return f" (nearest: `{near[0]}`)" if near else ""


def missing(case: Case, layout: Layout) -> Iterator[Violation]:
    """structure.missing: every planned instance is placed, in a rack or on a pool, or unplaced."""
    for workload in case.planned.values():
        right: Container[str] = layout.placements
        wrong: Container[str] = layout.services
        where = "on a pool, though it is a device"
        if workload.service is not None:
            right, wrong, where = wrong, right, "in a rack, though it is a service"
        for key in workload.instance_ids():
            if key in wrong:
                yield _missing(workload, key, f"placed {where}")
            elif key in right and key in layout.unplaced:
                yield _missing(workload, key, "both placed and unplaced")
            elif key not in right and key not in layout.unplaced:
                yield _missing(workload, key, "neither placed nor listed as unplaced")


def _missing(workload: Workload, key: str, how: str) -> Violation:
    return Violation(
        "structure.missing",
        key,
        NORMAL,
        1,
        0,
        "instances",
        f"`{key}` is {how}",
        "1 instance that is planned",
        "entries that settle it",
        workload.at,
        hint="plan again",
    )


def shape(case: Case, layout: Layout) -> Iterator[Violation]:
    """structure.shape: position and face iff the device takes units, each inlet at most once."""
    for device in case.devices:
        takes_units = device.equipment.u_height_half > 0
        wrongs = [
            f"{field} is {'missing' if takes_units else 'given, but it takes no unit'}"
            for field, value in (
                ("position", device.place.position_half),
                ("face", device.place.face),
            )
            if (value is not None) != takes_units
        ]
        cords = Counter(cord.inlet for cord in device.place.cords or ())
        wrongs += [f"inlet `{i}` has {n} cords" for i, n in cords.items() if n > 1]
        if wrongs:
            yield Violation(
                "structure.shape",
                device.instance,
                NORMAL,
                len(wrongs),
                0,
                "fields",
                f"the placement of `{device.instance}` is incomplete or contradictory: "
                f"{'; '.join(wrongs)}",
                count(len(wrongs), "field") + " that cannot stand",
                "of these right",
                device.at,
                hint="plan again",
            )
