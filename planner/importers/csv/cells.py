"""What a cell says: figures with units, positions, faces, days, yes and no.

Every reader takes a tidied text and returns a value, or raises `CellError` with what is wrong and
what to write instead. `Read.remark` tells what was done to a cell that is not plain; nothing is
taken silently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

#: What people write where they have no figure.
NOTHING = frozenset(
    {"", "-", "--", "–", "—", "?", "??", "k.a.", "k. a.", "ka", "n/a", "na", "n.a.", "n.v.", "tbd",
     "tbc", "unbekannt", "unknown", "offen", "keine angabe", "keine", "none", "nicht bekannt",
     "folgt"}
)  # fmt: skip
#: Results of formulas that went wrong, as German and English Excel write them.
_EXCEL_ERROR = re.compile(
    r"#(?:NV|N/A|BEZUG!|REF!|WERT!|VALUE!|NAME\?|DIV/0!|ZAHL!|NUM!|NULL!|ÜBERLAUF!|SPILL!)\Z"
)
_MONTHS = [
    "jan",
    "feb",
    "mär",
    "mrz",
    "maer",
    "apr",
    "mai",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "okt",
    "oct",
    "nov",
    "dez",
    "dec",
]
_MONTH_NUMBER = dict(
    zip(_MONTHS, (1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 12), strict=True)
)
#: `12. Dez`, `Dez 13`, `12.13.2026`, `2026-12-13 00:00:00`: what Excel makes of `12-13`.
_DATELIKE = re.compile(
    rf"\d{{1,2}}\.? ?-?(?:{'|'.join(_MONTHS)})[a-z]*\.?(?: ?-?\d{{2,4}})?"
    rf"|(?:{'|'.join(_MONTHS)})[a-z]*\.? ?-?\d{{2,4}}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}\.\d{1,2}\.|\d{4}-\d\d-\d\d(?:[T ][\d:.]+)?",
    re.IGNORECASE,
)
_APPROXIMATE = re.compile(
    r"(?:ca\.?|circa|etwa|rund|ungefähr|approx\.?|~|≈|<=|<|≤|max\.?|bis) ?(?=\d)"
)
_SPAN = re.compile(r"(?P<low>[\d.,' ]*\d) ?(?:-|–|bis) ?(?P<high>\d[\d.,' ]*)(?P<unit> ?\D*)\Z")
_QUANTITY = re.compile(r"(?P<number>[-+−]?\d[\d.,'’ ]*)(?P<unit>[^\d(]*)(?P<rest>\(.*\))?\Z")


class CellError(Exception):
    """A cell that says nothing that can be used: slug, what is wrong, what to write."""

    def __init__(self, slug: str, message: str, action: str) -> None:
        super().__init__(message)
        self.slug = slug
        self.message = message
        self.action = action


class Read(NamedTuple, Generic[T]):
    """A value, and what was done to get it (slug and text), where the cell was not plain."""

    value: T
    remark: tuple[str, str] | None = None


class Unit(NamedTuple):
    """What a column counts in: the unit's name, known units as factors of it, and a sane limit."""

    name: str
    factors: Mapping[str, Decimal]
    limit: Decimal


def _unit(name: str, limit: int, **factors: str) -> Unit:
    return Unit(name, {key: Decimal(value) for key, value in factors.items()}, Decimal(limit))


