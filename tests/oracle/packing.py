"""Unit positions in one rack by trying them all.

A home keeps its position even on a blocked unit; that is judged with the layout as a whole. Where
devices stand too high in a rack already, or a waiver lets them, they may stand so high.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.layout import Place
from planner.model.space import Face, Rack, Reservation
from planner.model.workload import Equipment, Workload


class Item(NamedTuple):
    """An instance to stand in a rack; `home_half` is the position of one that stays."""

    instance: str
    workload: Workload
    face: Face | None
    home_half: int | None = None

    @property
    def equipment(self) -> Equipment:
        """What it takes of the rack."""
        assert self.workload.equipment is not None
        return self.workload.equipment


class Packer:
    """Tries positions, and remembers what it found for devices that are alike."""

    def __init__(self, estate: Estate, as_of: date, standing: dict[str, Place]) -> None:
        self.estate = estate
        self.standing = standing
        horizon = max(as_of, estate.policy.planning_horizon or as_of)
        self.days = [as_of + timedelta(days=d) for d in range((horizon - as_of).days + 1)]
        dated = [*estate.workloads.values(), *estate.reservations.values()]
        edges = {as_of}
        for item in dated:
            edges |= {item.valid_from} if item.valid_from else set()
            edges |= {item.valid_until + timedelta(days=1)} if item.valid_until else set()
        self.days = [day for day in self.days if day in edges]
        self._too_high: dict[str, int] = {}
        self._known: dict[object, tuple[int | None, ...] | None] = {}

    def pack(self, rack_id: str, items: list[Item]) -> tuple[int | None, ...] | None:
        """Return positions, None for a device that takes no unit; None when there are none."""
        key = (rack_id, tuple((i.workload.id, i.face, i.home_half) for i in items))
        if key not in self._known:
            self._known[key] = next(self.packings(rack_id, items), None)
        return self._known[key]

    def packings(self, rack_id: str, items: list[Item]) -> Iterator[tuple[int | None, ...]]:
        """Yield all ways to pack a rack, device by device."""
        rack = self.estate.racks[rack_id]
        starts = [self._starts(rack, item) for item in items]

        def packed(positions: tuple[int | None, ...]) -> Iterator[tuple[int | None, ...]]:
            here = items[: len(positions)]
            if not self.is_packed(rack, here, positions, with_gravity=here == items):
                return
            if here == items:
                yield positions
                return
            for start in starts[len(positions)]:
                yield from packed((*positions, start))

        yield from packed(())

    def _starts(self, rack: Rack, item: Item) -> list[int | None]:
        """Return the positions at which a device may stand by itself."""
        if item.equipment.u_height_half == 0:
            return [None]
        if item.home_half is not None:
            return [item.home_half]
        return [
            start
            for start in positions_to_try(rack)
            if self.is_packed(rack, [item], (start,), with_gravity=False)
        ]

    def is_packed(
        self,
        rack: Rack,
        items: list[Item],
        positions: tuple[int | None, ...],
        *,
        with_gravity: bool = True,
    ) -> bool:
        """Return whether devices at these positions respect bounds, units, blocks and gravity."""
        first, end = 2 * rack.starting_unit, 2 * (rack.starting_unit + rack.u_height)
        for day in self.days:
            closed = self._closed(rack, day)
            taken: set[tuple[int, Face]] = set()
            moment = 0
            for item, start in zip(items, positions, strict=True):
                if start is None or not _is_there(item.workload, day):
                    continue
                size = item.equipment.u_height_half
                faces = tuple(Face) if item.equipment.is_full_depth else (item.face,)
                cells = {(half, f) for half in range(start, start + size) for f in faces}
                if start < first or start + size > end or cells & taken:
                    return False
                if item.home_half is None and cells & closed:
                    return False
                taken |= cells
                above = 2 * (start - first) + size
                moment += item.equipment.mass_g * (above - (rack.gravity_max_quarter or 0))
            if (
                with_gravity
                and rack.gravity_max_quarter is not None
                and moment > self.too_high(rack)
            ):
                return False
        return True

    def too_high(self, rack: Rack) -> int:
        """Return the moment beyond the highest centre of gravity that a rack may have."""
        if rack.id not in self._too_high:
            moments = dict.fromkeys(self.days, 0)
            for instance, place in self.standing.items():
                workload = self.estate.workloads[instance.rpartition("-")[0]]
                equipment = workload.equipment
                if place.rack != rack.id or place.position_half is None or equipment is None:
                    continue
                middle = (
                    2 * (place.position_half - 2 * rack.starting_unit) + equipment.u_height_half
                )
                for day in self.days:
                    if _is_there(workload, day):
                        above = middle - (rack.gravity_max_quarter or 0)
                        moments[day] += equipment.mass_g * above
            waived = [
                w.amount
                for w in self.estate.waivers.values()
                if (w.rule, w.subject) == ("space.gravity", rack.id)
            ]
            self._too_high[rack.id] = max(0, *moments.values(), *waived)
        return self._too_high[rack.id]

    def _closed(self, rack: Rack, day: date) -> set[tuple[int, Face]]:
        ranges = list(rack.blocked)
        for reservation in self.estate.reservations.values():
            if reservation.rack == rack.id and _is_there(reservation, day):
                ranges += reservation.units
        return {
            (half, face)
            for r in ranges
            for half in range(r.start_half, r.end_half)
            for face in Face
            if r.face in (None, face)
        }


def positions_to_try(rack: Rack) -> range:
    """Return all half units of a rack, and one before and after it."""
    return range(2 * rack.starting_unit - 1, 2 * (rack.starting_unit + rack.u_height) + 1)


def _is_there(item: Workload | Reservation, day: date) -> bool:
    return (item.valid_from is None or item.valid_from <= day) and (
        item.valid_until is None or day <= item.valid_until
    )
