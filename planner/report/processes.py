"""Processes: what each asks for, and what it gets on every site alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.check.takeover import Takeover
from planner.model.continuity import Process
from planner.simulate.effect import Effect
from planner.simulate.losses import sites_alone
from planner.simulate.simulator import Simulator

RUNS, STOPS, GIVEN_UP = "runs", "stops", "given up"


class Alone(NamedTuple):
    """What becomes of a process on one site alone, on the worst of the planning days.

    `minutes` is how long its chain of moves takes until it runs again.
    """

    site: str
    state: str
    minutes: int


class ProcessRow(NamedTuple):
    """One process.

    Attributes
    ----------
    lag_min
        How far the oldest mirror of what it depends on is behind; None where nothing is mirrored.
    alone
        An entry a member of the groups it belongs to.
    """

    process: Process
    is_critical: bool
    lag_min: int | None
    alone: tuple[Alone, ...]

    @property
    def is_late(self) -> bool:
        """Whether it runs again too late on some site alone."""
        rto = self.process.rto_min
        return rto is not None and any(x.minutes > rto for x in self.alone if x.state == RUNS)

    @property
    def is_behind(self) -> bool:
        """Whether a mirror is further behind than it allows."""
        rpo = self.process.rpo_min
        return rpo is not None and self.lag_min is not None and self.lag_min > rpo


def process_rows(simulator: Simulator) -> Iterator[ProcessRow]:
    """Yield the processes, the most critical first."""
    estate = simulator.estate
    dependence = simulator.shared.dependence
    effects = {s.alone: simulator.effects(s) for s in sites_alone(estate)}
    takeover = Takeover(estate, dependence)
    critical = {process.id for process in dependence.critical().processes}
    for process in sorted(estate.processes.values(), key=lambda p: (-p.criticality, p.id)):
        alone = [
            _alone(simulator, takeover, process, site, found)
            for site, found in effects.items()
            if process.continuity_group in (None, estate.sites[site].continuity_group)
        ]
        lag = _lag_min(simulator, process)
        yield ProcessRow(process, process.id in critical, lag, tuple(alone))


def _alone(
    simulator: Simulator,
    takeover: Takeover,
    process: Process,
    site: str,
    effects: tuple[Effect, ...],
) -> Alone:
    stopped = [one for effect in effects for one in effect.stopped if one.process == process.id]
    is_never_up = any(process.id in day.first_stopped for day in simulator.days)
    if is_never_up or any(not one.is_shed for one in stopped):
        return Alone(site, STOPS, 0)
    if stopped:
        return Alone(site, GIVEN_UP, 0)
    minutes = (
        takeover.chain(process.depends_on, day.span.services, site) for day in simulator.days
    )
    return Alone(site, RUNS, max(minutes, default=0))


def _lag_min(simulator: Simulator, process: Process) -> int | None:
    """Return the largest lag of the mirrored services that a process depends on."""
    needs = simulator.shared.dependence.needs[process.id]
    services = (simulator.estate.workloads[key].service for key in needs)
    lags = [
        service.lag_min if service.replication == "async" else 0
        for service in services
        if service is not None and service.is_mirrored
    ]
    return max(lags, default=None)
