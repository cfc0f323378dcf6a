"""Tiny estates that cannot be placed, each for a reason planted on purpose.

A planted estate names the workloads that cannot be placed, and the members that its conflict must
hold: `("rule.slug", "subject")`, or a slug alone, and workloads as demands.
"""

from datetime import date
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.layout import Place
from planner.model.space import Airflow, PortCount, RackStatus
from planner.model.tenancy import Quota
from planner.model.workload import Places, Spread
from tests.builders import (
    at,
    certificate,
    estate,
    feed,
    group,
    link,
    node,
    pool,
    process,
    rack,
    reservation,
    room,
    service,
    site,
    tenant,
    unit,
    units,
    workload,
    zone,
)
from tests.builders import needs as protection


class Planted(NamedTuple):
    """An estate, what cannot be placed in it, and what the conflict must name."""

    estate: Estate
    missing: tuple[str, ...]
    demands: frozenset[str]
    rules: frozenset[str]
    standing: dict[str, Place] = {}


PLANTED = {}


def plant(rules, *, demands=("w",), missing=None, standing=None):
    """Register an estate under the name of its function."""

    def register(make):
        PLANTED[make.__name__] = Planted(
            make(),
            tuple(missing or demands),
            frozenset(demands),
            frozenset(rules.split()),
            standing or {},
        )
        return make

    return register


def one_rack(*items, **policy):
    """Rack r1 with feeds a and b without limits."""
    return estate(rack(), feed("a"), feed("b"), *items, **policy)


# --- space


@plant("space.overlap", demands=("w", "x"), missing=("w",))
def full_rack():
    return one_rack(rack(u_height=4), workload(u=3), workload("x", u=2))


@plant("space.overlap")
def too_many_for_the_units():
    return one_rack(rack(u_height=4), workload(count=3, u=2))


@plant("space.bounds")
def higher_than_the_rack():
    return one_rack(rack(u_height=4), workload(u=5))


@plant("space.reserved")
def blocked_units():
    return one_rack(rack(u_height=4, blocked=(units(2, 4),)), workload(u=2))


@plant("space.reserved")
def reserved_units():
    return one_rack(rack(u_height=4), reservation("res", "r1", units(1, 3)), workload(u=2))


@plant("space.status")
def closed_rack():
    return one_rack(rack(status=RackStatus.RESERVED), workload())


@plant("space.weight", demands=("w", "x"), missing=("w",))
def heavy():
    return one_rack(rack(max_weight_g=115_000), workload(), workload("x"))


@plant("space.floor")
def weak_floor():
    return one_rack(room(tile_rating_g=36_000), workload())


@plant("space.gravity")
def top_heavy():
    # Only the top units are free, the centre of gravity must be below them.
    return one_rack(rack(u_height=10, blocked=(units(1, 8),), gravity_max_quarter=8), workload(u=2))


@plant("space.outlets")
def too_few_outlets():
    return one_rack(feed("a", outlets={"c13": 1}), feed("b", outlets={"c13": 1}), workload(count=2))


@plant("space.ports")
def too_few_ports():
    port = PortCount(type="rj45", speed_mbps=1000, count=1)
    return one_rack(rack(ports=(port,)), workload(count=2, ports=(port,)))


@plant("space.airflow")
def wrong_airflow():
    return one_rack(workload(airflow=Airflow.REAR_TO_FRONT))


@plant("space.growth")
def no_room_to_grow():
    return one_rack(rack(u_height=4, growth_half=4), workload(u=3))


# --- power and cooling


@plant("power.cord")
def weak_supply():
    return one_rack(workload(draw_w=500, rating_w=400, cords=1))


@plant("power.normal", demands=("w", "x"), missing=("x",))
def weak_feeds():
    # 800 of 1000 W in the normal state; each draws 500 W over one cord.
    return estate(rack(), feed("a", rated_w=1000), workload(cords=1), workload("x", cords=1))


@plant("power.failover", demands=("w", "x"), missing=("x",))
def weak_after_a_loss():
    # Both stay up on one feed of 900 W when the other is lost, with 1000 W in all.
    return one_rack(
        feed("a", rated_w=900, kappa_fail_permille=1000),
        feed("b", rated_w=900, kappa_fail_permille=1000),
        workload(survive={"feed": 1}),
        workload("x", survive={"feed": 1}),
    )


@plant("power.partners")
def one_strand_for_partners():
    return estate(
        rack(),
        node("ups-1", "ups"),
        feed("a", "r1", "ups-1"),
        workload(count=2, cords=1, spread={"rack": Spread(max_per_domain=2)}),
    )


@plant("cooling.zone", demands=("w", "x"), missing=("w",))
def too_hot():
    return one_rack(
        rack(cooling_zone="z1"), zone("z1"), unit("u1", 700), unit("u2", 700),
        workload(), workload("x"),
    )  # fmt: skip


@plant("cooling.rack")
def design_power():
    return one_rack(rack(max_power_w=400), workload())


# --- redundancy


