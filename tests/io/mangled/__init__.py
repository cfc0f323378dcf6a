"""Mangled inventories, one kind of fault each, with the exact text they are answered with.

`CASES` is data: tests of the loader and of the command line run over it.
"""

from tests.io.mangled import continuity, demand, ids, power, space, standing, text, values
from tests.io.mangled.case import BASE, Case

CASES: tuple[Case, ...] = (
    *text.CASES,
    *values.CASES,
    *ids.CASES,
    *space.CASES,
    *power.CASES,
    *demand.CASES,
    *continuity.CASES,
    *standing.CASES,
)

__all__ = ["BASE", "CASES", "Case"]
