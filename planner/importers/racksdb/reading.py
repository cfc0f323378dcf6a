"""A RacksDB database as a tree: one file, or a folder whose files and folders are its keys.

A folder is a mapping of its files' names to what they hold; one whose name ends in `.l` is a list.
Every scalar is kept as it is written (`1/2`, `42u`), with its file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planner.errors import UsageError
from planner.importers.contract import Data, Finding
from planner.io.yaml_tree import Mark, YamlProblemError, read_yaml

HINT = "name the file `racksdb.yml`, or the folder of the database"
#: Deepest folder of a database; RacksDB itself has three levels.
MAX_DEPTH = 8
SUFFIX = ".yml"


@dataclass(frozen=True)
class Node:
    """A value of the database and where it stands: a text, a mapping, or a list."""

    place: str
    text: str = ""
    mapping: dict[str, Node] | None = None
    sequence: tuple[Node, ...] = ()

    def get(self, key: str) -> Node:
        """Return what a mapping has under a key; an empty node where it has nothing."""
        return (self.mapping or {}).get(key, Node(self.place))

    def value(self, key: str) -> str:
        """Return the text under a key, empty where there is none."""
        return self.get(key).text.strip()

    def items(self, key: str, name: str) -> list[tuple[str, Node]]:
        """Return what is listed under a key with its names.

        RacksDB lets a list be written as a mapping, whose keys are the names.
        """
        node = self.get(key)
        if node.mapping is not None:
            return list(node.mapping.items())
        return [(item.value(name), item) for item in node.sequence]


def read_database(path: Path) -> tuple[Node, list[Finding]]:
    """Return a database, and what is wrong in its files but can be read.

    Raises
    ------
    UsageError
        When the path does not exist, or a file is no YAML.
    """
    findings: list[Finding] = []
    if path.is_dir():
        root = _folder(path, path, findings)
    elif path.is_file():
        root = _file(path, path.name, findings)
    else:
        raise UsageError(f"`{path}` does not exist", hint=HINT)
    if not any(root.get(key).mapping or root.get(key).sequence for key in SECTIONS):
        listed = ", ".join(f"`{key}`" for key in SECTIONS)
        raise UsageError(f"`{path}` is no RacksDB database: it has none of {listed}", hint=HINT)
    return root, findings


#: Sections of a database.
SECTIONS = ("types", "datacenters", "infrastructures")


def _folder(folder: Path, base: Path, findings: list[Finding]) -> Node:
    place = folder.relative_to(base).as_posix()
    if len(folder.relative_to(base).parts) > MAX_DEPTH:
        raise UsageError(f"`{folder}` is nested too deeply", hint=HINT)
    mapping: dict[str, Node] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            mapping[path.name.removesuffix(".l")] = _folder(path, base, findings)
        elif path.suffix == SUFFIX:
            mapping[path.stem] = _file(path, path.relative_to(base).as_posix(), findings)
    if folder.name.endswith(".l") and folder != base:
        return Node(place, sequence=tuple(mapping.values()))
    return Node(place, mapping=mapping)


def _file(path: Path, name: str, findings: list[Finding]) -> Node:
    try:
        tree = read_yaml(path.read_bytes(), name)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}", hint=HINT) from None
    except YamlProblemError as error:
        problem = error.problems[-1]
        message = f"`{name}` line {problem.line} cannot be read: {problem.message}"
        raise UsageError(message, hint=problem.hint) from None
    for problem in tree.problems:
        # A text that YAML versions read differently is no matter here: texts are kept.
        if problem.slug != "yaml-surprise":
            place = f"{name}:{problem.line}"
            findings.append(Finding(place, "error", problem.slug, problem.message))
    return _node(tree.data, tree.mark, name)


def _node(data: Data, mark: Mark, file: str) -> Node:
    place = f"{file}:{mark.place.line}"
    if isinstance(data, dict):
        keys = {str(key): value for key, value in data.items()}
        return Node(
            place,
            mapping={key: _node(value, mark.find((key,)), file) for key, value in keys.items()},
        )
    if isinstance(data, list):
        parts = (_node(value, mark.find((index,)), file) for index, value in enumerate(data))
        return Node(place, sequence=tuple(parts))
    return Node(place, "" if data is None else mark.text or str(data))
