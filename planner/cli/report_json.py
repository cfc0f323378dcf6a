"""The judge's findings and the tiers of a layout as JSON-ready data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.explain.text import with_options
from planner.gate.baseline import Baseline
from planner.model.layout import TierResult, Unplaced
from planner.model.violation import Report, Tightest, Violation


def violation_json(violation: Violation, options: str = "") -> dict[str, Any]:
    """Return one finding; `amount` is required less available.

    Parameters
    ----------
    options
        What a command that the hint names needs besides, e.g. `-e muenster`.
    """
    where = violation.where
    return {
        "rule": violation.rule,
        "subject": violation.subject,
        "scenario": violation.scenario,
        "required": violation.required,
        "available": violation.available,
        "amount": violation.amount,
        "unit": violation.unit,
        "message": violation.message,
        "required_note": violation.required_note,
        "available_note": violation.available_note,
        "file": where.file if where else None,
        "line": where.line if where and where.line else None,
        "inherited": violation.inherited,
        "hint": with_options(violation.hint, options) if violation.hint else None,
    }


def report_json(
    report: Report, options: str = "", baseline: Baseline | None = None
) -> dict[str, Any]:
    """Return a report: findings by kind, the recomputed score, the tightest capacities."""
    known = {} if baseline is None else {v: baseline.knows(v) for v in report.violations}
    return {
        "holds": report.holds,
        "num_rules": report.num_rules,
        "num_scenarios": report.num_scenarios,
        "violations": [
            {**violation_json(v, options), **({"known": known[v]} if known else {})}
            for v in report.violations
        ],
        "warnings": [violation_json(v, options) for v in report.warnings],
        "soft": [violation_json(v, options) for v in report.soft],
        "waived": [violation_json(v, options) for v in report.waived],
        "score": [{"tier": tier, "value": value} for tier, value in report.score],
        "tightest": [tightest_json(item) for item in report.tightest],
        "shares": [dict(share._asdict()) for share in report.shares],
    }


def tightest_json(item: Tightest) -> dict[str, Any]:
    """Return a capacity with its load."""
    return dict(item._asdict())


def tiers_json(tiers: Iterable[TierResult]) -> list[dict[str, Any]]:
    """Return each tier with objective, bound, gap and whether it is proven."""
    return [
        {
            "tier": tier.tier,
            "unit": tier.unit,
            "objective": tier.objective,
            "bound": tier.bound,
            "gap": tier.objective - tier.bound,
            "conditional": tier.conditional,
            "optimal": tier.is_optimal,
        }
        for tier in tiers
    ]


def unplaced_json(unplaced: Iterable[Unplaced]) -> list[dict[str, Any]]:
    """Return each instance without a place, with its reason."""
    return [{"instance": item.instance, "reason": item.reason} for item in unplaced]
