"""Names of NetBox -> stable ids: as they are, else without what an id cannot hold."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/+@-]{0,99}\Z")
#: Longest id, so that what is appended to one fits, too.
MAX_ID = 170
_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)


def plain(name: str) -> str:
    """Return a name as an id; `x` where nothing of it can stand in one."""
    if _ID.match(name):
        return name
    text = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    text = text.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_.:/+@]+", "-", text).strip("-./:+@")[:100].rstrip("-./:+@") or "x"


def inside(owner: str, name: str, mark: str = "-") -> str:
    """Return `owner-name`, or the name alone where it begins with its owner already."""
    text = plain(name)
    is_told = text == owner or text.startswith(owner + mark)
    return text if is_told else f"{owner}{mark}{text}"


class Ids:
    """Ids that are taken, by kind; the first to ask keeps its name."""

    def __init__(self) -> None:
        self._taken: dict[str, set[str]] = defaultdict(set)

    def take(self, kind: str, *wanted: str, pk: int) -> str:
        """Return the first of the `wanted` ids that is free, else the last one with `-<pk>`."""
        taken = self._taken[kind]
        wanted = tuple(text[:MAX_ID] for text in wanted)
        name = next((text for text in wanted if text not in taken), "")
        while not name:
            text = f"{wanted[-1]}-{pk}"
            name = text if text not in taken else ""
            pk += 1
        taken.add(name)
        return name
