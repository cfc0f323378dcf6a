"""A mutant: the smallest case that breaks one rule."""

from __future__ import annotations

from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.layout import Layout


class Mutant(NamedTuple):
    """What breaks `slug`, for `subject`, by `amount`."""

    slug: str
    subject: str
    amount: int
    estate: Estate
    layout: Layout
