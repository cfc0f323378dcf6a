"""What a loss does, by hand on the smallest estates."""

from datetime import timedelta

import pytest

from planner.model.continuity import Domain
from planner.model.scenarios import Look, Scenario
from planner.model.workload import PsuMode
from planner.simulate.effect import (
    AccessLost,
    FewerPaths,
    Move,
    Overload,
    Recovery,
    Short,
    Stopped,
)
from planner.simulate.losses import pair_of
from planner.simulate.simulator import Simulator
from tests.builders import (
    DAY,
    at,
    duct,
    estate,
    feed,
    group,
    layout,
    link,
    network_node,
    node,
    paths,
    pool,
    process,
    rack,
    room,
    service,
    site,
    switch,
    tenant,
    unit,
    workload,
)


def effect_of(made, plan, kind, key, alone=""):
    return Simulator(made, plan, DAY).effect(Scenario(kind, key, alone))


# --- equipment


def test_a_loss_without_effect():
    made = estate(rack("r1"), feed("a"), feed("b"), workload())
    effect = effect_of(made, layout({"w-1": at("r1", 1, "a", "b")}), "feed", "a")
    assert effect.is_empty


def test_what_the_other_feed_carries_too_much():
    # 500 W on two feeds of 400 VA: 250 each, after a loss 500 on the other; 80 % of 400 = 320.
    made = estate(rack("r1"), feed("a", rated_va=400), feed("b", rated_va=400), workload())
    effect = effect_of(made, layout({"w-1": at("r1", 1, "a", "b")}), "feed", "a")
    assert effect.down == ()
    assert effect.overloads == (Overload("b", "feed", "VA", Look.SUSTAINED, 250, 500, 320),)


def test_a_node_that_was_over_before_is_no_effect():
    made = estate(rack("r1"), rack("r2"), feed("a", rated_va=400), feed("b", "r2"),
                  workload("w"), workload("v", cords=1))  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "a", "a"), "v-1": at("r2", 1, "b")})
    simulator = Simulator(made, plan, DAY)
    assert simulator.effect(Scenario("feed", "b")).overloads == ()
    (before,) = simulator.before().overloads
    assert (before.subject, before.load, before.limit) == ("a", 500, 320)


def test_what_is_down_only_until_the_switch_has_transferred():
    made = estate(
        rack("r1"), node("grid", "utility"), node("gen", "generator", start_s=15),
        switch("ts", "grid", "gen", 100), feed("a", parent="ts"), workload(cords=1),
    )  # fmt: skip
    effect = effect_of(made, layout({"w-1": at("r1", 1, "a")}), "utility", "grid")
    assert (effect.down, effect.interrupted, effect.tenants) == ((), ("w-1",), ("t",))


def test_a_zone_gets_too_hot():
    # Two units of 400 W cool 500 W of devices; one does not.
    made = estate(
        rack("r1", cooling_zone="z1"), feed("a"), feed("b"), workload(),
        unit("u1", 400), unit("u2", 400),
    )  # fmt: skip
    effect = effect_of(made, layout({"w-1": at("r1", 1, "a", "b")}), "cooling_unit", "u1")
    assert effect.overloads == (Overload("z1", "cooling_zone", "W", Look.SUSTAINED, 500, 500, 400),)


def test_the_planning_day_on_which_it_is_worst():
    later = DAY + timedelta(days=9)
    made = estate(
        rack("r1"), feed("a"), workload("w", cords=1), workload("v", cords=1, valid_from=later),
        planning_horizon=DAY + timedelta(days=30),
    )  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "a"), "v-1": at("r1", 2, "a")})
    effect = effect_of(made, plan, "feed", "a")
    assert (effect.day, effect.down) == (later, ("v-1", "w-1"))


def test_too_few_only_below_what_is_needed():
    made = estate(rack("r1"), feed("a"), feed("b"), workload(count=3, cords=1, needed=2))
    places = {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "b"), "w-3": at("r1", 3, "b")}
    assert effect_of(made, layout(places), "feed", "a").short == ()
    assert effect_of(made, layout(places), "feed", "b").short == (Short("w", 1, 2),)


# --- services and processes


def two_sites(*items, services, **fields):
    """A host at each of two sites that stand in for each other, each the only one of a pool."""
    made = estate(
        rack("r1"), feed("f1"),
        room("room2", "s2"), rack("r2", "row2", "room2", "s2"), feed("f2", "r2", site="s2"),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"),
        link("l", "s1", "s2"),
        workload("host", 2, cords=1), pool("p1", hosts="host"), pool("p2", "s2", hosts="host"),
        *items, **fields,
    )  # fmt: skip
    places = {"host-1": at("r1", 1, "f1"), "host-2": at("r2", 1, "f2")}
    return made, layout(places, services=services)


