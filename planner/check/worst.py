"""The worst of several findings about one subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.model.violation import Violation


def worst_of(found: Iterable[Violation | None]) -> Iterator[Violation]:
    """Yield the violation with the largest amount, the first among equals, if there is any."""
    violations = [violation for violation in found if violation is not None]
    if violations:
        yield max(violations, key=lambda violation: violation.amount)


def worst_by_subject(found: Iterable[Violation]) -> Iterator[Violation]:
    """Yield the worst violation of each subject, in the order in which subjects appear."""
    of_subject: dict[str, list[Violation]] = {}
    for violation in found:
        of_subject.setdefault(violation.subject, []).append(violation)
    for several in of_subject.values():
        yield from worst_of(several)
