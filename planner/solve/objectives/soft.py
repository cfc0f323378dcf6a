"""Amounts of soft rules, and of what as-built breaks already."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.model import Model
from planner.solve.objectives.term import Term


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum(weight * amount)`; inherited amounts weigh 1."""
    homes = [
        amount * model.x[option.index]
        for option in model.candidates.options
        for _, amount in option.broken
    ]
    amounts = [slack.weight * slack.variable for slack in model.slacks.values()]
    yield Term("soft", "weighted amount", sum(homes + amounts), is_constant=not homes + amounts)
