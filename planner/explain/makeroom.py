"""The fewest moves of others that make room for one instance in one rack.

Planned with the instance allowed nowhere else: at first only what stands in the rack may move, then
its row, then everything. The judge has the last word on the layout found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from planner.check import check
from planner.explain.cases import new_or_worse
from planner.explain.headroom import base_of
from planner.explain.text import plural, render_place
from planner.model.estate import Estate
from planner.model.layout import Layout, Place, Placement
from planner.model.violation import Violation
from planner.model.workload import Workload, split_instance_id
from planner.solve.options import Options
from planner.solve.plan import plan

#: Rules that say no to the rack itself, whatever stands in it: no move of others helps.
OF_THE_RACK = frozenset(
    {
        "space.status", "tenancy.places", "tenancy.protection", "tenancy.certificate",
        "network.access",
    }
)  # fmt: skip

#: Name of the workload that stands for the one instance.
_GUEST = "guest+1"


class MadeRoom(NamedTuple):
    """What it takes to stand in a rack.

    Attributes
    ----------
    place
        Where the instance would stand; None where no moves make room, or none were found in time.
    moves
        Instance -> (where it stands, where it would go).
    is_fewest
        Whether it is proven that fewer moves do not suffice; with no place, that none do.
    still_broken
        What the layout with these moves would break all the same.
    """

    place: Place | None
    moves: dict[str, tuple[Place, Place]]
    is_fewest: bool
    still_broken: tuple[Violation, ...] = ()


def make_room(
    estate: Estate,
    layout: Layout,
    as_of: date,
    instance: str,
    rack: str,
    options: Options,
    on_scope: Callable[[str], None] = lambda _: None,
) -> MadeRoom:
    """Return the fewest moves of others after which `instance` stands in `rack`."""
    others = {k: p for k, p in layout.placements.items() if k != instance}
    rest = layout.model_copy(update={"placements": others})
    workload = estate.workloads[split_instance_id(instance)[0]]
    row = estate.racks[rack].row
    scopes: list[tuple[str, set[str]]] = [
        (f"rack {rack}", {rack}),
        (f"row {row}", {r.id for r in estate.racks.values() if r.row == row}),
        ("the estate", set(estate.racks)),
    ]
    for name, racks in scopes:
        on_scope(name)
        movable = {key for key, p in others.items() if p.place.rack in racks}
        found = _plan(estate, rest, as_of, workload, rack, movable, options)
        if found is None:
            continue
        planned, is_optimal = found
        place = planned.placements[f"{_GUEST}-1"].place
        moves = {
            key: (p.was, p.place) for key, p in planned.placements.items() if p.was is not None
        }
        is_whole = name == scopes[-1][0]
        return MadeRoom(
            place,
            moves,
            is_optimal and (is_whole or len(moves) <= 1),
            _still_broken(estate, layout, planned, instance, as_of),
        )
    return MadeRoom(None, {}, is_fewest=False)


def _plan(
    estate: Estate,
    rest: Layout,
    as_of: date,
    workload: Workload,
    rack: str,
    movable: set[str],
    options: Options,
) -> tuple[Layout, bool] | None:
    """Plan with a guest that may only stand in the rack; None where it finds no place."""
    base = base_of(estate, rest, as_of, moves=len(movable))
    workloads = {}
    for key, one in base.estate.workloads.items():
        own = {int(i.rpartition("-")[2]) for i in one.instance_ids() if i in rest.placements}
        may = {int(i.rpartition("-")[2]) for i in one.instance_ids() if i in movable}
        pinned = frozenset((own - may) | estate.workloads[key].pinned)
        update = {"pinned": pinned} if one.equipment is not None else {}
        workloads[key] = one.model_copy(update=update)
    guest = workload.model_copy(
        update={
            "id": _GUEST, "count": 1, "pinned": frozenset(), "partial": True, "survive": {},
            "spread": {}, "allowed": workload.allowed.model_copy(update={"rack": (rack,)}),
            "priority": -1, "needed": 1, "critical": False,
        }
    )  # fmt: skip
    workloads[_GUEST] = guest
    planned = plan(
        base.estate.model_copy(update={"workloads": dict(sorted(workloads.items()))}),
        base.as_built,
        as_of,
        options,
    ).layout
    if planned is None or f"{_GUEST}-1" not in planned.placements:
        return None
    moves = next(t for t in planned.tiers if t.tier == "moves")
    return planned, moves.is_optimal


def _still_broken(
    estate: Estate, before: Layout, planned: Layout, instance: str, as_of: date
) -> tuple[Violation, ...]:
    """Judge the layout with the guest in the place of the instance."""
    placements = {
        key: before.placements[key].model_copy(update={"place": p.place})
        for key, p in planned.placements.items()
        if key in before.placements
    }
    guest = planned.placements[f"{_GUEST}-1"].place
    placements[instance] = Placement(instance=instance, place=guest)
    unplaced = {k: u for k, u in before.unplaced.items() if k != instance}
    after = before.model_copy(
        update={"placements": placements, "unplaced": unplaced, "services": planned.services}
    )
    old, new = check(estate, before, as_of), check(estate, after, as_of)
    ignored = ("redundancy.whole", "stability.budget")
    return tuple(v for v in new_or_worse(old.violations, new.violations) if v.rule not in ignored)


def render_room(room: MadeRoom, instance: str, rack: str) -> str:
    """Return in words what makes room."""
    if room.place is None:
        return f"no moves of others were found that make room for `{instance}` in `{rack}`"
    if not room.moves:
        head = f"`{instance}` fits at {render_place(room.place)} without any move"
    else:
        proof = "no fewer suffice" if room.is_fewest else "not proven to be the fewest"
        head = (
            f"{plural(len(room.moves), 'move')} of others make room at"
            f" {render_place(room.place)} ({proof}):"
        )
    lines = [head]
    lines += [
        f"  {key}  {render_place(old)} -> {render_place(new)}"
        for key, (old, new) in room.moves.items()
    ]
    lines += [f"  but it would still break {v.rule}: {v.message}" for v in room.still_broken]
    return "\n".join(lines)
