"""Priced actions for the planted estates: what mends them, what only seems to, what is too dear.

An action is a change of the model here, as a patch is one of the files. Every estate gets a pot of
paint (no use), a new rack with feeds (dear, and of use where place is short; the rack by itself is
of none), and that its demand is given up (dearest). The others are written for the reason that was
planted: fixes, the same dearer, too small ones, and halves that mend together only.
"""

from collections.abc import Callable
from typing import NamedTuple

from planner.model.action import Action, with_required
from planner.model.device import Inlet
from planner.model.estate import Estate
from planner.model.space import Airflow, PortCount, RackStatus
from planner.model.tenancy import Quota
from planner.model.workload import Draw, Places, Spread
from tests.builders import (
    as_built,
    change,
    feed,
    link,
    network_node,
    node,
    rack,
    room,
    unit,
    units,
    with_items,
    without,
)
from tests.builders import needs as protection
from tests.explain.planted import PLANTED

Change = Callable[[Estate], Estate]


class Priced(NamedTuple):
    """An action, and what it changes."""

    action: Action
    change: Change


def priced(key, eur, days, *changes, requires="", excludes=""):
    """Return an action with all of these changes."""

    def apply(estate):
        for one in changes:
            estate = one(estate)
        return estate

    action = Action(
        id=key,
        name=key,
        cost_cents=100 * eur,
        days=days,
        requires=tuple(requires.split()),
        excludes=tuple(excludes.split()),
    )
    return Priced(action, apply)


def edit(section, *keys, **fields):
    """Change fields of items, where they are still there; of a workload also of its equipment."""

    def apply(estate):
        items = []
        for key in keys:
            item = getattr(estate, section).get(key)
            if item is None:
                continue
            inner = getattr(item, "equipment", None) or getattr(item, "service", None)
            own = {k: v for k, v in fields.items() if k in type(item).model_fields}
            rest = {k: v for k, v in fields.items() if k not in own}
            if rest:
                name = "equipment" if item.equipment else "service"
                own[name] = change(inner, **rest)
            items.append(change(item, **own))
        return with_items(estate, *items)

    return apply


def add(*items):
    """Add items, or put them in place of others."""
    return lambda estate: with_items(estate, *items)


def drop(*keys):
    """Remove items, and the processes that depend on them."""

    def apply(estate):
        lost = {p.id for p in estate.processes.values() if set(p.depends_on) & set(keys)}
        return without(estate, *keys, *lost)

    return apply


def policy(**fields):
    """Change the policy."""
    return lambda estate: with_items(estate, **fields)


def racks(*keys, **fields):
    return edit("racks", *keys, **fields)


def nodes(*keys, **fields):
    return edit("power_nodes", *keys, **fields)


def work(*keys, **fields):
    return edit("workloads", *keys, **fields)


def rooms(*keys, **fields):
    return edit("rooms", *keys, **fields)


ANYWHERE = Places()
STRONG = Inlet(name="psu1", type="c14", rating_w=500)

