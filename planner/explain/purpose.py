"""What each move of a layout is for: what happens when it alone is taken back.

The judge looks at the layout with one instance left where it stood. What it finds then, and did
not find before, forced the move; where it finds nothing, the first tier that gets worse is what
the move is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from planner.check import check
from planner.explain.text import grouped, plural, tier_label
from planner.model.estate import Estate
from planner.model.layout import Layout, Place, TierResult
from planner.model.violation import Report, Violation

#: Tiers that say nothing on what a move is for: every move costs one.
_COST_OF_MOVING = "moves"


class Purpose(NamedTuple):
    """Why one instance moves.

    Attributes
    ----------
    forced_by
        What would be broken, or broken by more, if it stayed; worst first.
    tier, with_move, without
        Otherwise the first tier that the move makes better, and its two values.
    """

    instance: str
    forced_by: tuple[Violation, ...] = ()
    tier: TierResult | None = None
    with_move: int = 0
    without: int = 0


def purposes(
    estate: Estate, layout: Layout, before: Mapping[str, Place], moved: Iterable[str], as_of: date
) -> dict[str, Purpose]:
    """Return what each of the `moved` instances moves for.

    Parameters
    ----------
    before
        Where they stood.
    """
    report = check(estate, layout, as_of)
    found = {}
    for instance in moved:
        placement = layout.placements[instance]
        stays = placement.model_copy(update={"place": before[instance], "was": None})
        without = layout.model_copy(update={"placements": {**layout.placements, instance: stays}})
        found[instance] = _purpose(instance, layout, report, check(estate, without, as_of))
    return found


def _purpose(instance: str, layout: Layout, report: Report, without: Report) -> Purpose:
    known = {(v.rule, v.subject, v.unit): v.amount for v in report.violations}
    forced = [v for v in without.violations if v.amount > known.get((v.rule, v.subject, v.unit), 0)]
    if forced:
        # What as-built breaks already forced it first; what clashes with newcomers comes after.
        return Purpose(instance, tuple(sorted(forced, key=lambda v: not v.inherited)))
    tiers = {tier.tier: tier for tier in layout.tiers}
    values = dict(without.score)
    for tier, value in report.score:
        if tier != _COST_OF_MOVING and values.get(tier, value) != value and tier in tiers:
            return Purpose(instance, (), tiers[tier], value, values[tier])
    return Purpose(instance)


def render_purpose(purpose: Purpose) -> str:
    """Return in one line what a move is for."""
    if purpose.forced_by:
        first, *rest = purpose.forced_by
        more = f"; and {plural(len(rest), 'further rule')}" if rest else ""
        return (
            f"forced by {first.rule}: if it stayed, {first.message}"
            f" ({grouped(first.required)} of {grouped(first.available)} {first.unit}){more}"
        )
    if purpose.tier is None:
        return "for nothing by itself: it only pays together with other moves, if at all"
    label = tier_label(purpose.tier)
    better = "instead of" if purpose.with_move < purpose.without else "although it would be"
    return (
        f"for {label}: {grouped(purpose.with_move)} {better} {grouped(purpose.without)} without it"
    )


def purpose_json(purpose: Purpose) -> dict[str, object]:
    """Return a purpose as JSON-ready data."""
    return {
        "forced_by": [
            {"rule": v.rule, "subject": v.subject, "scenario": v.scenario, "required": v.required,
             "available": v.available, "unit": v.unit, "message": v.message}
            for v in purpose.forced_by
        ],
        "tier": None if purpose.tier is None else purpose.tier.tier,
        "with_move": purpose.with_move if purpose.tier else None,
        "without": purpose.without if purpose.tier else None,
    }  # fmt: skip
