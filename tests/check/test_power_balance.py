"""Diversity, legs, strands and partners: the arithmetic stands beside each figure."""

from datetime import date
from fractions import Fraction

import pytest

from planner.check import check
from planner.check.case import Case
from planner.check.grid import Grid
from planner.check.loads import load_models
from planner.check.power_strand import strand_of, strands
from planner.model.power import UpsModules
from planner.model.scenarios import iter_scenarios
from planner.model.workload import Spread
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    node,
    one_rack,
    rack,
    switch,
    with_items,
    without,
    workload,
)


def loads(e, plan, *keys, scenario="normal", unit="W"):
    """Return the exact loads of nodes at the end of a scenario, None where not live."""
    grid = Grid(e)
    (model,) = load_models(Case.of_layout(e, plan, DAY), grid)
    (lost,) = (s for s in iter_scenarios(e) if s.id == scenario)
    *_, moment = grid.moments(lost)
    state = model.state(moment).loads
    found = [None if grid.index[key] in moment.off else state[grid.index[key]] for key in keys]
    return [x and Fraction(x.w if unit == "W" else x.va, model.scale) for x in found]


def found(e, plan, rule):
    """Return what is found about a rule; without waivers only an amount of 0 could be waived."""
    report = check(e, plan, DAY)
    return [v for v in (*report.violations, *report.waived) if v.rule == rule]


def figures(e, plan, rule):
    """Return (subject, required, available, unit) of the violations of a rule."""
    return [(v.subject, *v[3:6]) for v in found(e, plan, rule)]


# --- diversity


