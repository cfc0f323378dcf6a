"""Cuts for racks that cannot be packed.

A set of devices that has no positions stays without them whatever is added (centre of gravity
aside), so the set is shrunk to one in which every device matters, and forbidden in every rack of
the same shape. Where only the centre of gravity is in the way, exactly this filling is forbidden.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from ortools.sat.python import cp_model

from planner.model.space import Rack
from planner.solve.assignment import item_of
from planner.solve.candidates import Candidates
from planner.solve.model import Model
from planner.solve.packing import Item, Unpackable, pack

_GRAVITY = frozenset({"space.gravity"})


def add_cut(model: Model, rack_id: str, counts: Mapping[int, int]) -> None:
    """Forbid what has just proved unpackable in a rack."""
    candidates = model.candidates
    rack = model.problem.estate.racks[rack_id]
    items = {o: [item_of(candidates, o, f"{o}#{n}") for n in range(c)] for o, c in counts.items()}
    if _is_packable(model, rack, [i for same in items.values() for i in same]):
        forbid_filling(model, rack_id, counts)
        return
    core = _shrink(model, rack, items)
    wanted: dict[Hashable, int] = {}
    for option, kept in core.items():
        if kept:
            shape = shape_of(candidates, option)
            wanted[shape] = wanted.get(shape, 0) + kept
    racks = [rack_id]
    if not any(candidates.options[o].stays for o, kept in core.items() if kept):
        racks = [r.id for r in model.problem.racks if _geometry(model, r) == _geometry(model, rack)]
    for one in racks:
        _forbid_shapes(model, one, wanted)


def _is_packable(model: Model, rack: Rack, items: list[Item]) -> bool:
    try:
        pack(model.problem, rack, [i for i in items if i.height_half], ignore=_GRAVITY)
    except Unpackable:
        return False
    return True


def _shrink(model: Model, rack: Rack, items: Mapping[int, list[Item]]) -> dict[int, int]:
    """Return how many devices of each option an irreducible unpackable set keeps."""
    kept = {o: len(same) for o, same in items.items()}

    def chosen() -> list[Item]:
        return [i for o, same in items.items() for i in same[: kept[o]]]

    for option in sorted(kept, key=lambda o: items[o][0].height_half):
        while kept[option]:
            kept[option] -= 1
            if _is_packable(model, rack, chosen()):
                kept[option] += 1
                break
    return kept


def shape_of(candidates: Candidates, option: int) -> Hashable:
    """Return what matters of a device for packing: height, faces, days, fixed position, waiver."""
    item = item_of(candidates, option, "")
    days = tuple(item.is_active(e) for e in candidates.problem.epochs)
    return (item.height_half, item.face, days, item.position_half, item.waived_half)


def _geometry(model: Model, rack: Rack) -> Hashable:
    problem = model.problem
    cells = tuple(tuple(sorted(problem.free_cells(rack, e).items())) for e in problem.epochs)
    return (rack.u_height, rack.starting_unit, cells)


def _forbid_shapes(model: Model, rack: str, wanted: Mapping[Hashable, int]) -> None:
    """Add: not all of these shapes at least as often as wanted."""
    by_shape: dict[Hashable, list[int]] = {}
    for option in model.candidates.in_rack[rack]:
        shape = shape_of(model.candidates, option.index)
        if shape in wanted:
            by_shape.setdefault(shape, []).append(option.index)
    if by_shape.keys() != wanted.keys():
        return
    literals = [
        model.at_least((f"{rack} {shape}", 0), by_shape[shape], count)
        for shape, count in wanted.items()
    ]
    model.cp.add_bool_or([~literal for literal in literals])


def forbid_filling(model: Model, rack: str, counts: Mapping[int, int]) -> None:
    """Forbid exactly what an assignment puts into a rack."""
    different: list[cp_model.LiteralT] = []
    for option in model.candidates.in_rack[rack]:
        here = counts.get(option.index, 0)
        more = model.at_least(("x", option.index), [option.index], here + 1)
        different.append(more)
        if here:
            different.append(~model.at_least(("x", option.index), [option.index], here))
    model.cp.add_bool_or(different)
