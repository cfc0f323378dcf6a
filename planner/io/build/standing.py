"""Where things stand now: each place checked, two devices in one unit refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from planner.io.expansion import Entry
from planner.io.findings import Findings, Origin
from planner.io.items.demand import StandingItem
from planner.io.rounding import halves
from planner.model.base import Where
from planner.model.estate import Estate
from planner.model.layout import Cord, Place, Standing
from planner.model.power import OUTLET_FOR_INLET
from planner.model.space import Face
from planner.model.workload import Equipment, Workload, split_instance_id


class _Found(NamedTuple):
    """A standing instance with the workload it belongs to."""

    key: str
    item: StandingItem
    origin: Origin
    workload: Workload
    equipment: Equipment


def build_standing(
    entries: Mapping[str, Entry],
    estate: Estate,
    findings: Findings,
    *,
    drop_undeclared: bool = False,
) -> dict[str, Standing]:
    """Return where each instance stands.

    Parameters
    ----------
    drop_undeclared
        Leave out instances that the estate no longer declares instead of noting them: a snapshot of
        the past may hold what has been removed since.
    """
    standing: dict[str, Standing] = {}
    found: list[_Found] = []
    for key in sorted(entries, key=_order):
        one = _find(entries[key], estate, findings, drop_undeclared)
        if one is None:
            continue
        found.append(one)
        place = _place(one, estate, findings)
        if place is not None:
            standing[key] = Standing(instance=key, place=place, at=one.origin.where())
    _check_units(standing, found, findings)
    return standing


def _order(key: str) -> tuple[str, int, str]:
    try:
        return (*split_instance_id(key), key)
    except ValueError:
        return key, 0, key


def _find(entry: Entry, estate: Estate, findings: Findings, drop: bool) -> _Found | None:
    where = entry.origin.where("instance")
    try:
        name, number = split_instance_id(entry.key)
    except ValueError as error:
        findings.add(where, "id-malformed", str(error), "for example `acme/db-1`")
        return None
    workload = estate.workloads.get(name)
    if workload is None:
        if not drop:
            near = findings.suggest("workload", name, estate.workloads.keys())
            message = f"`{entry.key}` stands, but no workload `{name}` is declared"
            findings.add(
                where,
                "standing-undeclared",
                message,
                f"{near} Else declare it, or delete this line",
            )
        return None
    if number > workload.count:
        if not drop:
            message = f"`{entry.key}` stands, but `{name}` has only {workload.count} instances"
            findings.add(
                where, "standing-undeclared", message, "raise its `count`, or delete this line"
            )
        return None
    if workload.equipment is None:
        if workload.kind == "service":
            message = f"`{entry.key}` is an instance of a service; only equipment stands in a rack"
            findings.add(where, "workload-kind", message, "delete this line")
        return None
    return _Found(entry.key, entry.item, entry.origin, workload, workload.equipment)


def _place(one: _Found, estate: Estate, findings: Findings) -> Place | None:
    item, equipment = one.item, one.equipment
    rack = estate.racks.get(item.rack)
    if rack is None:
        findings.unknown(one.origin.where("rack"), "rack", item.rack, estate.racks.keys())
        return None
    cords = _cords(one, estate, findings)
    if equipment.u_height_half == 0:
        for key in ("position", "face"):
            if getattr(item, key) is not None:
                message = f"`{one.key}` takes no unit (`{equipment.type}` is 0U) and has a `{key}`"
                findings.add(one.origin.where(key), "standing-place", message, f"remove `{key}`")
        return Place(rack=rack.id, cords=cords)
    face = _face(one, findings)
    if item.position is None:
        hint = "add `position`, the lowest unit it takes"
        findings.add(one.origin.where(), "key-missing", f"`{one.key}` has no `position`", hint)
        return None
    start = halves(item.position)
    if start is None:
        message = f"`position`: expected a multiple of 0.5, found `{item.position}`"
        findings.add(one.origin.where("position"), "value-range", message)
        return None
    first, end = 2 * rack.starting_unit, 2 * (rack.starting_unit + rack.u_height)
    if rack.u_height and not first <= start <= end - equipment.u_height_half:
        height = f"{equipment.u_height_half / 2:g}"
        message = (
            f"`{one.key}` ({height}U) at {item.position} is outside rack `{rack.id}`,"
            f" which has units {rack.starting_unit} to {rack.starting_unit + rack.u_height - 1}"
        )
        findings.add(one.origin.where("position"), "standing-place", message)
        return None
    return Place(rack=rack.id, position_half=start, face=face, cords=cords)


def _face(one: _Found, findings: Findings) -> Face:
    allowed, given = one.equipment.face, one.item.face
    if given is None:
        return Face.FRONT if allowed == "any" else allowed
    if allowed != "any" and given != allowed.value:
        message = f"`{one.key}` stands at the {given}, its workload allows the {allowed.value}"
        hint = f"write `face: {allowed.value}` here, or `face: any` at the workload"
        findings.add(one.origin.where("face"), "standing-place", message, hint)
    return Face(given)


def _cords(one: _Found, estate: Estate, findings: Findings) -> tuple[Cord, ...] | None:
    inlets = one.equipment.inlets
    given = one.item.cords
    if given is None:
        return None if inlets else ()
    names = [inlet.name for inlet in inlets]
    for name in given:
        if name not in names:
            message = f"unknown inlet `{name}` of `{one.key}`"
            hint = findings.suggest("inlet", name, names)
            findings.add(one.origin.where("cords", name), "id-unknown", message, hint)
    missing = [name for name in names if name not in given]
    if missing:
        text = ", ".join(f"`{name}`" for name in missing)
        message = f"`{one.key}` has no cord at {text}"
        hint = "cord every inlet, or leave `cords` out where they are not known"
        findings.add(one.origin.where("cords"), "standing-cords", message, hint)
    cords = []
    for inlet in inlets:
        node = given.get(inlet.name)
        if node is not None and _cord_fits(one, inlet.name, inlet.type, node, estate, findings):
            cords.append(Cord(inlet.name, node))
    return tuple(cords)


def _cord_fits(
    one: _Found, inlet: str, kind: str, key: str, estate: Estate, findings: Findings
) -> bool:
    where = one.origin.where("cords", inlet)
    node = estate.power_nodes.get(key)
    outlet = OUTLET_FOR_INLET[kind]
    in_rack = (
        [n.id for n in estate.power_nodes.values() if n.rack == one.item.rack and n.outlets]
        if (node is None or node.rack != one.item.rack)
        else []
    )
    if node is None:
        findings.unknown(where, "power node", key, estate.power_nodes.keys())
    elif node.rack != one.item.rack:
        serves = f"serves rack `{node.rack}`" if node.rack else "serves no rack"
        message = f"`{one.key}` stands in `{one.item.rack}`, power node `{key}` {serves}"
        known = ", ".join(f"`{name}`" for name in in_rack) or "none"
        findings.add(where, "standing-cords", message, f"nodes of `{one.item.rack}`: {known}")
    elif outlet not in node.outlets:
        has = ", ".join(f"`{name}`" for name in node.outlets) or "none"
        message = f"inlet `{inlet}` of `{one.key}` needs a `{outlet}` outlet, `{key}` has {has}"
        findings.add(where, "standing-cords", message)
    else:
        return True
    return False


def _check_units(
    standing: Mapping[str, Standing], found: Iterable[_Found], findings: Findings
) -> None:
    """Note two devices in one unit of a face, once a pair."""
    taken: dict[tuple[str, Face, int], _Found] = {}
    noted: set[tuple[str, str]] = set()
    for one in found:
        entry = standing.get(one.key)
        if entry is None or entry.place.position_half is None or entry.place.face is None:
            continue
        faces = tuple(Face) if one.equipment.is_full_depth else (entry.place.face,)
        start = entry.place.position_half
        for half in range(start, start + one.equipment.u_height_half):
            for face in faces:
                other = taken.setdefault((entry.place.rack, face, half), one)
                if other is not one and (other.key, one.key) not in noted:
                    noted.add((other.key, one.key))
                    _note_overlap(one, other, entry, half, face, findings)


def _note_overlap(
    one: _Found, other: _Found, entry: Standing, half: int, face: Face, findings: Findings
) -> None:
    where: Where = one.origin.where("position")
    unit = f"{half // 2}{'.5' if half % 2 else ''}"
    place = f"unit {unit} ({face.value}) of rack `{entry.place.rack}`"
    message = (
        f"`{one.key}` and `{other.key}` both take {place},"
        f" the other is at {other.origin.where('position')}"
    )
    findings.add(
        where,
        "standing-overlap",
        message,
        "correct one `position`; full-depth devices take both faces",
    )
