"""Strands: which UPS, or panel where there is none, an outlet hangs on in the normal state."""

from __future__ import annotations

from collections.abc import Iterator

from planner.check.grid import Grid
from planner.model.power import PowerKind


def chain(grid: Grid, n: int) -> Iterator[int]:
    """Yield a node and what feeds it in the normal state, up to the source."""
    while n >= 0:
        yield n
        n = grid.normal[n].feeder


def strand_of(grid: Grid, n: int) -> int:
    """Return the node that names the strand of what is plugged in at node `n`.

    The nearest UPS from the node itself upward; without any the nearest panel; else the topmost
    node.
    """
    above = list(chain(grid, n))
    for kind in (PowerKind.UPS, PowerKind.PANEL):
        for key in above:
            if grid.nodes[key].kind is kind:
                return key
    return above[-1]


def strands(grid: Grid) -> dict[str, tuple[int, ...]]:
    """Return site -> its UPS with outlets at or below them, or such panels where it has none."""
    with_outlets = {
        above for n, node in enumerate(grid.nodes) if node.outlets for above in chain(grid, n)
    }
    found: dict[str, tuple[int, ...]] = {}
    for site in grid.estate.sites:
        here = [n for key, n in sorted(grid.index.items()) if n in with_outlets]
        here = [n for n in here if grid.nodes[n].site == site]
        for kind in (PowerKind.UPS, PowerKind.PANEL):
            of_kind = tuple(n for n in here if grid.nodes[n].kind is kind)
            if of_kind:
                found[site] = of_kind
                break
    return found
