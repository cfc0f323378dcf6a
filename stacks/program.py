"""What the stack does: load the estate and its layout, judge them, declare them.

Whatever is wrong fails the preview with the text of `planner check`. Nothing is solved here: the
layout is the one that was committed.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pulumi

from planner.check import check
from planner.cli.context import load_lock, load_target, today
from planner.errors import PinnedError, PlannerError
from planner.explain.diff import compare, places_of, render_diff
from planner.explain.text import (
    is_stale,
    render_findings,
    render_tally,
    render_unplaced,
    render_violation,
    stale_error,
)
from planner.io import estate_digest
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.register import PLACEMENT, open_register
from stacks.declare import declare, is_pinned


class Settings(NamedTuple):
    """The stack's configuration; paths are relative to the project's folder.

    Attributes
    ----------
    estate
        Name or folder of the estate, as after `planner -e`; the stack's own name by default.
    layout
        The layout lock; `layouts/<estate>.lock.yaml` by default.
    patches
        Files that overlay the inventory, as after `planner --patch`.
    as_of
        The day on which the layout must hold; today by default.
    allow_unplaced
        Whether a layout that leaves instances without a place is declared all the same.
    adopt
        Whether rows of the register that this stack does not own are imported.
    register
        The as-built register; the provider takes the same setting.
    export_places
        Whether the stack's outputs have every place, for other programs.
    """

    estate: str
    layout: Path | None = None
    patches: tuple[Path, ...] = ()
    as_of: date | None = None
    allow_unplaced: bool = False
    adopt: bool = False
    register: Path | None = None
    export_places: bool = False


class Verified(NamedTuple):
    """An estate and a layout of it that holds."""

    estate: Estate
    layout: Layout
    lock_digest: str


def read_settings(config: pulumi.Config, stack: str) -> Settings:
    """Return the stack's configuration.

    Raises
    ------
    pulumi.RunError
        When `asOf` is no date.
    """
    layout, register = config.get("layout"), config.get("register")
    as_of = config.get("asOf")
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise pulumi.RunError(
            f"error[usage]: stack config `asOf` is `{as_of}`, expected a date like 2026-11-01"
        ) from None
    return Settings(
        estate=config.get("estate") or stack,
        layout=Path(layout) if layout else None,
        patches=tuple(map(Path, _one_or_many(config.get("patch")))),
        as_of=day,
        allow_unplaced=bool(config.get_bool("allowUnplaced")),
        adopt=bool(config.get_bool("adopt")),
        register=Path(register) if register else None,
        export_places=bool(config.get_bool("exportPlaces")),
    )


def _one_or_many(value: str | None) -> Sequence[str]:
    """Return the texts of a config value that is one text or a list of them."""
    if not value:
        return ()
    return [str(item) for item in json.loads(value)] if value.startswith("[") else (value,)


def verify(settings: Settings) -> Verified:
    """Return the estate and its layout when the layout is of this content and breaks no rule.

    Raises
    ------
    pulumi.RunError
        With everything that is wrong, in the words of `planner check`.
    """
    try:
        target = load_target(settings.estate, settings.patches, settings.layout, actions=())
        layout = load_lock(target)
    except PlannerError as error:
        raise pulumi.RunError(error.render()) from None
    day = settings.as_of or today()
    report = check(target.estate, layout, day)
    wrong = []
    if not report.holds:
        wrong.append(render_findings(report, options=target.options))
        wrong.append(f"{target.estate.id} on {day}: {render_tally(report)}")
    digest = estate_digest(target.estate)
    if is_stale(layout, digest):
        renew = target.command("plan")
        wrong.append(stale_error(layout, str(target.layout_path), digest, renew).render())
    if layout.unplaced and not settings.allow_unplaced:
        wrong.append(
            f"{render_unplaced(layout.unplaced.values())}\n\n"
            f"hint: `pulumi config set allowUnplaced true` declares the rest all the same"
        )
    if wrong:
        raise pulumi.RunError("\n\n".join(wrong))
    for warning in report.warnings:
        pulumi.log.warn(render_violation(warning, level="warning"))
    content = target.layout_path.read_bytes()
    return Verified(target.estate, layout, f"sha256:{hashlib.sha256(content).hexdigest()}")


def main() -> None:
    """Run as Pulumi's program."""
    make_quick()
    # Texts name files as they are typed in the project's folder; Pulumi starts us in this one.
    os.chdir(project_folder())
    settings = read_settings(pulumi.Config(), pulumi.get_stack())
    verified = verify(settings)
    try:
        refuse_pinned_moves(settings, verified)
        adopted = adoptable(settings, verified.estate) if settings.adopt else ()
    except PlannerError as error:
        raise pulumi.RunError(error.render()) from None
    declare(*verified, adopted, export_places=settings.export_places)


def refuse_pinned_moves(settings: Settings, verified: Verified) -> None:
    """Refuse a layout that moves a pinned instance from where the register has it.

    The checker cannot see this: it knows where the instance stood when the layout was planned.

    Raises
    ------
    PinnedError
        With every such instance, both places, and what to do.
    """
    pinned = [key for key in verified.layout.placements if is_pinned(verified.estate, key)]
    if not pinned:
        return
    with closing(open_register(settings.register)) as register:
        standing = places_of(register.snapshot(verified.estate.id))
    planned = places_of(verified.layout)
    before = {key: standing[key] for key in pinned if key in standing}
    moves = compare(before, {key: planned[key] for key in before})
    if moves.changes:
        raise PinnedError(
            f"the layout moves what is pinned from where the register has it\n{render_diff(moves)}",
            hint="correct the register where it is wrong; else take the pin away, or plan from"
            " where it stands: `planner plan --from register`",
        )


def adoptable(settings: Settings, estate: Estate) -> frozenset[str]:
    """Return the instances whose rows in the register are not this stack's."""
    me = f"{pulumi.get_project()}/{pulumi.get_stack()}"
    with closing(open_register(settings.register)) as register:
        rows = register.rows(PLACEMENT, estate.id)
    return frozenset(row.key for row in rows if row.owner != me)


def project_folder() -> Path:
    """Return the folder upward that holds `Pulumi.yaml`."""
    here = Path.cwd()
    return next(folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").exists())


def make_quick() -> None:
    """Halve the time of a large preview; `RACKPLAN_SDK_DEBUG=1` leaves everything as it is.

    The SDK sends four debug lines a resource to the engine, each in a blocking call, whether
    anybody listens or not; and the collector walks again and again over what stays until the end.
    """
    if not os.environ.get("RACKPLAN_SDK_DEBUG"):
        pulumi.log.debug = _say_nothing
        gc.disable()


def _say_nothing(*_: object, **__: object) -> None:
    pass
