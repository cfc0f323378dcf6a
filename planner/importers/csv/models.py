"""Device types: what a spreadsheet calls a model, matched against the catalogue.

Equal names match, case, blanks and punctuation aside. Names that are alike match only where every
word with a digit agrees (`R640` is never `R650`), and are always reported. Heights must agree.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from planner.importers.csv.headings import fold
from planner.io.catalogue import catalogue_slugs, catalogue_type
from planner.model.device import DeviceType

#: How manufacturers are written, and how the catalogue writes them.
_MAKERS = {
    "hp": "hpe", "hewlettpackard": "hpe", "hewlettpackardenterprise": "hpe", "hpenterprise": "hpe",
    "dellemc": "dell", "dellinc": "dell", "delltechnologies": "dell", "emc": "dell",
    "ciscosystems": "cisco", "fujitsusiemens": "fujitsu", "fts": "fujitsu", "fsc": "fujitsu",
    "ibm": "lenovo", "paloaltonetworks": "paloalto", "lancomsystems": "lancom",
    "aristanetworks": "arista", "junipernetworks": "juniper", "schneider": "apc",
    "apcbyschneiderelectric": "apc", "schneiderelectric": "apc", "hewlett": "hpe",
}  # fmt: skip
#: Words that one side leaves out and the other does not.
_FILLER = frozenset({"server", "switch", "firewall", "rack", "series", "serie", "the", "se"})
#: Product lines: enough to name the maker where the column is blank, and often left out.
_LINES = {
    "poweredge": "dell", "proliant": "hpe", "primergy": "fujitsu", "catalyst": "cisco",
    "nexus": "cisco", "fortigate": "fortinet", "thinksystem": "lenovo", "dcs": "arista",
    "powervault": "dell", "eternus": "fujitsu", "synergy": "hpe", "aruba": "hpe",
}  # fmt: skip
#: Likeness of names that differ by a product line only: never equal, always reported.
_SAME_BUT_LINE = 98


class Match(NamedTuple):
    """A device type of the catalogue, and how alike the names are in percent."""

    slug: str
    percent: int
    device: DeviceType


class _Known(NamedTuple):
    slug: str
    maker: str
    words: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name in small letters; `Gen 10` and `R 640` are one word each."""
    plain = fold(text).replace("+", " plus ")
    words = re.findall(r"[a-z]+[0-9][a-z0-9]*|[0-9]+[a-z0-9]*|[a-z]+", plain)
    joined: list[str] = []
    for word in words:
        if (
            joined
            and word[0].isdigit()
            and re.fullmatch(r"gen|g|r|m|v|mk|s|rx|dl|sr|fas", joined[-1])
        ):
            joined[-1] += word
        else:
            joined.append(word)
    return tuple(re.sub(r"\Ag(?=\d+\Z)", "gen", w) for w in joined if w not in _FILLER)


def maker_of(text: str) -> str:
    """Return a manufacturer as the catalogue has it, in small letters."""
    key = "".join(re.findall(r"[a-z0-9]+", fold(text)))
    key = re.sub(r"(gmbh|inc|ag|corp|ltd|technologysolutions)\Z", "", key)
    return _MAKERS.get(key, key)


def _compact(text: str) -> str:
    return "".join(words_of(text))


@cache
def _index() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[_Known, ...]]]:
    """Return slugs by compact name, and types by each word with a digit in it."""
    exact: dict[str, list[str]] = {}
    by_word: dict[str, list[_Known]] = {}
    for slug in sorted(catalogue_slugs()):
        device = catalogue_type(slug)
        if device is None:
            continue
        maker = maker_of(device.manufacturer)
        model = _compact(device.model)
        keys = {model, maker + model, _compact(device.part_number), _compact(slug)} - {""}
        for key in keys:
            exact.setdefault(key, []).append(slug)
        known = _Known(slug, maker, words_of(device.model))
        for word in set(_digits(known.words)) or {""}:
            by_word.setdefault(word, []).append(known)
    return (
        {key: tuple(slugs) for key, slugs in exact.items()},
        {word: tuple(types) for word, types in by_word.items()},
    )


