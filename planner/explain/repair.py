"""What a layout mends of the rules that as-built breaks already."""

from __future__ import annotations

from typing import NamedTuple

from planner.check.judge import judge_as_built
from planner.explain.text import plural
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.violation import Report, Violation


class Repair(NamedTuple):
    """Violations of as-built: those that are gone, smaller, and as they were."""

    mended: tuple[Violation, ...]
    reduced: tuple[Violation, ...]
    left: tuple[Violation, ...]

    @property
    def num_before(self) -> int:
        """Number of violations of as-built."""
        return len(self.mended) + len(self.reduced) + len(self.left)


def repair_of(estate: Estate, layout: Layout, report: Report) -> Repair:
    """Compare as-built with a layout that was judged.

    Rules that the policy makes soft are left out: their amounts count as a tier.
    """
    as_built = layout.as_built()
    if not as_built.standing:
        return Repair((), (), ())
    day = layout.provenance.as_of
    now = {(v.rule, v.subject, v.unit): v.amount for v in (*report.violations, *report.waived)}
    mended: list[Violation] = []
    reduced: list[Violation] = []
    left: list[Violation] = []
    for violation in judge_as_built(estate, as_built, day):
        if violation.rule in estate.policy.soft:
            continue
        amount = now.get((violation.rule, violation.subject, violation.unit), 0)
        group = left if amount >= violation.amount else reduced if amount else mended
        group.append(violation)
    return Repair(tuple(mended), tuple(reduced), tuple(left))


def render_repair(repair: Repair) -> str:
    """Return what is mended, a line a rule; nothing where as-built breaks no rule."""
    if not repair.num_before:
        return ""
    parts = [f"{len(repair.mended)} mended"]
    if repair.reduced:
        parts.append(f"{len(repair.reduced)} less than before")
    parts.append(f"{len(repair.left)} left as they are" if repair.left else "none left")
    lines = [f"as-built breaks {plural(repair.num_before, 'rule')}: {', '.join(parts)}"]
    by_rule: dict[str, list[str]] = {}
    for violation in repair.mended:
        by_rule.setdefault(violation.rule, []).append(f"`{violation.subject}`")
    lines += [f"  mended  {rule}: {', '.join(found)}" for rule, found in by_rule.items()]
    return "\n".join(lines)
