"""The time of a solve: wall clock, or the solver's deterministic time when reproducible."""

from __future__ import annotations

import time

#: Deterministic time counted for a second of limit: CP-SAT's unit takes three to four seconds of
#: CPU on these models (Münster estate, two workers), so a limit means about the same both ways.
DETERMINISTIC_SHARE = 1 / 4


#: Least deterministic time that a run counts for, s.
MIN_RUN_S = 0.01


class Clock:
    """Counts down a limit; deterministic time is added by hand."""

    def __init__(self, limit_ms: int, *, deterministic: bool) -> None:
        self.limit_s = limit_ms / 1000 * (DETERMINISTIC_SHARE if deterministic else 1)
        self.deterministic = deterministic
        self._start = time.monotonic()
        self._spent = 0.0

    def add(self, deterministic_s: float) -> None:
        """Count what a solver run took; every run counts for something, so that all loops end."""
        self._spent += max(deterministic_s, MIN_RUN_S)

    @property
    def seconds(self) -> float:
        """Wall time since the start."""
        return time.monotonic() - self._start

    @property
    def spent_s(self) -> float:
        """What has passed, in the clock that counts."""
        return self._spent if self.deterministic else self.seconds

    @property
    def left_s(self) -> float:
        """What is left of the limit, in the clock that counts."""
        return max(0.0, self.limit_s - self.spent_s)
