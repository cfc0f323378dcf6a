"""Sets of actions: all that may be carried out together, each once, the cheapest first."""

import random

import pytest

from planner.explain.wayout_sets import Price, Sets
from planner.model.action import Action
from tests.explain.wayout_brute import allowed_sets, price


def action(key, cents=100, days=1, requires=(), excludes=()):
    return Action(
        id=key, name=key, cost_cents=cents, days=days,
        requires=tuple(requires), excludes=tuple(excludes),
    )  # fmt: skip


def by_id(*actions):
    return {a.id: a for a in actions}


def in_order(sets, is_hopeless=lambda chosen: False):
    return [tuple(sorted(chosen)) for chosen in sets.in_order(is_hopeless)]


def test_cost_then_days_then_number_then_ids():
    actions = by_id(
        action("a", 200, 5), action("b", 200, 4), action("c", 100, 4), action("d", 100, 4),
        action("e", 0, 0),
    )  # fmt: skip
    # 0: nothing, e. 100: c, d, with e. 200: b before c+d (fewer), then with e; a takes longer.
    assert in_order(Sets(actions))[:12] == [
        (), ("e",), ("c",), ("d",), ("c", "e"), ("d", "e"),
        ("b",), ("b", "e"), ("c", "d"), ("c", "d", "e"), ("a",), ("a", "e"),
    ]  # fmt: skip


def test_the_longest_counts():
    actions = by_id(action("a", 1, 30), action("b", 2, 10))
    assert Sets(actions).price(frozenset("ab")) == Price(3, 30, 2, ("a", "b"))


def test_nothing_without_what_it_requires():
    actions = by_id(action("a", requires="b"), action("b", requires="c"), action("c"))
    assert in_order(Sets(actions)) == [(), ("c",), ("b", "c"), ("a", "b", "c")]


def test_what_requires_each_other_goes_together():
    actions = by_id(action("a", requires="b"), action("b", requires="a"))
    assert in_order(Sets(actions)) == [(), ("a", "b")]


def test_exclusion_holds_both_ways():
    actions = by_id(action("a"), action("b", excludes="a"))
    assert in_order(Sets(actions)) == [(), ("a",), ("b",)]


def test_on_top_of_what_is_done():
    actions = by_id(action("a"), action("b", requires="a"), action("c", excludes="a"), action("d"))
    assert in_order(Sets(actions, frozenset("a"))) == [(), ("b",), ("d",), ("b", "d")]


def test_at_most_so_many():
    actions = by_id(action("a"), action("b"), action("c", requires="ab"))
    assert in_order(Sets(actions, max_actions=2)) == [(), ("a",), ("b",), ("a", "b")]


def test_what_contains_a_hopeless_set_is_not_looked_at():
    actions = by_id(action("a"), action("b"), action("c"))
    seen = in_order(Sets(actions), lambda chosen: "a" in chosen)
    assert seen == [(), ("b",), ("c",), ("b", "c")]


def test_one_less_takes_along_what_requires_it():
    sets = Sets(by_id(action("a", requires="b"), action("b"), action("c")))
    assert sets.without(frozenset("abc"), "b") == {"c"}
    assert sets.without(frozenset("abc"), "a") == {"b", "c"}


def test_the_largest_takes_the_cheapest_first():
    sets = Sets(by_id(action("a", 3), action("b", 1, excludes="a"), action("c", 2)))
    assert sets.largest(frozenset()) == {"b", "c"}


@pytest.mark.parametrize("seed", range(40))
def test_all_allowed_sets_in_order(seed):
    draws = random.Random(seed)
    keys = "abcdefg"

    def some(share, but):
        return [k for k in keys if k != but and draws.random() < share]

    actions = by_id(
        *(
            action(k, draws.randint(0, 2), draws.randint(0, 2), some(0.12, k), some(0.06, k))
            for k in keys
        )
    )
    expected = sorted(allowed_sets(actions), key=lambda chosen: price(actions, chosen))
    assert in_order(Sets(actions)) == expected
