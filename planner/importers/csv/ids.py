"""Names of a spreadsheet -> ids of the inventory, and lookups that see through spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from planner.importers.csv.headings import fold
from planner.io.ranges import expand

T = TypeVar("T")

#: An id may be made of three such names and has at most 200 letters.
MAX_ID = 60
#: Letters of a text that stands for racks.
MAX_RANGE = 190
_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "é": "e",
        "è": "e",
    }
)
#: Words before a name that are no part of it: `Schrank S-01`.
_NOUNS = frozenset(
    {"schrank", "rack", "cabinet", "serverschrank", "netzwerkschrank", "feed", "einspeisung"}
)


def make_id(text: str) -> str:
    """Return a name as an id: letters as written, umlauts spelled out, anything else a dash."""
    plain = re.sub(r"[^A-Za-z0-9_.]+", "-", text.translate(_LETTERS))
    return plain.strip("-.")[:MAX_ID].rstrip("-.")


def slug(text: str) -> str:
    """Return a name as an id in small letters."""
    return make_id(text).lower()


def spelling(text: str) -> tuple[str, ...]:
    """Return what two spellings of one name share: `S-01`, `s 1` and `Schrank S01` are equal."""
    parts = re.findall(r"[a-z]+|[0-9]+", fold(text))
    while len(parts) > 1 and parts[0] in _NOUNS:
        parts = parts[1:]
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts `r2` before `r10`."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts)


class Hit(NamedTuple, Generic[T]):
    """What a name stands for, and whether it is spelled as it is declared."""

    value: T
    is_exact: bool


class Names(Generic[T]):
    """Things by name; a name in another spelling is found where only one thing can be meant."""

    def __init__(self) -> None:
        self._exact: dict[str, T] = {}
        self._loose: dict[tuple[str, ...], list[T]] = {}

    def add(self, name: str, value: T) -> None:
        """Make a thing known by a name."""
        self._exact.setdefault(name, value)
        known = self._loose.setdefault(spelling(name), [])
        if all(value is not other for other in known):
            known.append(value)

    def find(self, name: str) -> Hit[T] | None:
        """Return what a name stands for; None where nothing or several things do."""
        if name in self._exact:
            return Hit(self._exact[name], True)
        found = self._loose.get(spelling(name), [])
        return Hit(found[0], False) if len(found) == 1 else None

    def names(self) -> list[str]:
        """Return all names."""
        return sorted(self._exact)


def as_ranges(ids: Iterable[str]) -> list[str]:
    """Return expressions that stand for the ids: `S-[01-12]`; one each where nothing is shared."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name in sorted(set(ids), key=natural):
        match = re.match(r"(.*?)(\d+|[A-Za-z])(\D*)\Z", name)
        head, middle, tail = match.groups() if match else (name, "", "")
        groups.setdefault((head, tail), []).append(middle)
    found = []
    for (head, tail), middles in groups.items():
        if len(middles) == 1:
            found.append(f"{head}{middles[0]}{tail}")
            continue
        for part in _parts(_spans(middles), MAX_RANGE - len(head) - len(tail)):
            text = f"{head}[{','.join(part)}]{tail}"
            # One name alone needs no bracket.
            found.append(text if len(expand(text)) > 1 else expand(text)[0])
    return found


def _parts(spans: Sequence[str], length: int) -> list[list[str]]:
    """Return the spans in parts that are no longer than `length` letters with their commas."""
    parts: list[list[str]] = [[]]
    for span in spans:
        if parts[-1] and sum(len(s) + 1 for s in parts[-1]) + len(span) > length:
            parts.append([])
        parts[-1].append(span)
    return parts


def _spans(middles: Sequence[str]) -> list[str]:
    """Return `01-03` and `05` for 01, 02, 03, 05; letters and other widths stay single."""
    spans: list[list[str]] = []
    for middle in middles:
        last = spans[-1][-1] if spans else ""
        follows = (
            middle.isdigit()
            and last.isdigit()
            and len(middle) == len(last)
            and int(middle) == int(last) + 1
        )
        if follows:
            spans[-1][1:] = [middle]
        else:
            spans.append([middle])
    return ["-".join(span) for span in spans]
