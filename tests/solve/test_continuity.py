"""Continuity rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from tests.builders import (
    at,
    estate,
    feed,
    group,
    link,
    network_node,
    node,
    pool,
    process,
    rack,
    room,
    service,
    site,
    unit,
    workload,
)
from tests.builders import needs as protection
from tests.solve.fixing import allows, pair

#: What the sites give up alone, so that one rack and one feed at each are enough.
GIVEN_UP = ("feed", "rack", "row", "room", "fire_compartment")


def two_sites(*items, **policy):
    """Two sites that stand in for each other, with a rack, a feed and a pool of one host each.

    A host has 8 vCPU, 16 GiB of RAM and 100 GiB of storage.
    """
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
        pool("p1", "s1"),
        pool("p2", "s2"),
        workload(count=2, cords=1),
        *items,
        **policy,
    )


HOSTS = {"w-1": at("r1", 1, "a"), "w-2": at("r2", 1, "b")}

#: One instance, taken over at the other site.
OVER = {"svc-1": ("p1", "p2")}

#: One instance, at home only.
HOME = {"svc-1": "p1"}


# --- up after any loss


@pair("continuity.survivor", "second", forbidden="r1", allowed="r2")
def test_equipment_is_up_on_each_site_alone(second, says):
    # Both in r1: nothing is left at s2.
    e = two_sites(workload("db", count=2, cords=1, critical=True))
    there = {"r1": at("r1", 4, "a"), "r2": at("r2", 4, "b")}[second]
    assert allows(e, {"db-1": at("r1", 3, "a"), "db-2": there}) is says


@pair("continuity.survivor", "needed", forbidden=2, allowed=1)
def test_as_many_are_up_as_are_needed(needed, says):
    e = two_sites(workload("db", count=2, cords=1, critical=True, needed=needed))
    assert allows(e, {"db-1": at("r1", 3, "a"), "db-2": at("r2", 3, "b")}) is says


@pair("continuity.survivor", "on", forbidden="p1", allowed=("p1", "p2"))
def test_service_is_taken_over(on, says):
    e = two_sites(service(), process("p", "svc"))
    assert allows(e, HOSTS, services={"svc-1": on}) is says


@pair("continuity.survivor", "criticality", forbidden=1, allowed=0)
def test_only_what_is_critical(criticality, says):
    e = two_sites(service(), process("p", "svc", criticality=criticality))
    assert allows(e, HOSTS, services=HOME) is says


@pair("continuity.survivor", "storage", forbidden=(), allowed=("w",))
def test_pool_is_dead_without_its_storage(storage, says):
    # The storage of p2 is an instance of `disk` that nobody has placed there.
    e = two_sites(
        service(),
        process("p", "svc"),
        workload("disk", cords=1),
        pool("p2", "s2", storage_on=storage or ("disk",)),
    )
    assert allows(e, HOSTS | {"disk-1": at("r1", 3, "a")}, services=OVER) is says


@pair("continuity.survivor", "third", forbidden="r1", allowed="r3")
def test_pool_outlives_a_rack_with_a_host_elsewhere(third, says):
    # s1 gives up nothing but feeds: alone it loses r1 as well. A third host in r3 carries on.
    e = two_sites(
        group("g", gives_up=("feed", "room", "fire_compartment", "row")),
        rack("r3", "row3", "room1", "s1"),
        rack("r4", "row4", "room2", "s2"),
        feed("c", "r3"),
        feed("d", "r4", site="s2"),
        workload(count=4, cords=1),
        service(),
        process("p", "svc"),
    )
    places = HOSTS | {
        "w-3": {"r1": at("r1", 3, "a"), "r3": at("r3", 3, "c")}[third],
        "w-4": at("r4", 3, "d"),
    }
    assert allows(e, places, services=OVER) is says


# --- pools after a loss


@pair("continuity.compute", "vcpu", forbidden=4001, allowed=4000)
def test_both_run_on_one_host_after_a_loss(vcpu, says):
    # After the loss of feed a both run on the host at s2, which has 8 vCPU.
    e = two_sites(service(count=2, vcpu_milli=vcpu), process("p", "svc"))
    both = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    assert allows(e, HOSTS, services=both) is says


@pair("continuity.compute", "share", forbidden=801, allowed=800)
def test_emergency_level(share, says):
    # 8 vCPU run on two hosts at s1, in two racks; only with room, compartment or site do both go.
    # Then the one host at s2 has 6.4 vCPU for 8 * share.
    e = two_sites(
        rack("r3", "row3", "room1", "s1"),
        feed("c", "r3"),
        workload(count=3, cords=1),
        pool("p2", "s2", vcpu_milli=6400),
        service(vcpu_milli=8000),
        process("p", "svc", emergency_permille=share),
    )
    assert allows(e, HOSTS | {"w-3": at("r3", 1, "c")}, services=OVER) is says


@pair("continuity.compute", "given_up", forbidden=("feed",), allowed=(*GIVEN_UP,))
def test_host_lost_while_alone(given_up, says):
    # Alone s1 may lose r1 as well, unless it gives up racks: one host of 8 vCPU is left for 2 * 5.
    e = two_sites(
        group("g", gives_up=(*given_up, "row", "room", "fire_compartment")),
        rack("r3", "row3", "room1", "s1"),
        rack("r4", "row4", "room2", "s2"),
        feed("c", "r3"),
        feed("d", "r4", site="s2"),
        workload(count=4, cords=1),
        service(count=2, vcpu_milli=5000),
        process("p", "svc"),
    )
    places = HOSTS | {"w-3": at("r3", 1, "c"), "w-4": at("r4", 1, "d")}
    assert allows(e, places, services={"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}) is says


@pair("continuity.compute", "licences", forbidden=1, allowed=2)
def test_licences_for_what_is_taken_over(licences, says):
    e = two_sites(
        pool("p1", "s1", licences={"db": 2}),
        pool("p2", "s2", licences={"db": licences}),
        service(count=2, licences={"db": 1}),
        process("p", "svc"),
    )
    assert allows(e, HOSTS, services={"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}) is says


# --- data, quorum, restart


@pair("continuity.data", "rpo_min", forbidden=4, allowed=5)
def test_mirror_is_no_further_behind(rpo_min, says):
    e = two_sites(service(replication="async", lag_min=5), process("p", "svc", rpo_min=rpo_min))
    assert allows(e, HOSTS, services=OVER) is says


def votes(*items, **fields):
    """A witness in the town hall, reached from both sites, unless links say otherwise."""
    return two_sites(
        group("g", gives_up=GIVEN_UP, **fields),
        network_node("hall"),
        link("l1", "s1", "hall"),
        link("l2", "s2", "hall"),
        process("p", "svc"),
        *items,
    )


@pair("continuity.quorum", "witness", forbidden=None, allowed="hall")
def test_majority_with_a_witness(witness, says):
    # One of two votes is no majority, two of three are.
    e = votes(service(quorum="majority"), witness=witness)
    assert allows(e, HOSTS, services=OVER) is says


@pair("continuity.quorum", "via", forbidden="s1", allowed="s2")
def test_witness_is_reached_alone(via, says):
    # s2 reaches the witness through s1, which is lost, or by itself.
    e = votes(service(quorum="majority"), link("l2", via, "hall"), witness="hall")
    assert allows(e, HOSTS, services=OVER) is says


@pair("continuity.quorum", "manual_min", forbidden=None, allowed=30)
def test_takeover_by_hand(manual_min, says):
    e = votes(service(quorum="majority", manual_min=manual_min))
    assert allows(e, HOSTS, services=OVER) is says


@pair("continuity.restart", "rto_min", forbidden=29, allowed=30)
def test_chain_of_restarts(rto_min, says):
    # app 5 + 5 to start again, db 20: together 30.
    e = two_sites(
        service("app", takeover_min=5, restart_min=5, depends_on=("db",)),
        service("db", mode="active-standby", takeover_min=20, restart_min=99),
        process("p", "app", rto_min=rto_min),
    )
    over = {"app-1": ("p1", "p2"), "db-1": ("p1", "p2")}
    assert allows(e, HOSTS, services=over) is says


@pair("continuity.restart", "db", forbidden=("p1", "p2"), allowed=("p2", "p1"))
def test_only_what_moves_to_the_same_site(db, says):
    # app moves to s2, where db is at home already or has to move to as well.
    e = two_sites(
        service("app", takeover_min=20, depends_on=("db",)),
        service("db", takeover_min=20),
        process("p", "app", rto_min=30),
    )
    assert allows(e, HOSTS, services={"app-1": ("p1", "p2"), "db-1": db}) is says


@pair("continuity.restart", "other", forbidden="app", allowed=None)
def test_a_cycle_is_one_unit(other, says):
    # Each depends on the other: 20 + 20. Without the cycle db alone counts.
    e = two_sites(
        service("app", takeover_min=20, depends_on=("db",)),
        service("db", takeover_min=20, depends_on=(other,) if other else ()),
        process("p", "db", rto_min=30),
        process("q", "app"),
    )
    over = {"app-1": ("p1", "p2"), "db-1": ("p1", "p2")}
    assert allows(e, HOSTS, services=over) is says


@pair("continuity.restart", "quorum", forbidden="manual", allowed="none")
def test_minutes_by_hand(quorum, says):
    e = two_sites(
        service(quorum=quorum, takeover_min=5, manual_min=60), process("p", "svc", rto_min=30)
    )
    assert allows(e, HOSTS, services=OVER) is says


# --- security level


@pair("continuity.protection", "level", forbidden=1, allowed=2)
def test_devices_in_an_emergency(level, says):
    # The rooms host "hoch" in the normal state, and alone what the emergency says.
    e = two_sites(
        group("g", gives_up=GIVEN_UP, max_protection=protection(level)),
        room("room1", "s1", may_host=protection(2)),
        room("room2", "s2", may_host=protection(2)),
        workload("db", count=2, cords=1, critical=True, protection=protection(2)),
    )
    assert allows(e, {"db-1": at("r1", 3, "a"), "db-2": at("r2", 3, "b")}) is says


@pair("continuity.protection", "level", forbidden=1, allowed=2)
def test_services_in_an_emergency(level, says):
    e = two_sites(
        group("g", gives_up=GIVEN_UP, max_protection=protection(level)),
        room("room1", "s1", may_host=protection(2)),
        room("room2", "s2", may_host=protection(2)),
        service(protection=protection(2)),
        process("p", "svc"),
    )
    assert allows(e, HOSTS, services=OVER) is says


@pair("continuity.protection", "there", forbidden="r2", allowed="r4")
def test_rooms_of_the_pool_that_takes_over(there, says):
    # Room 2 hosts "normal" only; the host at s2 stands in it, or in room 4.
    e = two_sites(
        room("room1", "s1", may_host=protection(2)),
        room("room4", "s2", may_host=protection(2)),
        rack("r4", "row4", "room4", "s2"),
        feed("d", "r4", site="s2"),
        service(protection=protection(2)),
        process("p", "svc"),
    )
    second = {"r2": at("r2", 1, "b"), "r4": at("r4", 1, "d")}[there]
    assert allows(e, {"w-1": at("r1", 1, "a"), "w-2": second}, services=OVER) is says


# --- power, cooling, fuel


def emergency_power(*items, **fields):
    """One critical device of 500 W at each site, on feeds of 1000 W."""
    return two_sites(
        group("g", gives_up=GIVEN_UP, **fields),
        feed("a", "r1", rated_w=1000),
        feed("b", "r2", site="s2", rated_w=1000),
        workload("db", count=2, cords=1, critical=True),
        *items,
    )


DEVICES = {"db-1": at("r1", 3, "a"), "db-2": at("r2", 3, "b")}


@pair("continuity.power", "kappa", forbidden=499, allowed=500)
def test_emergency_capacity(kappa, says):
    # 500 W on a feed of 1000 W * kappa.
    assert allows(emergency_power(kappa_emergency_permille=kappa), DEVICES) is says


@pair("continuity.power", "critical", forbidden=True, allowed=False)
def test_only_what_is_critical_draws(critical, says):
    # 500 W alone, 700 W with the other device, which is off unless it is critical.
    e = emergency_power(
        workload("other", count=2, cords=1, draw_w=200, critical=critical),
        kappa_emergency_permille=500,
    )
    others = {"other-1": at("r1", 5, "a"), "other-2": at("r2", 5, "b")}
    assert allows(e, DEVICES | others) is says


@pair("continuity.power", "pools", forbidden=("p1",), allowed=("p3",))
def test_hosts_of_critical_services_draw(pools, says):
    # A service that nobody has placed may use pool p1, whose host draws 200 W then: 700 W.
    e = emergency_power(
        workload(count=2, cords=1, draw_w=200),
        service(pools=pools),
        process("p", "svc"),
        pool("p3", "s1", hosts=()),
        kappa_emergency_permille=500,
    )
    assert allows(e, DEVICES | HOSTS) is says


@pair("continuity.cooling", "given_up", forbidden=(), allowed=("cooling_unit",))
def test_heat_of_a_site_alone(given_up, says):
    # One unit of 300 W for 300 W is enough after any loss. Alone u1 has lost its power, which
    # comes from s2, and u2 may fail as well unless that is given up.
    e = two_sites(
        group("g", gives_up=(*GIVEN_UP, *given_up)),
        rack("r1", "row1", "room1", "s1", cooling_zone="z1"),
        unit("u1", 300, "z1", "b"),
        unit("u2", 300, "z1"),
        workload("db", count=2, cords=1, critical=True, draw_w=300),
    )
    assert allows(e, DEVICES) is says


@pair("continuity.fuel", "tank", forbidden=3599, allowed=3600)
def test_fuel_for_the_hours(tank, says):
    # 500 W for 24 h at 300 ml/kWh: 0.5 * 24 * 300 = 3600 ml.
    generator = {"kind": "generator", "tank_ml": tank, "fuel_ml_per_kwh": 300}
    e = two_sites(
        group("g", gives_up=(*GIVEN_UP, "generator"), hours=24),
        node("gen", **generator),
        feed("a", "r1", "gen"),
        workload("db", count=2, cords=1, critical=True),
    )
    assert allows(e, DEVICES) is says
