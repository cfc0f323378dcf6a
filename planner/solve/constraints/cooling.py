"""Cooling: heat of zones in every scenario, heat of racks."""

from __future__ import annotations

from collections.abc import Iterable

from planner.solve.candidates import Candidates
from planner.solve.constraints.space import rack_loads
from planner.solve.registry import rows
from planner.solve.rows import Key, Load, Row


@rows("cooling.zone")
def zone(candidates: Candidates) -> Iterable[Row]:
    """`sum(draw(d, s)) <= capacity of the units that run`, per zone and scenario.

    States in which the same patterns are down keep only the smallest capacity; a state with
    patterns down is covered where a state with none of them down has no more capacity.
    """
    problem = candidates.problem
    estate = problem.estate
    for zone_id in estate.cooling_zones:
        units = [u for u in estate.cooling_units.values() if u.zone == zone_id]
        patterns = {
            p
            for p, pattern in enumerate(candidates.patterns)
            if estate.racks[pattern.rack].cooling_zone == zone_id
        }
        tightest: dict[frozenset[int], tuple[int, str]] = {}
        for state, down in zip(problem.graph.states, candidates.down, strict=True):
            capacity = sum(u.capacity_w for u in units if u.id in state.cooling)
            key = down & patterns
            if key not in tightest or capacity < tightest[key][0]:
                tightest[key] = (capacity, state.scenario.id)
        least = tightest[frozenset()][0]
        for down, (capacity, scenario) in tightest.items():
            if down and capacity >= least:
                continue
            for e, _ in problem.peaks:
                yield Row(
                    Key("cooling.zone", zone_id, "W"),
                    scenario,
                    capacity,
                    {},
                    {Load(p, e): 1 for p in sorted(patterns - down)},
                )


@rows("cooling.rack")
def rack(candidates: Candidates) -> Iterable[Row]:
    """`sum(draw) <= design power of the rack`."""
    for one in candidates.problem.racks:
        if one.max_power_w is None:
            continue
        for e, _ in candidates.problem.peaks:
            key = Key("cooling.rack", one.id, "W")
            yield Row(key, "normal", one.max_power_w, {}, rack_loads(candidates, one.id, e))
