"""Stranded capacity: what is free in racks that cannot take one more of a template.

Every rack is judged as in `planner explain`, beside all copies that fit. What keeps a rack from
taking another is what is exhausted there; the units and watts that stay free are stranded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from planner.explain.probe import Probe
from planner.explain.text import grouped, plural
from planner.explain.where import free_half
from planner.explain.whynot import explain
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.workload import Workload


class Stranded(NamedTuple):
    """Racks of a site that the same rules close.

    Attributes
    ----------
    free_half
        Half units that stay free on both faces in these racks.
    free_w
        Design power that stays free, of those that declare one.
    """

    site: str
    rules: tuple[str, ...]
    racks: tuple[str, ...]
    free_half: int
    free_w: int


def stranded(
    estate: Estate, layout: Layout, as_of: date, copies: Mapping[str, Workload], next_one: str
) -> tuple[Stranded, ...]:
    """Return what is free where `next_one`, an instance of a copy, cannot stand.

    Parameters
    ----------
    copies
        The copies of the template, by id: those that the layout places and the next one.
    """
    workloads = dict(sorted({**estate.workloads, **copies}.items()))
    with_copies = estate.model_copy(update={"workloads": workloads})
    answer = explain(Probe(with_copies, layout, as_of, next_one))
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for verdict in answer.verdicts:
        if not verdict.holds:
            site = estate.racks[verdict.rack].site
            found.setdefault((site, verdict.rules), []).append(verdict.rack)
    result = []
    for (site, rules), racks in found.items():
        free = sum(free_half(answer.probe, estate.racks[key]) for key in racks)
        watts = sum(_free_w(answer.probe, key) for key in racks)
        result.append(Stranded(site, rules, tuple(racks), free, watts))
    return tuple(sorted(result, key=lambda s: (s.site, -s.free_half, s.rules)))


def _free_w(probe: Probe, key: str) -> int:
    rack = probe.estate.racks[key]
    if rack.max_power_w is None:
        return 0
    return max(0, rack.max_power_w - sum(d.draw_w for d in probe.rest.in_rack.get(key, ())))


def render_stranded(found: tuple[Stranded, ...]) -> list[str]:
    """Return a line for each site and set of rules."""
    return [
        f"  stranded at {s.site}: {grouped(s.free_half // 2)} U and {grouped(s.free_w)} W free in"
        f" {plural(len(s.racks), 'rack')} that {', '.join(s.rules)} closes"
        for s in found
        if s.free_half or s.free_w
    ]
