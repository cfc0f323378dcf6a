"""Edits of a YAML file's text: only the characters of what changes are replaced.

Comments, order, quotes and ranges that people wrote stay byte by byte, which no parser that writes
a file anew can promise. Where the place of a value cannot be told (an alias stands for it), the
edit is refused instead of guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import yaml

from planner.importers import emit
from planner.importers.contract import Data
from planner.importers.items import Path, id_key

Node: TypeAlias = yaml.Node
#: Why most edits are refused.
UNKNOWN = "its place in the file cannot be told"
#: A comment that an import wrote beside an item.
IMPUTED = re.compile(r"[ \t]+# imputed: [^\r\n]*")
_DASH = re.compile(r"-(?:[ \t]+|[ \t]*(?:#[^\r\n]*)?\r?\n[ \t]*)+\Z")


class EditError(Exception):
    """An edit whose place in the text cannot be told."""


class Replacement(NamedTuple):
    """Characters `start` to before `end` become `text`; at one place the deepest comes first."""

    start: int
    end: int
    text: str
    depth: int = 0


class _Entry(NamedTuple):
    """An element of a list, or a key with its value: where it begins and ends."""

    start: int
    end: int
    part: str | int


class YamlText:
    """The text of one file, its tree, and the edits collected so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        root: Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
        assert root is not None, "an empty file is refused on reading"
        self.root = root
        self.replacements: list[Replacement] = []
        self.appended: dict[Path, list[tuple[Data, str]]] = defaultdict(list)
        self.inserted: dict[Path, list[tuple[str, Data]]] = defaultdict(list)
        self.deleted: dict[Path, set[str | int]] = defaultdict(set)
        self.comments: emit.Comments = {}
        self.aliased = _aliased(self.root)

    # -- collecting -------------------------------------------------------------------------------

    def set(self, path: Path, value: Data) -> None:
        """Replace the value at `path`."""
        node = self.at(path)
        self.replacements.append(_replace(node, self.end(node), emit.flow(value)))

    def insert(self, path: Path, value: Data) -> None:
        """Add the key that `path` ends in; mappings above it that are missing are added, too."""
        *above, name = path
        while above and self.find(tuple(above)) is None:
            name, value = above.pop(), {name: value}
        self.at(tuple(above))
        self.inserted[tuple(above)].append((str(name), value))

    def append(self, path: Path, value: Data, comment: str = "") -> None:
        """Add an element to the list at `path`; the list is added where there is none."""
        self.appended[path].append((value, comment))
        if comment:
            self.comments[path, str(value.get(id_key(str(path[0]))))] = comment

    def delete(self, path: Path) -> None:
        """Delete the element or the key that `path` ends in."""
        self.at(path)
        self.deleted[path[:-1]].add(path[-1])

    def comment(self, path: Path, comment: str) -> None:
        """Replace what an earlier import noted beside the item at `path`."""
        node = self.at(path)
        for position in (self._line_end(node.start_mark.index), self._line_end(self.end(node))):
            line = self.text[self.text.rfind("\n", 0, position) + 1 : position]
            if match := IMPUTED.search(line):
                start = position - len(line) + match.start()
                text = f"  # {comment}" if comment else ""
                if self.text[start:position] != text:
                    self.replacements.append(Replacement(start, position, text))
                return

    # -- the tree ---------------------------------------------------------------------------------

    def find(self, path: Path) -> Node | None:
        """Return the node at `path`, or None where there is none."""
        node: Node | None = self.root
        for part in path:
            node = self._child(node, part)
            if node is None:
                return None
        return node

    def at(self, path: Path) -> Node:
        """Return the node at `path`.

        Raises
        ------
        EditError
            When there is none, or when an alias stands for it or for what holds it.
        """
        node: Node | None = self.root
        for part in path:
            node = self._child(node, part)
            if node is None:
                raise EditError(UNKNOWN)
            if id(node) in self.aliased:
                raise EditError("an anchor and its aliases share it")
        assert node is not None
        return node

    @staticmethod
    def _child(node: Node | None, part: str | int) -> Node | None:
        if isinstance(node, yaml.MappingNode):
            return next((value for key, value in node.value if key.value == part), None)
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            return node.value[part] if part < len(node.value) else None
        return None

    def end(self, node: Node) -> int:
        """Return the end of what a node holds, without the blank lines and comments after it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            if isinstance(last, tuple):
                return max(self.end(last[1]), int(last[0].end_mark.index))
            return self.end(last)
        return int(node.end_mark.index)

    def _line_end(self, position: int) -> int:
        """Return where the line ends in which `position` stands."""
        found = re.compile(r"\r?\n").search(self.text, position)
        return int(found.start()) if found else len(self.text)

    def _line_start(self, position: int) -> int:
        start: int = self.text.rfind("\n", 0, position) + 1
        return start

    def _next_line(self, position: int) -> int:
        found = self.text.find("\n", position)
        return found + 1 if found >= 0 else len(self.text)

    def _entries(self, node: yaml.CollectionNode) -> list[_Entry]:
        if isinstance(node, yaml.MappingNode):
            return [
                _Entry(k.start_mark.index, max(self.end(v), k.end_mark.index), k.value)
                for k, v in node.value
            ]
        entries = []
        for index, value in enumerate(node.value):
            start = value.start_mark.index
            if not node.flow_style:
                start = self._dash(start)
            entries.append(_Entry(start, self.end(value), index))
        return entries

    def _dash(self, start: int) -> int:
        """Return where the dash of an element stands."""
        line = self._line_start(start)
        if self.text[line:start].strip() == "-":
            return self.text.index("-", line)
        dash = _DASH.search(self.text, max(0, start - 2000), start)
        if dash is None:
            raise EditError(UNKNOWN)
        return dash.start()

    # -- applying ---------------------------------------------------------------------------------

    def _is_collection(self, path: Path) -> bool:
        return isinstance(self.find(path), yaml.CollectionNode)

    def _drop_empty(self) -> None:
        """Delete the key of a list that loses everything it holds."""
        for path in sorted(self.deleted, key=len, reverse=True):
            node = self.find(path)
            is_empty = isinstance(node, yaml.SequenceNode) and len(node.value) == len(
                self.deleted[path]
            )
            if is_empty and path and not self.appended.get(path):
                del self.deleted[path]
                self.deleted[path[:-1]].add(path[-1])

    def _begin(self, path: Path) -> None:
        """Turn what is appended to a list that is not there into a key of the mapping above it."""
        values = [value for value, _ in self.appended.pop(path)]
        if (node := self.find(path)) is not None and node.value not in ("", "~", "null"):
            raise EditError(UNKNOWN)
        name, value = str(path[-1]), values
        if len(path) == 1 or self._is_collection(path[:-1]):
            if node is not None:
                self.deleted[path[:-1]].add(name)
            self.inserted[path[:-1]].append((name, value))
            return
        outer = next((v for n, v in self.inserted[path[:-2]] if n == path[-2]), None)
        if outer is None:
            outer = {}
            self.inserted[path[:-2]].append((str(path[-2]), outer))
        outer[name] = value

    def result(self) -> str:
        """Return the text with all edits."""
        for path in [path for path in self.appended if not self._is_collection(path)]:
            self._begin(path)
        self._drop_empty()
        gone = {(*path, part) for path, parts in self.deleted.items() for part in parts}
        for path in {**self.deleted, **self.inserted, **self.appended}:
            if not any(path[:n] in gone for n in range(1, len(path) + 1)):
                self._change(path)
        pieces, cursor = [], 0
        for start, end, text, _ in sorted(self.replacements, key=_order):
            pieces += [self.text[cursor : max(cursor, start)], text]
            cursor = max(cursor, end)
        return "".join([*pieces, self.text[cursor:]])

    def _change(self, path: Path) -> None:
        """Delete from, insert into and append to the mapping or the list at `path`."""
        node = self.find(path)
        assert isinstance(node, yaml.CollectionNode)
        deleted = self.deleted.get(path, set())
        entries = self._entries(node)
        left = [entry for entry in entries if entry.part not in deleted]
        if node.flow_style or not left:
            self._change_flow(path, node, entries, left)
        else:
            self._change_block(path, node, entries, left)

    def _added(self, path: Path, indent: int) -> list[str]:
        """Return the lines of what is added to a block collection."""
        lines = []
        for name, value in self.inserted.get(path, ()):
            if path:
                lines += emit.mapping_lines({name: value}, indent)
            else:
                lines += ["", *emit.document_lines({name: value}, self.comments)]
        for value, comment in self.appended.get(path, ()):
            lines += emit.item_lines(value, indent, comment)
        return lines

    def _change_flow(
        self, path: Path, node: yaml.CollectionNode, entries: list[_Entry], left: list[_Entry]
    ) -> None:
        new = [f"{emit.key(name)}: {emit.flow(v)}" for name, v in self.inserted.get(path, ())]
        new += [emit.flow(value) for value, _ in self.appended.get(path, ())]
        if not left:
            brackets = "{}" if isinstance(node, yaml.MappingNode) else "[]"
            text = brackets[0] + ", ".join(new) + brackets[1]
            self.replacements.append(_replace(node, self.end(node), text))
            return
        first = entries.index(left[0])
        if first:
            self.replacements.append(Replacement(entries[0].start, left[0].start, ""))
        kept = {entry.start for entry in left}
        for before, entry in zip(entries[first:], entries[first + 1 :], strict=False):
            if entry.start not in kept:
                self.replacements.append(Replacement(before.end, entry.end, ""))
        if new:
            end = left[-1].end
            self.replacements.append(Replacement(end, end, ", " + ", ".join(new)))

    def _change_block(
        self, path: Path, node: yaml.CollectionNode, entries: list[_Entry], left: list[_Entry]
    ) -> None:
        kept = {entry.start for entry in left}
        for index, entry in enumerate(entries):
            if entry.start in kept:
                continue
            line = self._line_start(entry.start)
            if self.text[line : entry.start].strip():
                # It shares its line with the dash of what holds it: the next one takes its place.
                if index + 1 == len(entries):
                    raise EditError(UNKNOWN)
                self.replacements.append(Replacement(entry.start, entries[index + 1].start, ""))
            else:
                self.replacements.append(Replacement(line, self._next_line(self._last(entry)), ""))
        indent = entries[0].start - self._line_start(entries[0].start)
        lines = self._added(path, indent)
        if lines:
            self._add_lines(self._next_line(self._last(left[-1])), lines, len(path))

    def _last(self, entry: _Entry) -> int:
        """Return a position in the last line of an entry; a block scalar ends on the next one."""
        is_after = entry.end > entry.start and self.text[entry.end - 1] == "\n"
        return entry.end - 1 if is_after else entry.end

    def _add_lines(self, position: int, lines: Iterable[str], depth: int) -> None:
        text = "".join(line + self.newline for line in lines)
        if position and self.text[position - 1] != "\n":
            text = self.newline + text
        self.replacements.append(Replacement(position, position, text, depth))


def _order(one: Replacement) -> tuple[int, int, int]:
    return one.start, one.end, -one.depth


def _replace(node: Node, end: int, text: str) -> Replacement:
    start: int = node.start_mark.index
    return Replacement(start, end, f" {text}" if start == end else text)


def _aliased(root: Node) -> frozenset[int]:
    """Return the nodes that stand in more than one place of the tree."""
    seen: set[int] = set()
    shared: set[int] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if id(node) in seen:
            shared.add(id(node))
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pending += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value
    return frozenset(shared)
