"""Cost of racks in use: cents a year, or racks opened where no prices are declared."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.model import Model
from planner.solve.objectives.term import Term


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum(price * opened)`, with price 1 where the estate declares none."""
    racks = model.problem.racks
    is_priced = any(rack.price_cents_year is not None for rack in racks)
    prices = {rack.id: (rack.price_cents_year or 0) if is_priced else 1 for rack in racks}
    opened = [price * model.opened(rack) for rack, price in prices.items() if price]
    _tighten(model)
    yield Term("cost", "cents/year" if is_priced else "racks", sum(opened), is_constant=not opened)


def _tighten(model: Model) -> None:
    """Tie what fills a rack to its being open: `used <= capacity * opened` of its own rows.

    Implied for whole numbers; it lifts the linear relaxation and so the bound.
    """
    for row in model.rows:
        subject = row.key.subject
        is_of_rack = row.key.rule in ("space.reserved", "space.weight") and row.capacity > 0
        is_waived = (row.key.rule, subject) in model.problem.waived
        if is_of_rack and not is_waived and row.key not in model.slacks:
            total = model.sum_options(row.options)
            model.cp.add(total <= row.capacity * model.opened(subject))
