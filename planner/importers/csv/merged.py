"""Merged cells, of which an export leaves all but the first blank: filled where one value fits."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from planner.importers.csv.findings import shorten, spans
from planner.importers.csv.tables import Record


def fill_down(name: str, records: Sequence[Record]) -> None:
    """Fill blanks below a merged cell where only one value can be meant; note every run.

    Filled are blanks below a value that returns below them; in a column of merged cells (it begins
    with a value, none stands in two rows in turn, most rows are blank) all blanks; else several
    blanks below a value that stands nowhere else. One lone blank may belong to the value below.
    """
    texts = [record.texts.get(name, "") for record in records]
    given = [text for text in texts if text]
    repeats = any(a and a == b for a, b in pairwise(texts))
    begins = bool(texts) and bool(texts[0])
    is_merged_column = begins and not repeats and len(texts) >= 2 * len(given)
    index = 0
    while index < len(records):
        if texts[index] or not index or not (above := texts[index - 1]):
            index += 1
            continue
        end = index
        while end < len(texts) and not texts[end]:
            end += 1
        run = records[index:end]
        returns = end < len(texts) and texts[end] == above
        is_alone = begins and given.count(above) == 1 and len(run) > 1
        # A blank owner may well be nobody's: only a whole column of merged cells says otherwise.
        if is_merged_column or (name != "tenant" and (returns or is_alone)):
            _fill(name, run, above, records[index - 1].row)
        index = end


def _fill(name: str, run: Sequence[Record], value: str, source: int) -> None:
    wanted = list(run)
    if name == "rack" and run[0].table.kind == "devices":
        # What follows the last device with units may be in no rack at all: spare parts, plans.
        while wanted and not wanted[-1].text("position"):
            wanted.pop()
    for record in wanted:
        record.texts[name] = value
    if wanted:
        rows = spans([record.row for record in wanted])
        noun = "row" if len(wanted) == 1 else "rows"
        message = f"merged cells: {noun} {rows} taken as `{shorten(value)}` of row {source}"
        wanted[0].note("note", "cell-merged", name, message)
