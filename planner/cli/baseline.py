"""`planner baseline`: write down which violations are known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from planner.cli.options import as_of_option, estate_options, layout_option, with_options
from planner.cli.output import say, talk

_OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="File to write.  [default: layouts/<estate>.baseline.yaml]",
)  # fmt: skip


@click.command(name="baseline")
@with_options(estate_options, layout_option, as_of_option, _OUTPUT)
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    output: Path | None,
) -> int:
    """Remember the violations that a layout has now.

    `planner check --baseline FILE` then fails only on others, and on these when they grow. Commit
    the file. Waived violations are not listed: a waiver says more.
    """
    from planner.cli.check import judge
    from planner.explain.text import plural
    from planner.gate.baseline import Baseline
    from planner.io.baseline import write_baseline

    checked = judge(estate, patches, layout, as_of)
    target = checked.target
    path = output or target.layout_path.with_name(f"{target.estate.id}.baseline.yaml")
    write_baseline(path, Baseline.of(target.estate.id, checked.report.violations))
    say(f"wrote {path}: {plural(len(checked.report.violations), 'known violation')}")
    if checked.stale is not None:
        talk("the layout is stale: what is known belongs to its placements and today's files")
    return 0
