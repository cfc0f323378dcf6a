"""One loss in full: all that it does, and the loads of the nodes before and after."""

from __future__ import annotations

from typing import NamedTuple

from planner.check.capacity import W
from planner.model.scenarios import Look, Scenario
from planner.simulate.effect import Effect
from planner.simulate.simulator import Simulator


class NodeLoad(NamedTuple):
    """The load of one live power node without and with a loss, in `unit`, rounded up.

    `limit` is what it may carry after the loss, None where nothing is declared; then W are shown.
    """

    node: str
    kind: str
    unit: str
    look: Look
    before: int
    after: int
    limit: int | None


class Detail(NamedTuple):
    """An effect with the loads that change, those that change most first."""

    effect: Effect
    loads: tuple[NodeLoad, ...]


def detail(simulator: Simulator, scenario: Scenario) -> Detail:
    """Return one loss in full, on the planning day on which it is worst."""
    effect = simulator.effect(scenario)
    day = next(day for day in simulator.days if day.span.day == effect.day)
    normal, on = day.equipment, day.equipment_in(scenario)
    largest: dict[tuple[str, str], NodeLoad] = {}
    for moment in simulator.grid.moments(scenario):
        state = on.model.state(moment)
        for n, node in enumerate(simulator.grid.nodes):
            if n in moment.off:
                continue
            was, now = normal.model.normal.loads[n], state.loads[n]
            usable: dict[str, int | None] = {x.unit: x.usable for x in on.limits[n]} or {W: None}
            for unit, limit in usable.items():
                before, after = (was.w, now.w) if unit == W else (was.va, now.va)
                found = NodeLoad(
                    node.id,
                    node.kind.value,
                    unit,
                    moment.look,
                    -(-before // normal.model.scale),
                    -(-after // on.model.scale),
                    limit,
                )
                known = largest.get((node.id, unit))
                if found.before != found.after and (known is None or found.after >= known.after):
                    largest[node.id, unit] = found
    order = sorted(largest.values(), key=lambda x: (-abs(x.after - x.before), x.node, x.unit))
    return Detail(effect, tuple(order))
