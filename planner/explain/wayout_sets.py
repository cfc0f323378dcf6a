"""Sets of actions from the cheapest on: only those that may be carried out together, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from typing import NamedTuple

from planner.model.action import Action, clashes, with_required


class Price(NamedTuple):
    """What a set of actions costs, in the order in which sets are compared.

    Attributes
    ----------
    days
        Until the longest of them is done: they are begun together.
    """

    cost_cents: int
    days: int
    number: int
    ids: tuple[str, ...]


def price_of(actions: Mapping[str, Action], chosen: frozenset[str]) -> Price:
    """Return the price of a set."""
    return Price(
        sum(actions[key].cost_cents for key in chosen),
        max((actions[key].days for key in chosen), default=0),
        len(chosen),
        tuple(sorted(chosen)),
    )


class Sets:
    """The sets that may be carried out on top of what is `done` already.

    Parameters
    ----------
    max_actions
        The most actions of a set; None = any number.
    """

    def __init__(
        self,
        actions: Mapping[str, Action],
        done: frozenset[str] = frozenset(),
        max_actions: int | None = None,
    ) -> None:
        self.actions = actions
        self.done = done
        self.max_actions = len(actions) if max_actions is None else max_actions
        self._closures = {
            key: frozenset(with_required(actions, [key])) - done
            for key in actions
            if key not in done
        }
        self._order = sorted(self._closures, key=lambda key: self.price(frozenset({key})))

    def price(self, chosen: frozenset[str]) -> Price:
        """Return the price of a set."""
        return price_of(self.actions, chosen)

    def grown(self, chosen: frozenset[str]) -> Iterator[frozenset[str]]:
        """Yield the sets that one more action, with what it requires, makes of a set."""
        for key in self._order:
            if key not in chosen:
                larger = chosen | self._closures[key]
                if len(larger) <= self.max_actions and not clashes(
                    self.actions, larger | self.done
                ):
                    yield larger

    def without(self, chosen: frozenset[str], key: str) -> frozenset[str]:
        """Return a set without one action and those that require it."""
        return frozenset(other for other in chosen if key not in self._closures[other])

    def largest(self, chosen: frozenset[str]) -> frozenset[str]:
        """Return a set grown until nothing more goes with it, the cheapest first."""
        while (larger := next(self.grown(chosen), None)) is not None:
            chosen = larger
        return chosen

    def in_order(self, is_hopeless: Callable[[frozenset[str]], bool]) -> Iterator[frozenset[str]]:
        """Yield every set, the cheapest first.

        Parameters
        ----------
        is_hopeless
            Whether a set and all that contain it need not be looked at; asked once before a set is
            yielded, and once more before it is grown.
        """
        heap = [self.price(frozenset())]
        seen: set[frozenset[str]] = {frozenset()}
        while heap:
            chosen = frozenset(heappop(heap).ids)
            if is_hopeless(chosen):
                continue
            yield chosen
            if is_hopeless(chosen):
                continue
            for larger in self.grown(chosen):
                if larger not in seen:
                    seen.add(larger)
                    heappush(heap, self.price(larger))
