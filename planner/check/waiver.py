"""Waivers: in force, about known rules, and what they cover."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

from planner.check.case import Case
from planner.check.network import NEVER_BELOW_M
from planner.check.tenancy import WARNING_DAYS
from planner.model.estate import Estate
from planner.model.rules import RULES
from planner.model.scenarios import NORMAL
from planner.model.tenancy import Waiver
from planner.model.violation import Violation

#: Rules that nobody can waive: without them nothing else can be judged.
_NEVER_WAIVED = ("structure.", "waiver.")


def waived_amount(estate: Estate, violation: Violation, as_of: date) -> int:
    """Return how much of a violation a waiver in force accepts, the largest of several."""
    if violation.rule.startswith(_NEVER_WAIVED):
        return 0
    if violation.rule == "network.distance" and violation.available < NEVER_BELOW_M:
        return 0
    return max(
        (
            waiver.amount
            for waiver in estate.waivers.values()
            if (waiver.rule, waiver.subject) == (violation.rule, violation.subject)
            and (waiver.valid_from is None or waiver.valid_from <= as_of)
            and as_of <= waiver.expires
        ),
        default=0,
    )


def expired(case: Case) -> Iterator[Violation]:
    """waiver.expired: as_of <= expires."""
    for waiver in case.estate.waivers.values():
        if waiver.expires < case.as_of:
            yield _expired(case, waiver, case.as_of, "has expired")


def expiry_warnings(case: Case) -> Iterator[Violation]:
    """Yield the waivers that expire soon."""
    for waiver in case.estate.waivers.values():
        if 0 <= (waiver.expires - case.as_of).days < WARNING_DAYS:
            end = date.fromordinal(case.as_of.toordinal() + WARNING_DAYS)
            yield _expired(case, waiver, end, "expires")


def _expired(case: Case, waiver: Waiver, end: date, word: str) -> Violation:
    return Violation(
        "waiver.expired",
        waiver.id,
        NORMAL,
        (end - case.as_of).days,
        (waiver.expires - case.as_of).days,
        "days",
        f"waiver `{waiver.id}` of {waiver.rule} for `{waiver.subject}` {word} on {waiver.expires}",
        f"from {case.as_of} to {end}",
        f"from {case.as_of} to {waiver.expires}",
        waiver.at,
        hint=f"ask {waiver.author} to renew it, or remove it and mend what it covered",
    )


def unknown(case: Case) -> Iterator[Violation]:
    """waiver.unknown: every waiver names a known rule."""
    for waiver in case.estate.waivers.values():
        if waiver.rule in RULES:
            continue
        near = get_close_matches(waiver.rule, RULES, n=1)
        yield Violation(
            "waiver.unknown",
            waiver.id,
            NORMAL,
            1,
            0,
            "waivers",
            f"waiver `{waiver.id}` names the rule `{waiver.rule}`, which does not exist",
            "1 waiver",
            "rules of that name",
            waiver.at,
            hint=f"did you mean `{near[0]}`" if near else "see the list of rules in docs/rules",
        )
