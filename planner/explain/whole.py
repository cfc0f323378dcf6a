"""Rules that one more device can break anywhere in the estate: judged in full, where they can.

What is critical or carries services matters after any loss and on every site alone. For these rules
the whole judge is asked, but only about devices that have a part in them.
"""

from __future__ import annotations

from datetime import date

from planner.check import check
from planner.check.critical import Dependence
from planner.check.judge import ABOUT_SERVICES, AFTER_LOSSES, ALONE
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.violation import Violation
from planner.model.workload import Workload

#: Rules about services, and about what is critical.
RULES = frozenset({*ABOUT_SERVICES, *AFTER_LOSSES, *ALONE})


def is_far_reaching(estate: Estate, workload: Workload) -> bool:
    """Whether a device of a workload has a part in these rules."""
    return workload.id in Dependence(estate).critical().equipment or any(
        workload.id in (*pool.hosts, *pool.storage_on) for pool in estate.pools.values()
    )


def violations_of(estate: Estate, layout: Layout, as_of: date) -> list[Violation]:
    """Return what a layout breaks of these rules."""
    return [v for v in check(estate, layout, as_of).violations if v.rule in RULES]
