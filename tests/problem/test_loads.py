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
from tests.builders import (
    DAY,
    as_built,
    change,
    estate,
    feed,
    group,
    node,
    rack,
    site,
    switch,
    unit,
    with_items,
    workload,
)
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
    w, va = [F(0)] * size, [F(0)] * size
    for key in state.running:
        unit = graph.estate.cooling_units[key]
        cords = [graph.index_of[n] for n in unit.nodes if state.live[graph.index_of[n]]]
        for n in cords:
            w[n] += F(unit.draw_w, len(cords))
            va[n] += F(1000 * unit.draw_w, len(cords) * unit.power_factor_permille)
    return coefs, push(graph, state, w, va, with_fixed=True)


def push(graph, state, w, va, *, with_fixed=False):
    """Push cords' loads upward; return (W by node, VA by node) with what presses on legs."""
    diversity = graph.estate.policy.diversity_permille
    pressed = []
    for n in reversed(range(len(graph.nodes))):
        parent, one = state.carrier[n], graph.nodes[n]
        share = F(diversity.get(one.kind.value, 1000), 1000)
        own_w = one.own_w if with_fixed and state.live[n] else 0
        w[n], va[n] = w[n] * share + own_w, va[n] * share + own_w
        for leg in one.legs:
            k = graph.index_of[leg]
            if state.live[k]:
                of_leg = F({2: 578, 3: 334}[len(one.legs)], 1000)
                pressed.append((k, w[n] * of_leg, va[n] * of_leg))
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
    for k, more_w, more_va in pressed:
        w[k] += more_w
        va[k] += more_va
    return w, va


def covered(graph, patterns, rows, states):
    """Check the rows of states against the full enumeration; return how many are left out."""
    left_out = 0
    by_node = {}
    for row in rows:
        by_node.setdefault((row.node, row.unit), []).append(row)
    for state in states:
        coefs, fixed = naive(graph, patterns, state)
        for n in range(len(graph.nodes)):
            for axis, name in enumerate(("W", "VA")):
                if not state.live[n]:
                    continue
                wanted = [c[axis][n] for c in coefs]
                here = by_node.get((n, name), [])
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
    return left_out


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_rows_are_those_of_a_full_enumeration_less_covered_ones(first):
    left_out = 0
    for seed in range(first, first + 10):
        case = tiny(seed)
        problem = compile_estate(limited(case.estate), as_built(), DAY)
        graph, patterns = problem.graph, Candidates(problem).patterns
        normal, failure = LoadModel(graph, patterns).rows()
        assert covered(graph, patterns, normal, graph.states[:1]) == 0
        left_out += covered(graph, patterns, failure, graph.states[1:])
    assert left_out > 0


# --- diversity and legs


def test_diversity_at_each_level():
    e = estate(
        rack(),
        node("u", UTILITY),
        node("ups", UPS, "u", loss_permille=100, input_w=30, own_w=7),
        feed("a", parent="ups", own_w=10),
        workload(cords=1, pf=800),
        diversity_permille={"feed": 900, "ups": 500},
    )
    rows = Rows(e, ("a",))
    # 90 % of what is plugged in; own draw is always there.
    assert rows.of_normal("a") == (F(9, 10), 10)
    assert rows.of_normal("a", "VA") == (F(9, 10) * F(1000, 800), 10)
    # half of that: 0.45 and 5 W, and 7 W of its own
    assert rows.of_normal("ups") == (F(45, 100), 12)
    # 10 % loss and 30 W; nothing less at the utility
    assert rows.of_normal("u") == (F(45, 100) * F(11, 10), F(12 * 11, 10) + 30)


def three_legs(*more):
    """A feed with three legs, and what hangs on them."""
    return estate(
        rack(),
        node("f", "feed"),
        *(node(leg, "leg", "f") for leg in ("l1", "l2", "l3")),
        *more,
        diversity_permille={"bank": 500},
    )


def test_line_to_line_bank_presses_on_two_legs():
    bank = node("b12", "bank", "f", rack="r1", outlets={"c13": 4}, legs=("l1", "l2"), own_w=100)
    rows = Rows(three_legs(bank, workload(cords=1, pf=800)), ("b12",))
    assert rows.of_normal("b12") == (F(1, 2), 100)
    # 0.578 of the bank's load on each of its legs: 0.289 W per W, 57.8 W of its own
    assert rows.of_normal("l1") == rows.of_normal("l2") == (F(289, 1000), F(578, 10))
    assert rows.of_normal("l1", "VA") == (F(289, 1000) * F(1000, 800), F(578, 10))
    assert rows.of_normal("l3") == (0, 0)
    # The feed sees the bank once, and nothing of what presses on its legs.
    assert rows.of_normal("f") == (F(1, 2), 100)


def test_three_phase_device_presses_on_three_legs_that_are_live():
    bank = node("b", "bank", rack="r1", outlets={"c13": 4}, legs=("l1", "l2", "l3"))
    single = node("s", "bank", "l1", rack="r1", outlets={"c13": 4})
    rows = Rows(three_legs(bank, single, workload(cords=1)), ("b",), ("s",))
    third = F(334, 2000)
    assert rows.of_normal("l1") == (third, 0)
    assert rows.of_normal("l1", pattern=1) == (F(1, 2), 0)
    # Losing l2 changes neither the bank nor the other legs; losing the bank relieves them.
    assert rows.after("l1") == {(third, 0)}
    assert rows.after("b") == {(F(1, 2), 0)}


