"""What a loss touches: two losses that touch nothing in common do together what each does alone.

Touched is all whose state the loss changes, and all that a further loss could change otherwise
because of it: a device that lost one cord of two though it stays up, the other feeder of a switch,
the pools that may run a service that has moved. Where two losses share none of that, loads add up;
then two things can still come together: both load the same node more than normally, or both take
instances of one workload.

Sets are integers here, a bit for each thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from planner.check.grid import Moment
from planner.model.scenarios import EMERGENCY_KINDS, Scenario
from planner.simulate.day import Day, Evaluated

#: One thing that a loss can touch: its kind and its index or id.
Thing = tuple[str, int | str]

_NETWORK: Thing = ("network", "")
_LEVEL: Thing = ("level", "")


class Footprint(NamedTuple):
    """What one loss touches on one planning day.

    Attributes
    ----------
    touched
        Bits of what two losses must not share.
    raised
        Bits of the nodes that carry more than normally in any look.
    gone
        Workload -> how many of its instances are down; only where more could be too many.
    """

    touched: int
    raised: int
    gone: Counter[str]


class Footprints:
    """The footprints of losses on one planning day."""

    def __init__(self, day: Day) -> None:
        self.day = day
        self.model = day.equipment.model
        self.grid = day.shared.grid
        self._bits: dict[Thing, int] = {}
        self._corded: dict[int, set[int]] = {}
        for i, consumer in enumerate(self.model.consumers):
            for n in consumer.cords:
                self._corded.setdefault(n, set()).add(i)

    def of(
        self, scenario: Scenario, moments: Collection[Moment], found: Evaluated, lost_bits: int
    ) -> Footprint:
        """Return the footprint of a loss, given what it does."""
        things = set(self._power(moments, found))
        things.update(self._services(scenario, found))
        effect = found.effect
        processes = [one.process for one in effect.stopped]
        if effect.services_shed:
            # What else stops, and how much is needed, decides who is given up.
            processes += self.day.shared.dependence.needs
            things.add(_LEVEL)
        things.update(("process", key) for key in processes)
        if lost_bits or found.taken.moves:
            things.add(_NETWORK)
        normal = self.model.normal.loads
        raised = {
            ("node", n)
            for _, change in found.seen.changes
            for n, load in change.loads.items()
            if load.w > normal[n].w or load.va > normal[n].va
        }
        return Footprint(self._union(things), self._union(raised), self.day.missing(found.effect))

    def conflict(self, one: Footprint, other: Footprint) -> bool:
        """Return whether two losses may do more together than each alone."""
        if one.touched & other.touched or one.raised & other.raised:
            return True
        both = one.gone.keys() & other.gone.keys()
        return any(self.day.is_short(key, one.gone[key] + other.gone[key]) for key in both)

    def _union(self, things: Iterable[Thing]) -> int:
        footprint = 0
        for thing in things:
            footprint |= self._bits.setdefault(thing, 1 << len(self._bits))
        return footprint

    def _power(self, moments: Collection[Moment], found: Evaluated) -> Iterator[Thing]:
        """Yield nodes, devices, cooling units and zones."""
        moved = {n for moment in moments for n in self._moved_nodes(moment)}
        # Of a switch, also what it could be fed by. Anything else moves with its only parent.
        switches = (n for n in moved if len(self.grid.parents[n]) > 1)
        sources = {parent for n in switches for parent in self.grid.parents[n]}
        yield from (("node", n) for n in moved | sources)
        consumers = {i for n in moved for i in self._corded.get(n, ())}
        for moment, change in found.seen.changes:
            consumers |= self.model.lost_consumers(moment) | change.carrying.keys()
        num_devices = len(self.model.devices)
        yield from (("consumer", i) for i in consumers)
        num_devices = len(self.model.devices)
        units = (self.model.units[i - num_devices] for i in consumers if i >= num_devices)
        yield from (("zone", unit.zone) for unit in units)

    def _moved_nodes(self, moment: Moment) -> Iterator[int]:
        """Yield the nodes that are fed otherwise than normally in one look."""
        yield from moment.off - self.grid.normal_off
        for touched in (moment.feeder, moment.idle, moment.recharging, moment.states):
            yield from touched

    def _services(self, scenario: Scenario, found: Evaluated) -> Iterator[Thing]:
        """Yield the pools that offer less, and those that may run what has moved or is down."""
        services, effect = self.day.takeover.services, found.effect
        down = {*effect.down, *effect.interrupted}
        pools = {
            key
            for key in services.pools
            if not down.isdisjoint(services.hosts[key] | services.stores[key])
        }
        gone = {*effect.services_down, *effect.services_shed}
        gone.update(move.instance for move in effect.moves)
        for one in services.placed:
            if one.instance in gone:
                pools.update((one.pool.id, *(standby.id for standby in one.standbys)))
        yield from (("pool", key) for key in pools)
        if scenario.kind in EMERGENCY_KINDS:
            yield _LEVEL
