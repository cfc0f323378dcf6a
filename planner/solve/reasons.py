"""Why an instance is unplaced: which rules keep it out of which racks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from planner.problem.problem import Group, Problem
from planner.solve.assignment import Assignment
from planner.solve.candidates import Candidates
from planner.solve.columns import columns, usage
from planner.solve.model import Model, distinct_rows
from planner.solve.rows import Key


def reasons(model: Model, assignment: Assignment, instances: Iterable[str]) -> dict[str, str]:
    """Return one sentence for every unplaced instance."""
    missing = set(instances)
    found: dict[str, str] = {}
    if not missing:
        return found
    by_option = columns(model.candidates, model.rows)
    used = usage(by_option, assignment.counts)
    for group in model.problem.groups:
        mine = [i for i in group.instances if i in missing]
        if mine:
            found.update(dict.fromkeys(mine, _reason(model, by_option, used, group)))
    return found


def why_infeasible(problem: Problem, as_built: Mapping[Key, int]) -> str:
    """Return why no layout exists at all, in one sentence."""
    candidates = Candidates(problem, movable=())
    stuck = [
        g.instances[0]
        for g in problem.groups
        if g.home is not None and not candidates.of_group[g.index]
    ]
    if stuck:
        more = f" and {len(stuck) - 3} more" if len(stuck) > 3 else ""
        named = ", ".join(f"`{instance}`" for instance in stuck[:3])
        return (
            f"what stands cannot be corded where it stands: {named}{more}; declare feeds with "
            "outlets of their inlets' types in these racks"
        )
    rows = distinct_rows(candidates)
    hopeless = [
        f"{row.key.rule} at `{row.key.subject}` in {row.scenario}"
        for row in rows
        if row.capacity < 0
        and min([0, *row.options.values(), *row.loads.values()]) >= 0
        and row.key not in as_built
    ]
    if hopeless:
        more = f" and {len(hopeless) - 3} more" if len(hopeless) > 3 else ""
        return (
            "without any device the estate's own draw breaks "
            f"{', '.join(hopeless[:3])}{more}; raise the capacity or lower the fixed loads"
        )
    return (
        "what stands and what is pinned cannot be kept within the rules, the move budget and the "
        "frozen windows; `planner check` on the as-built layout shows what it breaks"
    )


def _reason(
    model: Model, by_option: Sequence[Mapping[int, int]], used: Mapping[int, int], group: Group
) -> str:
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
    racks = {option.rack for option in options}
    free: set[str] = set()
    full: dict[str, set[str]] = {}
    for option in options:
        broken = {
            model.rows[r].key.rule
            for r, use in by_option[option.index].items()
            if use > 0 and used.get(r, 0) + use > model.rows[r].capacity
        }
        for rule in broken:
            full.setdefault(rule, set()).add(option.rack)
        if not broken:
            free.add(option.rack)
    counts = {rule: len(where - free) for rule, where in full.items() if where - free}
    text = f"{len(racks)} of {len(model.problem.racks)} racks could take it"
    if counts:
        text += f", but beside what is placed: {_listed(counts, 'rack', 'racks')}"
    if free:
        together = group.count > 1 and not group.workload.partial
        with_what = "all of its instances" if together else "what must stand with it"
        text += f"; {len(free)} have room for one, not for {with_what}"
    return f"{text}; the others never: {never}" if never else text


def _listed(counts: dict[str, int], one: str, many: str) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{rule} in {n} {one if n == 1 else many}" for rule, n in ordered)
