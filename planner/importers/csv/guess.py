"""What a table is, where its headings stand, and which field each column holds.

A guess is made from headings first and values second, is always shown, and is never needed: a
mapping file overrides any part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from planner.importers.csv import cells
from planner.importers.csv.fields import FIELDS, IGNORE, KINDS, Kind
from planner.importers.csv.headings import fields_like, fields_of, fold, take_apart, unit_for
from planner.importers.csv.roles import role_of
from planner.importers.csv.sheet import Sheet, column_letter, tidy

#: Rows among which the headings are looked for.
HEADING_ROWS = 30
#: Likeness of a mistyped heading to a known one, from 0 to 1.
MIN_LIKENESS = 0.85
SAMPLES = 3
#: Values of a column that are looked at to tell fields apart.
FITTED = 400

Decimal = Literal["comma", "point"]


class Column(NamedTuple):
    """One column: its heading, the field it holds (None where unknown), the unit of a bare figure.

    `why` tells how the field was found: `heading`, `similar heading`, `values`, `mapping`.
    """

    offset: int
    heading: str
    field: str | None
    unit: str | None
    why: str
    samples: tuple[str, ...]

    @property
    def letter(self) -> str:
        """The column's letter in the spreadsheet."""
        return column_letter(self.offset)


class Candidate(NamedTuple):
    """A field that a heading may mean, and how well it does; higher is better."""

    score: int
    field: str
    why: str


def heading_row(sheet: Sheet, kind: Kind | None = None) -> int | None:
    """Return the spreadsheet row with the most known headings, None where none has two."""
    best, best_score = None, 1
    kinds = KINDS if kind is None else (kind,)
    for number, row in enumerate(sheet.rows[:HEADING_ROWS], start=1):
        score = max(sum(_is_known(k, tidy(cell)) for cell in row) for k in kinds)
        if score > best_score:
            best, best_score = number, score
    return best


def _is_known(kind: str, heading: str) -> bool:
    return bool(fields_of(kind, take_apart(heading)))


#: Headings that only one kind of table has, and words of file names.
_TELLING = {
    "devices": ("position", "supplies", "feed_a", "feed_b", "serial", "role", "count", "face"),
    "racks": ("max_weight", "max_power", "blocked", "row", "fire_compartment", "price"),
    "feeds": ("fuse", "strand", "panel", "phases", "volts", "ups", "c13", "c19", "outlets"),
}
_FILE_WORDS = {
    "devices": re.compile(r"geraet|device|server|inventar|hardware|bestand|asset|komponent"),
    "racks": re.compile(r"schrae?nk|rack|cabinet"),
    "feeds": re.compile(r"einspeis|feed|strom|power|usv|verteil|elektr"),
}


def table_kind(sheet: Sheet, row: int) -> Kind | None:
    """Return what the table holds, by headings and file name; None where two are as likely."""
    headings = [tidy(cell) for cell in sheet.rows[row - 1]]
    scores = {kind: _kind_score(sheet.name, headings, kind) for kind in KINDS}
    ranked = sorted(KINDS, key=lambda kind: -scores[kind])
    return ranked[0] if scores[ranked[0]] > scores[ranked[1]] else None


def _kind_score(name: str, headings: Sequence[str], kind: Kind) -> int:
    score = 6 if _FILE_WORDS[kind].search(fold(name)) else 0
    for heading in headings:
        fields = fields_of(kind, take_apart(heading))
        if fields and fields[0] != IGNORE:
            score += 4 if fields[0] in _TELLING[kind] else 1
    return score


def decimal_style(sheet: Sheet, row: int) -> Decimal:
    """Return the decimal mark: by cells that can be read one way only, else by the separator."""
    commas = points = 0
    for cells_of_row in sheet.rows[row:]:
        for cell in cells_of_row:
            text = cell.strip()
            if re.match(r"\d{1,3}(?:\.\d{3})*,\d{1,2}(?!\d)", text) or re.match(
                r"\d+\.\d{3},", text
            ):
                commas += 1
            elif re.match(r"\d+\.\d{1,2}(?![\d.])", text) or re.match(r"\d+,\d{3}\.", text):
                points += 1
    if commas == points:
        return "point" if sheet.separator == "," else "comma"
    return "comma" if commas > points else "point"


