"""Continuity where a site takes over: data, quorum, restart chain, protection, times."""

from datetime import date

import pytest

from tests.builders import (
    at,
    group,
    link,
    needs,
    network_node,
    pool,
    process,
    rack,
    room,
    service,
    site,
    workload,
)
from tests.check.two_sites import GIVEN_UP, changed, found, report


def judged(e, rule, *args, **how):
    """Return subject, scenario, required and available."""
    return [(v.subject, v.scenario, *v[3:5]) for v in found(e, rule, *args, **how)]


# --- data

ASYNC = {"replication": "async", "storage_gib": 10, "ram_mib": 0}


def test_lag_of_the_mirror_against_the_least_rpo():
    e = changed(
        service("svc", lag_min=15, **ASYNC),
        process("pr", "svc", rpo_min=60),
        process("p2", "svc", rpo_min=5),
        process("p3", "svc"),
    )
    (violation,) = found(e, "continuity.data")
    assert violation[:6] == ("continuity.data", "svc", "site s2 alone", 15, 5, "min")
    assert violation.message == (
        "`svc` loses more of its data than process `p2` may if site `s2` stands alone"
    )
    assert violation.required_note == "lag of its mirror, replication async"
    assert violation.available_note == "recovery point objective of `p2`"
    # Up to the objective holds; who is not critical sets none.
    assert (
        judged(changed(*e.workloads.values(), process("pr", "svc", rpo_min=15)), "continuity.data")
        == []
    )
    idle = process("p2", "svc", rpo_min=5, criticality=0)
    e = changed(service("svc", lag_min=15, **ASYNC), process("pr", "svc", rpo_min=60), idle)
    assert judged(e, "continuity.data") == []


def test_synchronous_and_stateless_lag_behind_by_nothing():
    pr = process("pr", "svc", rpo_min=0)
    sync = service("svc", replication="sync", storage_gib=10, lag_min=9, ram_mib=0)
    assert judged(changed(sync, pr), "continuity.data") == []
    assert judged(changed(service("svc", lag_min=9, ram_mib=0), pr), "continuity.data") == []
    asynchronous = service("svc", lag_min=1, **ASYNC)
    assert judged(changed(asynchronous, pr), "continuity.data") == [("svc", "site s2 alone", 1, 0)]


def test_data_of_what_does_not_move_and_of_whom_it_serves_indirectly():
    e = changed(
        service("svc", lag_min=15, **ASYNC),
        service("front", depends_on=("svc",), ram_mib=0),
        process("pr", "front", rpo_min=5),
    )
    on = {"svc-1": ("p1", "p2"), "front-1": ("p1", "p2")}
    assert judged(e, "continuity.data", on) == [("svc", "site s2 alone", 15, 5)]
    # No standby at s2, and from p2 there is none at s1.
    assert judged(e, "continuity.data", {"svc-1": "p1", "front-1": ("p1", "p2")}) == []
    back = {"svc-1": ("p2", "p1"), "front-1": ("p1", "p2")}
    assert judged(e, "continuity.data", back) == [("svc", "site s1 alone", 15, 5)]


def test_objectives_of_the_members_group_count():
    """The process of group `k` asks nothing of a move within `g`."""
    e = changed(
        group("k"),
        service("svc", lag_min=15, **ASYNC),
        process("pr", "svc", rpo_min=60),
        process("p2", "svc", rpo_min=5, continuity_group="k"),
    )
    assert judged(e, "continuity.data") == []
    assert judged(
        changed(*e.workloads.values(), process("p2", "svc", rpo_min=5)), "continuity.data"
    )


# --- quorum


def with_witness(*links, **quorum):
    """Return the two sites with a witness in the town hall, linked as told, and `svc`."""
    return changed(
        group("g", gives_up=GIVEN_UP, witness="hall"),
        network_node("hall"),
        network_node("city", "s1"),
        *(link(f"{one}-{other}", one, other) for one, other in links),
        service("svc", **{"quorum": "majority", "ram_mib": 0, **quorum}),
    )


