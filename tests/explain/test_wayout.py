"""The cheapest way out: as cheap as any by brute force, said to be so only where it is proven."""

import random

import pytest

from planner.explain.wayout import Status, ways_out
from planner.model.policy import TIERS
from planner.solve.options import Options
from tests.builders import DAY, feed, rack, room, with_items
from tests.explain.planted import PLANTED
from tests.explain.priced import (
    ANYWHERE,
    FIXES,
    actions_of,
    add,
    drop,
    nodes,
    policy,
    priced,
    racks,
    variants,
    work,
)
from tests.explain.wayout_brute import allowed_sets, cheapest, price
from tests.oracle.brute_force import best_layout, num_choices
from tests.oracle.estates import tiny

OPTIONS = Options(time_limit_ms=120_000, workers=1)
ALL = 999


def found_sets(answer):
    """Return the actions of each way, sorted."""
    return [tuple(sorted(way.actions)) for way in answer.ways]


def of_planted(name):
    planted = PLANTED[name]
    return variants(planted.estate, planted.standing, actions_of(name))


def test_every_planted_estate_is_priced():
    assert FIXES.keys() == PLANTED.keys()
    assert len(FIXES) >= 40


@pytest.mark.parametrize("name", PLANTED)
def test_as_cheap_as_the_best_of_all_subsets(name):
    estate_with = of_planted(name)
    answer = ways_out(estate_with, DAY, OPTIONS, alternatives=ALL)
    assert answer.status is Status.CHEAPEST
    assert answer.is_complete
    assert answer.num_open == 0
    expected = cheapest(estate_with)
    assert found_sets(answer) == expected
    # Giving up the demand mends everything, so there is a way; what is planted has a cheaper one.
    assert ("give-up",) in expected
    assert expected[0] != ("give-up",)
    assert {i.instance.rpartition("-")[0] for i in answer.trouble.unplaced} <= set(
        PLANTED[name].estate.workloads
    )


#: Planted estates whose variants have so few layouts that the oracle can try them all.
FEW = [name for name, p in PLANTED.items() if not p.estate.continuity_groups and not p.standing]
MAX_CHOICES = 150


@pytest.mark.parametrize("name", FEW)
def test_by_all_layouts_of_all_cheaper_sets(name):
    # Neither the solver nor the search: every layout is tried and judged.
    estate_with = of_planted(name)
    actions = estate_with(())[0].actions
    answer = ways_out(estate_with, DAY, OPTIONS, alternatives=0)
    best = answer.ways[0]
    num_tried = 0
    for chosen in allowed_sets(actions):
        if price(actions, chosen) > best.price:
            continue
        estate, stands = estate_with(chosen)
        if num_choices(estate, {}, DAY) > MAX_CHOICES:
            continue
        verdict = best_layout(estate, stands, DAY)
        is_good = verdict.best is not None and not verdict.best.unplaced
        assert is_good == (set(chosen) == set(best.actions)), chosen
        num_tried += 1
    assert num_tried


# --- random estates, random actions


NEW_RACK = (room("room-n"), rack("n", "row-n", "room-n"), feed("n1", "n"), feed("n2", "n"))


def drawn_actions(draws, estate):
    """Return five actions: some help, some harm, some do neither; prices are often equal."""
    rack_id = draws.choice(sorted(estate.racks))
    feeds = [n.id for n in estate.power_nodes.values() if n.rated_w]
    helped = {k for w in estate.workloads.values() for k in w.together_with.values()}
    works = sorted(estate.workloads)
    alone = sorted(estate.workloads.keys() - helped)
    height = estate.racks[rack_id].u_height
    changes = [
        racks(rack_id, u_height=height + 2),
        racks(rack_id, u_height=max(1, height - 1)),
        racks(rack_id, max_weight_g=None, max_power_w=None, growth_half=0),
        racks(rack_id, blocked=()),
        work(*works, survive={}),
        work(*works, spread={}, allowed=ANYWHERE, forbidden=ANYWHERE, together_with={}),
        work(*works, airflow="passive", ports=(), u_height_half=2),
        work(draws.choice(works), count=1, survive={}, spread={}, together_with={}),
        drop(*draws.sample(alone, min(1, len(alone)))),
        policy(move_budget=draws.choice((0, 1, None))),
        add(*NEW_RACK[:2]),
        *[add(*NEW_RACK)] * 3,
        lambda e: e,
    ]
    for share in (700, 1500):
        if feeds:
            key = draws.choice(feeds)
            watts = estate.power_nodes[key].rated_w * share // 1000
            changes.append(nodes(key, rated_w=watts))
    found = {}
    for key in "abcde":
        others = [other for other in found if draws.random() < 0.15]
        requires, excludes = (others, []) if draws.random() < 0.5 else ([], others)
        found[key] = priced(
            key, draws.randint(0, 3), draws.randint(0, 2),
            *draws.sample(changes, draws.choice((1, 1, 2, 3))),
            requires=" ".join(requires), excludes=" ".join(excludes),
        )  # fmt: skip
    return found


def compare(seed):
    """Return what was found for a seed, after holding it against brute force."""
    case = tiny(seed)
    estate = with_items(case.estate, tiers=TIERS)
    standing = {key: s.place for key, s in case.as_built.standing.items()}
    estate_with = variants(estate, standing, drawn_actions(random.Random(seed), estate))
    answer = ways_out(estate_with, DAY, OPTIONS, alternatives=ALL)
    assert found_sets(answer) == cheapest(estate_with), seed
    assert answer.status is (Status.CHEAPEST if answer.ways else Status.NONE), seed
    assert answer.is_complete
    return answer


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_actions(first):
    answers = [compare(seed) for seed in range(first, first + 10)]
    assert answers


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(60, 600, 20))
def test_random_actions_at_length(first):
    for seed in range(first, first + 20):
        compare(seed)
