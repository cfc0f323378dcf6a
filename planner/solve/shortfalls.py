"""Why a service is unplaced: what it would break, beside what is placed, where it breaks least."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planner.problem.problem import Group, Problem
from planner.problem.services import ServiceGroup
from planner.solve import cpsat
from planner.solve.assignment import Assignment
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.model import Model
from planner.solve.options import Options
from planner.solve.rows import Key

#: Deterministic time for one service, s.
_LIMIT_S = 2.0


def service_reasons(model: Model, assignment: Assignment) -> dict[str, str]:
    """Return one sentence for every unplaced service instance."""
    services = model.candidates.services
    found: dict[str, str] = {}
    beside: _Beside | None = None
    for group in model.problem.service_groups:
        options = services.of_group[group.index]
        placed = sum(assignment.services.get(o.index, 0) for o in options)
        missing = group.instances[placed:]
        if not missing:
            continue
        if not options:
            reason = f"no pool can take it: {_never(model, group)}"
        else:
            beside = beside or _Beside(model.problem, assignment)
            reason = beside.reason(group, placed)
        found.update(dict.fromkeys(missing, reason))
    return found


def _never(model: Model, group: ServiceGroup) -> str:
    """Name the rules that keep a service out of each pool, whatever is placed."""
    pools: dict[str, set[str]] = {}
    for choice, rules in model.candidates.services.excluded[group.workload.id].items():
        for rule in rules:
            pools.setdefault(rule, set()).add(choice.pool)
    if not pools:
        return "the estate has none"
    return ", ".join(
        f"{rule} on {_some(sorted(where))}"
        for rule, where in sorted(pools.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _some(ids: Iterable[str]) -> str:
    names = [f"`{key}`" for key in ids]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


class _Beside:
    """All equipment stands as planned, and every rule may be broken: by how much is asked."""

    def __init__(self, problem: Problem, assignment: Assignment) -> None:
        placed = [
            (group, instance, assignment.places[instance])
            for group in problem.groups
            for instance in group.instances
            if instance in assignment.places
        ]
        standing = tuple(
            Group(n, group.workload, (instance,), place)
            for n, (group, instance, place) in enumerate(placed)
        )
        candidates = Candidates(replace(problem, groups=standing), movable=())
        self.model = Model(candidates, measures=True)
        self.services = assignment.services
        self.before = self._amounts(None, 0) or {}

    def _amounts(self, group: ServiceGroup | None, count: int) -> dict[Key, int] | None:
        """Return the least that is broken with so many instances of a group placed."""
        model = self.model
        cp = model.cp.clone()
        for option, variable in zip(model.candidates.services.options, model.y, strict=True):
            if group is None or option.group != group.index:
                same = cp.get_int_var_from_proto_index(variable.index)
                cp.add(same == self.services.get(option.index, 0))
        if group is not None:
            cp.add(model.placed_services(group.index) == count)
        cp.minimize(sum(slack.variable for slack in model.slacks.values()))
        clock = Clock(int(1000 * _LIMIT_S), deterministic=True)
        options = Options(workers=1, reproducible=True)
        values = cpsat.run(cp, _LIMIT_S, options, clock, lambda *_: None).values
        if values is None:
            return None
        return {key: values[slack.variable.index] for key, slack in model.slacks.items()}

    def reason(self, group: ServiceGroup, placed: int) -> str:
        """Name what one instance more breaks, or all of them, by as little as possible."""
        count = placed + 1 if group.workload.partial else group.count
        after = self._amounts(group, count)
        if after is None:
            return "no pool has room for it beside what is placed"
        short = {
            key: amount - self.before.get(key, 0)
            for key, amount in after.items()
            if amount > self.before.get(key, 0)
        }
        if not short:
            return "there is room for it, but not for what has to be placed with it"
        which = "it" if count == 1 else f"{count} instances"
        return f"beside what is placed {which} would break {_listed(short)}"


def _listed(short: Mapping[Key, int]) -> str:
    parts = [
        f"{key.rule} at `{key.subject}` by {amount} {key.unit}"
        for key, amount in sorted(short.items(), key=lambda item: item[0])
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return ", ".join(parts[:3]) + more
