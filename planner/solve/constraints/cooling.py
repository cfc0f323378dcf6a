"""Cooling: heat of zones in every scenario, heat of racks."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from planner.problem.power import State
from planner.solve.candidates import Candidates
from planner.solve.constraints.space import rack_loads
from planner.solve.registry import rows
from planner.solve.rows import Key, Load, Row


@rows("cooling.zone")
def zone(candidates: Candidates) -> Iterable[Row]:
    """`sum(draw(d, s)) <= capacity of the units that run`, per zone and scenario."""
    problem = candidates.problem
    states = list(zip(problem.graph.states, candidates.down, strict=True))
    for zone_id in problem.estate.cooling_zones:
        for heat in heat_in(candidates, zone_id, states):
            for e, _ in problem.peaks:
                yield Row(
                    Key("cooling.zone", zone_id, "W"),
                    heat.scenario,
                    heat.capacity_w,
                    {},
                    {Load(p, e): 1 for p in heat.patterns},
                )


class Heat(NamedTuple):
    """`sum(draw of patterns) <= capacity_w` of a zone in a scenario."""

    scenario: str
    capacity_w: int
    patterns: tuple[int, ...]


def heat_in(
    candidates: Candidates,
    zone_id: str,
    states: Iterable[tuple[State, frozenset[int]]],
    drawing: Collection[int] | None = None,
) -> Iterator[Heat]:
    """Yield what may bind in a zone, of states with the patterns that are down in each.

    States in which the same patterns are down keep only the smallest capacity; a state with
    patterns down is covered where a state with none of them down has no more capacity.

    Parameters
    ----------
    drawing
        The only patterns that draw in these states; None = all.
    """
    estate = candidates.problem.estate
    units = [u for u in estate.cooling_units.values() if u.zone == zone_id]
    patterns = frozenset(
        p
        for p, pattern in enumerate(candidates.patterns)
        if estate.racks[pattern.rack].cooling_zone == zone_id and (drawing is None or p in drawing)
    )
    tightest: dict[frozenset[int], tuple[int, str]] = {}
    for state, down in states:
        capacity = sum(u.capacity_w for u in units if u.id in state.cooling)
        key = down & patterns
        if key not in tightest or capacity < tightest[key][0]:
            tightest[key] = (capacity, state.scenario.id)
    least = tightest.get(frozenset(), (math.inf, ""))[0]
    for down, (capacity, scenario) in tightest.items():
        if not down or capacity < least:
            yield Heat(scenario, capacity, tuple(sorted(patterns - down)))


@rows("cooling.rack")
def rack(candidates: Candidates) -> Iterable[Row]:
    """`sum(draw) <= design power of the rack`."""
    for one in candidates.problem.racks:
        if one.max_power_w is None:
            continue
        for e, _ in candidates.problem.peaks:
            key = Key("cooling.rack", one.id, "W")
            yield Row(key, "normal", one.max_power_w, {}, rack_loads(candidates, one.id, e))
