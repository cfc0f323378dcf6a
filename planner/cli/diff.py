"""`planner diff`: what changes between two layouts, or between as-built and the lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import estate_options, format_option, layout_option, with_options
from planner.cli.output import print_json, say

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.model.layout import AsBuilt, Layout

AS_BUILT = "as-built"


@click.command(name="diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@with_options(estate_options, layout_option, format_option)
def command(
    before: str | None,
    after: str | None,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    fmt: str,
) -> int:
    """List moves, additions and removals between two layouts.

    BEFORE and AFTER are layout locks or as-built snapshots; `as-built` is what the estate says
    stands now, `register` what the as-built register says. BEFORE defaults to `as-built`, AFTER to
    the layout lock. Exits with 0 when both can be read.
    """
    from planner.cli.context import load_target
    from planner.explain.diff import compare, diff_json, places_of, render_diff
    from planner.model.layout import Layout

    target = load_target(estate, patches, layout)
    name, old = _read(before or AS_BUILT, target)
    other, new = _read(after, target)
    reasons = {}
    if isinstance(new, Layout):
        reasons = {key: item.reason for key, item in new.unplaced.items()}
    found = compare(places_of(old), places_of(new), reasons)
    if fmt == "json":
        print_json(
            "diff", {"estate": target.estate.id, "before": name, "after": other, **diff_json(found)}
        )
    else:
        say(f"{name} -> {other}")
        say(render_diff(found))
    return 0


def _read(name: str | None, target: Target) -> tuple[str, Layout | AsBuilt]:
    """Return what a name stands for, with the name to show."""
    from planner.cli.context import REGISTER, load_lock, load_snapshot, require_estate
    from planner.errors import LayoutError, UsageError
    from planner.io import load_layout

    if name is None:
        return str(target.layout_path), load_lock(target)
    if name == AS_BUILT:
        return name, target.inventory.as_built
    if name == REGISTER:
        return name, load_snapshot(name, target)
    if not Path(name).is_file():
        raise UsageError(
            f"there is no file `{name}`",
            hint="name a layout lock, an as-built snapshot or `as-built`",
        )
    try:
        layout = load_layout(Path(name))
    except LayoutError:
        return name, load_snapshot(name, target)
    require_estate(layout, Path(name), target)
    return name, layout
