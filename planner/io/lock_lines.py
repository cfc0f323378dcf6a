"""Reads the placement lines of a lock as rackplan writes them, without a YAML parser.

A lock of 100,000 placements is 10 MB of equal lines; this reads them in a tenth of the time. It
knows the canonical form only: where a single line differs in anything, the caller reads the whole
file as YAML, with the same result or with the messages of that path.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from planner.io.yaml_text import WORDS
from planner.model.base import Where
from planner.model.layout import Cord, Place, Placement
from planner.model.space import Face

_PLAIN = r"[A-Za-z_][A-Za-z0-9_./+@-]*"
_TOKEN = rf'(?:{_PLAIN}|"[A-Za-z0-9_][A-Za-z0-9_./+@-]*")'
_CORD = rf"{_TOKEN}: {_TOKEN}"


def _place_pattern(prefix: str) -> str:
    return (
        rf"\{{rack: (?P<{prefix}rack>{_TOKEN})"
        rf"(?:, position: (?P<{prefix}units>[1-9][0-9]{{0,3}})(?P<{prefix}half>\.5)?)?"
        rf"(?:, face: (?P<{prefix}face>front|rear))?"
        rf"(?:, cords: \{{(?P<{prefix}cords>(?:{_CORD}(?:, {_CORD})*)?)\}})?"
    )


_LINE = re.compile(
    rf"  (?P<key>{_TOKEN}): {_place_pattern('')}"
    rf"(?P<standing>, standing: true)?(?:, was: {_place_pattern('was_')}\}})?\}}\Z"
)


class Lines(NamedTuple):
    """The placements of a lock, and its text with their lines blank: line numbers stay."""

    placements: dict[str, Placement]
    rest: str


def read_lines(text: str, file: str) -> Lines | None:
    """Return the placements, or None where a line is not in canonical form."""
    lines = text.split("\n")
    try:
        start = lines.index("placements:") + 1
    except ValueError:
        return None
    placements: dict[str, Placement] = {}
    end = start
    while end < len(lines) and lines[end].startswith("  "):
        placement = _read(lines[end], file, end + 1)
        if placement is None or placement.instance in placements:
            return None
        placements[placement.instance] = placement
        end += 1
    rest = [*lines[: start - 1], "placements: {}", *[""] * (end - start), *lines[end:]]
    return Lines(placements, "\n".join(rest))


def _read(line: str, file: str, number: int) -> Placement | None:
    match = _LINE.match(line)
    if match is None:
        return None
    key = _text(match["key"])
    place = _place(match, "")
    was = _place(match, "was_") if match["was_rack"] is not None else None
    if key is None or place is None or (match["was_rack"] is not None and was is None):
        return None
    return Placement(
        instance=key,
        place=place,
        standing=match["standing"] is not None,
        was=was,
        at=Where(file, number, 3),
    )


def _place(match: re.Match[str], prefix: str) -> Place | None:
    rack = _text(match[f"{prefix}rack"])
    if rack is None:
        return None
    units, face, content = match[f"{prefix}units"], match[f"{prefix}face"], match[f"{prefix}cords"]
    cords: list[Cord] | None = None
    if content is not None:
        cords = []
        for pair in content.split(", ") if content else ():
            inlet, _, node = pair.partition(": ")
            inlet_text, node_text = _text(inlet), _text(node)
            if inlet_text is None or node_text is None:
                return None
            cords.append(Cord(inlet_text, node_text))
        if len({cord.inlet for cord in cords}) != len(cords):
            return None
    half = None if units is None else 2 * int(units) + (match[f"{prefix}half"] is not None)
    return Place(
        rack=rack,
        position_half=half,
        face=None if face is None else Face(face),
        cords=None if cords is None else tuple(cords),
    )


def _text(token: str) -> str | None:
    """Return the text of a scalar, or None where YAML versions read it differently."""
    if token[0] == '"':
        return token[1:-1]
    return None if token.lower() in WORDS else token
