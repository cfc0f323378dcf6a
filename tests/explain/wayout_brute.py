"""The cheapest sets of actions by trying all of them: each is planned with, and the judge decides.

Nothing of the search is used: no order, no conflict of another set, no part of a plan.
"""

from itertools import combinations

from planner.check import check
from planner.solve.options import Options
from planner.solve.plan import plan
from tests.builders import DAY

OPTIONS = Options(time_limit_ms=60_000, workers=1)


def allowed_sets(actions, max_actions=None):
    """Return every set that holds what its members require and nothing that they exclude."""
    keys = sorted(actions)
    found = []
    for number in range((len(keys) if max_actions is None else max_actions) + 1):
        for chosen in combinations(keys, number):
            required = {r for key in chosen for r in actions[key].requires}
            excluded = {r for key in chosen for r in actions[key].excludes}
            if required <= set(chosen) and not excluded & set(chosen):
                found.append(chosen)
    return found


def price(actions, chosen):
    """Return what sets are compared by."""
    return (
        sum(actions[key].cost_cents for key in chosen),
        max([0, *(actions[key].days for key in chosen)]),
        len(chosen),
        chosen,
    )


def broken(estate_with, chosen):
    """Return the violations of a plan that places everything, None where none does."""
    estate, as_built = estate_with(chosen)
    policy = estate.policy.model_copy(update={"tiers": ("unplaced", "soft")})
    estate = estate.model_copy(update={"policy": policy})
    outcome = plan(estate, as_built, DAY, OPTIONS)
    assert outcome.status in ("OPTIMAL", "INFEASIBLE"), (chosen, outcome.status)
    if outcome.layout is None or outcome.layout.unplaced:
        return None
    return check(estate, outcome.layout, DAY).violations


def is_new(violation):
    """Whether a violation stands not already; what a site cannot do alone always counts."""
    return not violation.inherited or violation.rule.startswith("continuity.")


def cheapest(estate_with, max_actions=None):
    """Return all good sets in order of their price that contain no better one."""
    actions = estate_with(())[0].actions
    base = broken(estate_with, ())
    mends_all = base is not None and not any(map(is_new, base))

    def is_good(chosen):
        found = broken(estate_with, chosen)
        return found is not None and not any(mends_all or is_new(v) for v in found)

    good = []
    for chosen in sorted(allowed_sets(actions, max_actions), key=lambda c: price(actions, c)):
        if not any(set(g) <= set(chosen) for g in good) and is_good(chosen):
            good.append(chosen)
    return good
