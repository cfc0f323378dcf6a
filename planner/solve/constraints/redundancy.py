"""Redundancy: survive a loss, spread, kept together, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable

from ortools.sat.python import cp_model

from planner.model.workload import Places, Spread, Workload
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates
from planner.solve.model import Expr, Model
from planner.solve.registry import rows, structure
from planner.solve.rows import Key, Row


@rows("redundancy.survive")
def survive(candidates: Candidates) -> Iterable[Row]:
    """`placed instances that are down <= count - k`, per domain of the level and look."""
    states = candidates.problem.graph.states
    for workload, groups in candidates.problem.groups_of.items():
        options = [o for g in groups for o in candidates.of_group[g.index]]
        wanted = groups[0].workload.survive
        seen: set[tuple[str, frozenset[int]]] = set()
        for state, down in zip(states, candidates.down, strict=True):
            level = state.scenario.kind
            if level not in wanted:
                continue
            hit = frozenset(o.index for o in options if o.pattern in down)
            if hit and (level, hit) not in seen:
                seen.add((level, hit))
                yield Row(
                    Key("redundancy.survive", f"{workload}:{level}", "instances"),
                    state.scenario.id,
                    groups[0].workload.count - wanted[level],
                    dict.fromkeys(sorted(hit), 1),
                    {},
                )


def domain_of(problem: Problem, rack: str, level: str) -> str:
    """Return the domain of a level that a rack lies in."""
    one = problem.estate.racks[rack]
    if level == "fire_compartment":
        return problem.estate.rooms[one.room].fire_compartment
    return one.id if level == "rack" else str(getattr(one, level))


def _by_domain(candidates: Candidates, workload: str, level: str) -> dict[str, dict[int, int]]:
    """Return, per domain that a workload may use, its options there with coefficient 1."""
    problem = candidates.problem
    found: dict[str, dict[int, int]] = {}
    for group in problem.groups_of[workload]:
        for option in candidates.of_group[group.index]:
            found.setdefault(domain_of(problem, option.rack, level), {})[option.index] = 1
    return found


@rows("redundancy.spread")
def spread_at_most(candidates: Candidates) -> Iterable[Row]:
    """`instances in each domain <= max_per_domain`, where nothing may be beyond it."""
    for workload, groups in candidates.problem.groups_of.items():
        for level, spread in groups[0].workload.spread.items():
            key = _at_most_key(workload, level)
            if spread.max_per_domain is None or _may_be_broken(candidates.problem, key):
                continue
            for terms in _by_domain(candidates, workload, level).values():
                yield Row(key, "normal", spread.max_per_domain, terms, {})


def _at_most_key(workload: str, level: str) -> Key:
    return Key("redundancy.spread", f"{workload}:{level}:max_per_domain", "instances")


def _may_be_broken(problem: Problem, key: Key) -> bool:
    """Whether a key may have an amount: a soft rule, something waived, something that stands."""
    workload = key.subject.partition(":")[0]
    return (
        key.rule in problem.estate.policy.soft
        or key[:2] in problem.waived
        or any(g.home is not None for g in problem.groups_of[workload])
    )


@structure("redundancy.spread")
def spread_evenly(model: Model) -> None:
    """`domains used >= min(min_domains, placed)`, `max - min <= max_skew` once any is placed."""
    for workload, groups in model.problem.groups_of.items():
        for level, spread in groups[0].workload.spread.items():
            if spread.max_per_domain is not None:
                _max_per_domain(model, workload, level, spread.max_per_domain)
            if spread.min_domains is not None:
                _min_domains(model, workload, level, spread.min_domains)
            if spread.max_skew is not None:
                _max_skew(model, groups[0].workload, level, spread)


def _max_per_domain(model: Model, workload: str, level: str, most: int) -> None:
    """Add `instances in a domain <= max_per_domain + excess`, with one excess for all domains."""
    key = _at_most_key(workload, level)
    if not _may_be_broken(model.problem, key):
        return
    excesses = []
    for terms in _by_domain(model.candidates, workload, level).values():
        count = model.problem.groups_of[workload][0].workload.count
        excess = model.cp.new_int_var(0, count, "")
        model.cp.add(model.sum_options(terms) <= most + excess)
        excesses.append(excess)
    model.cp.add(sum(excesses) <= model.slack(key))


def _min_domains(model: Model, workload: str, level: str, wanted: int) -> None:
    used = []
    for terms in _by_domain(model.candidates, workload, level).values():
        has = model.cp.new_bool_var("")
        model.cp.add(model.sum_options(terms) >= has)
        used.append(has)
    placed = sum(model.placed(g.index) for g in model.problem.groups_of[workload])
    count = model.problem.groups_of[workload][0].workload.count
    needed = model.cp.new_int_var(0, min(wanted, count), "")
    model.cp.add_min_equality(needed, [wanted, placed])
    short = model.slack(Key("redundancy.spread", f"{workload}:{level}:min_domains", "instances"))
    model.cp.add(cp_model.LinearExpr.sum([*used, short]) >= needed)


def _max_skew(model: Model, workload: Workload, level: str, spread: Spread) -> None:
    assert spread.max_skew is not None
    problem = model.problem
    terms = _by_domain(model.candidates, workload.id, level)
    domains = {
        domain_of(problem, rack.id, level)
        for rack in problem.racks
        if is_allowed(problem, workload.allowed, workload.forbidden, rack.id)
    }
    counts = [model.sum_options(terms.get(d, {})) for d in sorted(domains | terms.keys())]
    low = model.cp.new_int_var(0, workload.count, "")
    high = model.cp.new_int_var(0, workload.count, "")
    for count in counts:
        model.cp.add(low <= count)
        model.cp.add(high >= count)
    excess = model.slack(Key("redundancy.spread", f"{workload.id}:{level}:max_skew", "instances"))
    model.cp.add(high - low <= spread.max_skew + excess)


def is_allowed(problem: Problem, allowed: Places, forbidden: Places, rack: str) -> bool:
    """Whether a rack lies in an allowed domain of every level that names some, in no forbidden."""
    for level in type(allowed).model_fields:
        domain = domain_of(problem, rack, level)
        named = getattr(allowed, level)
        if (named and domain not in named) or domain in getattr(forbidden, level):
            return False
    return True


@structure("redundancy.together")
def together(model: Model) -> None:
    """`instances in a domain <= count * (an instance of the other is there)`, on every day."""
    problem = model.problem
    for workload, groups in problem.groups_of.items():
        for level, other in groups[0].workload.together_with.items():
            partner = (
                _by_domain(model.candidates, other, level) if other in problem.groups_of else {}
            )
            shared = [e for e in problem.epochs if workload in e.workloads]
            if any(other not in e.workloads for e in shared):
                partner = {}
            for domain, terms in _by_domain(model.candidates, workload, level).items():
                has = model.cp.new_bool_var("")
                model.cp.add(model.sum_options(partner.get(domain, {})) >= has)
                for option in terms:
                    group = model.candidates.group(model.candidates.options[option])
                    key = Key("redundancy.together", f"{group.instances[0]}:{level}", "instances")
                    if problem.waived.get(key[:2]):
                        continue
                    missing = 0 if group.home is None else model.slack(key)
                    model.cp.add(model.x[option] <= missing).only_enforce_if(~has)


@structure("redundancy.whole")
def whole(model: Model) -> None:
    """Place the new instances of a workload all or none, unless it is partial."""
    problem = model.problem
    for groups in problem.groups_of.values():
        new = [group for group in groups if group.home is None]
        if new:
            placed = [model.placed(group.index) for group in new]
            _all_or_none(model, new[0].workload, sum(group.count for group in new), placed)
    for services in problem.service_groups_of.values():
        placed = [model.placed_services(group.index) for group in services]
        count = sum(group.count for group in services)
        _all_or_none(model, services[0].workload, count, placed)


def _all_or_none(model: Model, workload: Workload, count: int, placed: list[Expr]) -> None:
    """Add `placed = 0` or `placed >= count - waived`."""
    if count > 1 and not workload.partial:
        any_placed = model.cp.new_bool_var("")
        waived = model.problem.waived.get(("redundancy.whole", workload.id), 0)
        model.cp.add(sum(placed) >= max(1, count - waived) * any_placed)
        model.cp.add(sum(placed) <= count * any_placed)
