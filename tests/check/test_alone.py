"""Power, cooling and fuel of a site alone, and its survivable shares."""

from datetime import date

import pytest

from planner.check import check
from tests.builders import (
    DAY,
    at,
    feed,
    group,
    layout,
    node,
    pool,
    process,
    rack,
    service,
    switch,
    unit,
    workload,
    zone,
)
from tests.check.two_sites import BOTH, GIVEN_UP, HOSTS, changed, found, report


def judged(e, rule, **how):
    """Return subject, scenario, required and available."""
    return [(v.subject, v.scenario, *v[3:5]) for v in found(e, rule, **how)]


# --- power


@pytest.mark.parametrize(
    ("own", "of_emergency", "of_policy", "usable"),
    [
        (600, 700, 900, 420),
        (None, 700, 900, 490),
        (None, None, 600, 420),
        # As after any loss: 80 % of a feed.
        (None, None, None, 560),
    ],
)
def test_capacity_in_an_emergency(own, of_emergency, of_policy, usable):
    """A feed of 700 W; the host draws 500 W."""
    e = changed(
        feed("f1", "r1", rated_w=700, kappa_emergency_permille=own),
        group("g", gives_up=GIVEN_UP, kappa_emergency_permille=of_emergency),
        kappa_emergency_permille=of_policy,
    )
    expected = [] if usable >= 500 else [("f1", "site s1 alone", 500, usable)]
    assert judged(e, "continuity.power") == expected


def test_only_what_is_critical_draws():
    """Beside the host (500 W) `x` (300 W), normally 800 of 800 W, alone 500 of 700."""
    tight = feed("f1", "r1", rated_w=1000, kappa_emergency_permille=700)
    more = {"x-1": at("r1", 2, "f1")}
    x = workload("x", cords=1, draw_w=300)
    assert judged(changed(tight, x), "continuity.power", more=more) == []
    e = changed(tight, x, process("px", "x", criticality=0))
    assert judged(e, "continuity.power", more=more) == []
    e = changed(tight, x, process("px", "x"))
    assert judged(e, "continuity.power", more=more) == [("f1", "site s1 alone", 800, 700)]


def test_what_is_lost_as_well_is_told_and_its_own_draw_counts():
    """Two panels share the 500 W; alone and after the loss of one the other has 540 of 450 W."""
    panel = {"rated_w": 900, "kappa_emergency_permille": 500, "own_w": 40}
    e = changed(
        node("pa", "panel", **panel),
        node("pb", "panel", **panel),
        feed("f1", "r1", "pa"),
        feed("f1b", "r1", "pb"),
        workload("h", count=2, cords=2),
        group("g", gives_up=[kind for kind in GIVEN_UP if kind != "panel"]),
    )
    hosts = {"h-1": at("r1", 1, "f1", "f1b"), "h-2": at("r2", 1, "f2", "f2")}
    found_ = judged(e, "continuity.power", more=hosts)
    assert found_ == [
        ("pa", "site s1 alone, loss of panel pb", 540, 450),
        ("pb", "site s1 alone, loss of panel pa", 540, 450),
    ]
    (one, _) = found(e, "continuity.power", more=hosts)
    assert one.message == (
        "panel `pa` is overloaded if site `s1` stands alone and panel `pb` is lost"
    )
    assert one.required_note == "critical load, 40 W of its own"
    assert one.available_note == "900 W x 50 %"


def test_every_loss_counts_a_node_that_is_over_anyway():
    e = changed(
        feed("f1", "r1", rated_w=700, kappa_emergency_permille=600),
        unit("u1", 1000),
        unit("u2", 1000),
    )
    (violation,) = found(e, "continuity.power")
    # Alone; with the loss of either unit.
    assert violation.required_note == "critical load; 2 further scenarios"


def test_interruption_counts():
    """Alone, `grid` is lost with its site; until the generator runs `ups` feeds both hosts."""
    e = changed(
        node("grid", "utility", site="s2"),
        node("gen", "generator", start_s=15),
        switch("ts", "grid", "gen"),
        node("ups", "ups", "ts", autonomy_min=5, rated_w=1000, kappa_emergency_permille=400),
        feed("f1", "r1", "ups"),
    )
    e = changed(*e.power_nodes.values(), group("g", gives_up=(*GIVEN_UP, "ups", "transfer_switch")))
    assert judged(e, "continuity.power") == [("ups", "site s1 alone (interruption)", 500, 400)]


def test_tightest_tells_of_sites_alone():
    e = changed(feed("f1", "r1", rated_w=1000, kappa_emergency_permille=510))
    (nearest,) = report(e).tightest
    assert nearest == ("continuity.power", "f1", "site s1 alone", 500, 510, "W")


# --- cooling


