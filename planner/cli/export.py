"""`planner export`: estate and layout fully expanded, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from planner.cli.options import estate_options, layout_option, with_options
from planner.cli.output import say

FORMS = ("json",)


@click.command(name="export")
@click.argument("form", type=click.Choice(FORMS))
@with_options(estate_options, layout_option)
@click.option("--no-layout", is_flag=True, help="Leave the layout out, even if there is one.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it to a file instead.",
)  # fmt: skip
def command(
    form: str,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    no_layout: bool,
    output: Path | None,
) -> int:
    """Write estate and layout fully expanded, so that other tools can recompute our answers.

    Ranges are resolved, raw figures kept, every placement comes with its cords. The form is
    versioned; `planner schema export` prints its JSON Schema. Without a layout lock, `layout` is
    null.
    """
    import json

    from planner.cli.context import load_lock, load_target
    from planner.io import export_json

    target = load_target(estate, patches, layout)
    wants_layout = not no_layout and (layout is not None or target.layout_path.exists())
    lock = load_lock(target) if wants_layout else None
    text = json.dumps(export_json(target.inventory, lock), indent=2, ensure_ascii=False)
    if output is None:
        say(text)
    else:
        output.write_text(f"{text}\n", encoding="utf-8")
        say(f"wrote {output}")
    return 0
