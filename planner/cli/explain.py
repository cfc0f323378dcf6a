"""`planner explain`: why an instance may or may not stand in each rack, or run on each pool."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import (
    Seconds,
    as_of_option,
    complete_ids,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import paint, print_json, say, talk
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.model.layout import AsBuilt, Layout


@click.command(name="explain")
@click.argument("subject", required=False, shell_complete=complete_ids("workload", "instance"))
@with_options(estate_options, layout_option, as_of_option)
@click.option("--as-built", is_flag=True, help="Beside what stands now, instead of the layout.")
@click.option(
    "--nearest", type=click.IntRange(0, 1000), default=1, show_default=True,
    help="Racks that cannot take it to show with all their arithmetic, the nearest first.",
)  # fmt: skip
@click.option(
    "--on", "rack", metavar="RACK", shell_complete=complete_ids("rack"),
    help="Only this rack: all that would break there, and the fewest moves of others that would"
    " make room.",
)  # fmt: skip
@click.option(
    "--conflict", is_flag=True,
    help="The smallest set of demands and rules that cannot hold together, of SUBJECT or of all"
    " that has no place.",
)  # fmt: skip
@click.option(
    "--way-out", is_flag=True,
    help="The cheapest of the estate's actions that give SUBJECT, or everything, a place and mend"
    " what is broken.",
)  # fmt: skip
@click.option(
    "--alternatives", type=click.IntRange(0, 100),
    help="Of --way-out: further sets of actions to show.  [default: 3]",
)  # fmt: skip
@click.option(
    "--max-actions", type=click.IntRange(1), help="Of --way-out: the most actions of a set."
)
@click.option(
    "--time-limit", "time_limit_ms", type=Seconds(), metavar="DURATION",
    help="For --conflict, --on and --way-out.  [default: 30s, 60s for --way-out]",
)  # fmt: skip
@format_option
def command(
    subject: str | None,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    as_built: bool,
    nearest: int,
    rack: str | None,
    conflict: bool,
    way_out: bool,
    alternatives: int | None,
    max_actions: int | None,
    time_limit_ms: int | None,
    fmt: str,
) -> int:
    """Say for every rack why an instance may or may not stand there; of a service for every pool.

    SUBJECT is an instance or a workload; of a workload the first unplaced instance is taken, else
    the first. Everything else stays where the layout has it. Every rule is judged everywhere.
    """
    from planner.cli import explain_way_out
    from planner.cli.context import load_lock, load_target, today
    from planner.cli.explain_on import on_rack
    from planner.cli.report_json import violation_json
    from planner.explain.probe import Probe
    from planner.explain.text import is_stale
    from planner.explain.whynot import answer_json, explain, render_answer
    from planner.io import estate_digest

    target = load_target(estate, patches, layout)
    day = as_of or today()
    if not way_out and (alternatives, max_actions) != (None, None):
        raise UsageError("--alternatives and --max-actions go with --way-out", hint="add it")
    if way_out and (conflict or rack is not None):
        raise UsageError("--way-out answers for every rack, and alone", hint="ask one at a time")
    if way_out:
        limits = (time_limit_ms, alternatives, max_actions)
        return explain_way_out.way_out(target, subject, as_of, *limits, fmt)
    if conflict:
        return _conflict(target, subject, day, time_limit_ms, fmt)
    if subject is None:
        raise UsageError(
            "name a workload or an instance", hint="`--conflict` alone asks about all of them"
        )
    if as_built:
        beside = layout_of(target.inventory.as_built, target, day)
    else:
        beside = load_lock(target)
        if is_stale(beside, estate_digest(target.estate)):
            talk(f"note: `{target.layout_path}` is stale; `{target.command('plan')}` renews it")
    instance = instance_of(target, beside, subject)
    if _is_service(target, instance):
        if as_built or rack is not None:
            what = "no service stands" if as_built else f"`{instance}` runs on a pool, in no rack"
            option = "--as-built" if as_built else "--on"
            raise UsageError(what, hint=f"leave {option} out")
        return _pools(target, beside, day, instance, nearest, fmt)
    if rack is not None:
        return on_rack(target, beside, day, instance, rack, time_limit_ms, fmt)
    answer = explain(Probe(target.estate, beside, day, instance), show_count)
    if fmt == "json":
        head = {"estate": target.estate.id, "as_of": day.isoformat()}
        print_json(
            "explain",
            {**head, **answer_json(answer, partial(violation_json, options=target.options))},
        )
    else:
        say(render_answer(answer, num_nearest=nearest, options=target.options, paint=paint))
    return 0


def _is_service(target: Target, instance: str) -> bool:
    from planner.model.workload import split_instance_id

    return target.estate.workloads[split_instance_id(instance)[0]].kind == "service"


def _pools(target: Target, layout: Layout, day: date, instance: str, nearest: int, fmt: str) -> int:
    """Say for every pool why an instance of a service may or may not run there."""
    from planner.cli.report_json import violation_json
    from planner.explain.pools import PoolProbe, explain_pools, pool_answer_json
    from planner.explain.pools_text import render_pool_answer

    probe = PoolProbe(target.estate, layout, day, instance)
    answer = explain_pools(probe, partial(show_count, noun="pools"))
    if fmt == "json":
        head = {"estate": target.estate.id, "as_of": day.isoformat()}
        found = pool_answer_json(answer, partial(violation_json, options=target.options))
        print_json("explain", {**head, **found})
    else:
        options = target.options
        say(render_pool_answer(answer, num_nearest=nearest, options=options, paint=paint))
    return 0


def _conflict(
    target: Target, subject: str | None, day: date, time_limit_ms: int | None, fmt: str
) -> int:
    """Say why a workload, or all that the layout leaves unplaced, has no place."""
    from planner.cli.context import load_lock
    from planner.cli.explain_conflict import (
        DEFAULT_LIMIT_MS,
        conflict_between,
        missing_in,
        show_conflict,
    )
    from planner.model.workload import split_instance_id
    from planner.solve.options import Options

    missing: list[str] = []
    if subject is not None:
        workloads = target.estate.workloads
        name = subject if subject in workloads else split_instance_id(subject)[0]
        if name not in workloads:
            raise UsageError(f"`{subject}` is no workload or instance of `{target.estate.id}`")
        missing = [name]
    elif target.layout_path.exists():
        missing = missing_in(load_lock(target))
    options = Options(time_limit_ms=time_limit_ms or DEFAULT_LIMIT_MS)
    found = conflict_between(target, target.inventory.as_built, day, missing, options)
    return show_conflict(target, found, day, fmt)


def show_count(done: int, of: int, noun: str = "racks") -> None:
    """Show on a terminal how many racks are judged; the last call wipes the line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{done} of {of} {noun}" if done < of else "\r\x1b[K")
        sys.stderr.flush()


def layout_of(as_built: AsBuilt, target: Target, day: date) -> Layout:
    """Return what stands now as a layout that moves nothing."""
    from planner.io import as_built_digest, estate_digest
    from planner.model.layout import Layout, Placement, Provenance

    return Layout(
        estate=target.estate.id,
        provenance=Provenance(
            planner_version="", engine="as-built", ortools_version="", seed=0, workers=0,
            reproducible=True, as_of=day, estate_digest=estate_digest(target.estate),
            as_built_source=as_built.source, as_built_digest=as_built_digest(as_built),
        ),
        placements={
            key: Placement(instance=key, place=standing.place, standing=True, at=standing.at)
            for key, standing in as_built.standing.items()
        },
    )  # fmt: skip


def instance_of(target: Target, layout: Layout, subject: str) -> str:
    """Return the instance that a person means by an instance's or a workload's id.

    Raises
    ------
    UsageError
        When there is none; the nearest id is named.
    """
    import difflib

    workloads = target.estate.workloads
    workload = workloads.get(subject)
    if workload is not None:
        ids = workload.instance_ids()
        return next((key for key in ids if key in layout.unplaced), ids[0])
    instances = [key for w in workloads.values() for key in w.instance_ids()]
    if subject in instances:
        return subject
    near = difflib.get_close_matches(subject, [*workloads, *instances], n=1)
    hint = (
        f"did you mean `{near[0]}`?" if near else f"`{target.command('export', 'json')}` lists all"
    )
    raise UsageError(f"`{subject}` is no workload or instance of `{target.estate.id}`", hint=hint)
