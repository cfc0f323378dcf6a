"""Where in a rack an instance could go: the places worth judging, the most promising first.

A place is a position, a face and a cording. Of all positions on the half-U grid those that clash
least with what stands, is reserved or is blocked are kept, one for each face; of all cordings those
that spread the cords most evenly over the rack's power nodes come first. Nothing is ruled out here:
in a full rack the best position still clashes, and the judge says with what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations_with_replacement, groupby, islice, product

from planner.model.layout import Cord, Place
from planner.model.power import OUTLET_FOR_INLET, PowerNode
from planner.model.space import Face, Rack, Reservation
from planner.model.workload import Equipment, PsuMode

#: Cordings tried in one rack; the ones left out hang more cords on fewer nodes.
MAX_CORDINGS = 8

#: Cordings looked at before the most even ones are chosen.
_MAX_LISTED = 5000

Cells = frozenset[tuple[int, Face]]


def places_in(
    rack: Rack,
    equipment: Equipment,
    taken: Iterable[Cells],
    reservations: Iterable[Reservation],
    nodes: Sequence[PowerNode],
) -> list[Place]:
    """Return the places to judge in a rack.

    Parameters
    ----------
    taken
        The cells of each device that stands there at the same time.
    reservations
        Those of the rack that are in force at the same time.
    nodes
        The power nodes of the rack.
    """
    busy = _busy(rack, taken, reservations)
    cordings = list(islice(cordings_for(equipment, nodes), MAX_CORDINGS))
    spots = [_best_spot(rack, equipment, face, busy) for face in _faces(equipment)]
    return [
        Place(rack=rack.id, position_half=position, face=face, cords=cords)
        for cords in cordings
        for position, face in spots
    ]


def _busy(
    rack: Rack, taken: Iterable[Cells], reservations: Iterable[Reservation]
) -> dict[tuple[int, Face], int]:
    """Return how many things are in each cell that is not free."""
    busy: dict[tuple[int, Face], int] = {}
    ranges = [*rack.blocked, *(units for item in reservations for units in item.units)]
    cells = [
        frozenset(
            (half, face)
            for half in range(units.start_half, units.end_half)
            for face in ((units.face,) if units.face is not None else tuple(Face))
        )
        for units in ranges
    ]
    for group in (*cells, *taken):
        for cell in group:
            busy[cell] = busy.get(cell, 0) + 1
    return busy


def _faces(equipment: Equipment) -> tuple[Face | None, ...]:
    if not equipment.u_height_half:
        return (None,)
    if equipment.face == "any":
        return tuple(Face)
    return (Face(equipment.face),)


def _best_spot(
    rack: Rack, equipment: Equipment, face: Face | None, busy: dict[tuple[int, Face], int]
) -> tuple[int | None, Face | None]:
    """Return the position that clashes least: whole units before half ones, low before high."""
    if face is None:
        return None, None
    bottom = 2 * rack.starting_unit
    top = bottom + 2 * rack.u_height - equipment.u_height_half
    faces = tuple(Face) if equipment.is_full_depth else (face,)

    def clashes(position: int) -> int:
        halves = range(position, position + equipment.u_height_half)
        return sum(busy.get((half, side), 0) for half in halves for side in faces)

    positions = range(bottom, max(bottom, top) + 1)
    return min(positions, key=lambda p: (clashes(p), p % 2, p)), face


def cordings_for(equipment: Equipment, nodes: Sequence[PowerNode]) -> Iterator[tuple[Cord, ...]]:
    """Yield the cordings of a device in a rack, the most even ones first.

    Inlets that no node of the rack has an outlet for stay without a cord. Inlets that are alike are
    not permuted where their order does not matter.
    """
    choices = {}
    for inlet in equipment.inlets:
        outlet = OUTLET_FOR_INLET.get(inlet.type)
        fitting = tuple(node.id for node in nodes if outlet in node.outlets)
        if outlet is not None and fitting:
            choices[inlet.name] = fitting
    listed = islice(_assignments(equipment, choices), _MAX_LISTED)
    yield from sorted(listed, key=_unevenness)


def _assignments(
    equipment: Equipment, choices: dict[str, tuple[str, ...]]
) -> Iterator[tuple[Cord, ...]]:
    """Yield every choice of a node for each inlet."""
    inlets = [inlet for inlet in equipment.inlets if inlet.name in choices]
    if equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
        for nodes in product(*(choices[inlet.name] for inlet in inlets)):
            yield tuple(map(Cord, (inlet.name for inlet in inlets), nodes))
        return
    alike = [
        [inlet.name for inlet in group]
        for _, group in groupby(inlets, key=lambda inlet: (inlet.type, inlet.rating_w))
    ]
    picks = [combinations_with_replacement(choices[names[0]], len(names)) for names in alike]
    order = [name for names in alike for name in names]
    for chosen in product(*picks):
        yield tuple(map(Cord, order, (node for nodes in chosen for node in nodes)))


def _unevenness(cords: tuple[Cord, ...]) -> int:
    """Return the sum of squared numbers of cords on a node: smallest when spread evenly."""
    counts: dict[str, int] = {}
    for cord in cords:
        counts[cord.node] = counts.get(cord.node, 0) + 1
    return sum(count * count for count in counts.values())
