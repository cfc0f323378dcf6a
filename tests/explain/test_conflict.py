"""The smallest conflict: holds what was planted, is irreducible, and never a false alarm."""

import random

import pytest

from planner.explain.conflict import Member, Status, find_conflict
from planner.explain.conflict_text import render_conflict
from planner.problem import compile_estate
from planner.solve.options import Options
from planner.solve.plan import plan
from planner.solve.standing import as_built_amounts
from tests.builders import DAY, as_built, change, estate, node, rack, workload
from tests.explain.planted import PLANTED
from tests.oracle.estates import tiny

OPTIONS = Options(time_limit_ms=60_000, workers=1)


def conflict_of(estate, missing, standing=None):
    """Return the conflict that keeps workloads from being placed."""
    problem = compile_estate(estate, as_built(standing), DAY)
    amounts = as_built_amounts(problem) if standing else {}
    return find_conflict(problem, missing, amounts, OPTIONS)


def test_enough_is_planted():
    families = {rule.partition(".")[0] for p in PLANTED.values() for rule in p.rules}
    assert len(PLANTED) >= 40
    assert families == {
        "space", "power", "cooling", "compute", "redundancy", "continuity", "tenancy", "network",
        "stability",
    }  # fmt: skip
    assert sum(len(p.rules) == 2 for p in PLANTED.values()) >= 5
    assert sum(len(p.rules) == 3 for p in PLANTED.values()) >= 2


@pytest.mark.parametrize("name", PLANTED)
def test_conflict_holds_what_was_planted(name):
    planted = PLANTED[name]
    found = conflict_of(planted.estate, planted.missing, planted.standing)
    assert found.status is Status.IRREDUCIBLE, found
    assert planted.rules <= {member.rule for member in found.rules}, found.members
    assert planted.demands <= set(found.demands), found.members
    assert found.needed == set(found.members)
    text = render_conflict(found, planted.estate)
    assert all(f"rule    {rule}: " in text for rule in planted.rules)
    assert all(f"demand  `{key}`: " in text for key in planted.demands)


# --- no false alarm


@pytest.mark.parametrize("part", range(4))
def test_no_conflict_where_everything_fits(part):
    # 50 estates in each part, of those that the brute force of `tests.oracle` draws, whose plan
    # places everything.
    num_found = 0
    for seed in range(1000 * part, 1000 * part + 999):
        drawn = tiny(seed)
        outcome = plan(drawn.estate, drawn.as_built, drawn.as_of, OPTIONS)
        if outcome.layout is None or outcome.layout.unplaced:
            continue
        problem = compile_estate(drawn.estate, drawn.as_built, drawn.as_of)
        amounts = as_built_amounts(problem) if drawn.as_built.standing else {}
        missing = random.Random(seed).sample(sorted(drawn.estate.workloads), 1)
        found = find_conflict(problem, missing, amounts, OPTIONS)
        assert found.status is Status.NONE, (seed, found)
        num_found += 1
        if num_found == 50:
            return
    pytest.fail(f"only {num_found} of 50 estates fit")


def test_a_conflict_wherever_something_is_proven_unplaced():
    # The other half of the same estates: what the plan proves not to fit has a conflict.
    num_found = 0
    for seed in range(5000, 5999):
        drawn = tiny(seed)
        outcome = plan(drawn.estate, drawn.as_built, drawn.as_of, OPTIONS)
        if outcome.layout is None or not outcome.layout.unplaced or outcome.status != "OPTIMAL":
            continue
        missing = sorted({key.rpartition("-")[0] for key in outcome.layout.unplaced})
        problem = compile_estate(drawn.estate, drawn.as_built, drawn.as_of)
        amounts = as_built_amounts(problem) if drawn.as_built.standing else {}
        found = find_conflict(problem, missing, amounts, OPTIONS)
        assert found.status is Status.IRREDUCIBLE, (seed, found)
        num_found += 1
        if num_found == 40:
            return
    pytest.fail(f"only {num_found} of 40 estates do not fit")


def test_a_rule_that_others_can_help_to_keep_is_asked_about_everything():
    # 500 W on leg l1 of 700 VA, nothing on l2 and l3: 333 W above the average, 70 W are allowed.
    legs = [node(f"l{n}", "leg", "f", rated_va=700) for n in (1, 2, 3)]
    legs[0] = change(legs[0], rack="r1", outlets={"c13": 4})
    e = estate(rack(), node("f", "feed"), *legs, workload(cords=1))
    found = conflict_of(e, ["w"])
    assert found.status is Status.PROVEN
    assert {"w"} == set(found.demands)
    assert Member("power.imbalance", "") in found.rules
