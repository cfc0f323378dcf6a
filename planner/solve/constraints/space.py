"""Space: units, faces, weight, floor, centre of gravity, outlets, ports, airflow, reserve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ortools.sat.python import cp_model

from planner.model.power import OUTLET_FOR_INLET
from planner.model.space import Airflow, Face, Rack, RackStatus
from planner.problem.cordings import corded_inlets
from planner.problem.days import Epoch
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates, Option
from planner.solve.model import Model
from planner.solve.packing import PackingModel
from planner.solve.registry import Candidate, packing, place_filter, rack_filter, rows, structure
from planner.solve.rows import Key, Load, Row

_MIRRORED = {
    Airflow.FRONT_TO_REAR: Airflow.REAR_TO_FRONT,
    Airflow.REAR_TO_FRONT: Airflow.FRONT_TO_REAR,
    Airflow.LEFT_TO_RIGHT: Airflow.RIGHT_TO_LEFT,
    Airflow.RIGHT_TO_LEFT: Airflow.LEFT_TO_RIGHT,
    Airflow.SIDE_TO_REAR: Airflow.MIXED,
    Airflow.REAR_TO_SIDE: Airflow.MIXED,
}


@rack_filter("space.status")
def status(_: Problem, candidate: Candidate) -> int:
    """Only open racks take what does not stand in them."""
    is_open = candidate.rack.status in (RackStatus.ACTIVE, RackStatus.AVAILABLE)
    home = candidate.group.home
    return 0 if is_open or (home is not None and home.rack == candidate.rack.id) else 1


@place_filter("space.airflow")
def airflow(_: Problem, candidate: Candidate) -> int:
    """The direction as mounted is one that the rack takes; passive fits everywhere."""
    equipment = candidate.group.equipment
    flow = equipment.airflow
    if flow is Airflow.PASSIVE or equipment.u_height_half == 0:
        return 0
    if candidate.face is Face.REAR:
        flow = _MIRRORED.get(flow, flow)
    return 0 if flow in candidate.rack.airflow else 1


@place_filter("space.bounds")
def bounds(_: Problem, candidate: Candidate) -> int:
    """The device is no higher than its rack, and on a face its workload allows."""
    equipment = candidate.group.equipment
    if equipment.u_height_half == 0:
        return 0
    if equipment.face not in ("any", candidate.face):
        return 1
    return max(0, equipment.u_height_half - 2 * candidate.rack.u_height)


@place_filter("space.reserved")
def reserved(problem: Problem, candidate: Candidate) -> int:
    """A home takes no blocked or reserved cell; elsewhere the packing sees to it."""
    if candidate.position_half is None:
        return 0
    equipment = candidate.group.equipment
    halves = range(candidate.position_half, candidate.position_half + equipment.u_height_half)
    faces = tuple(Face) if equipment.is_full_depth else (candidate.face or Face.FRONT,)
    return max(
        (
            sum(problem.is_blocked(candidate.rack, h, f, e) for h in halves for f in faces)
            for e in problem.epochs
            if candidate.group.workload.id in e.workloads
        ),
        default=0,
    )


def touches(candidates: Candidates, option: Option, face: Face) -> bool:
    """Whether a device takes units of a face."""
    return candidates.group(option).equipment.is_full_depth or option.face is face


def _active(candidates: Candidates, rack: Rack, epoch: Epoch) -> Iterator[Option]:
    for option in candidates.in_rack[rack.id]:
        if candidates.group(option).workload.id in epoch.workloads:
            yield option


def _heights(candidates: Candidates, rack: Rack, epoch: Epoch, face: Face) -> dict[int, int]:
    """Return option -> half units of a face that it takes on a day, blocked ones left out.

    Only homes can stand on blocked units; what moves or is new finds free ones.
    """
    heights: dict[int, int] = {}
    for option in _active(candidates, rack, epoch):
        if touches(candidates, option, face):
            group = candidates.group(option)
            height = group.equipment.u_height_half
            if option.stays and group.home is not None and group.home.position_half is not None:
                start = group.home.position_half
                height -= sum(
                    candidates.problem.is_blocked(rack, half, face, epoch)
                    for half in range(start, start + height)
                )
            if height:
                heights[option.index] = height
    return heights


@rows("space.overlap")
def overlap(candidates: Candidates) -> Iterable[Row]:
    """`sum(height) <= 2 * u_height` on each face; the packing finds the positions."""
    for rack in candidates.problem.racks:
        for _, epoch in candidates.problem.peaks:
            for face in Face:
                heights = _heights(candidates, rack, epoch, face)
                if heights:
                    key = Key("space.overlap", rack.id, f"{face} half U")
                    yield Row(key, "normal", 2 * rack.u_height, heights, {})


@rows("space.reserved")
def reserved_heights(candidates: Candidates) -> Iterable[Row]:
    """`sum(height) <= half units that are neither blocked nor reserved` on each face."""
    problem = candidates.problem
    if any(rule == "space.reserved" for rule, _ in problem.waived):
        return
    for rack in problem.racks:
        for _, epoch in problem.peaks:
            for face, free in problem.free_cells(rack, epoch).items():
                if len(free) == 2 * rack.u_height:
                    continue  # nothing is kept free: `space.overlap` says as much
                heights = _heights(candidates, rack, epoch, face)
                if heights:
                    key = Key("space.reserved", rack.id, f"{face} half U")
                    yield Row(key, "normal", len(free), heights, {})


def _mass_row(
    candidates: Candidates, key: Key, rack: Rack, epoch: Epoch, limit: int, scale: int = 1
) -> Row:
    masses = {
        o.index: candidates.group(o).equipment.mass_g for o in _active(candidates, rack, epoch)
    }
    capacity = limit * scale - rack.own_mass_g
    return rack_row(Row(key, "normal", capacity, masses, {}, scale), masses)


def rack_row(row: Row, options: Iterable[int]) -> Row:
    """Return a row about a rack; what not even the empty rack keeps burdens the first device in it.

    An empty rack breaks no rule, so its own mass alone must not make the whole plan infeasible.
    """
    if row.capacity >= 0:
        return row
    return replace(row, capacity=0, burden=-row.capacity, bearers=tuple(options))


@rows("space.weight")
def weight(candidates: Candidates) -> Iterable[Row]:
    """`own + sum(mass) <= max_weight`."""
    for rack in candidates.problem.racks:
        for _, epoch in candidates.problem.peaks:
            if rack.max_weight_g is not None:
                key = Key("space.weight", rack.id, "g")
                yield _mass_row(candidates, key, rack, epoch, rack.max_weight_g)


@rows("space.floor")
def floor(candidates: Candidates) -> Iterable[Row]:
    """`(own + sum(mass)) / 3 <= rating of a tile`."""
    for rack in candidates.problem.racks:
        tile_g = candidates.problem.estate.rooms[rack.room].tile_rating_g
        for _, epoch in candidates.problem.peaks:
            if tile_g is not None:
                key = Key("space.floor", rack.id, "g")
                yield _mass_row(candidates, key, rack, epoch, tile_g, scale=3)


@rows("space.outlets")
def outlets(candidates: Candidates) -> Iterable[Row]:
    """`cords of a type <= outlets of that type - reserve` at every node with outlets."""
    problem = candidates.problem
    for rack in problem.racks:
        for _, epoch in problem.peaks:
            used: dict[tuple[int, str], dict[int, int]] = {}
            for option in _active(candidates, rack, epoch):
                inlets = corded_inlets(candidates.group(option).equipment)
                for inlet, n in zip(inlets, option.cording, strict=True):
                    cords = used.setdefault((n, OUTLET_FOR_INLET[inlet.type]), {})
                    cords[option.index] = cords.get(option.index, 0) + 1
            for (n, outlet), cords in used.items():
                node = problem.graph.nodes[n]
                free = max(0, node.outlets.get(outlet, 0) - node.outlet_reserve)
                yield Row(
                    Key("space.outlets", node.id, f"{outlet} outlets"), "normal", free, cords, {}
                )


def _ports(
    candidates: Candidates,
) -> Iterator[tuple[Rack, tuple[str, int], int, dict[int, int], dict[int, int]]]:
    """Yield rack, kind of port, declared supply, demand by option and supply by option."""
    problem = candidates.problem
    for rack in problem.racks:
        for epoch in problem.epochs:
            demand: dict[tuple[str, int], dict[int, int]] = {}
            supply: dict[tuple[str, int], dict[int, int]] = {}
            for option in _active(candidates, rack, epoch):
                equipment = candidates.group(option).equipment
                for side, ports in ((demand, equipment.ports), (supply, equipment.provides_ports)):
                    for port in ports:
                        of_kind = side.setdefault((port.type, port.speed_mbps), {})
                        of_kind[option.index] = of_kind.get(option.index, 0) + port.count
            for kind, wanted in demand.items():
                declared = sum(p.count for p in rack.ports if (p.type, p.speed_mbps) == kind)
                yield rack, kind, declared, wanted, supply.get(kind, {})


@rows("space.ports")
def ports(candidates: Candidates) -> Iterable[Row]:
    """`demand <= declared + provided - reserve`, where declared ports alone cover the reserve."""
    for rack, (port, speed), declared, wanted, provided in _ports(candidates):
        if declared < rack.growth_ports:
            continue
        coefs = dict(wanted)
        for option, count in provided.items():
            coefs[option] = coefs.get(option, 0) - count
        subject = f"{rack.id} {port}@{speed}"
        yield Row(
            Key("space.ports", subject, "ports"), "normal", declared - rack.growth_ports, coefs, {}
        )


@structure("space.ports")
def ports_with_reserve(model: Model) -> None:
    """`demand <= max(0, declared + provided - reserve)` where the reserve needs placed switches."""
    for rack, (port, speed), declared, wanted, provided in _ports(model.candidates):
        if declared >= rack.growth_ports:
            continue
        missing = model.slack(Key("space.ports", f"{rack.id} {port}@{speed}", "ports"))
        most = sum(c * model.upper(o) for o, c in provided.items()) + declared
        free = model.cp.new_int_var(0, max(0, most), "")
        offered = model.sum_options(provided) + (declared - rack.growth_ports)
        model.cp.add_max_equality(free, [offered, 0])
        model.cp.add(model.sum_options(wanted) <= cp_model.LinearExpr.sum([free, missing]))


def cautious_ports(candidates: Candidates) -> Iterable[Row]:
    """As `ports_with_reserve`, with the reserve taken from every switch: for the greedy start."""
    for rack, (port, speed), declared, wanted, provided in _ports(candidates):
        if declared < rack.growth_ports:
            coefs = {o: -max(0, count - rack.growth_ports) for o, count in provided.items()}
            for option, count in wanted.items():
                coefs[option] = coefs.get(option, 0) + count
            key = Key("space.ports", f"{rack.id} {port}@{speed}", "ports")
            yield Row(key, "normal", 0, coefs, {})


@rows("space.growth")
def growth(candidates: Candidates) -> Iterable[Row]:
    """Units of the front face, mass and design power that must stay free."""
    problem = candidates.problem
    for rack in problem.racks:
        for e, epoch in problem.peaks:
            if rack.growth_half:
                free = len(problem.free_cells(rack, epoch)[Face.FRONT]) - rack.growth_half
                heights = _heights(candidates, rack, epoch, Face.FRONT)
                row = Row(Key("space.growth", rack.id, "half U"), "normal", free, heights, {})
                yield rack_row(row, (o.index for o in _active(candidates, rack, epoch)))
            if rack.growth_g and rack.max_weight_g is not None:
                key = Key("space.growth", rack.id, "g")
                yield _mass_row(candidates, key, rack, epoch, rack.max_weight_g - rack.growth_g)
            if rack.growth_w and rack.max_power_w is not None:
                key = Key("space.growth", rack.id, "W")
                limit = rack.max_power_w - rack.growth_w
                row = Row(key, "normal", limit, {}, rack_loads(candidates, rack.id, e))
                yield rack_row(row, (o.index for o in _active(candidates, rack, epoch)))


def rack_loads(candidates: Candidates, rack: str, epoch: int) -> dict[Load, int]:
    """Return one for each pattern in a rack: the sum is the rack's draw."""
    return {Load(o.pattern, epoch): 1 for o in candidates.in_rack[rack]}


