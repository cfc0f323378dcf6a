"""The solver finds the best layout of tiny estates: feasibility and every tier agree with it."""

from collections import Counter

import pytest

from planner.solve import plan, registry
from tests.oracle.agreement import OPTIONS, SOLVED, disagreement, outcome_of, tiers
from tests.oracle.estates import tiny

NUM, CHUNK = 240, 8
NUM_FULL = 2000


@pytest.mark.parametrize("first", range(0, NUM, CHUNK))
def test_solver_agrees_with_brute_force(first):
    found = {seed: disagreement(tiny(seed)) for seed in range(first, first + CHUNK)}
    assert {seed: text for seed, text in found.items() if text} == {}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(NUM, NUM_FULL, 40))
def test_solver_agrees_with_brute_force_at_length(first):
    found = {seed: disagreement(tiny(seed)) for seed in range(first, first + 40)}
    assert {seed: text for seed, text in found.items() if text} == {}


def without(monkeypatch, *slugs):
    """Drop rules from the solver."""
    for slug in slugs:
        for registered in (
            registry.FILTERS,
            registry.SERVICE_FILTERS,
            registry.ROWS,
            registry.STRUCTURES,
            registry.PACKING,
        ):
            monkeypatch.delitem(registered, slug, raising=False)


def test_tiny_estates_are_worth_it(monkeypatch):
    """Scarcity, moves and contradictions all occur; power decides in a good share of the cases."""
    seen = Counter()
    answers = {}
    for seed in range(NUM):
        case = tiny(seed)
        outcome = plan(case.estate, case.as_built, case.as_of, OPTIONS)
        seen[outcome.status] += 1
        seen["standing"] += bool(case.as_built.standing)
        if outcome.layout is None:
            continue
        answers[seed] = tiers(outcome.layout)
        values = dict(answers[seed])
        seen["complete"] += not outcome.layout.unplaced
        seen["in part"] += bool(outcome.layout.unplaced) and bool(outcome.layout.placements)
        seen["moves"] += values["moves"] > 0
        seen["inherited or soft"] += values["soft"] > 0
        seen["unbalanced"] += values["balance"] > 0
    without(monkeypatch, "power.normal", "power.failover", "power.cord")
    seen["power decides"] = sum(outcome_of(tiny(seed)) != answers[seed] for seed in answers)
    assert seen["OPTIMAL"] + seen["INFEASIBLE"] == NUM
    shares_percent = {
        "INFEASIBLE": 1,
        "complete": 20,
        "in part": 30,
        "standing": 25,
        "moves": 5,
        "inherited or soft": 15,
        "unbalanced": 15,
        "power decides": 10,
    }
    rare = {w: seen[w] for w, share in shares_percent.items() if 100 * seen[w] < share * NUM}
    assert rare == {}


@pytest.fixture(scope="module")
def answers():
    """The solver's answers with all rules."""
    return [(tiny(seed), outcome_of(tiny(seed))) for seed in range(NUM)]


@pytest.mark.full
@pytest.mark.parametrize("slug", SOLVED)
@pytest.mark.timeout(1800)
def test_every_rule_decides_some_tiny_estate(slug, answers, monkeypatch):
    """Without the rule the solver's answer differs for some seed: the brute force would notice."""
    without(monkeypatch, slug)
    assert any(outcome_of(case) != answer for case, answer in answers)
