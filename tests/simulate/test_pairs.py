"""What a sweep of pairs leaves out does nothing beyond its halves, against full evaluation."""

from random import Random

import pytest

from planner.model.scenarios import Scenario
from planner.simulate.beyond import beyond
from planner.simulate.losses import all_pairs, pair_of, single_losses
from planner.simulate.pairs import PairSweep
from planner.simulate.simulator import Simulator
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    pool,
    process,
    rack,
    service,
    workload,
)
from tests.check.random_cases import random_case
from tests.check.random_continuity import random_continuity


def _compare(case, num_pairs, seed):
    """Evaluate random pairs in full; return how many were left out and how many did more."""
    simulator = Simulator(*case)
    sweep = PairSweep(simulator, single_losses(case[0]))
    effects = {single.scenario: single.effects for single in sweep.singles}
    every = list(all_pairs(range(len(sweep.singles))))
    left_out = did_more = 0
    for a, b in Random(seed).sample(every, min(num_pairs, len(every))):
        one, other = sweep.singles[a], sweep.singles[b]
        scenario = pair_of(*one.scenario.losses, *other.scenario.losses)
        more = [
            beyond(effect, halves)
            for effect, *halves in zip(
                simulator.effects(scenario), effects[one.scenario], effects[other.scenario],
                strict=True,
            )
        ]  # fmt: skip
        found = sweep.together(one, other)
        if found is None:
            left_out += 1
            assert all(effect.is_empty for effect in more), scenario.id
        else:
            did_more += 1
            worst = max(effect.gravity for effect in more)
            assert found.beyond.gravity == worst, scenario.id
            assert found.effect in simulator.effects(scenario)
    return left_out, did_more


@pytest.mark.parametrize("make", [random_case, random_continuity])
def test_pairs_left_out_do_nothing_beyond_their_halves(make):
    counts = [_compare(make(seed), 60, seed) for seed in range(40)]
    assert sum(left_out for left_out, _ in counts) > 1000
    assert sum(did_more for _, did_more in counts) > 50


@pytest.mark.full
@pytest.mark.parametrize("make", [random_case, random_continuity])
@pytest.mark.parametrize("first", range(1000, 3000, 100))
def test_long_sweep_of_pairs(make, first):
    for seed in range(first, first + 100):
        _compare(make(seed), 200, seed)


def _host(n, **where):
    """Rack `r<n>` with a feed of its own."""
    return rack(f"r{n}", row=f"row{n}", **where), feed(f"f{n}", f"r{n}")


def _found(made, plan, one, other):
    """Return what a pair does beyond its halves, None where the sweep leaves it out."""
    sweep = PairSweep(Simulator(made, plan, DAY), single_losses(made))
    named = {(s.scenario.kind, s.scenario.lost): s for s in sweep.singles}
    pair = sweep.together(named[one], named[other])
    return None if pair is None else pair.beyond


def test_two_hosts_of_one_pool_come_together_in_the_pool():
    # Three hosts of 8 vCPU, 12 are needed: one host may be lost, two may not (8 < 12).
    items = [item for n in (1, 2, 3) for item in _host(n)]
    made = estate(
        *items,
        workload("w", 3, cords=1),
        pool("p1"),
        service("svc", 1, vcpu_milli=12_000),
        process("b", "svc"),
    )
    plan = layout({f"w-{n}": at(f"r{n}", 1, f"f{n}") for n in (1, 2, 3)}, services={"svc-1": "p1"})
    more = _found(made, plan, ("rack", "r1"), ("rack", "r2"))
    assert more.services_shed == ("svc-1",)
    assert [item.process for item in more.stopped] == ["b"]
    (over,) = more.overloads
    assert (over.subject, over.load, over.limit, over.unit) == ("p1", 12_000, 8000, "vcpu/1000")


def test_what_else_stops_decides_who_is_given_up():
    items = [item for n in (1, 2, 3) for item in _host(n)]
    made = estate(
        *items,
        workload("w", 2, cords=1),
        workload("hsm", cords=1),
        pool("p1"),
        service("s-big", vcpu_milli=6000, depends_on=("hsm",)),
        service("s-small", vcpu_milli=2000),
        service("s-mid", vcpu_milli=8000),
        process("big", "s-big", weight=5),
        process("small", "s-small", weight=1),
        process("mid", "s-mid", weight=4),
    )
    plan = layout(
        {"w-1": at("r1", 1, "f1"), "w-2": at("r2", 1, "f2"), "hsm-1": at("r3", 1, "f3")},
        services={"s-big-1": "p1", "s-small-1": "p1", "s-mid-1": "p1"},
    )
    # r1 alone: big (6) + small (2) = 8 of 8 weigh 6 > mid's 4, so `mid` is given up. With r3 lost,
    # `big` does not run anyway: mid (8) weighs 4 > small's 1, so `small` is given up instead.
    alone = Simulator(made, plan, DAY).effect(Scenario("rack", "r1"))
    assert alone.services_shed == ("s-mid-1",)
    more = _found(made, plan, ("rack", "r1"), ("rack", "r3"))
    assert more.services_shed == ("s-big-1", "s-small-1")
    assert [item.process for item in more.stopped] == ["small"]


def test_a_lower_level_of_service_decides_who_is_given_up():
    # r1 alone leaves 8 vCPU: `big` needs 6 in full, `mid` 4, `small` 4; weights 5, 3, 3. The two
    # smaller ones fit together (8) and weigh 6, so `big` goes. In the loss of the room as well,
    # `big` needs half (3): big + one of the others (7) weigh 8, so `small` goes.
    made = estate(
        *_host(1), *_host(2), *_host(3, room="empty"),
        workload("w", 2, cords=1),
        pool("p1"),
        service("s-big", vcpu_milli=6000),
        service("s-mid", vcpu_milli=4000),
        service("s-small", vcpu_milli=4000),
        process("big", "s-big", weight=5, emergency_permille=500),
        process("mid", "s-mid", weight=3),
        process("small", "s-small", weight=3),
    )  # fmt: skip
    plan = layout(
        {"w-1": at("r1", 1, "f1"), "w-2": at("r2", 1, "f2")},
        services={"s-big-1": "p1", "s-mid-1": "p1", "s-small-1": "p1"},
    )
    alone = Simulator(made, plan, DAY).effect(Scenario("rack", "r1"))
    assert alone.services_shed == ("s-big-1",)
    more = _found(made, plan, ("rack", "r1"), ("room", "empty"))
    assert more.services_shed == ("s-small-1",)