#: What is written for the reason that was planted.
FIXES = {
    # space
    "full_rack": [
        priced("taller", 4000, 10, racks("r1", u_height=5)),
        priced("tallest", 4000, 12, racks("r1", u_height=10)),
        priced("smaller", 7000, 5, work("w", u_height_half=4)),
    ],
    "too_many_for_the_units": [
        priced("taller", 4000, 10, racks("r1", u_height=5)),
        priced("tallest", 6000, 12, racks("r1", u_height=6), excludes="taller"),
        priced("fewer", 7000, 5, work("w", count=2)),
    ],
    "higher_than_the_rack": [
        priced("taller", 4000, 10, racks("r1", u_height=5)),
        priced("smaller", 4000, 9, work("w", u_height_half=8)),
    ],
    "blocked_units": [
        priced("half", 200, 1, racks("r1", blocked=(units(3, 4),))),
        priced("whole", 500, 1, racks("r1", blocked=())),
    ],
    "reserved_units": [
        priced("less", 300, 1, edit("reservations", "res", units=(units(1, 2),))),
        priced("none", 900, 1, drop("res")),
    ],
    "closed_rack": [
        priced("open", 800, 3, racks("r1", status=RackStatus.ACTIVE)),
        priced("plan", 100, 3, racks("r1", status=RackStatus.PLANNED)),
    ],
    "heavy": [
        priced("weak", 300, 5, racks("r1", max_weight_g=119_000)),
        priced("strong", 700, 5, racks("r1", max_weight_g=120_000), excludes="weak"),
        priced("lighter", 600, 5, work("w", mass_g=5000)),
    ],
    "weak_floor": [
        # (100 + 10 kg) / 3 on each tile
        priced("weak", 300, 5, rooms("room1", tile_rating_g=36_666)),
        priced("strong", 700, 5, rooms("room1", tile_rating_g=36_667), excludes="weak"),
    ],
    "top_heavy": [
        priced("free-1", 200, 1, racks("r1", blocked=(units(5, 8),))),
        priced("free-2", 400, 1, racks("r1", blocked=(units(1, 3),))),
        priced("ballast", 900, 1, racks("r1", gravity_max_quarter=None)),
    ],
    "too_few_outlets": [
        # four inlets, two outlets: each strip gives one more
        priced("strip-a", 150, 2, nodes("a", outlets={"c13": 2})),
        priced("strip-b", 150, 2, nodes("b", outlets={"c13": 2})),
        priced("one-cord", 400, 1, work("w", inlets=())),
    ],
    "too_few_ports": [
        priced(
            "ports",
            350,
            2,
            racks("r1", ports=(PortCount(type="rj45", speed_mbps=1000, count=2),)),
        ),
        priced("wireless", 300, 9, work("w", ports=()), requires="permit"),
        priced("permit", 60, 90),
    ],
    "wrong_airflow": [
        priced("duct", 350, 2, racks("r1", airflow=(Airflow.REAR_TO_FRONT,))),
        priced("fans", 340, 2, work("w", airflow=Airflow.FRONT_TO_REAR)),
        priced("sealed", 10, 2, racks("r1", airflow=(Airflow.PASSIVE,)), excludes="duct"),
    ],
    "no_room_to_grow": [
        priced("taller", 4000, 10, racks("r1", u_height=5)),
        priced("less", 4000, 10, racks("r1", growth_half=2)),
    ],
    # power and cooling
    "weak_supply": [
        priced(
            "supply", 1300, 4, work("w", inlets=(Inlet(name="psu1", type="c14", rating_w=500),))
        ),
        priced("less", 250, 4, work("w", draw=Draw(budget_w=400)), requires="permit"),
        priced("permit", 1000, 4),
    ],
    "weak_feeds": [
        # 1000 W are 80 % of 1250 W
        priced("1240", 500, 4, nodes("a", rated_w=1240)),
        priced("1250", 600, 4, nodes("a", rated_w=1250), excludes="1240"),
        priced("feed", 580, 8, add(feed("b"))),
    ],
    "weak_after_a_loss": [
        # each feed must carry both when the other is lost
        priced("a", 500, 4, nodes("a", rated_w=1000)),
        priced("b", 500, 4, nodes("b", rated_w=1000)),
        priced("risk", 1500, 1, work("w", survive={})),
    ],
    "one_strand_for_partners": [
        priced("ups", 9000, 60, add(node("ups-2", "ups"))),
        priced("feed-b", 500, 4, add(feed("b", "r1", "ups-2")), requires="ups"),
        priced("feed-c", 500, 4, add(feed("c", "r1", "ups-1"))),
    ],
    "too_hot": [
        # 1000 W must be carried after the loss of any unit
        priced("u1", 500, 4, edit("cooling_units", "u1", capacity_w=1000)),
        priced("u2", 500, 4, edit("cooling_units", "u2", capacity_w=1000)),
        priced("u3", 1100, 9, add(unit("u3", 300))),
    ],
    "design_power": [
        priced("weak", 100, 4, racks("r1", max_power_w=499)),
        priced("strong", 300, 4, racks("r1", max_power_w=500), excludes="weak"),
    ],
    # redundancy
    "both_in_one_rack": [
        priced("r2", 1000, 20, add(rack("r2"))),
        priced("feed", 500, 20, add(feed("c", "r2")), requires="r2"),
        priced("risk", 2500, 0, work("w", survive={})),
    ],
    "one_cord_and_both_feeds": [
        priced("ups", 9000, 60, add(node("ups-2", "ups"))),
        priced("risk", 2500, 0, work("w", survive={})),
    ],
    "two_racks_asked_for": [
        priced("r2", 1000, 20, add(rack("r2"))),
        priced("feed", 500, 20, add(feed("c", "r2")), requires="r2"),
    ],
    "one_a_rack": [
        priced("fewer", 3000, 0, work("w", count=1)),
        priced("looser", 3000, 1, work("w", spread={"rack": Spread(max_per_domain=2)})),
    ],
    "partner_elsewhere": [
        priced("w-free", 300, 1, work("w", allowed=ANYWHERE)),
        priced("x-free", 200, 5, work("x", allowed=ANYWHERE)),
        priced("apart", 250, 1, work("w", together_with={})),
    ],
    # tenancy
    "open_room": [
        priced("door", 400, 9, rooms("room1", may_host=protection(1, 2))),
        priced("walls", 900, 9, rooms("room1", may_host=protection(2)), excludes="door"),
    ],
    "no_certificate": [
        priced("audit", 900, 200, rooms("room1", certificates=("iso",))),
        priced("waive", 900, 100, work("w", certificates=())),
    ],
    "nowhere_allowed": [
        priced("r1", 300, 1, work("w", forbidden=Places(rack=("r2",)))),
        priced("r2", 200, 1, work("w", forbidden=Places(rack=("r1",))), excludes="r1"),
        priced("feed", 200, 1, add(feed("c", "r2"))),
    ],
    "isolated_neighbour": [
        priced("share", 5000, 1, edit("tenants", "u", isolation="none")),
        priced("mine", 10, 1, racks("r1", tenant="u")),
    ],
    "rack_of_another": [
        priced("share", 400, 1, racks("r1", tenant=None)),
        priced("mine", 390, 1, racks("r1", tenant="t")),
    ],
    "over_the_quota": [
        priced("more", 500, 1, edit("tenants", "t", quota=Quota(u_half=3))),
        priced("most", 800, 1, edit("tenants", "t", quota=Quota(u_half=4)), excludes="more"),
    ],
    "cumulated_need": [
        priced("walls", 900, 9, rooms("room1", may_host=protection(3, 3, 3))),
        priced("written", 900, 8, policy(cumulation={})),
    ],
    # stability
    "pinned_in_the_way": [
        priced("unpin", 600, 2, work("w", pinned=frozenset())),
        priced("taller", 550, 30, racks("r1", u_height=3)),
    ],
    "no_move_left": [
        priced("window", 600, 2, policy(move_budget=1)),
        priced("taller", 700, 30, racks("r1", u_height=4)),
    ],
    # compute, continuity, network
    "pool_too_small": [
        priced("p1", 700, 3, edit("pools", "p1", vcpu_milli=9000)),
        priced("p2", 650, 9, edit("pools", "p2", vcpu_milli=9000)),
    ],
    "spare_host_kept": [
        priced("spare", 700, 3, edit("pools", "p1", hosts_spare=0)),
        priced("p2", 800, 0, work("svc", pools=("p1", "p2"))),
    ],
    "no_pool_allowed": [
        priced("p2", 700, 3, work("svc", pools=("p1", "p2"))),
        priced("s1", 700, 3, work("svc", forbidden=ANYWHERE)),
    ],
    "mirror_has_no_pool": [
        priced("p2", 700, 3, work("svc", pools=("p1", "p2"))),
        priced("single", 90, 3, work("svc", replication="none"), requires="permit"),
        priced("permit", 620, 3),
    ],
    "nothing_on_the_second_site": [
        priced("second", 4000, 30, work("db", count=2)),
        priced("allow", 100, 5, work("db", allowed=ANYWHERE)),
        priced("uncritical", 4500, 0, work("db", critical=False)),
    ],
    "data_without_a_mirror": [
        priced("async", 500, 20, work("svc", replication="async", lag_min=60)),
        priced("sync", 900, 30, work("svc", replication="sync"), excludes="async"),
    ],
    "mirror_too_far_behind": [
        priced("line", 800, 30, work("svc", lag_min=15)),
        priced("patience", 900, 0, edit("processes", "p", rpo_min=30)),
        priced("some", 100, 0, edit("processes", "p", rpo_min=20)),
    ],
    "no_quorum": [
        priced("hall", 400, 9, add(network_node("hall"), link("l1", "s1", "hall"))),
        priced("line", 200, 9, add(link("l2", "s2", "hall")), requires="hall"),
        priced("vote", 50, 1, edit("continuity_groups", "g", witness="hall"), requires="hall"),
        priced("manual", 900, 0, work("svc", quorum="manual", manual_min=10)),
    ],
    "restart_too_slow": [
        # 20 + 20 min of 30
        priced("app", 300, 5, work("app", takeover_min=15)),
        priced("svc", 300, 5, work("svc", takeover_min=15)),
        priced("patience", 700, 0, edit("processes", "p", rto_min=40)),
    ],
    "not_hosted_in_an_emergency": [
        priced("rule", 300, 5, edit("continuity_groups", "g", emergency=None)),
        priced("less", 900, 5, work("svc", protection=protection())),
    ],
    "second_site_short_of_ram": [
        priced("p1", 300, 5, edit("pools", "p1", ram_mib=18 * 1024)),
        priced("p2", 300, 5, edit("pools", "p2", ram_mib=18 * 1024)),
        priced("one", 700, 5, work("svc", count=1)),
    ],
    "emergency_power_too_small": [
        priced("a", 300, 5, nodes("a", rated_w=1250)),
        priced("b", 300, 5, nodes("b", rated_w=1250)),
        priced("one", 700, 5, work("db", count=1)),
    ],
    "too_hot_alone": [
        priced("u2", 300, 5, edit("cooling_units", "u2", capacity_w=1000)),
        priced("cord", 200, 5, edit("cooling_units", "u1", nodes=("a",))),
        priced("u3", 700, 5, add(unit("u3", 500, "z1"))),
    ],
    "fuel_for_too_few_hours": [
        priced("drop", 10, 1, nodes("gen", tank_ml=3600)),
        priced("tank", 1200, 50, nodes("gen", tank_ml=10_000)),
    ],
    "mirror_too_far_away": [
        priced("straight", 5000, 90, edit("links", "l1", fibre_m=100_000)),
        priced("some", 500, 9, edit("links", "l1", fibre_m=190_000), excludes="straight"),
        priced("patience", 5100, 0, work("svc", max_rtt_us=2000)),
    ],
    "access_network_out_of_reach": [
        priced("node", 900, 9, add(network_node("n1", "s1", access_network="doi"))),
        priced("line", 300, 9, add(link("l1", "s1", "s2"))),
        priced("without", 2000, 0, work("w", access_networks=())),
    ],
    # several reasons
    "one_rack_forbidden_the_other_weak": [
        priced("allow", 300, 1, work("w", forbidden=ANYWHERE)),
        priced("strong", 200, 9, racks("r2", max_weight_g=110_000)),
    ],
    "one_room_open_the_other_full": [
        priced("walls", 900, 90, rooms("room1", may_host=protection(2))),
        priced("taller", 800, 9, racks("r2", u_height=4)),
        priced("smaller", 300, 9, work("w", u_height_half=2)),
        priced("smaller-x", 300, 9, work("x", u_height_half=2)),
    ],
    "three_racks_three_reasons": [
        priced("audit", 900, 90, rooms("room1", certificates=("iso",))),
        priced("strong", 890, 95, racks("r2", max_power_w=500)),
        priced("duct", 890, 90, racks("r3", airflow=(Airflow.FRONT_TO_REAR,))),
    ],
    "second_rack_without_power": [
        priced("weak", 300, 9, nodes("b", rated_w=600)),
        priced("strong", 500, 9, nodes("b", rated_w=625), excludes="weak"),
        priced("feed", 450, 19, add(feed("c", "r2", rated_w=625))),
    ],
    "second_rack_closed": [
        priced("open", 500, 9, racks("r2", status=RackStatus.ACTIVE)),
        priced("looser", 400, 9, work("w", spread={})),
    ],
    "one_pool_small_the_other_open": [
        priced("p1", 500, 9, edit("pools", "p1", vcpu_milli=1000)),
        priced("walls", 400, 9, rooms("room2", may_host=protection(2))),
    ],
}


