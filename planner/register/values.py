"""Places, reservations and contracts as the model has them, and as the register's rows keep them.

What a stack declares and what an import seeds are both made here, so that the one finds what the
other wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from planner.model.estate import Estate
from planner.model.layout import Cord, Place
from planner.model.space import Face, Reservation, UnitRange
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


class Contract(NamedTuple):
    """Power that a tenant has contracted on a strand; the key of its row is `<tenant>/<strand>`."""

    tenant: str
    strand: str
    power_w: int

    @property
    def key(self) -> str:
        """The key of its row."""
        return f"{self.tenant}/{self.strand}"


def contracts_of(estate: Estate) -> Iterator[Contract]:
    """Yield the contracted power of every tenant that has a quota, strands sorted."""
    for tenant in estate.tenants.values():
        if tenant.quota is not None:
            for strand, power_w in sorted(tenant.quota.strand_w.items()):
                yield Contract(tenant.id, strand, power_w)


def reservation_values(reservation: Reservation) -> dict[str, Any]:
    """Return the values of a reservation's row."""
    return {
        "rack": reservation.rack,
        "units": [_units(units) for units in reservation.units],
        "description": reservation.description or None,
        "tenant": reservation.tenant,
        "valid_from": _day(reservation.valid_from),
        "valid_until": _day(reservation.valid_until),
    }


def _units(units: UnitRange) -> dict[str, Any]:
    face = {"face": units.face.value} if units.face else {}
    return {"start": units.start_half / 2, "end": units.end_half / 2, **face}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
