"""`planner plan`: place every workload, let the judge check the layout, write the lock.

Owns the order of things: solve, check, compare scores, write, and only then speak. What was solved
is never written when the judge and the solver disagree.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from planner.cli.options import (
    Seconds,
    as_of_option,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import paint, print_json, say, talk
from planner.errors import ScoreMismatchError, UsageError

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.model.layout import AsBuilt, Layout
    from planner.model.violation import Report
    from planner.solve.options import Options
    from planner.solve.outcome import Outcome

#: Exit code of a time-out without any layout.
EXIT_UNKNOWN = 4

#: Workers of a reproducible run that names none: their number is part of the input.
REPRODUCIBLE_WORKERS = 2

#: Rules that a plan may break through no fault of the solver, beside those about the estate.
_NOT_THE_SOLVERS = ("stability.worse",)


class Planned(NamedTuple):
    """One run: the solver's outcome, the judge's report, and the lock that was written, if any."""

    target: Target
    as_of: date
    outcome: Outcome
    report: Report | None
    wrote: Path | None


@click.command(name="plan")
@with_options(estate_options, layout_option, as_of_option)
@click.option(
    "--from",
    "source",
    metavar="FILE|register",
    help="Where things stand: a snapshot, an earlier lock, or the as-built register."
    "  [default: the estate's `standing`]",
)
@click.option(
    "--time-limit",
    "time_limit_ms",
    type=Seconds(),
    metavar="DURATION",
    help="For all tiers together: 20, 20s, 5m or 1h.  [default: 15s]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Solver threads.  [default: one a processor; 2 with --reproducible]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="Of every random choice.",
)
@click.option("--reproducible", is_flag=True, help="Same bytes from the same input; needs --as-of.")
@click.option("--dry-run", is_flag=True, help="Plan and check, but write no lock.")
@format_option
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    source: str | None,
    time_limit_ms: int | None,
    workers: int | None,
    seed: int,
    reproducible: bool,
    dry_run: bool,
    fmt: str,
) -> int:
    """Place every workload and write the layout lock.

    The checker judges the layout before anything is written. Ctrl-C keeps the best layout so far.
    Exits with 1 when something is unplaced or infeasible, with 4 when time ran out before a layout.
    """
    from planner.cli.context import load_snapshot, load_target, today

    if reproducible and as_of is None:
        raise UsageError(
            "--reproducible needs the day as well: tomorrow's `today` is another input",
            hint=f"add `--as-of {today()}`",
        )
    target = load_target(estate, patches, layout)
    if not any(workload.kind == "equipment" for workload in target.estate.workloads.values()):
        raise UsageError(
            f"`{target.estate.id}` has no equipment to place", hint="declare a workload first"
        )
    as_built = load_snapshot(source, target)
    day = as_of or today()
    options = _options(time_limit_ms, workers, seed, reproducible)
    planned = _plan(target, as_built, day, options, dry_run)
    if fmt == "json":
        _show_json(planned)
    else:
        _show_text(planned)
    return _exit_code(planned)


def _options(
    time_limit_ms: int | None, workers: int | None, seed: int, reproducible: bool
) -> Options:
    from planner.solve.options import DEFAULT_TIME_LIMIT_MS, Options

    return Options(
        time_limit_ms=time_limit_ms or DEFAULT_TIME_LIMIT_MS,
        workers=workers or _default_workers(reproducible),
        seed=seed,
        reproducible=reproducible,
    )


def _default_workers(reproducible: bool) -> int:
    """Return one worker a processor; a fixed number where another machine must find the same."""
    import os

    if reproducible:
        return REPRODUCIBLE_WORKERS
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _plan(target: Target, as_built: AsBuilt, day: date, options: Options, dry_run: bool) -> Planned:
    """Solve, judge and write beside the main thread, which stays free for Ctrl-C."""
    from planner.cli.interrupt import run_interruptible
    from planner.cli.progress import ProgressLine
    from planner.io import as_built_digest, estate_digest
    from planner.solve import plan

    with ProgressLine() as line:

        def work() -> Planned:
            outcome = plan(
                target.estate,
                as_built,
                day,
                options,
                line.update,
                estate_digest=estate_digest(target.estate),
                as_built_digest=as_built_digest(as_built),
            )
            report = _judge(target, outcome, day)
            wrote = None
            if outcome.layout is not None and not dry_run:
                wrote = _write(target, outcome.layout)
            return Planned(target, day, outcome, report, wrote)

        return run_interruptible(work, options.stop_event, line.note)


def _judge(target: Target, outcome: Outcome, day: date) -> Report | None:
    """Check a layout before it is written, and compare the scores.

    Raises
    ------
    ScoreMismatchError
        When judge and solver disagree on the score, or the judge finds a violation that no
        layout is allowed to have.
    """
    from planner.check import check
    from planner.explain.score import render_difference, score_differences
    from planner.explain.text import render_violation

    if outcome.layout is None:
        return None
    report: Report = check(target.estate, outcome.layout, day)
    disputed = [v for v in report.violations if not _is_admitted(v.rule, v.inherited)]
    differences = score_differences(outcome.layout, report)
    if not disputed and not differences:
        return report
    lines = [render_violation(v) for v in disputed]
    lines += [f"  {render_difference(item)}" for item in differences]
    raise ScoreMismatchError(
        "checker and solver disagree about this layout, so nothing is written\n\n"
        + "\n\n".join(lines),
        hint="this is a defect of rackplan, not of your input; please report it with the estate",
    )


def _is_admitted(rule: str, inherited: bool) -> bool:
    """Whether a plan may break the rule: as-built broke it already, or the estate alone does."""
    from planner.model.rules import RULES

    return inherited or rule in _NOT_THE_SOLVERS or RULES[rule].about_estate


def _write(target: Target, layout: Layout) -> Path:
    from planner.io import write_layout

    target.layout_path.parent.mkdir(parents=True, exist_ok=True)
    write_layout(target.layout_path, layout)
    return target.layout_path


def _exit_code(planned: Planned) -> int:
    outcome, report = planned.outcome, planned.report
    if outcome.interrupted:
        return 130
    if outcome.layout is None:
        return 1 if outcome.status == "INFEASIBLE" else EXIT_UNKNOWN
    return 1 if outcome.layout.unplaced or (report is not None and not report.holds) else 0


def _show_text(planned: Planned) -> None:
    from planner.cli.context import estate_summary
    from planner.explain.text import render_tiers, render_unplaced

    target, outcome, report = planned.target, planned.outcome, planned.report
    for note in outcome.notes:
        talk(f"note: {note}")
    num_scenarios = report.num_scenarios if report is not None else None
    say(f"{target.estate.id}: {estate_summary(target.estate, num_scenarios)}")
    layout = outcome.layout
    if layout is None:
        _show_nothing(planned)
        return
    made = layout.provenance
    workers = f"{made.workers} worker{'s' if made.workers != 1 else ''}"
    same = ", reproducible" if made.reproducible else ""
    say(f"engine {made.engine}, {workers}, seed {made.seed}{same}")
    say(render_tiers(layout.tiers))
    if layout.unplaced:
        say(render_unplaced(layout.unplaced.values(), paint=paint))
    _show_judgement(planned)


def _show_judgement(planned: Planned) -> None:
    from planner.explain.repair import render_repair, repair_of
    from planner.explain.text import (
        plural,
        render_findings,
        render_shares,
        render_tally,
        render_tightest,
    )

    report, layout = planned.report, planned.outcome.layout
    assert report is not None
    assert layout is not None
    repaired = render_repair(repair_of(planned.target.estate, layout, report))
    if repaired:
        say(repaired)
    findings = render_findings(report, options=planned.target.options, paint=paint)
    if findings:
        say(f"\n{findings}\n")
    say(f"checked: {render_tally(report)}; tightest: {render_tightest(report.tightest)}")
    if report.shares:
        say(render_shares(report.shares))
    path = planned.target.layout_path
    say(f"wrote {planned.wrote}" if planned.wrote else f"dry run: {path} is left as it is")
    if layout.unplaced:
        first = next(iter(layout.unplaced))
        talk(
            f"{plural(len(layout.unplaced), 'instance')} unplaced;"
            f" `{planned.target.command('explain', first)}` says why, rack by rack,"
            f" `{planned.target.command('explain', '--conflict')}` what cannot hold together"
        )
    if planned.outcome.interrupted:
        talk("interrupted: this is the best layout so far")


def _show_nothing(planned: Planned) -> None:
    """Say why there is no layout; the lock of an earlier run is left as it is."""
    outcome, path = planned.outcome, planned.target.layout_path
    if outcome.status == "INFEASIBLE":
        why = outcome.infeasible_reason or "proven by the solver"
        talk(
            f"error[infeasible]: no layout exists: {why}\n\n"
            f"hint: `{planned.target.command('explain', '--conflict')}` names what cannot hold"
            " together"
        )
    elif outcome.interrupted:
        talk("interrupted before a first layout was found")
    else:
        talk("error[unknown]: time ran out before a first layout was found\n\n"
             "hint: give it more with `--time-limit`")  # fmt: skip
    talk(f"{path} is left as it is" if path.exists() else f"{path} is not written")


def _show_json(planned: Planned) -> None:
    from planner.cli.report_json import report_json, tiers_json, unplaced_json
    from planner.explain.diff import compare, diff_json, places_of

    outcome, layout = planned.outcome, planned.outcome.layout
    payload: dict[str, Any] = {
        "estate": planned.target.estate.id,
        "as_of": planned.as_of.isoformat(),
        "status": outcome.status,
        "interrupted": outcome.interrupted,
        "infeasible_reason": outcome.infeasible_reason,
        "notes": list(outcome.notes),
        "layout": str(planned.wrote) if planned.wrote else None,
    }
    if layout is not None:
        made = layout.provenance
        payload["engine"] = made.model_dump(mode="json")
        payload["tiers"] = tiers_json(layout.tiers)
        payload["unplaced"] = unplaced_json(layout.unplaced.values())
        payload["diff"] = diff_json(compare(places_of(layout.as_built()), places_of(layout)))
    report, options = planned.report, planned.target.options
    payload["check"] = report_json(report, options) if report is not None else None
    print_json("plan", payload)
