"""A conflict in the estate's words: each demand with its figures, each rule with its arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.explain.conflict import Conflict, Member, Status
from planner.explain.text import Paint, grouped, in_ranges, plain, plural, render_scenario
from planner.explain.whynot import describe
from planner.model.base import Where
from planner.model.estate import Estate
from planner.model.rules import RULES
from planner.model.workload import Service
from planner.solve.rows import Row


def render_conflict(conflict: Conflict, estate: Estate, *, paint: Paint = plain) -> str:
    """Return the conflict in words, a block for each member."""
    if conflict.status is Status.NONE:
        return "no conflict: all of it fits together; plan again, with more time"
    if conflict.status is Status.NOT_FOUND:
        return (
            "no conflict found in time: neither a layout nor a proof that there is none; "
            "`--time-limit` gives it more"
        )
    demands = in_ranges(conflict.demands)
    what = f"with {', '.join(f'`{name}`' for name in demands)}" if demands else "at all"
    lines = [f"no layout exists {what}, because these cannot hold together:"]
    for member in _grouped(conflict):
        lines.append(_member(member, conflict, estate, paint))
    lines.append(_status(conflict))
    return "\n".join(lines)


def _status(conflict: Conflict) -> str:
    asked = plural(conflict.num_asked, "question")
    if conflict.status is Status.IRREDUCIBLE:
        return f"proven ({asked}): infeasible together, and a layout exists without any one of them"
    open_ = len(conflict.members) - len(conflict.needed)
    return (
        f"proven to be infeasible together ({asked}), but not shown to be the smallest set: "
        f"{plural(open_, 'member')} may be one too many"
    )


def _grouped(conflict: Conflict) -> list[tuple[Member, ...]]:
    """Return the members, those of one rule together."""
    found: dict[tuple[str, str], list[Member]] = {}
    for member in conflict.members:
        key = (member.rule, "" if member.rule else member.subject)
        found.setdefault(key, []).append(member)
    return [tuple(members) for members in found.values()]


def _member(members: tuple[Member, ...], conflict: Conflict, estate: Estate, paint: Paint) -> str:
    first = members[0]
    if not first.rule:
        return _demand(first.subject, estate)
    rule = RULES[first.rule]
    lines = [f"  rule    {paint(first.rule, 'error')}: {rule.statement}"]
    for key in conflict.demands:
        if (first.rule, key) in conflict.kept_out:
            num, of, least = conflict.kept_out[first.rule, key]
            noun = "racks" if estate.workloads[key].equipment else "choices of pools"
            has_one_unit = " or " not in rule.unit
            by = f", by {grouped(least)} {rule.unit} or more" if has_one_unit else ""
            lines.append(f"          keeps `{key}` out of {num} of {of} {noun}{by}")
    subjects = [m.subject for m in members if m.subject]
    for subject in subjects[:12]:
        found = [r for r in conflict.rows if (r.key.rule, r.key.subject) == (first.rule, subject)]
        figures = "; ".join(_figures(found))
        at = _where(estate, subject)
        lines.append(f"          `{subject}`{': ' if figures else ''}{figures}{at}")
    if len(subjects) > 12:
        lines.append(f"          and {len(subjects) - 12} more")
    return "\n".join(lines)


def _figures(rows: Iterable[Row]) -> list[str]:
    """Return, per unit, the least that is left for devices, and in which scenario."""
    least: dict[str, Row] = {}
    for row in rows:
        old = least.get(row.key.unit)
        if old is None or row.capacity * old.scale < old.capacity * row.scale:
            least[row.key.unit] = row
    return [
        f"{grouped(row.capacity // row.scale)} {row.key.unit} are left for devices"
        f" {render_scenario(row.scenario)}"
        for row in least.values()
    ]


def _demand(key: str, estate: Estate) -> str:
    workload = estate.workloads[key]
    if workload.equipment is not None:
        each = describe(workload.equipment)
    else:
        assert workload.service is not None
        each = _service(workload.service)
    at = f"\n          at {workload.at}" if workload.at else ""
    return f"  demand  `{key}`: {workload.count} x {each}; tenant {workload.tenant}{at}"


def _service(service: Service) -> str:
    parts = [f"{service.vcpu_milli / 1000:g} vcpu", f"{service.ram_mib / 1024:g} GiB RAM"]
    if service.storage_gib:
        parts.append(f"{grouped(service.storage_gib)} GiB storage")
    if service.is_mirrored:
        parts.append(f"{service.replication} mirror")
    return ", ".join([*parts, service.mode])


def _where(estate: Estate, subject: str) -> str:
    """Return where a rule's subject is declared, if it is one thing of the estate."""
    key = subject.partition(":")[0]
    for section in (
        estate.power_nodes, estate.racks, estate.cooling_zones, estate.pools, estate.workloads,
        estate.tenants, estate.processes, estate.rooms,
    ):  # fmt: skip
        item: Any = section.get(key)
        where: Where | None = None if item is None else item.at
        if where is not None:
            return f"\n          at {where}"
    return ""


def conflict_json(conflict: Conflict, estate: Estate) -> dict[str, Any]:
    """Return a conflict as JSON-ready data."""
    return {
        "status": conflict.status.value,
        "num_questions": conflict.num_asked,
        "members": [
            {
                "kind": "rule" if member.rule else "demand",
                "rule": member.rule or None,
                "subject": member.subject or None,
                "shown_to_be_needed": member in conflict.needed,
            }
            for member in conflict.members
        ],
        "text": render_conflict(conflict, estate),
    }
