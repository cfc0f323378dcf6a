"""Effects as JSON-ready data."""

from __future__ import annotations

from typing import Any

from planner.model.scenarios import Scenario
from planner.simulate.detail import Detail
from planner.simulate.effect import Effect
from planner.simulate.pairs import Pair


def effect_json(effect: Effect) -> dict[str, Any]:
    """Return all that a loss does; lists hold ids or one object a finding."""
    return {
        "scenario": scenario_json(effect.scenario),
        "day": effect.day.isoformat(),
        "processes_stopped": [
            {
                "process": one.process,
                "criticality": one.criticality,
                "critical": one.is_critical,
                "given_up": one.is_shed,
                "causes": [cause._asdict() for cause in one.causes],
            }
            for one in effect.stopped
        ],
        "processes_delayed": [
            {
                "process": one.process,
                "minutes": one.minutes,
                "rto_min": one.rto_min,
                "late": one.is_late,
                "chain": [{"workload": key, "minutes": minutes} for key, minutes in one.chain],
            }
            for one in effect.recoveries
        ],
        "services_down": list(effect.services_down),
        "services_given_up": list(effect.services_shed),
        "services_taken_over": [
            {
                "instance": move.instance,
                "pool": move.pool,
                "standby": move.standby,
                "minutes": move.minutes,
                "by_hand": move.is_by_hand,
            }
            for move in effect.moves
        ],
        "equipment_down": list(effect.down),
        "equipment_interrupted": list(effect.interrupted),
        "equipment_given_up": list(effect.off),
        "too_few": [short._asdict() for short in effect.short],
        "overloaded": [{**one._asdict(), "look": one.look.value} for one in effect.overloads],
        "access_lost": [
            {**one._asdict(), "workloads": list(one.workloads)} for one in effect.access
        ],
        "paths": [fewer._asdict() for fewer in effect.paths],
        "tenants": list(effect.tenants),
        "best_choice_proven": not effect.is_best_unproven,
    }


def scenario_json(scenario: Scenario) -> dict[str, Any]:
    """Return what is lost; `alone` is the site that stands alone, if one does."""
    return {
        "id": scenario.id,
        "kind": scenario.kind,
        "alone": scenario.alone or None,
        "lost": [domain._asdict() for domain in scenario.losses],
    }


def pair_json(pair: Pair) -> dict[str, Any]:
    """Return what a pair does together, and what of it neither half does alone."""
    return {**effect_json(pair.effect), "beyond": _findings(pair.beyond)}


def detail_json(detail: Detail) -> dict[str, Any]:
    """Return one loss in full, the loads of all nodes that change included."""
    loads = [{**load._asdict(), "look": load.look.value} for load in detail.loads]
    return {**effect_json(detail.effect), "loads": loads}


def _findings(effect: Effect) -> dict[str, Any]:
    """Return what an effect holds, without what and when."""
    found = effect_json(effect)
    del found["scenario"], found["day"], found["best_choice_proven"]
    return found