def test_a_service_is_taken_over_and_the_process_waits():
    # 5 min to take over and 10 to start again; the process allows 12.
    made, plan = two_sites(
        service("svc", takeover_min=5, restart_min=10),
        process("b", "svc", rto_min=12),
        services={"svc-1": ("p1", "p2")},
    )
    effect = effect_of(made, plan, "rack", "r1")
    assert effect.moves == (Move("svc-1", "p1", "p2", 15, is_by_hand=False),)
    assert effect.recoveries == (Recovery("b", 15, 12, (("svc", 15),)),)
    assert effect.recoveries[0].is_late
    assert effect.stopped == ()


def test_a_service_without_standby_stops_what_depends_on_it():
    made, plan = two_sites(
        service("svc", tenant="t2"),
        service("top", depends_on=("svc",)),
        process("b", "top", criticality=2, tenant="t3"),
        process("c", "host", criticality=0),
        services={"svc-1": "p1", "top-1": "p2"},
    )
    effect = effect_of(made, plan, "rack", "r1")
    assert effect.services_down == ("svc-1",)
    cause = Short("svc", 0, 1)
    assert effect.short == (cause,)
    assert effect.stopped == (Stopped("b", 2, is_critical=True, is_shed=False, causes=(cause,)),)
    assert effect.tenants == ("t", "t2", "t3")
    assert effect.gravity == (1, 1, 0, 1, 1, True)


def test_critical_comes_before_criticality():
    # Alone, only what is critical for the member's group is critical.
    made, plan = two_sites(
        service("svc"), group("h"), site("s3", continuity_group="h"),
        process("foreign", "svc", criticality=3, continuity_group="h"),
        process("own", "svc", criticality=1),
        services={"svc-1": "p1"},
    )  # fmt: skip
    effect = effect_of(made, plan, "site", "", alone="s2")
    assert [(one.process, one.is_critical) for one in effect.stopped] == [
        ("own", True),
        ("foreign", False),
    ]


@pytest.mark.parametrize(
    ("lost", "minutes", "by_hand"), [(("rack", "r1"), 5, False), (("site", "s1"), 60, True)]
)
def test_a_majority_that_is_lost_with_the_site(lost, minutes, by_hand):
    # Two votes: with the rack lost both sites still vote; with the site lost one of two is none.
    made, plan = two_sites(
        service("svc", quorum="majority", takeover_min=5, manual_min=60),
        services={"svc-1": ("p1", "p2")},
    )
    (move,) = effect_of(made, plan, *lost).moves
    assert (move.minutes, move.is_by_hand) == (minutes, by_hand)


def test_no_quorum_and_no_procedure_is_down():
    made, plan = two_sites(
        service("svc", quorum="majority", takeover_min=5), services={"svc-1": ("p1", "p2")}
    )
    effect = effect_of(made, plan, "site", "s1")
    assert (effect.moves, effect.services_down) == ((), ("svc-1",))


def test_the_vote_of_a_site_that_nobody_reaches_does_not_count():
    made, plan = two_sites(
        service("svc", quorum="majority", takeover_min=5, manual_min=60),
        duct("d"), link("l", "s1", "s2", "d"),
        services={"svc-1": ("p1", "p2")},
    )  # fmt: skip
    cut = pair_of(Domain("rack", "r1"), Domain("duct", "d"))
    (move,) = Simulator(made, plan, DAY).effect(cut).moves
    assert move.is_by_hand


def test_moves_in_a_row_add_up_cycles_as_one():
    # db (5) comes before the cycle of a (7) and b (3): 5 + 7 + 3 = 15.
    made, plan = two_sites(
        service("db", takeover_min=5),
        service("a", takeover_min=7, depends_on=("b", "db")),
        service("b", takeover_min=3, depends_on=("a",)),
        process("p", "a"),
        services={key: ("p1", "p2") for key in ("db-1", "a-1", "b-1")},
    )
    (recovery,) = effect_of(made, plan, "rack", "r1").recoveries
    assert (recovery.minutes, recovery.rto_min) == (15, None)
    assert recovery.chain == (("db", 5), ("a", 7), ("b", 3))


def test_a_pool_that_cannot_carry_what_is_critical():
    # Each host has 8 vCPU; 5 + 5 critical ones do not fit on the other.
    made, plan = two_sites(
        service("a", vcpu_milli=5000), service("b", vcpu_milli=5000),
        process("pa", "a", weight=2), process("pb", "b"),
        services={"a-1": ("p1", "p2"), "b-1": ("p2", "p1")},
    )  # fmt: skip
    effect = effect_of(made, plan, "rack", "r1")
    assert effect.overloads == (
        Overload("p2", "pool", "vcpu/1000", Look.SUSTAINED, 5000, 10_000, 8000),
    )
    # `pa` weighs more, so `pb` is given up.
    assert (effect.services_shed, effect.moves[0].instance) == (("b-1",), "a-1")
    assert [(one.process, one.is_shed) for one in effect.stopped] == [("pb", True)]


