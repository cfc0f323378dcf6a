"""`planner init`: a small commented starter estate that plans at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import format_option
from planner.cli.output import print_json, say
from planner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The files of the starter estate; `{name}` in them is the estate's id.
STARTER = Path(__file__).with_name("starter")


@click.command(name="init")
@click.argument("name", default="first")
@format_option
def command(name: str, fmt: str) -> int:
    """Write a small commented starter estate that plans at once.

    NAME is the new estate: its files go to inventory/NAME, or to NAME itself if it holds a slash.
    The JSON Schema of the files is written beside the folder, as schema.json.
    """
    folder = Path(name) if "/" in name else Path("inventory") / name
    estate = name.rstrip("/").rpartition("/")[2]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", estate):
        raise UsageError(
            f"`{estate}` is no name for an estate",
            hint="use letters, digits, `-`, `_` and `.`, e.g. `planner init first`",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"`{folder}` exists already", hint="name another, e.g. `planner init second`"
        )
    written = [*_write_files(folder, estate), *_write_schema(folder.parent)]
    option = (
        [] if folder.parent == Path("inventory") and _is_only(folder) else ["-e", _typed(folder)]
    )
    follow = " ".join(["planner", "plan", *option])
    if fmt == "json":
        files = [str(path) for path in written]
        print_json(
            "init", {"estate": estate, "folder": str(folder), "files": files, "next": follow}
        )
        return 0
    for path in written:
        say(f"wrote {path}")
    say(f"\nnext: {follow}")
    return 0


def _write_files(folder: Path, estate: str) -> Iterator[Path]:
    for source in sorted(STARTER.rglob("*.yaml")):
        path = folder / source.relative_to(STARTER)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8").replace("{name}", estate)
        path.write_text(text, encoding="utf-8")
        yield path


def _write_schema(folder: Path) -> Iterator[Path]:
    """Write `schema.json` unless there is one; every file names it in its first line."""
    from planner.io import write_schema

    path = folder / "schema.json"
    if not path.exists():
        write_schema(path)
        yield path


def _is_only(folder: Path) -> bool:
    """Whether it is the only estate beside it, so that no command needs `-e`."""
    return len(list(folder.parent.glob("*/estate.yaml"))) == 1


def _typed(folder: Path) -> str:
    """Return what `-e` takes for the folder."""
    return folder.name if folder.parent == Path("inventory") else str(folder)
