"""Places that only the whole judge can decide about, and its answer.

A probe looks at one rack and at what feeds it. What adds up over the estate, what is critical, and
what passes through legs or diversity needs the whole layout: there the judge itself is asked, about
places that break nothing so far.
"""

from __future__ import annotations

from datetime import date

from planner.check import check
from planner.check.critical import Dependence
from planner.check.judge import ABOUT_PLACES, ABOUT_SERVICES, AFTER_LOSSES, ALONE, IN_SCENARIOS
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.power import PowerKind
from planner.model.violation import Violation
from planner.model.workload import Workload

#: Rules about where things stand, whatever the layout's records say.
RULES = frozenset({*ABOUT_PLACES, *IN_SCENARIOS, *ABOUT_SERVICES, *AFTER_LOSSES, *ALONE})


def is_far_reaching(estate: Estate, workload: Workload) -> bool:
    """Whether a device of a workload has a part in rules that reach beyond its rack and feeds."""
    tenant = estate.tenants[workload.tenant]
    assert workload.equipment is not None
    return (
        workload.id in Dependence(estate).critical().equipment
        or any(workload.id in (*p.hosts, *p.storage_on) for p in estate.pools.values())
        or tenant.quota is not None
        or any(t.isolation == "cage" for t in estate.tenants.values())
        or bool(workload.access_networks)
        or len(workload.equipment.inlets) == 1
        or bool(estate.policy.cumulation)
        or bool(estate.policy.diversity_permille)
        or estate.policy.strand_imbalance_permille is not None
        or any(n.kind is PowerKind.LEG or n.legs for n in estate.power_nodes.values())
    )


def violations_of(estate: Estate, layout: Layout, as_of: date) -> list[Violation]:
    """Return what a layout breaks of these rules."""
    return [v for v in check(estate, layout, as_of).violations if v.rule in RULES]
