"""From a sheet to records: headings found, rows that are no items left out.

Nothing is left out without a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from planner.errors import UsageError
from planner.importers.contract import Severity
from planner.importers.csv import cells
from planner.importers.csv.fields import BY_NAME, IGNORE, NOUN, Kind
from planner.importers.csv.findings import Findings, Spot, shorten, spans
from planner.importers.csv.guess import (
    Column,
    decimal_style,
    guess_columns,
    heading_row,
    table_kind,
)
from planner.importers.csv.guess import Decimal as DecimalMark
from planner.importers.csv.headings import fold, take_apart, unit_for
from planner.importers.csv.mapping import ColumnItem, FileItem
from planner.importers.csv.sheet import Sheet, column_letter, tidy, undouble

T = TypeVar("T")

_TOTAL = re.compile(
    r"(?:zwischen|gesamt)?(?:summe|total|gesamt|ergebnis)\b|Σ|∑|sum\b"
    r"|anzahl (?:geräte|schränke|gesamt)",
    re.I,
)
_NOTE = re.compile(
    r"(?:stand|hinweise?|anmerkung(?:en)?|legende|quelle|bemerkung(?:en)?|erstellt|note|gedruckt)"
    r"(?=[ :.]|\Z)|\*|\d\)",
    re.IGNORECASE,
)
#: A line of its own above the rows of a rack.
_SECTION = re.compile(r"(?:server|netzwerk)?(?:schrank|rack|cabinet)\b[ :]*\S", re.IGNORECASE)
_BLANKS = re.compile(r"^\s|\s$|[\u00a0\u2000-\u200d\u202f\u2060\ufeff\t]|  ")

#: A table of a kind without one of these is none.
NEEDED: dict[str, tuple[str, ...]] = {
    "devices": ("name", "model"),
    "racks": ("name",),
    "feeds": ("rack", "name", "fuse"),
}
#: Fields whose text is compared with other cells, so that odd blanks matter.
_COMPARED = frozenset(
    {"name", "rack", "room", "site", "row", "tenant", "panel", "ups", "feed_a", "feed_b", "feeds",
     "parent", "workload", "asset_tag", "serial"}
)  # fmt: skip


class Table(NamedTuple):
    """A sheet with its kind, its headings and its columns."""

    sheet: Sheet
    kind: Kind
    heading_row: int
    decimal: DecimalMark
    columns: tuple[Column, ...]

    def column_of(self, name: str) -> Column | None:
        """Return the column that holds a field."""
        return next((c for c in self.columns if c.field == name), None)


@dataclass(eq=False)
class Record:
    """One row: its tidied texts by field, and where findings about it go."""

    table: Table
    row: int
    texts: dict[str, str]
    findings: Findings
    noted: set[tuple[str, str]] = field(default_factory=set)

    def spot(self, name: str = "") -> Spot:
        """Return the place of a field in this row."""
        column = self.table.column_of(name)
        if column is None:
            return Spot(self.table.sheet.name, self.row)
        return Spot(self.table.sheet.name, self.row, column.letter, column.heading)

    def note(
        self,
        severity: Severity,
        slug: str,
        name: str,
        message: str,
        action: str = "",
        item: tuple[str, str] | None = None,
    ) -> None:
        """Note a finding about a field of this row, once a slug."""
        if (name, slug) not in self.noted:
            self.noted.add((name, slug))
            self.findings.add(severity, slug, self.spot(name), message, action, item)

    def text(self, name: str) -> str:
        """Return the text of a field, empty where the cell says that there is none."""
        text = self.texts.get(name, "")
        return "" if cells.is_nothing(text) else text

    def read(self, name: str, reader: Callable[[str], cells.Read[T]], action: str = "") -> T | None:
        """Return what a cell says, or None where it is blank or says nothing usable (noted)."""
        text = self.text(name)
        if not text:
            return None
        try:
            value, remark = reader(text)
        except cells.CellError as error:
            after = f"{action}: {error.action}" if action else error.action
            self.note("error", error.slug, name, error.message, after)
            return None
        if remark is not None:
            self.note("note", remark[0], name, remark[1])
        return value

    def figure(self, name: str, action: str = "left out") -> Decimal | None:
        """Return a figure in the unit of its field; a zero counts as none."""
        known = BY_NAME[self.table.kind][name]
        column = self.table.column_of(name)
        if known.unit is None or column is None:
            return None
        unit, default = known.unit, (column.unit or "").casefold() or None
        text = self.text(name)
        if text and cells.is_thousands(text, self.table.decimal):
            self.note("note", "cell-thousands", name, f"`{text}` is taken with a thousands mark")
        return self.read(
            name, lambda t: cells.quantity(t, unit, self.table.decimal, default), action
        )

    def day(self, name: str) -> date | None:
        """Return a day."""
        return self.read(name, cells.day, "left out")

    def flag(self, name: str) -> bool | None:
        """Return a truth value; `-` and `x` are words here."""
        text = self.texts.get(name, "")
        if not text:
            return None
        try:
            return cells.yes_no(text).value
        except cells.CellError as error:
            self.note("error", error.slug, name, error.message, f"left out: {error.action}")
            return None


# -- tables ---------------------------------------------------------------------------------------


def make_table(sheet: Sheet, settings: FileItem, findings: Findings) -> Table:
    """Return the table in a sheet; what the mapping does not say is guessed.

    Raises
    ------
    UsageError
        When headings or kind cannot be found, or the mapping names a column that is not there.
    """
    row = settings.heading_row or heading_row(sheet, settings.kind)
    where = "name it in the mapping file"
    if row is None or row > len(sheet.rows):
        raise UsageError(
            f"`{sheet.name}`: no row with known headings", hint=f"{where}: `heading_row: 1`"
        )
    kind = settings.kind or table_kind(sheet, row)
    if kind is None:
        raise UsageError(
            f"`{sheet.name}` may hold devices, racks or feeds",
            hint=f"{where}: `kind: devices`, `kind: racks` or `kind: feeds`",
        )
    decimal = settings.decimal or decimal_style(sheet, row)
    columns = _columns(sheet, row, kind, decimal, settings)
    table = Table(sheet, kind, row, decimal, tuple(columns))
    if not any(table.column_of(name) for name in NEEDED[kind]):
        words = ", ".join(f"`{name}`" for name in NEEDED[kind])
        raise UsageError(
            f"`{sheet.name}` holds no column for {words} of a {NOUN[kind]}", hint=where
        )
    _note_columns(table, findings)
    return table


def _columns(
    sheet: Sheet, row: int, kind: Kind, decimal: DecimalMark, settings: FileItem
) -> list[Column]:
    guessed = guess_columns(sheet, row, kind, decimal)
    given: dict[int, tuple[str, str | None]] = {}
    for wanted, target in settings.columns.items():
        hits = [c.offset for c in guessed if _is_named(c, wanted)]
        if not hits:
            known = ", ".join(f"`{c.heading}`" for c in guessed if c.heading)
            raise UsageError(
                f"`{sheet.name}` has no column `{wanted}`", hint=f"its headings: {known}"
            )
        item = ColumnItem(field=target) if isinstance(target, str) else target
        given[hits[0]] = (item.field, item.unit)
    fixed = {name for name, _ in given.values()}
    columns = []
    for column in guessed:
        if column.offset in given:
            name, unit = given[column.offset]
            default = unit_for(kind, name, take_apart(column.heading))
            column = column._replace(field=name, unit=unit or default, why="mapping")
        elif column.field in fixed and column.field != IGNORE:
            column = column._replace(field=None, why="")
        columns.append(column)
    return columns


def _is_named(column: Column, wanted: str) -> bool:
    if tidy(wanted).casefold() == f"column {column.letter}".casefold():
        return True
    return tidy(wanted).casefold() == column.heading.casefold()


def _note_columns(table: Table, findings: Findings) -> None:
    """Note columns of a heading that two columns have, and those without a heading."""
    seen: dict[str, Column] = {}
    for column in table.columns:
        spot = Spot(table.sheet.name, table.heading_row, column.letter)
        if not column.heading:
            if column.samples:
                sample = shorten(column.samples[0])
                message = f"column {column.letter} has no heading and holds `{sample}`"
                findings.add(
                    "warning", "column-unnamed", spot, message, "left out: name it, or map it"
                )
            continue
        first = seen.setdefault(fold(column.heading), column)
        if first is not column and column.field is None and column.why != "mapping":
            message = f"`{column.heading}` stands twice, first in column {first.letter}"
            findings.add(
                "warning", "column-twice", spot, message, f"column {column.letter} is left out"
            )


# -- records --------------------------------------------------------------------------------------


def make_records(table: Table, findings: Findings) -> list[Record]:
    """Return the rows that are items, tidied."""
    name = table.sheet.name
    if table.sheet.broken_quote is not None:
        spot = Spot(name, table.sheet.broken_quote)
        message = "a quotation mark is never closed: everything after it is one cell"
        findings.add("error", "row-quote", spot, message, "left out: close it, or export again")
    rows = _item_rows(table, findings)
    return [_record(table, row, findings) for row in rows]


class _Row(NamedTuple):
    """A row that is an item; `section` is the rack that a line above it names for all below."""

    number: int
    texts: list[str]
    section: str


def _item_rows(table: Table, findings: Findings) -> list[_Row]:
    """Return the rows that are items; empty ones, totals, notes and repeated headings are noted."""
    width = len(table.columns)
    headings = [column.heading for column in table.columns]
    found: list[_Row] = []
    empty: list[int] = []
    section = ""
    for number, raw in enumerate(table.sheet.rows, start=1):
        if number <= table.heading_row:
            continue
        row = [tidy(cell) for cell in raw]
        spot = Spot(table.sheet.name, number)
        filled = [cell for cell in row if cell]
        if not filled:
            empty.append(number)
        elif row[:width] == headings:
            findings.add("note", "row-heading", spot, "the headings stand here again", "left out")
        elif len(filled) == 1 and table.kind != "racks" and _SECTION.match(filled[0]):
            section = filled[0]
            message = f"`{shorten(section)}` stands alone: the rack of the rows below"
            findings.add("note", "row-section", spot, message, "taken where they name none")
        elif reason := _no_item(table, row, filled):
            findings.add("note", reason[0], spot, f"`{shorten(filled[0])}` {reason[1]}", "left out")
        else:
            if extra := [cell for cell in row[width:] if cell]:
                message = f"more cells than headings: `{shorten(extra[0])}`"
                action = "check for a separator inside a cell"
                letter = column_letter(width + row[width:].index(extra[0]))
                findings.add("warning", "row-long", spot._replace(letter=letter), message, action)
            found.append(_Row(number, row[:width], section))
    for run in _runs(empty):
        message = f"empty row{'' if len(run) == 1 else f's {spans(run)}'}"
        findings.add("note", "row-empty", Spot(table.sheet.name, run[0]), message, "left out")
    return found


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _no_item(table: Table, row: Sequence[str], filled: Sequence[str]) -> tuple[str, str] | None:
    """Return why a row is no item: a total, or a note beside the table."""
    if _TOTAL.match(filled[0]):
        return "row-total", "begins a row of totals"
    texts = {c.field: row[c.offset] for c in table.columns if c.field and c.offset < len(row)}
    has_key = any(texts.get(name) for name in (*NEEDED[table.kind], "rack", "serial"))
    if len(filled) == 1 and (_NOTE.match(filled[0]) or len(filled[0].split()) > 2):
        return "row-note", "is a note, no item"
    if not has_key and all(_is_number(cell) for cell in filled):
        return "row-total", "stands in a row of figures without a name"
    return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+\d.,' ]+ ?(?:[a-zA-Z]{1,3}|%|€)?", text) is not None


def _record(table: Table, row: _Row, findings: Findings) -> Record:
    texts = {
        str(column.field): row.texts[column.offset]
        for column in table.columns
        if column.field not in (None, IGNORE) and column.offset < len(row.texts)
    }
    if row.section and not texts.get("rack"):
        texts["rack"] = row.section
    record = Record(table, row.number, texts, findings)
    raw = table.sheet.rows[row.number - 1]
    for column in table.columns:
        if column.field in (None, IGNORE) or column.offset >= len(raw):
            continue
        _note_text(record, str(column.field), raw[column.offset])
    return record


def _note_text(record: Record, name: str, raw: str) -> None:
    """Note, and mend, what is odd about a cell's text."""
    mended = undouble(record.texts[name])
    if mended is not None:
        message = f"`{shorten(record.texts[name])}` was encoded twice, taken as `{shorten(mended)}`"
        record.note("warning", "cell-encoding", name, message, "export it again as UTF-8")
        record.texts[name] = mended
    elif "\ufffd" in raw:
        message = f"`{shorten(record.texts[name])}` holds letters that were lost"
        record.note("warning", "cell-encoding", name, message, "export the sheet again as UTF-8")
    if name in _COMPARED and record.texts[name] and _BLANKS.search(raw):
        message = f"`{shorten(record.texts[name])}` stands there with odd blanks"
        record.note("note", "cell-blanks", name, message, "removed")
