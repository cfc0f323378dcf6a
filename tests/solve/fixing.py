"""Whether the solver allows a fixed layout, and the decorator of a rule's test pair."""

import pytest

from planner.problem import compile_estate
from planner.problem.services import PoolChoice
from planner.solve.fixed import is_allowed
from tests.builders import DAY, as_built


def allows(estate, places, standing=None, *, breaks=None, services=None, as_of=DAY):
    """Return whether the solver allows `places`; `standing` is where instances stand now.

    `breaks` says by how much as-built breaks rules, by key; `services` gives the pool of service
    instances, or the pool and its standby pools.
    """
    problem = compile_estate(estate, as_built(standing), as_of)
    choices = {
        key: PoolChoice(pools) if isinstance(pools, str) else PoolChoice(pools[0], pools[1:])
        for key, pools in (services or {}).items()
    }
    return is_allowed(problem, places, breaks, choices)


def pair(slug, names, forbidden, allowed):
    """Return the decorator of a rule's pair: a test with `names` and the expected answer `says`."""
    values = [(forbidden, False, "forbidden"), (allowed, True, "allowed")]
    several = "," in names
    return pytest.mark.parametrize(
        (*(name.strip() for name in names.split(",")), "says"),
        [
            pytest.param(
                *(value if several else (value,)), says, id=half, marks=pytest.mark.rule(slug, half)
            )
            for value, says, half in values
        ],
    )
