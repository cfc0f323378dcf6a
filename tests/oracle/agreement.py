"""Solver against brute force on one tiny estate."""

from planner.model.rules import RULES
from planner.solve import Options, plan
from tests.oracle.brute_force import best_layout, judge
from tests.oracle.estates import Tiny

OPTIONS = Options(workers=1, time_limit_ms=60_000)


def disagreement(case: Tiny) -> str | None:
    """Return in what solver, checker and brute force differ, None where they agree."""
    outcome = plan(case.estate, case.as_built, case.as_of, OPTIONS)
    verdict = best_layout(case.estate, case.as_built, case.as_of)
    if verdict.score is None:
        if outcome.status != "INFEASIBLE":
            return f"{outcome.status}, and none of {verdict.num_choices} layouts holds"
        return None
    if outcome.layout is None:
        return f"{outcome.status}, and a layout holds with {verdict.score}"
    report, against = judge(case.estate, outcome.layout, case.as_of)
    if against:
        return f"the solver's layout breaks {sorted(against)}"
    if tiers(outcome.layout) != report.score:
        return f"the solver counts {tiers(outcome.layout)}, the checker {report.score}"
    if report.score != verdict.score:
        return f"the solver finds {report.score}, the best is {verdict.score}"
    if outcome.status != "OPTIMAL":
        return f"{outcome.status}, not proven"
    return None


def tiers(layout) -> tuple[tuple[str, int], ...]:
    """Return (tier, value) as the solver has it."""
    return tuple((t.tier, t.objective) for t in layout.tiers)


def outcome_of(case: Tiny):
    """Return what makes two outcomes the same: the status, or the tiers' values."""
    outcome = plan(case.estate, case.as_built, case.as_of, OPTIONS)
    return outcome.status if outcome.layout is None else tiers(outcome.layout)


#: Rules that the solver has a part in.
SOLVED = tuple(
    slug
    for slug, rule in RULES.items()
    if not rule.about_estate and rule.family not in ("structure", "waiver")
)
