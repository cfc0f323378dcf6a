"""How to solve: limits, workers, seed, reproducibility."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

#: Time limit when none is given, ms.
DEFAULT_TIME_LIMIT_MS = 15_000


@dataclass(frozen=True)
class Options:
    """Limits of one solve.

    Attributes
    ----------
    time_limit_ms
        For all tiers together; with `reproducible` counted in the solver's deterministic time.
    stop_event
        Set by another thread to stop early; the best layout so far is returned.
    """

    time_limit_ms: int = DEFAULT_TIME_LIMIT_MS
    workers: int = 2
    seed: int = 1
    reproducible: bool = False
    stop_event: Event = field(default_factory=Event)
