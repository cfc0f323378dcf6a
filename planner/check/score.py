"""The score: every objective tier, recomputed from the layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.check.capacity import W, kappa_normal, limits
from planner.check.case import Case
from planner.check.loads import LoadModel
from planner.check.stability import moved
from planner.check.waiver import waived_amount
from planner.model.layout import Layout
from planner.model.power import PowerKind, PowerNode
from planner.model.violation import Violation
from planner.model.workload import split_instance_id


def score(
    case: Case,
    layout: Layout,
    models: Iterable[LoadModel],
    soft: Iterable[Violation],
    inherited: Iterable[Violation],
) -> tuple[tuple[str, int], ...]:
    """Return (tier, value) in the policy's order."""
    tiers: list[tuple[str, int]] = []
    for tier in case.estate.policy.tiers:
        if tier == "unplaced":
            tiers += unplaced(case, layout)
        elif tier == "soft":
            tiers.append((tier, softness(case, soft, inherited)))
        elif tier == "moves":
            tiers.append((tier, disruption(case, layout)))
        elif tier == "cost":
            tiers.append((tier, cost(case)))
        else:
            tiers.append((tier, balance(case, models)))
    return tuple(tiers)


def unplaced(case: Case, layout: Layout) -> Iterator[tuple[str, int]]:
    """Yield, per priority from the highest, how many planned instances have no place."""
    left: dict[int, int] = {}
    for workload in case.planned.values():
        places = layout.placements if workload.service is None else layout.services
        placed = sum(key in places for key in workload.instance_ids())
        left[workload.priority] = left.get(workload.priority, 0) + workload.count - placed
    for priority in sorted(left, reverse=True):
        yield f"unplaced[{priority}]", left[priority]


def softness(case: Case, soft: Iterable[Violation], inherited: Iterable[Violation]) -> int:
    """Return weight x amount of soft rules, plus the amounts that as-built breaks already.

    What a waiver accepts does not count, nor does the centre of gravity: units are chosen last.
    """

    def excess(violation: Violation) -> int:
        waived = waived_amount(case.estate, violation, case.as_of)
        return max(0, violation.amount - waived)

    weights = case.estate.policy.soft
    kept = (v for v in inherited if v.rule != "space.gravity")
    return sum(weights[v.rule] * excess(v) for v in soft) + sum(map(excess, kept))


def disruption(case: Case, layout: Layout) -> int:
    """Return the disruption of the workloads, summed over the standing instances that move."""
    workloads = (case.planned[split_instance_id(key)[0]] for key in moved(case, layout))
    return sum(workload.disruption for workload in workloads)


def cost(case: Case) -> int:
    """Return cents a year of the racks in use where any rack has a price, else their number."""
    used = [case.estate.racks[key] for key in case.in_rack]
    if any(rack.price_cents_year is not None for rack in case.estate.racks.values()):
        return sum(rack.price_cents_year or 0 for rack in used)
    return len(used)


def balance(case: Case, models: Iterable[LoadModel]) -> int:
    """Return the gap between the most and the least used UPS, per mille, summed over the sites.

    Panels count where a site has no UPS; per site the planning day with the widest gap counts.
    """
    gaps = dict.fromkeys(case.estate.sites, 0)
    for model in models:
        for site in gaps:
            used = list(_use_permille(case, model, site))
            if len(used) > 1:
                gaps[site] = max(gaps[site], max(used) - min(used))
    return sum(gaps.values())


def _use_permille(case: Case, model: LoadModel, site: str) -> Iterator[int]:
    """Yield the floored use of each node that is compared; one without a limit is not."""
    for node in _compared(case, site):
        found = limits(node, kappa_normal(node, case.estate.policy))
        if found and found[0].usable > 0:
            load = model.normal.loads[model.grid.index[node.id]]
            carried = load.w if found[0].unit == W else load.va
            yield 1000 * carried // (found[0].usable * model.scale)


def _compared(case: Case, site: str) -> list[PowerNode]:
    nodes = [node for node in case.estate.power_nodes.values() if node.site == site]
    ups = [node for node in nodes if node.kind is PowerKind.UPS]
    return ups or [node for node in nodes if node.kind is PowerKind.PANEL]
