"""Load rows: coefficients by hand, and none left out that could bind."""

from fractions import Fraction as F

import pytest

from planner.model.power import PowerKind
from planner.model.scenarios import Look
from planner.model.workload import PsuMode
from planner.problem import compile_estate
from planner.problem.cordings import pattern_of
from planner.problem.loads import LoadModel
from planner.problem.power import PowerGraph
from planner.solve.candidates import Candidates
from tests.builders import DAY, as_built, change, estate, feed, node, rack, switch, unit, workload
from tests.oracle.estates import tiny

UTILITY, GENERATOR, UPS, PANEL = (
    PowerKind.UTILITY,
    PowerKind.GENERATOR,
    PowerKind.UPS,
    PowerKind.PANEL,
)

#: Every node gets limits in both units, so that every load shows up in a row.
LIMITS = {"rated_w": 10_000, "rated_va": 10_000}


def limited(of):
    return change(of, power_nodes={k: change(n, **LIMITS) for k, n in of.power_nodes.items()})


class Rows:
    """The rows of devices of workload `w` corded like this in rack `r1`."""

    def __init__(self, of, *cords):
        self.graph = PowerGraph(limited(of))
        self.equipment = of.workloads["w"].equipment
        patterns = [
            pattern_of("r1", self.equipment, tuple(self.graph.index_of[key] for key in nodes))
            for nodes in cords
        ]
        self.normal, self.failure = LoadModel(self.graph, patterns).rows()

    def of_normal(self, key, unit="W", pattern=0):
        """Return coefficient and fixed load of a node in the normal state."""
        (row,) = [r for r in self.normal if self._is(r, key, unit)]
        return row.coefs.get(pattern, 0), row.fixed

    def after(self, key, unit="W", pattern=0):
        """Return coefficient and fixed load of the rows of a node after a loss."""
        rows = [r for r in self.failure if self._is(r, key, unit)]
        return {(r.coefs.get(pattern, 0), r.fixed) for r in rows}

    def _is(self, row, key, unit):
        return (self.graph.nodes[row.node].id, row.unit) == (key, unit)


def test_single_cord():
    rows = Rows(estate(rack(), feed("a"), workload(cords=1, pf=800)), ("a",))
    assert rows.of_normal("a") == (1, 0)
    # 1 W / 0.8 = 1.25 VA
    assert rows.of_normal("a", "VA") == (F(5, 4), 0)


def test_losses_on_the_way_up():
    e = estate(
        rack(),
        node("u", UTILITY),
        node("ups", UPS, "u", loss_permille=100, input_w=30, input_pf_permille=900),
        node("p", PANEL, "ups", loss_permille=20, input_w=5),
        feed("a", parent="p"),
        workload(cords=1, pf=950),
    )
    rows = Rows(e, ("a",))
    assert rows.of_normal("p", "W") == (1, 0)
    # 2 % on the panel's output, and its 5 W
    assert rows.of_normal("ups", "W") == (F(102, 100), 5)
    assert rows.of_normal("ups", "VA") == (F(1000, 950) * F(102, 100), 5)
    # 10 % on the UPS's output: 1.02 x 1.1 = 1.122; fixed 5 x 1.1 + 30 = 35.5
    assert rows.of_normal("u", "W") == (F(1122, 1000), F(355, 10))
    # all of its input at power factor 0.9, whatever the devices have
    assert rows.of_normal("u", "VA") == (F(1122, 900), F(355, 9))


def test_dual_cords_share_and_take_over():
    rows = Rows(estate(rack(), feed("a"), feed("b"), workload()), ("a", "b"))
    assert rows.of_normal("a") == (F(1, 2), 0)
    assert rows.after("a") == {(1, 0)}


def test_two_plus_two_supplies():
    e = estate(rack(), feed("a"), feed("b"), feed("c"), workload(cords=4, psus_required=2))
    rows = Rows(e, ("a", "a", "b", "b"), ("a", "b", "b", "b"), ("a", "b", "c", "c"))
    assert rows.of_normal("a") == (F(1, 2), 0)
    assert (1, 0) in rows.after("a")
    # one cord of four on a; the loss of b leaves one supply of the two it needs: it is down
    assert rows.of_normal("a", pattern=1) == (F(1, 4), 0)
    assert {coef for coef, _ in rows.after("a", pattern=1)} <= {0, F(1, 4)}
    # three feeds: the loss of c leaves a and b half each, the loss of b a third
    assert F(1, 2) in {coef for coef, _ in rows.after("a", pattern=2)}


def test_standby_supply_takes_over_alone():
    e = estate(rack(), feed("a"), feed("b"), workload(psu_mode=PsuMode.ACTIVE_STANDBY))
    rows = Rows(e, ("a", "b"))
    assert rows.of_normal("a") == (1, 0)
    assert rows.of_normal("b") == (0, 0)
    assert rows.after("b") == {(1, 0)}


