"""What stands: which rules it breaks by itself, and what must move whatever else is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from planner.problem.problem import Group, Problem
from planner.solve import cpsat
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.columns import columns
from planner.solve.model import Model, distinct_rows
from planner.solve.objectives import moves
from planner.solve.objectives import soft as soft_tier
from planner.solve.options import Options
from planner.solve.rows import Key

#: Deterministic time for what stands alone, where every placement is fixed, s.
_LIMIT_S = 60.0

#: Deterministic time for the least disruption, s; its bound holds whenever it ends.
_LEAST_S = 2.0

#: Rules that other workloads can help to keep: a workload by itself says nothing about them.
_HELPED = frozenset(
    {
        "space.ports",
        "power.imbalance",
        "power.strands",
        "redundancy.together",
        "stability.budget",
    }
)


class Infeasible(Exception):
    """No layout exists; proven."""


class Undecided(Exception):
    """Time ran out before what stands alone was judged."""


class Unavoidable(NamedTuple):
    """What no layout can avoid because of what stands.

    Attributes
    ----------
    movable
        Standing groups of workloads that have a part in a broken rule: these may have to move.
    soft
        Bound of the soft tier: what pinned instances break by themselves.
    disruption
        Bound of the moves tier among layouts that reach the bound of the soft tier.
    """

    movable: frozenset[int] = frozenset()
    soft: int = 0
    disruption: int = 0


def as_built_amounts(problem: Problem) -> dict[Key, int]:
    """Return by how much what stands breaks rules now, by itself.

    Where cords are not known a device loads nothing and counts as up.

    Raises
    ------
    Infeasible
        When what stands cannot be described by the model at all.
    Undecided
        When that is not known in time.
    """
    standing = (g for g in problem.groups if g.home is not None)
    alone = _only(problem, (_without_cords(g) if _has_unknown_cords(g) else g for g in standing))
    model = Model(Candidates(alone, movable=()), measures=lambda _: True)
    model.cp.minimize(sum(slack.variable for slack in model.slacks.values()))
    found = _run(model, _LIMIT_S)
    if found.status == "INFEASIBLE":
        raise Infeasible
    if found.status != "OPTIMAL" or found.values is None:
        raise Undecided
    amounts = {key: found.values[slack.variable.index] for key, slack in model.slacks.items()}
    return {key: amount for key, amount in amounts.items() if amount}


def _has_unknown_cords(group: Group) -> bool:
    return group.home is not None and group.home.cords is None


def _without_cords(group: Group) -> Group:
    equipment = group.equipment.model_copy(update={"inlets": ()})
    return replace(group, workload=group.workload.model_copy(update={"equipment": equipment}))


def unavoidable(problem: Problem, as_built: Mapping[Key, int]) -> Unavoidable:
    """Return what no layout can avoid.

    The least disruption is that of the workloads that have a part in a broken rule, with nothing
    else in the estate, which cannot make it larger.
    """
    candidates = Candidates(problem, movable=())
    offenders = {o.group for o in candidates.options if o.stays and o.broken}
    offenders |= _overloading(candidates, as_built)
    broken = {problem.groups[g].workload.id for g in offenders}
    broken |= {key.subject.partition(":")[0] for key in as_built if _is_of_workload(key)}
    broken &= problem.groups_of.keys()
    movable = {g.index for w in broken for g in problem.groups_of[w] if g.home is not None}
    free = {g.index for g in problem.groups if g.home is not None and not g.workload.disruption}
    if not broken:
        return Unavoidable(frozenset(free))
    pinned = _pinned_amounts(problem)
    weights = problem.estate.policy.soft
    soft = sum(weights.get(key.rule, 1) * amount for key, amount in pinned.items())
    soft += sum(
        min((sum(n for _, n in o.broken) for o in homes), default=0)
        for group, homes in zip(problem.groups, candidates.of_group, strict=True)
        if group.is_pinned
    )
    least = _least_disruption(problem, sorted(broken), pinned, soft)
    return Unavoidable(frozenset(movable | free), soft, least)


def _pinned_amounts(problem: Problem) -> dict[Key, int]:
    """Return by how much pinned instances overdraw capacities; others never make it less."""
    alone = _only(problem, (g for g in problem.groups if g.is_pinned))
    candidates = Candidates(alone, movable=())
    growing = {
        row.key
        for row in distinct_rows(candidates)
        if min([*row.options.values(), *row.loads.values()], default=0) >= 0
    }
    return {key: n for key, n in as_built_amounts(alone).items() if key in growing}


def _is_of_workload(key: Key) -> bool:
    return key.rule.startswith("redundancy.")


def _overloading(candidates: Candidates, as_built: Mapping[Key, int]) -> set[int]:
    """Return the groups that use a capacity which what stands overdraws."""
    keys = {key for key in as_built if not _is_of_workload(key)}
    if not keys:
        return set()
    rows = [row for row in distinct_rows(candidates) if row.key in keys]
    return {
        option.group
        for option, column in zip(candidates.options, columns(candidates, rows), strict=True)
        if option.stays and any(use > 0 for use in column.values())
    }


def _least_disruption(
    problem: Problem, workloads: Iterable[str], pinned: Mapping[Key, int], soft: int
) -> int:
    """Return what some workloads disrupt at least when nothing avoidable is broken."""
    alone = _only(problem, (g for w in workloads for g in problem.groups_of[w]))
    model = Model(Candidates(alone), pinned, without=_HELPED)
    for group in alone.groups:
        model.cp.add(model.placed(group.index) == group.count)
    for term in soft_tier.terms(model):
        model.cp.add(term.expression <= soft)
    for term in moves.terms(model):
        model.cp.minimize(term.expression)
    return _run(model, _LEAST_S).bound


def _only(problem: Problem, groups: Iterable[Group]) -> Problem:
    kept = tuple(replace(group, index=n) for n, group in enumerate(groups))
    return replace(problem, groups=kept, service_groups=())


def _run(model: Model, seconds: float) -> cpsat.Run:
    """Solve on one worker in deterministic time: the same answer in every run."""
    options = Options(workers=1, reproducible=True)
    clock = Clock(int(1000 * seconds), deterministic=True)
    return cpsat.run(model.cp, seconds, options, clock, lambda *_: None)
