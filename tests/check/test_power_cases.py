"""Hand-computed power cases: the arithmetic stands beside each figure."""

from fractions import Fraction

from planner.check import check
from planner.check.case import Case
from planner.check.grid import Grid
from planner.check.loads import load_models
from planner.model.scenarios import Look, iter_scenarios
from planner.model.workload import PsuMode
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
    unit,
    with_items,
    workload,
    zone,
)


def load(e, plan, key, scenario="normal", *, look=Look.SUSTAINED, unit="W"):
    """Return the exact load of a node, None where it is not live."""
    grid = Grid(e)
    (model,) = load_models(Case.of_layout(e, plan, DAY), grid)
    (lost,) = (s for s in iter_scenarios(e) if s.id == scenario)
    (moment,) = (m for m in grid.moments(lost) if m.look is look)
    n = grid.index[key]
    if n in moment.off:
        return None
    found = model.change(moment).loads.get(n, model.normal.loads[n])
    return Fraction(found.w if unit == "W" else found.va, model.scale)


def broken(e, plan, but=""):
    """Return (rule, subject, scenario, required, available, unit) of every violation.

    `but` names a rule that is of no concern.
    """
    return [
        (v.rule, v.subject, v.scenario, v.required, v.available, v.unit)
        for v in check(e, plan, DAY).violations
        if v.rule != but
    ]


# --- cords


def test_single_cord_stays_where_it_is():
    e = one_rack(workload(cords=1, draw_w=500))
    plan = layout({"w-1": at("r1", 1, "a")})
    assert load(e, plan, "a") == 500
    assert load(e, plan, "a", "loss of feed b") == 500
    assert load(e, plan, "b") == 0
    assert load(e, plan, "b", "loss of feed a") == 0


def test_dual_cord_draws_once_and_transfers_half():
    e = one_rack(workload(draw_w=501))
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    # 501 / 2 = 250.5 on each, exact.
    assert load(e, plan, "a") == Fraction(501, 2)
    assert load(e, plan, "a", "loss of feed b") == 501


def test_two_plus_two_supplies():
    # Four supplies, two needed: 1000 W / 4 cords, two cords on each feed.
    e = one_rack(workload(cords=4, psus_required=2, draw_w=1000, survive={"feed": 1}))
    plan = layout({"w-1": at("r1", 1, "a", "a", "b", "b")})
    assert load(e, plan, "a") == 500  # 2 x 250
    assert load(e, plan, "a", "loss of feed b") == 1000  # 2 x 500
    assert broken(e, plan) == []
    # Three on A, one on B: one cord is too few when A is lost.
    plan = layout({"w-1": at("r1", 1, "a", "a", "a", "b")})
    assert load(e, plan, "a") == 750  # 3 x 250
    assert load(e, plan, "b", "loss of feed a") == 0
    assert broken(e, plan) == [
        ("redundancy.survive", "w:feed", "loss of feed a", 1, 0, "instances")
    ]


def test_standby_supply_carries_when_the_first_is_lost():
    e = one_rack(workload(draw_w=1000, psu_mode=PsuMode.ACTIVE_STANDBY))
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert (load(e, plan, "a"), load(e, plan, "b")) == (1000, 0)
    assert load(e, plan, "b", "loss of feed a") == 1000
    assert load(e, plan, "a", "loss of feed b") == 1000


