"""Unplaced instances, one sub-tier a priority, highest first."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.model import Model
from planner.solve.objectives.term import Term


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum(count - placed)` for each priority."""
    by_priority: dict[int, list[int]] = {}
    for group in model.problem.groups:
        by_priority.setdefault(group.workload.priority, []).append(group.index)
    for priority in sorted(by_priority, reverse=True):
        groups = by_priority[priority]
        count = sum(model.problem.groups[g].count for g in groups)
        placed = sum(model.placed(g) for g in groups)
        yield Term(f"unplaced[{priority}]", "instances", count - placed)