def test_leg_is_pressed_by_a_cooling_unit_as_well():
    bank = node("b12", "bank", "f", rack="r1", outlets={"c13": 4}, legs=("l1", "l2"))
    e = three_legs(bank, unit("ac", 1000, "z1", "b12", draw_w=1000), workload(cords=1))
    rows = Rows(e, ("b12",))
    # half of 1000 W on the bank, 0.578 of it on the leg; nothing when the bank is lost
    assert rows.of_normal("l1") == (F(289, 1000), 289)
    assert rows.of_normal("f") == (F(1, 2), 500)


# --- each member alone


def two_sites(*more, **policy):
    """Sites s1 and s2 of a group, in each a UPS with a feed and a bare feed for rack r1 or r2."""
    return estate(
        *(site(key, continuity_group="g") for key in ("s1", "s2")),
        rack("r1"),
        rack("r2", "row2", "room2", "s2"),
        *(node(f"ups{n}", UPS, site=f"s{n}", own_w=10 * n) for n in (1, 2)),
        *(feed(f"a{n}", f"r{n}", f"ups{n}", site=f"s{n}") for n in (1, 2)),
        *(feed(f"b{n}", f"r{n}", site=f"s{n}") for n in (1, 2)),
        workload("w"),
        *more,
        **policy,
    )


def alone_model(of):
    graph = PowerGraph(limited(of))
    w = of.workloads["w"].equipment
    patterns = [
        pattern_of(f"r{n}", w, (graph.index_of[f"a{n}"], graph.index_of[f"b{n}"])) for n in (1, 2)
    ]
    return graph, LoadModel(graph, patterns)


def test_member_alone_carries_its_own_load_after_every_loss():
    graph, model = alone_model(two_sites(group("g")))
    rows = [r for r in model.emergency_rows() if r.unit == "W"]
    found = {(graph.nodes[r.node].id, r.state.scenario.id): (r.coefs, r.fixed) for r in rows}
    # Each UPS carries all of its device once the other feed of the rack is lost, and its own
    # 10 or 20 W; the device at the other site is down.
    assert found["ups1", "site s1 alone, loss of feed b1"] == ({0: 1}, 10)
    assert found["ups2", "site s2 alone, loss of feed b2"] == ({1: 1}, 20)
    # That covers every other state: one row a node.
    assert len(rows) == 6


def test_only_what_is_critical_draws():
    graph, model = alone_model(two_sites(group("g")))
    rows = model.emergency_rows(patterns={"g": {1}})
    assert {frozenset(r.coefs) for r in rows} == {frozenset(), frozenset({1})}
    assert {graph.nodes[r.node].id for r in rows if r.coefs} == {"a2", "b2", "ups2"}


@pytest.mark.parametrize(
    ("of_node", "of_group", "of_policy", "usable"),
    [
        (1100, 900, 700, 11_000),
        (None, 900, 700, 9000),
        (None, None, 700, 7000),
        (None, None, None, 8000),
    ],
)
def test_emergency_derating(of_node, of_group, of_policy, usable):
    # The node's own, else the emergency's, else the policy's, else as after any loss (a feed 80 %).
    e = two_sites(
        group("g", kappa_emergency_permille=of_group),
        feed("a1", "r1", "ups1", kappa_emergency_permille=of_node),
        kappa_emergency_permille=of_policy,
    )
    graph, model = alone_model(e)
    (row,) = [r for r in model.emergency_rows() if (graph.nodes[r.node].id, r.unit) == ("a1", "W")]
    assert row.usable == usable
    given = model.emergency_rows(lambda node, of: 500 if of.id == "g" else 0)
    assert {r.usable for r in given} == {5000}


def test_fuel_of_a_generator_alone():
    e = two_sites(
        group("g", hours=24),
        node("u1", UTILITY),
        node("gen1", GENERATOR, tank_ml=100_000, fuel_ml_per_kwh=250, start_s=10),
        node("gen2", GENERATOR, site="s2", tank_ml=100_000, start_s=10),
        switch("sw1", "u1", "gen1"),
        node("ups1", UPS, "sw1", autonomy_min=5, recharge_w=100, own_w=10),
    )
    graph, model = alone_model(e)
    rows = model.fuel_rows()
    # 24 h x 250 ml/kWh = 6 ml a W, and half of the device hangs on the UPS: 3 ml. The UPS's own
    # 10 W and its recharge of 100 W: 660 ml. While the utility is there the generator rests.
    assert {(graph.nodes[r.node].id, r.unit, r.usable) for r in rows} == {("gen1", "ml", 100_000)}
    assert [(r.coefs, r.fixed, r.state.scenario.id) for r in rows] == [
        ({0: F(3)}, 660, "site s1 alone, loss of utility u1")
    ]


def with_sites(case, seed):
    """Put the estate of a random case beside a bare second site of its continuity group."""
    e = case.estate
    sites = {key: change(s, continuity_group="g") for key, s in e.sites.items()}
    return with_items(
        e,
        *sites.values(),
        site("other", continuity_group="g"),
        group("g", gives_up=("rack",) if seed % 2 else ()),
        diversity_permille={"feed": 900, "panel": 800} if seed % 3 else {},
    )


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_rows_of_each_member_alone_are_those_of_a_full_enumeration(first):
    left_out = 0
    for seed in range(first, first + 10):
        problem = compile_estate(limited(with_sites(tiny(seed), seed)), as_built(), DAY)
        graph, patterns = problem.graph, Candidates(problem).patterns
        rows = LoadModel(graph, patterns).emergency_rows()
        for member in {s.scenario.alone for s in graph.alone_states}:
            left_out += covered(
                graph,
                patterns,
                [r for r in rows if r.state.scenario.alone == member],
                [s for s in graph.alone_states if s.scenario.alone == member],
            )
    assert left_out > 0