def pot_of_paint():
    """Return what changes nothing."""
    return priced("paint", 20, 1)


def new_rack():
    """Return a rack in a room of its own, and its feeds, which require it."""
    box = add(room("room-n", "s1"), rack("n", "row-n", "room-n", "s1"))
    return [
        priced("box", 900, 30, box),
        priced("box-feeds", 1100, 40, add(feed("na", "n"), feed("nb", "n")), requires="box"),
    ]


def actions_of(name):
    """Return the actions of a planted estate, by id."""
    given_up = priced("give-up", 50_000, 0, drop(*PLANTED[name].missing))
    found = [pot_of_paint(), *new_rack(), given_up, *FIXES[name]]
    assert len({p.action.id for p in found}) == len(found)
    return {p.action.id: p for p in found}


def variants(estate, standing, actions):
    """Return the function that carries out actions on an estate in which something stands."""
    priced_ = {key: p.action for key, p in sorted(actions.items())}

    def estate_with(ids):
        changed = estate
        for key in with_required(priced_, ids):
            changed = actions[key].change(changed)
        declared = {key for w in changed.workloads.values() for key in w.instance_ids()}
        stands = {key: place for key, place in standing.items() if key in declared}
        return change(changed, actions=priced_), as_built(stands)

    return estate_with
