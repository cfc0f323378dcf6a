"""Unplaced instances, one sub-tier a priority, highest first."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.model import Expr, Model
from planner.solve.objectives.term import Term


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum(count - placed)` for each priority."""
    missing: dict[int, list[Expr]] = {}
    for group in model.problem.groups:
        left = group.count - model.placed(group.index)
        missing.setdefault(group.workload.priority, []).append(left)
    for services in model.problem.service_groups:
        left = services.count - model.placed_services(services.index)
        missing.setdefault(services.workload.priority, []).append(left)
    for priority in sorted(missing, reverse=True):
        yield Term(f"unplaced[{priority}]", "instances", sum(missing[priority]))