def test_two_sites_without_a_witness_have_no_majority():
    (violation,) = found(changed(service("svc", quorum="majority", ram_mib=0)), "continuity.quorum")
    assert violation[:6] == ("continuity.quorum", "svc", "site s2 alone", 2, 1, "votes")
    assert violation.message == (
        "`svc` has no quorum and no manual procedure if site `s2` stands alone"
    )
    assert violation.required_note == "more than half of 2 votes"
    assert violation.available_note == "its own vote"


def test_witness_votes_where_it_is_reached_without_the_other_sites():
    reached = with_witness(("s1", "hall"), ("s2", "hall"))
    assert judged(reached, "continuity.quorum") == []
    # Through the other site, or through a node that stands there, it is not: 1 of 3, 2 are needed.
    for way in ([("s1", "hall"), ("s1", "s2")], [("city", "hall"), ("s2", "city")]):
        e = with_witness(*way)
        assert judged(e, "continuity.quorum") == [("svc", "site s2 alone", 2, 1)]
        # s1 reaches it: what runs at s2 may move there.
        assert judged(e, "continuity.quorum", {"svc-1": ("p2", "p1")}) == []


def test_majority_of_three_sites_and_a_witness():
    """Four votes: 3 are a majority; own and witness's are 2."""
    e = with_witness(("s1", "hall"), ("s2", "hall"))
    e = e.model_copy(update={"sites": {**e.sites, "s3": site("s3", continuity_group="g")}})
    (violation,) = found(e, "continuity.quorum")
    assert violation[3:5] == (3, 2)
    assert violation.required_note == "more than half of 4 votes"
    assert violation.available_note == "its own vote and the witness's"


@pytest.mark.parametrize(
    "fields",
    [
        {"quorum": "none"},
        {"quorum": "majority", "manual_min": 30},
        {"quorum": "manual", "manual_min": 30},
    ],
)
def test_nobody_to_ask_or_a_manual_procedure(fields):
    e = changed(service("svc", ram_mib=0, **fields))
    assert judged(e, "continuity.quorum") == []


def test_quorum_of_what_does_not_move_or_is_not_critical():
    e = changed(service("svc", quorum="majority", ram_mib=0))
    assert judged(e, "continuity.quorum", {"svc-1": "p1"}) == []
    e = changed(service("svc", quorum="majority", ram_mib=0), process("pr"))
    assert judged(e, "continuity.quorum") == []


# --- restart


def minutes(e, services=None, **how):
    """Return the minutes of the chain of `pr`, judged against an objective of nothing."""
    e = changed(
        *e.workloads.values(),
        *e.pools.values(),
        *e.sites.values(),
        *e.network_nodes.values(),
        *e.links.values(),
        *e.continuity_groups.values(),
        *(p.model_copy(update={"rto_min": 0}) for p in e.processes.values()),
    )
    found_ = judged(e, "continuity.restart", services, **how)
    assert all(subject == "pr" for subject, *_ in found_)
    return [(scenario, required) for _, scenario, required, _ in found_]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"takeover_min": 7}, 7),
        ({"takeover_min": 7, "restart_min": 2}, 9),
        ({"takeover_min": 7, "restart_min": 2, "mode": "active-standby"}, 7),
        ({"takeover_min": 7, "manual_min": 30}, 7),
        ({"takeover_min": 7, "quorum": "manual", "manual_min": 30}, 30),
        # No majority of two votes: by hand, and started again.
        ({"takeover_min": 7, "quorum": "majority", "manual_min": 30, "restart_min": 2}, 32),
        # Nobody says how long by hand: `continuity.quorum` is broken.
        ({"takeover_min": 7, "quorum": "majority"}, 7),
    ],
)
def test_minutes_of_a_move(fields, expected):
    assert minutes(changed(service("svc", ram_mib=0, **fields))) == [("site s2 alone", expected)]


def test_a_quorum_that_holds_moves_by_itself():
    e = with_witness(("s1", "hall"), ("s2", "hall"), takeover_min=7, manual_min=30)
    assert minutes(e) == [("site s2 alone", 7)]


