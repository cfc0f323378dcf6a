"""Why a service may or may not run on each pool."""

import pytest

from planner.check import check
from planner.check.case import Case
from planner.errors import UsageError
from planner.explain.pools import PoolProbe, explain_pools, pool_answer_json
from planner.explain.pools_text import describe_service, render_pool_answer
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    group,
    layout,
    needs,
    pool,
    process,
    rack,
    room,
    service,
    site,
    waiver,
    workload,
)
from tests.check.random_continuity import random_continuity


def two_sites(*items, services=(), unplaced=(), **policy):
    """A host at each of two sites that stand in for each other; the second room hosts less."""
    made = estate(
        rack("r1"), feed("f1"), room("room1", may_host=needs(3, 3, 3)),
        room("room2", "s2"), rack("r2", "row2", "room2", "s2"), feed("f2", "r2", site="s2"),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"),
        group(gives_up=("feed", "fire_compartment", "rack", "room", "row")),
        workload("host", 2, cords=1), pool("p1", hosts="host"), pool("p2", "s2", hosts="host"),
        *items, **policy,
    )  # fmt: skip
    places = {"host-1": at("r1", 1, "f1"), "host-2": at("r2", 1, "f2")}
    return made, layout(places, services=dict(services), unplaced=unplaced)


def answer_of(made, plan, instance="svc-1"):
    return explain_pools(PoolProbe(made, plan, DAY, instance))


def test_pools_that_can_and_pools_that_cannot():
    made, plan = two_sites(
        service("svc", 2, protection=needs(2), vcpu_milli=5000), service("big", vcpu_milli=6000),
        services={"svc-1": "p1", "big-1": "p2"},
        unplaced={"svc-2": "no room on p1"},
    )  # fmt: skip
    # `svc-2` beside `svc-1`: 10 of 8 vCPU on p1; beside `big` 11 of 8 on p2, in the second room.
    found = answer_of(made, plan, "svc-2")
    assert found.open == []
    assert [(v.pool, v.rules) for v in found.nearest] == [
        ("p1", ("compute.pool",)),
        ("p2", ("compute.pool", "tenancy.protection")),
    ]
    assert render_pool_answer(found) == (
        "`svc-2`: 5 vCPU, 1 GiB RAM, single; tenant t; one of 2 alike\n"
        "unplaced: no room on p1\n"
        "placed whole or not at all: all 2 must fit together\n"
        "\n"
        "no pool can take it\n"
        "\n"
        "1 pool cannot: p1\n"
        "  compute.pool  required 10 vCPU, available 8 vCPU\n"
        "                pool `p1` has too little vcpu\n"
        "\n"
        "1 pool cannot: p2\n"
        "  compute.pool        required 11 vCPU, available 8 vCPU\n"
        "                      pool `p2` has too little vcpu\n"
        "  tenancy.protection  required 2 levels, available 1 levels\n"
        "                      room `room2` with hosts of pool `p2` may not host the protection "
        "need of `svc-2`\n"
        "\n"
        "nearest of those that cannot: p1\n"
        "\n"
        "error[compute.pool]: pool `p1` has too little vcpu\n"
        "  required   10 000 vcpu/1000   2 instances and copies on it\n"
        "  available  8000 vcpu/1000     1 host x 8000 vcpu/1000\n"
        "\n"
        "hint: add a host to the pool, or let a service use another pool"
    )


def test_where_it_is_and_where_else_it_could_be():
    made, plan = two_sites(
        service("svc", replication="sync", storage_gib=20), services={"svc-1": ("p1", "p2")}
    )
    found = answer_of(made, plan)
    assert [(v.pool, v.standby, v.is_current) for v in found.open] == [
        ("p1", ("p2",), True),
        ("p2", ("p1",), False),
    ]
    assert render_pool_answer(found) == (
        "`svc-1`: 1 vCPU, 1 GiB RAM, 20 GiB storage, single, sync mirror; tenant t\n"
        "runs on p1, standby p2\n"
        "\n"
        "2 pools can take it:\n"
        "  p1, standby p2  (where it is)\n"
        "  p2, standby p1"
    )


