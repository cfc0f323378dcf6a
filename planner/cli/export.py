"""`planner export`: estate and layout for other tools: JSON, one flat table, or NetBox's CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import estate_options, layout_option, with_options
from planner.cli.output import say, talk
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.io import Inventory
    from planner.model.layout import Layout

FORMS = ("json", "csv", "netbox")


@click.command(name="export")
@click.argument("form", type=click.Choice(FORMS))
@with_options(estate_options, layout_option)
@click.option("--no-layout", is_flag=True, help="Leave the layout out, even if there is one.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE|DIR",
    help="Write it to a file instead; of `netbox` the folder.",
)  # fmt: skip
def command(
    form: str,
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    no_layout: bool,
    output: Path | None,
) -> int:
    """Write estate and layout in the form of other tools.

    `json`: everything fully expanded, so that others can recompute our answers. Ranges are
    resolved, raw figures kept, every placement comes with its cords. The form is versioned;
    `planner schema export` prints its JSON Schema. Without a layout lock, `layout` is null.

    `csv`: one flat table, a row an instance. `netbox`: a folder of CSV files as NetBox's bulk
    import takes them, in the order of their numbers. Without a layout lock, both say what stands.
    """
    from planner.cli.context import load_lock, load_target

    target = load_target(estate, patches, layout)
    wants_layout = not no_layout and (layout is not None or target.layout_path.exists())
    lock = load_lock(target) if wants_layout else None
    if form == "netbox":
        return _netbox(target.inventory, lock, output)
    text = _json(target.inventory, lock) if form == "json" else _csv(target.inventory, lock)
    if output is None:
        say(text.rstrip("\r\n"))
        return 0
    if output.is_dir():
        raise UsageError(f"`{output}` is a folder", hint="name a file: `-o FILE`")
    with output.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
    say(f"wrote {output}")
    return 0


def _json(inventory: Inventory, lock: Layout | None) -> str:
    import json

    from planner.io import export_json

    return json.dumps(export_json(inventory, lock), indent=2, ensure_ascii=False) + "\n"


def _csv(inventory: Inventory, lock: Layout | None) -> str:
    from planner.exporters.flat import export_flat

    return export_flat(inventory.estate, inventory.as_built, lock)


def _netbox(inventory: Inventory, lock: Layout | None, folder: Path | None) -> int:
    """Write NetBox's files, replace those of an earlier export, and say what they leave out."""
    from planner.exporters.netbox import export_netbox

    if folder is None:
        raise UsageError(
            "`export netbox` writes a folder of CSV files",
            hint=f"name it: `planner export netbox -o {inventory.estate.id}-netbox`",
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"`{folder}` is a file", hint="name a folder: `-o DIR`")
    exported = export_netbox(inventory.estate, inventory.as_built, lock)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("[0-9][0-9]-*.csv"):
        old.unlink()
    for name, text in exported.files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    for remark in exported.remarks:
        talk(f"left out: {remark}")
    if lock is None:
        talk("there is no layout: what stands was written")
    elif lock.unplaced:
        talk(f"left out: {len(lock.unplaced)} instances without a place")
    say(f"wrote {len(exported.files)} files to {folder}")
    return 0
