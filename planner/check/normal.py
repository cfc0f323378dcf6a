"""Rules about the normal state of each span, shown to them by the sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from planner.check.case import Case
from planner.check.sweep import Sight
from planner.model.violation import Tightest, Violation

#: What a rule finds in the normal state of one span.
Rule = Callable[[Case, Sight], Iterable[Violation]]


class NormalState:
    """Watches one rule; the worst day of each subject and unit counts, the first among equals."""

    def __init__(self, rule: Rule, case: Case) -> None:
        self.rule = rule
        self.case = case
        self._worst: dict[tuple[str, str], Violation] = {}

    def normal(self, sight: Sight) -> None:
        """Judge a span."""
        for violation in self.rule(self.case, sight):
            key = (violation.subject, violation.unit)
            if key not in self._worst or violation.amount > self._worst[key].amount:
                self._worst[key] = violation

    def loss(self, sight: Sight) -> None:
        """Nothing: only the normal state counts."""

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a subject and unit."""
        yield from self._worst.values()

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: what is judged is no capacity of a node."""
        return iter(())


def in_normal_state(rule: Rule) -> Callable[[Case], NormalState]:
    """Return a watcher of a rule."""
    return partial(NormalState, rule)
