"""Power: cords within ratings, every node within its capacity, legs and strands in balance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import permutations
from math import floor
from typing import NamedTuple

from ortools.sat.python import cp_model

from planner.model.power import OUTLET_FOR_INLET
from planner.model.workload import PsuMode
from planner.problem.capacity import outlet_va, usable
from planner.problem.cordings import corded_inlets
from planner.problem.loads import ZERO, LoadRow
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates
from planner.solve.model import MAX_AMOUNT, Expr, Model
from planner.solve.registry import Candidate, place_filter, rows, structure
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


class _Sum(NamedTuple):
    """`sum(coefs[p] * W of pattern p) + fixed`."""

    coefs: dict[int, Fraction]
    fixed: Fraction


def _combine(*terms: tuple[Fraction | int, _Sum]) -> _Sum:
    """Return `sum(factor * sum)`."""
    coefs: dict[int, Fraction] = {}
    fixed = Fraction(0)
    for factor, (more, constant) in terms:
        fixed += factor * constant
        for p, coef in more.items():
            coefs[p] = coefs.get(p, Fraction(0)) + factor * coef
    return _Sum({p: coef for p, coef in coefs.items() if coef}, fixed)


def _normal_load(candidates: Candidates, node: int, axis: int) -> _Sum:
    """Return the load of a node in the normal state, W (axis 0) or VA (axis 1)."""
    loads = candidates.loads
    return _Sum(
        {p: load[axis] for p, load in loads.normal_loads[node].items()},
        loads.fixed(loads.normal).get(node, ZERO)[axis],
    )


class _Balance(NamedTuple):
    """`excess <= allowed`; broken by `ceil(excess) - floor(allowed)`."""

    key: Key
    excess: _Sum
    allowed: _Sum

    def row(self, candidates: Candidates, epoch: int) -> Row:
        """Return it as a row."""
        return _at_most_0(
            candidates, self.key, _combine((1, self.excess), (-1, self.allowed)), epoch
        )


def _at_most_0(candidates: Candidates, key: Key, total: _Sum, epoch: int) -> Row:
    loads = {Load(p, epoch): coef for p, coef in total.coefs.items()}
    return load_row(key, "normal", 0, total.fixed, loads, candidates.peak_w)


def _imbalances(candidates: Candidates) -> Iterator[_Balance]:
    """Yield, per leg of a node, its VA beyond the average of the node's legs.

    Allowed is a share of what a leg is rated for, the least of the legs where they differ.
    """
    graph = candidates.problem.graph
    for n, legs in graph.legs_of.items():
        node = graph.nodes[n]
        ratings = [usable(graph.nodes[leg], 1000).va for leg in legs]
        rated = min((va for va in ratings if va is not None), default=None)
        if rated is None:
            continue
        permille = node.imbalance_permille
        if permille is None:
            permille = graph.estate.policy.imbalance_permille
        allowed = _Sum({}, Fraction(permille * rated, 1000))
        loads = [_normal_load(candidates, leg, 1) for leg in legs]
        average = _combine(*((Fraction(1, len(legs)), load) for load in loads))
        for load in loads:
            excess = _combine((1, load), (-1, average))
            yield _Balance(Key("power.imbalance", node.id, "VA"), excess, allowed)


def _strands(candidates: Candidates) -> Iterator[_Balance]:
    """Yield, per pair of strands of a site, by how much W the first carries more."""
    graph = candidates.problem.graph
    permille = graph.estate.policy.strand_imbalance_permille
    if permille is None:
        return
    for site, strands in graph.strands.items():
        loads = [_normal_load(candidates, n, 0) for n in strands]
        allowed = _combine(*((Fraction(permille, 1000), load) for load in loads))
        for high, low in permutations(loads, 2):
            yield _Balance(Key("power.strands", site, "W"), _combine((1, high), (-1, low)), allowed)


def _balance_rows(candidates: Candidates, balances: Iterable[_Balance]) -> Iterator[Row]:
    """Yield the rows of each day: more demand may mend as well as break."""
    for balance in balances:
        for e in range(len(candidates.problem.epochs)):
            yield balance.row(candidates, e)


def _count_exactly(model: Model, balances: Iterable[_Balance]) -> None:
    """Where a rule may be broken: `excess <= allowed` or `excess <= floor(allowed) + slack`.

    The rows alone say `excess <= allowed + slack`, which may count one unit less.
    """
    for balance in balances:
        is_whole = not balance.allowed.coefs and balance.allowed.fixed.denominator == 1
        if is_whole or not model.may_be_broken(balance.key):
            continue
        for e in range(len(model.problem.epochs)):
            kept = balance.row(model.candidates, e)
            beyond = _at_most_0(model.candidates, balance.key, balance.excess, e)
            is_broken = model.cp.new_bool_var("")
            model.cp.add(_total(model, kept) <= kept.capacity).only_enforce_if(~is_broken)
            most = cp_model.LinearExpr.sum([_floor(model, balance, e), model.slack(balance.key)])
            model.cp.add(
                _total(model, beyond) <= beyond.capacity + beyond.scale * most
            ).only_enforce_if(is_broken)


def _floor(model: Model, balance: _Balance, epoch: int) -> Expr:
    """Return at most `floor(allowed)`; exactly that where it pays."""
    allowed = balance.allowed
    if not allowed.coefs:
        return floor(allowed.fixed)
    row = _at_most_0(model.candidates, balance.key, _combine((-1, allowed)), epoch)
    whole = model.cp.new_int_var(0, MAX_AMOUNT, "")
    model.cp.add(_total(model, row) + row.scale * whole <= row.capacity)
    return whole


def _total(model: Model, row: Row) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum(
        [model.load(q) for q in row.loads], list(row.loads.values())
    )


@rows("power.imbalance")
def imbalance(candidates: Candidates) -> Iterable[Row]:
    """`VA(leg) - average VA of the legs <= share * rating of a leg`, per leg, normal state."""
    return _balance_rows(candidates, _imbalances(candidates))


@structure("power.imbalance")
def imbalance_amount(model: Model) -> None:
    """The amount of a broken balance of legs, exactly."""
    _count_exactly(model, _imbalances(model.candidates))


@rows("power.strands")
def strands(candidates: Candidates) -> Iterable[Row]:
    """`W(strand) - W(other strand) <= share * W of all strands`, per pair, normal state."""
    return _balance_rows(candidates, _strands(candidates))


@structure("power.strands")
def strands_amount(model: Model) -> None:
    """The amount of a broken balance of strands, exactly."""
    _count_exactly(model, _strands(model.candidates))


def _partners(candidates: Candidates) -> Iterator[tuple[str, dict[int, list[int]]]]:
    """Yield the workloads whose instances stand in for each other on one cord each.

    With strand -> options on it.
    """
    problem = candidates.problem
    for workload, groups in problem.groups_of.items():
        one = groups[0].workload
        if one.count < 2 or not (one.spread or any(k < one.count for k in one.survive.values())):
            continue
        if len(corded_inlets(groups[0].equipment)) != 1:
            continue
        on_strand: dict[int, list[int]] = {}
        for group in groups:
            for option in candidates.of_group[group.index]:
                strand = problem.graph.strand_of[option.cording[0]]
                on_strand.setdefault(strand, []).append(option.index)
        yield workload, on_strand


@rows("power.partners")
def partners(candidates: Candidates) -> Iterable[Row]:
    """`instances on a strand <= count - 1`; what a workload placed in part adds is below."""
    for workload, on_strand in _partners(candidates):
        most = candidates.problem.estate.workloads[workload].count - 1
        for options in on_strand.values():
            key = Key("power.partners", workload, "instances")
            yield Row(key, "normal", most, dict.fromkeys(options, 1), {})


@structure("power.partners")
def partners_of_a_part(model: Model) -> None:
    """`placed - instances on a strand >= 1` once two instances are placed."""
    for workload, on_strand in _partners(model.candidates):
        everywhere = sorted(o for options in on_strand.values() for o in options)
        several = model.at_least((f"partners {workload}", 0), everywhere, 2)
        slack = model.slack(Key("power.partners", workload, "instances"))
        for options in on_strand.values():
            elsewhere = [model.x[o] for o in everywhere if o not in set(options)]
            model.cp.add(cp_model.LinearExpr.sum([*elsewhere, slack]) >= several)