def test_chain_adds_up_and_takes_the_longest_branch():
    """svc 1 + (db 2 + (dns 4), or auth 5) = 7."""
    e = changed(
        service("svc", takeover_min=1, ram_mib=0, depends_on=("db", "auth")),
        service("db", takeover_min=2, ram_mib=0, depends_on=("dns", "x")),
        service("dns", takeover_min=4, ram_mib=0),
        service("auth", takeover_min=5, ram_mib=0),
        workload("x", cords=0),
    )
    on = {f"{key}-1": ("p1", "p2") for key in ("svc", "db", "dns", "auth")}
    more = {"x-1": at("r1", 3)}
    assert minutes(e, on, more=more) == [("site s2 alone", 7)]
    # What is there already takes no time: 1 + 4 to s2; to s1, which is told, auth's 5.
    there = {**on, "auth-1": ("p2", "p1"), "db-1": "p2"}
    assert minutes(e, there, more=more) == [("site s1 alone", 5)]
    there = {**on, "auth-1": "p2", "db-1": "p2"}
    assert minutes(e, there, more=more) == [("site s2 alone", 5)]


def test_a_cycle_is_one_unit_and_a_workload_takes_its_longest_move():
    """svc and db need each other: 3 + 2; dns 4 before both; of two instances the longer."""
    e = changed(
        service("svc", takeover_min=3, ram_mib=0, depends_on=("db",)),
        service("db", 2, takeover_min=2, ram_mib=0, depends_on=("svc", "dns")),
        service("dns", takeover_min=4, ram_mib=0),
    )
    on = {f"{key}-1": ("p1", "p2") for key in ("svc", "db", "dns")} | {"db-2": ("p1", "p2")}
    assert minutes(e, on) == [("site s2 alone", 9)]


def test_restart_is_judged_for_processes_with_an_objective_that_are_critical():
    slow = service("svc", takeover_min=60, ram_mib=0)
    assert judged(changed(slow), "continuity.restart") == []
    assert judged(changed(slow, process("pr", "svc", rto_min=60)), "continuity.restart") == []
    late = process("pr", "svc", rto_min=59)
    (violation,) = found(changed(slow, late), "continuity.restart")
    assert violation[:6] == ("continuity.restart", "pr", "site s2 alone", 60, 59, "min")
    assert violation.message == (
        "what process `pr` depends on takes too long to move if site `s2` stands alone"
    )
    idle = process("pr", "svc", rto_min=59, criticality=0)
    assert judged(changed(slow, idle), "continuity.restart") == []
    # Of group `k`, whose sites it does not move to.
    other = process("pr", "svc", rto_min=59, continuity_group="k")
    assert judged(changed(slow, other, group("k")), "continuity.restart") == []
    own = process("pr", "svc", rto_min=59, continuity_group="g")
    assert len(judged(changed(slow, own), "continuity.restart")) == 1


def test_chain_of_one_day_counts():
    """`a` moves until May, `b` from June on: never both."""
    e = changed(
        service("svc", takeover_min=1, ram_mib=0, depends_on=("a", "b")),
        service("a", takeover_min=5, ram_mib=0, valid_until=date(2026, 5, 31), depends_on=("b",)),
        service("b", takeover_min=7, ram_mib=0, valid_from=date(2026, 6, 1)),
        process("pr", "svc", rto_min=7),
        planning_horizon=date(2026, 12, 31),
    )
    on = {f"{key}-1": ("p1", "p2") for key in ("svc", "a", "b")}
    assert judged(e, "continuity.restart", on) == [("pr", "site s2 alone", 8, 7)]


# --- protection

HOCH_ROOMS = (room("room1", may_host=needs(i=2, a=2)), room("room2", "s2", may_host=needs(a=2)))