def test_a_standby_is_chosen_that_keeps_the_rules():
    # Critical, so it must survive either site alone: only with a standby.
    made, plan = two_sites(
        service("svc"), process("b", "svc"), services={"svc-1": "p1"}, unplaced=()
    )
    found = answer_of(made, plan)
    assert [(v.pool, v.standby) for v in found.open] == [("p1", ("p2",)), ("p2", ("p1",))]


def test_losses_rule_a_pool_out():
    # On p2 beside `big`: 6 + 6 of 8 vCPU once s1 is lost, while all fits in the normal state.
    made, plan = two_sites(
        pool("p3", "s2", hosts="host"),
        service("svc", vcpu_milli=6000, pools=("p1", "p2")), process("b", "svc", "big"),
        service("big", vcpu_milli=6000, pools=("p1", "p2")),
        services={"big-1": ("p1", "p2")}, unplaced=("svc-1",),
    )  # fmt: skip
    found = answer_of(made, plan)
    assert {v.pool: v.rules for v in found.verdicts}["p2"] == ("continuity.compute",)


def test_what_a_waiver_accepts_and_what_policy_only_counts():
    made, plan = two_sites(
        service("svc", protection=needs(2)), waiver("tenancy.protection", "svc-1", 1),
        services={"svc-1": "p1"},
    )  # fmt: skip
    assert len(answer_of(made, plan).open) == 2


def test_only_services_that_are_planned():
    made, plan = two_sites(service("svc"), services={"svc-1": "p1"})
    for instance in ("host-1", "svc-2", "nothing-1"):
        with pytest.raises(UsageError, match=f"`{instance}` is no instance of a service"):
            PoolProbe(made, plan, DAY, instance)


def test_the_count_of_pools_is_told():
    made, plan = two_sites(service("svc"), services={"svc-1": "p1"})
    told = []
    explain_pools(PoolProbe(made, plan, DAY, "svc-1"), lambda done, of: told.append((done, of)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_a_service_in_words():
    made = service("svc", mode="active-standby", replication="async", licences={"db": 2, "os": 1})
    assert describe_service(made.service) == (
        "1 vCPU, 1 GiB RAM, 2 licences db, 1 licence os, active-standby, async mirror"
    )


def test_data():
    made, plan = two_sites(service("svc", pools=("p1",)), services={"svc-1": "p1"})
    found = pool_answer_json(answer_of(made, plan), lambda v: {"rule": v.rule})
    assert (found["num_pools"], found["num_open"], found["nearest"]) == (2, 1, ["p2"])
    assert found["current"] == {"pool": "p1", "standby": []}
    # With a standby it may use, one of two pools is wrong; alone it is one of one.
    assert found["pools"][1] == {
        "pool": "p2",
        "standby": ["p1"],
        "holds": False,
        "is_current": False,
        "rules": ["compute.place"],
        "violations": [{"rule": "compute.place"}],
        "soft": [],
    }


def test_verdicts_agree_with_the_full_check():
    """A pool that holds breaks nothing more; one that does not, does."""
    num_open = num_closed = 0
    for seed in range(20):
        made, plan, day = random_continuity(seed)
        placed = [one.instance for one in Case.of_layout(made, plan, day).services]
        for instance in placed[:2]:
            probe = PoolProbe(made, plan, day, instance)
            rest = plan.model_copy(
                update={"services": {k: s for k, s in plan.services.items() if k != instance}}
            )
            before = {
                (v.rule, v.subject, v.unit): v.amount for v in check(made, rest, day).violations
            }
            for pool_id in made.pools:
                verdict = probe.verdict(pool_id)
                with_it = {**rest.services, instance: plan.services[instance].model_copy(
                    update={"pool": pool_id, "standby": verdict.standby})}  # fmt: skip
                after = check(made, rest.model_copy(update={"services": with_it}), day).violations
                more = {
                    v.rule
                    for v in after
                    if v.amount > before.get((v.rule, v.subject, v.unit), 0)
                    and not v.rule.startswith(("structure.", "redundancy.whole"))
                }
                assert set(verdict.rules) <= more
                assert bool(more) != verdict.holds
                num_open += verdict.holds
                num_closed += not verdict.holds
    assert num_open > 5
    assert num_closed > 5
