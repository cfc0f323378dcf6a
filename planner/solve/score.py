"""The tiers' values of a packed assignment, recomputed from its places.

The solver's own arithmetic; `planner.check` computes the same score on its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from planner.solve.assignment import Assignment, is_moved
from planner.solve.model import Model
from planner.solve.objectives.balance import balanced_rows


def tier_values(model: Model, assignment: Assignment) -> dict[str, int]:
    """Return tier name -> value."""
    values: dict[str, int] = {}
    for group in model.problem.groups:
        tier = f"unplaced[{group.workload.priority}]"
        missing = sum(i not in assignment.places for i in group.instances)
        values[tier] = values.get(tier, 0) + missing
    for services in model.problem.service_groups:
        tier = f"unplaced[{services.workload.priority}]"
        options = model.candidates.services.of_group[services.index]
        placed = sum(assignment.services.get(o.index, 0) for o in options)
        values[tier] = values.get(tier, 0) + services.count - placed
    values["moves"] = sum(
        g.workload.disruption
        for g in model.problem.groups
        if g.home is not None
        and g.instances[0] in assignment.places
        and is_moved(g.home, assignment.places[g.instances[0]])
    )
    values["cost"] = _cost(model, assignment)
    values["balance"] = _balance(model, assignment)
    return values


def _cost(model: Model, assignment: Assignment) -> int:
    used = {place.rack for place in assignment.places.values()}
    racks = [model.problem.estate.racks[rack] for rack in used]
    if any(r.price_cents_year is not None for r in model.problem.racks):
        return sum(rack.price_cents_year or 0 for rack in racks)
    return len(racks)


def _watts(model: Model, counts: Mapping[int, int], epoch: int) -> dict[int, int]:
    """Return pattern -> W of the devices active in an epoch."""
    candidates = model.candidates
    active = model.problem.epochs[epoch].workloads
    watts: dict[int, int] = {}
    for index, count in counts.items():
        option = candidates.options[index]
        group = candidates.group(option)
        if group.workload.id in active:
            drawn = count * group.equipment.draw.budget_w
            watts[option.pattern] = watts.get(option.pattern, 0) + drawn
    return watts


def _balance(model: Model, assignment: Assignment) -> int:
    sites = balanced_rows(model)
    worst = [0] * len(sites)
    for epoch in range(len(model.problem.epochs)):
        watts = _watts(model, assignment.counts, epoch)
        for s, rows in enumerate(sites):
            uses = []
            for row in rows:
                load = row.fixed + sum(
                    (coef * watts[p] for p, coef in row.coefs.items() if p in watts), Fraction(0)
                )
                uses.append(int(1000 * load / row.usable))
            if len(uses) > 1:
                worst[s] = max(worst[s], max(uses) - min(uses))
    return sum(worst)
