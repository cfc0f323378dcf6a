"""The result of a solve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.model.layout import Layout

Status = Literal["OPTIMAL", "FEASIBLE", "INFEASIBLE", "UNKNOWN"]


@dataclass(frozen=True)
class Outcome:
    """A layout, or why there is none.

    `OPTIMAL` only when every tier's objective equals its bound; `INFEASIBLE` only when proven;
    `UNKNOWN` when time ran out without a layout.
    """

    status: Status
    layout: Layout | None = None
    interrupted: bool = False
    notes: tuple[str, ...] = ()
    infeasible_reason: str | None = None
