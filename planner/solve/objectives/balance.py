"""Even use of the UPS of a site in the normal state."""

from __future__ import annotations

from collections.abc import Iterable

from ortools.sat.python import cp_model

from planner.model.power import PowerKind
from planner.problem.loads import LoadRow
from planner.problem.problem import Problem
from planner.solve.model import Model
from planner.solve.objectives.term import Term
from planner.solve.rows import Key, Load, load_row

#: No use exceeds this; a node may be overloaded only within inherited amounts.
MAX_USE = 10**6


def terms(model: Model) -> Iterable[Term]:
    """Yield `sum over sites of (highest - lowest use in per mille)`, the worst day of each site."""
    spans = []
    for nodes in balanced_rows(model):
        if len(nodes) < 2:
            continue
        span = model.cp.new_int_var(0, MAX_USE, "")
        for epoch in range(len(model.problem.epochs)):
            uses = [_use(model, row, epoch) for row in nodes]
            high = model.cp.new_int_var(0, MAX_USE, "")
            low = model.cp.new_int_var(0, MAX_USE, "")
            model.cp.add_max_equality(high, uses)
            model.cp.add_min_equality(low, uses)
            model.cp.add(span >= high - low)
        spans.append(span)
    yield Term("balance", "per mille", sum(spans), is_constant=not spans)


def balanced_rows(model: Model) -> list[list[LoadRow]]:
    """Return, per site, the normal rows of its UPS, or of its panels where it has none.

    In W where the node has a W limit, else in VA; nodes without a limit are left out.
    """
    by_node: dict[int, LoadRow] = {}
    for row in model.candidates.load_rows[0]:
        if row.usable > 0 and (row.unit == "W" or row.node not in by_node):
            by_node[row.node] = row
    return [[by_node[n] for n in nodes if n in by_node] for nodes in _nodes_by_site(model.problem)]


def _nodes_by_site(problem: Problem) -> list[list[int]]:
    found = []
    for site in problem.estate.sites:
        here = [(n, node.kind) for n, node in enumerate(problem.graph.nodes) if node.site == site]
        ups = [n for n, kind in here if kind is PowerKind.UPS]
        found.append(ups or [n for n, kind in here if kind is PowerKind.PANEL])
    return found


def _use(model: Model, row: LoadRow, epoch: int) -> cp_model.IntVar:
    """Return `floor(1000 * load / usable)` of a node as a variable."""
    scaled_row = load_row(
        Key("power.normal", model.problem.graph.nodes[row.node].id, row.unit),
        row.state.scenario.id,
        row.usable,
        row.fixed,
        {Load(p, epoch): coef for p, coef in row.coefs.items()},
        1000 * model.candidates.peak_w,
    )
    whole = row.usable * scaled_row.scale
    use = model.cp.new_int_var(0, MAX_USE, "")
    load = cp_model.LinearExpr.weighted_sum(
        [model.load(q) for q in scaled_row.loads], list(scaled_row.loads.values())
    )
    scaled = 1000 * (load + (whole - scaled_row.capacity))
    model.cp.add(scaled >= whole * use)
    model.cp.add(scaled <= whole * use + whole - 1)
    return use
