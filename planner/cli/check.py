"""`planner check`: judge a layout by every rule, and say whether it is stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from planner.cli.options import (
    as_of_option,
    estate_options,
    layout_option,
    with_options,
)
from planner.cli.output import paint, print_json, say

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.errors import StaleLayoutError
    from planner.explain.score import ScoreDifference
    from planner.gate.baseline import Baseline
    from planner.model.layout import Layout
    from planner.model.violation import Report, Violation


#: Forms of the answer; all but `text` are for machines.
FORMATS = ("text", "json", "junit", "sarif", "github", "gitlab")

_FORMAT = click.option(
    "--format", "fmt", type=click.Choice(FORMATS), default="text",
    help="Form of the answer on stdout: for people, as JSON, JUnit XML, SARIF 2.1.0, GitHub"
    " annotations or GitLab code quality.",
)  # fmt: skip
_BASELINE = click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Fail only on violations that are not in this file; `planner baseline` writes it.",
)  # fmt: skip


class Checked(NamedTuple):
    """What one check has found."""

    target: Target
    lock: Layout
    report: Report
    day: date
    stale: StaleLayoutError | None
    differences: tuple[ScoreDifference, ...]
    baseline: Baseline | None

    @property
    def num_new(self) -> int:
        """Number of violations that fail the gate."""
        if self.baseline is None:
            return len(self.report.violations)
        return len(self.baseline.split(self.report.violations)[0])

    @property
    def exit_code(self) -> int:
        """1 on a violation that is not known, else 3 when stale, else 0."""
        if self.num_new or self.differences:
            return 1
        return self.stale.exit_code if self.stale else 0


@click.command(name="check")
@with_options(estate_options, layout_option, as_of_option, _BASELINE, _FORMAT)
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    baseline: Path | None,
    fmt: str,
) -> int:
    """Judge a layout by every rule, apart from the solver.

    Every violation comes with its arithmetic. A lock that was planned from other content than the
    estate has now is stale; it is judged all the same. Exits with 1 on a violation, else with 3
    when the lock is stale, else with 0.
    """
    checked = judge(estate, patches, layout, as_of, baseline)
    if fmt == "text":
        _show_text(checked)
    elif fmt == "json":
        _show_json(checked)
    else:
        say(_rendered(checked, fmt))
    return checked.exit_code


def judge(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    baseline: Path | None = None,
) -> Checked:
    """Load what the options name and judge it.

    Raises
    ------
    PlannerError
        When estate, layout or baseline cannot be read.
    """
    from planner.check import check
    from planner.cli.context import load_lock, load_target, today
    from planner.errors import UsageError
    from planner.explain.score import score_differences
    from planner.explain.text import is_stale, stale_error
    from planner.io import estate_digest

    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    known = None
    if baseline is not None:
        from planner.io.baseline import load_baseline

        known = load_baseline(baseline)
        if known.estate != target.estate.id:
            raise UsageError(
                f"`{baseline}` is a baseline of estate `{known.estate}`, not of "
                f"`{target.estate.id}`",
                hint=f"`{target.command('baseline')}` writes one",
            )
    day = as_of or today()
    report = check(target.estate, lock, day)
    digest = estate_digest(target.estate)
    stale = None
    if is_stale(lock, digest):
        stale = stale_error(lock, str(target.layout_path), digest, target.command("plan"))
    differences = () if stale or day != lock.provenance.as_of else score_differences(lock, report)
    return Checked(target, lock, report, day, stale, differences, known)


def _rendered(checked: Checked, fmt: str) -> str:
    """Return the answer in the form of a CI system."""
    from planner.check.judge import CHECKED
    from planner.gate import github, gitlab, junit, sarif
    from planner.gate.findings import findings
    from planner.model.rules import RULES

    target = checked.target
    found = findings(
        target.estate,
        checked.lock,
        str(target.layout_path),
        checked.report,
        stale=checked.stale,
        differences=checked.differences,
        baseline=checked.baseline,
        options=target.options,
    )
    rules = [slug for slug in RULES if slug in CHECKED]
    if fmt == "junit":
        return junit.render(found, rules, f"rackplan {target.estate.id}")
    if fmt == "sarif":
        return sarif.render(found, rules, has_baseline=checked.baseline is not None)
    return github.render(found) if fmt == "github" else gitlab.render(found)


def _show_text(checked: Checked) -> None:
    from planner.explain.score import render_difference
    from planner.explain.text import (
        plural,
        render_findings,
        render_known,
        render_shares,
        render_tally,
        render_tightest,
    )

    target, report = checked.target, checked.report
    known: tuple[Violation, ...] = ()
    if checked.baseline is not None:
        new, known = checked.baseline.split(report.violations)
        shown = report._replace(violations=new)
    else:
        shown = report
    blocks = [render_findings(shown, options=target.options, paint=paint), render_known(known)]
    if checked.differences:
        lines = "\n".join(f"  {render_difference(item)}" for item in checked.differences)
        head = paint("error[score-mismatch]", "error")
        blocks.append(
            f"{head}: `{target.layout_path}` states another score than its placements have\n{lines}"
        )
    if checked.stale is not None:
        blocks.append(checked.stale.render().replace("error[", f"{paint('error', 'error')}[", 1))
    for block in filter(None, blocks):
        say(f"{block}\n")
    nearest = render_tightest(report.tightest)
    say(f"{target.estate.id} on {checked.day}: {render_tally(report)}; tightest: {nearest}")
    if report.shares:
        say(render_shares(report.shares))
    if checked.baseline is not None:
        say(f"{plural(len(known), 'violation')} known, {checked.num_new} new")
        mended = checked.baseline.mended(report.violations)
        if mended:
            again = target.command("baseline")
            say(f"{plural(len(mended), 'known violation')} mended; `{again}` drops what is mended")
    if checked.lock.unplaced:
        say(f"{len(checked.lock.unplaced)} unplaced, as the layout says")
    if checked.stale is not None:
        say("the layout is stale")


def _show_json(checked: Checked) -> None:
    from planner.cli.report_json import report_json, unplaced_json

    target, report = checked.target, checked.report
    known = None
    if checked.baseline is not None:
        known = {
            "known": len(report.violations) - checked.num_new,
            "new": checked.num_new,
            "mended": [key._asdict() for key in checked.baseline.mended(report.violations)],
        }
    print_json(
        "check",
        {
            "estate": target.estate.id,
            "layout": str(target.layout_path),
            "as_of": checked.day.isoformat(),
            "stale": checked.stale is not None,
            "renew": target.command("plan") if checked.stale else None,
            **report_json(report, target.options, checked.baseline),
            "baseline": known,
            "score_differences": [item._asdict() for item in checked.differences],
            "unplaced": unplaced_json(checked.lock.unplaced.values()),
        },
    )
