"""The live line of work that is counted: so many of so many, on stderr."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import IO, Self

from planner.cli.progress import QUIET_S, REDRAW_S, SPARSE_S
from planner.explain.text import grouped


class CountLine:
    """Shows how far work has come, and asks it to stop once `stop` is set.

    On a terminal one line rewrites itself; elsewhere a line is written now and then, none during
    the first `QUIET_S` seconds.
    """

    def __init__(self, noun: str, stop: threading.Event, stream: IO[str] | None = None) -> None:
        self._noun, self._stop = noun, stop
        self._stream = stream or sys.stderr
        self._is_live = self._stream.isatty()
        self._began = time.monotonic()
        self._due = self._began + (0 if self._is_live else QUIET_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_live:
            self._write("\r\x1b[K")

    def watch(self, done: int, of: int) -> bool:
        """Show the count when it is time to; return whether to stop."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + (REDRAW_S if self._is_live else SPARSE_S)
            text = f"{grouped(done)} of {grouped(of)} {self._noun}  {int(now - self._began)} s"
            end = "  (Ctrl-C shows what was found)"
            self._write(f"\r\x1b[K{text}{end}" if self._is_live else f"{text}\n")
        return self._stop.is_set()

    def note(self) -> None:
        """Say that the work is about to stop."""
        text = "stopping, what was found is shown (Ctrl-C again aborts)"
        self._write(f"\r\x1b[K{text}" if self._is_live else f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
