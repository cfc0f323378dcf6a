"""One module an objective tier; `TERMS` gives the tiers of a model in the policy's order."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from planner.solve.model import Model
from planner.solve.objectives import balance, cost, moves, soft, unplaced
from planner.solve.objectives.term import Term

_TIERS: dict[str, Callable[[Model], Iterable[Term]]] = {
    "unplaced": unplaced.terms,
    "soft": soft.terms,
    "moves": moves.terms,
    "cost": cost.terms,
    "balance": balance.terms,
}


def terms(model: Model) -> tuple[Term, ...]:
    """Return the objective tiers of a model, most important first."""
    order = model.problem.estate.policy.tiers
    return tuple(term for tier in order for term in _TIERS[tier](model))
