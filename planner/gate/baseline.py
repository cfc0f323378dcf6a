"""The baseline: violations that are known, so that a gate fails for new ones only.

A violation is known while its rule, subject and unit are listed with at least its amount: what
grows is new again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.model.violation import Violation


class Identity(NamedTuple):
    """What a violation is about."""

    rule: str
    subject: str
    unit: str


def identity(violation: Violation) -> Identity:
    """Return what a violation is about."""
    return Identity(violation.rule, violation.subject, violation.unit)


@dataclass(frozen=True)
class Baseline:
    """Known violations of an estate, with their amounts."""

    estate: str
    amounts: Mapping[Identity, int] = field(default_factory=dict)

    @classmethod
    def of(cls, estate: str, violations: Iterable[Violation]) -> Baseline:
        """Return the baseline that knows exactly these violations."""
        amounts: dict[Identity, int] = {}
        for violation in violations:
            key = identity(violation)
            amounts[key] = max(violation.amount, amounts.get(key, 0))
        return cls(estate, dict(sorted(amounts.items())))

    def knows(self, violation: Violation) -> bool:
        """Whether a violation is listed with at least its amount."""
        key = identity(violation)
        return key in self.amounts and violation.amount <= self.amounts[key]

    def split(
        self, violations: Iterable[Violation]
    ) -> tuple[tuple[Violation, ...], tuple[Violation, ...]]:
        """Return the new violations and the known ones."""
        every = tuple(violations)
        return (
            tuple(v for v in every if not self.knows(v)),
            tuple(v for v in every if self.knows(v)),
        )

    def mended(self, violations: Iterable[Violation]) -> tuple[Identity, ...]:
        """Return what is listed and broken no more."""
        broken = {identity(v) for v in violations}
        return tuple(key for key in self.amounts if key not in broken)
