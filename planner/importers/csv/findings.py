"""Collects what is found in the tables; equal remarks on one column are said once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from planner.importers.contract import Finding, Severity

#: So many equal remarks on one column are listed one by one; more become one line.
MAX_ALIKE = 5
#: Remarks on how a cell is written, which are said once a column, whatever the cells hold.
SAID_ONCE = frozenset(
    {"cell-unit", "cell-blanks", "cell-position", "cell-thousands", "cell-approximate", "cell-date",
     "cell-supplies"}
)  # fmt: skip


class Spot(NamedTuple):
    """A cell, a row (without letter) or a whole file (without both)."""

    file: str
    row: int = 0
    letter: str = ""
    heading: str = ""

    def __str__(self) -> str:
        """Return `devices.csv:17:D`."""
        return ":".join(part for part in (self.file, str(self.row or ""), self.letter) if part)


class _Noted(NamedTuple):
    spot: Spot
    order: int
    finding: Finding


class Findings:
    """The findings so far, in the order of the tables when listed."""

    def __init__(self) -> None:
        self._noted: list[_Noted] = []
        self._files: dict[str, int] = {}

    def add(
        self,
        severity: Severity,
        slug: str,
        spot: Spot,
        message: str,
        action: str = "",
        item: tuple[str, str] | None = None,
    ) -> None:
        """Note one finding; its message begins with the column's heading."""
        self._files.setdefault(spot.file, len(self._files))
        text = f"`{spot.heading}`: {message}" if spot.heading else message
        finding = Finding(str(spot), severity, slug, text, action, item)
        self._noted.append(_Noted(spot, len(self._noted), finding))

    def listed(self) -> tuple[Finding, ...]:
        """Return the findings by file, row and column; those alike in many rows as one."""
        groups: dict[tuple[str, ...], list[_Noted]] = {}
        for noted in self._noted:
            finding = noted.finding
            alike: tuple[str, ...] = (
                noted.spot.file, noted.spot.letter, finding.slug, finding.severity,
            )  # fmt: skip
            if finding.slug not in SAID_ONCE or finding.severity != "note":
                alike += (finding.message, str(finding.item))
            groups.setdefault(alike, []).append(noted)
        found: list[_Noted] = []
        for group in groups.values():
            is_fault = group[0].finding.severity in ("error", "warning")
            most = 1 if is_fault else MAX_ALIKE
            found += [_folded(group)] if len(group) > most else group
        found.sort(
            key=lambda n: (
                self._files[n.spot.file],
                n.spot.row,
                len(n.spot.letter),
                n.spot.letter,
                n.order,
            )
        )
        return tuple(noted.finding for noted in found)


def _folded(group: Sequence[_Noted]) -> _Noted:
    first, *rest = sorted(group, key=lambda noted: noted.spot.row)
    others = spans([noted.spot.row for noted in rest])
    noun = "row" if len(group) == 2 else "rows"
    message = f"{first.finding.message}; likewise in {len(group) - 1} more {noun}: {others}"
    return first._replace(finding=replace(first.finding, message=message))


def spans(numbers: Sequence[int]) -> str:
    """Return `3-5, 9` for 3, 4, 5, 9."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and number == parts[-1][-1] + 1:
            parts[-1][1:] = [number]
        else:
            parts.append([number])
    return ", ".join("-".join(map(str, part)) for part in parts)


def shorten(text: str, most: int = 60) -> str:
    """Return a text on one line, cut where it is long."""
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= most else text[: most - 3] + "..."
