"""Every broken variant is refused: by the judge on the shipped lock, and by the planner.

The READMEs list what is expected; nothing else may be found on the shipped lock.
"""

from __future__ import annotations

import json

import pytest

from planner.check import check
from planner.cli.app import run
from planner.io import load_estate, load_layout
from tests.inventory.figures import AS_OF
from tests.inventory.tables import ROOT, cells, number, table

ESTATES = ("muenster", "owl")
#: First lines of the tables.
CHECK_HEAD = "| patch | rule | subject | required | available |"
PLAN_HEAD = "| patch | what `planner plan --patch` says | of | for |"
#: Whom the planner leaves out is its choice.
ANY = "some instance"
#: What the planner is asked about in `make test`; the others take longer, in `make test-full`.
QUICK = {"mirror-too-far"}

VARIANTS = [
    pytest.param(estate, path, id=f"{estate}-{path.stem}")
    for estate in ESTATES
    for path in sorted((ROOT / "inventory" / estate / "broken").glob("*.yaml"))
]
PLANNED = [
    pytest.param(*v.values, id=v.id, marks=() if v.values[1].stem in QUICK else pytest.mark.full)
    for v in VARIANTS
]


def readme(estate: str) -> str:
    return (ROOT / "inventory" / estate / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("estate", ESTATES)
@pytest.mark.parametrize("head", [CHECK_HEAD, PLAN_HEAD])
def test_every_broken_variant_is_in_the_tables(estate, head):
    listed = {cells(row)[0] for row in table(readme(estate), head)}
    there = {path.name for path in (ROOT / "inventory" / estate / "broken").glob("*.yaml")}
    assert listed == there
    assert len(there) >= 5


def _figure(text: str) -> tuple[int, str]:
    """Split `66 603 VA` into figure and unit."""
    figure, _, unit = text.rpartition(" ")
    return number(figure), unit


@pytest.mark.parametrize(("estate", "path"), VARIANTS)
def test_the_shipped_lock_is_refused_with_exactly_these_violations(estate, path):
    rows = [cells(row) for row in table(readme(estate), CHECK_HEAD)]
    expected = sorted(
        (rule, subject, *_figure(required), _figure(available)[0])
        for name, rule, subject, required, available in rows
        if name == path.name
    )
    broken = load_estate(ROOT / "inventory" / estate, [path]).estate
    layout = load_layout(ROOT / "layouts" / f"{estate}.lock.yaml")
    found = sorted(
        (v.rule, v.subject, v.required, v.unit, v.available)
        for v in check(broken, layout, AS_OF).violations
    )
    assert found == expected


@pytest.mark.parametrize(("estate", "path"), PLANNED)
def test_the_planner_names_the_rule(estate, path, capsys):
    """A row says: an instance left out with the rule in its reason, or a violation that is left."""
    rows = [cells(row)[1:] for row in table(readme(estate), PLAN_HEAD) if path.name in row]
    options = ["--dry-run", "--reproducible", "--as-of", str(AS_OF), "--format", "json"]
    folder = str(ROOT / "inventory" / estate)
    assert run(["plan", "-e", folder, "--patch", str(path), *options]) == 1
    answer = json.loads(capsys.readouterr().out)
    reasons = {u["instance"]: u["reason"] for u in answer["unplaced"]}
    left = {(v["rule"], v["subject"]) for v in answer["check"]["violations"]}
    for kind, rule, subject in rows:
        if kind == "violation":
            assert (rule, subject) in left
        elif subject == ANY:
            assert any(rule in reason for reason in reasons.values())
        else:
            assert rule in reasons[subject]
