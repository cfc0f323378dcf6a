"""Losses survived and not: every rule of the judge, scenario by scenario."""

import pytest

from planner.check import check
from planner.model.scenarios import NORMAL
from planner.report.failures import Tally, failures, kind_of
from tests.builders import (
    DAY,
    at,
    combination,
    duct,
    estate,
    feed,
    group,
    layout,
    link,
    network_node,
    pool,
    process,
    rack,
    room,
    service,
    site,
    waiver,
    workload,
)
from tests.check.random_cases import random_case
from tests.check.random_continuity import random_continuity

#: Rules that look at one scenario after the other.
IN_TURN = {
    "power.cord", "power.failover", "cooling.zone", "redundancy.survive", "continuity.survivor",
    "continuity.compute", "continuity.power", "continuity.cooling", "continuity.fuel",
    "continuity.data", "continuity.quorum", "continuity.restart", "continuity.protection",
}  # fmt: skip


def _by_key(violations):
    worst = {}
    for v in violations:
        if v.rule in IN_TURN and v.scenario != NORMAL:
            key = (v.rule, v.subject, v.unit)
            worst[key] = max(worst.get(key, 0), v.amount)
    return worst


@pytest.mark.parametrize("make", [random_case, random_continuity])
def test_the_worst_of_all_scenarios_is_what_the_judge_says(make):
    num_broken = 0
    for seed in range(40):
        case = make(seed)
        found = [v for item in failures(*case).failing for v in item.findings]
        judged = _by_key(check(*case).violations)
        # What is broken normally and worse after a loss is one violation, in the normal state.
        known = {v[:2] for v in check(*case).violations if v.scenario == NORMAL}
        mine = {key: n for key, n in _by_key(found).items() if key[:2] not in known}
        assert {key: n for key, n in judged.items() if key[:2] not in known} == mine
        num_broken += len(judged)
    assert num_broken > 40


def one_weak_feed(*items, **policy):
    """Feed `a` of 320 usable VA cannot carry 500 W alone; `b` can."""
    return estate(
        rack("r1"), feed("a", rated_va=400), feed("b", rated_va=2000), workload(), *items, **policy
    )


PLAN = layout({"w-1": at("r1", 1, "a", "b")})


def test_losses_by_kind_and_the_failing_one_with_its_amounts():
    found = failures(one_weak_feed(), PLAN, DAY)
    assert found.tallies[:2] == (Tally("feed", 2, 1), Tally("rack", 1, 0))
    assert (found.tallies[0].num_survived, found.num_losses) == (1, 7)
    (failing,) = found.failing
    assert failing.scenario.id == "loss of feed b"
    (finding,) = failing.findings
    assert (finding.rule, finding.subject) == ("power.failover", "a")
    assert (finding.required, finding.available, finding.unit) == (500, 320, "VA")


def test_what_a_waiver_accepts_is_survived():
    # 500 VA on a feed of 320: 180 are accepted, 179 are not enough.
    for amount, num_failing in ((180, 0), (179, 1)):
        made = one_weak_feed(waiver("power.failover", "a", amount))
        assert len(failures(made, PLAN, DAY).failing) == num_failing


def test_what_is_broken_without_any_loss_is_no_failing_loss():
    # 500 W on one feed of 320 usable VA: over in the normal state and after any loss elsewhere.
    made = estate(rack("r1"), feed("a", rated_va=400), rack("r2"), workload(cords=1))
    found = failures(made, layout({"w-1": at("r1", 1, "a")}), DAY)
    assert {item.scenario.id for item in found.failing} == {"loss of rack r2"}


def test_critical_workloads_that_lose_their_access_network():
    made = estate(
        rack("r1"), feed("a"), feed("b"), workload("w", access_networks=("doi",), critical=True),
        network_node("town", access_network="doi"), link("l", "s1", "town", "d"), duct("d"),
    )  # fmt: skip
    found = failures(made, PLAN, DAY)
    cut = [item for item in found.failing if item.scenario.kind in ("duct", "network_node")]
    assert [(i.scenario.id, i.findings[0].subject) for i in cut] == [
        ("loss of duct d", "w:doi"),
        ("loss of network_node town", "w:doi"),
    ]


def test_combinations_and_sites_alone_are_counted_apart():
    made = estate(
        rack("r1"), feed("a"), feed("b"), workload(critical=True),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"), group("g"),
        combination("both", ("feed", "a"), ("feed", "b")),
    )  # fmt: skip
    found = failures(made, PLAN, DAY)
    tallies = {tally.kind: tally for tally in found.tallies}
    assert tallies["combination"] == Tally("combination", 1, 1)
    # Site s2 alone has no instance of the critical workload.
    assert tallies["site alone"] == Tally("site alone", 2, 1)
    # At s1: either feed may be lost; rack, row, room and fire compartment may not.
    key = "site alone with a further loss"
    assert tallies[key] == Tally(key, 6, 4)
    assert {kind_of(item.scenario) for item in found.failing} >= {"site alone", key}


def test_what_fails_on_both_sites_alone_is_told_of_both():
    # 15 minutes of 12 to move to the other site, at which the other instance is: the judge names
    # one site, and both fail.
    made = estate(
        rack("r1"), feed("f1"),
        rack("r2", "row2", "room2", "s2"), room("room2", "s2"), feed("f2", "r2", site="s2"),
        site("s1", continuity_group="g"), site("s2", continuity_group="g"),
        group(gives_up=("feed", "rack", "row", "room", "fire_compartment")),
        workload("host", 2, cords=1), pool("p1", hosts="host"), pool("p2", "s2", hosts="host"),
        service("svc", 2, takeover_min=15), process("b", "svc", rto_min=12), link("l", "s1", "s2"),
    )  # fmt: skip
    plan = layout(
        {"host-1": at("r1", 1, "f1"), "host-2": at("r2", 1, "f2")},
        services={"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")},
    )
    assert [v.rule for v in check(made, plan, DAY).violations] == ["continuity.restart"]
    failing = failures(made, plan, DAY).failing
    assert [(item.scenario.id, item.findings[0].required) for item in failing] == [
        ("site s1 alone", 15),
        ("site s2 alone", 15),
    ]
