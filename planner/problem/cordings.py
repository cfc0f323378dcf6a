"""Cordings: the ways in which a device's inlets can be plugged into the power nodes of a rack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, groupby, islice, product
from typing import NamedTuple

from planner.model.device import Inlet
from planner.model.power import OUTLET_FOR_INLET
from planner.model.workload import Equipment, PsuMode

#: More cordings than this for one device in one rack are cut off, and the plan says so.
MAX_CORDINGS = 256

#: So many cordings are looked at to find those that are kept.
MAX_RANKED = 20_000


class Pattern(NamedTuple):
    """All that matters for power: which nodes a device in a rack hangs on, and how it shares.

    `nodes` are node indices, one a cord, in order of the inlets for active-standby supplies and
    sorted otherwise.
    """

    rack: str
    nodes: tuple[int, ...]
    psus_required: int
    is_standby: bool
    power_factor_permille: int

    def carrying(self, live: Sequence[bool]) -> tuple[int, ...] | None:
        """Return the nodes whose cords carry the draw, or None when the device is down."""
        if not self.nodes:
            return ()
        fed = tuple(n for n in self.nodes if live[n])
        if len(fed) < self.psus_required:
            return None
        return fed[: max(1, self.psus_required)] if self.is_standby else fed


def corded_inlets(equipment: Equipment) -> tuple[Inlet, ...]:
    """Return the inlets that take a cord; hard-wired ones do not."""
    return tuple(inlet for inlet in equipment.inlets if inlet.type in OUTLET_FOR_INLET)


def pattern_of(rack: str, equipment: Equipment, cording: tuple[int, ...]) -> Pattern:
    """Return the pattern of a device corded like this."""
    is_standby = equipment.psu_mode is PsuMode.ACTIVE_STANDBY
    return Pattern(
        rack,
        cording if is_standby else tuple(sorted(cording)),
        equipment.psus_required,
        is_standby,
        equipment.draw.power_factor_permille,
    )


def iter_cordings(
    equipment: Equipment, nodes: Sequence[int], outlets: Sequence[dict[str, int]]
) -> Iterator[tuple[int, ...]]:
    """Yield every cording: node indices by corded inlet; equal inlets are not permuted.

    Parameters
    ----------
    nodes, outlets
        Node indices of the rack and, for each, its outlets by type.
    """
    inlets = corded_inlets(equipment)
    choices = [
        [n for n, has in zip(nodes, outlets, strict=True) if has.get(OUTLET_FOR_INLET[i.type])]
        for i in inlets
    ]
    if equipment.psu_mode is PsuMode.ACTIVE_STANDBY:
        yield from product(*choices)
        return
    order = sorted(range(len(inlets)), key=lambda k: (inlets[k].type, inlets[k].rating_w or 0, k))
    runs = [
        list(run) for _, run in groupby(order, key=lambda k: (inlets[k].type, inlets[k].rating_w))
    ]
    for picks in product(*(combinations_with_replacement(choices[r[0]], len(r)) for r in runs)):
        cording = [0] * len(inlets)
        for run, pick in zip(runs, picks, strict=True):
            for k, node in zip(run, pick, strict=True):
                cording[k] = node
        yield tuple(cording)


def spread_cordings(
    equipment: Equipment,
    nodes: Sequence[int],
    outlets: Sequence[dict[str, int]],
    strand_of: Sequence[int],
) -> tuple[list[tuple[int, ...]], bool]:
    """Return all cordings, or the `MAX_CORDINGS` most spread ones, and whether there are more.

    Most strands first, then most nodes; of those alike some that lie evenly between the first and
    the last, so that no node is left out.

    Parameters
    ----------
    strand_of
        (num_nodes of the graph,) the strand of each node.
    """
    found = list(islice(iter_cordings(equipment, nodes, outlets), MAX_RANKED))
    if len(found) <= MAX_CORDINGS:
        return found, False

    def spread(cording: tuple[int, ...]) -> tuple[int, int]:
        return len({strand_of[n] for n in cording}), len(set(cording))

    kept: list[tuple[int, ...]] = []
    for _, group in groupby(sorted(found, key=spread, reverse=True), key=spread):
        alike = list(group)
        wanted = min(MAX_CORDINGS - len(kept), len(alike))
        kept += (alike[k * len(alike) // wanted] for k in range(wanted))
    return sorted(kept), True
