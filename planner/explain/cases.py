"""Cases that differ from another in their devices, and findings that differ between two cases."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from planner.check.case import Case, Device
from planner.model.violation import Violation

#: What a case derives from its devices once and keeps.
_DERIVED = ("of_workload", "in_rack", "spans", "views")


def with_devices(case: Case, devices: Iterable[Device]) -> Case:
    """Return a case with other devices; estate, days and what stands are the same."""
    other = copy.copy(case)
    for name in _DERIVED:
        vars(other).pop(name, None)
    other.devices = tuple(sorted(devices, key=lambda device: device.instance))
    return other


def new_or_worse(before: Iterable[Violation], after: Iterable[Violation]) -> list[Violation]:
    """Return the violations of `after` that `before` does not have by at least as much.

    Several about one subject in one unit (a rule at several levels) are paired by size.
    """
    known: dict[tuple[str, str, str], list[int]] = {}
    for violation in before:
        known.setdefault(_key(violation), []).append(violation.amount)
    for amounts in known.values():
        amounts.sort()
    found = []
    for violation in sorted(after, key=lambda v: -v.amount):
        amounts = known.get(_key(violation), [])
        if violation.amount > (amounts.pop() if amounts else 0):
            found.append(violation)
    return found


def _key(violation: Violation) -> tuple[str, str, str]:
    return violation.rule, violation.subject, violation.unit