@plant("redundancy.survive")
def both_in_one_rack():
    return one_rack(workload(count=2, survive={"rack": 1}))


@plant("redundancy.survive")
def one_cord_and_both_feeds():
    return one_rack(workload(cords=1, survive={"feed": 1}))


@plant("redundancy.spread")
def two_racks_asked_for():
    return one_rack(workload(count=2, spread={"rack": Spread(min_domains=2)}))


@plant("redundancy.spread")
def one_a_rack():
    return one_rack(workload(count=2, spread={"rack": Spread(max_per_domain=1)}))


@plant("redundancy.together tenancy.places", demands=("w",), missing=("w",))
def partner_elsewhere():
    return estate(
        rack("r1"), rack("r2"), feed("a", "r1"), feed("b", "r2"),
        workload(allowed=Places(rack=("r1",)), together_with={"rack": "x"}),
        workload("x", allowed=Places(rack=("r2",))),
    )  # fmt: skip


# --- tenancy


@plant("tenancy.protection")
def open_room():
    return one_rack(workload(protection=protection(2)))


@plant("tenancy.certificate")
def no_certificate():
    return one_rack(certificate("iso", date(2030, 1, 1)), workload(certificates=("iso",)))


@plant("tenancy.places")
def nowhere_allowed():
    return one_rack(rack("r2"), workload(forbidden=Places(rack=("r1", "r2"))))


@plant("tenancy.exclusive", demands=("w", "x"), missing=("x",))
def isolated_neighbour():
    return one_rack(tenant("u", isolation="rack"), workload(), workload("x", tenant="u"))


@plant("tenancy.exclusive")
def rack_of_another():
    return one_rack(rack(tenant="u"), tenant("u"), workload())


@plant("tenancy.quota")
def over_the_quota():
    return one_rack(tenant("t", quota=Quota(u_half=2)), workload(u=2))


@plant("tenancy.cumulation", demands=("w", "x"), missing=("x",))
def cumulated_need():
    return one_rack(
        room(may_host=protection(2, 2, 2)),
        workload(protection=protection(2)),
        workload("x", protection=protection(2)),
        cumulation={"hoch": 2},
    )


# --- stability


@plant(
    "stability.pinned space.overlap tenancy.places",
    standing={"w-1": at("r1", 1, "a", "b")},
    demands=("w", "x"),
    missing=("x",),
)
def pinned_in_the_way():
    return estate(
        rack("r1", u_height=2), rack("r2"), feed("a"), feed("b"), feed("c", "r2"),
        workload(u=2, pinned=frozenset({1})),
        workload("x", u=2, allowed=Places(rack=("r1",))),
    )  # fmt: skip


@plant(
    "stability.budget space.overlap tenancy.places",
    standing={"w-1": at("r1", 1, "a", "b")},
    demands=("w", "x"),
    missing=("x",),
)
def no_move_left():
    return estate(
        rack("r1", u_height=2), rack("r2"), feed("a"), feed("b"), feed("c", "r2"),
        workload(u=2),
        workload("x", u=2, allowed=Places(rack=("r1",))),
        move_budget=0,
    )  # fmt: skip


# --- compute, continuity, network

AT_S1 = Places(site=("s1",))

GIVEN_UP = ("feed", "rack", "row", "room", "fire_compartment")


def two_sites(*items, **policy):
    """Two sites that stand in for each other, with a rack, a feed and a pool of one host each."""
    return estate(
        group("g", gives_up=GIVEN_UP),
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        room("room1", "s1"),
        room("room2", "s2"),
        rack("r1", "row1", "room1", "s1"),
        rack("r2", "row2", "room2", "s2"),
        feed("a", "r1"),
        feed("b", "r2", site="s2"),
        pool("p1", "s1", hosts="h"),
        pool("p2", "s2", hosts="h"),
        workload("h", count=2, cords=1, spread={"site": Spread(max_per_domain=1)}),
        *items,
        **policy,
    )


@plant("compute.pool", demands=("svc",))
def pool_too_small():
    return two_sites(service(vcpu_milli=9000))


@plant("compute.pool", demands=("svc",))
def spare_host_kept():
    return two_sites(pool("p1", "s1", "h", hosts_spare=1), service(pools=("p1",)))


@plant("compute.place", demands=("svc",))
def no_pool_allowed():
    return two_sites(service(pools=("p1",), forbidden=Places(site=("s1",))))


@plant("compute.place", demands=("svc",))
def mirror_has_no_pool():
    return two_sites(service(pools=("p1",), replication="sync", storage_gib=10))


@plant("continuity.survivor", demands=("db",))
def nothing_on_the_second_site():
    return two_sites(workload("db", cords=1, critical=True, allowed=Places(site=("s1",))))


@plant("continuity.survivor", demands=("svc",))
def data_without_a_mirror():
    return two_sites(service(storage_gib=10), process("p", "svc"))


@plant("continuity.data", demands=("svc",))
def mirror_too_far_behind():
    return two_sites(
        service(storage_gib=10, replication="async", lag_min=30), process("p", "svc", rpo_min=15)
    )