def test_heat_of_what_is_critical_against_what_runs():
    """500 W of the host and 300 W of `x`; alone `u2` (600 W) has no power from the other site."""
    e = changed(
        rack("r1", "row1", "room1", cooling_zone="z1"),
        unit("u1", 600, draw_w=10),
        unit("u2", 600, "z1", "x2"),
        node("x2", "panel", site="s2"),
        workload("x", cords=1, draw_w=300),
        group("g", gives_up=(*GIVEN_UP, "cooling_unit")),
    )
    more = {"x-1": at("r1", 2, "f1")}
    assert judged(e, "continuity.cooling", more=more) == []
    e = changed(
        *e.racks.values(),
        *e.cooling_units.values(),
        *e.power_nodes.values(),
        *e.workloads.values(),
        *e.continuity_groups.values(),
        process("px", "x"),
    )
    (violation,) = found(e, "continuity.cooling", more=more)
    assert violation[1:6] == ("z1", "site s1 alone", 800, 600, "W")
    assert violation.message == "cooling zone `z1` gets too hot if site `s1` stands alone"


def test_zone_that_stays_cool_until_the_generator_runs():
    """15 s + 120 ms, rounded up 16 s, + 30 s: a ride-through of 46 s is enough."""

    def with_ride_through(seconds):
        return changed(
            node("grid", "utility", site="s2"),
            node("gen", "generator", start_s=15),
            switch("ts", "grid", "gen", 120),
            node("ups", "ups", "ts", autonomy_min=5),
            feed("f1", "r1", "ups"),
            rack("r1", "row1", "room1", cooling_zone="z1"),
            zone("z1", ride_through_s=seconds),
            unit("u1", 600, "z1", "ts", restart_s=30),
            group("g", gives_up=(*GIVEN_UP, "cooling_unit", "transfer_switch", "ups")),
        )

    assert judged(with_ride_through(46), "continuity.cooling") == []
    assert judged(with_ride_through(45), "continuity.cooling") == [
        ("z1", "site s1 alone (interruption)", 500, 0)
    ]


# --- fuel


def generator(**fields):
    """Return the two sites with a generator at s1; 500 W for 24 h are 12 kWh."""
    return (
        node("gen", "generator", **fields),
        feed("f1", "r1", "gen"),
        group("g", gives_up=GIVEN_UP, hours=24),
    )


def test_tank_lasts_for_the_hours():
    # 12 kWh x 100 ml/kWh = 1200 ml.
    assert judged(changed(*generator(tank_ml=1200, fuel_ml_per_kwh=100)), "continuity.fuel") == []
    (violation,) = found(changed(*generator(tank_ml=1199, fuel_ml_per_kwh=100)), "continuity.fuel")
    assert violation[:6] == ("continuity.fuel", "gen", "site s1 alone", 1200, 1199, "ml")
    assert violation.message == (
        "generator `gen` runs out of fuel before 24 h are over if site `s1` stands alone"
    )
    assert violation.required_note == "500 W x 24 h x 100 ml/kWh"
    assert violation.available_note == "tank"


@pytest.mark.parametrize("fields", [{"tank_ml": 1}, {"fuel_ml_per_kwh": 100}, {}])
def test_generator_without_figures_is_not_judged(fields):
    assert judged(changed(*generator(**fields)), "continuity.fuel") == []


def test_group_without_an_emergency_states_no_hours():
    e = changed(*generator(tank_ml=1, fuel_ml_per_kwh=100), group("g"))
    assert judged(e, "continuity.fuel") == []


def test_fuel_is_rounded_up_and_the_worst_loss_told():
    """Idle units draw 7 and 5 W from the generator: 512 x 24 x 101 / 1000 = 1 241.088 ml.

    When a unit is lost it draws less; a generator that is lost burns nothing.
    """
    e = changed(
        *generator(tank_ml=1000, fuel_ml_per_kwh=101),
        unit("u1", 0, "z1", "gen", draw_w=7),
        unit("u2", 0, "z1", "gen", draw_w=5),
        group("g", hours=24),
    )
    (violation,) = found(e, "continuity.fuel")
    assert violation[2:5] == ("site s1 alone", 1242, 1000)
    # Either unit. Lost with feed, rack, row, room or compartment the host draws nothing: 29.1 ml.
    assert violation.required_note == "512 W x 24 h x 101 ml/kWh; 2 further scenarios"


# --- shares


def shares(e, **how):
    """Return the shares as tuples, by site and resource."""
    return {(s.site, s.resource): tuple(s)[2:] for s in report(e, **how).shares}


