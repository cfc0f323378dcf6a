"""Greedy start: largest first, worst fit on the shares of the capacity rows.

Only a hint: every rule that is no capacity row (spread over several domains, exclusive racks) is
left to CP-SAT, which repairs what the hint gets wrong. Workloads that did not fit go first in the
next attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.problem.problem import Group
from planner.solve.candidates import Candidates
from planner.solve.columns import columns
from planner.solve.constraints.redundancy import domain_of
from planner.solve.constraints.space import cautious_ports
from planner.solve.rows import Row

#: Attempts that fill open racks first, then as many that spread; what failed before goes first.
ATTEMPTS = 12

#: Price of opening a rack in the attempts that fill open racks first; above that of any full row.
OPENING_PRICE = 100.0

#: Rules that what comes later can mend: their rows have a price, but are never full.
MENDED_LATER = frozenset({"power.imbalance", "power.strands"})

#: What is allowed of such a row where that is no fixed figure: so many of its largest uses.
USES_ALLOWED = 4

#: Exponent of the price of a row's share: near 1 a full row costs far more than a half-full one.
EXPONENT = 6


@dataclass(frozen=True)
class _Columns:
    """The options of one group as sparse columns over the rows.

    `rows`, `shares` and `fills` (whether the row can be full) are concatenated; `starts[k]` is
    where option k of the group begins.
    """

    options: NDArray[np.int64]
    rows: NDArray[np.int64]
    shares: NDArray[np.float64]
    fills: NDArray[np.bool_]
    starts: NDArray[np.int64]


class Greedy:
    """Greedy attempts over the capacity rows of a model."""

    def __init__(self, candidates: Candidates, rows: Sequence[Row]) -> None:
        self.candidates = candidates
        self.problem = candidates.problem
        rows = [*rows, *cautious_ports(candidates)]
        self.num_rows = len(rows)
        by_option = columns(candidates, rows)
        self._whole = _wholes(rows, by_option)
        self._can_fill = np.array([row.key.rule not in MENDED_LATER for row in rows] + [False])
        number = {rack.id: n for n, rack in enumerate(self.problem.racks)}
        self._rack_of = np.array([number[o.rack] for o in candidates.options], dtype=np.int64)
        self._opening = np.zeros(len(number))
        self.columns = [self._columns(g, by_option) for g in self.problem.groups]

    def _columns(self, group: Group, by_option: Sequence[Mapping[int, int]]) -> _Columns:
        options = [o.index for o in self.candidates.of_group[group.index]]
        rows: list[int] = []
        shares: list[float] = []
        starts: list[int] = []
        for option in options:
            starts.append(len(rows))
            column = by_option[option]
            rows.extend(column)
            shares.extend(use / self._whole[r] for r, use in column.items())
            rows.append(self.num_rows)
            shares.append(0.0)
        of_rows = np.array(rows, dtype=np.int64)
        return _Columns(
            np.array(options, dtype=np.int64),
            of_rows,
            np.array(shares, dtype=np.float64),
            self._can_fill[of_rows],
            np.array(starts, dtype=np.int64),
        )

    def run(self) -> dict[int, int]:
        """Return option -> instances of the attempt that places most."""
        urgency = [0] * len(self.problem.groups)
        best: dict[int, int] = {}
        best_missing: list[tuple[int, int]] | None = None
        for attempt in range(2 * ATTEMPTS):
            counts, failed = self._attempt(urgency, fills_open_racks=attempt < ATTEMPTS)
            missing = sorted(
                (-(group := self.problem.groups[g]).workload.priority, group.count) for g in failed
            )
            if best_missing is None or missing < best_missing:
                best, best_missing = counts, missing
            if not failed:
                break
            for g in failed:
                urgency[g] += 1
        return best

    def _order(self, urgency: Sequence[int]) -> list[Group]:
        """Return standing groups first, then by urgency, priority, size; partners come first."""

        def size(group: Group) -> float:
            columns = self.columns[group.index]
            return float(columns.shares.max()) if len(columns.shares) else 0.0

        wanted = sorted(
            self.problem.groups,
            key=lambda g: (
                not self._stays(g),
                g.home is None,
                not g.equipment.provides_ports,
                -urgency[g.index],
                -g.workload.priority,
                len(self.columns[g.index].options) > 2 * len(self.problem.racks) // 3,
                -size(g),
                g.index,
            ),
        )
        order: dict[int, Group] = {}

        def emit(group: Group, waiting: frozenset[str]) -> None:
            if group.index in order:
                return
            for other in group.workload.together_with.values():
                if other not in waiting:
                    for partner in self.problem.groups_of.get(other, ()):
                        emit(partner, waiting | {other})
            order.setdefault(group.index, group)

        for group in wanted:
            emit(group, frozenset({group.workload.id}))
        return list(order.values())

    def _stays(self, group: Group) -> bool:
        """Whether a standing instance keeps its home: it breaks nothing there, or has no choice."""
        options = self.candidates.of_group[group.index]
        homes = [o for o in options if o.stays]
        return bool(homes) and (len(homes) == len(options) or not any(o.broken for o in homes))

    def _attempt(
        self, urgency: Sequence[int], *, fills_open_racks: bool
    ) -> tuple[dict[int, int], list[int]]:
        usage = np.zeros(self.num_rows + 1)
        counts: dict[int, int] = {}
        self._opening = np.array(
            [OPENING_PRICE if fills_open_racks else 0.0] * len(self.problem.racks)
        )
        failed: list[int] = []
        for group in self._order(urgency):
            before = usage.copy()
            chosen = self._place(group, usage, counts)
            if chosen is None:
                usage[:] = before
                failed.append(group.index)
                continue
            for option in chosen:
                counts[option] = counts.get(option, 0) + 1
                self._opening[self._rack_of[option]] = 0.0
        return counts, failed

    def _place(
        self, group: Group, usage: NDArray[np.float64], counts: dict[int, int]
    ) -> list[int] | None:
        """Place a group whole, instance by instance; None where one does not fit."""
        columns = self.columns[group.index]
        if not len(columns.options):
            return None
        allowed = np.ones(len(columns.options), dtype=bool)
        for level, other in group.workload.together_with.items():
            there = self._domains(other, level, counts)
            allowed &= np.array(
                [
                    domain_of(self.problem, self.candidates.options[o].rack, level) in there
                    for o in columns.options
                ]
            )
        if group.home is not None:
            options = [self.candidates.options[o] for o in columns.options]
            at_home = self._stays(group)
            allowed &= np.array([o.stays if at_home else not o.broken for o in options])
        chosen: list[int] = []
        used_domains: dict[tuple[str, str], int] = {}
        for _ in range(group.count):
            k = self._best(group, columns, usage, allowed, used_domains)
            if k is None:
                return chosen if group.workload.partial and chosen else None
            self._add(columns, k, usage)
            option = int(columns.options[k])
            chosen.append(option)
            for level in ("site", *group.workload.spread):
                domain = (
                    level,
                    domain_of(self.problem, self.candidates.options[option].rack, level),
                )
                used_domains[domain] = used_domains.get(domain, 0) + 1
        return chosen

    def _best(
        self,
        group: Group,
        columns: _Columns,
        usage: NDArray[np.float64],
        allowed: NDArray[np.bool_],
        used_domains: dict[tuple[str, str], int],
    ) -> int | None:
        old = usage[columns.rows]
        new = old + columns.shares
        fuller = columns.fills & (columns.shares > 0)
        over = np.maximum.reduceat(np.where(fuller, new, 0.0), columns.starts)
        price = np.add.reduceat(
            np.maximum(new, 0) ** EXPONENT - np.maximum(old, 0) ** EXPONENT, columns.starts
        )
        is_full = (over > 1 + 1e-9) & (not self._stays(group))
        price = np.where(is_full | ~allowed, np.inf, price)
        if not group.equipment.provides_ports:
            price = price + self._opening[self._rack_of[columns.options]]
        for level, spread in group.workload.spread.items():
            if spread.min_domains is None and spread.max_skew is None:
                continue
            price = price + 1e3 * np.array(
                [
                    used_domains.get(
                        (level, domain_of(self.problem, self.candidates.options[o].rack, level)), 0
                    )
                    for o in columns.options
                ]
            )
        k = int(np.argmin(price))
        return k if np.isfinite(price[k]) else None

    def _add(self, columns: _Columns, k: int, usage: NDArray[np.float64]) -> None:
        end = columns.starts[k + 1] if k + 1 < len(columns.starts) else len(columns.rows)
        span = slice(columns.starts[k], end)
        usage[columns.rows[span]] += columns.shares[span]

    def _domains(self, workload: str, level: str, counts: dict[int, int]) -> set[str]:
        return {
            domain_of(self.problem, self.candidates.options[o].rack, level)
            for o in counts
            if self.candidates.group(self.candidates.options[o]).workload.id == workload
        }


def _wholes(rows: Sequence[Row], by_option: Sequence[Mapping[int, int]]) -> list[float]:
    """Return what counts as all of each row."""
    largest = [0] * len(rows)
    for column in by_option:
        for r, use in column.items():
            largest[r] = max(largest[r], use)

    def whole(row: Row, use: int) -> float:
        if row.capacity > 0:
            return float(row.capacity)
        return float(USES_ALLOWED * use) if use and row.key.rule in MENDED_LATER else 1e-9

    return [whole(row, use) for row, use in zip(rows, largest, strict=True)]
