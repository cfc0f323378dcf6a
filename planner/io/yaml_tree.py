"""YAML text -> plain data with the place of every key and value.

The C parser's events are built into data here, not by PyYAML's constructors: so duplicate keys,
tags, merge keys, anchors that contain themselves, absurd sizes and YAML 1.1 surprises are refused,
figures stay exact (`Decimal`), and each message has a line and a column. What the keys mean is no
matter here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import yaml

from planner.errors import Problem
from planner.io.yaml_scalars import Surprise, resolve

MAX_FILE_BYTES = 64 * 2**20
MAX_DEPTH = 32
MAX_NODES = 5_000_000
#: Values that aliases may add to a file; ten levels of nine aliases each would be 3.5e9.
MAX_ALIASED_NODES = 10_000
MAX_PROBLEMS = 100

_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


#: What a file holds: scalars, lists and mappings of them. The items' types are checked later.
Data: TypeAlias = Any
#: A key or an index.
Part: TypeAlias = str | int


class Place(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Mark:
    """Where a value stands, with the marks of what it holds, by key or by index."""

    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    children: dict[Part, Mark] = field(default_factory=dict)
    text: str | None = None
    is_incomplete: bool = False

    def find(self, path: tuple[Part, ...]) -> Mark:
        """Return the mark of `path`; parts that the file does not have are skipped."""
        mark = self
        for part in path:
            mark = mark.children.get(part, mark)
        return mark

    def find_key(self, path: tuple[Part, ...]) -> Place:
        """Return the place of the key that `path` ends in, or of the value where there is none."""
        parent = self.find(path[:-1])
        return parent.keys.get(str(path[-1]), parent.find(path[-1:]).place)


class Tree(NamedTuple):
    """One file: its data, its marks, and what was wrong but readable."""

    data: Data
    mark: Mark
    problems: tuple[Problem, ...]


class YamlProblemError(Exception):
    """The text cannot be read on; `problems` holds everything found so far."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[-1].message)
        self.problems = problems


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not been read yet."""

    data: Data
    mark: Mark
    anchor: str | None
    nodes_before: int
    key: str | None = None
    has_key: bool = False
    skipped: bool = False


class _Builder:
    """Builds data and marks from parser events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Data, Mark, int]] = {}
        self.nodes = 0
        self.aliased_nodes = 0
        self.root: tuple[Data, Mark] | None = None
        self.documents = 0

    # -- problems ---------------------------------------------------------------------------------

    def add(self, place: Place, slug: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(self.file, place.line, place.column, slug, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise YamlProblemError(self.problems)

    def stop(
        self, place: Place, slug: str, message: str, hint: str | None = None
    ) -> YamlProblemError:
        self.problems.append(Problem(self.file, place.line, place.column, slug, message, hint))
        return YamlProblemError(self.problems)

    # -- events -----------------------------------------------------------------------------------

    def feed(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.on_scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self.on_start(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self.on_start(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.on_end()
        elif isinstance(event, yaml.AliasEvent):
            self.on_alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.stop(
                    _place(event), "yaml-documents", "a second document begins here",
                    "one file holds one document: remove `---` or split the file",
                )  # fmt: skip

    def on_scalar(self, event: yaml.ScalarEvent) -> None:
        place = _place(event)
        self.count(place)
        self.refuse_tag(event, place)
        value: Data = event.value
        if event.implicit[0] and not event.style:
            value = resolve(value)
            if isinstance(value, Surprise):
                self.add(place, "yaml-surprise", *value)
                value = event.value
        mark = Mark(place, text=event.value)
        if event.anchor:
            self.anchors[event.anchor] = (value, mark, 1)
        self.attach(value, mark)

    def on_start(self, event: yaml.CollectionStartEvent, data: Data) -> None:
        place = _place(event)
        self.count(place)
        self.refuse_tag(event, place)
        if len(self.stack) >= MAX_DEPTH:
            raise self.stop(
                place,
                "yaml-depth",
                f"nested deeper than {MAX_DEPTH} levels",
                "no inventory needs this: flatten it",
            )
        if self.is_key_next():
            raise self.stop(
                place, "yaml-key", "a list or mapping as a key", "a key is one word of text"
            )
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open(data, Mark(place), event.anchor, self.nodes))

    def on_end(self) -> None:
        done = self.stack.pop()
        if done.anchor:
            self.anchors[done.anchor] = (done.data, done.mark, self.nodes - done.nodes_before + 1)
        self.attach(done.data, done.mark)

    def on_alias(self, event: yaml.AliasEvent) -> None:
        place = _place(event)
        if any(frame.anchor == event.anchor for frame in self.stack):
            raise self.stop(
                place,
                "yaml-alias",
                f"alias `*{event.anchor}` stands inside its own anchor",
                "write the value out",
            )
        if event.anchor not in self.anchors:
            raise self.stop(
                place,
                "yaml-alias",
                f"alias `*{event.anchor}` has no anchor `&{event.anchor}` before it",
            )
        value, mark, nodes = self.anchors[event.anchor]
        self.nodes += nodes
        self.aliased_nodes += nodes
        if self.aliased_nodes > MAX_ALIASED_NODES:
            raise self.stop(
                place,
                "yaml-alias",
                f"aliases stand for more than {MAX_ALIASED_NODES} values",
                "use a range instead",
            )
        self.attach(value, mark, place)

    # -- building ---------------------------------------------------------------------------------

    def is_key_next(self) -> bool:
        return (
            bool(self.stack)
            and isinstance(self.stack[-1].data, dict)
            and not self.stack[-1].has_key
        )

    def attach(self, value: Data, mark: Mark, place: Place | None = None) -> None:
        if not self.stack:
            self.root = (value, mark)
            return
        top = self.stack[-1]
        if isinstance(top.data, list):
            top.mark.children[len(top.data)] = mark
            top.data.append(value)
        elif not top.has_key:
            self.take_key(top, value, mark, place or mark.place)
        else:
            if not top.skipped and top.key is not None:
                top.data[top.key] = value
                top.mark.children[top.key] = mark
            top.has_key = False

    def take_key(self, top: _Open, value: Data, mark: Mark, place: Place) -> None:
        top.has_key, top.skipped, top.key = True, False, None
        if not isinstance(value, str):
            found = "nothing" if value is None else f"`{mark.text}`"
            self.add(place, "yaml-key", f"a key is text, found {found}", _quote_hint(mark.text))
        elif value == "<<":
            self.add(
                place,
                "yaml-merge",
                "merge keys (`<<`) are not read",
                "use a range, a rack type or a device type",
            )
        elif value in top.data:
            first = top.mark.keys[value]
            self.add(
                place,
                "key-duplicate",
                f"key `{value}` stands twice, first in line {first.line}",
                "keep one of the two",
            )
        else:
            top.key = value
            top.mark.keys[value] = place
            return
        top.skipped = top.mark.is_incomplete = True

    def count(self, place: Place) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.stop(
                place, "yaml-size", f"more than {MAX_NODES} values in one file", "split the file"
            )

    def refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.add(place, "yaml-tag", f"tag `{tag}` is not read", "remove it; put text in quotes")


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)


def _quote_hint(text: str | None) -> str:
    return f'quote it: `"{text}"`' if text else "write a word before the colon"


def read_yaml(raw: bytes, file: str) -> Tree:
    """Return data and marks of one YAML file.

    Raises
    ------
    YamlProblemError
        When the text is no UTF-8, no YAML, empty, or exceeds a limit.
    """
    builder = _Builder(file)
    text = _decode(raw, builder)
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            builder.feed(event)
    except yaml.YAMLError as error:
        raise _syntax(builder, error, text) from None
    finally:
        loader.dispose()
    if builder.root is None or (builder.root[0] is None and not builder.root[1].text):
        raise builder.stop(Place(1, 1), "yaml-empty", "the file is empty", "fill it or delete it")
    data, mark = builder.root
    return Tree(data, mark, tuple(builder.problems))


def _decode(raw: bytes, builder: _Builder) -> str:
    if len(raw) > MAX_FILE_BYTES:
        size = f"{len(raw)} bytes, more than {MAX_FILE_BYTES}"
        raise builder.stop(Place(1, 1), "yaml-size", f"the file has {size}", "split the file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        message = f"byte 0x{raw[error.start]:02x} is no UTF-8"
        raise builder.stop(
            _end_of(before), "yaml-encoding", message, "save the file as UTF-8"
        ) from None
    if found := _CONTROL.search(text):
        message = f"character U+{ord(found.group()):04X} is not allowed in YAML"
        raise builder.stop(
            _end_of(text[: found.start()]), "yaml-encoding", message, "remove it, or save as UTF-8"
        )
    return text


def _end_of(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


def _syntax(builder: _Builder, error: yaml.YAMLError, text: str) -> YamlProblemError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    message = getattr(error, "problem", None) or "cannot be read as YAML"
    context = getattr(error, "context", None)
    line = text.split("\n")[place.line - 1] if place.line <= text.count("\n") + 1 else ""
    hint = "check quotes, brackets and indentation here and in the line before"
    if "\t" in line[: place.column] and not line[: place.column].strip():
        hint = "indent with spaces, not with tabs"
    return builder.stop(place, "yaml-syntax", f"{message} {context}" if context else message, hint)
