"""The score that a layout states against the one that the judge recomputes."""

from __future__ import annotations

from typing import NamedTuple

from planner.model.layout import Layout
from planner.model.violation import Report


class ScoreDifference(NamedTuple):
    """One tier whose two values differ; None where one side has no such tier."""

    tier: str
    stated: int | None
    recomputed: int | None


def score_differences(layout: Layout, report: Report) -> tuple[ScoreDifference, ...]:
    """Return the tiers in which the layout states another value than the judge recomputes."""
    stated = {tier.tier: tier.objective for tier in layout.tiers}
    found = dict(report.score)
    return tuple(
        ScoreDifference(tier, stated.get(tier), found.get(tier))
        for tier in [*stated, *(tier for tier in found if tier not in stated)]
        if stated.get(tier) != found.get(tier)
    )


def render_difference(difference: ScoreDifference) -> str:
    """Return one tier's two values in words."""
    stated, recomputed = (
        "no value" if value is None else str(value)
        for value in (difference.stated, difference.recomputed)
    )
    return f"tier `{difference.tier}`: stated {stated}, recomputed {recomputed}"
