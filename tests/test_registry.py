"""Every rule has all its parts: checker, page, mutant, and in the solver builder and test pair."""

import importlib
import re
from pathlib import Path

import pytest

from planner.check.judge import CHECKED
from planner.model.rules import FAMILIES, RULES
from tests.check.mutants import MUTANTS, WORSE

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "rules"

#: Rules that the solver takes part in: those of a family that decide about a layout.
SOLVED = [r.slug for r in RULES.values() if r.family in FAMILIES and not r.about_estate]

SECTIONS = (
    "Formula",
    "Parameters",
    "Example",
    "Edge cases",
    "When it is broken",
)


def test_checker_knows_every_rule_and_no_other():
    assert set(RULES) == CHECKED


def test_every_rule_has_one_mutant():
    assert sorted(RULES) == sorted(mutant.slug for mutant in (*MUTANTS, WORSE))


@pytest.mark.parametrize("slug", RULES)
def test_rule_has_a_page_of_the_common_shape(slug):
    text = (PAGES / f"{slug}.md").read_text(encoding="utf-8")
    rule = RULES[slug]
    assert text.startswith(f"# {rule.title} (`{slug}`)\n\n{rule.statement}\n")
    found = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert tuple(s for s in found if s != "Source") == SECTIONS


def test_index_lists_every_page_and_there_are_no_others():
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\[`([a-z.]+)`\]\(([a-z.]+)\.md\)", index)
    assert [slug for slug, _ in linked] == list(RULES)
    assert all(slug == target for slug, target in linked)
    assert {page.stem for page in PAGES.glob("*.md")} == {"README", *RULES}


@pytest.mark.parametrize("slug", SOLVED)
def test_solver_has_a_builder(slug):
    """The family's module names the rule, as a string."""
    module = ROOT / "planner" / "solve" / "constraints" / f"{RULES[slug].family}.py"
    assert f'"{slug}"' in module.read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", SOLVED)
def test_solver_has_a_test_pair(slug):
    """`tests/solve/test_<family>.py` marks a forbidden and an allowed layout of the rule."""
    assert {half for marked, half in _halves(RULES[slug].family) if marked == slug} == {
        "forbidden",
        "allowed",
    }


def _halves(family: str) -> set[tuple[str, str]]:
    """Return what `pytest.mark.rule(slug, half)` marks in a family's tests, parameters included."""
    module = importlib.import_module(f"tests.solve.test_{family}")
    marks = [mark for test in vars(module).values() for mark in getattr(test, "pytestmark", ())]
    parameters = [p for mark in marks if mark.name == "parametrize" for p in mark.args[1]]
    marks += [mark for p in parameters for mark in getattr(p, "marks", ())]
    return {mark.args for mark in marks if mark.name == "rule"}
