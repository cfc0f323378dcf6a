"""Equipment after a loss: who is down, which power nodes and cooling zones carry too much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planner.check.capacity import Limit, W
from planner.check.case import Case, Span
from planner.check.cooling import ZoneFigures
from planner.check.grid import Moment
from planner.check.loads import Change, Load, LoadModel
from planner.check.sweep import Sight
from planner.simulate.effect import Overload

COOLING_ZONE = "cooling_zone"

_NOTHING = Change({}, {})


class Seen(NamedTuple):
    """What the looks at one loss show of equipment; instances by id.

    Attributes
    ----------
    down, interrupted
        What is down in the end, and what is down only until then.
    changes
        What each look changes, the sustained one last.
    """

    down: frozenset[str]
    interrupted: frozenset[str]
    overloads: tuple[Overload, ...]
    changes: tuple[tuple[Moment, Change], ...]


class Equipment:
    """The devices that are on, on one planning day, on the power graph.

    Parameters
    ----------
    model
        Their loads; losses are compared with the look that it is based on.
    limits
        Per node of the grid, what it may carry after the losses that are looked at.
    reference
        The same day without any loss, where `model` is based on a site that stands alone; every
        node and zone that is over then counts, not only one that gets worse.

    Attributes
    ----------
    zones
        Zone -> heat and running capacity, W, in the look that the model is based on.
    """

    def __init__(
        self,
        case: Case,
        span: Span,
        model: LoadModel,
        limits: list[tuple[Limit, ...]],
        reference: Equipment | None = None,
    ) -> None:
        self.span, self.model, self.limits = span, model, limits
        self.reference = reference or self
        self.is_based_on_loss = reference is not None
        self._figures = ZoneFigures(case)
        first = Sight(span, model, model.base, _NOTHING)
        self._figures.start(first)
        self.zones = self._figures.look(first)
        self.ids = tuple(device.instance for device in model.devices)
        carrying = zip(self.ids, model.normal.carrying, strict=False)
        self.first_down = frozenset(key for key, nodes in carrying if nodes is None)
        self._first_over = [
            n for n, load in enumerate(model.normal.loads) if any(self._excesses(n, load))
        ]

    def see(self, moments: Iterable[Moment]) -> Seen:
        """Return what the looks at a loss show."""
        changes = tuple((moment, self.model.change(moment)) for moment in moments)
        worst: dict[tuple[str, str], Overload] = {}
        for moment, change in changes:
            for over in (*self._over(moment, change), *self._hot(moment, change)):
                known = worst.get((over.subject, over.unit))
                if known is None or over.excess >= known.excess:
                    worst[over.subject, over.unit] = over
        down = [self._down(change) for _, change in changes]
        for_now = frozenset[str]().union(*down[:-1])
        return Seen(down[-1], for_now - down[-1], tuple(sorted(worst.values())), changes)

    def _down(self, change: Change) -> frozenset[str]:
        """Return what is down; what was so without any loss is left out."""
        num_devices = len(self.ids)
        more = (
            self.ids[i] for i, nodes in change.carrying.items() if nodes is None and i < num_devices
        )
        return self.first_down.union(more) - self.reference.first_down

    def _over(self, moment: Moment, change: Change) -> Iterator[Overload]:
        """Yield the nodes that carry more than they may, and more than without a loss."""
        model, reference = self.model, self.reference.model
        loads = change.loads
        if self.is_based_on_loss:
            rest = (n for n in self._first_over if n not in moment.off and n not in loads)
            loads = {**loads, **{n: model.normal.loads[n] for n in rest}}
        for n, load in loads.items():
            for limit, carried in self._excesses(n, load):
                before = _of(reference.normal.loads[n], limit.unit)
                if self.is_based_on_loss or carried > before:
                    node = model.grid.nodes[n]
                    yield Overload(
                        node.id,
                        node.kind.value,
                        limit.unit,
                        moment.look,
                        -(-before // reference.scale),
                        -(-carried // model.scale),
                        limit.usable,
                    )

    def _excesses(self, n: int, load: Load) -> Iterator[tuple[Limit, int]]:
        """Yield each limit of a node that a load exceeds, with the load in its unit, scaled."""
        for limit in self.limits[n]:
            carried = _of(load, limit.unit)
            if carried > limit.usable * self.model.scale:
                yield limit, carried

    def _hot(self, moment: Moment, change: Change) -> Iterator[Overload]:
        """Yield the zones that are too hot, and were not just so before."""
        sight = Sight(self.span, self.model, moment, change)
        for zone, (heat_w, capacity_w) in sorted(self._figures.look(sight).items()):
            before_w, running_w = self.reference.zones[zone]
            is_worse = self.is_based_on_loss or heat_w - capacity_w > before_w - running_w
            if heat_w > capacity_w and is_worse:
                yield Overload(zone, COOLING_ZONE, W, moment.look, before_w, heat_w, capacity_w)

    def first_overloads(self) -> tuple[Overload, ...]:
        """Return nodes that carry more than they may after a loss, and hot zones, before any."""
        model, moment = self.model, self.model.base
        found = []
        for n in self._first_over:
            node = model.grid.nodes[n]
            for limit, carried in self._excesses(n, model.normal.loads[n]):
                load = -(-carried // model.scale)
                figures = (load, load, limit.usable)
                found.append(Overload(node.id, node.kind.value, limit.unit, moment.look, *figures))
        for zone, (heat_w, capacity_w) in self.zones.items():
            if heat_w > capacity_w:
                figures = (heat_w, heat_w, capacity_w)
                found.append(Overload(zone, COOLING_ZONE, W, moment.look, *figures))
        return tuple(sorted(found))


def _of(load: Load, unit: str) -> int:
    return load.w if unit == W else load.va