def test_rooms_of_the_pool_that_takes_over_host_the_need():
    """`room2` lacks one level of integrity."""
    e = changed(*HOCH_ROOMS, service("svc", ram_mib=0, protection=needs(i=2, a=2)))
    (violation,) = found(e, "continuity.protection")
    assert violation[:6] == ("continuity.protection", "svc-1", "site s2 alone", 2, 1, "levels")
    assert violation.message == (
        "room `room2` may not host the protection need of `svc-1` if site `s2` stands alone"
    )
    assert violation.required_note == "integrity hoch"
    assert violation.available_note == "integrity normal (`may_host`)"
    # Where it stays it is judged by `tenancy.protection`.
    assert judged(e, "continuity.protection", {"svc-1": "p1"}) == []
    assert judged(e, "continuity.protection", {"svc-1": "p2"}) == []
    assert [v.rule for v in report(e, {"svc-1": "p2"}).violations if "protection" in v.rule] == [
        "tenancy.protection"
    ]
    not_critical = changed(*e.rooms.values(), *e.workloads.values(), process("pr"))
    assert judged(not_critical, "continuity.protection") == []


def test_max_protection_replaces_what_rooms_may_host():
    svc = service("svc", ram_mib=0, protection=needs(i=3, a=2))
    raised = group("g", gives_up=GIVEN_UP, max_protection=needs(i=3, a=2))
    assert judged(changed(*HOCH_ROOMS, svc, raised), "continuity.protection") == []
    # Lowered to normal: 2 + 1 levels short wherever it runs; the first site is told.
    lowered = group("g", gives_up=GIVEN_UP, max_protection=needs())
    (violation,) = found(changed(*HOCH_ROOMS, svc, lowered), "continuity.protection")
    assert violation[1:6] == ("svc-1", "site s1 alone", 5, 2, "levels")
    assert violation.available_note == ("integrity normal, availability normal (`max_protection`)")


def test_critical_equipment_counts_where_max_protection_says_so():
    lowered = group("g", gives_up=GIVEN_UP, max_protection=needs())
    protected = {"count": 2, "cords": 1, "protection": needs(a=2)}
    e = changed(*HOCH_ROOMS, workload("h", **protected), lowered)
    # Hosts of critical services, each at its own site.
    assert judged(e, "continuity.protection") == [
        ("h-1", "site s1 alone", 2, 1),
        ("h-2", "site s2 alone", 2, 1),
    ]
    as_declared = changed(*HOCH_ROOMS, workload("h", **protected))
    assert judged(as_declared, "continuity.protection") == []
    other = workload("x", cords=0, protection=needs(a=2))
    e = changed(*HOCH_ROOMS, other, lowered)
    assert judged(e, "continuity.protection", more={"x-1": at("r1", 4)}) == []


def test_worst_room_of_a_pool_counts_and_a_pool_without_hosts_has_none():
    rooms = (room("room2", "s2", may_host=needs(i=2)), room("room3", "s2"))
    e = changed(
        room("room1", may_host=needs(i=3)),
        *rooms,
        rack("r3", "row3", "room3", "s2"),
        workload("h", count=3, cords=1),
        service("svc", ram_mib=0, protection=needs(i=3)),
    )
    (violation,) = found(e, "continuity.protection", more={"h-3": at("r3", 1)})
    assert violation[3:5] == (3, 1)
    assert "room `room3`" in violation.message
    (violation,) = found(e, "continuity.protection", unplaced=("h-3",))
    assert "room `room2`" in violation.message
    empty = changed(
        *e.rooms.values(), service("svc", ram_mib=0, protection=needs(i=3)), pool("p2", "s2", ())
    )
    assert judged(empty, "continuity.protection") == []


# --- times


@pytest.mark.parametrize(
    ("rto", "mtpd", "holds"), [(60, 60, True), (61, 60, False), (None, 5, True), (90, None, True)]
)
def test_objective_within_the_tolerable_downtime(rto, mtpd, holds):
    e = changed(process("pr", criticality=0, rto_min=rto, mtpd_min=mtpd))
    violations = found(e, "continuity.times")
    assert (
        not violations
        if holds
        else violations[0][:6]
        == (
            "continuity.times",
            "pr",
            "normal",
            61,
            60,
            "min",
        )
    )
