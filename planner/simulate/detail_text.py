"""One loss in full, in words: every instance, service and process by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from planner.check.wording import kind_word
from planner.explain.quantity import quantity, said
from planner.explain.text import in_ranges
from planner.model.scenarios import Look
from planner.simulate.detail import Detail, NodeLoad
from planner.simulate.effect import Effect, Move, Recovery, Stopped
from planner.simulate.simulator import Simulator
from planner.simulate.text import access_lost, overload, title

#: Nodes whose loads are shown.
MAX_LOADS = 12


class Section(NamedTuple):
    """So many of one kind of thing, in rows."""

    heading: str
    num_items: int
    rows: tuple[str, ...]


def render_detail(found: Detail, simulator: Simulator) -> str:
    """Return one loss in full, a section for each kind of thing that it does."""
    effect = found.effect
    blocks = [_head(effect, simulator)]
    for section in _sections(effect):
        if section.num_items:
            rows = (f"  {row}" for row in section.rows)
            blocks.append("\n".join([f"{section.heading}: {section.num_items}", *rows]))
    if effect.is_empty:
        blocks.append("nothing is down, moved or overloaded")
    loads = [load for load in found.loads if load.limit is not None][:MAX_LOADS]
    if loads:
        what = " (after: what is critical only)" if effect.scenario.alone else ""
        blocks.append("\n".join([f"loads that change most{what}", *_loads(loads)]))
    if effect.tenants:
        blocks.append(f"tenants touched: {', '.join(effect.tenants)}")
    return "\n\n".join(blocks)


def _head(effect: Effect, simulator: Simulator) -> str:
    num_days = len(simulator.days)
    of = f", the worst of {num_days} planning days" if num_days > 1 else ""
    return f"{simulator.estate.id}: {title(effect.scenario)}, on {effect.day}{of}"


def _sections(effect: Effect) -> Iterator[Section]:
    stopped = [one for one in effect.stopped if not one.is_shed]
    shed = [one for one in effect.stopped if one.is_shed]
    yield _section("processes that stop", map(_stopped, stopped))
    yield _section("processes given up for want of room", map(_process, shed))
    yield _section("processes that run again after a takeover", map(_recovery, effect.recoveries))
    yield _instances("service instances down", effect.services_down)
    yield _instances("service instances given up", effect.services_shed)
    yield Section("service instances taken over", len(effect.moves), tuple(_moves(effect.moves)))
    yield _section(
        "workloads with too few up",
        (f"`{short.workload}`  {short.up} up, {short.needed} needed" for short in effect.short),
    )
    yield _instances("equipment down", effect.down)
    yield _instances("equipment down until the transfer", effect.interrupted)
    yield _instances("equipment switched off", effect.off)
    yield _section("overloaded", map(overload, effect.overloads))
    yield _section("access networks lost", access_lost(effect))
    yield _section(
        "pairs of ends with fewer paths",
        (
            f"`{item.requirement}` keeps {item.left} of {item.required} independent paths"
            for item in effect.paths
        ),
    )


def _section(heading: str, rows: Iterable[str]) -> Section:
    listed = tuple(rows)
    return Section(heading, len(listed), listed)


def _instances(heading: str, ids: Sequence[str]) -> Section:
    return Section(heading, len(ids), tuple(_ranges(ids)))


def _moves(moves: Iterable[Move]) -> Iterator[str]:
    """Yield what moves alike in one row."""
    alike: dict[tuple[str, str], list[str]] = {}
    for move in moves:
        hand = " by hand" if move.is_by_hand else ""
        way = f"{move.pool} -> {move.standby}, {move.minutes} min{hand}"
        workload = move.instance.rpartition("-")[0]
        alike.setdefault((workload, way), []).append(move.instance)
    for (_, way), ids in alike.items():
        yield f"{', '.join(_ranges(ids))}  {way}"


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


def _ranges(instances: Iterable[str]) -> Iterator[str]:
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
