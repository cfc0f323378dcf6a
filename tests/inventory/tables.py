"""The tables of an estate's README, and how its figures are written."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def grouped(number: int) -> str:
    """Return a number with a space between thousands from 10 000 on."""
    return f"{number:,}".replace(",", " ") if number >= 10_000 else str(number)


def number(text: str) -> int:
    """Return the number that `grouped` wrote."""
    return int(text.replace(" ", ""))


def table(readme: str, head: str) -> list[str]:
    """Return the rows of the table whose first line is `head`."""
    lines = readme.splitlines()
    assert lines.count(head) == 1, head
    rows = lines[lines.index(head) + 2 :]
    return rows[: next((i for i, row in enumerate(rows) if not row.startswith("|")), len(rows))]


def cells(row: str) -> list[str]:
    """Return the cells of a row, without backticks."""
    return [cell.strip().strip("`") for cell in row.strip("|").split("|")]