def test_rating_of_a_supply_and_of_an_outlet_after_a_loss():
    # 1000 W on two cords are 500 W each; on one cord 1000 W > 900 W.
    e = one_rack(workload(draw_w=1000, rating_w=900))
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert broken(e, plan) == [("power.cord", "w-1", "loss of feed a", 1000, 900, "W")]
    (violation,) = check(e, plan, DAY).violations
    assert violation.message == (
        "`w-1` draws more through inlet `psu2` than its supply on `b` takes if feed `a` is lost"
    )
    assert violation.required_note == "1000 W on 1 live cord; 1 further scenario"
    assert violation.available_note == "rating of inlet `psu2`"
    # 2200 W / 0.95 = 2315.8 VA on one C13, which takes 10 A x 230 V = 2300 VA.
    e = one_rack(workload(draw_w=2200, pf=950))
    assert broken(e, plan) == [("power.cord", "w-1", "loss of feed a", 2316, 2300, "VA")]
    (violation,) = check(e, plan, DAY).violations
    assert violation.message == (
        "`w-1` draws more through inlet `psu2` than its outlet on `b` takes if feed `a` is lost"
    )
    assert violation.required_note == "2200 W / 0.95 on 1 live cord; 1 further scenario"
    assert violation.available_note == "c13 10 A x 230 V"
    # 2200 VA at 400 V line to line: floor(400 / sqrt(3)) = 230 V again; at 240 V 2400 VA.
    feeds = (feed("a", volts_ll=400), feed("b", volts_ln=240))
    assert broken(with_items(e, *feeds), plan) == [
        ("power.cord", "w-1", "loss of feed b", 2316, 2300, "VA")
    ]


def test_worst_of_several_overdrawn_cords_is_reported():
    # 1250 VA on each cord, both needed: 10 A x 120 V = 1200 VA on a, 10 A x 110 V = 1100 VA on b.
    e = one_rack(
        feed("a", volts_ln=120), feed("b", volts_ln=110), workload(draw_w=2500, psus_required=2)
    )
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert broken(e, plan) == [("power.cord", "w-1", "normal", 1250, 1100, "VA")]


# --- capacity and its text


def test_three_phase_feed_after_a_loss():
    """The example of the design: 400 V x 16 A x sqrt(3) x 80 % = 8868 VA."""
    circuit = {"phases": 3, "volts_ll": 400, "amps_ma": 16_000}
    e = one_rack(feed("a", **circuit), feed("b", **circuit), workload(count=4, draw_w=2256, pf=960))
    plan = layout({f"w-{n}": at("r1", n, "a", "b") for n in range(1, 5)})
    # 4 x 2256 W / 0.96 = 4 x 2350 VA = 9400 VA; half of it, 4700 VA, on each feed before.
    first, second = (v for v in check(e, plan, DAY).violations if v.rule == "power.failover")
    assert first[1:6] == ("a", "loss of feed b", 9400, 8868, "VA")
    assert second[1:6] == ("b", "loss of feed a", 9400, 8868, "VA")
    # Of two that are equally tight the one seen first: feed a is lost before feed b.
    assert check(e, plan, DAY).tightest[0].subject == "b"
    assert second.message == "rack `r1` overloads feed `b` if feed `a` is lost"
    assert second.required_note == "4700 VA of its own + 4700 VA transferred from `a`"
    assert second.available_note == "400 V x 16 A x sqrt(3) x 80 %"
    assert second.hint == (
        "move `w-1` (2350 VA); `planner explain w-1` lists the racks that can take it"
    )


def test_exactly_full_is_allowed_and_a_third_of_a_watt_more_is_not():
    # 3 cords, 1000 W: 333 1/3 W on a; 333 W usable (rated 417 x 80 % = 333.6, floored).
    e = one_rack(feed("c"), feed("a", rated_w=417), workload(cords=3, draw_w=1000, psus_required=3))
    plan = layout({"w-1": at("r1", 1, "a", "b", "c")})
    assert broken(e, plan) == [("power.normal", "a", "normal", 334, 333, "W")]
    # 999 W: 333 W on a.
    assert broken(with_items(e, workload(cords=3, draw_w=999, psus_required=3)), plan) == []


