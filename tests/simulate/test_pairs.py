"""What a sweep of pairs leaves out does nothing beyond its halves: shown against full evaluation."""

from random import Random

import pytest

from planner.simulate.beyond import beyond
from planner.simulate.losses import all_pairs, pair_of, single_losses
from planner.simulate.pairs import PairSweep
from planner.simulate.simulator import Simulator
from tests.builders import (
    DAY,
    at,
    combination,
    estate,
    feed,
    layout,
    node,
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