@packing("space.bounds")
def bounds_of_positions(model: PackingModel) -> None:
    """Devices stand inside the units of the rack."""
    for item in model.items:
        item.starts = [
            s for s in item.starts if s >= model.first and s + item.item.height_half <= model.last
        ]


@packing("space.reserved")
def reserved_positions(model: PackingModel) -> None:
    """Devices that may move take no blocked or reserved cell on a day on which they are active."""
    for item in model.items:
        if not item.item.is_home:
            most = item.item.waived_half
            item.starts = [s for s in item.starts if model.num_blocked(item.item, s) <= most]


@packing("space.overlap")
def no_overlap(model: PackingModel) -> None:
    """No two devices share a unit of a face on any day."""
    for epoch in model.epochs:
        for face in Face:
            model.cp.add_no_overlap(
                [
                    i.interval
                    for i in model.items
                    if i.interval is not None and i.item.is_on(face) and i.item.is_active(epoch)
                ]
            )


@packing("space.gravity")
def gravity(model: PackingModel) -> None:
    """`sum(m * h) <= h_max * sum(m)`, heights in quarter U above the first unit."""
    if model.rack.gravity_max_quarter is None:
        return
    for epoch in model.epochs:
        active = [i for i in model.items if i.item.is_active(epoch)]
        if active:
            moment = sum(model.moment(i.item, i.start) for i in active)
            model.cp.add(moment <= model.most_moment)
