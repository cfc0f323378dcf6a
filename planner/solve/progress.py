"""What a running solve tells: tier, objective, bound, seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Progress(NamedTuple):
    """A step of a running solve; objective and bound are None until there are any."""

    tier: str
    objective: int | None
    bound: int | None
    seconds: float
    phase: str


OnProgress = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Ignore progress."""
