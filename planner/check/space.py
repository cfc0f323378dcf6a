"""Space: units, faces, mass, outlets, ports, airflow and growth reserve of a rack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from planner.check.case import Case, Device, RackView, takes_outlet
from planner.check.wording import count, height, names, unit_number
from planner.check.worst import worst_of
from planner.model.scenarios import NORMAL
from planner.model.space import Airflow, Face, Rack, RackStatus
from planner.model.violation import Violation

_OPEN = frozenset({RackStatus.ACTIVE, RackStatus.AVAILABLE})

#: Direction of the air when a device is mounted on the rear face; what is missing turns to `mixed`.
_TURNED = {
    Airflow.FRONT_TO_REAR: Airflow.REAR_TO_FRONT,
    Airflow.REAR_TO_FRONT: Airflow.FRONT_TO_REAR,
    Airflow.LEFT_TO_RIGHT: Airflow.RIGHT_TO_LEFT,
    Airflow.RIGHT_TO_LEFT: Airflow.LEFT_TO_RIGHT,
    Airflow.BOTTOM_TO_TOP: Airflow.BOTTOM_TO_TOP,
    Airflow.TOP_TO_BOTTOM: Airflow.TOP_TO_BOTTOM,
    Airflow.PASSIVE: Airflow.PASSIVE,
}


def bounds(case: Case) -> Iterator[Violation]:
    """space.bounds: all half units of a device are in its rack, on a face that is allowed."""
    for device in case.devices:
        if not device.cells or device.place.position_half is None:
            continue
        size = device.equipment.u_height_half
        start = device.place.position_half
        first, end = _half_units(device.rack)
        inside = max(0, min(end, start + size) - max(first, start))
        face = device.place.face
        is_wrong_face = device.equipment.face not in ("any", face)
        if inside == size and not is_wrong_face:
            continue
        wrongs = []
        if inside < size:
            wrongs.append(
                f"takes {_units(start, start + size)} of rack `{device.rack.id}`, "
                f"which has {_units(first, end)}"
            )
        if is_wrong_face:
            wrongs.append(
                f"is mounted on the {face}, its workload asks for {device.equipment.face}"
            )
        yield Violation(
            "space.bounds",
            device.instance,
            NORMAL,
            size + is_wrong_face,
            inside,
            "half U",
            f"`{device.instance}` {' and '.join(wrongs)}",
            f"{height(size)} high{' + 1 for the face' if is_wrong_face else ''}",
            f"{height(inside)} of it inside",
            device.at,
            hint="change its position or face",
        )


def overlap(case: Case) -> Iterator[Violation]:
    """space.overlap: every (half unit, face) of a rack is taken by at most one device."""
    for views in case.views:
        yield from worst_of(_overlap(case, view) for view in views)


def _overlap(case: Case, view: RackView) -> Violation | None:
    taken = Counter(cell for device in view.devices for cell in device.cells)
    double = {cell for cell, number in taken.items() if number > 1}
    if not double:
        return None
    devices = [device.instance for device in view.devices if device.cells & double]
    halves = {half for half, _ in double}
    return Violation(
        "space.overlap",
        view.rack.id,
        NORMAL,
        len(double),
        0,
        "half U",
        f"{names(devices)} share {_units(min(halves), max(halves) + 1)} "
        f"of rack `{view.rack.id}`{case.on(view.day)}",
        "half units, counted per face, that more than one device takes",
        "one device a half unit and face",
        next(device.at for device in view.devices if device.cells & double),
        hint=f"move {names(devices[1:])}",
    )


def reserved(case: Case) -> Iterator[Violation]:
    """space.reserved: no cell of a device is blocked, or reserved that day."""
    for views in case.views:
        worst: dict[str, list[Violation]] = {}
        for view in views:
            for violation in _reserved(case, view):
                worst.setdefault(violation.subject, []).append(violation)
        for found in worst.values():
            yield from worst_of(found)


def _reserved(case: Case, view: RackView) -> Iterator[Violation]:
    closed = _closed_cells(view)
    for device in view.devices:
        taken = device.cells & closed.keys()
        if taken:
            reasons = sorted({closed[cell] for cell in taken})
            halves = {half for half, _ in taken}
            yield Violation(
                "space.reserved",
                device.instance,
                NORMAL,
                len(taken),
                0,
                "half U",
                f"`{device.instance}` takes {_units(min(halves), max(halves) + 1)} of rack "
                f"`{view.rack.id}`, which is {' and '.join(reasons)}{case.on(view.day)}",
                "half units, counted per face, that are not free",
                "none may be taken",
                device.at,
                hint="change its position",
            )


def _closed_cells(view: RackView) -> dict[tuple[int, Face], str]:
    """Return the cells of a rack that no device may take, and why."""
    ranges = [(r, "blocked") for r in view.rack.blocked]
    ranges += [(r, f"reserved by `{res.id}`") for res in view.reservations for r in res.units]
    closed: dict[tuple[int, Face], str] = {}
    for r, reason in ranges:
        for face in Face if r.face is None else (r.face,):
            for half in range(r.start_half, r.end_half):
                closed.setdefault((half, face), reason)
    return closed


def status(case: Case) -> Iterator[Violation]:
    """space.status: the rack is active or available, or the instance stands in it already."""
    for device in case.devices:
        stands = case.standing.get(device.instance)
        if device.rack.status in _OPEN or (stands is not None and stands.rack == device.rack.id):
            continue
        yield Violation(
            "space.status",
            device.instance,
            NORMAL,
            1,
            0,
            "instances",
            f"`{device.instance}` goes into rack `{device.rack.id}`, "
            f"which is {device.rack.status} and takes nothing new",
            "1 new instance",
            f"status {device.rack.status}",
            device.at,
            hint="choose a rack that is active or available",
        )


def _mass_g(view: RackView) -> int:
    return view.rack.own_mass_g + sum(device.equipment.mass_g for device in view.devices)


def weight(case: Case) -> Iterator[Violation]:
    """space.weight: own mass + masses of the devices <= max_weight."""
    for views in case.views:
        yield from worst_of(_weight(case, view) for view in views)


def _weight(case: Case, view: RackView) -> Violation | None:
    rack, mass_g = view.rack, _mass_g(view)
    if rack.max_weight_g is None or mass_g <= rack.max_weight_g:
        return None
    return Violation(
        "space.weight",
        rack.id,
        NORMAL,
        mass_g,
        rack.max_weight_g,
        "g",
        f"rack `{rack.id}` is too heavy{case.on(view.day)}",
        f"{rack.own_mass_g} g of its own + {mass_g - rack.own_mass_g} g "
        f"of {count(len(view.devices), 'device')}",
        "max_weight",
        rack.at,
        hint="move a heavy device to another rack",
    )


def floor(case: Case) -> Iterator[Violation]:
    """space.floor: (own mass + masses of the devices) / 3 <= rating of a tile."""
    for views in case.views:
        yield from worst_of(_floor(case, view) for view in views)


def _floor(case: Case, view: RackView) -> Violation | None:
    mass_g = _mass_g(view)
    rating_g = case.estate.rooms[view.rack.room].tile_rating_g
    if rating_g is None or mass_g <= 3 * rating_g:
        return None
    return Violation(
        "space.floor",
        view.rack.id,
        NORMAL,
        -(-mass_g // 3),
        rating_g,
        "g",
        f"rack `{view.rack.id}` loads a tile of room `{view.rack.room}` "
        f"too heavily{case.on(view.day)}",
        f"{mass_g} g / 3",
        "tile rating of the room",
        view.rack.at,
        hint="move a heavy device to another rack",
    )


def gravity(case: Case) -> Iterator[Violation]:
    """space.gravity: sum(m * h) <= h_max * sum(m) over the devices that take units."""
    for views in case.views:
        yield from worst_of(_gravity(case, view) for view in views)


def _gravity(case: Case, view: RackView) -> Violation | None:
    highest = view.rack.gravity_max_quarter
    if highest is None:
        return None
    moment = mass_g = 0
    for device in view.devices:
        if device.cells and device.place.position_half is not None:
            above = device.place.position_half - 2 * view.rack.starting_unit
            mass_g += device.equipment.mass_g
            moment += device.equipment.mass_g * (2 * above + device.equipment.u_height_half)
    if moment <= highest * mass_g:
        return None
    return Violation(
        "space.gravity",
        view.rack.id,
        NORMAL,
        moment,
        highest * mass_g,
        "g x quarter U",
        f"the devices in rack `{view.rack.id}` sit too high{case.on(view.day)}",
        "sum of mass x height of its middle above the first unit",
        f"{highest} quarter U x {mass_g} g",
        view.rack.at,
        hint="put heavy devices lower",
    )


def outlets(case: Case) -> Iterator[Violation]:
    """space.outlets: cords on a node <= its outlets of each type less the reserve."""
    plugs: dict[tuple[str, str], list[Device]] = {}
    for device in case.devices:
        wanted = takes_outlet(device.equipment)
        for cord in device.cords or ():
            plugs.setdefault((cord.node, wanted[cord.inlet]), []).append(device)
    for (key, outlet), devices in sorted(plugs.items()):
        node = case.estate.power_nodes[key]
        if outlet not in node.outlets:
            continue  # power.cord says so
        free = max(0, node.outlets[outlet] - node.outlet_reserve)
        if len(devices) <= free:
            continue
        yield from worst_of(_outlets(case, key, outlet, free, tuple(devices)))


def _outlets(
    case: Case, key: str, outlet: str, free: int, devices: tuple[Device, ...]
) -> Iterator[Violation | None]:
    node = case.estate.power_nodes[key]
    for day in case.days:
        num_cords = len(case.active(devices, day))
        yield (
            None
            if num_cords <= free
            else Violation(
                "space.outlets",
                key,
                NORMAL,
                num_cords,
                free,
                f"{outlet} outlets",
                f"`{key}` has too few {outlet} outlets{case.on(day)}",
                f"cords on {outlet} outlets",
                f"{node.outlets[outlet]} {outlet} outlets less {node.outlet_reserve} in reserve",
                node.at,
                hint="cord a device to another power node of the rack, or move it",
            )
        )


def ports(case: Case) -> Iterator[Violation]:
    """space.ports: ports needed in a rack <= ports offered there less the reserve."""
    for views in case.views:
        worst: dict[str, list[Violation]] = {}
        for view in views:
            for violation in _ports(case, view):
                worst.setdefault(violation.subject, []).append(violation)
        for found in worst.values():
            yield from worst_of(found)


def _ports(case: Case, view: RackView) -> Iterator[Violation]:
    rack = view.rack
    offers = Counter({(p.type, p.speed_mbps): 0 for p in rack.ports})
    demand: Counter[tuple[str, int]] = Counter()
    for port in rack.ports:
        offers[port.type, port.speed_mbps] += port.count
    for device in view.devices:
        for port in device.equipment.provides_ports:
            offers[port.type, port.speed_mbps] += port.count
        for port in device.equipment.ports:
            demand[port.type, port.speed_mbps] += port.count
    for (kind, speed_mbps), needed in sorted(demand.items()):
        offered = offers[kind, speed_mbps]
        free = max(0, offered - rack.growth_ports)
        if needed > free:
            yield Violation(
                "space.ports",
                f"{rack.id} {kind}@{speed_mbps}",
                NORMAL,
                needed,
                free,
                "ports",
                f"rack `{rack.id}` has too few {kind} ports of {speed_mbps} Mbit/s"
                f"{case.on(view.day)}",
                "ports its devices need",
                f"{offered} ports less {rack.growth_ports} in reserve",
                rack.at,
                hint="place a switch with such ports in the rack, or move a device",
            )


def airflow(case: Case) -> Iterator[Violation]:
    """space.airflow: the direction of the air, as mounted, is one that the rack takes."""
    for device in case.devices:
        direction = device.equipment.airflow
        if device.place.face is Face.REAR:
            direction = _TURNED.get(direction, Airflow.MIXED)
        if (
            not device.equipment.u_height_half
            or direction is Airflow.PASSIVE
            or direction in device.rack.airflow
        ):
            continue
        takes = ", ".join(device.rack.airflow)
        yield Violation(
            "space.airflow",
            device.instance,
            NORMAL,
            1,
            0,
            "devices",
            f"`{device.instance}` blows {direction}, rack `{device.rack.id}` takes {takes}",
            f"type blows {device.equipment.airflow}, mounted on the {device.place.face}",
            f"rack takes {takes}",
            device.at,
            hint="mount it on the other face, or choose a rack that takes this direction",
        )


def growth(case: Case) -> Iterator[Violation]:
    """space.growth: free front units, free mass and free design power >= the growth reserve."""
    for views in case.views:
        for unit in ("half U", "g", "W"):
            yield from worst_of(_growth(case, view, unit) for view in views)


def _growth(case: Case, view: RackView, unit: str) -> Violation | None:
    rack = view.rack
    if unit == "half U":
        reserve, free, note = (
            rack.growth_half,
            _free_front(view),
            "free half units of the front face",
        )
    elif unit == "g":
        reserve, free = rack.growth_g, (rack.max_weight_g or 0) - _mass_g(view)
        note = "max_weight less own mass and devices"
        reserve = 0 if rack.max_weight_g is None else reserve
    else:
        draw_w = sum(device.draw_w for device in view.devices)
        reserve, free = rack.growth_w, (rack.max_power_w or 0) - draw_w
        note = "max_power less the draw of the devices"
        reserve = 0 if rack.max_power_w is None else reserve
    if reserve <= 0 or free >= reserve:
        return None
    return Violation(
        "space.growth",
        rack.id,
        NORMAL,
        reserve,
        free,
        unit,
        f"rack `{rack.id}` keeps too little free{case.on(view.day)}",
        "growth reserve",
        note,
        rack.at,
        hint="move a device to another rack",
    )


def _free_front(view: RackView) -> int:
    taken = {half for device in view.devices for half, face in device.cells if face is Face.FRONT}
    taken |= {half for half, face in _closed_cells(view) if face is Face.FRONT}
    first, end = _half_units(view.rack)
    return end - first - sum(first <= half < end for half in taken)


def _half_units(rack: Rack) -> tuple[int, int]:
    return 2 * rack.starting_unit, 2 * (rack.starting_unit + rack.u_height)


def _units(start_half: int, end_half: int) -> str:
    """Return `unit 12`, `units 12 to 13`: the half units from `start_half` to before `end_half`."""
    first, last = start_half // 2, (end_half - 1) // 2
    if start_half % 2 or end_half % 2:
        return f"{height(end_half - start_half)} from unit {unit_number(start_half)}"
    return f"unit {first}" if first == last else f"units {first} to {last}"
