"""What a loss does on one planning day: the record, and the order of gravity.

An effect is what differs from the normal state. What is down or overloaded without any loss is no
effect of a loss.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from planner.model.scenarios import Look, Scenario


class Overload(NamedTuple):
    """A power node, cooling zone or pool that is asked for more than it may give after the loss.

    Attributes
    ----------
    kind
        Kind of the power node, `cooling_zone` or `pool`.
    before, load, limit
        Load without and with the loss (rounded up) and what may be carried (rounded down), in
        `unit`. Of a pool only what is critical.
    """

    subject: str
    kind: str
    unit: str
    look: Look
    before: int
    load: int
    limit: int

    @property
    def excess(self) -> int:
        """What is too much, in `unit`."""
        return self.load - self.limit


class Move(NamedTuple):
    """A service instance that a standby pool takes over.

    Attributes
    ----------
    minutes
        Until it serves again, its start included.
    is_by_hand
        Nobody but a person may take it over: it says so, or it has lost its quorum.
    """

    instance: str
    pool: str
    standby: str
    minutes: int
    is_by_hand: bool


class Short(NamedTuple):
    """A workload of which fewer instances are up than what depends on it needs."""

    workload: str
    up: int
    needed: int


class Stopped(NamedTuple):
    """A process that does not run.

    Attributes
    ----------
    is_shed
        It is given up for want of capacity; nothing that it needs is down.
    causes
        The workloads that it waits for; none of a process that is given up.
    """

    process: str
    criticality: int
    is_critical: bool
    is_shed: bool
    causes: tuple[Short, ...]


class Recovery(NamedTuple):
    """A process that runs again once others have moved.

    Attributes
    ----------
    chain
        The longest chain of moves, in order: workload and its minutes.
    rto_min
        Its recovery time objective, None where it states none.
    """

    process: str
    minutes: int
    rto_min: int | None
    chain: tuple[tuple[str, int], ...]

    @property
    def is_late(self) -> bool:
        """Whether it takes longer than its objective allows."""
        return self.rto_min is not None and self.minutes > self.rto_min


class AccessLost(NamedTuple):
    """An access network that a site does not reach although workloads there require it."""

    site: str
    network: str
    workloads: tuple[str, ...]


class FewerPaths(NamedTuple):
    """A pair of ends that keeps fewer independent paths than before, counted up to `required`."""

    requirement: str
    left: int
    before: int
    required: int


class Effect(NamedTuple):
    """What one loss does on one planning day.

    Attributes
    ----------
    down, interrupted
        Equipment that is down in the end, and that is down only until a switch has transferred.
    off
        Equipment that is given up where a site stands alone: not critical, and not needed by
        anything that is kept.
    services_down, services_shed
        Service instances that no live pool runs, and those given up for want of capacity.
    short
        Workloads with fewer instances up than needed that had enough before; what is given up
        does not count.
    is_best_unproven
        More may have been given up than necessary: the search for the best choice gave up.
    """

    scenario: Scenario
    day: date
    down: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    overloads: tuple[Overload, ...] = ()
    services_down: tuple[str, ...] = ()
    services_shed: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()
    short: tuple[Short, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    access: tuple[AccessLost, ...] = ()
    paths: tuple[FewerPaths, ...] = ()
    tenants: tuple[str, ...] = ()
    is_best_unproven: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the loss does nothing."""
        return not any(self[2:])

    @property
    def gravity(self) -> tuple[int, int, int, int, int, bool]:
        """What makes one effect worse than another; the largest is the worst.

        Critical processes that do not run, all processes that do not run, overloaded subjects,
        service instances that do not run, instances of equipment that are down; then whether it
        does anything at all.
        """
        return (
            sum(item.is_critical for item in self.stopped),
            len(self.stopped),
            len({item.subject for item in self.overloads}),
            len(self.services_down) + len(self.services_shed),
            len(self.down),
            not self.is_empty,
        )
