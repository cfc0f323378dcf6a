"""Power rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from planner.model.power import PowerKind
from planner.model.workload import PsuMode
from tests.builders import at, estate, feed, node, rack, switch, workload
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


# --- cords that have no place at all


def test_every_inlet_needs_an_outlet_of_its_type():
    e = estate(rack(), feed("a", outlets={"c13": 4}), workload(cords=1, inlet="c20"))
    assert not allows(e, {"w-1": at("r1", 1, "a")})


def test_cord_to_another_rack_is_no_cord():
    e = estate(rack("r1"), rack("r2"), feed("a", "r2"), workload(cords=1))
    assert not allows(e, {"w-1": at("r1", 1, "a")})
    assert allows(e, {"w-1": at("r2", 1, "a")})