def test_kw_and_kva_limit_both_hold():
    # 900 W / 0.8 = 1125 VA at a panel of 1250 W (1000 W usable) and 1250 VA (1000 VA usable).
    e = one_rack(
        node("pan", "panel", rated_w=1250, rated_va=1250),
        feed("a", parent="pan"),
        workload(cords=1, draw_w=900, pf=800),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    assert ("power.normal", "pan", "normal", 1125, 1000, "VA") in broken(e, plan)
    assert {v[-1] for v in broken(e, plan)} == {"VA"}
    # 1100 W at power factor 1: both are broken, each reported in its own unit.
    e = with_items(e, workload(cords=1, draw_w=1100))
    assert [v for v in broken(e, plan) if v[0] == "power.normal"] == [
        ("power.normal", "pan", "normal", 1100, 1000, "VA"),
        ("power.normal", "pan", "normal", 1100, 1000, "W"),
    ]


def test_failure_share_below_the_normal_share_binds_without_any_transfer():
    # 900 W usable normally, 600 W after a loss: 700 W is too much in every loss that leaves a fed.
    e = one_rack(
        feed("a", rated_w=1000, kappa_permille=900, kappa_fail_permille=600),
        workload(cords=1, draw_w=700),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    (violation,) = check(e, plan, DAY).violations
    assert violation[:6] == ("power.failover", "a", "loss of feed b", 700, 600, "W")
    # Feed b only: the loss of feed a, the rack and the places above it leave no load on a.
    assert violation.required_note == "700 W of its own"


# --- losses


def test_losses_through_the_chain():
    e = estate(
        node("grid", "utility"),
        node("ups", "ups", "grid", loss_permille=40, input_w=200, input_pf_permille=990),
        node("pan", "panel", "ups", loss_permille=10, own_w=50),
        rack(),
        feed("a", parent="pan"),
        workload(cords=1, draw_w=950, pf=950),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    assert (load(e, plan, "a"), load(e, plan, "a", unit="VA")) == (950, 1000)  # 950 W / 0.95
    assert (load(e, plan, "pan"), load(e, plan, "pan", unit="VA")) == (
        1000,
        1050,
    )  # + 50 W of its own
    # The UPS sees the panel's input: 1000 x 1.01 and 1050 x 1.01.
    assert (load(e, plan, "ups"), load(e, plan, "ups", unit="VA")) == (1010, Fraction(10605, 10))
    # The grid sees the UPS's input: 1010 x 1.04 + 200 = 1250.4 W, / 0.99 VA.
    assert load(e, plan, "grid") == Fraction(12504, 10)
    assert load(e, plan, "grid", unit="VA") == Fraction(12504, 10) / Fraction(99, 100)


def test_note_on_a_normal_overload_adds_up():
    # 50 W own + 1010 W through the feed (1000 W with 1 % loss) + 300 W on a cord at the panel.
    e = one_rack(
        node("pan", "panel", rated_w=1000, own_w=50, rack="r1", outlets={"c13": 2}),
        feed("a", parent="pan", loss_permille=10),
        workload(cords=1, draw_w=1000),
        workload("x", cords=1, draw_w=300),
    )
    plan = layout({"w-1": at("r1", 1, "a"), "x-1": at("r1", 2, "pan")})
    (violation,) = (v for v in check(e, plan, DAY).violations if v.rule == "power.normal")
    assert violation.required == 1360
    assert violation.required_note == (
        "50 W of its own + 1010 W through 1 node below + 300 W on 1 cord"
    )
    assert violation.message == "rack `r1` overloads panel `pan` in the normal state"
    # 560 W too much: the smallest device that suffices is w-1.
    assert violation.hint.startswith("move `w-1` (1000 W)")


def test_hint_leaves_pinned_devices_alone():
    e = one_rack(
        feed("a", rated_w=1000),
        workload("w", count=2, cords=1, draw_w=450, pinned=frozenset({1})),
    )
    plan = layout({"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")})
    # 900 W of 800 W: each of the two suffices.
    hint = check(e, plan, DAY).violations[0].hint
    assert hint.startswith("move `w-2` (450 W)")
    e = with_items(e, workload("w", count=2, cords=1, draw_w=450, pinned=frozenset({1, 2})))
    hint = check(e, plan, DAY).violations[0].hint
    assert hint == "raise the capacity of `a`: all that loads it is pinned"


def test_overload_without_any_device_has_no_hint():
    e = estate(node("grid", "utility", rated_w=100, own_w=100), rack())
    # 100 W of its own: 20 W over 80 W normally; after a loss 100 of 100 W are allowed above panels.
    (violation,) = check(e, layout({}), DAY).violations
    assert (violation.rule, violation.amount, violation.hint) == ("power.normal", 20, None)


# --- redundancy of the supply


def _ups_pairs(pair_w, rated_w, **fields):
    """Return four UPS with a feed each, and one dual-corded device per pair with that draw."""
    names = sorted({name for pair in pair_w for name in pair})
    items = [rack()]
    for name in names:
        items += [node(name, "ups", rated_w=rated_w, **fields), feed(f"f{name}", parent=name)]
    places = {}
    for n, (pair, draw_w) in enumerate(sorted(pair_w.items())):
        key = f"{pair[0]}{pair[1]}"
        items.append(workload(key, draw_w=draw_w, cords=2, inlet="c20"))
        places[f"{key}-1"] = at("r1", n + 1, f"f{pair[0]}", f"f{pair[1]}")
    return estate(*items, kappa_permille=1000), layout(places)


def test_2n_each_side_carries_all():
    # 3000 W on A and B: 1500 W each, 3000 W after a loss.
    e, plan = _ups_pairs({"AB": 3000}, 3000)
    assert load(e, plan, "A") == 1500
    assert load(e, plan, "A", "loss of ups B") == 3000
    assert broken(e, plan) == []
    e, plan = _ups_pairs({"AB": 3001}, 3000)
    assert broken(e, plan) == [
        ("power.failover", "A", "loss of ups B", 3001, 3000, "W"),
        ("power.failover", "B", "loss of ups A", 3001, 3000, "W"),
    ]


def test_4n3_with_balanced_and_unbalanced_pairs():
    pairs = ("AB", "AC", "AD", "BC", "BD", "CD")
    # 6 pairs x 1000 W: each source carries half of its three pairs, 1500 W; after a loss half of
    # one pair more: 1500 + 500 = 2000 W, three quarters of it in the normal state.
    e, plan = _ups_pairs(dict.fromkeys(pairs, 1000), 2000)
    assert load(e, plan, "A") == 1500
    assert load(e, plan, "B", "loss of ups A") == 2000
    assert broken(e, plan) == []
    # The same 6000 W, AB 3500 W and the others 500 W: A and B carry (3500 + 500 + 500) / 2 =
    # 2250 W, and when A is lost B carries 2250 + 3500 / 2 = 4000 W; C carries 750 + 250 = 1000 W.
    e, plan = _ups_pairs({**dict.fromkeys(pairs, 500), "AB": 3500}, 3000)
    assert load(e, plan, "B", "loss of ups A") == 4000
    assert load(e, plan, "C", "loss of ups A") == 1000
    assert [v for v in broken(e, plan) if v[0] == "power.failover"] == [
        ("power.failover", "A", "loss of ups B", 4000, 3000, "W"),
        ("power.failover", "B", "loss of ups A", 4000, 3000, "W"),
    ]


#: All of a block hang on one strand by design: its switch stands in for the second cord.
ONE_STRAND = "power.partners"


def _block(draw_w):
    # Four devices a block keep each cord below the rating of a C19.
    return {"count": 4, "cords": 1, "draw_w": draw_w // 4, "inlet": "c20", "survive": {"ups": 4}}


def _catcher(transfer_ms, second_w=4000):
    """Return two blocks of single-corded devices behind switches, and a catcher of 5000 W."""
    items = [rack(), node("catcher", "ups", rated_w=5000)]
    places = {}
    for n, draw_w in ((1, 4000), (2, second_w)):
        items += [
            node(f"ups{n}", "ups", rated_w=10_000),
            switch(f"sts{n}", f"ups{n}", "catcher", transfer_ms),
            feed(f"f{n}", parent=f"sts{n}"),
            workload(f"w{n}", **_block(draw_w)),
        ]
        places |= {f"w{n}-{i}": at("r1", 4 * n + i, f"f{n}") for i in range(1, 5)}
    return estate(*items), layout(places)


def test_catcher_takes_any_one_block():
    e, plan = _catcher(4)
    assert load(e, plan, "catcher") == 0
    assert load(e, plan, "catcher", "loss of ups ups1") == 4000
    assert load(e, plan, "catcher", "loss of ups ups1", look=Look.INTERRUPTION) == 4000
    # 4 ms is within the ride-through of 20 ms: everything stays up.
    assert broken(e, plan, ONE_STRAND) == []


def test_catcher_too_small_for_the_larger_block():
    e, plan = _catcher(4, second_w=6000)
    # 6000 W transferred at once, 5000 W usable (100 % above panels): over in both looks.
    (violation,) = (v for v in check(e, plan, DAY).violations if v.rule != ONE_STRAND)
    assert violation[:6] == (
        "power.failover",
        "catcher",
        "loss of ups ups2 (interruption)",
        6000,
        5000,
        "W",
    )
    assert violation.required_note == (
        "0 W of its own + 6000 W transferred from `ups2`; 1 further scenario"
    )
    assert (
        violation.message == "UPS `catcher` is overloaded if UPS `ups2` is lost before the transfer"
    )


def test_too_slow_a_switch_drops_its_block_until_it_has_transferred():
    e, plan = _catcher(21)
    assert load(e, plan, "sts1", "loss of ups ups1", look=Look.INTERRUPTION) is None
    assert load(e, plan, "catcher", "loss of ups ups1", look=Look.INTERRUPTION) == 0
    assert load(e, plan, "catcher", "loss of ups ups1") == 4000
    assert broken(e, plan, ONE_STRAND) == [
        ("redundancy.survive", "w1:ups", "loss of ups ups1 (interruption)", 4, 0, "instances"),
        ("redundancy.survive", "w2:ups", "loss of ups ups2 (interruption)", 4, 0, "instances"),
    ]
    # 20 ms is still within the ride-through.
    assert broken(*_catcher(20), ONE_STRAND) == []


def test_switch_itself_lost_is_a_single_point_of_failure():
    e, plan = _catcher(4)
    assert load(e, plan, "f1", "loss of transfer_switch sts1") is None
    e = with_items(e, workload("w1", **{**_block(4000), "survive": {"transfer_switch": 1}}))
    assert broken(e, plan, ONE_STRAND) == [
        (
            "redundancy.survive",
            "w1:transfer_switch",
            "loss of transfer_switch sts1",
            1,
            0,
            "instances",
        )
    ]


# --- utility and generator


def _site(autonomy_min=10, **gen):
    """Return a grid and a generator behind a switch; `a` hangs on a UPS, `b` on the bare panel."""
    return estate(
        node("grid", "utility"),
        node("gen", "generator", start_s=15, **gen),
        switch("ts", "grid", "gen", 120),
        node("ups", "ups", "ts", autonomy_min=autonomy_min, input_w=100, recharge_w=300, own_w=10),
        node("pan", "panel", "ts"),
        rack(),
        feed("a", parent="ups"),
        feed("b", parent="pan"),
        workload("w", draw_w=1000, survive={"utility": 1}),
        workload("x", cords=1, draw_w=400),
    )


_SITE_LAYOUT = layout({"w-1": at("r1", 1, "a", "b"), "x-1": at("r1", 2, "b")})


def test_utility_lost_before_the_generator_has_started():
    e, lost, now = _site(), "loss of utility grid", Look.INTERRUPTION
    # b is dark: x is down, w draws all its 1000 W from the battery, through its one live cord.
    assert load(e, _SITE_LAYOUT, "b", lost, look=now) is None
    assert load(e, _SITE_LAYOUT, "ts", lost, look=now) is None
    assert load(e, _SITE_LAYOUT, "gen", lost, look=now) is None
    assert load(e, _SITE_LAYOUT, "a", lost, look=now) == 1000
    assert load(e, _SITE_LAYOUT, "ups", lost, look=now) == 1010  # + 10 W of its own
    assert broken(e, _SITE_LAYOUT) == []


def test_utility_lost_after_the_generator_has_started():
    e, lost = _site(), "loss of utility grid"
    # Normally: 500 + 10 + 100 (no-load) through the UPS, 500 + 400 through the panel.
    assert load(e, _SITE_LAYOUT, "grid") == 1510
    assert load(e, _SITE_LAYOUT, "gen") == 0
    # On the generator the battery is charged again: 1510 + 300.
    assert load(e, _SITE_LAYOUT, "gen", lost) == 1810
    # 1810 W on a generator of 1800 W (100 % after a loss).
    assert broken(_site(rated_w=1800), _SITE_LAYOUT) == [
        ("power.failover", "gen", "loss of utility grid", 1810, 1800, "W")
    ]


def test_battery_that_is_empty_before_the_generator_runs():
    # No autonomy: 15.12 s of darkness for both feeds.
    e = _site(autonomy_min=0)
    assert load(e, _SITE_LAYOUT, "a", "loss of utility grid", look=Look.INTERRUPTION) is None
    assert broken(e, _SITE_LAYOUT) == [
        (
            "redundancy.survive",
            "w:utility",
            "loss of utility grid (interruption)",
            1,
            0,
            "instances",
        )
    ]
    # No battery was used, so nothing is charged: 1510 W.
    assert load(e, _SITE_LAYOUT, "gen", "loss of utility grid") == 1510


def test_generator_and_ups_lost():
    e = _site()
    assert load(e, _SITE_LAYOUT, "grid", "loss of generator gen") == 1510
    # Without the UPS everything hangs on b: 1000 + 400.
    assert load(e, _SITE_LAYOUT, "b", "loss of ups ups") == 1400
    assert load(e, _SITE_LAYOUT, "grid", "loss of ups ups") == 1400
    assert load(e, _SITE_LAYOUT, "a", "loss of ups ups") is None


def test_ups_without_a_source_is_dead_in_both_looks():
    e = estate(
        node("grid", "utility"),
        node("ups", "ups", "grid", autonomy_min=60),
        rack(),
        feed("a", parent="ups"),
        workload(cords=1, survive={"utility": 1}),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    assert broken(e, plan) == [
        ("redundancy.survive", "w:utility", "loss of utility grid", 1, 0, "instances")
    ]


def test_idle_generator_that_feeds_by_preference_is_running():
    # The generator is preferred: it runs already, its start time does not count; the grid takes
    # over within 10 ms.
    e = estate(
        node("grid", "utility"),
        node("gen", "generator", start_s=15),
        switch("ts", "gen", "grid", 10),
        rack(),
        feed("a", parent="ts"),
        workload(cords=1, survive={"generator": 1}),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    assert load(e, plan, "gen") == 500
    assert load(e, plan, "grid", "loss of generator gen", look=Look.INTERRUPTION) == 500
    assert broken(e, plan) == []


def test_ups_on_battery_behind_a_fast_switch_draws_nothing_until_the_transfer_is_over():
    e = estate(
        node("g1", "utility"),
        node("g2", "utility"),
        switch("sts", "g1", "g2", 10),
        node("ups", "ups", "sts", autonomy_min=1, recharge_w=50),
        rack(),
        feed("a", parent="ups"),
        workload(cords=1),
    )
    plan = layout({"w-1": at("r1", 1, "a")})
    assert load(e, plan, "sts", "loss of utility g1", look=Look.INTERRUPTION) == 0
    assert load(e, plan, "sts", "loss of utility g1") == 550


# --- cooling as a consumer


def _cooled(**unit_fields):
    """Return two panels with a cooling unit each; the zone needs 1000 W."""
    return estate(
        node("grid", "utility"),
        node("pa", "panel", "grid"),
        node("pb", "panel", "grid"),
        rack(cooling_zone="z1"),
        feed("a", parent="pa"),
        feed("b", parent="pb"),
        unit("ua", 1000, "z1", "pa", draw_w=200, **unit_fields),
        unit("ub", 900, "z1", "pb", draw_w=200, **unit_fields),
        workload(draw_w=1000),
    )


def test_cooling_unit_goes_with_its_panel_while_the_devices_stay_up():
    e = _cooled()
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert load(e, plan, "pa") == 700  # 500 + 200
    # pa lost: ua stops, ub cools 900 W, the device still draws 1000 W through b.
    assert broken(e, plan) == [("cooling.zone", "z1", "loss of panel pa", 1000, 900, "W")]
    assert load(e, plan, "pb", "loss of panel pa") == 1200  # 1000 + 200


def test_feed_lost_whose_cooling_unit_goes_with_it():
    e = with_items(
        _cooled(), unit("ua", 1000, "z1", "a", draw_w=200), unit("ub", 1000, "z1", "pb", draw_w=200)
    )
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert load(e, plan, "a") == 700
    # Feed a lost: ua stops; ub cools 1000 W, enough.
    assert load(e, plan, "b", "loss of feed a") == 1000
    assert broken(e, plan) == []
    e = with_items(e, unit("ub", 999, "z1", "pb", draw_w=200))
    assert broken(e, plan) == [("cooling.zone", "z1", "loss of feed a", 1000, 999, "W")]


def test_unit_with_two_cords_survives_one_and_shares_its_draw():
    e = with_items(
        _cooled(),
        unit("ua", 1000, "z1", "pa", "pb", draw_w=200, power_factor_permille=800),
        unit("ub", 1000, "z1", "pa", "pb", draw_w=100, cords_required=2),
    )
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    # 500 + 100 + 50 W; 500 + 100 / 0.8 + 50 VA.
    assert (load(e, plan, "pa"), load(e, plan, "pa", unit="VA")) == (650, 675)
    # pb lost: ua on one cord, ub needs two and stops: 1000 + 200.
    assert load(e, plan, "pa", "loss of panel pb") == 1200
    assert broken(e, plan) == []


def _cooled_by_generator(restart_s, ride_through_s, nodes=("pan",), cords_required=1):
    return estate(
        node("grid", "utility"),
        node("gen", "generator", start_s=15),
        switch("ts", "grid", "gen", 120),
        node("ups", "ups", "ts", autonomy_min=10),
        node("pan", "panel", "ts"),
        rack(cooling_zone="z1"),
        feed("a", parent="ups"),
        zone("z1", ride_through_s=ride_through_s),
        unit(
            "u", 1000, "z1", *nodes, draw_w=100, restart_s=restart_s, cords_required=cords_required
        ),
        unit("spare", 1000, "z1", "ups"),
        workload(cords=1, draw_w=1500),
    )


def test_zone_rides_through_until_its_unit_runs_again():
    plan = layout({"w-1": at("r1", 1, "a")})

    def worst(ride_through_s):
        (violation,) = check(_cooled_by_generator(30, ride_through_s), plan, DAY).violations
        assert violation[3:5] == (1500, 1000)
        return violation.scenario, violation.required_note

    # Losing the unit, its panel or the spare unit always leaves 1000 W for 1500 W of heat.
    # 15.12 s without power, 16 s rounded up, and 30 s to restart: 46 s.
    note = "draw of the devices that are up; "
    assert worst(46) == ("loss of panel pan", note + "2 further scenarios")
    assert worst(45) == ("loss of utility grid (interruption)", note + "3 further scenarios")
    # The unit draws when it is fed again: 1500 W through the UPS + 100 W.
    e = _cooled_by_generator(30, 46)
    assert load(e, plan, "gen", "loss of utility grid") == 1600
    assert load(e, plan, "ups", "loss of utility grid", look=Look.INTERRUPTION) == 1500


def test_unit_that_needs_more_cords_than_come_back_does_not_ride_through():
    plan = layout({"w-1": at("r1", 1, "a")})
    e = with_items(
        _cooled_by_generator(0, 600, nodes=("pan", "grid"), cords_required=2),
        unit("spare", 2000, "z1", "ups"),
        unit("spare2", 2000, "z1", "ups"),
    )
    assert broken(e, plan) == []
    e = with_items(e, unit("spare", 1400, "z1", "ups"), unit("spare2", 1, "z1", "ups"))
    # u has lost the grid for good: 1401 W are left before and after the transfer.
    assert ("cooling.zone", "z1", "loss of cooling_unit spare", 1500, 1001, "W") in broken(e, plan)


def test_heat_of_a_rack_up_to_its_design_power():
    # Two devices of 620 W: all that stands there counts, up or not.
    e = one_rack(rack(max_power_w=1240), workload(count=2, draw_w=620))
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")}
    assert broken(e, layout(places)) == []
    e = with_items(e, rack(max_power_w=1239))
    assert broken(e, layout(places)) == [("cooling.rack", "r1", "normal", 1240, 1239, "W")]


def test_unit_that_is_lost_does_not_ride_through():
    # Losing the plant room takes the grid and the unit, whose UPS stays live.
    e = with_items(
        _cooled_by_generator(0, 600),
        node("grid", "utility", room="plant"),
        unit("u", 1500, "z1", "ups", room="plant"),
        unit("spare", 1499, "z1", "ups"),
    )
    (violation,) = check(e, layout({"w-1": at("r1", 1, "a")}), DAY).violations
    assert violation[2:5] == ("loss of cooling_unit u", 1500, 1499)
    # The room and its fire compartment, at both looks each.
    assert violation.required_note == "draw of the devices that are up; 4 further scenarios"


def test_unit_without_cords_runs_unless_it_is_lost():
    e = one_rack(rack(cooling_zone="z1"), unit("u1", 500), unit("u2", 500), workload(draw_w=500))
    assert broken(e, layout({"w-1": at("r1", 1, "a", "b")})) == []


# --- places


def test_room_lost_takes_what_stands_in_it():
    # The panel of feed a stands in another room than the rack.
    e = one_rack(
        node("pa", "panel", room="plant"),
        feed("a", parent="pa"),
        workload(survive={"room": 1, "fire_compartment": 1}),
    )
    plan = layout({"w-1": at("r1", 1, "a", "b")})
    assert load(e, plan, "b", "loss of room plant") == 500
    assert load(e, plan, "a", "loss of room plant") is None
    assert load(e, plan, "b", "loss of rack r1") is None
    assert load(e, plan, "b", "loss of row row1") is None
    assert broken(e, plan) == [
        (
            "redundancy.survive",
            "w:fire_compartment",
            "loss of fire_compartment room1-fc",
            1,
            0,
            "instances",
        ),
        ("redundancy.survive", "w:room", "loss of room room1", 1, 0, "instances"),
    ]


def test_overload_after_the_loss_of_a_room_names_the_room():
    # Feeds a and c hang on panels in the plant room: losing it leaves b alone with 600 W; losing
    # one of them leaves b with 300 W.
    e = one_rack(
        node("pa", "panel", room="plant"),
        node("pc", "panel", room="plant"),
        feed("a", parent="pa"),
        feed("b", rated_w=700),
        feed("c", parent="pc"),
        workload(draw_w=600, cords=3),
    )
    plan = layout({"w-1": at("r1", 1, "a", "b", "c")})
    (violation,) = check(e, plan, DAY).violations
    # The room is its fire compartment, too, which comes later.
    assert violation[:6] == ("power.failover", "b", "loss of room plant", 600, 560, "W")
    assert violation.required_note == (
        "200 W of its own + 400 W transferred from room `plant`; 1 further scenario"
    )


def test_device_without_cords_heats_and_loads_nothing():
    e = one_rack(rack(cooling_zone="z1"), unit("u", 400), workload(cords=0, draw_w=500))
    plan = layout({"w-1": at()})
    assert load(e, plan, "a") == 0
    assert [v[:2] for v in broken(e, plan)] == [("cooling.zone", "z1")]
