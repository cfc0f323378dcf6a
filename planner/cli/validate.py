"""`planner validate`: read an estate's files and report every mistake in them."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import estate_options, format_option, with_options
from planner.cli.output import print_json, say


@click.command(name="validate")
@with_options(estate_options, format_option)
@click.option("--assumptions", is_flag=True, help="List every figure that nobody declared.")
def command(estate: str | None, patches: tuple[Path, ...], fmt: str, assumptions: bool) -> int:
    """Read an estate's files and report every mistake in them.

    Mistakes come sorted by file and line, all at once; any of them exits with 2. Every action is
    tried by itself, with what it requires.
    """
    from planner.cli.context import estate_summary, load_target
    from planner.explain.text import plural
    from planner.io import parse_estate
    from planner.io.actions import try_actions

    target = load_target(estate, patches)
    num_actions = len(target.estate.actions)
    if num_actions:
        try_actions(parse_estate(target.inventory.root, patches))
    assumed = target.estate.assumptions
    if fmt == "json":
        print_json(
            "validate",
            {
                "estate": target.estate.id,
                "valid": True,
                "num_files": len(target.inventory.files),
                "num_standing": len(target.inventory.as_built.standing),
                "num_actions": num_actions,
                "assumptions": [dict(item._asdict()) for item in assumed],
            },
        )
        return 0
    num_standing = len(target.inventory.as_built.standing)
    say(f"{target.estate.id}: {plural(len(target.inventory.files), 'file')}, no mistake")
    say(f"{estate_summary(target.estate)}; {num_standing} standing")
    if num_actions:
        say(f"{plural(num_actions, 'action')} priced, each tried by itself")
    if assumed and not assumptions:
        command = target.command("validate", "--assumptions")
        say(f"{plural(len(assumed), 'figure')} assumed; `{command}` lists them")
    for item in assumed if assumptions else ():
        say(f"assumed: `{item.subject}` {item.figure} {item.value} ({item.reason})")
    return 0
