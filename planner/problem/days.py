"""Planning days: the days on which the set of what is active can change.

A layout holds on every day from as-of to the planning horizon. What is active changes only where
something begins or has just ended, so one look at each of those days covers them all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.space import Reservation
from planner.model.workload import Workload


class Epoch(NamedTuple):
    """What is active on one planning day: workload ids and reservation ids."""

    day: date
    workloads: frozenset[str]
    reservations: frozenset[str]


def _is_active(begin: date | None, end: date | None, day: date) -> bool:
    return (begin is None or begin <= day) and (end is None or day <= end)


def epochs(estate: Estate, as_of: date) -> tuple[Epoch, ...]:
    """Return one epoch for each different active set between as-of and the horizon, in order."""
    horizon = max(as_of, estate.policy.planning_horizon or as_of)
    dated: list[Workload | Reservation] = [
        *estate.workloads.values(),
        *estate.reservations.values(),
    ]
    days = {as_of}
    for item in dated:
        if item.valid_from is not None and as_of < item.valid_from <= horizon:
            days.add(item.valid_from)
        if item.valid_until is not None and as_of <= item.valid_until < horizon:
            days.add(item.valid_until + timedelta(days=1))
    found: dict[tuple[frozenset[str], frozenset[str]], Epoch] = {}
    for day in sorted(days):
        epoch = Epoch(
            day,
            frozenset(
                w.id
                for w in estate.workloads.values()
                if _is_active(w.valid_from, w.valid_until, day)
            ),
            frozenset(
                r.id
                for r in estate.reservations.values()
                if _is_active(r.valid_from, r.valid_until, day)
            ),
        )
        found.setdefault((epoch.workloads, epoch.reservations), epoch)
    return tuple(found.values())


def maximal(all_epochs: tuple[Epoch, ...]) -> tuple[Epoch, ...]:
    """Leave out epochs whose active sets lie within another's: they need no more capacity."""
    return tuple(
        e
        for e in all_epochs
        if not any(
            e is not other
            and e.workloads <= other.workloads
            and e.reservations <= other.reservations
            for other in all_epochs
        )
    )
