"""The worst of several findings about one subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.model.violation import Violation


def worst_of(found: Iterable[Violation | None]) -> Iterator[Violation]:
    """Yield the violation with the largest amount, the first among equals, if there is any."""
    violations = [violation for violation in found if violation is not None]
    if violations:
        yield max(violations, key=lambda violation: violation.amount)
