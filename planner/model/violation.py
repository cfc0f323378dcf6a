"""What the checker says: violations with their arithmetic, and the score.

Texts are rendered from these fields and never parsed back.
"""

from __future__ import annotations

from typing import NamedTuple

from planner.model.base import Where


class Violation(NamedTuple):
    """One rule broken by one subject in one scenario.

    Attributes
    ----------
    required, available
        What is needed and what there is, in `unit`; loads are rounded up, capacities down.
    required_note, available_note
        How the two figures come about, e.g. `400 V x 16 A x sqrt(3) x 80 %`.
    message
        One sentence without a full stop, ids in backticks.
    inherited
        The as-built snapshot breaks it already, by at least as much.
    hint
        The next step, or None.
    """

    rule: str
    subject: str
    scenario: str
    required: int
    available: int
    unit: str
    message: str
    required_note: str = ""
    available_note: str = ""
    where: Where | None = None
    inherited: bool = False
    hint: str | None = None

    @property
    def amount(self) -> int:
        """By how much it is broken, in `unit`."""
        return self.required - self.available


class Tightest(NamedTuple):
    """The capacity that comes nearest to its limit: load and usable capacity in `unit`."""

    rule: str
    subject: str
    scenario: str
    load: int
    usable: int
    unit: str


class SurvivableShare(NamedTuple):
    """How much of the critical demand a site carries alone, of one resource.

    Attributes
    ----------
    resource
        `power`, `cooling`, `vcpu`, `ram`, `storage` or `licence <name>`.
    subject
        The node, zone or pool that binds, in `scenario`.
    available, critical
        Emergency capacity less what is fixed (rounded down), and critical load (rounded up).
    permille
        The exact `available / critical`, floored; above 1000 there is room.
    """

    site: str
    resource: str
    subject: str
    scenario: str
    available: int
    critical: int
    unit: str
    permille: int


class Report(NamedTuple):
    """The judge's whole answer.

    Attributes
    ----------
    violations
        Sorted by rule, subject, scenario.
    waived
        Violations that a valid waiver covers in full.
    soft
        Amounts of rules that the policy makes soft; they count in the `soft` tier.
    warnings
        Findings that are not yet violations, e.g. a certificate that expires soon.
    score
        (tier, value) in the policy's order, recomputed.
    tightest
        Per unit the capacity nearest to its limit, nearest first.
    shares
        Per member of a continuity group and resource with critical load, the survivable share.
    """

    violations: tuple[Violation, ...]
    waived: tuple[Violation, ...]
    soft: tuple[Violation, ...]
    warnings: tuple[Violation, ...]
    score: tuple[tuple[str, int], ...]
    tightest: tuple[Tightest, ...]
    num_rules: int
    num_scenarios: int
    shares: tuple[SurvivableShare, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no violation remains."""
        return not self.violations
