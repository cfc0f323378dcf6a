"""Writes and reads baselines: violations of an estate that are known, in canonical order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from planner.errors import InventoryError, Problem, UsageError
from planner.gate.baseline import Baseline, Identity
from planner.io.files import display_path
from planner.io.items.fields import Id, Item
from planner.io.layout import write_atomically
from planner.io.validation import validate
from planner.io.yaml_text import flow, text
from planner.io.yaml_tree import YamlProblemError, read_yaml
from planner.model.rules import RULES

BASELINE_VERSION = 1

HEADER = """\
# Known violations. Written by `planner baseline`; `planner check --baseline FILE` fails on others,
# and on these when they grow.
"""


class KnownItem(Item):
    """One known violation; more than `amount` of it is new."""

    rule: str
    subject: str
    unit: str
    amount: Annotated[int, Field(ge=1)]


class BaselineDocument(Item):
    """A baseline file."""

    version: Literal[1]
    estate: Id
    violations: list[KnownItem] = []


def baseline_text(baseline: Baseline) -> str:
    """Return the file's text, the same for equal baselines."""
    lines = [
        f"version: {BASELINE_VERSION}",
        HEADER.rstrip("\n"),
        f"estate: {text(baseline.estate)}",
    ]
    lines.append("violations:" if baseline.amounts else "violations: []")
    for (rule, subject, unit), amount in sorted(baseline.amounts.items()):
        item = {
            "rule": text(rule),
            "subject": text(subject),
            "unit": text(unit),
            "amount": str(amount),
        }
        lines.append(f"  - {flow(item)}")
    return "".join(f"{line}\n" for line in lines)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write the file, all of it or nothing."""
    write_atomically(path, baseline_text(baseline))


def load_baseline(path: Path) -> Baseline:
    """Return the baseline in a file.

    Raises
    ------
    UsageError
        When the file cannot be read.
    InventoryError
        When it is no baseline, with every mistake at its line.
    """
    name = display_path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"`{name}`: {error.strerror or 'cannot be read'}", hint="`planner baseline` writes one"
        ) from None
    try:
        tree = read_yaml(raw, name)
    except YamlProblemError as error:
        raise InventoryError(list(error.problems)) from None
    document, problems = validate(tree.data, tree.mark, BaselineDocument, name)
    problems = [*tree.problems, *problems]
    if document is None or problems:
        raise InventoryError(problems)
    amounts: dict[Identity, int] = {}
    for index, item in enumerate(document.violations):
        key = Identity(item.rule, item.subject, item.unit)
        line, column = tree.mark.find_key(("violations", index, "rule"))
        if item.rule not in RULES:
            message = f"unknown rule `{item.rule}`"
            problems.append(Problem(name, line, column, "id-unknown", message))
        if key in amounts:
            message = f"`{item.rule}` of `{item.subject}` is listed twice"
            problems.append(Problem(name, line, column, "id-duplicate", message))
        amounts[key] = item.amount
    if problems:
        raise InventoryError(problems)
    return Baseline(document.estate, amounts)
