"""Headings taken apart and looked up: case, umlauts, punctuation, empty words and unit aside."""

from __future__ import annotations

import re
from typing import NamedTuple

from planner.importers.csv.cells import HEADING_UNITS
from planner.importers.csv.fields import BY_NAME, FIELDS

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a"})
_UNIT_TAIL = re.compile(
    rf"[ (\[/]*(?:\bin\b)?[ (\[/]*\b({'|'.join(map(re.escape, HEADING_UNITS))})\b[)\]]?[ .:]*\Z"
)
#: Words of a heading that say nothing: `Name des Geräts`, `Schrank-Nr.`.
_EMPTY_WORDS = frozenset(
    [
        "der",
        "die",
        "das",
        "des",
        "dem",
        "den",
        "im",
        "in",
        "nr",
        "no",
        "nummer",
        "number",
        "id",
        "bez",
        "pro",
        "je",
        "lt",
        "laut",
        "ist",
    ]
)


class Heading(NamedTuple):
    """A heading taken apart: the keys to look it up by, the surest first, and a unit at its end."""

    keys: tuple[str, ...]
    unit: str | None


def fold(text: str) -> str:
    """Return a text in small letters without umlauts."""
    return text.casefold().translate(_UMLAUTS)


def take_apart(text: str) -> Heading:
    """Return keys and unit of a heading: `Leistung [kW]` is `leistungkw`, `leistung` in `kw`."""
    folded = text.casefold().strip()
    tail = _UNIT_TAIL.search(folded)
    parts = [folded]
    if tail and tail.start() > 0:
        parts.append(folded[: tail.start()])
    keys: list[str] = []
    for part in parts:
        words = re.findall(r"[a-z0-9]+", fold(part))
        bare = [word for word in words if word not in _EMPTY_WORDS]
        keys += ["".join(words), "".join(bare)]
    return Heading(
        tuple(dict.fromkeys(filter(None, keys))), tail[1] if len(parts) > 1 and tail else None
    )


def fields_of(kind: str, heading: Heading) -> list[str]:
    """Return the fields that a heading may mean, of the surest key that is known."""
    return next((INDEX[kind][key] for key in heading.keys if key in INDEX[kind]), [])


def unit_for(kind: str, field: str | None, heading: Heading) -> str | None:
    """Return the unit of a heading, where the field counts in such units."""
    known = BY_NAME[kind].get(field or "")
    if known is None or known.unit is None or heading.unit not in known.unit.factors:
        return None
    return heading.unit


def _index() -> dict[str, dict[str, list[str]]]:
    index: dict[str, dict[str, list[str]]] = {}
    for kind, fields in FIELDS.items():
        keys: dict[str, list[str]] = index.setdefault(kind, {})
        for field in fields:
            for heading in field.headings:
                whole = "".join(re.findall(r"[a-z0-9]+", fold(heading)))
                names = keys.setdefault(whole, [])
                if field.name not in names:
                    names.append(field.name)
    return index


#: Kind -> key of a heading -> the fields it may mean, in the order of the kind's fields.
INDEX = _index()
