"""`planner schema`: the JSON Schema of the files, for editors and other tools."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.output import say

KINDS = ("inventory", "layout", "export")


@click.command(name="schema")
@click.argument("kind", type=click.Choice(KINDS), default="inventory")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it to a file instead.",
)  # fmt: skip
def command(kind: str, output: Path | None) -> int:
    """Print the JSON Schema of the files.

    KIND is `inventory` (the default) for the files of an estate, `layout` for the lock, `export`
    for what `planner export json` writes. An editor completes and validates files that name their
    schema in the first line, as those of `planner init` do.
    """
    from planner.io import schema_text, write_schema

    if output is None:
        say(schema_text(kind).rstrip("\n"))
    else:
        write_schema(output, kind)
        say(f"wrote {output}")
    return 0