def test_an_emergency_needs_less():
    made, plan = two_sites(
        service("a", vcpu_milli=6000), service("b", vcpu_milli=6000),
        process("pa", "a", emergency_permille=500), process("pb", "b", emergency_permille=500),
        services={"a-1": ("p1", "p2"), "b-1": ("p2", "p1")},
    )  # fmt: skip
    assert effect_of(made, plan, "rack", "r1").overloads
    # A site alone needs 3 + 3 of 8 vCPU, and so does a pair with a room in it.
    assert not effect_of(made, plan, "site", "", alone="s2").overloads
    both = pair_of(Domain("rack", "r1"), Domain("room", "room1"))
    assert not Simulator(made, plan, DAY).effect(both).overloads


# --- a site alone


def test_alone_only_what_is_critical_draws_within_emergency_capacity():
    # The feed at s1 carries 1100 W, 500 of them critical; 800 VA x 60 % = 480.
    made = estate(
        rack("r1"), feed("f1", rated_va=800),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"),
        group(kappa_emergency_permille=600),
        workload("w", cords=1, critical=True), workload("v", cords=1, draw_w=600),
    )  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "f1"), "v-1": at("r1", 2, "f1")})
    effect = effect_of(made, plan, "site", "", alone="s1")
    assert effect.overloads == (Overload("f1", "feed", "VA", Look.SUSTAINED, 1100, 500, 480),)


def test_alone_what_does_not_fit_is_switched_off():
    # 500 W critical and 600 W not, on 1000 VA x 80 %: the second goes.
    made = estate(
        rack("r1"), feed("f1", rated_va=1000),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"),
        workload("w", cords=1, critical=True), workload("v", cords=1, draw_w=600),
        process("p", "w"), process("q", "v", criticality=0),
    )  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "f1"), "v-1": at("r1", 2, "f1")})
    effect = effect_of(made, plan, "site", "", alone="s1")
    assert (effect.off, effect.down, effect.overloads) == (("v-1",), (), ())
    assert [(one.process, one.is_shed) for one in effect.stopped] == [("q", True)]


# --- network


def test_an_access_network_out_of_reach():
    made = estate(
        rack("r1"), feed("a"), tenant("t"),
        workload("gate", cords=1, access_networks=("doi",)),
        network_node("town", access_network="doi"), link("l", "s1", "town", "d"), duct("d"),
    )  # fmt: skip
    effect = effect_of(made, layout({"gate-1": at("r1", 1, "a")}), "duct", "d")
    assert effect.access == (AccessLost("s1", "doi", ("gate",)),)


def test_a_service_that_moves_where_its_network_is_not():
    made, plan = two_sites(
        service("svc", access_networks=("doi",)),
        network_node("gate", "s1", access_network="doi"),
        services={"svc-1": ("p1", "p2")},
    )
    assert effect_of(made, plan, "rack", "r1").access == ()
    assert effect_of(made, plan, "site", "s1").access == (AccessLost("s2", "doi", ("svc",)),)


def test_fewer_paths_counted_up_to_what_is_asked_for():
    made = estate(
        site("s1"), site("s2"), duct("d"), link("l1", "s1", "s2", "d"), link("l2", "s1", "s2"),
        link("l3", "s1", "s2"), paths("two", "s1", "s2"), paths("three", "s1", "s2", 3),
    )  # fmt: skip
    plan = layout({})
    assert effect_of(made, plan, "duct", "d").paths == (FewerPaths("three", 2, 3, 3),)
    # A site that is lost asks for no path.
    assert effect_of(made, plan, "site", "s1").paths == ()


# --- without any loss


def test_what_is_wrong_without_any_loss_is_no_effect():
    made = estate(
        rack("r1"), feed("a"), workload("w", cords=1), workload("v", cords=1),
        process("b", "v", "w"),
    )  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "a")}, unplaced=("v-1",))
    simulator = Simulator(made, plan, DAY)
    before = simulator.before()
    assert before.short == (Short("v", 0, 1),)
    assert [one.process for one in before.stopped] == ["b"]
    effect = simulator.effect(Scenario("feed", "a"))
    assert (effect.stopped, effect.short) == ((), (Short("w", 0, 1),))


def test_an_active_standby_supply_changes_over():
    made = estate(
        rack("r1"), feed("a"), feed("b", rated_va=500),
        workload(psu_mode=PsuMode.ACTIVE_STANDBY),
    )  # fmt: skip
    effect = effect_of(made, layout({"w-1": at("r1", 1, "a", "b")}), "feed", "a")
    assert effect.overloads == (Overload("b", "feed", "VA", Look.SUSTAINED, 0, 500, 400),)
