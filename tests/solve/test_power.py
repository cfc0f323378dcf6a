"""Power rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from datetime import date
from fractions import Fraction

import pytest

from planner.model.power import PowerKind
from planner.model.workload import PsuMode, Spread
from planner.solve import Options, plan
from tests.builders import (
    DAY,
    as_built,
    at,
    combination,
    estate,
    feed,
    node,
    rack,
    switch,
    unit,
    waiver,
    workload,
)
from tests.solve.fixing import allows, pair

UPS, UTILITY, GENERATOR = PowerKind.UPS, PowerKind.UTILITY, PowerKind.GENERATOR


# --- power.cord


@pair("power.cord", "rating_w", forbidden=499, allowed=500)
def test_single_cord_within_its_supply(rating_w, says):
    e = estate(rack(), feed("a"), workload(cords=1, draw_w=500, rating_w=rating_w))
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.cord", "rating_w", forbidden=499, allowed=500)
def test_one_of_two_cords_carries_all_after_the_loss_of_a_feed(rating_w, says):
    # 250 W a cord normally; the loss of either feed leaves 500 W on the other.
    e = estate(rack(), feed("a"), feed("b"), workload(draw_w=500, rating_w=rating_w))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("power.cord", "pf", forbidden=999, allowed=1000)
def test_cord_within_its_outlet(pf, says):
    # C13: 10 A x 230 V = 2300 VA. 2300 W at power factor 0.999 are 2302.3 VA.
    e = estate(rack(), feed("a"), workload(cords=1, draw_w=2300, pf=pf))
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.cord", "volts_ll", forbidden=398, allowed=400)
def test_outlet_voltage_from_line_to_line(volts_ll, says):
    # C13: 400 V / sqrt(3) = 230.9, 230 V x 10 A = 2300 VA; 398 V: 229.8, so 2290 VA.
    e = estate(rack(), feed("a", volts_ll=volts_ll), workload(cords=1, draw_w=2300))
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.cord", "psus_required", forbidden=1, allowed=2)
def test_standby_supplies_rest(psus_required, says):
    # 800 W on the first one or two of three supplies of 400 W each; three feeds, so that the loss
    # of one leaves two.
    e = estate(
        rack(),
        feed("a"),
        feed("b"),
        feed("c"),
        workload(
            cords=3,
            draw_w=800,
            rating_w=400,
            psus_required=psus_required,
            psu_mode=PsuMode.ACTIVE_STANDBY,
        ),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b", "c")}) is says


# --- power.normal


@pair("power.normal", "rated_w", forbidden=1249, allowed=1250)
def test_node_carries_its_normal_load(rated_w, says):
    # 80 % of 1250 W = 1000 W; of 1249 W 999 W. Two servers of 500 W. After a loss 100 % counts.
    e = estate(
        rack(),
        feed("a", rated_w=rated_w, kappa_fail_permille=1000),
        workload(count=2, cords=1),
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")}) is says


@pair("power.normal", "draw_w", forbidden=8869, allowed=8868)
def test_three_phase_feed(draw_w, says):
    # sqrt(3) x 400 V x 16 A x 80 % = 8868.1 VA, floored; power factor 1, hard-wired to a panel
    # would be as good. Four cords so that no outlet is the limit: 8869 / 4 = 2218 of 3680 VA.
    e = estate(
        rack(),
        feed("a", phases=3, volts_ll=400, amps_ma=16_000, kappa_fail_permille=1000),
        workload(cords=4, inlet="c20", draw_w=draw_w, psus_required=4),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "a", "a", "a")}) is says


@pair("power.normal", "loss_permille", forbidden=101, allowed=100)
def test_losses_load_the_node_above(loss_permille, says):
    # 1000 W + 10 % = 1100 W through the UPS on a utility of 1100 W; 10.1 % would be 1101 W.
    e = estate(
        rack(),
        node("u", UTILITY, rated_w=1100, kappa_permille=1000),
        node("ups", UPS, "u", loss_permille=loss_permille),
        feed("a", parent="ups"),
        workload(cords=1, draw_w=1000),
    )
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.normal", "input_pf", forbidden=899, allowed=900)
def test_input_power_factor_of_a_ups(input_pf, says):
    # 900 W at input power factor 0.9 are 1000 VA for the utility, at 0.899 1001.1 VA.
    e = estate(
        rack(),
        node("u", UTILITY, rated_va=1000, kappa_permille=1000),
        node("ups", UPS, "u", input_pf_permille=input_pf),
        feed("a", parent="ups"),
        workload(cords=1, draw_w=900, pf=950),
    )
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


# --- power.failover


@pair("power.failover", "rated_w", forbidden=1249, allowed=1250)
def test_remaining_feed_carries_both_cords(rated_w, says):
    # 500 W a feed normally; 1000 W after the loss of either, on 80 % of 1250 W (a feed's default).
    e = estate(
        rack(), feed("a", rated_w=rated_w), feed("b", rated_w=rated_w), workload(draw_w=1000)
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("power.failover", "draw_w", forbidden=1001, allowed=1000)
def test_remaining_ups_carries_all_of_its_capacity(draw_w, says):
    # 2N: two UPS of 1000 W; above the panels 100 % counts after a loss.
    e = estate(
        rack(),
        node("ups-a", UPS, rated_w=1000),
        node("ups-b", UPS, rated_w=1000),
        feed("a", parent="ups-a"),
        feed("b", parent="ups-b"),
        workload(draw_w=draw_w),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("power.failover", "recharge_w", forbidden=101, allowed=100)
def test_generator_recharges_the_battery(recharge_w, says):
    # Utility lost: the generator carries 900 W and the recharge of the UPS that ran on battery.
    e = estate(
        rack(),
        node("u", UTILITY),
        node("g", GENERATOR, rated_w=1000, start_s=15),
        switch("s", "u", "g"),
        node("ups", UPS, "s", autonomy_min=10, recharge_w=recharge_w),
        feed("a", parent="ups"),
        workload(cords=1, draw_w=900),
    )
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


def catcher(rated_w, transfer_ms=10):
    """Two primary UPS behind switches to one catcher, two servers with one cord each."""
    return estate(
        rack(),
        node("p1", UPS),
        node("p2", UPS),
        node("catch", UPS, rated_w=rated_w),
        switch("s1", "p1", "catch", transfer_ms),
        switch("s2", "p2", "catch", transfer_ms),
        feed("a", parent="s1"),
        feed("b", parent="s2"),
        workload("x", cords=1, draw_w=700),
        workload("y", cords=1, draw_w=600),
    )


@pair("power.failover", "rated_w", forbidden=699, allowed=700)
def test_catcher_takes_one_primary_at_a_time(rated_w, says):
    # N+1: the loss of p1 brings 700 W to the catcher, that of p2 600 W, never both.
    assert allows(catcher(rated_w), {"x-1": at("r1", 1, "a"), "y-1": at("r1", 2, "b")}) is says


@pair("power.failover", "nodes", forbidden=("b", "c"), allowed=("a", "c"))
def test_unbalanced_pairs_of_four_thirds(nodes, says):
    # 4N/3 on three of its UPS of 1500 W: x (1200 W) on a and b, y (1000 W) on one of them and c.
    # y on b: losing a brings b 1200 + 500 = 1700 W. y on a: losing b brings a 1700 W as well, but
    # UPS a is one of 2000 W; losing c brings it 600 + 1000 = 1600 W.
    e = estate(
        rack(),
        node("ups-a", UPS, rated_w=2000, kappa_permille=1000),
        node("ups-b", UPS, rated_w=1500, kappa_permille=1000),
        node("ups-c", UPS, rated_w=1500, kappa_permille=1000),
        feed("a", parent="ups-a"),
        feed("b", parent="ups-b"),
        feed("c", parent="ups-c"),
        workload("x", draw_w=1200),
        workload("y", draw_w=1000),
    )
    places = {"x-1": at("r1", 1, "a", "b"), "y-1": at("r1", 2, *nodes)}
    assert allows(e, places) is says


@pair("power.failover", "rated_w", forbidden=899, allowed=900)
def test_combination_of_two_losses(rated_w, says):
    # Three feeds, 300 W each. One loss leaves 450 W on each of the others, the combination 900 W.
    e = estate(
        rack(),
        *(feed(key, rated_w=rated_w, kappa_fail_permille=1000) for key in "abc"),
        workload(cords=3, draw_w=900),
        combination("both", ("feed", "a"), ("feed", "b")),
    )
    assert allows(e, {"w-1": at("r1", 1, "a", "b", "c")}) is says


@pair("power.normal", "permille", forbidden=801, allowed=800)
def test_diversity_of_a_kind_of_node(permille, says):
    # Two servers of 500 W on one panel that never draws more than 80 % of that: 800 W.
    e = estate(
        rack(),
        node("p", PowerKind.PANEL, rated_w=1000),
        feed("a", parent="p"),
        workload(count=2, cords=1),
        diversity_permille={"panel": permille},
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")}) is says


# --- power.imbalance


def legs(*more, rated_va=3680, outlets_on=("l1", "l2", "l3"), **policy):
    """A feed of three legs of 3680 VA, so that 368 VA beyond the average are allowed."""
    return estate(
        rack(),
        node("f", PowerKind.FEED),
        *(
            node(
                key,
                PowerKind.LEG,
                "f",
                rack="r1",
                rated_va=rated_va,
                outlets={"c13": 9} if key in outlets_on else {},
            )
            for key in ("l1", "l2", "l3")
        ),
        *more,
        **policy,
    )


@pair("power.imbalance", "draw_w", forbidden=553, allowed=552)
def test_leg_carries_little_more_than_the_average(draw_w, says):
    # One device on l1: 552 - 552 / 3 = 368 VA; 553: 368.7 VA.
    assert allows(legs(workload(cords=1, draw_w=draw_w)), {"w-1": at("r1", 1, "l1")}) is says


@pair("power.imbalance", "node_of_x", forbidden="l1", allowed="l2")
def test_devices_on_different_legs_balance_each_other(node_of_x, says):
    # 500 W on l1 and l2: 500 - 333.3 VA; both on l1: 1000 - 333.3 VA.
    e = legs(workload(cords=1), workload("x", cords=1))
    assert allows(e, {"w-1": at("r1", 1, "l1"), "x-1": at("r1", 2, node_of_x)}) is says


@pair("power.imbalance", "until", forbidden=date(2026, 6, 30), allowed=None)
def test_legs_are_in_balance_on_every_day(until, says):
    # 900 W on each leg; from July on 900 W on l1 alone, 600 VA beyond the average.
    e = legs(
        workload(cords=1, draw_w=900),
        workload("x", count=2, cords=1, draw_w=900, valid_until=until),
        planning_horizon=date(2026, 12, 31),
    )
    places = {"w-1": at("r1", 1, "l1"), "x-1": at("r1", 2, "l2"), "x-2": at("r1", 3, "l3")}
    assert allows(e, places) is says


@pair("power.imbalance", "pressed", forbidden=("l1", "l2"), allowed=("l2", "l3"))
def test_line_to_line_outlets_press_on_two_legs(pressed, says):
    # 578 VA of 1000 W on each leg of the bank, 500 W on l1. With the bank on l2 and l3: 578 -
    # (500 + 2 x 578) / 3 = 26 VA; on l1 and l2: 1078 - 552 = 526 VA.
    e = legs(
        node("bank", PowerKind.BANK, "f", rack="r1", outlets={"c13": 9}, legs=pressed),
        workload(cords=1),
        workload("x", cords=1, draw_w=1000),
    )
    assert allows(e, {"w-1": at("r1", 1, "l1"), "x-1": at("r1", 2, "bank")}) is says


@pair("power.imbalance", "draw_w", forbidden=553, allowed=552)
def test_cooling_unit_on_a_leg_counts(draw_w, says):
    # Nothing is placed; the unit alone is out of balance, see the first test.
    e = legs(unit("ac", 1000, "z1", "l1", draw_w=draw_w))
    assert allows(e, {}) is says


@pair("power.imbalance", "of_node, of_policy", forbidden=(100, 200), allowed=(None, 200))
def test_share_of_the_node_before_that_of_the_policy(of_node, of_policy, says):
    # 600 W on l1: 400 VA; 10 % of 3680 VA are 368, 20 % 736.
    e = legs(
        node("f", PowerKind.FEED, imbalance_permille=of_node),
        workload(cords=1, draw_w=600),
        imbalance_permille=of_policy,
    )
    assert allows(e, {"w-1": at("r1", 1, "l1")}) is says


@pair("power.imbalance", "amount", forbidden=33, allowed=34)
def test_amount_is_rounded_up_less_allowance_rounded_down(amount, says):
    # 602 W: 401.33 VA, so 402; 10 % of 3685 VA are 368.5, so 368.
    e = legs(
        workload(cords=1, draw_w=602),
        waiver("power.imbalance", "f", amount),
        rated_va=3685,
    )
    assert allows(e, {"w-1": at("r1", 1, "l1")}) is says


@pytest.mark.parametrize(("draw_w", "amount"), [(552, 0), (602, 34), (900, 232)])
def test_soft_imbalance_counts_as_much(draw_w, amount):
    # 552 W: 368 of 368.5 VA allowed; 602 W: as above; 900 W: 600 - 368 VA.
    e = legs(
        workload(cords=1, draw_w=draw_w),
        rated_va=3685,
        outlets_on=("l1",),
        soft={"power.imbalance": 1},
    )
    outcome = plan(e, as_built(), DAY, Options(workers=1))
    assert {t.tier: t.objective for t in outcome.layout.tiers}["soft"] == amount
    assert outcome.status == "OPTIMAL"


def test_optimizer_picks_legs_in_balance():
    # Three racks, each with feeds A and B of three legs, 1 % of 3680 VA allowed: 36. The devices
    # draw 300, 200 and 100 W on two cords each.
    legs_of = {f"{n}{side}": [f"{n}{side}{k}" for k in "123"] for n in "123" for side in "ab"}
    e = estate(
        *(rack(n) for n in "123"),
        *(node(f, PowerKind.FEED) for f in legs_of),
        *(
            node(leg, PowerKind.LEG, f, rack=f[0], rated_va=3680, outlets={"c13": 9})
            for f, names in legs_of.items()
            for leg in names
        ),
        workload("x", 6, draw_w=300, pf=1000),
        workload("y", 9, draw_w=200, pf=1000),
        workload("z", 9, draw_w=100, pf=1000),
        imbalance_permille=10,
    )
    outcome = plan(e, as_built(), DAY, Options(workers=1))
    assert not outcome.layout.unplaced
    va = dict.fromkeys((leg for names in legs_of.values() for leg in names), Fraction(0))
    for key, placement in outcome.layout.placements.items():
        draw = {"x": 300, "y": 200, "z": 100}[key[0]]
        for cord in placement.place.cords:
            va[cord.node] += Fraction(draw, 2)
    for names in legs_of.values():
        here = [va[leg] for leg in names]
        assert max(here) - sum(here) / 3 <= 36
    assert sum(va.values()) == 6 * 300 + 9 * 200 + 9 * 100


# --- power.strands


def two_strands(*more, permille=100, **policy):
    """A rack with a feed on each of two UPS, strands that may differ by 10 % of all."""
    return estate(
        rack(),
        node("ups-a", UPS),
        node("ups-b", UPS),
        feed("a", parent="ups-a"),
        feed("b", parent="ups-b"),
        *more,
        strand_imbalance_permille=permille,
        **policy,
    )


@pair("power.strands", "draw_w", forbidden=1101, allowed=1100)
def test_strands_carry_about_the_same(draw_w, says):
    # 1100 and 900 W: 200 of 2000 W; 1101 and 900 W: 201 of 2001 W, 200.1 are allowed.
    e = two_strands(workload(cords=1, draw_w=draw_w), workload("x", cords=1, draw_w=900))
    assert allows(e, {"w-1": at("r1", 1, "a"), "x-1": at("r1", 2, "b")}) is says


@pair("power.strands", "permille", forbidden=100, allowed=None)
def test_strands_may_differ_where_no_share_is_stated(permille, says):
    e = two_strands(workload(cords=1), permille=permille)
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.strands", "own_w", forbidden=300, allowed=100)
def test_own_draw_of_a_strand_counts(own_w, says):
    # 500 W on each; 100 W of its own are 9.1 % of 1100 W, 300 W are 23 % of 1300 W.
    e = two_strands(node("ups-a", UPS, own_w=own_w), workload(draw_w=1000))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("power.strands", "above", forbidden=PowerKind.TRANSFORMER, allowed=UPS)
def test_panels_are_strands_only_without_a_ups(above, says):
    # Of two panels the second is empty; behind one UPS both are one strand.
    e = estate(
        rack(),
        node("top", above),
        node("p1", PowerKind.PANEL, "top"),
        node("p2", PowerKind.PANEL, "top"),
        feed("a", parent="p1"),
        feed("b", parent="p2"),
        workload(cords=1),
        strand_imbalance_permille=100,
    )
    assert allows(e, {"w-1": at("r1", 1, "a")}) is says


@pair("power.strands", "amount", forbidden=236, allowed=237)
def test_amount_of_strands_is_rounded_likewise(amount, says):
    # 1009 W on three cords, two on a: 672.7 - 336.3 = 336.3 W, so 337; 10 % are 100.9, so 100.
    e = two_strands(workload(cords=3, draw_w=1009), waiver("power.strands", "s1", amount))
    assert allows(e, {"w-1": at("r1", 1, "a", "a", "b")}) is says


def test_optimizer_spreads_single_cords_over_the_strands():
    # Ten devices of 100 to 1000 W, 5500 W: each strand gets 2475 to 3025 W.
    e = two_strands(*(workload(f"w{n}", cords=1, draw_w=100 * n) for n in range(1, 11)))
    outcome = plan(e, as_built(), DAY, Options(workers=1))
    assert not outcome.layout.unplaced
    on_a = sum(
        100 * int(key[1:].partition("-")[0])
        for key, placement in outcome.layout.placements.items()
        if placement.place.cords[0].node == "a"
    )
    assert 2475 <= on_a <= 3025


# --- power.partners

EVEN = {"rack": Spread(max_per_domain=9)}


@pair("power.partners", "parent", forbidden="ups-a", allowed="ups-b")
def test_partners_hang_on_different_strands(parent, says):
    e = two_strands(
        workload(count=2, cords=1, spread=EVEN), feed("b", parent=parent), permille=None
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "b")}) is says


@pair(
    "power.partners",
    "fields",
    forbidden={"cords": 1, "spread": EVEN},
    allowed={"cords": 1},
)
def test_only_those_that_stand_in_for_each_other(fields, says):
    e = two_strands(workload(count=2, **fields), permille=None)
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")}) is says


def test_second_cord_makes_partners_independent():
    e = two_strands(workload(count=2, spread=EVEN), permille=None)
    assert allows(e, {"w-1": at("r1", 1, "a", "a"), "w-2": at("r1", 2, "a", "a")})


@pair("power.partners", "nodes", forbidden=("a", "a"), allowed=("a",))
def test_one_of_a_part_has_no_partner(nodes, says):
    # Of three instances two are placed, on one strand, or a single one.
    e = two_strands(workload(count=3, cords=1, spread=EVEN, partial=True), permille=None)
    assert allows(e, {f"w-{n}": at("r1", n, key) for n, key in enumerate(nodes, 1)}) is says


@pair("power.partners", "subject", forbidden="x", allowed="w")
def test_partners_may_be_waived(subject, says):
    e = two_strands(
        workload(count=2, cords=1, spread=EVEN),
        waiver("power.partners", subject, 1),
        permille=None,
    )
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")}) is says


# --- cords that have no place at all


def test_every_inlet_needs_an_outlet_of_its_type():
    e = estate(rack(), feed("a", outlets={"c13": 4}), workload(cords=1, inlet="c20"))
    assert not allows(e, {"w-1": at("r1", 1, "a")})


def test_cord_to_another_rack_is_no_cord():
    e = estate(rack("r1"), rack("r2"), feed("a", "r2"), workload(cords=1))
    assert not allows(e, {"w-1": at("r1", 1, "a")})
    assert allows(e, {"w-1": at("r2", 1, "a")})
