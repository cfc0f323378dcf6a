"""Writes an import into an estate's folder: new files, or a three-way merge into those there are.

Each value that people have not touched follows the source, each hand edit stays; where both have
changed, the edit stays and the conflict is listed. What was imported last is kept in
`.import/<source>.json`, which belongs into version control with the files. Everything is worked out
before the first file is written, and each file is replaced as a whole or not at all.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from planner.errors import InventoryError, UsageError
from planner.importers import emit
from planner.importers.contract import Change, Changes, Data, Import
from planner.importers.items import index_of, same
from planner.importers.merge import Edit, Step, merge
from planner.importers.state import read_state, state_name, state_text
from planner.importers.yaml_edit import UNKNOWN, EditError, YamlText
from planner.io.expansion import SECTIONS
from planner.io.files import estate_files
from planner.io.findings import Findings
from planner.io.layout import write_atomically
from planner.io.schema import schema_text
from planner.io.yaml_tree import YamlProblemError, read_yaml

SCHEMA = "schema.json"


def apply(estate_dir: Path, imported: Import, dry_run: bool = False) -> Changes:
    """Bring an estate's files to what the source says now, and return what that changes.

    Parameters
    ----------
    estate_dir
        The estate's folder; it is made where there is none.
    dry_run
        Write nothing.

    Raises
    ------
    InventoryError
        When a file of the estate cannot be read.
    UsageError
        When the state of the import before cannot be read, or a document lies elsewhere.
    """
    estate_dir = Path(estate_dir)
    for name in imported.documents:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise UsageError(f"`{name}` is no file inside the estate")
    raw = _read(estate_dir)
    mine = {name: _data(estate_dir / name, text) for name, text in raw.items()}
    base = read_state(estate_dir, imported.source)
    steps = list(merge(index_of(base), index_of(mine), index_of(imported.documents)))
    job = _Job(imported, raw, mine, steps)
    texts = job.texts()
    changes = tuple(sorted(job.changes, key=lambda c: (c.file, c.section, c.item, c.field)))
    if not dry_run:
        _write(estate_dir, texts, imported)
    return Changes(changes, texts, dry_run)


def _write(estate_dir: Path, texts: Mapping[str, str | None], imported: Import) -> None:
    schema = estate_dir.parent / SCHEMA
    if not schema.exists():
        write_atomically(schema, schema_text())
    for name, text in texts.items():
        if text is None:
            (estate_dir / name).unlink()
        else:
            write_atomically(estate_dir / name, text)
    write_atomically(estate_dir / state_name(imported.source), state_text(imported))


def _read(estate_dir: Path) -> dict[str, str]:
    """Return the text of every file of the estate, by name."""
    if not estate_dir.is_dir():
        return {}
    paths = estate_files(estate_dir, Findings())
    return {
        path.relative_to(estate_dir).as_posix(): path.read_bytes().decode("utf-8-sig", "replace")
        for path in paths
    }


def _data(path: Path, text: str) -> Data:
    try:
        tree = read_yaml(text.encode(), str(path))
    except YamlProblemError as error:
        raise InventoryError(error.problems) from None
    if tree.problems:
        raise InventoryError(tree.problems)
    return tree.data


def _comments(imported: Import) -> dict[tuple[str, str], str]:
    """Return what is noted beside an item: every figure of it that was imputed."""
    texts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for finding in imported.findings:
        if finding.severity == "imputed" and finding.item is not None:
            texts[finding.item].append(" ".join(finding.message.split()))
    return {item: "imputed: " + "; ".join(dict.fromkeys(parts)) for item, parts in texts.items()}


class _Job:
    """Turns the steps of a merge into the new texts of the files."""

    def __init__(
        self, imported: Import, raw: Mapping[str, str], mine: Mapping[str, Data], steps: list[Step]
    ) -> None:
        self.imported = imported
        self.raw = raw
        self.mine = mine
        self.steps = steps
        self.changes: list[Change] = []
        self.comments = _comments(imported)

    def texts(self) -> dict[str, str | None]:
        """Return the new text of every file that changes."""
        by_file: dict[str, list[Step]] = defaultdict(list)
        for step in self.steps:
            if step.edit is None:
                self.changes.append(step.change)
            else:
                by_file[step.edit.file].append(step)
        texts: dict[str, str | None] = {}
        for name, steps in sorted(by_file.items()):
            text = self.edited(name, steps) if name in self.raw else self.new(name, steps)
            if text != self.raw.get(name):
                texts[name] = text
        return texts

    def new(self, name: str, steps: list[Step]) -> str:
        """Return a new file with the items that were added to it, in the importer's order."""
        self.changes += [step.change for step in steps]
        document: dict[str, Data] = {}
        for key in self.imported.documents[name]:
            for step in steps:
                if step.edit is not None and step.edit.path[0] == key:
                    _put(document, step.edit)
        comments: emit.Comments = {
            (SECTIONS[section].path, key): text
            for (section, key), text in self.comments.items()
            if section in SECTIONS
        }
        lines = emit.document_lines(document, comments)
        return emit.header(self.imported.source, name.count("/")) + "\n".join(lines) + "\n"

    def edited(self, name: str, steps: list[Step]) -> str | None:
        """Return a file with its edits; those whose place cannot be told become conflicts."""
        text, refused = self.tried(name, steps)
        if text is None:
            refused = {}
            for index, step in enumerate(steps):
                alone, why = self.tried(name, [step])
                if alone is None or why:
                    refused[index] = why.get(0, UNKNOWN)
            steps_left = [step for index, step in enumerate(steps) if index not in refused]
            text, _ = self.tried(name, steps_left)
            if text is None:
                refused = dict.fromkeys(range(len(steps)), UNKNOWN)
                text = self.raw[name]
        for index, step in enumerate(steps):
            if index in refused:
                change = replace(step.change, kind="conflict", reason=refused[index])
                self.changes.append(change)
            else:
                self.changes.append(step.change)
        return text or None

    def tried(self, name: str, steps: list[Step]) -> tuple[str | None, dict[int, str]]:
        """Return the text after the steps, and why some were refused.

        The text is None where it would not say what the steps say, and empty where nothing is left.
        """
        editor, refused, done = YamlText(self.raw[name]), dict[int, str](), list[Edit]()
        for index, step in enumerate(steps):
            assert step.edit is not None
            try:
                self.collect(editor, step, step.edit)
            except EditError as error:
                refused[index] = str(error)
            else:
                done.append(step.edit)
        expected = _applied(self.mine[name], done)
        if not expected:
            return "", refused
        try:
            text = editor.result()
            found = read_yaml(text.encode(), name)
        except (EditError, YamlProblemError):
            return None, refused
        is_right = not found.problems and same(found.data, expected)
        return text if is_right else None, refused

    def collect(self, editor: YamlText, step: Step, edit: Edit) -> None:
        """Hand one step to the editor, with the comment of the item that it is about."""
        address = step.address
        comment = self.comments.get((address.section, address.id), "") if address else ""
        if edit.action == "append":
            editor.append(edit.path[:-1], edit.value, comment)
        elif edit.action == "set":
            editor.set(edit.path, edit.value)
        elif edit.action == "insert":
            editor.insert(edit.path, edit.value)
        else:
            editor.delete(edit.path)
        if step.change.kind == "changed" and address is not None and address.section in SECTIONS:
            length = len(SECTIONS[address.section].path) + 1
            is_single = edit.path[0] == "site"
            editor.comment(edit.path[: 1 if is_single else length], comment)


