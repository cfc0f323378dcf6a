"""What a verb works on: the estate, its layout, the day, and the commands that hints name."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from planner.cli.options import ACTIONS
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.io import Inventory
    from planner.model.estate import Estate
    from planner.model.layout import AsBuilt, Layout
    from planner.register import Change

#: Source of a snapshot that is no file.
REGISTER = "register"


class Target(NamedTuple):
    """An estate as loaded, where its layout lives, and how it was named on the command line."""

    inventory: Inventory
    layout_path: Path
    estate_option: str | None
    patches: tuple[Path, ...]
    layout_option: Path | None

    @property
    def estate(self) -> Estate:
        """The estate."""
        return self.inventory.estate

    def command(self, verb: str, *arguments: str) -> str:
        """Return a command on this estate and layout that can be typed as it stands."""
        command = shlex.join(["planner", verb, *arguments])
        return f"{command} {self.options}" if self.options else command

    @property
    def options(self) -> str:
        """The options that named this estate and layout, to be typed again."""
        words: list[str] = []
        if self.estate_option is not None:
            words += ["-e", self.estate_option]
        for patch in self.patches:
            words += ["--patch", str(patch)]
        for action in self.inventory.actions:
            words += ["--with", action]
        if self.layout_option is not None:
            words += ["-l", str(self.layout_option)]
        return shlex.join(words)


def load_target(
    estate: str | None,
    patches: Sequence[Path] = (),
    layout: Path | None = None,
    actions: Sequence[str] | None = None,
) -> Target:
    """Load the estate that the options name.

    Parameters
    ----------
    actions
        Actions of the estate to lay over it; None = those of the command's `--with`.

    Raises
    ------
    InventoryError, UsageError
        When there is no estate, its files hold mistakes, or the actions do not go together.
    RuntimeError
        When the actions are left to a command, and none runs in this thread.
    """
    from planner.io import find_estate, load_estate

    if actions is None:
        actions = click.get_current_context().meta.get(ACTIONS, ())
    root = find_estate(estate)
    inventory = load_estate(root, tuple(patches), actions)
    path = layout or default_layout(root, inventory.estate.id)
    return Target(inventory, path, estate, tuple(patches), layout)


def default_layout(root: Path, estate: str) -> Path:
    """Return `layouts/<estate>.lock.yaml` beside `inventory/`, or beside the estate's folder."""
    folder = root.resolve()
    base = folder.parent.parent if folder.parent.name == "inventory" else folder.parent
    return shown(base / "layouts" / f"{estate}.lock.yaml")


def shown(path: Path) -> Path:
    """Return the path from the current folder where it lies below it, else as it is."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path


def load_lock(target: Target) -> Layout:
    """Load the layout lock.

    Raises
    ------
    UsageError
        When there is none yet.
    LayoutError
        When it cannot be read, or is of another estate.
    """
    from planner.io import load_layout

    path = target.layout_path
    if not path.exists():
        raise UsageError(
            f"there is no layout `{path}`", hint=f"`{target.command('plan')}` writes it"
        )
    layout: Layout = load_layout(path)
    require_estate(layout, path, target)
    return layout


def require_estate(layout: Layout, path: Path, target: Target) -> None:
    """Refuse the layout of another estate.

    Raises
    ------
    UsageError
        When it is one.
    """
    if layout.estate != target.estate.id:
        raise UsageError(
            f"`{path}` is a layout of estate `{layout.estate}`, not of `{target.estate.id}`",
            hint="name the estate with -e or the layout with -l",
        )


def load_snapshot(source: str | None, target: Target) -> AsBuilt:
    """Load where things stand: the estate's own section `standing`, a file, or the register.

    Raises
    ------
    UsageError
        When there is nothing to load, or a rack is not one of the estate.
    LayoutError, InventoryError
        When a file holds mistakes.
    """
    from planner.io import load_as_built

    if source is None:
        return target.inventory.as_built
    if source == REGISTER:
        return _register_snapshot(target.estate)
    as_built: AsBuilt = load_as_built(source, target.estate)
    return as_built


class Registered(NamedTuple):
    """What the register holds of an estate, declared or not, and its history."""

    path: Path
    snapshot: AsBuilt
    history: tuple[Change, ...]


def load_register(estate: Estate) -> Registered:
    """Load the register as it is.

    Raises
    ------
    UsageError
        When it has never heard of the estate.
    """
    from planner.register import PLACEMENT, open_register

    register = open_register()
    try:
        snapshot = register.snapshot(estate.id)
        history = register.history(PLACEMENT, estate.id)
    finally:
        register.close()
    if not snapshot.standing and not history:
        raise _unheard_of(register.path, estate)
    return Registered(register.path, snapshot, history)


def _unheard_of(path: Path, estate: Estate) -> UsageError:
    return UsageError(
        f"the register `{shown(path)}` holds no instance of `{estate.id}`",
        hint="`pulumi up` or `planner import register` fills it; another file: $RACKPLAN_REGISTER",
    )


def _register_snapshot(estate: Estate) -> AsBuilt:
    """Return what the register says of the instances that the estate still declares."""
    from planner.model.layout import AsBuilt

    path, snapshot, _ = load_register(estate)
    declared = {key for workload in estate.workloads.values() for key in workload.instance_ids()}
    standing = {key: item for key, item in snapshot.standing.items() if key in declared}
    if not standing:
        raise _unheard_of(path, estate)
    for key, item in standing.items():
        if item.place.rack not in estate.racks:
            raise UsageError(
                f"`{key}` stands in rack `{item.place.rack}`, which the estate does not have",
                hint="declare the rack, or correct the register",
            )
    return AsBuilt(source=snapshot.source, standing=standing)


def today() -> date:
    """Return the day it is."""
    return date.today()


def estate_summary(estate: Estate, num_scenarios: int | None = None) -> str:
    """Return `3 sites, 72 racks, 304 instances of 52 workloads, 611 scenarios`.

    Services (with their instances), pools and processes are counted where there are any.
    """
    from planner.explain.text import plural

    equipment = [w for w in estate.workloads.values() if w.kind == "equipment"]
    parts = [
        plural(len(estate.sites), "site"),
        plural(len(estate.racks), "rack"),
        f"{plural(sum(w.count for w in equipment), 'instance')}"
        f" of {plural(len(equipment), 'workload')}",
    ]
    services = [w for w in estate.workloads.values() if w.kind == "service"]
    if services:
        instances = plural(sum(w.count for w in services), "instance")
        parts.append(f"{instances} of {plural(len(services), 'service')}")
    if estate.pools:
        parts.append(plural(len(estate.pools), "pool"))
    if estate.processes:
        parts.append(plural(len(estate.processes), "process", "processes"))
    if num_scenarios is not None:
        parts.append(plural(num_scenarios, "scenario"))
    return ", ".join(parts)
