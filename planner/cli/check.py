"""`planner check`: judge a layout by every rule, and say whether it is stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.options import (
    as_of_option,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import paint, print_json, say

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.errors import StaleLayoutError
    from planner.model.layout import Layout
    from planner.model.violation import Report


@click.command(name="check")
@with_options(estate_options, layout_option, as_of_option, format_option)
def command(
    estate: str | None, patches: tuple[Path, ...], layout: Path | None, as_of: date | None, fmt: str
) -> int:
    """Judge a layout by every rule, apart from the solver.

    Every violation comes with its arithmetic. A lock that was planned from other content than the
    estate has now is stale; it is judged all the same. Exits with 1 on a violation, else with 3
    when the lock is stale, else with 0.
    """
    from planner.check import check
    from planner.cli.context import load_lock, load_target, today
    from planner.explain.text import is_stale, stale_error
    from planner.io import estate_digest

    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    day = as_of or today()
    report = check(target.estate, lock, day)
    digest = estate_digest(target.estate)
    stale = None
    if is_stale(lock, digest):
        stale = stale_error(lock, str(target.layout_path), digest, target.command("plan"))
    differences = [] if stale or day != lock.provenance.as_of else score_differences(lock, report)
    show = _show_json if fmt == "json" else _show_text
    show(target, lock, report, day, stale, differences)
    if not report.holds or differences:
        return 1
    return stale.exit_code if stale else 0


def score_differences(layout: Layout, report: Report) -> list[dict[str, Any]]:
    """Return the tiers in which the layout states another value than the judge recomputes."""
    stated = {tier.tier: tier.objective for tier in layout.tiers}
    found = dict(report.score)
    return [
        {"tier": tier, "stated": stated.get(tier), "recomputed": found.get(tier)}
        for tier in [*stated, *(tier for tier in found if tier not in stated)]
        if stated.get(tier) != found.get(tier)
    ]


def render_difference(difference: dict[str, Any]) -> str:
    """Return one tier's two values in words."""
    stated, recomputed = (
        "no value" if difference[key] is None else difference[key]
        for key in ("stated", "recomputed")
    )
    return f"tier `{difference['tier']}`: stated {stated}, recomputed {recomputed}"


def _show_text(
    target: Target,
    lock: Layout,
    report: Report,
    day: date,
    stale: StaleLayoutError | None,
    differences: list[dict[str, Any]],
) -> None:
    from planner.explain.text import render_findings, render_tally, render_tightest

    blocks = [render_findings(report, options=target.options, paint=paint)]
    if differences:
        lines = "\n".join(f"  {render_difference(item)}" for item in differences)
        head = paint("error[score-mismatch]", "error")
        blocks.append(
            f"{head}: `{target.layout_path}` states another score than its placements have\n{lines}"
        )
    if stale is not None:
        blocks.append(stale.render().replace("error[", f"{paint('error', 'error')}[", 1))
    for block in filter(None, blocks):
        say(f"{block}\n")
    nearest = render_tightest(report.tightest)
    say(f"{target.estate.id} on {day}: {render_tally(report)}; tightest: {nearest}")
    if lock.unplaced:
        say(f"{len(lock.unplaced)} unplaced, as the layout says")
    if stale is not None:
        say("the layout is stale")


def _show_json(
    target: Target,
    lock: Layout,
    report: Report,
    day: date,
    stale: StaleLayoutError | None,
    differences: list[dict[str, Any]],
) -> None:
    from planner.cli.report_json import report_json, unplaced_json

    print_json(
        "check",
        {
            "estate": target.estate.id,
            "layout": str(target.layout_path),
            "as_of": day.isoformat(),
            "stale": stale is not None,
            "renew": target.command("plan") if stale else None,
            **report_json(report, target.options),
            "score_differences": differences,
            "unplaced": unplaced_json(lock.unplaced.values()),
        },
    )
