"""`planner where`: the best places for one new workload."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from planner.cli.options import (
    as_of_option,
    complete_ids,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say
from planner.errors import UsageError


@click.command(name="where")
@click.argument("subject", metavar="WORKLOAD|FILE", shell_complete=complete_ids("workload"))
@with_options(estate_options, layout_option, as_of_option)
@click.option(
    "--top", type=click.IntRange(1, 1000), default=5, show_default=True, help="Places to show."
)
@format_option
def command(
    subject: str,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    top: int,
    fmt: str,
) -> int:
    """Name the best places for a workload that has none yet.

    WORKLOAD is one of the estate that the layout does not place, or a copy of one that it does;
    FILE is a file like a patch that holds a new one. Nothing that stands is touched. Exits with 1
    when no rack can take it.
    """
    from planner.cli.context import load_lock, load_target, today
    from planner.cli.explain import show_count
    from planner.cli.headroom import templates_of
    from planner.explain.diff import place_json
    from planner.explain.headroom import copies_of
    from planner.explain.where import render_proposal, where

    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    day = as_of or today()
    (workload, *more) = templates_of(subject, target)
    if more:
        raise UsageError(
            f"`{subject}` adds {1 + len(more)} workloads", hint="ask about one at a time"
        )
    if workload.equipment is None:
        raise UsageError(
            f"`{workload.id}` is a service and stands in no rack",
            hint=f"`{target.command('explain', workload.id)}` lists its pools",
        )
    if all(key in lock.placements for key in workload.instance_ids()):
        (workload,) = copies_of(workload, 1).values()
    workloads = dict(sorted({**target.estate.workloads, workload.id: workload}.items()))
    with_it = target.estate.model_copy(update={"workloads": workloads})
    proposal = where(with_it, lock, day, workload, show_count, top=top)
    if fmt == "json":
        print_json(
            "where",
            {
                "estate": target.estate.id,
                "as_of": day.isoformat(),
                "workload": workload.id,
                "num_open": len(proposal.answer.open),
                "best": [
                    {
                        "place": place_json(r.place),
                        "opens_rack": r.opens,
                        "free_u": r.free_half / 2,
                        "draw_w": r.draw_w,
                        "design_w": r.design_w,
                    }
                    for r in proposal.best[:top]
                ],
                "places": {key: place_json(place) for key, place in proposal.places.items()},
            },
        )
    else:
        say(render_proposal(proposal, top))
    return 0 if proposal.best else 1
