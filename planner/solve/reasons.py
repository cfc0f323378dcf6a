"""Why an instance is unplaced: which rules keep it out of which racks."""

from __future__ import annotations

from collections.abc import Iterable

from planner.problem.problem import Group
from planner.solve.assignment import Assignment
from planner.solve.model import Model
from planner.solve.rows import Row


def reasons(model: Model, assignment: Assignment, instances: Iterable[str]) -> dict[str, str]:
    """Return one sentence for every unplaced instance."""
    missing = set(instances)
    found: dict[str, str] = {}
    for group in model.problem.groups:
        mine = [i for i in group.instances if i in missing]
        if mine:
            found.update(dict.fromkeys(mine, _reason(model, assignment, group)))
    return found


def _reason(model: Model, assignment: Assignment, group: Group) -> str:
    candidates = model.candidates
    options = candidates.of_group[group.index]
    excluded = candidates.excluded.get(group.workload.id, {})
    by_rule: dict[str, int] = {}
    for rules in excluded.values():
        for rule in rules:
            by_rule[rule] = by_rule.get(rule, 0) + 1
    never = _listed(by_rule, "rack", "racks")
    if not options:
        return f"no rack can take it: {never}"
    usage = _usage(model, assignment)
    full: dict[str, set[str]] = {}
    racks = {option.rack for option in options}
    free = set(racks)
    for option in options:
        broken = _broken_by_one_more(model, usage, option.index)
        if broken:
            for rule in broken:
                full.setdefault(rule, set()).add(option.rack)
        else:
            free.discard(option.rack)
            full.setdefault("", set()).add(option.rack)
    counts = {rule: len(where) for rule, where in full.items() if rule}
    text = f"{len(racks)} of {len(model.problem.racks)} racks could take it"
    if counts:
        text += f", but beside what is placed: {_listed(counts, 'rack', 'racks')}"
    if "" in full:
        kind = "all of its instances together" if group.count > 1 else "the instances it must stand with"
        text += f"; {len(full[''])} have room for one, not for {kind}"
    return f"{text}; the others never: {never}" if never else text


def _listed(counts: dict[str, int], one: str, many: str) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{rule} in {n} {one if n == 1 else many}" for rule, n in ordered)


def _usage(model: Model, assignment: Assignment) -> dict[int, int]:
    """Return row -> scaled use by what is placed."""
    loads: dict[object, int] = {}
    for index, count in assignment.counts.items():
        option = model.candidates.options[index]
        group = model.candidates.group(option)
        for e, epoch in enumerate(model.problem.epochs):
            if group.workload.id in epoch.workloads:
                key = (option.pattern, e)
                loads[key] = loads.get(key, 0) + count * group.equipment.draw.budget_w
    return {
        r: sum(c * assignment.counts.get(o, 0) for o, c in row.options.items())
        + sum(c * loads.get((q.pattern, q.epoch), 0) for q, c in row.loads.items())
        for r, row in enumerate(model.rows)
    }


def _broken_by_one_more(model: Model, usage: dict[int, int], index: int) -> set[str]:
    option = model.candidates.options[index]
    group = model.candidates.group(option)
    broken = set()
    for r, row in enumerate(model.rows):
        extra = row.options.get(index, 0) + _added_load(model, row, option.pattern, group)
        if extra > 0 and usage[r] + extra > row.capacity:
            broken.add(row.key.rule)
    return broken


def _added_load(model: Model, row: Row, pattern: int, group: Group) -> int:
    return sum(
        coef * group.equipment.draw.budget_w
        for q, coef in row.loads.items()
        if q.pattern == pattern and group.workload.id in model.problem.epochs[q.epoch].workloads
    )
