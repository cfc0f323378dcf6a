"""Why a service is unplaced: what it would break, where it breaks least."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from planner.model.rules import RULES
from planner.problem.problem import Group, Problem
from planner.problem.services import ServiceGroup
from planner.solve import cpsat
from planner.solve.assignment import Assignment
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.model import Model
from planner.solve.options import Options
from planner.solve.registry import SERVICE_FILTERS
from planner.solve.rows import Key

#: Deterministic time for one question, s.
_LIMIT_S = 2.0

#: Up to so many options, times unplaced services, equipment may stand elsewhere in the answer.
_MAX_OPTIONS = 5000

#: Rules that more of something would mend. Named first: a rule of no class is broken as little as
#: possible, then those of the first class, then of the last.
_MENDABLE = (
    frozenset({"continuity.restart"}),
    frozenset({"compute.pool", "continuity.compute", "tenancy.quota"}),
)

#: Rules about a subject of their own that services take part in.
_SHARED = frozenset().union(*_MENDABLE) | {"tenancy.cumulation"}


def service_reasons(model: Model, assignment: Assignment) -> dict[str, str]:
    """Return one sentence for every unplaced service instance."""
    services = model.candidates.services
    found: dict[str, str] = {}
    waiting: list[tuple[ServiceGroup, int]] = []
    for group in model.problem.service_groups:
        placed = _num_placed(model, assignment, group)
        if placed == group.count:
            continue
        if services.of_group[group.index]:
            waiting.append((group, placed))
        else:
            found.update(dict.fromkeys(group.instances, _never(model, group)))
    if not waiting:
        return found
    is_small = len(waiting) * len(model.candidates.options) <= _MAX_OPTIONS
    relaxed = (_anywhere if is_small else _as_planned)(model, assignment)
    beside = "with everything else placed" if is_small else "beside what is placed"
    for group, placed in waiting:
        reason = f"{beside} {_shortfall(relaxed, assignment, group, placed)}"
        if never := _kept_out(model, group, usable_only=True):
            reason += f"; with other pools, {never}"
        found.update(dict.fromkeys(group.instances[placed:], reason))
    return found


def _num_placed(model: Model, assignment: Assignment, group: ServiceGroup) -> int:
    options = model.candidates.services.of_group[group.index]
    return sum(assignment.services.get(o.index, 0) for o in options)


def _never(model: Model, group: ServiceGroup) -> str:
    """Name the rules that keep a service off every pool, whatever is placed."""
    why = _kept_out(model, group, usable_only=True) or _kept_out(model, group, usable_only=False)
    return f"no pool can take it: {why or 'the estate has none'}"


def _kept_out(model: Model, group: ServiceGroup, *, usable_only: bool) -> str:
    """Name the rules that keep a service off pools, or off those that it may use."""
    pools: dict[Key, dict[str, int]] = {}
    for choice, rules in model.candidates.services.excluded[group.workload.id].items():
        for rule, amount in () if usable_only and "compute.place" in rules else rules.items():
            about = SERVICE_FILTERS[rule].about
            subject = group.workload.id if about == "workload" else group.instances[0]
            on = pools.setdefault(Key(rule, subject, RULES[rule].unit), {})
            on[choice.pool] = min(amount, on.get(choice.pool, amount))
    parts = []
    for key, on in sorted(pools.items()):
        least = min(on.values())
        where = _some(sorted(pool for pool, amount in on.items() if amount == least))
        parts.append(f"{_by(key, least)} on {where}")
    return ", ".join(parts)


def _by(key: Key, amount: int) -> str:
    return f"{key.rule} at `{key.subject}` by {amount} {key.unit}"


def _some(ids: Iterable[str]) -> str:
    names = [f"`{key}`" for key in ids]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _is_about_services(problem: Problem) -> Callable[[Key], bool]:
    """Tell the rules that services break, and equipment by itself does not."""
    services = {name for g in problem.service_groups for name in (g.workload.id, *g.instances)}

    def is_about(key: Key) -> bool:
        if key.rule == "tenancy.quota":
            return key.subject.partition(":")[2] in problem.estate.pools
        return key.rule in _SHARED or key.subject.partition(":")[0] in services

    return is_about


def _anywhere(model: Model, assignment: Assignment) -> Model:
    """Return a model in which as much equipment is placed as in the plan, wherever it fits."""
    problem = model.problem
    relaxed = Model(model.candidates, model.as_built, measures=_is_about_services(problem))
    for group in problem.groups:
        placed = sum(instance in assignment.places for instance in group.instances)
        relaxed.cp.add(relaxed.placed(group.index) == placed)
    return relaxed


def _as_planned(model: Model, assignment: Assignment) -> Model:
    """Return a model in which all equipment stands as in the plan."""
    placed = [
        (group, instance, assignment.places[instance])
        for group in model.problem.groups
        for instance in group.instances
        if instance in assignment.places
    ]
    standing = tuple(
        Group(n, group.workload, (instance,), place)
        for n, (group, instance, place) in enumerate(placed)
    )
    problem = replace(model.problem, groups=standing)
    candidates = Candidates(problem, movable=())
    return Model(candidates, model.as_built, measures=_is_about_services(problem))


def _shortfall(relaxed: Model, assignment: Assignment, group: ServiceGroup, placed: int) -> str:
    """Name what one instance more breaks, or all of them, by as little as possible."""
    count = placed + 1 if group.workload.partial else group.count
    short = _broken(relaxed, assignment, group, count)
    which = "it" if count == 1 else f"{count} instances"
    if short is None:
        return f"there is no room for {which}"
    if not short:
        return f"there is room for {which}, in a layout that was not found in time"
    parts = [_by(key, amount) for key, amount in sorted(short.items())]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    return f"{which} would break {', '.join(parts[:3])}{more}"


def _broken(
    relaxed: Model, assignment: Assignment, wanted: ServiceGroup, count: int
) -> Mapping[Key, int] | None:
    """Return what is broken with so many instances of a group, by as little as possible."""
    cp = relaxed.cp.clone()
    for group in relaxed.problem.service_groups:
        is_wanted = group.index == wanted.index
        placed = count if is_wanted else _num_placed(relaxed, assignment, group)
        cp.add(relaxed.placed_services(group.index) == placed)
    options = Options(workers=1, reproducible=True)
    values: list[int] | None = None
    for rules in (RULES.keys() - frozenset().union(*_MENDABLE), *_MENDABLE):
        amounts = [slack.variable for key, slack in relaxed.slacks.items() if key.rule in rules]
        cp.minimize(sum(amounts))
        clock = Clock(int(1000 * _LIMIT_S), deterministic=True)
        found = cpsat.run(cp, _LIMIT_S, options, clock, lambda *_: None).values
        if found is None:
            break
        values = found
        cp.add(sum(amounts) <= sum(found[variable.index] for variable in amounts))
    if values is None:
        return None
    is_about = _is_about_services(relaxed.problem)
    return {
        key: amount
        for key, slack in relaxed.slacks.items()
        if is_about(key) and (amount := values[slack.variable.index])
    }
