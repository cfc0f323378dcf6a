"""The search for what to keep when not everything fits: the largest kept weight, tier by tier.

Knows items, parts and rows only; `planner.check.shedding` says what they are. Items share parts: a
part that several kept items need counts once, at the highest level that any of them asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

#: Partial choices that the search looks at before it gives up the proof.
MAX_NODES = 10_000

Row = Hashable


class Item(NamedTuple):
    """Something to keep or to shed; `parts` are what it needs, each at a level.

    The smallest tier comes first. Items are tried in order of tier and id.
    """

    tier: int
    id: str
    weight: int
    parts: Mapping[str, int]


class Choice(NamedTuple):
    """What is kept; of several equally good choices the one that keeps the earliest items.

    `is_proven` is False where the search gave up: there may be a better choice.
    """

    kept: frozenset[str]
    is_proven: bool


class _State(NamedTuple):
    """A partial choice: levels of the parts in use, what is left of each row, weight by tier."""

    levels: dict[str, int]
    left: dict[Row, int]
    kept: tuple[str, ...]
    weights: tuple[int, ...]


class Search:
    """Keeps as much as fits.

    Parameters
    ----------
    usage
        (part, level) -> what it takes of each row.
    left
        Row -> what there is; where that is negative, nothing may take of it.
    """

    def __init__(
        self,
        items: Iterable[Item],
        usage: Mapping[tuple[str, int], Mapping[Row, int]],
        left: Mapping[Row, int],
        max_nodes: int = MAX_NODES,
    ) -> None:
        self.items = sorted(items, key=lambda item: (item.tier, item.id))
        self.usage = usage
        self.max_nodes = max_nodes
        self.tiers = sorted({item.tier for item in self.items})
        self.start = _State({}, dict(left), (), (0,) * len(self.tiers))
        num_users = Counter(part for item in self.items for part in item.parts)
        # What an item takes in any case: of the parts that no other item needs.
        self._own = [
            self._taken({p: n for p, n in item.parts.items() if num_users[p] == 1}, {})
            for item in self.items
        ]
        self._by_row = {row: self._cheapest_first(row) for row in left}

    def _cheapest_first(self, row: Row) -> list[int]:
        """Return the items by what they take of a row for each unit of their weight."""
        worth = [i for i, item in enumerate(self.items) if item.weight > 0]
        return sorted(worth, key=lambda i: Fraction(self._own[i][row], self.items[i].weight))

    def _taken(self, parts: Mapping[str, int], levels: Mapping[str, int]) -> Counter[Row]:
        """Return what `parts` take beside what is in use already."""
        taken: Counter[Row] = Counter()
        for part, level in parts.items():
            if level > levels.get(part, -1):
                taken.update(self.usage[part, level])
                if part in levels:
                    taken.subtract(self.usage[part, levels[part]])
        return taken

    def _with(self, state: _State, i: int) -> _State | None:
        """Return the choice with one more item, None if that does not fit."""
        item = self.items[i]
        taken = self._taken(item.parts, state.levels)
        if any(n > 0 and n > state.left[row] for row, n in taken.items()):
            return None
        levels = dict(state.levels)
        for part, level in item.parts.items():
            levels[part] = max(level, levels.get(part, 0))
        left = {row: n - taken[row] for row, n in state.left.items()}
        tier = self.tiers.index(item.tier)
        weights = (
            *state.weights[:tier],
            state.weights[tier] + item.weight,
            *state.weights[tier + 1 :],
        )
        return _State(levels, left, (*state.kept, item.id), weights)

    def best(self) -> Choice:
        """Return the lexicographically largest kept weight, the first tier first."""
        fallback = max(self._greedy(order) for order in self._orders())
        best, found = fallback[0], None
        waiting = [(0, self.start)]
        num_nodes = 0
        while waiting and num_nodes < self.max_nodes:
            num_nodes += 1
            i, state = waiting.pop()
            bound = self._bound(i, state)
            if bound < best or (bound == best and found is not None):
                continue
            if i == len(self.items):
                best, found = bound, state.kept
                continue
            waiting.append((i + 1, state))
            more = self._with(state, i)
            if more is not None:
                waiting.append((i + 1, more))
        return Choice(frozenset(fallback[1] if found is None else found), not waiting)

    def _orders(self) -> Iterable[list[int]]:
        """Yield orders in which to keep what fits: as listed, and the cheapest first, by row."""
        listed = list(range(len(self.items)))
        yield listed
        for cheapest in self._by_row.values():
            place = {i: n for n, i in enumerate(cheapest)}
            yield sorted(listed, key=lambda i: (self.items[i].tier, place.get(i, len(listed))))

    def _greedy(self, order: list[int]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        state = self.start
        for i in order:
            state = self._with(state, i) or state
        return state.weights, state.kept

    def _bound(self, i: int, state: _State) -> tuple[int, ...]:
        """Return, by tier, a weight that no choice which goes on from `state` exceeds."""
        open_items = {j for j in range(i, len(self.items)) if self._with(state, j) is not None}
        bound = []
        for kept, tier in zip(state.weights, self.tiers, strict=True):
            within = {j for j in open_items if self.items[j].tier == tier}
            most = [self._most(within, row, state.left[row]) for row in self._by_row]
            bound.append(kept + min(most, default=sum(self.items[j].weight for j in within)))
        return tuple(bound)

    def _most(self, within: set[int], row: Row, left: int) -> int:
        """Return the weight that one row lets in, if items could be kept in part, floored."""
        weight = 0
        for j in self._by_row[row]:
            if j not in within:
                continue
            own = self._own[j][row]
            if own > max(left, 0):
                return weight + self.items[j].weight * left // own
            weight += self.items[j].weight
            left -= own
        return weight
