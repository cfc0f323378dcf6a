"""One loss in full, in words: every instance, service and process by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.check.wording import kind_word
from planner.explain.quantity import quantity, said
from planner.explain.text import in_ranges
from planner.model.scenarios import Look
from planner.simulate.detail import Detail, NodeLoad
from planner.simulate.effect import Effect, Recovery, Stopped
from planner.simulate.simulator import Simulator
from planner.simulate.text import access_lost, overload, title

#: Nodes whose loads are shown.
MAX_LOADS = 12


def render_detail(found: Detail, simulator: Simulator) -> str:
    """Return one loss in full, a section for each kind of thing that it does."""
    effect = found.effect
    sections = [_head(effect, simulator)]
    for heading, rows in _sections(found):
        listed = list(rows)
        if listed:
            sections.append(
                "\n".join([f"{heading}: {len(listed)}", *(f"  {row}" for row in listed)])
            )
    if effect.is_empty:
        sections.append("nothing is down, moved or overloaded")
    loads = [load for load in found.loads if load.limit is not None][:MAX_LOADS]
    if loads:
        sections.append("\n".join(["loads that change most", *_loads(loads)]))
    if effect.tenants:
        sections.append(f"tenants touched: {', '.join(effect.tenants)}")
    return "\n\n".join(sections)


def _head(effect: Effect, simulator: Simulator) -> str:
    num_days = len(simulator.days)
    of = f", the worst of {num_days} planning days" if num_days > 1 else ""
    return f"{simulator.estate.id}: {title(effect.scenario)}, on {effect.day}{of}"


def _sections(found: Detail) -> Iterator[tuple[str, Iterable[str]]]:
    effect = found.effect
    stopped = [_stopped(one) for one in effect.stopped if not one.is_shed]
    yield "processes that stop", stopped
    given_up = [one for one in effect.stopped if one.is_shed]
    yield "processes given up for want of room", (_process(one) for one in given_up)
    yield "processes that run again after a takeover", (_recovery(one) for one in effect.recoveries)
    yield "services down", (f"`{key}`" for key in effect.services_down)
    yield "services given up", (f"`{key}`" for key in effect.services_shed)
    yield (
        "services taken over",
        (
            f"`{move.instance}`  {move.pool} -> {move.standby}, "
            f"{move.minutes} min{' by hand' if move.is_by_hand else ''}"
            for move in effect.moves
        ),
    )
    yield (
        "workloads with too few up",
        (f"`{short.workload}`  {short.up} up, {short.needed} needed" for short in effect.short),
    )
    for heading, ids in (
        ("equipment down", effect.down),
        ("equipment down until the transfer", effect.interrupted),
        ("equipment switched off", effect.off),
    ):
        yield heading, _by_workload(ids)
    yield "overloaded", (overload(item) for item in effect.overloads)
    yield "access networks lost", access_lost(effect)
    yield (
        "paths lost",
        (
            f"`{item.requirement}` keeps {item.left} of {item.required} independent paths"
            for item in effect.paths
        ),
    )


def _process(one: Stopped) -> str:
    critical = ", critical" if one.is_critical else ""
    return f"`{one.process}`  criticality {one.criticality}{critical}"


def _stopped(one: Stopped) -> str:
    causes = "; ".join(f"`{c.workload}` has {c.up} of {c.needed}" for c in one.causes)
    return f"{_process(one)}: {causes}"


def _recovery(one: Recovery) -> str:
    rto = ""
    if one.rto_min is not None:
        rto = f", too late for {one.rto_min} min" if one.is_late else f" of {one.rto_min}"
    chain = ", then ".join(f"`{key}` {minutes}" for key, minutes in one.chain)
    return f"`{one.process}`  {one.minutes} min{rto}: {chain}"


def _by_workload(instances: Iterable[str]) -> Iterator[str]:
    return (f"`{name}`" for name in in_ranges(sorted(instances, key=_natural)))


def _natural(instance: str) -> tuple[str, int]:
    name, _, number = instance.rpartition("-")
    return name, int(number)


def _loads(loads: list[NodeLoad]) -> Iterator[str]:
    rows = [("node", "before", "after", "limit", "use")]
    rows += [_load(load) for load in loads]
    widths = [max(len(row[k]) for row in rows) for k in range(5)]
    for row in rows:
        name, *figures = (
            f"{text:<{width}}" if k == 0 else f"{text:>{width}}"
            for k, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"  {'  '.join([name, *figures])}".rstrip()


def _load(load: NodeLoad) -> tuple[str, str, str, str, str]:
    limit = load.limit or 0
    _, (before, after) = said(load.unit, load.before, load.after)
    use = f"{100 * load.after // limit} %" if limit else ""
    until = " before the transfer" if load.look is Look.INTERRUPTION else ""
    name = f"{kind_word(load.kind)} {load.node}{until}"
    return name, before, after, quantity(limit, load.unit), use
