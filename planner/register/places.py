"""Places as the model has them, and as a row of the register keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.model.estate import Estate
from planner.model.layout import Cord, Place
from planner.model.space import Face
from planner.model.workload import split_instance_id


def place_of(values: Mapping[str, Any]) -> Place:
    """Return the place that a row's values describe."""
    position, face, cords = (values[name] for name in ("position", "face", "cords"))
    return Place(
        rack=values["rack"],
        position_half=None if position is None else int(position * 2),
        face=None if face is None else Face(face),
        cords=None
        if cords is None
        else tuple(Cord(c["inlet"], c["node"], c.get("leg")) for c in cords),
    )


def values_of(estate: Estate, instance: str, place: Place) -> dict[str, Any]:
    """Return the values of the row that says so; what a stack declares for it, too."""
    workload = estate.workloads[split_instance_id(instance)[0]]
    return {
        "rack": place.rack,
        "position": None if place.position_half is None else place.position_half / 2,
        "face": None if place.face is None else place.face.value,
        "cords": cords_of(place),
        "tenant": workload.tenant,
        "device_type": workload.equipment.type if workload.equipment else None,
    }


def cords_of(place: Place) -> list[dict[str, str]] | None:
    """Return the cords as the register keeps them; None where nobody knows."""
    if place.cords is None:
        return None
    return [
        {"inlet": cord.inlet, "node": cord.node, **({"leg": cord.leg} if cord.leg else {})}
        for cord in place.cords
    ]
