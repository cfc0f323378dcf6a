"""Reads the lines of a lock that place something, as rackplan writes them, without a YAML parser.

A lock of 100,000 placements is 10 MB of equal lines; this reads them in a tenth of the time. It
knows the canonical form only: where a single line differs in anything, the caller reads the whole
file as YAML, with the same result or with the messages of that path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from planner.io.yaml_text import WORDS
from planner.model.base import Where
from planner.model.layout import Cord, Place, Placement, ServicePlacement
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


_SERVICE = re.compile(
    rf"  (?P<key>{_TOKEN}): \{{pool: (?P<pool>{_TOKEN})"
    rf"(?:, standby: \[(?P<standby>{_TOKEN}(?:, {_TOKEN})*)\])?\}}\Z"
)

PlacedT = TypeVar("PlacedT", bound=Placement | ServicePlacement)


class Lines(NamedTuple):
    """What a lock places, and its text with those lines blank: line numbers stay."""

    placements: dict[str, Placement]
    services: dict[str, ServicePlacement]
    rest: str


def read_lines(text: str, file: str) -> Lines | None:
    """Return what is placed, or None where a line is not in canonical form."""
    lines = text.split("\n")
    placements = _section(lines, "placements", _read, file)
    services: dict[str, ServicePlacement] | None = {}
    if "services:" in lines:
        services = _section(lines, "services", _read_service, file)
    if placements is None or services is None:
        return None
    return Lines(placements, services, "\n".join(lines))


def _section(
    lines: list[str], name: str, read: Callable[[str, str, int], PlacedT | None], file: str
) -> dict[str, PlacedT] | None:
    """Take a section out of `lines` and return it; None where it is not as rackplan writes it."""
    if f"{name}:" not in lines:
        return None
    start = lines.index(f"{name}:") + 1
    end = start
    found: dict[str, PlacedT] = {}
    while end < len(lines) and lines[end].startswith("  "):
        placed = read(lines[end], file, end + 1)
        if placed is None or placed.instance in found:
            return None
        found[placed.instance] = placed
        end += 1
    lines[start - 1 : end] = [f"{name}: {{}}", *[""] * (end - start)]
    return found


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


def _read_service(line: str, file: str, number: int) -> ServicePlacement | None:
    match = _SERVICE.match(line)
    if match is None:
        return None
    standby = match["standby"].split(", ") if match["standby"] is not None else []
    key, *pools = [_text(token) for token in (match["key"], match["pool"], *standby)]
    names = [pool for pool in pools if pool is not None]
    if key is None or len(names) < len(pools):
        return None
    return ServicePlacement(
        instance=key, pool=names[0], standby=tuple(names[1:]), at=Where(file, number, 3)
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
