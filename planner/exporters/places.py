"""Where every instance stands: by a layout, else as built."""

from __future__ import annotations

from typing import Literal, NamedTuple

from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout, Place
from planner.model.workload import Workload, split_instance_id

State = Literal["standing", "moves", "new"]


class Placed(NamedTuple):
    """One instance in its place: `moves` and `new` are planned, `standing` is done."""

    instance: str
    workload: Workload
    place: Place
    state: State


def placed(estate: Estate, as_built: AsBuilt, layout: Layout | None) -> list[Placed]:
    """Return every placed instance of the estate, sorted by id."""
    found: dict[str, tuple[Place, State]] = {}
    if layout is None:
        found = {key: (one.place, "standing") for key, one in as_built.standing.items()}
    else:
        for key, placement in layout.placements.items():
            state: State = "new" if not placement.standing else "standing"
            found[key] = (placement.place, "moves" if placement.was is not None else state)
    rows = []
    for key in sorted(found):
        workload = estate.workloads.get(split_instance_id(key)[0])
        place, state = found[key]
        if workload is not None and workload.equipment is not None and place.rack in estate.racks:
            rows.append(Placed(key, workload, place, state))
    return rows


def units(half: int) -> str:
    """Return half units as units: `12` or `12.5`."""
    return f"{half // 2}{'.5' if half % 2 else ''}"
