"""One module a rule family; importing this package registers every constraint."""

from planner.solve.constraints import (  # noqa: F401
    compute,
    continuity,
    cooling,
    network,
    power,
    redundancy,
    space,
    stability,
    tenancy,
)
