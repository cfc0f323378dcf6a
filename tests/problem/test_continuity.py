"""What is critical, what an emergency leaves of its demand, and how long a move takes."""

import pytest

from planner.problem import compile_estate
from planner.problem.continuity import Continuity, Votes, lag_min, move_min
from planner.problem.services import PoolChoice, iter_choices
from tests.builders import (
    DAY,
    as_built,
    estate,
    group,
    pool,
    process,
    service,
    site,
    waiver,
    workload,
)


def two_sites(*items, **policy):
    return estate(
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        pool("p1", "s1", "host"),
        pool("p2", "s2", "host", storage_on=("disk",)),
        workload("host"),
        workload("disk"),
        *items,
        **policy,
    )


def test_critical_is_what_processes_need_and_what_carries_it():
    e = two_sites(
        service("app", depends_on=("db", "switch"), pools=("p1",)),
        service("db", pools=("p1",)),
        service("other"),
        workload("switch"),
        process("p", "app"),
        process("q", "other", criticality=0),
    )
    critical = Continuity(e).critical("g")
    assert critical.needed == {"app", "db", "switch"}
    assert critical.carriers == {"host"}
    assert [p.id for p in critical.processes] == ["p"]


def test_service_without_pools_may_use_every_pool():
    critical = Continuity(two_sites(service(), process("p", "svc"))).critical(None)
    assert critical.carriers == {"host", "disk"}


def test_what_a_marked_workload_needs_is_critical_for_every_group():
    e = two_sites(
        group("other"),
        service("app", critical=True, depends_on=("db",)),
        service("db"),
        service("mail"),
        process("p", "mail", continuity_group="other"),
    )
    assert Continuity(e).critical("g").needed == {"app", "db"}
    assert Continuity(e).critical("other").needed == {"app", "db", "mail"}


def test_groups_in_which_a_site_can_stand_alone():
    e = two_sites(group("lonely"), site("s3", continuity_group="lonely"))
    assert Continuity(e).groups == ("g",)


@pytest.mark.parametrize(("critical", "share"), [(False, 700), (True, 1000)])
def test_emergency_level_is_the_largest_asked_for(critical, share):
    e = two_sites(
        service(critical=critical),
        process("p", "svc", emergency_permille=500),
        process("q", "svc", emergency_permille=700),
        process("r", "svc", emergency_permille=900, criticality=0),
    )
    assert Continuity(e).emergency_permille("svc", "g") == share


def test_all_of_a_service_that_no_process_asks_for():
    e = two_sites(service("app", critical=True, depends_on=("db",)), service("db"))
    assert Continuity(e).emergency_permille("db", "g") == 1000


def test_least_recovery_point():
    e = two_sites(
        service("app", depends_on=("svc",)),
        service(),
        process("p", "app", rpo_min=5),
        process("q", "svc", rpo_min=15),
        process("r", "svc"),
    )
    assert Continuity(e).rpo_min("svc", "g") == 5
    assert Continuity(two_sites(service(), process("p", "svc"))).rpo_min("svc", "g") is None


def test_workloads_that_depend_on_each_other_are_one_unit():
    e = two_sites(
        service("a", depends_on=("b", "c")),
        service("b", depends_on=("a",)),
        service("c", depends_on=("d",)),
        service("d"),
    )
    continuity = Continuity(e)
    assert continuity.unit("a") == continuity.unit("b") == {"a", "b"}
    assert continuity.below(continuity.unit("a")) == {frozenset({"c"})}
    assert continuity.unit("c") == {"c"}


@pytest.mark.parametrize(
    ("fields", "votes", "minutes"),
    [
        ({"mode": "single"}, Votes(1, 2), 5 + 7),
        ({"mode": "active-standby"}, Votes(1, 2), 5),
        ({"mode": "single", "quorum": "majority"}, Votes(2, 3), 5 + 7),
        ({"mode": "single", "quorum": "majority"}, Votes(1, 2), 30 + 7),
        ({"mode": "single", "quorum": "manual"}, Votes(2, 3), 30 + 7),
    ],
)
def test_minutes_of_a_move(fields, votes, minutes):
    one = service(takeover_min=5, restart_min=7, manual_min=30, **fields).service
    assert move_min(one, votes) == minutes


def test_move_without_a_procedure_takes_as_long_as_an_automatic_one():
    # That there is no quorum is another rule's to say.
    assert move_min(service(takeover_min=5, quorum="majority").service, Votes(1, 2)) == 5


@pytest.mark.parametrize(("replication", "lag"), [("none", 0), ("sync", 0), ("async", 9)])
def test_only_an_asynchronous_mirror_lags(replication, lag):
    assert lag_min(service(replication=replication, lag_min=9).service) == lag


def choices(one, *, is_critical=True, is_waived=False):
    e = two_sites(one)
    return set(iter_choices(e, one.service, is_critical=is_critical, is_waived=is_waived))


def test_mirrored_service_has_a_standby_at_the_other_site():
    both = {PoolChoice("p1", ("p2",)), PoolChoice("p2", ("p1",))}
    assert choices(service(replication="sync")) == both


def test_stateless_service_may_have_one_where_it_is_critical():
    both = {PoolChoice("p1", ("p2",)), PoolChoice("p2", ("p1",))}
    alone = {PoolChoice("p1"), PoolChoice("p2")}
    assert choices(service()) == both | alone
    assert choices(service(), is_critical=False) == alone


def test_data_that_is_nowhere_else_stays():
    assert choices(service(storage_gib=1)) == {PoolChoice("p1"), PoolChoice("p2")}


def test_standby_only_on_pools_that_it_may_use_unless_waived():
    one = service(replication="sync", pools=("p1",))
    assert choices(one) == {PoolChoice("p1"), PoolChoice("p2", ("p1",))}
    assert PoolChoice("p1", ("p2",)) in choices(one, is_waived=True)


def test_services_are_grouped_and_those_with_a_waiver_set_apart():
    e = two_sites(service(count=3), waiver("compute.place", "svc-2", 1))
    problem = compile_estate(e, as_built(), DAY)
    assert [g.instances for g in problem.service_groups] == [("svc-1", "svc-3"), ("svc-2",)]
    assert [g.index for g in problem.service_groups_of["svc"]] == [0, 1]
    assert {g.workload.id for g in problem.groups} == {"host", "disk"}