def guess_columns(sheet: Sheet, row: int, kind: Kind, decimal: Decimal) -> list[Column]:
    """Return the columns, each with the likeliest field; a field is given to one column only."""
    headings = [tidy(cell) for cell in sheet.rows[row - 1]]
    values = [_values(sheet, row, index) for index in range(len(headings))]
    options = [
        (candidate, -index)
        for index, heading in enumerate(headings)
        for candidate in _candidates(kind, heading, values[index], decimal)
    ]
    chosen: dict[int, Candidate] = {}
    taken: set[str] = set()
    for candidate, negative in sorted(options, key=lambda o: (o[0].score, o[1]), reverse=True):
        if -negative in chosen or candidate.field in taken:
            continue
        chosen[-negative] = candidate
        if candidate.field != IGNORE:
            taken.add(candidate.field)
    return [
        _column(kind, index, heading, chosen.get(index), values[index])
        for index, heading in enumerate(headings)
    ]


def _column(
    kind: Kind, index: int, heading: str, choice: Candidate | None, values: Sequence[str]
) -> Column:
    samples = tuple(dict.fromkeys(values))[:SAMPLES]
    field, why = (choice.field, choice.why) if choice else (None, "")
    return Column(index, heading, field, unit_for(kind, field, take_apart(heading)), why, samples)


def _values(sheet: Sheet, row: int, index: int) -> list[str]:
    texts = (
        tidy(cells_of_row[index]) for cells_of_row in sheet.rows[row:] if index < len(cells_of_row)
    )
    return [text for text in texts if text and not cells.is_nothing(text)]


def _candidates(
    kind: Kind, heading: str, values: Sequence[str], decimal: Decimal
) -> list[Candidate]:
    apart = take_apart(heading)
    if known := fields_of(kind, apart):
        return _scored(kind, known, 900, "heading", values, decimal)
    near = fields_like(kind, apart, MIN_LIKENESS)
    return _scored(kind, near, 600, "similar heading", values, decimal)


def _scored(
    kind: Kind, names: Sequence[str], base: int, why: str, values: Sequence[str], decimal: Decimal
) -> list[Candidate]:
    """Score fields by their headings' order, and by the values; a heading of one field is surer."""
    order = [field.name for field in FIELDS[kind]]
    ranked = sorted(names, key=order.index)
    found = []
    for place, name in enumerate(ranked):
        score, reason = base + 100, why
        if len(ranked) > 1:
            score = base - 10 * place + round(100 * _fit(name, values, decimal))
            reason = f"{why} and values"
        found.append(Candidate(score, name, reason))
    return found


def _fit(field: str, values: Sequence[str], decimal: Decimal) -> float:
    """Return the share of the first values that look like the field's; half where all may."""
    share = _LOOKS.get(field)
    return share(values[:FITTED], decimal) if values and share is not None else 0.5


def _positions(values: Sequence[str], decimal: Decimal) -> float:
    """Positions of a rack go up to its top, or from one unit to another; heights do neither."""
    if max(_numbers(values), default=0) <= 10 and not any("-" in value for value in values):
        return 0.0
    return sum(_is_position(value, decimal) for value in values) / len(values)


def _is_position(value: str, decimal: Decimal) -> bool:
    try:
        cells.position(value, decimal)
    except cells.CellError:
        return cells.is_datelike(value)
    return True


def _heights(values: Sequence[str], decimal: Decimal) -> float:
    """Heights of devices seldom exceed ten units."""
    if max(_numbers(values), default=0) > 10 or any("-" in value for value in values):
        return 0.0
    return sum(_is_height(value, decimal) for value in values) / len(values)


def _is_height(value: str, decimal: Decimal) -> bool:
    try:
        cells.quantity(value, cells.HEIGHT, decimal)
    except cells.CellError:
        return False
    return True


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(match[0]) for v in values if (match := re.search(r"\d{1,3}", v))]


def _roles(values: Sequence[str], decimal: Decimal) -> float:
    """Roles are words without a number, models seldom are."""
    roles = [v for v in values if role_of(v) is not None and not any(c.isdigit() for c in v)]
    return len(roles) / len(values)


def _models(values: Sequence[str], decimal: Decimal) -> float:
    return 1 - _roles(values, decimal)


_LOOKS: dict[str, Callable[[Sequence[str], Decimal], float]] = {
    "position": _positions,
    "u_height": _heights,
    "role": _roles,
    "model": _models,
}
