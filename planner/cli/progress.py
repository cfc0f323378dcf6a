"""The live line of a long run on stderr; on a terminal it rewrites itself, else a few lines."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

if TYPE_CHECKING:
    from planner.solve.progress import Progress

#: Seconds between two redraws on a terminal, and between two lines elsewhere.
REDRAW_S = 0.25
SPARSE_S = 15

#: Seconds of silence before the first line elsewhere: short work needs none.
QUIET_S = 3


class ProgressLine:
    """Shows what the solver last reported; `update` may be called from any thread.

    On a terminal the line is redrawn while nothing is reported, so that the seconds run on.
    Elsewhere, after `QUIET_S` seconds, a line is written when the tier or the phase changes, and
    every `SPARSE_S` seconds.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty()
        self._lock = threading.Lock()
        self._last: Progress | None = None
        self._note = ""
        self._written: tuple[str, str] | None = None
        self._written_at = 0.0
        self._began = time.monotonic()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._is_live:
            self._thread = threading.Thread(target=self._redraw, name="progress", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        if self._thread is not None:
            self._thread.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def update(self, progress: Progress) -> None:
        """Take the solver's report."""
        with self._lock:
            self._last = progress
            if not self._is_live and self._is_due(progress):
                self._stream.write(f"{describe(progress, self._seconds())}\n")
                self._stream.flush()

    def note(self, text: str) -> None:
        """Say something that stays: on the line while it is live, else as a line of its own."""
        with self._lock:
            self._note = text
            if not self._is_live:
                self._stream.write(f"{text}\n")
                self._stream.flush()

    def _is_due(self, progress: Progress) -> bool:
        key, now = (progress.tier, progress.phase), time.monotonic()
        if now - self._began < QUIET_S:
            return False
        if key == self._written and now - self._written_at < SPARSE_S:
            return False
        self._written, self._written_at = key, now
        return True

    def _seconds(self) -> int:
        return int(time.monotonic() - self._began)

    def _redraw(self) -> None:
        while not self._done.wait(REDRAW_S):
            with self._lock:
                text = (
                    describe(self._last, self._seconds())
                    if self._last
                    else f"reading the problem  {self._seconds()} s"
                )
                text += f"  {self._note}" if self._note else "  (Ctrl-C keeps the best layout)"
                width = shutil.get_terminal_size().columns - 1
                self._stream.write(f"\r\x1b[K{text[:width]}")
                self._stream.flush()


def describe(progress: Progress, seconds: int) -> str:
    """Return tier, phase, objective, bound and gap of a report in one line."""
    from planner.explain.text import grouped, render_gap

    tier, bracket, priority = progress.tier.partition("[")
    head = f"{tier}, priority {priority.rstrip(']')}" if bracket else tier or "start"
    parts = [head if not progress.phase else f"{head} ({progress.phase})"]
    if progress.objective is not None:
        parts.append(f"objective {grouped(progress.objective)}")
    if progress.bound is not None:
        parts.append(f"bound {grouped(progress.bound)}")
    if progress.objective is not None and progress.bound is not None:
        parts.append(f"gap {render_gap(progress.objective, progress.bound)}")
    return "  ".join([*parts, f"{seconds} s"])
