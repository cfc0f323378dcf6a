"""Even loads in the normal state: legs of a feed, strands of a site, partners on two strands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from planner.check.capacity import VA, limits
from planner.check.case import Case, Device, takes_outlet
from planner.check.grid import Grid
from planner.check.power_strand import strand_of, strands
from planner.check.sweep import Sight
from planner.check.wording import count, kind_word, names, percent
from planner.model.power import PowerKind, PowerNode
from planner.model.scenarios import NORMAL
from planner.model.violation import Violation
from planner.model.workload import Workload


def imbalance(case: Case, sight: Sight) -> Iterator[Violation]:
    """power.imbalance: max_l VA(l) - average VA <= beta * rated VA, over the legs l of a feed.

    Nodes with two legs or more are judged; the least rating of its legs that have one counts.
    """
    legs_of: dict[str, list[PowerNode]] = {}
    for node in case.estate.power_nodes.values():
        if node.kind is PowerKind.LEG and node.parent is not None:
            legs_of.setdefault(node.parent, []).append(node)
    for key, legs in sorted(legs_of.items()):
        if len(legs) >= 2:
            yield from _imbalance(case, case.estate.power_nodes[key], legs, sight)


def _imbalance(
    case: Case, node: PowerNode, legs: list[PowerNode], sight: Sight
) -> Iterator[Violation]:
    rated = [limit.usable for leg in legs for limit in limits(leg, 1000) if limit.unit == VA]
    if not rated:
        return
    policy = case.estate.policy
    permille = node.imbalance_permille
    permille = policy.imbalance_permille if permille is None else permille
    grid, scale = sight.model.grid, sight.model.scale
    loads = [sight.model.normal.loads[grid.index[leg.id]].va for leg in legs]
    # max - average in 1 / (scale * number of legs) VA
    above, unit = max(loads) * len(legs) - sum(loads), scale * len(legs)
    if above * 1000 <= permille * min(rated) * unit:
        return
    fullest = legs[loads.index(max(loads))]
    required = -(-above // unit)
    most = -(-max(loads) // scale)
    yield Violation(
        "power.imbalance",
        node.id,
        NORMAL,
        required,
        permille * min(rated) // 1000,
        VA,
        f"leg `{fullest.id}` of {kind_word(node.kind)} `{node.id}` carries more than its "
        f"share{case.on(sight.span.day)}",
        f"{most} VA on `{fullest.id}` - {most - required} VA on average",
        f"{percent(permille)} x {min(rated)} VA",
        node.at,
        hint=f"cord a device of `{fullest.id}` to another leg",
    )


def even_strands(case: Case, sight: Sight) -> Iterator[Violation]:
    """power.strands: max_k W(k) - min_k W(k) <= share * sum_k W(k), over a site's strands k."""
    permille = case.estate.policy.strand_imbalance_permille
    if permille is None:
        return
    grid, scale = sight.model.grid, sight.model.scale
    for site, nodes in strands(grid).items():
        loads = [sight.model.normal.loads[n].w for n in nodes]
        apart = max(loads) - min(loads)
        if apart * 1000 <= permille * sum(loads):
            continue
        most, least = (grid.nodes[nodes[loads.index(w)]].id for w in (max(loads), min(loads)))
        required, highest = -(-apart // scale), -(-max(loads) // scale)
        whole = sum(loads) // scale
        yield Violation(
            "power.strands",
            site,
            NORMAL,
            required,
            permille * sum(loads) // (1000 * scale),
            "W",
            f"the strands of site `{site}` are not loaded evenly: `{most}` carries more than "
            f"`{least}`{case.on(sight.span.day)}",
            f"{highest} W on `{most}` - {highest - required} W on `{least}`",
            f"{percent(permille)} x {whole} W on {count(len(nodes), 'strand')}",
            case.estate.sites[site].at,
            hint=f"cord single-corded devices of `{most}` to `{least}`",
        )


def partners(case: Case, sight: Sight) -> Iterator[Violation]:
    """power.partners: single-corded partners, two or more, do not all hang on one strand."""
    devices: dict[str, list[Device]] = {}
    for device in sight.span.devices:
        if are_partners(device.workload):
            devices.setdefault(device.workload.id, []).append(device)
    for placed in devices.values():
        yield from _partners(placed, sight.model.grid)


def _partners(placed: list[Device], grid: Grid) -> Iterator[Violation]:
    on_strand = Counter(
        strand_of(grid, grid.index[cord.node]) for d in placed for cord in d.cords or ()
    )
    if len(placed) < 2 or len(placed) not in on_strand.values():
        return
    ((strand, _),) = on_strand.items()
    workload = placed[0].workload
    yield Violation(
        "power.partners",
        workload.id,
        NORMAL,
        len(placed),
        len(placed) - 1,
        "instances",
        f"{names(device.instance for device in placed)} stand in for each other, and all hang "
        f"on strand `{grid.nodes[strand].id}`",
        "single-corded instances on the strand",
        f"all but one of {len(placed)} placed",
        workload.at,
        hint="cord one of them to another strand",
    )


def are_partners(workload: Workload) -> bool:
    """Return whether instances with one cord each stand in for each other."""
    equipment = workload.equipment
    return (
        equipment is not None
        and workload.count >= 2
        and (
            bool(workload.spread)
            or any(needed < workload.count for needed in workload.survive.values())
        )
        and len(takes_outlet(equipment)) == 1
    )