#: VA counts as W: the budget is then on the safe side. One device draws at most 50 kW.
POWER = _unit("W", 50_000, w="1", watt="1", kw="1000", kilowatt="1000", va="1", kva="1000")
SUPPLY = _unit("kVA", 10_000, kva="1", va="0.001", kw="1", w="0.001")
WEIGHT = _unit(
    "kg", 2_000, kg="1", kilo="1", kilogramm="1", g="0.001", gramm="0.001", t="1000", to="1000",
    lb="0.45359237", lbs="0.45359237",
)  # fmt: skip
HEIGHT = _unit("U", 100, he="1", u="1", ru="1", höheneinheiten="1", höheneinheit="1")
AMPS = _unit("A", 6_300, a="1", amp="1", ampere="1")
VOLTS = _unit("V", 1_000, v="1", volt="1", vac="1")
MILLIMETRES = _unit("mm", 100_000, mm="1", cm="10", m="1000")
MONEY = _unit("EUR", 1_000_000, eur="1", euro="1")
COUNTS = _unit("", 1_000, x="1", stück="1", stk="1", st="1")
#: Every unit that may stand in a heading, longest first.
HEADING_UNITS = sorted(
    {
        key
        for unit in (POWER, WEIGHT, HEIGHT, AMPS, VOLTS, MILLIMETRES, MONEY)
        for key in unit.factors
    },
    key=len,
    reverse=True,
)


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is no figure."""
    return text.casefold() in NOTHING


def check_usable(text: str) -> None:
    """Refuse what a spreadsheet shows in place of a value.

    Raises
    ------
    CellError
        For the result of a formula that went wrong, and for `####`.
    """
    if _EXCEL_ERROR.match(text.upper()):
        raise CellError(
            "cell-formula", f"`{text}` is a formula that went wrong", "mend the formula and export"
        )
    if len(text) > 2 and set(text) == {"#"}:
        raise CellError(
            "cell-formula", f"`{text}`: the column was too narrow", "widen it and export"
        )


def is_datelike(text: str) -> bool:
    """Tell whether a cell holds a day, be it that Excel made it of `12-13` or `1.5`."""
    return _DATELIKE.fullmatch(text) is not None


# -- figures --------------------------------------------------------------------------------------


def number(text: str, decimal: str) -> Decimal:
    """Return a number written with points and commas; `decimal` is `comma` or `point`.

    One group of three digits after the file's thousands mark is thousands: `1.500` is 1500 where
    the file has decimal commas.

    Raises
    ------
    CellError
        When it is no number.
    """
    plain = re.sub(r"[ '’]", "", text).replace("−", "-")
    mark, group = (",", ".") if decimal == "comma" else (".", ",")
    sign = "-" if plain.startswith("-") else ""
    digits = plain[1:] if plain[:1] in ("+", "-") else plain
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{mark}\d+)?", digits):
        digits = digits.replace(group, "")
    elif re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}})+\{group}\d+", digits):
        digits, mark = digits.replace(mark, ""), group
    elif re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}}){{2,}}", digits):
        digits = digits.replace(mark, "")
    elif re.fullmatch(rf"\d+\{group}\d+", digits):
        mark = group
    if not re.fullmatch(rf"\d+(?:\{mark}\d*)?|\{mark}\d+", digits):
        raise CellError("cell-number", f"`{text}` is no number", "write a plain number")
    return Decimal(sign + digits.replace(mark, "."))


def is_thousands(text: str, decimal: str) -> bool:
    """Tell whether a number could be read with the other mark, too: `1.500`, `1,500`."""
    return (
        re.fullmatch(r"[1-9]\d{0,2}[.]\d{3}" if decimal == "comma" else r"[1-9]\d{0,2},\d{3}", text)
        is not None
    )


def quantity(text: str, unit: Unit, decimal: str, default: str | None = None) -> Read[Decimal]:
    """Return a figure in the column's unit; `default` is the unit of a bare number.

    Raises
    ------
    CellError
        When it is no figure, has another unit, is negative, or beyond all measure.
    """
    check_usable(text)
    if is_datelike(text):
        raise CellError(
            "cell-date",
            f"`{text}` is a day where a figure is expected: spreadsheets make days of"
            " `1.5` and `1-5`",
            "format the column as text and type the figure again",
        )
    remark = None
    body = _APPROXIMATE.sub("", text.casefold())
    if body != text.casefold():
        remark = ("cell-approximate", f"`{text}` is taken as it stands")
    span = _SPAN.fullmatch(body)
    if span:
        body = span["high"] + span["unit"]
        remark = ("cell-span", f"`{text}`: the larger figure is taken")
    found = _QUANTITY.fullmatch(body)
    if found is None:
        raise CellError("cell-number", f"`{text}` is no figure", f"write a number{_in(unit)}")
    value = number(found["number"].strip(), decimal)
    word = found["unit"].strip(" .:")
    factor, used = _factor(text, word, unit, default)
    if remark is None and word:
        remark = ("cell-unit", f"`{text}` holds its unit")
    if remark is None and found["rest"]:
        remark = ("cell-approximate", f"`{text}`: what stands in brackets is left out")
    return Read(_sane(text, value * factor, unit, used), remark)


def _in(unit: Unit) -> str:
    return f" in {unit.name}" if unit.name else ""


def _factor(text: str, word: str, unit: Unit, default: str | None) -> tuple[Decimal, str]:
    if not word:
        name = default or unit.name.casefold()
        return unit.factors.get(name, Decimal(1)), name or unit.name
    name = word.removeprefix("x ").replace("€", "eur")
    if name in unit.factors:
        return unit.factors[name], name
    raise CellError(
        "cell-unit",
        f"`{text}`: `{word}` is no unit of this column",
        f"write a number{_in(unit)}",
    )


def _sane(text: str, value: Decimal, unit: Unit, used: str) -> Decimal:
    if value < 0:
        raise CellError("cell-range", f"`{text}` is negative", f"write a number{_in(unit)}")
    if value > unit.limit:
        shown = f"{text} {used}" if text[-1].isdigit() else text
        raise CellError(
            "cell-range",
            f"`{shown}` is more than {unit.limit} {unit.name}".rstrip(),
            "check unit, decimal mark and thousands mark",
        )
    return value.normalize() + 0 if value != value.to_integral_value() else Decimal(int(value))


# -- places ---------------------------------------------------------------------------------------

_POSITION_WORDS = re.compile(
    r"\b(?:he|höheneinheit(?:en)?|u|ru|pos(?:ition)?|ab|von|unit)\b\.?:?|(?<=\d)(?:he|u)\b|\b(?:he|u)(?=\d)"
)


class Position(NamedTuple):
    """Lowest unit of a device; the highest and the face, where the cell gives them."""

    low: Decimal
    high: Decimal | None = None
    face: str | None = None


def position(text: str, decimal: str) -> Read[Position]:
    """Return the units of `12`, `HE 12`, `U12`, `12-13`, `13-12`, `12,5`.

    Raises
    ------
    CellError
        When it names no units.
    """
    check_usable(text)
    if is_datelike(text):
        raise CellError(
            "cell-date",
            f"`{text}` is a day where units are expected: spreadsheets make days of `12-13`",
            "format the column as text and type the units again",
        )
    side = _FACE_WORD.search(text.casefold())
    face = None if side is None else ("front" if side[0] in _FRONT else "rear")
    body = _POSITION_WORDS.sub(" ", _FACE_WORD.sub(" ", text.casefold())).strip(" ,()")
    parts = [part.strip() for part in re.split(r"-|–|—|/|\bbis\b|\.\.+|\bto\b", body)]
    if not 1 <= len(parts) <= 2 or not all(re.fullmatch(r"\d{1,3}(?:[.,]\d)?", p) for p in parts):
        raise CellError(
            "cell-position", f"`{text}` names no units", "write the lowest unit, e.g. 12 or 12-13"
        )
    units = sorted(Decimal(part.replace(",", ".")) for part in parts)
    if any(2 * unit != (2 * unit).to_integral_value() for unit in units) or units[0] < 1:
        raise CellError(
            "cell-position", f"`{text}` names no unit of a rack", "count from 1, in halves at most"
        )
    low, high = units[0], units[1] if len(units) == 2 else None
    is_plain = re.fullmatch(r"\d{1,3}(?:[.,]5)?", text) is not None
    where = _span_text(low, high) + (f" at the {face}" if face else "")
    remark = None if is_plain else ("cell-position", f"`{text}` is taken as unit {where}")
    return Read(Position(low, high, face), remark)


def _span_text(low: Decimal, high: Decimal | None) -> str:
    return f"{low}" if high is None or high == low else f"{low} to {high}"


_FRONT = frozenset(
    ["front", "vorne", "vorn", "vorderseite", "v", "vs", "f", "frontseite", "vorderseitig"]
)
_REAR = frozenset(
    {"rear", "back", "hinten", "rück", "rückseite", "rueckseite", "h", "hs", "r", "heck",
     "rückseitig"}
)  # fmt: skip
_FACE_WORD = re.compile(r"\b(?:front|rear|vorne?|hinten|vorderseite|rückseite)\b")
_BOTH = frozenset(
    {"beide", "beidseitig", "beide seiten", "both", "voll", "v/h", "v+h", "vorne/hinten",
     "vorne+hinten", "vorne und hinten", "front/rear", "front und rear", "durchgehend"}
)  # fmt: skip


class Side(NamedTuple):
    """The face a device is mounted on, and whether the cell says that it fills both."""

    face: str
    is_full_depth: bool = False


def face(text: str) -> Read[Side]:
    """Return the face of `vorne`, `hinten`, `front`, `rear`, `beidseitig`.

    Raises
    ------
    CellError
        When it names none.
    """
    word = text.casefold().strip(" .")
    if word in _FRONT:
        return Read(Side("front"))
    if word in _REAR:
        return Read(Side("rear"))
    if word in _BOTH:
        return Read(Side("front", True))
    raise CellError("cell-face", f"`{text}` is no face of a rack", "write vorne or hinten")


_YES = frozenset(["ja", "j", "yes", "y", "true", "wahr", "x", "1", "✓", "✔", "ok"])
_NO = frozenset(["nein", "n", "no", "false", "falsch", "0", "-", "–", "✗"])


def yes_no(text: str) -> Read[bool]:
    """Return the truth of `ja`, `nein`, `x`, `wahr`, `1`.

    Raises
    ------
    CellError
        When it is neither.
    """
    word = text.casefold().strip(" .")
    if word in _YES:
        return Read(True)
    if word in _NO:
        return Read(False)
    raise CellError("cell-yes-no", f"`{text}` is neither yes nor no", "write ja or nein")


# -- days -----------------------------------------------------------------------------------------

#: Day 0 of the serial numbers of spreadsheets (they count a 29 February 1900 that never was).
_EPOCH = date(1899, 12, 30)


def day(text: str) -> Read[date]:
    """Return the day of `01.03.2027`, `1.3.27`, `2027-03-01`, `März 2027`, or a serial number.

    Raises
    ------
    CellError
        When it is no day.
    """
    check_usable(text)
    body = re.sub(r"[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\Z", "", text)
    wrong = CellError("cell-date", f"`{text}` is no day", "write 01.03.2027 or 2027-03-01")
    try:
        if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", body):
            return Read(date(int(match[1]), int(match[2]), int(match[3])))
        if match := re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d\d)", body):
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            return Read(date(year, int(match[2]), int(match[1])))
        if match := re.fullmatch(r"([A-Za-zäÄ]{3})[a-zä]*\.? (\d{4})", body):
            month = _MONTH_NUMBER.get(match[1].casefold())
            if month:
                remark = ("cell-date", f"`{text}` is taken as the first of the month")
                return Read(date(int(match[2]), month, 1), remark)
        if re.fullmatch(r"[3-6]\d{4}", body):
            value = _EPOCH + timedelta(days=int(body))
            return Read(
                value, ("cell-date", f"`{text}` is a spreadsheet's number of a day: {value}")
            )
    except ValueError:
        raise wrong from None
    raise wrong
