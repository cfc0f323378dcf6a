"""What stands: which rules it breaks by itself, and what must move whatever else is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from planner.problem.problem import Group, Problem
from planner.solve import cpsat
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.model import Model
from planner.solve.objectives import moves
from planner.solve.options import Options
from planner.solve.rows import Key

_LIMIT_S = 60.0

#: Rules that other workloads can help to keep: a workload by itself says nothing about them.
_HELPED = frozenset({"space.ports", "redundancy.together", "stability.budget"})

#: Rules that one workload by itself hardly breaks: left out for speed, which is still a relaxation.
_SLOW = frozenset({"power.normal", "power.failover", "cooling.zone"})


class Infeasible(Exception):
    """No layout exists; proven."""


class MustMove(NamedTuple):
    """Standing groups that may have to move, and the least disruption without a broken rule."""

    groups: frozenset[int]
    disruption: int


def as_built_amounts(problem: Problem) -> dict[Key, int]:
    """Return by how much what stands breaks rules now, by itself.

    Where cords are not known a device loads nothing and counts as up.

    Raises
    ------
    Infeasible
        When what stands cannot be described by the model at all.
    """
    standing = (g for g in problem.groups if g.home is not None)
    alone = _only(problem, (_without_cords(g) if _has_unknown_cords(g) else g for g in standing))
    model = Model(Candidates(alone, movable=()), measures=True)
    found = _minimise(model, sum(slack.variable for slack in model.slacks.values()))
    if found is None:
        raise Infeasible
    amounts = {key: found[slack.variable.index] for key, slack in model.slacks.items()}
    return {key: amount for key, amount in amounts.items() if amount}


def _has_unknown_cords(group: Group) -> bool:
    return group.home is not None and group.home.cords is None


def _without_cords(group: Group) -> Group:
    equipment = group.equipment.model_copy(update={"inlets": ()})
    return replace(group, workload=group.workload.model_copy(update={"equipment": equipment}))


def must_move(problem: Problem, as_built: Mapping[Key, int]) -> MustMove:
    """Return the standing groups of workloads that break a rule where they stand.

    For each such workload the least disruption is found with nothing else in the estate, which
    cannot make it larger; the sum is a lower bound for every layout that breaks nothing.
    """
    homes = Candidates(problem, movable=()).options
    broken = {problem.groups[o.group].workload.id for o in homes if o.stays and o.broken}
    broken |= {key.subject.partition(":")[0] for key in as_built if _is_of_workload(key)}
    broken &= problem.groups_of.keys()
    movable = {g.index for w in broken for g in problem.groups_of[w] if g.home is not None}
    free = {g.index for g in problem.groups if g.home is not None and not g.workload.disruption}
    least = sum(_least_disruption(problem, workload) for workload in sorted(broken))
    return MustMove(frozenset(movable | free), least)


def _is_of_workload(key: Key) -> bool:
    return key.rule.startswith("redundancy.")


def _least_disruption(problem: Problem, workload: str) -> int:
    """Return the disruption that a workload needs by itself; 0 where that is not found."""
    alone = _only(problem, problem.groups_of[workload])
    model = Model(Candidates(alone), without=_HELPED | _SLOW)
    for option in model.candidates.options:
        if option.broken:
            model.cp.add(model.x[option.index] == 0)
    for group in alone.groups:
        model.cp.add(model.placed(group.index) == group.count)
    found = _minimise(model, *(term.expression for term in moves.terms(model)))
    if found is None:
        return 0
    return sum(
        g.workload.disruption * found[model.moved[g.index].index]
        for g in alone.groups
        if g.home is not None
    )


def _only(problem: Problem, groups: Iterable[Group]) -> Problem:
    kept = tuple(replace(group, index=n) for n, group in enumerate(groups))
    return replace(problem, groups=kept)


def _minimise(model: Model, objective: object) -> list[int] | None:
    """Return the values of an optimum, None where there is none or it is not proven."""
    model.cp.minimize(objective)  # type: ignore[arg-type]
    clock = Clock(int(1000 * _LIMIT_S), deterministic=False)
    found = cpsat.run(model.cp, _LIMIT_S, Options(workers=1), clock, lambda *_: None)
    return found.values if found.status == "OPTIMAL" else None