def _digits(words: Iterable[str]) -> list[str]:
    return [word for word in words if any(c.isdigit() for c in word)]


class Catalogue:
    """The shipped types, and an estate's names for models, with every answer remembered."""

    def __init__(self, names: Mapping[str, str], min_percent: int) -> None:
        self._names = {_compact(name): slug for name, slug in names.items()}
        self._min_percent = min_percent
        self._answers: dict[tuple[str, str, str], tuple[Match, ...]] = {}
        self._nearest: dict[tuple[str, str], str | None] = {}

    def slug_named(self, model: str) -> str | None:
        """Return the type that the mapping file gives for a model."""
        return self._names.get(_compact(model))

    def matches(self, maker: str, model: str, part_number: str = "") -> tuple[Match, ...]:
        """Return the types that a row may mean, the likeliest first; 100 % for equal names."""
        key = (maker_of(maker), _compact(model), _compact(part_number))
        if key not in self._answers:
            self._answers[key] = self._find(key[0], model, part_number)
        return self._answers[key]

    def is_near(self, match: Match) -> bool:
        """Tell whether a match is alike enough to be taken."""
        return match.percent >= self._min_percent

    def _find(self, maker: str, model: str, part_number: str) -> tuple[Match, ...]:
        words = tuple(w for w in words_of(model) if _MAKERS.get(w, w) != maker or not maker)
        maker = maker or next((_LINES[w] for w in words if w in _LINES), "")
        exact, _ = _index()
        wanted = [part_number, model, "".join(words), maker + "".join(words)]
        for text in filter(None, wanted):
            found = [m for s in exact.get(_compact(text), ()) if (m := _match(s, 100)) is not None]
            found = [m for m in found if not maker or maker_of(m.device.manufacturer) == maker]
            if len(found) == 1 or (found and maker):
                return (found[0],)
        return self._alike(maker, words)

    def nearest(self, maker: str, model: str) -> str | None:
        """Return the slug most like a model that matches none; a suggestion, never taken."""
        key = (maker_of(maker), _compact(model))
        if key not in self._nearest:
            self._nearest[key] = _nearest(key[0], " ".join(words_of(model)))
        return self._nearest[key]

    def _alike(self, maker: str, words: tuple[str, ...]) -> tuple[Match, ...]:
        """Return types of the same maker whose words with digits are the same, by likeness."""
        digits = sorted(_digits(words))
        if not digits:
            return ()
        found: dict[str, int] = {}
        _, by_word = _index()
        for known in by_word.get(digits[0], ()):
            if (maker and known.maker != maker) or sorted(_digits(known.words)) != digits:
                continue
            # Without a maker the name alone has to be closer.
            percent = _likeness(words, known.words) - (0 if maker else 5)
            found[known.slug] = max(found.get(known.slug, 0), percent)
        ranked = sorted(found, key=lambda slug: (-found[slug], slug))[:3]
        return tuple(m for slug in ranked if (m := _match(slug, found[slug])) is not None)


def _nearest(maker: str, name: str) -> str | None:
    _, by_word = _index()
    slugs: dict[str, str] = {}
    for types in by_word.values():
        for known in types:
            if not maker or known.maker == maker:
                words = " ".join(known.words)
                slugs[words] = min(known.slug, slugs.get(words, known.slug))
    near = difflib.get_close_matches(name, slugs, 1, 0.8)
    return slugs[near[0]] if near else None


def _match(slug: str, percent: int) -> Match | None:
    device = catalogue_type(slug)
    return None if device is None else Match(slug, percent, device)


def _likeness(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """Return the likeness of two names in percent, the order of their words aside."""
    if sorted(set(left) - _LINES.keys()) == sorted(set(right) - _LINES.keys()):
        return _SAME_BUT_LINE
    one, two = " ".join(sorted(left)), " ".join(sorted(right))
    matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    return 200 * same // (len(one) + len(two)) if one or two else 0
