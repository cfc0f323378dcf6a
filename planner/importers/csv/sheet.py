"""One CSV file as a grid of texts: encoding, separator, and spreadsheet row numbers.

Row numbers are those of the spreadsheet, counted by record: a cell may hold line breaks, and a line
`sep=;` before the first row is no row. What the cells mean is left to other modules.
"""

from __future__ import annotations

import csv
import io
import re
import string
import unicodedata
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from planner.errors import UsageError

#: A spreadsheet of the largest estate is a few MB.
MAX_FILE_BYTES = 64 * 2**20
#: csv's own limit for one cell; a larger one means a quote that is never closed.
MAX_CELL = 131_072

SEPARATORS = (";", "\t", ",", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman", "latin-1")
#: Tried in this order where a file is no Unicode; the first wins a tie.
_OLD = ("cp1252", "cp850", "mac_roman")

_SEP_LINE = re.compile(r"\A(?:\ufeff)?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
#: Characters without width that copying from web pages and Word leaves behind.
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))
#: UTF-8 that was read as Windows-1252 and saved again: `Ã¤`, `Ã¼`, `ÃŸ`, `â€“`.
_DOUBLY = re.compile("[\u00c2\u00c3][\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac.")


class Sheet(NamedTuple):
    """One file: how it was read, and its cells as they stand; `rows[0]` is spreadsheet row 1."""

    name: str
    encoding: str
    separator: str
    rows: tuple[tuple[str, ...], ...]
    broken_quote: int | None = None


def column_letter(index: int) -> str:
    """Return `A` for 0, `Z` for 25, `AA` for 26."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


def read_sheet(path: Path, encoding: str | None = None, separator: str | None = None) -> Sheet:
    """Return the cells of a file; encoding and separator are found out where they are not given.

    Raises
    ------
    UsageError
        When it is no text, holds nothing, or is no CSV.
    """
    text, used = _decode(path, encoding)
    named = _SEP_LINE.match(text)
    if named:
        text = text[named.end() :]
        separator = separator or named.group(1)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UsageError(f"`{path}` holds nothing", hint="export the sheet again as CSV")
    separator = separator or _separator(text)
    rows, broken = _rows(text, separator)
    return Sheet(path.name, used, separator, tuple(map(tuple, rows)), broken)


def _decode(path: Path, encoding: str | None) -> tuple[str, str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}") from None
    if len(raw) > MAX_FILE_BYTES:
        raise UsageError(f"`{path}` is larger than {MAX_FILE_BYTES // 2**20} MiB")
    if raw[:4] == b"PK\x03\x04" or raw[:4] == b"\xd0\xcf\x11\xe0":
        raise UsageError(
            f"`{path}` is a workbook, no CSV",
            hint="save each sheet as `CSV UTF-8` in Excel, or as `Text CSV` in LibreOffice",
        )
    used = encoding or _encoding(raw)
    try:
        text = raw.decode(used)
    except (UnicodeDecodeError, LookupError):
        raise UsageError(
            f"`{path}` is not in encoding `{used}`",
            hint=f"name another in the mapping file: {', '.join(ENCODINGS)}",
        ) from None
    if "\0" in text:
        raise UsageError(f"`{path}` is no text", hint="export the sheet again as CSV")
    return text, used


def _encoding(raw: bytes) -> str:
    """Return the encoding: by its mark, else UTF-16 by its zero bytes, else UTF-8, else an old one.

    UTF-8 is never read by accident: other encodings of texts with umlauts are invalid in it.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    head = raw[:4096]
    if head[1::2].count(0) > len(head) // 4:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 4:
        return "utf-16-be"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return max(_OLD, key=lambda name: _likelihood(raw, name))
    return "utf-8"


def _likelihood(raw: bytes, encoding: str) -> int:
    """Return how much a text looks German: umlauts for it, other such characters against."""
    text = raw.decode(encoding, errors="replace")
    usual = sum(text.count(letter) for letter in "äöüÄÖÜß")
    odd = sum(not c.isascii() for c in text) - usual
    return 2 * usual - odd


def _separator(text: str) -> str:
    """Return the separator that gives the most rows of one same number of cells."""
    sample = "".join(text.splitlines(keepends=True)[:60])

    def score(separator: str) -> int:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=separator))
        del widths[0], widths[1]
        return max((count * width for width, count in widths.items()), default=0)

    return max(SEPARATORS, key=score)


def _rows(text: str, separator: str) -> tuple[list[list[str]], int | None]:
    """Return all rows, and the row of a quote that is never closed (its rest is left out)."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    try:
        rows.extend(reader)
    except csv.Error:
        return rows, len(rows) + 1
    last = rows[-1] if rows else []
    if last and max(cell.count("\n") for cell in last) > 20:
        return rows[:-1], len(rows)
    return rows, None


def tidy(text: str) -> str:
    """Return a cell's text without what nobody sees: odd blanks, marks without width."""
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    return _SPACES.sub(" ", text).strip()


def undouble(text: str) -> str | None:
    """Return what a text that was encoded twice says, or None where it was not."""
    if not _DOUBLY.search(text):
        return None
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
