"""Which files make an estate, and how each is read and validated by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from planner.errors import UsageError
from planner.io.documents import Document
from planner.io.expansion import Loaded
from planner.io.findings import Findings, Origin, nearest
from planner.io.validation import validate
from planner.io.yaml_tree import Tree, YamlProblemError, read_yaml
from planner.model.base import Where

#: The file that makes a folder an estate.
ESTATE_FILE = "estate.yaml"
#: Variants that are applied with a patch, never read as part of the estate.
BROKEN = "broken"
#: Files that one estate may have.
MAX_FILES = 10_000


def display_path(path: Path) -> str:
    """Return `path` as messages show it: from the working directory where it lies below."""
    absolute = Path.cwd() / path
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return absolute.as_posix()


def estate_files(root: Path, findings: Findings) -> list[Path]:
    """Return the inventory files below `root`, sorted, without `broken/` and hidden folders."""
    found: list[Path] = []
    for path in _walk(root):
        if path.suffix == ".yaml":
            found.append(path)
        elif path.suffix == ".yml":
            where = Where(display_path(path))
            findings.add(
                where,
                "file-name",
                "only `*.yaml` files are read",
                f"rename it to `{path.stem}.yaml`",
            )
        if len(found) > MAX_FILES:
            findings.add(
                Where(display_path(root)), "file-count", f"more than {MAX_FILES} inventory files"
            )
            break
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == BROKEN:
            continue
        if path.is_dir():
            if not path.is_symlink():
                yield from _walk(path)
        else:
            yield path


def read_tree(path: Path, findings: Findings) -> Tree | None:
    """Return data and marks of a file, or None where it cannot be read."""
    name = display_path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        findings.add(Where(name), "file-unreadable", error.strerror or "cannot be read")
        return None
    try:
        tree = read_yaml(raw, name)
    except YamlProblemError as error:
        findings.extend(error.problems)
        return None
    findings.extend(tree.problems)
    if not isinstance(tree.data, dict):
        where = Where(name, *tree.mark.place)
        findings.add(
            where,
            "value-type",
            "expected a mapping of sections",
            "begin with a key such as `rooms:`",
        )
        return None
    return tree


def read_document(path: Path, findings: Findings) -> Loaded | None:
    """Return the validated document of a file, or None where anything in it is wrong."""
    tree = read_tree(path, findings)
    if tree is None:
        return None
    name = display_path(path)
    document, problems = validate(tree.data, tree.mark, Document, name)
    read_already = {(p.line, p.column) for p in tree.problems}
    findings.extend(p for p in problems if (p.line, p.column) not in read_already)
    return Loaded(document, Origin(name, tree.mark)) if document is not None else None


def find_estate(name: str | Path | None = None, start: Path | None = None) -> Path:
    """Return the folder of an estate.

    Parameters
    ----------
    name
        A folder, or the name of one under `inventory/`. None takes the folder upward that holds
        `estate.yaml`, else `$PLANNER_ESTATE`, else the only one under `inventory/`.
    start
        Where to look from, by default the working directory.

    Raises
    ------
    UsageError
        When there is none, or more than one.
    """
    start = Path.cwd() if start is None else start
    if name is not None:
        return _named(str(name), start, "")
    for folder in (start, *start.parents):
        if (folder / ESTATE_FILE).is_file():
            return folder
    if variable := os.environ.get("PLANNER_ESTATE"):
        return _named(variable, start, " (from $PLANNER_ESTATE)")
    known = _below_inventory(start)
    if len(known) == 1:
        return next(iter(known.values()))
    if known:
        names = ", ".join(f"`{key}`" for key in sorted(known))
        raise UsageError(
            f"more than one estate: {names}", hint=f"name one: `-e {sorted(known)[0]}`"
        )
    raise UsageError(
        "no estate here: no `estate.yaml` in this folder or above, none under `inventory/`",
        hint="`planner init` makes one, `-e DIR` names one",
    )


def _named(name: str, start: Path, source: str) -> Path:
    folder = start / name
    if (folder / ESTATE_FILE).is_file():
        return folder
    known = _below_inventory(start)
    if name in known:
        return known[name]
    if folder.is_dir():
        raise UsageError(
            f"no estate in `{name}`{source}: it has no `{ESTATE_FILE}`",
            hint=_did_you_mean(name, known),
        )
    raise UsageError(f"unknown estate `{name}`{source}", hint=_did_you_mean(name, known))


def _did_you_mean(name: str, known: dict[str, Path]) -> str:
    if near := nearest(name, known):
        return f"did you mean `{near[0]}`?"
    if known:
        return "known: " + ", ".join(f"`{key}`" for key in sorted(known))
    return f"an estate is a folder with a file `{ESTATE_FILE}`"


def _below_inventory(start: Path) -> dict[str, Path]:
    for folder in (start, *start.parents):
        inventory = folder / "inventory"
        if inventory.is_dir():
            files = sorted(inventory.glob(f"*/{ESTATE_FILE}"))
            return {path.parent.name: path.parent for path in files}
    return {}
