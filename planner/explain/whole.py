"""Places about which more than a rack and its feeds decides, and the judge's answer for them.

A probe looks at one rack and at what feeds it. What adds up over the estate in the normal state is
judged on all devices; what is critical, carries services, or hangs behind legs or diversity on the
whole layout. Both are asked about places that break nothing so far.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from planner.check import check
from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.grid import Grid
from planner.check.judge import ABOUT_PLACES, ABOUT_SERVICES, AFTER_LOSSES, ALONE, IN_SCENARIOS
from planner.check.loads import load_models
from planner.check.sweep import UNCHANGED, Sight
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.power import PowerKind
from planner.model.violation import Violation
from planner.model.workload import Workload

#: Rules about where things stand, whatever the layout's records say.
RULES = frozenset({*ABOUT_PLACES, *IN_SCENARIOS, *ABOUT_SERVICES, *AFTER_LOSSES, *ALONE})

#: Rules that add up over the estate in the normal state, or look at devices in other racks.
NORMAL = ("power.imbalance", "power.strands", "power.partners", "tenancy.quota")
ACROSS = ("tenancy.cumulation", "tenancy.exclusive", "network.access")


class Reach(StrEnum):
    """How far the rules reach that a device of a workload has a part in."""

    RACK = "rack"
    NORMAL = "normal"
    WHOLE = "whole"


def reach_of(estate: Estate, workload: Workload) -> Reach:
    """Return what has to be judged for a place of a workload."""
    assert workload.equipment is not None
    if (
        workload.id in Dependence(estate).critical().equipment
        or any(workload.id in (*p.hosts, *p.storage_on) for p in estate.pools.values())
        or estate.policy.diversity_permille
        or any(n.kind is PowerKind.LEG or n.legs for n in estate.power_nodes.values())
    ):
        return Reach.WHOLE
    if (
        estate.tenants[workload.tenant].quota is not None
        or any(t.isolation == "cage" for t in estate.tenants.values())
        or workload.access_networks
        or len(workload.equipment.inlets) == 1
        or estate.policy.cumulation
        or estate.policy.strand_imbalance_permille is not None
    ):
        return Reach.NORMAL
    return Reach.RACK


def violations_of(estate: Estate, layout: Layout, as_of: date, reach: Reach) -> list[Violation]:
    """Return what a layout breaks of the rules that reach so far."""
    if reach is Reach.WHOLE:
        return [v for v in check(estate, layout, as_of).violations if v.rule in RULES]
    return _in_normal_state(Case.of_layout(estate, layout, as_of))


def _in_normal_state(case: Case) -> list[Violation]:
    watchers = [IN_SCENARIOS[slug](case) for slug in NORMAL]
    grid = Grid(case.estate)
    for span, model in zip(case.spans, load_models(case, grid), strict=True):
        sight = Sight(span, model, grid.normal_moment, UNCHANGED)
        for watcher in watchers:
            watcher.normal(sight)
    found = [v for watcher in watchers for v in watcher.violations()]
    return found + [v for slug in ACROSS for v in ABOUT_PLACES[slug](case)]
