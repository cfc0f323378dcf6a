"""Ctrl-C during a long computation: the first asks it to stop, the second leaves at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

_T = TypeVar("_T")


def run_interruptible(
    work: Callable[[], _T], stop: threading.Event, note: Callable[[str], None]
) -> _T:
    """Run `work` in a thread of its own, so that a signal is answered while it computes.

    The first SIGINT or SIGTERM sets `stop` and calls `note`; `work` is expected to return soon with
    what it has. A second one leaves the process with 130, whatever the work is doing.

    Raises
    ------
    BaseException
        Whatever `work` raised.
    """
    results: list[_T] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def target() -> None:
        try:
            results.append(work())
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            sys.stderr.write("\naborted, nothing is written\n")
            sys.stderr.flush()
            # A thread inside the solver's native code cannot be unwound.
            os._exit(130)
        stop.set()
        note("stopping with the best layout so far (Ctrl-C again aborts)")

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        threading.Thread(target=target, name="solve", daemon=True).start()
        done.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if failures:
        raise failures[0]
    return results[0]
