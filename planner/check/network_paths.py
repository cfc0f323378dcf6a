"""Independent paths between two ends: whether there are so many, and the least longest of them.

Two paths are independent iff they share no bit of `planner.check.network_graph` but the ends. The
search takes a first path, the shortest first, blocks all that it uses and looks for the others past
it; a beginning of a path that leaves no room for the others is not followed. It is exact, or says
that it gave up: up to four paths in meshes of 30 vertices and 60 links take at most half of its
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from planner.check.network_graph import Hop, Network

#: Beginnings of paths that one search looks at before it gives up.
MAX_STEPS = 50_000
#: Largest set of risks that is tried as a cut: n risks that lie on every path admit n paths.
MAX_CUT = 3


class Found(NamedTuple):
    """The longest of the chosen paths, None where there is no choice.

    `is_proven` is False where the search gave up: there may be a better choice, or one at all.
    """

    longest: int | None
    is_proven: bool


class _GaveUpError(Exception):
    pass


class Search:
    """A search for independent paths from `start` to `end`.

    Parameters
    ----------
    length
        Of a hop, not negative.
    """

    def __init__(
        self,
        network: Network,
        start: str,
        end: str,
        length: Callable[[Hop], int],
        max_steps: int = MAX_STEPS,
    ) -> None:
        self.network, self.start, self.end = network, start, end
        self.length = length
        self.max_steps = max_steps
        self.steps = 0
        self._end_bit = network.vertex_bit(end)
        self._best: int | None = None
        self._any_choice = False

    def choose(self, paths: int, *, any_choice: bool = False) -> Found:
        """Return the least longest length of any so many independent paths, or that of some."""
        self.steps, self._best, self._any_choice = 0, None, any_choice
        if self._is_cut(0, min(paths - 1, MAX_CUT)):
            return Found(None, is_proven=True)
        try:
            self._choose(paths, 0, 0)
        except _GaveUpError:
            return Found(self._best, is_proven=False)
        return Found(self._best, is_proven=True)

    def on_every_path(self) -> int:
        """Return the bits that every path uses; none where there is no path."""
        uses = (self._way(0) or 0) & ~self._end_bit
        bits = (1 << n for n in range(uses.bit_length()) if uses >> n & 1)
        return sum(bit for bit in bits if self._way(bit) is None)

    def _way(self, blocked: int) -> int | None:
        return self.network.way(self.start, (self.end,), blocked)

    def _is_cut(self, blocked: int, risks: int) -> bool:
        """Return whether so many more risks lie on every path past the blocked bits."""
        uses = self._way(blocked)
        if uses is None:
            return True
        uses &= ~self._end_bit
        while risks and uses:
            bit = uses & -uses
            if self._is_cut(blocked | bit, risks - 1):
                return True
            uses ^= bit
        return False

    def _choose(self, paths: int, blocked: int, longest: int) -> None:
        """Choose so many more paths past the blocked bits; improve on the best choice so far."""
        for length, uses in self._paths(blocked, paths - 1):
            longest = max(longest, length)
            if self._best is not None and (self._any_choice or longest >= self._best):
                return
            if paths == 1:
                self._best = longest
                return
            self._choose(paths - 1, blocked | uses, longest)

    def _paths(self, blocked: int, others: int) -> Iterator[tuple[int, int]]:
        """Yield length and bits of simple paths with room for `others` beside, the shortest first.

        Vertices wait by the length of the way to them and on to the end (A*).
        """
        left = self._left(blocked)
        if self.start not in left:
            return
        order = count()
        waiting = [(left[self.start], next(order), 0, self.start, frozenset((self.start,)), 0)]
        while waiting:
            whole, _, so_far, at, seen, uses = heappop(waiting)
            if at == self.end:
                yield whole, uses & ~self._end_bit
                continue
            self.steps += 1
            if self.steps > self.max_steps:
                raise _GaveUpError
            if others and self._is_cut(blocked | uses, min(others - 1, MAX_CUT)):
                continue
            for hop in self.network.hops[at]:
                if hop.to not in seen and hop.to in left and not hop.uses & blocked:
                    length = so_far + self.length(hop)
                    entry = (length + left[hop.to], next(order), length)
                    heappush(waiting, (*entry, hop.to, seen | {hop.to}, uses | hop.uses))

    def _left(self, blocked: int) -> dict[str, int]:
        """Return the length of the shortest way to the end from every vertex that has one."""
        left: dict[str, int] = {}
        waiting = [(0, self.end)]
        while waiting:
            length, at = heappop(waiting)
            if at in left:
                continue
            left[at] = length
            for hop in self.network.hops[at]:
                if not hop.uses & blocked:
                    heappush(waiting, (length + self.length(hop), hop.to))
        return left
