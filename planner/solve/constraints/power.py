"""Power: cords within ratings, and every node within its capacity in every state."""

from __future__ import annotations

from collections.abc import Iterable

from planner.model.power import OUTLET_FOR_INLET
from planner.model.workload import PsuMode
from planner.problem.capacity import outlet_va
from planner.problem.cordings import corded_inlets
from planner.problem.loads import LoadRow
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates
from planner.solve.registry import Candidate, place_filter, rows
from planner.solve.rows import Key, Load, Row, load_row


@place_filter("power.cord")
def cord(problem: Problem, candidate: Candidate) -> int:
    """Each live cord stays within its supply and its outlet, in every state in which it carries.

    `draw / |carrying| <= rating`; the amount is the worst excess in whole W or VA.
    """
    return max(
        (_cord_excess(problem, candidate, dead) for dead in problem.dead_sets[candidate.rack.id]),
        default=0,
    )


def _cord_excess(problem: Problem, candidate: Candidate, dead: frozenset[int]) -> int:
    equipment = candidate.group.equipment
    live = [
        (inlet, node)
        for inlet, node in zip(corded_inlets(equipment), candidate.cording, strict=True)
        if node not in dead
    ]
    if not live or len(live) < equipment.psus_required:
        return 0
    if equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
        live = live[: max(1, equipment.psus_required)]
    draw = equipment.draw
    watts = -(-draw.budget_w // len(live))
    volt_amperes = -(-draw.budget_w * 1000 // (draw.power_factor_permille * len(live)))
    worst = 0
    for inlet, n in live:
        if inlet.rating_w is not None:
            worst = max(worst, watts - inlet.rating_w)
        rated_va = outlet_va(problem.graph.nodes[n], OUTLET_FOR_INLET[inlet.type])
        if rated_va is not None:
            worst = max(worst, volt_amperes - rated_va)
    return worst


def _rows(candidates: Candidates, rule: str, found: list[LoadRow]) -> Iterable[Row]:
    nodes = candidates.problem.graph.nodes
    for row in found:
        for e, _ in candidates.problem.peaks:
            yield load_row(
                Key(rule, nodes[row.node].id, row.unit),
                row.state.scenario.id,
                row.usable,
                row.fixed,
                {Load(p, e): coef for p, coef in row.coefs.items()},
                candidates.peak_w,
            )


@rows("power.normal")
def normal(candidates: Candidates) -> Iterable[Row]:
    """`load(n, {}) <= kappa(n) * C(n)` at every node."""
    return _rows(candidates, "power.normal", candidates.load_rows[0])


@rows("power.failover")
def failover(candidates: Candidates) -> Iterable[Row]:
    """`load(n, s) <= kappa_fail(n) * C(n)` for every loss s, both looks, every node live in it."""
    return _rows(candidates, "power.failover", candidates.load_rows[1])
