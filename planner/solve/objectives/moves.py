"""Disruption of standing instances that move."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.model import Model
from planner.solve.objectives.term import Term


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum(disruption)` over standing instances that do not stay."""
    groups = model.problem.groups
    moved = [groups[g].workload.disruption * variable for g, variable in model.moved.items()]
    yield Term("moves", "disruption", sum(moved), is_constant=not moved)
