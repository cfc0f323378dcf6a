"""`planner diff`: what changes between two layouts, or between as-built and the lock."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import (
    as_of_option,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say, talk

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.explain.diff import Diff
    from planner.explain.drift import Last
    from planner.explain.purpose import Purpose
    from planner.model.layout import AsBuilt, Layout

AS_BUILT = "as-built"


@click.command(name="diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option(
    "--why", is_flag=True, help="Say of each move what it is for: which rule forces it, or which"
    " tier it makes better."
)  # fmt: skip
@with_options(estate_options, layout_option, as_of_option, format_option)
def command(
    before: str | None,
    after: str | None,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    why: bool,
    as_of: date | None,
    fmt: str,
) -> int:
    """List moves, additions and removals between two layouts.

    BEFORE and AFTER are layout locks or as-built snapshots; `as-built` is what the estate says
    stands now, `register` what the as-built register says; then each difference tells who wrote it
    last, when, and by which lock. BEFORE defaults to `as-built`, AFTER to the layout lock. Exits
    with 0 when both can be read.
    """
    from planner.cli.context import REGISTER, load_target
    from planner.explain.diff import compare, diff_json, places_of, render_diff, services_of
    from planner.explain.drift import last_json, render_drift
    from planner.explain.purpose import purpose_json, render_purpose
    from planner.model.layout import Layout

    target = load_target(estate, patches, layout)
    name, old = _read(before or AS_BUILT, target)
    other, new = _read(after, target)
    reasons = {}
    if isinstance(new, Layout):
        reasons = {key: item.reason for key, item in new.unplaced.items()}
    found = compare(places_of(old), places_of(new), reasons, services_of(old, new))
    drift = _drift(target, found) if REGISTER in (name, other) else None
    reasons_to_move = _purposes(target, found, new, as_of) if why else {}
    if fmt == "json":
        payload = {"estate": target.estate.id, "before": name, "after": other, **diff_json(found)}
        if drift is not None:
            payload["drift"] = {key: last_json(item) for key, item in drift.items()}
        if why:
            payload["why"] = {key: purpose_json(item) for key, item in reasons_to_move.items()}
        print_json("diff", payload)
    else:
        say(f"{name} -> {other}")
        notes = {} if drift is None else dict(render_drift(found, target.estate, drift))
        notes |= {key: render_purpose(item) for key, item in reasons_to_move.items()}
        say(render_diff(found, notes))
        if drift and any(item.is_outside for item in drift.values()):
            talk(
                "hint: `pulumi up --refresh` puts back what was changed past the stack;"
                f" `{target.command('plan', '--from', REGISTER)}` plans from where it stands"
            )
    return 0


def _drift(target: Target, found: Diff) -> dict[str, Last]:
    """Return what the register's history knows of each difference."""
    from planner.cli.context import load_register
    from planner.explain.diff import places_of
    from planner.explain.drift import last_entries

    registered = load_register(target.estate)
    places = places_of(registered.snapshot)
    return last_entries(found, target.estate, registered.history, places)


def _purposes(
    target: Target, found: Diff, after: Layout | AsBuilt, as_of: date | None
) -> dict[str, Purpose]:
    """Return what each move of a layout is for, of instances that stood before.

    Raises
    ------
    UsageError
        When AFTER is no layout: only a layout can be judged.
    """
    from planner.errors import UsageError
    from planner.explain.purpose import purposes
    from planner.model.layout import Layout

    if not isinstance(after, Layout):
        raise UsageError(
            "`--why` needs a layout lock as AFTER", hint="`planner diff --why` takes the lock"
        )
    before = {c.instance: c.before for c in found.changes if c.before and c.after}
    return purposes(target.estate, after, before, before, as_of or after.provenance.as_of)


def _read(name: str | None, target: Target) -> tuple[str, Layout | AsBuilt]:
    """Return what a name stands for, with the name to show."""
    from planner.cli.context import (
        REGISTER,
        load_lock,
        load_register,
        load_snapshot,
        require_estate,
    )
    from planner.errors import LayoutError, UsageError
    from planner.io import load_layout

    if name is None:
        return str(target.layout_path), load_lock(target)
    if name == AS_BUILT:
        return name, target.inventory.as_built
    if name == REGISTER:
        return name, load_register(target.estate).snapshot
    if not Path(name).is_file():
        raise UsageError(
            f"there is no file `{name}`",
            hint="name a layout lock, an as-built snapshot, `as-built` or `register`",
        )
    try:
        layout = load_layout(Path(name))
    except LayoutError:
        return name, load_snapshot(name, target)
    require_estate(layout, Path(name), target)
    return name, layout
