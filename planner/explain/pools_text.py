"""Why a service may or may not run on each pool, in words."""

from __future__ import annotations

from planner.explain.pools import PoolAnswer, PoolVerdict, shortage
from planner.explain.quantity import quantity
from planner.explain.text import Paint, plain, plural, render_violation
from planner.model.layout import ServicePlacement
from planner.model.workload import Service


def render_pool_answer(
    answer: PoolAnswer, *, num_nearest: int = 1, options: str = "", paint: Paint = plain
) -> str:
    """Return the answer in words: which pools can, which cannot and why, what is nearest."""
    blocks = [_subject(answer), _open_pools(answer.open)]
    blocks += [_group(rules, verdicts, paint) for rules, verdicts in answer.groups]
    for verdict in answer.nearest[:num_nearest]:
        findings = [render_violation(v, options=options, paint=paint) for v in verdict.violations]
        head = f"nearest of those that cannot: {verdict.pool}{_standby(verdict.standby)}"
        blocks.append("\n\n".join([head, *findings]))
    return "\n\n".join(blocks)


def _subject(answer: PoolAnswer) -> str:
    """Return what the instance is, and where it runs now."""
    workload = answer.workload
    assert workload.service is not None
    lines = [f"`{answer.instance}`: {describe_service(workload.service)}; tenant {workload.tenant}"]
    if workload.count > 1:
        lines[0] += f"; one of {workload.count} alike"
    if answer.current is not None:
        lines.append(f"runs on {render_pools(answer.current)}")
    else:
        lines.append(f"unplaced: {answer.reason}" if answer.reason else "not placed")
        if workload.count > 1 and not workload.partial:
            lines.append(f"placed whole or not at all: all {workload.count} must fit together")
    return "\n".join(lines)


def describe_service(service: Service) -> str:
    """Return a service's figures: `8 vCPU, 16 GiB RAM, 100 GiB storage, single, sync mirror`."""
    parts = [quantity(service.vcpu_milli, "vcpu/1000"), f"{quantity(service.ram_mib, 'MiB')} RAM"]
    if service.storage_gib:
        parts.append(f"{quantity(service.storage_gib, 'GiB')} storage")
    parts += [plural(n, f"licence {key}", f"licences {key}") for key, n in service.licences.items()]
    parts.append(service.mode)
    if service.is_mirrored:
        parts.append(f"{service.replication} mirror")
    return ", ".join(parts)


def render_pools(placement: ServicePlacement) -> str:
    """Return `p1, standby p2`."""
    return f"{placement.pool}{_standby(placement.standby)}"


def _standby(pools: tuple[str, ...]) -> str:
    return f", standby {', '.join(pools)}" if pools else ""


def _open_pools(verdicts: list[PoolVerdict]) -> str:
    if not verdicts:
        return "no pool can take it"
    lines = [f"{plural(len(verdicts), 'pool')} can take it:"]
    for verdict in verdicts:
        notes = (
            [f"soft: {', '.join(sorted({v.rule for v in verdict.soft}))}"] if verdict.soft else []
        )
        notes += ["where it is"] if verdict.is_current else []
        note = f"  ({'; '.join(notes)})" if notes else ""
        lines.append(f"  {verdict.pool}{_standby(verdict.standby)}{note}")
    return "\n".join(lines)


def _group(rules: tuple[str, ...], verdicts: list[PoolVerdict], paint: Paint) -> str:
    """Return the pools that the same rules rule out, with the smallest shortage of each rule."""
    names = ", ".join(verdict.pool for verdict in verdicts)
    lines = [f"{plural(len(verdicts), 'pool')} cannot: {names}"]
    width = max(map(len, rules))
    for rule in rules:
        found = [v for verdict in verdicts for v in verdict.violations if v.rule == rule]
        least = min(found, key=lambda v: shortage([v]))
        at_best = " at best" if len(found) > 1 else ""
        figures = (
            f"required {quantity(least.required, least.unit)}, "
            f"available{at_best} {quantity(least.available, least.unit)}"
        )
        lines.append(f"  {paint(rule, 'error')}{' ' * (width - len(rule))}  {figures}")
        lines.append(f"  {'':{width}}  {least.message}")
    return "\n".join(lines)
