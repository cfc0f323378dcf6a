"""Each mutant breaks exactly its rule, by exactly its amount; the base breaks none."""

import re

import pytest

from planner.check import check
from planner.model.rules import RULES
from tests.builders import DAY
from tests.check import continuity_mutants
from tests.check.mutant import Mutant
from tests.check.mutants import BASE, LAYOUT, MUTANTS, WORSE


@pytest.mark.parametrize(
    ("base", "plan"), [(BASE, LAYOUT), (continuity_mutants.BASE, continuity_mutants.LAYOUT)]
)
def test_base_holds(base, plan):
    report = check(base, plan, DAY)
    assert report.violations == report.waived == report.soft == report.warnings == ()
    assert report.holds


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.slug)
def test_mutant_breaks_only_its_rule(mutant: Mutant):
    violations = check(mutant.estate, mutant.layout, DAY).violations
    assert [(v.rule, v.subject, v.amount) for v in violations] == [mutant[:3]]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.slug)
def test_violation_explains_itself(mutant: Mutant):
    (violation,) = check(mutant.estate, mutant.layout, DAY).violations
    # `c13 outlets` is in outlets.
    assert violation.unit.split()[-1] in RULES[mutant.slug].unit.replace(",", "").split()
    assert violation.required > violation.available
    assert violation.required_note
    assert violation.available_note
    # Subjects of several parts, such as `w:rack`, start with what the message names.
    named = re.split("[ :]", violation.subject)[0]
    assert named == "e" or f"`{named}" in violation.message
    assert not violation.message.endswith(".")
    assert violation.hint
    assert not violation.hint.endswith(".")


def test_worse_comes_with_the_rule_that_got_worse():
    violations = check(WORSE.estate, WORSE.layout, DAY).violations
    assert [(v.rule, v.subject, v.amount, v.inherited) for v in violations] == [
        ("space.weight", "r1", 15_000, False),
        ("stability.worse", "r1", 10_000, False),
    ]
