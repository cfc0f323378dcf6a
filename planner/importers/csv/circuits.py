"""What a cell says of power: supplies of a device, fuse and outlets of a feed.

Readers are as those of `planner.importers.csv.cells`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from planner.importers.csv.cells import (
    POWER,
    CellError,
    Read,
    check_usable,
    is_datelike,
    quantity,
)


class Supplies(NamedTuple):
    """Power supplies: how many, how many must be fed, and the rating of one in W."""

    number: int
    required: int | None = None
    rating_w: Decimal | None = None


_SUPPLIES = re.compile(
    r"(?:(?P<need>\d{1,2}) ?\+ ?(?P<spare>\d{1,2})|(?P<count>\d{1,2}))"
    r"(?: ?(?:x|×|\*|à|je) ?(?P<rating>[\d.,]+) ?(?P<unit>k?w|watt))?"
    r"(?: ?(?:netzteile?|nt|psus?|stück|stk\.?|x))?(?: ?\(?(?:redundant|red\.)\)?)?"
)


def supplies(text: str, decimal: str) -> Read[Supplies]:
    """Return the power supplies of `2`, `1+1`, `2x 800W`, `2 x 1,1 kW (redundant)`.

    Raises
    ------
    CellError
        When it names none, or more than 16.
    """
    check_usable(text)
    body = text.casefold()
    words = {
        "einfach": 1,
        "single": 1,
        "eins": 1,
        "zwei": 2,
        "redundant": 2,
        "dual": 2,
        "doppelt": 2,
    }
    if body in words:
        return Read(Supplies(words[body]), ("cell-supplies", f"`{text}` is taken as {words[body]}"))
    found = None if is_datelike(text) else _SUPPLIES.fullmatch(body)
    if found is None:
        raise CellError(
            "cell-supplies", f"`{text}` is no number of power supplies", "write 2 or 1+1"
        )
    need = int(found["need"]) if found["need"] else None
    count = int(found["count"] or 0) if need is None else need + int(found["spare"])
    if count > 16 or need == 0:
        raise CellError(
            "cell-range", f"`{text}`: a device has 0 to 16 power supplies", "write 2 or 1+1"
        )
    rating = None
    if found["rating"]:
        rating = quantity(f"{found['rating']} {found['unit']}", POWER, decimal).value
    return Read(Supplies(count, need, rating))


class Fuse(NamedTuple):
    """A circuit: phases, rated current in A, voltage where the cell gives one, what was assumed."""

    phases: int | None
    amps: Decimal
    volts: Decimal | None = None
    is_cee: bool = False


_FUSE = re.compile(
    r"(?:(?P<cee>cee)[ -]?)?"
    r"(?:(?P<phases>[1-4]) ?(?:x|×|\*|~|p|ph|-?phasig|pol)\.? ?)?"
    r"(?P<curve>[a-dgk](?= ?\d))? ?(?P<amps>\d{1,4}(?:[.,]\d)?) ?(?:a|amp|ampere)?\.?"
    r"(?: ?[,/@-]? ?(?P<after>[1345])[ -]?(?:phasig|ph|p|polig|pol|~)\.?)?"
    r"(?: ?[,/@]? ?(?:(?P<low>\d{3})/)?(?P<volts>\d{3}) ?v)?"
    r"(?: ?\(?(?P<colour>rot|blau|red|blue)\)?)?"
)


def fuse(text: str) -> Read[Fuse]:
    """Return the circuit of `3x16A`, `16 A`, `C16`, `CEE 32`, `CEE 16 blau`, `3x32A 400V`.

    Raises
    ------
    CellError
        When it names no circuit, or several.
    """
    check_usable(text)
    body = text.casefold()
    body = re.sub(
        r"\b(?:nh\d*|neozed|diazed|lss|ls|sicherung|gg|gl|träge|trennschalter)\b ?", "", body
    ).strip()
    found = None if is_datelike(text) else _FUSE.fullmatch(body)
    if found is None:
        raise CellError("cell-fuse", f"`{text}` is no fuse", "write 16A, 3x16A or 3x32A 400V")
    before, after = found["phases"], found["after"]
    if not Decimal(found["amps"].replace(",", ".")):
        raise CellError("cell-fuse", f"`{text}` is no fuse", "write 16A, 3x16A or 3x32A 400V")
    phases = _phases(text, before, after, found["colour"])
    volts = Decimal(found["volts"]) if found["volts"] else None
    return Read(Fuse(phases, Decimal(found["amps"].replace(",", ".")), volts, bool(found["cee"])))


def _phases(text: str, before: str | None, after: str | None, colour: str | None) -> int | None:
    if before in ("2", "4") or (before and after and before != after):
        raise CellError(
            "cell-fuse",
            f"`{text}` may mean several circuits",
            "write one row for each circuit, e.g. 16A or 3x16A",
        )
    if before or after:
        # Poles of a plug: 3 is single phase (P+N+E), 4 and 5 are three phases.
        poles = {"1": 1, "3": 3, "4": 3, "5": 3}
        if after == "3" and re.search(r"3[ -]?pol", text.casefold()):
            return 1
        return poles[before or after or ""]
    return {"rot": 3, "red": 3, "blau": 1, "blue": 1}.get(colour or "")


_OUTLETS = re.compile(
    r"(\d{1,3}) ?(?:x|×|\*)? ?(c ?13|c ?19|c ?7|c ?5)\b|(c ?13|c ?19|c ?7|c ?5) ?[:=x×]+ ?(\d{1,3})"
)


def outlets(text: str) -> Read[dict[str, int]]:
    """Return the outlets of `24x C13, 4x C19`.

    Raises
    ------
    CellError
        When it names none.
    """
    check_usable(text)
    body = text.casefold()
    found: dict[str, int] = {}
    for match in _OUTLETS.finditer(body):
        count, kind = (match[1], match[2]) if match[1] else (match[4], match[3])
        found[kind.replace(" ", "")] = found.get(kind.replace(" ", ""), 0) + int(count)
    rest = _OUTLETS.sub("", body).strip(" ,;+/&").replace("und", "")
    if not found or rest.strip(" ,;+/&"):
        raise CellError("cell-outlets", f"`{text}` names no outlets", "write 24x C13, 4x C19")
    return Read(found)