def _put(document: dict[str, Data], edit: Edit) -> None:
    """Add a value to a document that is built anew; lists keep the order of their items."""
    *above, last = edit.path
    node: Data = document
    for part, following in zip(above, edit.path[1:], strict=True):
        node = node.setdefault(part, [] if isinstance(following, int) else {})
    if isinstance(last, int):
        node.append(edit.value)
    else:
        node[last] = edit.value


def _applied(data: Data, edits: list[Edit]) -> Data:
    """Return what a file has to say after the edits: the yardstick for the edited text."""
    root = copy.deepcopy(data)
    for edit in edits:
        if edit.action in ("set", "insert", "append"):
            *above, last = edit.path
            node = root
            for part, following in zip(above, edit.path[1:], strict=True):
                if isinstance(part, str) and node.get(part) is None:
                    node[part] = [] if isinstance(following, int) else {}
                node = node[part]
            if edit.action == "append":
                node.append(edit.value)
            else:
                node[last] = edit.value
    for edit in sorted((e for e in edits if e.action == "delete"), key=_position, reverse=True):
        *above, last = edit.path
        holder, node, name = None, root, None
        for part in above:
            holder, node, name = node, node[part], part
        del node[last]
        if isinstance(node, list) and not node and holder is not None:
            del holder[name]
    return root


def _position(edit: Edit) -> tuple[tuple[bool, int, str], ...]:
    """Order paths so that what is later in a list, or deeper, comes last."""
    return tuple(
        (isinstance(part, str), part if isinstance(part, int) else 0, str(part))
        for part in edit.path
    )