def test_own_draw_and_cooling_units_are_fixed():
    e = estate(
        rack(),
        feed("a", own_w=40),
        feed("b"),
        unit("ac", 1000, "z1", "a", "b", draw_w=300, power_factor_permille=750),
        workload(),
    )
    rows = Rows(e, ("a", "b"))
    # 40 W + half of 300 W; in VA 40 + 150 / 0.75 = 240
    assert rows.of_normal("a") == (F(1, 2), 190)
    assert rows.of_normal("a", "VA") == (F(1, 2), 240)
    # on the loss of b all of it
    assert rows.after("a") == {(1, 340)}


def test_recharge_only_after_the_battery_was_used():
    e = estate(
        rack(),
        node("u", UTILITY),
        node("g", GENERATOR, start_s=10),
        switch("s", "u", "g"),
        node("ups", UPS, "s", autonomy_min=5, recharge_w=200, input_w=10),
        feed("a", parent="ups"),
        workload(cords=1),
    )
    rows = Rows(e, ("a",))
    assert rows.of_normal("u") == (1, 10)
    assert rows.after("g") == {(1, 210)}
    # The other losses leave the utility as it is.
    assert rows.after("u") == {(1, 10)}


def test_unbalanced_pairs_of_four_thirds():
    # Four UPS, device pairs on (a, b), (a, c), (b, c): the loss of c hits a and b by half a device
    # each, the loss of b hits a by half of pair (a, b) only.
    e = estate(
        rack(),
        *(node(f"ups-{k}", UPS) for k in "abcd"),
        *(feed(k, parent=f"ups-{k}") for k in "abcd"),
        workload(),
    )
    rows = Rows(e, ("a", "b"), ("a", "c"), ("b", "c"))
    half, whole = F(1, 2), F(1)
    found = {
        tuple(r.coefs.get(p, F(0)) for p in range(3))
        for r in rows.failure
        if rows.graph.nodes[r.node].id == "ups-a" and r.unit == "W"
    }
    assert found == {(whole, half, 0), (half, whole, 0)}


# --- every row that could bind is there


def naive(graph, patterns, state):
    """Return coefficients per pattern, node and axis, and fixed loads, by pushing loads upward."""
    size = len(graph.nodes)
    coefs = []
    for pattern in patterns:
        w, va = [F(0)] * size, [F(0)] * size
        carrying = None if pattern.rack in state.lost_racks else pattern.carrying(state.live)
        for n in carrying or ():
            w[n] += F(1, len(carrying))
            va[n] += F(1000, len(carrying) * pattern.power_factor_permille)
        coefs.append(push(graph, state, w, va))
    w = [F(n.own_w if alive else 0) for n, alive in zip(graph.nodes, state.live, strict=True)]
    va = list(w)
    for key in state.running:
        unit = graph.estate.cooling_units[key]
        cords = [graph.index_of[n] for n in unit.nodes if state.live[graph.index_of[n]]]
        for n in cords:
            w[n] += F(unit.draw_w, len(cords))
            va[n] += F(1000 * unit.draw_w, len(cords) * unit.power_factor_permille)
    return coefs, push(graph, state, w, va, with_fixed=True)


def push(graph, state, w, va, *, with_fixed=False):
    for n in reversed(range(len(graph.nodes))):
        parent, one = state.carrier[n], graph.nodes[n]
        if parent < 0:
            continue
        extra = one.input_w if with_fixed else 0
        if with_fixed and state.look is Look.SUSTAINED and n in state.battery:
            extra += one.recharge_w
        grown = F(1000 + one.loss_permille, 1000)
        input_w = w[n] * grown + extra
        w[parent] += input_w
        is_ups = one.kind is UPS
        va[parent] += input_w * F(1000, one.input_pf_permille) if is_ups else va[n] * grown + extra
    return w, va


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_rows_are_those_of_a_full_enumeration_less_covered_ones(first):
    left_out = 0
    for seed in range(first, first + 10):
        case = tiny(seed)
        problem = compile_estate(limited(case.estate), as_built(), DAY)
        graph, patterns = problem.graph, Candidates(problem).patterns
        normal, failure = LoadModel(graph, patterns).rows()
        rows = {}
        for row in (*normal, *failure):
            rows.setdefault((row.node, row.unit, row.state.is_normal), []).append(row)
        for state in graph.states:
            coefs, fixed = naive(graph, patterns, state)
            for n in range(len(graph.nodes)):
                for axis, name in enumerate(("W", "VA")):
                    if not state.live[n]:
                        continue
                    wanted = [c[axis][n] for c in coefs]
                    here = rows.get((n, name, state.is_normal), [])
                    exact = [r for r in here if r.state is state]
                    left_out += not exact
                    for row in exact:
                        assert [row.coefs.get(p, 0) for p in range(len(patterns))] == wanted
                        assert row.fixed == fixed[axis][n]
                    assert any(
                        row.fixed >= fixed[axis][n]
                        and all(row.coefs.get(p, 0) >= c for p, c in enumerate(wanted))
                        for row in here
                    )
    assert left_out > 0
