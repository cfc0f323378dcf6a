"""What the judge keeps after a loss is the best of all choices of processes."""

from collections import Counter
from random import Random

import pytest

from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.grid import Grid
from planner.check.shedding import Shedding
from planner.model.scenarios import NETWORK_KINDS, iter_alone, iter_scenarios
from tests.check.plain_rules import planned
from tests.check.random_continuity import random_continuity
from tests.oracle.continuity_shedding import Kept, PlainShedding

NUM, CHUNK = 200, 25
NUM_FULL = 2000


def scenarios(seed, estate):
    """Return each member alone, and some other losses."""
    alone = [s for s in iter_alone(estate) if s.kind not in NETWORK_KINDS]
    rest = [*list(iter_scenarios(estate))[1:], *(s for s in alone if s.lost)]
    bare = [s for s in alone if not s.lost]
    return [*bare, *Random(seed).sample(rest, min(4, len(rest)))]


def compare(seed):
    """Compare some losses of one case; return how many shed something, alone and otherwise."""
    estate, layout, as_of = random_continuity(seed)
    days = planned(estate, layout, as_of)
    case = Case.of_layout(estate, layout, as_of)
    grid, dependence = Grid(estate), Dependence(estate)
    num_shed = Counter()
    for span in case.spans:
        on = next(day for day in days if day.day == span.day)
        judge = Shedding(case, span, grid, dependence)
        for scenario in scenarios(seed, estate):
            found = judge.shed(scenario)
            assert found.is_proven
            expected = PlainShedding(on, scenario).best()
            assert expected == Kept(
                frozenset((*found.kept, *found.workloads_kept)),
                frozenset((*found.shed, *found.workloads_shed)),
                frozenset((*found.down, *found.workloads_down)),
            ), (seed, scenario.id)
            num_shed["alone" if scenario.alone else "loss"] += bool(expected.shed)
    return num_shed


@pytest.mark.parametrize("first", range(0, NUM, CHUNK))
def test_judge_keeps_the_best_choice(first):
    num_shed = Counter()
    for seed in range(first, first + CHUNK):
        num_shed += compare(seed)
    assert num_shed["alone"] > 3
    assert num_shed["loss"] > 3


@pytest.mark.full
@pytest.mark.parametrize("first", range(NUM, NUM_FULL, 30))
def test_judge_keeps_the_best_choice_at_length(first):
    for seed in range(first, first + 30):
        compare(seed)