def test_shares_of_power_count_what_is_fixed_apart():
    """(1 000 W x 80 % - 50 W of its own) / 500 W = 1.5; exact, floored."""
    e = changed(feed("f1", "r1", rated_w=1000, own_w=50), feed("f2", "r2", site="s2", rated_w=1001))
    found_ = shares(e)
    assert found_["s1", "power"] == ("f1", "site s1 alone", 750, 500, "W", 1500)
    # floor(800.8) / 500 = 1.6
    assert found_["s2", "power"] == ("f2", "site s2 alone", 800, 500, "W", 1600)


def test_shares_with_losses_are_exact():
    """Above the UPS 500 x 1.003 + 30 of its own: (560 - 30 - 0) / 501.5."""
    e = changed(
        node("grid", "utility", rated_w=560),
        node("ups", "ups", "grid", loss_permille=3, input_w=30),
        feed("f1", "r1", "ups"),
        group("g", gives_up=(*GIVEN_UP, "ups", "utility")),
    )
    # 530 000 / 501.5 = 1 056.8; what is critical is rounded up.
    assert shares(e)["s1", "power"] == ("grid", "site s1 alone", 530, 502, "W", 1056)


def test_shares_tell_the_worst_loss_and_the_first_of_equals():
    """Two panels share 500 W; each alone has 800 W for it. Lost first: `pa`."""
    e = changed(
        node("pa", "panel", rated_w=1000),
        node("pb", "panel", rated_w=1000),
        feed("f1", "r1", "pa"),
        feed("f1b", "r1", "pb"),
        workload("h", count=2, cords=2),
        group("g", gives_up=[kind for kind in GIVEN_UP if kind != "panel"]),
    )
    hosts = {"h-1": at("r1", 1, "f1", "f1b"), "h-2": at("r2", 1, "f2", "f2")}
    expected = ("pb", "site s1 alone, loss of panel pa", 800, 500, "W", 1600)
    assert shares(e, more=hosts)["s1", "power"] == expected


def test_shares_of_cooling():
    e = changed(
        rack("r1", "row1", "room1", cooling_zone="z1"),
        unit("u1", 600),
        unit("u2", 900),
        zone("z2"),
    )
    found_ = shares(e)
    assert found_["s1", "cooling"] == (
        "z1",
        "site s1 alone, loss of cooling_unit u2",
        600,
        500,
        "W",
        1200,
    )
    assert ("s2", "cooling") not in found_


def test_shares_of_pools_at_the_emergency_level():
    """At 250 per mille 251 of 1 001 thousandths; storage and licences in full."""
    e = changed(
        service(
            "svc",
            vcpu_milli=1001,
            ram_mib=1024,
            storage_gib=30,
            replication="sync",
            licences={"db": 2, "app": 1},
        ),
        process("pr", "svc", emergency_permille=250),
        pool("p1", "s1", "h", licences={"db": 3, "app": 1}),
        pool("p2", "s2", "h", licences={"db": 2, "app": 1}),
    )
    result = report(e).shares
    assert [(s.site, s.resource) for s in result] == [
        (s, resource)
        for s in ("s1", "s2")
        for resource in ("vcpu", "ram", "storage", "licence app", "licence db")
    ]
    found_ = shares(e)
    # 8 000 / 251 = 31.872; 16 384 / 256 = 64; 100 / 30; 3 / 2.
    assert found_["s1", "vcpu"] == ("p1", "site s1 alone", 8000, 251, "vcpu/1000", 31_872)
    assert found_["s2", "ram"] == ("p2", "site s2 alone", 16_384, 256, "MiB", 64_000)
    assert found_["s2", "storage"] == ("p2", "site s2 alone", 100, 30, "GiB", 3333)
    assert found_["s1", "licence db"] == ("p1", "site s1 alone", 3, 2, "licences db", 1500)


def test_no_share_without_critical_load_or_without_another_site():
    idle = changed(process("pr", "svc", criticality=0), feed("f1", "r1", rated_w=1000, own_w=50))
    assert report(idle).shares == ()
    one = changed(
        *(s.model_copy(update={"continuity_group": None}) for s in changed().sites.values())
    )
    assert report(one).shares == ()


def test_shares_of_the_worst_day():
    e = changed(
        feed("f1", "r1", rated_w=2000),
        workload("x", cords=1, draw_w=300, valid_from=date(2026, 6, 1)),
        process("px", "x"),
        planning_horizon=date(2026, 12, 31),
    )
    # 1600 / 800 from June on.
    found_ = shares(e, more={"x-1": at("r1", 2, "f1")})
    assert found_["s1", "power"] == ("f1", "site s1 alone", 1600, 800, "W", 2000)


def test_inherited_where_as_built_is_as_bad():
    e = changed(feed("f1", "r1", rated_w=700, kappa_emergency_permille=600))
    plan = layout(HOSTS, standing=HOSTS, services=BOTH)
    (violation,) = check(e, plan, DAY).violations
    assert (violation.rule, violation.inherited) == ("continuity.power", True)
