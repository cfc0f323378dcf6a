"""The cheapest way out: the sets of priced actions under which everything fits, from the cheapest.

Exact: sets are decided in order of their price (`planner.explain.wayout_sets`), so the first good
one is the cheapest, where every one before it is bad by proof (`planner.explain.wayout_trial`).
Nothing is assumed of actions: more of them may also be worse. Because that may take long, a good
set is first sought by adding what removes reasons, and leaving out what is not needed; it is the
answer where time ends before the proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from planner.explain.wayout_sets import Price, Sets
from planner.explain.wayout_trial import Decision, EstateWith, Trials, Trouble
from planner.model.action import with_required
from planner.model.layout import Layout
from planner.solve.clock import Clock
from planner.solve.options import Options

#: Further sets that are looked for, and the time for it, unless told.
DEFAULT_ALTERNATIVES = 3
DEFAULT_LIMIT_MS = 60_000

#: Share of the time after which the search for any good set gives way to the exact one.
_SOME_SHARE = 0.5


class Status(StrEnum):
    """What is known of the ways out."""

    CHEAPEST = "cheapest"
    FOUND = "found"
    NONE = "none"
    NOT_FOUND = "not-found"


class Way(NamedTuple):
    """A set of actions that mends everything, shown by a layout that was judged.

    Attributes
    ----------
    actions
        In the order in which they are done: what is required first.
    """

    actions: tuple[str, ...]
    price: Price
    layout: Layout | None


class WaysOut(NamedTuple):
    """The answer.

    Attributes
    ----------
    status
        `cheapest`: the first way is, by proof. `found`: it need not be. `none`: no allowed set
        helps, by proof. `not-found`: undecided in time.
    trouble
        What is wrong without any action.
    ways
        From the cheapest; none contains a better one.
    num_sets
        Sets that were decided: planned with, or known to be bad without.
    is_complete
        Whether the ways after the first are the next cheapest, and all there are where they are
        fewer than asked for.
    """

    status: Status
    subject: str | None
    trouble: Trouble
    ways: tuple[Way, ...] = ()
    num_sets: int = 0
    num_planned: int = 0
    num_open: int = 0
    is_complete: bool = False


def ways_out(
    estate_with: EstateWith,
    as_of: date,
    options: Options,
    *,
    subject: str | None = None,
    alternatives: int = DEFAULT_ALTERNATIVES,
    max_actions: int | None = None,
    done: frozenset[str] = frozenset(),
    on_progress: Callable[[str], None] = lambda _: None,
) -> WaysOut:
    """Return the cheapest sets of actions that mend what is wrong.

    Parameters
    ----------
    estate_with
        Returns the estate after some of its actions, and where things stand then. Raises
        `InventoryError` where their patches do not go together.
    options
        Its time limit is for all of it.
    subject
        The workload that must find a place, beside all that has one; None = everything.
    alternatives
        Ways looked for after the first.
    max_actions
        The most actions of a set.
    done
        Actions that `estate_with` has carried out in any case.
    """
    clock = Clock(options.time_limit_ms, deterministic=False)
    trials = Trials(estate_with, as_of, options, clock)
    sets = Sets(estate_with(())[0].actions, done, max_actions)
    return _Search(trials, sets, 1 + alternatives, on_progress).run(subject)


@dataclass
class _Search:
    """One search: the good sets so far."""

    trials: Trials
    sets: Sets
    num_wanted: int
    on_progress: Callable[[str], None]

    def __post_init__(self) -> None:
        self._good: list[frozenset[str]] = []
        self._some: frozenset[str] | None = None
        self._num_sets = 0
        self._num_open = 0

    def run(self, subject: str | None) -> WaysOut:
        """Look for some good set, then for the cheapest."""
        self._say(frozenset())
        base = self.trials.base(subject)
        if base.decision is not Decision.GOOD:
            self._some = self._any_good()
        is_complete = self._in_order()
        is_first_proven = bool(self._good) and not self._num_open_before
        good = self._good
        if self._some is not None and not is_complete and not self._contains_better(self._some):
            good = sorted([*good, self._some], key=self.sets.price)[: self.num_wanted]
        if good:
            status = Status.CHEAPEST if is_first_proven else Status.FOUND
        else:
            status = Status.NONE if is_complete else Status.NOT_FOUND
        return WaysOut(
            status,
            subject,
            base.trouble,
            tuple(self._way(chosen) for chosen in good),
            self._num_sets,
            self.trials.num_planned,
            self._num_open,
            is_complete,
        )

    def _in_order(self) -> bool:
        """Decide the sets from the cheapest on; whether none was left undecided."""
        self._num_open_before = 0
        for chosen in self.sets.in_order(self._contains_better):
            self._say(chosen)
            if self.trials.is_over:
                return False
            decision = self.trials.decide(chosen).decision
            self._num_sets += 1
            self._num_open += decision is Decision.OPEN
            if decision is Decision.GOOD:
                if not self._good:
                    self._num_open_before = self._num_open
                self._good.append(chosen)
                if len(self._good) == self.num_wanted:
                    break
        return not self._num_open

    def _contains_better(self, chosen: frozenset[str]) -> bool:
        return any(good <= chosen for good in self._good)

    def _any_good(self) -> frozenset[str] | None:
        """Add the cheapest actions that remove reasons against a set, until it is good."""
        chosen: frozenset[str] = frozenset()
        until = self.trials.clock.left_s * (1 - _SOME_SHARE)
        while not self.trials.is_over and self.trials.clock.left_s > until:
            if self.trials.decide(chosen).decision is Decision.GOOD:
                return self._thinned(chosen)
            larger = self._with_fewer_reasons(chosen)
            if larger == chosen:
                return None
            chosen = larger
            self._say(chosen)
        return None

    def _with_fewer_reasons(self, chosen: frozenset[str]) -> frozenset[str]:
        """Return the set with one more action that leaves the fewest reasons, else the largest."""
        best, least = self.sets.largest(chosen), self.trials.num_reasons(chosen)
        for larger in sorted(self.sets.grown(chosen), key=self.sets.price):
            if least < 0 or self.trials.is_over:
                break
            num_reasons = self.trials.num_reasons(larger)
            if num_reasons < least:
                best, least = larger, num_reasons
        return best

    def _thinned(self, chosen: frozenset[str]) -> frozenset[str]:
        """Leave out what a good set does not need, the dearest first."""
        dear_first = sorted(chosen, key=lambda key: self.sets.price(frozenset({key})), reverse=True)
        for key in dear_first:
            smaller = self.sets.without(chosen, key)
            if self.trials.is_over:
                break
            if smaller != chosen and self.trials.decide(smaller).decision is Decision.GOOD:
                chosen = smaller
        return chosen

    def _say(self, chosen: frozenset[str]) -> None:
        found = f", {len(self._good)} found" if self._good else ", one found" if self._some else ""
        now = " + ".join(sorted(chosen)) or "without any action"
        self.on_progress(f"{self.trials.num_planned} planned with{found}; {now}")

    def _way(self, chosen: frozenset[str]) -> Way:
        order = with_required(self.sets.actions, chosen)
        return Way(
            tuple(key for key in order if key in chosen),
            self.sets.price(chosen),
            self.trials.decide(chosen).layout,
        )
