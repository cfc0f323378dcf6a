"""Headings taken apart and looked up: case, umlauts, punctuation, empty words and unit aside."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from planner.importers.csv.cells import HEADING_UNITS
from planner.importers.csv.fields import BY_NAME, FIELDS

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a"})
_UNIT_TAIL = re.compile(
    rf"[ (\[/]*(?:\bin\b)?[ (\[/]*\b({'|'.join(map(re.escape, HEADING_UNITS))})\b[)\]]?[ .:]*\Z"
)
#: Where a unit is joined to the word before it: `MaxkW`.
_JOINED_UNIT = re.compile(r"(?<=[a-z])(?=(?:kW|kVA)\Z)")
#: Words of a heading that say nothing: `Name des Geräts`, `Schrank-Nr.`.
_EMPTY_WORDS = frozenset(
    {"der", "die", "das", "des", "dem", "den", "im", "in", "nr", "no", "nummer", "number", "id",
     "bez", "pro", "je", "lt", "laut", "ist"}
)  # fmt: skip


class Heading(NamedTuple):
    """A heading taken apart: keys to look it up by, the surest first, and the unit at its end.

    `bare_keys` are those without that unit; they hold only for fields that count in it.
    """

    keys: tuple[str, ...]
    bare_keys: tuple[str, ...]
    unit: str | None


def fold(text: str) -> str:
    """Return a text in small letters without umlauts."""
    return text.casefold().translate(_UMLAUTS)


def take_apart(text: str) -> Heading:
    """Return keys and unit of a heading: `Leistung [kW]` is `leistungkw`, `leistung` in `kw`."""
    folded = _JOINED_UNIT.sub(" ", text.strip()).casefold()
    tail = _UNIT_TAIL.search(folded)
    if tail is None:
        return Heading(_keys(folded), (), None)
    return Heading(_keys(folded), _keys(folded[: tail.start()]), tail[1])


def _keys(text: str) -> tuple[str, ...]:
    words = re.findall(r"[a-z0-9]+", fold(text))
    telling = [word for word in words if word not in _EMPTY_WORDS]
    return tuple(dict.fromkeys(filter(None, ("".join(words), "".join(telling)))))


def fields_of(kind: str, heading: Heading) -> list[str]:
    """Return the fields that a heading may mean, of the surest key that is known."""
    found = next((INDEX[kind][key] for key in heading.keys if key in INDEX[kind]), [])
    if found:
        return found
    bare = next((INDEX[kind][key] for key in heading.bare_keys if key in INDEX[kind]), [])
    return [name for name in bare if _counts_in(kind, name, heading.unit)]


def fields_like(kind: str, heading: Heading, cutoff: float) -> list[str]:
    """Return the fields of the known heading that is most like a mistyped one."""
    keys = heading.bare_keys or heading.keys
    shortest = min(keys, key=len, default="")
    near = difflib.get_close_matches(shortest, INDEX[kind], n=1, cutoff=cutoff)
    if not near or len(shortest) < 4:
        return []
    return [name for name in INDEX[kind][near[0]] if _counts_in(kind, name, heading.unit)]


def _counts_in(kind: str, name: str, unit: str | None) -> bool:
    """Tell whether a field may have a heading with this unit: `Stromaufnahme [A]` is no power."""
    known = BY_NAME[kind][name].unit
    return known is None or unit is None or unit in known.factors


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