@plant("continuity.quorum", demands=("svc",))
def no_quorum():
    return two_sites(
        service(storage_gib=10, replication="sync", quorum="majority"), process("p", "svc")
    )


@plant("continuity.restart", demands=("app", "svc"), missing=("app",))
def restart_too_slow():
    return two_sites(
        service("app", replication="sync", takeover_min=20, depends_on=("svc",), allowed=AT_S1),
        service(replication="sync", takeover_min=20, allowed=AT_S1),
        process("p", "app", rto_min=30),
    )


@plant("continuity.protection", demands=("svc",))
def not_hosted_in_an_emergency():
    return two_sites(
        group("g", gives_up=GIVEN_UP, max_protection=protection()),
        room("room1", "s1", may_host=protection(2)),
        room("room2", "s2", may_host=protection(2)),
        service(storage_gib=1, replication="sync", protection=protection(2)),
        process("p", "svc"),
    )


@plant("continuity.compute", demands=("svc",))
def second_site_short_of_ram():
    # Each pool has 16 GiB a host; two instances of 9 GiB run on one host when the other is lost.
    return two_sites(
        service(count=2, ram_mib=9 * 1024, storage_gib=1, replication="sync"), process("p", "svc")
    )


@plant("continuity.power", demands=("db",))
def emergency_power_too_small():
    return two_sites(
        group("g", gives_up=GIVEN_UP, kappa_emergency_permille=400),
        feed("a", "r1", rated_w=1000),
        feed("b", "r2", site="s2", rated_w=1000),
        workload("db", count=2, cords=1, critical=True),
    )


@plant("continuity.cooling", demands=("db",))
def too_hot_alone():
    # u1 is corded to the other site: alone only u2 is left, and it may fail.
    return two_sites(
        rack("r1", "row1", "room1", "s1", cooling_zone="z1"),
        unit("u1", 500, "z1", "b"),
        unit("u2", 500, "z1"),
        workload("db", count=2, cords=1, critical=True),
    )


@plant("continuity.fuel", demands=("db",))
def fuel_for_too_few_hours():
    generator = {"kind": "generator", "tank_ml": 3599, "fuel_ml_per_kwh": 300}
    return two_sites(
        group("g", gives_up=(*GIVEN_UP, "generator"), hours=24),
        node("gen", **generator),
        feed("a", "r1", "gen"),
        workload("db", count=2, cords=1, critical=True, spread={"site": Spread(max_per_domain=1)}),
    )


@plant("network.mirror", demands=("svc",))
def mirror_too_far_away():
    return two_sites(
        link("l1", "s1", "s2", fibre_m=200_000),
        service(storage_gib=1, replication="sync", max_rtt_us=1000),
    )


@plant("network.access", demands=("w",))
def access_network_out_of_reach():
    return two_sites(workload(cords=1, access_networks=("doi",)))


# --- two and three reasons at once


@plant("tenancy.places space.weight")
def one_rack_forbidden_the_other_weak():
    return estate(
        rack("r1"), rack("r2", max_weight_g=105_000), feed("a"), feed("b", "r2"),
        workload(forbidden=Places(rack=("r1",))),
    )  # fmt: skip


@plant("tenancy.protection space.overlap", demands=("w", "x"), missing=("w",))
def one_room_open_the_other_full():
    return estate(
        room("room1"), room("room2", may_host=protection(2)),
        rack("r1"), rack("r2", "row2", "room2", u_height=2), feed("a"), feed("b", "r2"),
        workload(u=2, protection=protection(2)),
        workload("x", u=2, protection=protection(2)),
    )  # fmt: skip


@plant("tenancy.certificate cooling.rack space.airflow")
def three_racks_three_reasons():
    return estate(
        certificate("iso", date(2030, 1, 1)),
        room("room1"), room("room2", certificates=("iso",)), room("room3", certificates=("iso",)),
        rack("r1"),
        rack("r2", "row2", "room2", max_power_w=400),
        rack("r3", "row3", "room3", airflow=(Airflow.REAR_TO_FRONT,)),
        feed("a"), feed("b", "r2"), feed("c", "r3"),
        workload(certificates=("iso",)),
    )  # fmt: skip


@plant("redundancy.survive power.normal")
def second_rack_without_power():
    return estate(
        rack("r1"), rack("r2"), feed("a"), feed("b", "r2", rated_w=100),
        workload(count=2, cords=1, survive={"rack": 1}),
    )  # fmt: skip


@plant("space.status redundancy.spread")
def second_rack_closed():
    return estate(
        rack("r1"), rack("r2", status=RackStatus.PLANNED), feed("a"), feed("b", "r2"),
        workload(count=2, cords=1, spread={"rack": Spread(max_per_domain=1)}),
    )  # fmt: skip


@plant("compute.pool tenancy.protection", demands=("svc",))
def one_pool_small_the_other_open():
    return two_sites(
        room("room1", "s1", may_host=protection(2)),
        pool("p1", "s1", "h", vcpu_milli=500),
        service(protection=protection(2)),
    )