def test_diversity_multiplies_the_sum_below_but_not_the_own_draw():
    e = estate(
        node("grid", "utility", own_w=100),
        node("pan", "panel", "grid", own_w=50, loss_permille=10),
        rack(),
        feed("a", parent="pan"),
        feed("b", parent="pan"),
        workload(cords=1, draw_w=1000, count=2),
        diversity_permille={"panel": 800, "utility": 900},
    )
    plan = layout({"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "b")})
    # Feeds as drawn; the panel 80 % of 2000 W + 50 W; the grid 90 % of 1650 x 1.01 W + 100 W.
    grid_w = Fraction(1650 * 101 * 9, 1000) + 100
    assert loads(e, plan, "a", "pan", "grid") == [1000, 1650, grid_w]
    # Feed a lost: 80 % of 1000 W + 50 W.
    assert loads(e, plan, "pan", scenario="loss of feed a") == [850]


def test_note_with_diversity_adds_up():
    e = one_rack(
        node("pan", "panel", rated_w=1000, own_w=50, rack="r1", outlets={"c13": 2}),
        feed("a", parent="pan", loss_permille=10),
        workload(cords=1, draw_w=1000),
        workload("x", cords=1, draw_w=300),
        diversity_permille={"panel": 800},
    )
    plan = layout({"w-1": at("r1", 1, "a"), "x-1": at("r1", 2, "pan")})
    (violation,) = found(e, plan, "power.normal")
    # (1000 x 1.01 + 300) x 80 % + 50 = 1098 W of 1000 x 80 %.
    assert violation[3:6] == (1098, 800, "W")
    assert violation.required_note == (
        "50 W of its own + (1010 W through 1 node below + 300 W on 1 cord) x 80 % at once"
    )


# --- legs and banks


def _three_phase(*items, rated_va=3680, **feed_fields):
    """Return rack `r1` with a feed `f` of three legs of 16 A, `l1` to `l3`."""
    outlets = {"rack": "r1", "outlets": {"c13": 8, "c19": 8}}
    legs = (node(f"l{n}", "leg", "f", rated_va=rated_va, **outlets) for n in (1, 2, 3))
    return estate(rack(), feed("f", **feed_fields), *legs, *items)


def _bank(*legs, **fields):
    outlets = {"rack": "r1", "outlets": {"c13": 8, "c19": 8}}
    return node("bank", "bank", "f", legs=legs, **outlets, **fields)


def test_bank_line_to_line_presses_on_two_legs():
    e = _three_phase(_bank("l1", "l2"), workload(cords=1, draw_w=900, pf=900, inlet="c20"))
    plan = layout({"w-1": at("r1", 1, "bank")})
    # 1000 VA at 400 V are 2.5 A, on both legs 2.5 A x 230 V = 577.4 VA, rounded up to 57.8 %.
    assert loads(e, plan, "l1", "l2", "l3", unit="VA") == [578, 578, 0]
    assert loads(e, plan, "l1", "l2", "l3") == [Fraction(9 * 578, 10)] * 2 + [0]
    # The feed sees the device once.
    assert loads(e, plan, "bank", "f", unit="VA") == [1000, 1000]
    # Without the bank nothing presses; without a leg the others carry what they did.
    assert loads(e, plan, "l1", "bank", scenario="loss of bank bank") == [0, None]
    lost = loads(e, plan, "l1", "l2", "bank", scenario="loss of leg l1", unit="VA")
    assert lost == [None, 578, 1000]


def test_three_phase_bank_presses_a_third_on_each_leg_diversity_and_own_draw_included():
    e = with_items(
        _three_phase(
            _bank("l1", "l2", "l3", own_w=100),
            workload(cords=1, draw_w=1000, inlet="c20"),
            workload("x", cords=1, draw_w=300),
        ),
        diversity_permille={"bank": 500, "leg": 900},
    )
    plan = layout({"w-1": at("r1", 1, "bank"), "x-1": at("r1", 2, "l1")})
    # Bank: 50 % of 1000 W + 100 W; of it 33.4 % on each leg, on l1 beside 90 % of 300 W.
    assert loads(e, plan, "bank", "l1", "l2") == [600, 270 + Fraction(2004, 10), Fraction(2004, 10)]
    # What feeds the legs sees the bank and 270 W.
    assert loads(e, plan, "f") == [870]


def test_leg_is_overloaded_by_what_presses_on_it():
    e = _three_phase(
        _bank("l1", "l2", "l3"),
        workload(cords=1, draw_w=2000, inlet="c20"),
        workload("x", cords=1, draw_w=500),
        rated_va=1250,
    )
    plan = layout({"w-1": at("r1", 1, "bank"), "x-1": at("r1", 2, "l1")})
    # 500 + 33.4 % x 2000 = 1168 VA of 1250 x 80 % = 1000.
    (violation,) = found(e, plan, "power.normal")
    assert violation[1:6] == ("l1", "normal", 1168, 1000, "VA")
    assert violation.required_note == (
        "500 VA on 1 cord + 668 VA of line-to-line and three-phase loads"
    )
    # 168 VA too much: w suffices as well as x, which is smaller.
    assert violation.hint.startswith("move `x-1`")
    e = with_items(e, workload("x", cords=1, draw_w=100, pinned=frozenset({1})))
    e = with_items(e, workload("w", cords=1, draw_w=3000, inlet="c20"))
    (violation, *_) = found(e, plan, "power.normal")
    assert violation.hint.startswith("move `w-1`")


def test_bank_breaker_binds_below_its_leg():
    # A leg of 32 A with two banks of 16 A: 3680 x 80 % = 2944 VA each, 5888 on the leg.
    e = estate(
        rack(),
        feed("f"),
        node("l1", "leg", "f", amps_ma=32_000),
        *(
            node(f"b{n}", "bank", "l1", amps_ma=16_000, rack="r1", outlets={"c13": 8})
            for n in (1, 2)
        ),
        workload(count=7, cords=1, draw_w=500),
    )
    even = {f"w-{n}": at("r1", n, f"b{n % 2 + 1}") for n in range(1, 8)}
    # Three and four devices of 500 VA: 1500 and 2000 of 2944, 3500 of 5888.
    assert check(e, layout(even), DAY).violations == ()
    # Six on one bank: 3000 of 2944, while the leg carries the same.
    uneven = {f"w-{n}": at("r1", n, "b1" if n < 7 else "b2") for n in range(1, 8)}
    assert figures(e, layout(uneven), "power.normal") == [("b1", 3000, 2944, "VA")]
    assert loads(e, layout(uneven), "l1", unit="VA") == loads(e, layout(even), "l1", unit="VA")


# --- balance of legs


def _on_legs(*draws_w):
    """Return workloads with one device each, and places one after the other on the legs."""
    items = [workload(f"x{n}", cords=1, draw_w=w) for n, w in enumerate(draws_w, start=1)]
    places = {f"x{n}-1": at("r1", n, f"l{n}") for n in range(1, len(draws_w) + 1)}
    return items, layout(places)


@pytest.mark.parametrize(
    ("draws_w", "amount"),
    [
        # Average 1000 VA, 368 VA allowed (10 % of 3680).
        ((1368, 816, 816), None),
        # 1368.67 - 1000.33 = 368.33 VA > 368: a third of a VA counts.
        ((1369, 816, 816), 1),
        # One leg only: 1500 - 500 = 1000.
        ((1500,), 632),
        ((1000, 1000, 1000), None),
    ],
)
def test_largest_leg_above_the_average(draws_w, amount):
    items, plan = _on_legs(*draws_w)
    violations = found(_three_phase(*items), plan, "power.imbalance")
    assert [v.amount for v in violations] == ([] if amount is None else [amount])


def test_imbalance_explains_itself():
    items, plan = _on_legs(1500)
    (violation,) = found(_three_phase(*items), plan, "power.imbalance")
    assert violation[1:6] == ("f", "normal", 1000, 368, "VA")
    assert violation.message == "leg `l1` of feed `f` carries more than its share"
    assert violation.required_note == "1500 VA on `l1` - 500 VA on average"
    assert violation.available_note == "10 % x 3680 VA"
    assert violation.hint == "cord a device of `l1` to another leg"


def test_share_of_the_feed_then_of_the_policy():
    items, plan = _on_legs(1500)
    e = with_items(_three_phase(*items), imbalance_permille=272)
    # 27.2 % x 3680 = 1000.96 VA of 1000.
    assert found(e, plan, "power.imbalance") == []
    e = with_items(e, feed("f", imbalance_permille=271))
    assert figures(e, plan, "power.imbalance") == [("f", 1000, 997, "VA")]
    # At 0 the average itself is the limit.
    e = with_items(e, feed("f", imbalance_permille=0))
    assert figures(e, plan, "power.imbalance") == [("f", 1000, 0, "VA")]


def test_rating_of_a_leg_and_legs_that_are_not_judged():
    items, plan = _on_legs(1500)
    # The least rating of the legs: 1000 x 10 % = 100 VA; it is not derated.
    e = with_items(
        _three_phase(*items),
        node("l3", "leg", "f", rated_va=1000, kappa_permille=100, rack="r1", outlets={"c13": 8}),
    )
    assert figures(e, plan, "power.imbalance") == [("f", 1000, 100, "VA")]
    # A leg without a rating is judged by the others', and counts for the average.
    bare = node("l3", "leg", "f", rack="r1", outlets={"c13": 8})
    e = with_items(_three_phase(*items), bare)
    assert figures(e, plan, "power.imbalance") == [("f", 1000, 368, "VA")]
    # Allowed by the largest rating, not by the least.
    items, plan = _on_legs(450)
    rated = (node(f"l{n}", "leg", "f", rated_va=va) for n, va in ((2, 2000), (3, 2900)))
    assert figures(with_items(_three_phase(*items), *rated), plan, "power.imbalance") == [
        ("f", 300, 200, "VA")
    ]
    # Two legs are judged like three: 450 - 225 VA.
    two = without(_three_phase(*items, rated_va=2000), "l3")
    assert figures(two, plan, "power.imbalance") == [("f", 225, 200, "VA")]
    # None has a rating in VA, or there is one leg only.
    assert found(_three_phase(*items, rated_va=None), plan, "power.imbalance") == []
    one = estate(rack(), feed("f"), node("l1", "leg", "f", rated_va=1, rack="r1"), *items)
    assert found(one, plan, "power.imbalance") == []


def test_pressed_load_counts_for_the_balance_and_a_loss_does_not():
    # 578 VA on l1 and l2 of 1000 VA on the bank, average 1156 / 3 = 385.33: 192.67 above.
    e = with_items(
        _three_phase(_bank("l1", "l2"), workload(cords=1, draw_w=1000, inlet="c20")),
        imbalance_permille=52,
    )
    plan = layout({"w-1": at("r1", 1, "bank")})
    # 5.2 % x 3680 = 191.36 VA.
    assert figures(e, plan, "power.imbalance") == [("f", 193, 191, "VA")]
    # When a leg is lost the others may be as uneven as they like.
    assert found(with_items(e, imbalance_permille=53), plan, "power.imbalance") == []


def test_worst_day_of_the_legs():
    items, plan = _on_legs(1500, 1000)
    items[0] = workload("x1", cords=1, draw_w=1500, valid_until=date(2026, 1, 31))
    e = with_items(_three_phase(*items), planning_horizon=date(2026, 12, 31))
    # 1500 - 833.3 on the first day, 1000 - 333.3 from 1 February on: equal, the first counts.
    (violation,) = found(e, plan, "power.imbalance")
    assert violation.message == "leg `l1` of feed `f` carries more than its share"
    items[1] = workload("x2", cords=1, draw_w=1001)
    (violation,) = found(with_items(e, *items), plan, "power.imbalance")
    # 1001 - 333.67 = 667.3 against 1500 - 833.67 = 666.3.
    assert violation.message == "leg `l2` of feed `f` carries more than its share on 2026-02-01"


# --- strands


def _two_ups(*items, **policy):
    """Return UPS `ua` and `ub` with feeds `a` and `b` of rack `r1`."""
    return estate(
        node("grid", "utility"),
        node("ua", "ups", "grid"),
        node("ub", "ups", "grid"),
        node("pa", "panel", "ua"),
        rack(),
        feed("a", parent="pa"),
        feed("b", parent="ub"),
        *items,
        **policy,
    )


def test_strands_of_a_site_are_loaded_evenly():
    items = workload(draw_w=1000), workload("x", cords=1, draw_w=251)
    plan = layout({"w-1": at("r1", 1, "a", "b"), "x-1": at("r1", 2, "b")})
    # 500 and 751 W: 251 W apart, 20 % of 1251 W are 250.2.
    e = _two_ups(*items, strand_imbalance_permille=200)
    (violation,) = found(e, plan, "power.strands")
    assert violation[1:6] == ("s1", "normal", 251, 250, "W")
    assert violation.message == (
        "the strands of site `s1` are not loaded evenly: `ub` carries more than `ua`"
    )
    assert violation.required_note == "751 W on `ub` - 500 W on `ua`"
    assert violation.available_note == "20 % x 1251 W on 2 strands"
    # 20.1 % are 251.4 W; without a share nothing is judged.
    assert found(with_items(e, strand_imbalance_permille=201), plan, "power.strands") == []
    assert found(_two_ups(*items), plan, "power.strands") == []
    # 20 % of 500 + 750 W are exactly the 250 W apart.
    exact = with_items(e, workload("x", cords=1, draw_w=250))
    assert found(exact, plan, "power.strands") == []
    # A tenth of a watt counts: the losses of the panel are 1 permille of 500 W.
    e = with_items(e, node("pa", "panel", "ua", loss_permille=1), strand_imbalance_permille=200)
    assert loads(e, plan, "ua") == [Fraction(5005, 10)]
    # 250.5 of 20 % x 1251.5 = 250.3 W.
    assert figures(e, plan, "power.strands") == [("s1", 251, 250, "W")]


def test_which_nodes_are_strands():
    grid = Grid(
        with_items(
            _two_ups(),
            # A catcher feeds nothing in the normal state, a UPS of another site nothing at all.
            node("catcher", "ups", "grid"),
            node("uc", "ups", "grid"),
            switch("sts", "uc", "catcher"),
            feed("c", parent="sts"),
            node("ux", "ups", site="s2"),
            node("py", "panel", site="s2"),
            feed("y", parent="py", site="s2"),
            node("pz", "panel", site="s2"),
            # A UPS in the rack is a strand itself.
            node("ur", "ups", "pz", site="s3", rack="r1", outlets={"c13": 2}),
            feed("z", site="s4"),
            switch("dead", "none", "never", site="s4"),
            node("none", "utility", site="s4"),
            node("never", "utility", site="s4"),
        )
    )

    def ids(nodes):
        return [grid.nodes[n].id for n in nodes]

    assert {site: ids(nodes) for site, nodes in strands(grid).items()} == {
        "s1": ["ua", "ub", "uc"],
        "s2": ["py", "pz"],
        "s3": ["ur"],
    }
    found = {key: grid.nodes[strand_of(grid, grid.index[key])].id for key in ("a", "b", "c", "y")}
    assert found == {"a": "ua", "b": "ub", "c": "uc", "y": "py"}
    bare = Grid(estate(node("grid", "utility"), feed("a", None, "grid")))
    assert strand_of(bare, bare.index["a"]) == bare.index["grid"] == 0
    # Without UPS and panel the topmost node.
    assert strand_of(grid, grid.index["z"]) == grid.index["z"]
    assert grid.nodes[strand_of(grid, grid.index["dead"])].id == "none"
    assert strand_of(grid, grid.index["ur"]) == grid.index["ur"]


# --- partners


def _partners(**fields):
    return _two_ups(workload(count=2, cords=1, **fields))


BOTH_ON_A = layout({"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")})


@pytest.mark.parametrize(
    ("fields", "is_judged"),
    [
        ({"survive": {"room": 0}}, True),
        ({"spread": {"site": Spread(max_per_domain=2)}}, True),
        ({}, False),
        # Two inlets take an outlet, or none does.
        ({"survive": {"room": 0}, "cords": 2}, False),
        ({"survive": {"room": 0}, "inlet": "dc"}, False),
    ],
)
def test_who_are_partners(fields, is_judged):
    e = _two_ups(workload(**{"count": 2, "cords": 1, **fields}))
    violations = found(e, BOTH_ON_A, "power.partners")
    assert [v[1:6] for v in violations] == [("w", "normal", 2, 1, "instances")] * is_judged


def test_partners_do_not_all_hang_on_one_strand():
    e = _two_ups(workload(count=3, cords=1, survive={"ups": 0}, partial=True))
    places = {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a"), "w-3": at("r1", 3, "b")}
    assert found(e, layout(places), "power.partners") == []
    two = {key: places[key] for key in ("w-1", "w-2")}
    (violation,) = found(e, layout(two, unplaced=("w-3",)), "power.partners")
    assert violation[3:5] == (2, 1)
    assert violation.message == (
        "`w-1`, `w-2` stand in for each other, and all hang on strand `ua`"
    )
    # One alone has no partner; one whose cord is missing is on no strand.
    assert found(e, layout({"w-1": places["w-1"]}), "power.partners") == []
    half = layout({**two, "w-3": at("r1", 3)})
    assert found(e, half, "power.partners") == []
    # A workload of one instance has no partner.
    e = _two_ups(workload(cords=1, survive={"room": 0}))
    assert found(e, layout({"w-1": at("r1", 1, "a")}), "power.partners") == []


# --- modules


@pytest.mark.parametrize(
    ("modules", "draw_w", "is_over"),
    [
        # N+1: three of 1000 W, two needed: 2000 W x 80 % = 1600 W.
        (UpsModules(count=3, needed=2, w=1000), 1600, False),
        (UpsModules(count=3, needed=2, w=1000), 1601, True),
        # The spare one adds nothing; a third needed one does.
        (UpsModules(count=4, needed=2, w=1000), 1601, True),
        (UpsModules(count=4, needed=3, w=1000), 2400, False),
    ],
)
def test_modules_n_plus_1(modules, draw_w, is_over):
    e = estate(
        node("ups", "ups", modules=modules),
        rack(),
        feed("a", parent="ups"),
        workload(cords=1, draw_w=draw_w, inlet="c20"),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    available = modules.needed * 1000 * 8 // 10
    expected = [("ups", draw_w, available, "W")] if is_over else []
    assert figures(e, plan, "power.normal") == expected


def _shared(pairs, draw_w):
    """Return a UPS of 1000 W per letter and one device of `draw_w` on every pair."""
    names = sorted(set("".join(pairs)))
    items = [rack()]
    for name in names:
        items += [node(name, "ups", rated_w=1000), feed(f"f{name}", parent=name)]
    items += [workload(pair.lower(), draw_w=draw_w) for pair in pairs]
    places = {
        f"{pair.lower()}-1": at("r1", n, f"f{pair[0]}", f"f{pair[1]}")
        for n, pair in enumerate(pairs, start=1)
    }
    return estate(*items, kappa_permille=1000), layout(places)


@pytest.mark.parametrize(
    ("pairs", "usable_w"),
    [
        # 3N/2, "3 to make 2": a source carries half of two pairs and, when another is lost, half
        # of the pair shared with it: 3/2 d <= 1000; three pairs, 2000 W of 3000.
        (("AB", "AC", "BC"), 2000),
        # 4N/3, "4 to make 3": half of three pairs and half of one: 2 d <= 1000; six pairs, 3000 W
        # of 4000.
        (("AB", "AC", "AD", "BC", "BD", "CD"), 3000),
    ],
)
def test_distributed_redundancy_carries_all_but_one_source(pairs, usable_w):
    each = usable_w // len(pairs)  # 666 W (1998 in all) and 500 W
    e, plan = _shared(pairs, each)
    assert check(e, plan, DAY).violations == ()
    e, plan = _shared(pairs, each + 1)
    # 667 x 3/2 = 1000.5 W, 501 x 2 = 1002 W.
    required = {3: 1001, 6: 1002}[len(pairs)]
    sources = sorted(set("".join(pairs)))
    assert figures(e, plan, "power.failover") == [(s, required, 1000, "W") for s in sources]
