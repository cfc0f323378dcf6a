"""`planner report`: the verdict on one page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import (
    as_of_option,
    estate_options,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say, talk

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.report.verdict import Verdict


@click.command(name="report")
@with_options(estate_options, layout_option, as_of_option)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="File to write.  [default: reports/<estate>.html]",
)  # fmt: skip
@click.option(
    "--format", "fmt", type=click.Choice(["html", "json"]), default="html", show_default=True,
    help="A page in a file, or one JSON document on stdout.",
)  # fmt: skip
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    output: Path | None,
    fmt: str,
) -> int:
    """Write the verdict on one page: holds or not, and what that rests on.

    One HTML file without script that needs nothing else and prints on A4: what each site carries
    alone and what binds, losses survived and not, processes with their times, assumptions, waivers,
    how the layout came about. Exits like `planner check`: 1 when it does not hold, else 3 when the
    lock is stale, else 0; the page is written all the same.
    """
    from planner.cli.context import load_lock, load_target, today
    from planner.io import estate_digest
    from planner.report.verdict import verdict

    target = load_target(estate, patches, layout)
    lock = load_lock(target)
    day = as_of or today()
    found = verdict(target.estate, lock, day, estate_digest(target.estate))
    if fmt == "json":
        _print(target, found)
    else:
        path = output or default_output(target)
        _write(path, target, found)
        talk(found.sentence)
        say(str(path))
    if not found.holds:
        return 1
    return 3 if found.is_stale else 0


def default_output(target: Target) -> Path:
    """Return `reports/<estate>.html` beside the folder of the default layout."""
    from planner.cli.context import default_layout, shown

    layouts = default_layout(target.inventory.root, target.estate.id).resolve().parent
    return shown(layouts.parent / "reports" / f"{target.estate.id}.html")


def _write(path: Path, target: Target, found: Verdict) -> None:
    from planner.io.layout import write_atomically
    from planner.report.page import render_page

    as_of = ("--as-of", found.as_of.isoformat())
    commands = {verb: target.command(verb, *as_of) for verb in ("report", "check", "fail")}
    commands["validate"] = target._replace(layout_option=None).command("validate", "--assumptions")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, render_page(found, commands))


def _print(target: Target, found: Verdict) -> None:
    from planner.cli.report_json import report_json, tiers_json, unplaced_json
    from planner.report.verdict_data import verdict_json

    document = {
        **verdict_json(found),
        "layout": str(target.layout_path),
        "check": report_json(found.report, target.options),
        "tiers": tiers_json(found.layout.tiers),
        "unplaced": unplaced_json(found.layout.unplaced.values()),
    }
    print_json("report", document)
