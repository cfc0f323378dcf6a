"""Solver and brute force agree on tiny estates of two sites with services and processes."""

from collections import Counter
from functools import cache

import pytest

from planner.model.workload import Places
from tests.builders import as_built, estate, feed, pool, rack, service, site, waiver, workload
from tests.oracle.agreement import disagreement, outcome_of
from tests.oracle.brute_force import best_layout
from tests.oracle.continuity_estates import tiny_continuity, tiny_three_sites
from tests.oracle.estates import Tiny
from tests.oracle.test_agreement import without

NUM, CHUNK = 160, 10
NUM_FULL = 1500
#: Most estates that are searched for one that a rule decides.
NUM_DECIDED = 400

#: Rules that decide about services, takeover, paths, quotas and legs.
RULES = (
    "compute.place", "compute.pool", "continuity.survivor", "continuity.data",
    "continuity.quorum", "continuity.restart", "continuity.protection", "continuity.compute",
    "continuity.power", "continuity.cooling", "continuity.fuel", "network.mirror",
    "network.access", "power.imbalance", "power.partners", "power.strands",
    "tenancy.certificate", "tenancy.cumulation", "tenancy.exclusive", "tenancy.protection",
    "tenancy.quota",
)  # fmt: skip


@pytest.mark.parametrize("first", range(0, NUM, CHUNK))
def test_solver_agrees_with_brute_force(first):
    found = {seed: disagreement(tiny_continuity(seed)) for seed in range(first, first + CHUNK)}
    assert {seed: text for seed, text in found.items() if text} == {}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(NUM, NUM_FULL, 40))
def test_solver_agrees_with_brute_force_at_length(first):
    found = {seed: disagreement(tiny_continuity(seed)) for seed in range(first, first + 40)}
    assert {seed: text for seed, text in found.items() if text} == {}


def test_solver_agrees_with_brute_force_on_three_sites():
    found = {seed: disagreement(tiny_three_sites(seed)) for seed in range(8)}
    assert {seed: text for seed, text in found.items() if text} == {}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(8, 308, 30))
def test_solver_agrees_with_brute_force_on_three_sites_at_length(first):
    found = {seed: disagreement(tiny_three_sites(seed)) for seed in range(first, first + 30)}
    assert {seed: text for seed, text in found.items() if text} == {}


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_every_rule_cuts_something_off():
    """Each rule is the only reason against some layout of several estates."""
    cases = [tiny_continuity(seed) for seed in range(NUM_DECIDED)]
    sole = Counter(rule for c in cases for rule in best_layout(c.estate, c.as_built, c.as_of).sole)
    assert {rule: sole[rule] for rule in RULES if sole[rule] < 3} == {}


def test_a_pool_is_wrong_once_whatever_the_number_of_reasons():
    """Pool `p` is none that `v` names, and at a site it may not use: one wrong pool is waived."""
    of = estate(
        rack(),
        feed("a"),
        workload(cords=1),
        pool("p"),
        pool("q", hosts=()),
        service("v", pools=("q",), allowed=Places(site=("s2",))),
        site("s2"),
        waiver("compute.place", "v-1", 1),
    )
    case = Tiny(0, of, as_built())
    assert disagreement(case) is None
    assert dict(outcome_of(case))["unplaced[0]"] == 0


@cache
def answer(seed):
    """An estate and the solver's answer with all rules."""
    case = tiny_continuity(seed)
    return case, outcome_of(case)


@pytest.mark.parametrize("slug", RULES)
def test_every_rule_decides_some_tiny_estate(slug, monkeypatch):
    """Without the rule the solver's answer differs for some seed: the brute force would notice."""
    answers = (answer(seed) for seed in range(NUM_DECIDED))
    assert any(_without(monkeypatch, slug, case) != found for case, found in answers)


def _without(monkeypatch, slug, case):
    """Return the solver's answer without a rule."""
    with monkeypatch.context() as patched:
        without(patched, slug)
        return outcome_of(case)
