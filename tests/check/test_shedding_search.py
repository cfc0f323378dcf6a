"""The search for what to keep equals trying every choice."""

from itertools import product
from random import Random

import pytest

from planner.check.shedding_search import Item, Search


def tried(items, usage, left):
    """Return the best choice by trying all, those that keep the earliest items first."""
    items = sorted(items, key=lambda item: (item.tier, item.id))
    tiers = sorted({item.tier for item in items})
    best = None
    for picks in product((True, False), repeat=len(items)):
        kept = [item for item, is_kept in zip(items, picks, strict=True) if is_kept]
        levels = {}
        for item in kept:
            for part, level in item.parts.items():
                levels[part] = max(level, levels.get(part, 0))
        used = dict.fromkeys(left, 0)
        for part, level in levels.items():
            for row, n in usage[part, level].items():
                used[row] += n
        if any(used[row] > max(left[row], 0) for row in left):
            continue
        weights = [sum(item.weight for item in kept if item.tier == tier) for tier in tiers]
        if best is None or weights > best[0]:
            best = weights, frozenset(item.id for item in kept)
    return best[1]


def random_problem(seed):
    rng = Random(seed)
    rows = [f"row{n}" for n in range(rng.randint(0, 3))]
    parts = [f"part{n}" for n in range(rng.randint(1, 6))]
    levels = (300, 1000)
    usage = {}
    for part in parts:
        most = {row: rng.randint(0, 9) for row in rows if rng.random() < 0.7}
        for level in levels:
            usage[part, level] = {row: n * level // 1000 for row, n in most.items()}
    items = []
    for n in range(rng.randint(1, 8)):
        wanted = rng.sample(parts, rng.randint(1, min(3, len(parts))))
        needs = {part: rng.choice(levels) for part in wanted}
        items.append(Item(rng.randint(0, 2), f"item{n}", rng.randint(0, 4), needs))
    left = {row: rng.randint(-1, 12) for row in rows}
    return items, usage, left


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_search_equals_trying_all(first):
    num_shed = 0
    for seed in range(first, first + 100):
        problem = random_problem(seed)
        choice = Search(*problem).best()
        assert choice.is_proven
        assert choice.kept == tried(*problem), seed
        num_shed += len(choice.kept) < len(problem[0])
    assert num_shed > 40


@pytest.mark.full
@pytest.mark.parametrize("first", range(10_000, 14_000, 200))
def test_long_search_equals_trying_all(first):
    for seed in range(first, first + 200):
        problem = random_problem(seed)
        assert Search(*problem).best().kept == tried(*problem), seed


def test_most_critical_tier_comes_first_whatever_the_weight():
    usage = {("a", 1): {"row": 5}, ("b", 1): {"row": 1}, ("c", 1): {"row": 4}}
    items = [Item(1, "a", 1, {"a": 1}), Item(2, "b", 100, {"b": 1}), Item(2, "c", 1, {"c": 1})]
    assert Search(items, usage, {"row": 5}).best().kept == {"a"}
    assert Search(items, usage, {"row": 6}).best().kept == {"a", "b"}


def test_shared_parts_count_once_at_the_highest_level():
    usage = {("p", 500): {"row": 5}, ("p", 1000): {"row": 10}}
    items = [Item(1, "a", 1, {"p": 500}), Item(1, "b", 1, {"p": 1000})]
    assert Search(items, usage, {"row": 10}).best().kept == {"a", "b"}
    assert Search(items, usage, {"row": 9}).best().kept == {"a"}


def test_equally_good_choices_keep_the_earliest():
    usage = {(key, 1): {"row": 1} for key in "abcd"}
    items = [Item(1, key, 1, {key: 1}) for key in "dbca"]
    assert Search(items, usage, {"row": 2}).best().kept == {"a", "b"}


def test_search_that_gives_up_says_so_and_keeps_what_it_found():
    usage = {(key, 1): {"row": 1} for key in "abcd"}
    items = [Item(1, key, 1, {key: 1}) for key in "abcd"]
    choice = Search(items, usage, {"row": 2}, max_nodes=1).best()
    assert (len(choice.kept), choice.is_proven) == (2, False)
    assert Search(items, usage, {"row": 2}, max_nodes=100).best().is_proven


def test_many_items_on_one_row():
    """Sixty items of different sizes: the most are kept by leaving out the largest."""
    usage = {(f"w{n:02}", 1): {"row": 60 - n} for n in range(60)}
    items = [Item(1, key, 1, {key: 1}) for key, _ in usage]
    # Sizes 1 to 60; the 40 smallest take 820, the next one 41.
    choice = Search(items, usage, {"row": 830}).best()
    assert choice.is_proven
    assert len(choice.kept) == 40
