"""Findings: everything a check has to say, in one list, the same for every format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from planner.errors import StaleLayoutError
from planner.explain.score import ScoreDifference, render_difference
from planner.explain.text import grouped, render_violation
from planner.gate.baseline import Baseline
from planner.model.base import Where
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.rules import RULES
from planner.model.violation import Report, Violation

#: Findings that come from no rule of `planner.model.rules`: slug -> (title, statement).
OTHERS = {
    "layout-stale": (
        "Layout belongs to the files",
        "The layout was planned from the demand, supply, policy and catalogue of today's files.",
    ),
    "score-mismatch": (
        "Score as stated",
        "The layout states the score that its placements have.",
    ),
    "unplaced": ("Everything placed", "Every instance has a place."),
}


class Level(StrEnum):
    """How a finding counts: an error fails the gate, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    KNOWN = "known"
    WAIVED = "waived"


class Finding(NamedTuple):
    """One thing to say.

    Attributes
    ----------
    rule
        Slug of a rule, or one of `OTHERS`.
    sentence, text
        The message alone, and the whole text with its arithmetic and hint.
    identity
        What makes it the same finding in another run: rule, subject and unit.
    reason
        Why a waived one is accepted.
    """

    level: Level
    rule: str
    subject: str
    sentence: str
    text: str
    where: Where
    identity: str
    reason: str = ""

    @property
    def fingerprint(self) -> str:
        """Return a stable hash of what the finding is about, as 32 hexadecimal digits."""
        return hashlib.sha256(self.identity.encode()).hexdigest()[:32]


def title_of(rule: str) -> str:
    """Return the title of a rule or of another finding."""
    return OTHERS[rule][0] if rule in OTHERS else RULES[rule].title


def statement_of(rule: str) -> str:
    """Return what a rule demands, in one sentence."""
    return OTHERS[rule][1] if rule in OTHERS else RULES[rule].statement


def findings(
    estate: Estate,
    layout: Layout,
    lock: str,
    report: Report,
    *,
    stale: StaleLayoutError | None = None,
    differences: Iterable[ScoreDifference] = (),
    baseline: Baseline | None = None,
    options: str = "",
) -> tuple[Finding, ...]:
    """Return what a check found: errors first, then known, warnings and waived ones.

    Parameters
    ----------
    lock
        Path of the layout's file; where a finding has no place of its own, it is the lock's first
        line.
    options
        What a command that a hint names needs besides, e.g. `-e muenster`.
    """
    home = Where(lock, 1)
    known = baseline or Baseline(estate.id)
    new, old = known.split(report.violations)
    found = [_of(v, Level.ERROR, home, options) for v in new]
    if stale is not None:
        found.append(_plain("layout-stale", estate.id, stale.message, stale.render(), home))
    for difference in differences:
        text = render_difference(difference)
        found.append(_plain("score-mismatch", difference.tier, text, text, home))
    found += [_of(v, Level.KNOWN, home, options) for v in old]
    found += [_of(v, Level.WARNING, home, options) for v in report.warnings]
    found += [
        Finding(
            Level.WARNING,
            "unplaced",
            key,
            f"`{key}` has no place: {item.reason}",
            f"`{key}` has no place: {item.reason}",
            item.at or home,
            f"unplaced|{key}",
        )
        for key, item in layout.unplaced.items()
    ]
    found += [
        _of(v, Level.WAIVED, home, options)._replace(reason=_reason(estate, v))
        for v in report.waived
    ]
    return tuple(found)


def fails(found: Sequence[Finding]) -> bool:
    """Whether any finding fails the gate."""
    return any(finding.level is Level.ERROR for finding in found)


def _of(violation: Violation, level: Level, home: Where, options: str) -> Finding:
    word = "warning" if level is Level.WARNING else "error"
    return Finding(
        level,
        violation.rule,
        violation.subject,
        violation.message + f" (required {grouped(violation.required)} {violation.unit},"
        f" available {grouped(violation.available)} {violation.unit})",
        render_violation(violation, level=word, options=options),
        violation.where or home,
        "|".join((violation.rule, violation.subject, violation.unit)),
    )


def _plain(rule: str, subject: str, sentence: str, text: str, where: Where) -> Finding:
    first = sentence.partition("\n")[0]
    return Finding(Level.ERROR, rule, subject, first, text, where, f"{rule}|{subject}")


def _reason(estate: Estate, violation: Violation) -> str:
    """Return reason, author and last day of the waiver that covers a violation."""
    return next(
        (
            f"{w.reason} ({w.author}, until {w.expires})"
            for w in estate.waivers.values()
            if (w.rule, w.subject) == (violation.rule, violation.subject)
        ),
        "",
    )
