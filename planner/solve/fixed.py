"""Whether the optimizer's rules allow one given layout, nothing else placed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from planner.model.layout import Place
from planner.model.workload import PsuMode
from planner.problem.cordings import corded_inlets
from planner.problem.problem import Group, Problem
from planner.problem.services import PoolChoice, ServiceGroup
from planner.solve import constraints, cpsat  # noqa: F401  registers the rules
from planner.solve.assignment import PackingFailure, assign, is_moved
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.model import Model
from planner.solve.options import Options
from planner.solve.rows import Key

_LIMIT_S = 60.0


def is_allowed(
    problem: Problem,
    places: Mapping[str, Place],
    as_built: Mapping[Key, int] | None = None,
    services: Mapping[str, PoolChoice] | None = None,
) -> bool:
    """Return whether exactly these placements satisfy every constraint of the solver.

    Raises
    ------
    TimeoutError
        When that is not decided within a minute.
    """
    candidates = Candidates(problem)
    values = [0] * len(candidates.options)
    positions: dict[int, list[int]] = {}
    for group in problem.groups:
        for instance in group.instances:
            if instance not in places:
                continue
            option = _option(candidates, group, places[instance])
            if option is None:
                return False
            values[option] += 1
            position = places[instance].position_half
            if position is not None and not candidates.options[option].stays:
                positions.setdefault(option, []).append(position)
    running = [0] * len(candidates.services.options)
    for service_group in problem.service_groups:
        for instance in service_group.instances:
            if services is not None and instance in services:
                run = _service_option(candidates, service_group, services[instance])
                if run is None:
                    return False
                running[run] += 1
    model = Model(candidates, as_built or {})
    for variable, value in zip(model.y, running, strict=True):
        model.cp.add(variable == value)
    for variable, value in zip(model.x, values, strict=True):
        model.cp.add(variable == value)
    clock = Clock(int(1000 * _LIMIT_S), deterministic=False)
    found = cpsat.run(model.cp, _LIMIT_S, Options(workers=1), clock, lambda *_: None)
    if found.status == "UNKNOWN":
        raise TimeoutError(f"not decided in {_LIMIT_S:.0f} s")
    if found.values is None:
        return False
    try:
        assign(candidates, values, positions)
    except PackingFailure:
        return False
    return True


def _option(candidates: Candidates, group: Group, place: Place) -> int | None:
    """Return the option that a place is, or None where the filters leave none."""
    stays = group.home is not None and not is_moved(group.home, place)
    wanted = _plugs(group, {cord.inlet: cord.node for cord in place.cords or ()})
    nodes = candidates.problem.graph.nodes
    inlets = corded_inlets(group.equipment)
    for option in candidates.of_group[group.index]:
        if (option.rack, option.face, option.stays) != (place.rack, place.face, stays):
            continue
        plugged = {i.name: nodes[n].id for i, n in zip(inlets, option.cording, strict=True)}
        if _plugs(group, plugged) == wanted:
            return option.index
    return None


def _service_option(candidates: Candidates, group: ServiceGroup, choice: PoolChoice) -> int | None:
    """Return the option that a choice of pools is, or None where the filters leave none."""
    options = candidates.services.of_group[group.index]
    return next((o.index for o in options if o.choice == choice), None)


def _plugs(group: Group, node_of: Mapping[str, str]) -> Hashable:
    """Return a cording up to the exchange of equal inlets."""
    inlets = corded_inlets(group.equipment)
    if group.equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
        return tuple(node_of.get(i.name) for i in inlets)
    return tuple(sorted((i.type, i.rating_w or 0, node_of.get(i.name, "")) for i in inlets))
