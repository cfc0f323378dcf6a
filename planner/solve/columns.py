"""The capacity rows seen from the options: one sparse column an option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.solve.candidates import Candidates
from planner.solve.rows import Row


def columns(candidates: Candidates, rows: Sequence[Row]) -> list[dict[int, int]]:
    """Return, per option, row -> scaled use of the row by one instance."""
    found: list[dict[int, int]] = [{} for _ in candidates.options]
    for r, row in enumerate(rows):
        for option, coefficient in row.options.items():
            found[option][r] = found[option].get(r, 0) + coefficient
        for load, coefficient in row.loads.items():
            for option, watts in candidates.load_terms(load).items():
                found[option][r] = found[option].get(r, 0) + coefficient * watts
    return found


def usage(by_option: Sequence[Mapping[int, int]], counts: Mapping[int, int]) -> dict[int, int]:
    """Return row -> scaled use by the instances at each option."""
    total: dict[int, int] = {}
    for option, count in counts.items():
        for r, use in by_option[option].items():
            total[r] = total.get(r, 0) + count * use
    return total
