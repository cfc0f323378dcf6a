"""One planning day: what is on, what runs on it, and what a loss does to both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import NamedTuple

from planner.check.capacity import Limit
from planner.check.case import Case, Device, ServicePlaced, is_active
from planner.check.critical import Dependence, is_emergency
from planner.check.grid import Grid, Moment
from planner.check.loads import LoadModel
from planner.check.services import Running
from planner.check.shedding import Shed, Shedding
from planner.model.scenarios import NORMAL, Scenario
from planner.simulate.effect import AccessLost, Effect, Recovery, Short, Stopped
from planner.simulate.equipment import Equipment, Seen
from planner.simulate.network import NetworkState
from planner.simulate.pools import Pools, level_of
from planner.simulate.processes import Processes
from planner.simulate.takeover import Taken, Takeover


class Shared(NamedTuple):
    """What all days have in common.

    Attributes
    ----------
    emergency_limits
        By member of a continuity group, per node of the grid what it may carry while it is alone.
    """

    case: Case
    grid: Grid
    network: NetworkState
    dependence: Dependence
    processes: Processes
    emergency_limits: dict[str, list[tuple[Limit, ...]]]


class GivenUp(NamedTuple):
    """Processes, service instances and equipment that are given up for want of capacity."""

    processes: frozenset[str]
    services: frozenset[str]
    off: frozenset[str]
    is_proven: bool


_NOTHING = GivenUp(frozenset(), frozenset(), frozenset(), is_proven=True)


class Evaluated(NamedTuple):
    """An effect, and what it was derived from."""

    effect: Effect
    seen: Seen
    running: Running
    taken: Taken


class Day:
    """One planning day.

    Attributes
    ----------
    first_down, first_short, first_stopped
        Instances that are down, workloads of which too few are up, and processes that do not run,
        without any loss. They are no effect of one.
    """

    def __init__(self, shared: Shared, equipment: Equipment) -> None:
        self.shared = shared
        self.equipment = equipment
        self.span = equipment.span
        self.takeover = Takeover(shared.case, self.span, shared.network, equipment.first_down)
        self.pools = Pools(shared.dependence, self.takeover)
        self.shedding = Shedding(shared.case, self.span, shared.grid, shared.dependence)
        self._choices: dict[tuple[Hashable, ...], Shed] = {}
        self._alone: dict[str, Equipment] = {}
        placed: list[Device | ServicePlaced] = [*self.span.devices, *self.span.services]
        self._workload_of = {one.instance: one.workload for one in placed}
        self._site_of = {device.instance: device.rack.site for device in self.span.devices}
        self._asking = [one.instance for one in placed if one.workload.access_networks]
        first_down = (k for k, pool in self.takeover.first.pool_of.items() if pool is None)
        self.first_down = equipment.first_down.union(first_down)
        self._up = Counter(
            workload.id
            for instance, workload in self._workload_of.items()
            if instance not in self.first_down
        )
        self.first_short = {
            key: Short(key, self._up[key], workload.needed)
            for key, workload in shared.case.estate.workloads.items()
            if is_active(workload, self.span.day) and self._up[key] < workload.needed
        }
        self.first_stopped = frozenset(shared.processes.waiting_for(self.first_short))

    @property
    def before(self) -> Effect:
        """What is wrong without any loss, as if that were the effect of one."""
        short = self.first_short
        return Effect(
            Scenario(NORMAL),
            self.span.day,
            down=tuple(sorted(self.equipment.first_down)),
            overloads=self.equipment.first_overloads(),
            services_down=tuple(sorted(self.first_down - self.equipment.first_down)),
            short=tuple(short.values()),
            stopped=self.shared.processes.stopped(short, (), Scenario(NORMAL)),
        )

    def effect(self, scenario: Scenario, moments: Collection[Moment], lost_bits: int) -> Effect:
        """Return what a loss does on this day; for the parameters see `evaluate`."""
        return self.evaluate(scenario, moments, lost_bits).effect

    def evaluate(
        self, scenario: Scenario, moments: Collection[Moment], lost_bits: int
    ) -> Evaluated:
        """Return what a loss does on this day, and how that comes about.

        Parameters
        ----------
        moments
            The looks at it, from the grid.
        lost_bits
            What it takes away of the network.
        """
        on = self.equipment_in(scenario)
        seen = on.see(moments)
        if on is not self.equipment:
            # Whether a device is up does not depend on what else is on.
            every = self.equipment.see(moments)
            seen = seen._replace(down=every.down, interrupted=every.interrupted)
        running = self.takeover.running(self.equipment.first_down | seen.down)
        taken = self.takeover.after(running, lost_bits)
        short = self._short(self._counted((*seen.down, *taken.down)))
        given_up = self._given_up(scenario, running, taken, seen, short)
        gone = frozenset[str]().union(seen.down, taken.down, given_up.services, given_up.off)
        processes = self.shared.processes.stopped(short, given_up.processes, scenario)
        stopped = tuple(one for one in processes if one.process not in self.first_stopped)
        network = self.shared.network
        effect = Effect(
            scenario,
            self.span.day,
            down=tuple(sorted(seen.down)),
            interrupted=tuple(sorted(seen.interrupted)),
            off=tuple(sorted(given_up.off)),
            overloads=(*seen.overloads, *self.pools.overloads(scenario, running, taken)),
            services_down=tuple(sorted(taken.down)),
            services_shed=tuple(sorted(given_up.services)),
            moves=tuple(move for move in taken.moves if move.instance not in given_up.services),
            short=tuple(short.values()),
            stopped=stopped,
            recoveries=self._recoveries(taken, stopped),
            access=tuple(self._access(gone, taken, lost_bits)),
            paths=tuple(network.fewer_paths(lost_bits)) if lost_bits else (),
            tenants=self._tenants(gone | seen.interrupted, taken, stopped),
            is_best_unproven=not given_up.is_proven,
        )
        return Evaluated(effect, seen, running, taken)

    def equipment_in(self, scenario: Scenario) -> Equipment:
        """Return what is on: everything, or what is critical at a site that stands alone."""
        site = scenario.alone
        if not site:
            return self.equipment
        if site not in self._alone:
            shared, full = self.shared, self.equipment
            *_, base = shared.grid.moments(Scenario("site", alone=site))
            critical = shared.dependence.critical_in(scenario).equipment
            on = tuple(
                device
                for device in self.span.devices
                if device.workload.id in critical and device.rack.site == site
            )
            span = self.span._replace(devices=on)
            model = LoadModel(shared.grid, span, full.model.units, full.model.scale, base)
            limits = shared.emergency_limits[site]
            self._alone[site] = Equipment(shared.case, span, model, limits, full)
        return self._alone[site]

    def _given_up(
        self,
        scenario: Scenario,
        running: Running,
        taken: Taken,
        seen: Seen,
        short: Collection[str],
    ) -> GivenUp:
        """Return what is given up, by tier, where not everything fits."""
        if not scenario.alone and not self.pools.is_tight(running, taken):
            return _NOTHING
        level = level_of(scenario)
        known = (level if scenario.alone else is_emergency(level), id(running), *sorted(short))
        if known not in self._choices:
            self._choices[known] = self.shedding.shed(level)
        choice = self._choices[known]
        dependence = self.shared.dependence
        kept = frozenset(choice.workloads_kept).union(*(dependence.needs[p] for p in choice.kept))
        is_all = not choice.shed and not choice.workloads_shed
        services = frozenset(
            key for key in taken.runs_at if self._workload_of[key].id not in kept and not is_all
        )
        waiting = self.shared.processes.waiting_for(short)
        return GivenUp(
            frozenset(choice.shed).difference(waiting, self.first_stopped),
            services,
            frozenset(self._off(scenario, kept, taken, seen)) if scenario.alone else frozenset(),
            choice.is_proven,
        )

    def _off(
        self, scenario: Scenario, kept: frozenset[str], taken: Taken, seen: Seen
    ) -> Iterator[str]:
        """Yield the devices that are up, but neither critical nor needed by what is kept."""
        pools = self.shared.case.estate.pools
        carrying = {
            pool for key, pool in taken.runs_at.items() if self._workload_of[key].id in kept
        }
        carriers = {w for key in carrying for w in (*pools[key].hosts, *pools[key].storage_on)}
        on = self.shared.dependence.critical_in(scenario).equipment.union(kept, carriers)
        for device in self.span.devices:
            key = device.instance
            if device.workload.id not in on and key not in seen.down and key not in self.first_down:
                yield key

    def missing(self, effect: Effect) -> Counter[str]:
        """Return workload -> instances that are up without the loss and down after it."""
        return self._counted((*effect.down, *effect.services_down))

    def _counted(self, instances: Iterable[str]) -> Counter[str]:
        return Counter(self._workload_of[key].id for key in instances)

    def is_short(self, workload: str, missing: int) -> bool:
        """Return whether too few are up when so many are missing, and only then."""
        needed = self.shared.case.planned[workload].needed
        return self._up[workload] - missing < needed <= self._up[workload]

    def _short(self, missing: Counter[str]) -> dict[str, Short]:
        """Return the workloads of which too few are up, those left out that were so before."""
        return {
            key: Short(key, self._up[key] - missing[key], self.shared.case.planned[key].needed)
            for key in sorted(missing)
            if self.is_short(key, missing[key])
        }

    def _recoveries(self, taken: Taken, stopped: Collection[Stopped]) -> tuple[Recovery, ...]:
        if not taken.moves:
            return ()
        still = self.first_stopped.union(one.process for one in stopped)
        return self.shared.processes.recoveries(taken.moves, still)

    def _access(self, gone: Collection[str], taken: Taken, lost_bits: int) -> Iterator[AccessLost]:
        """Yield the access networks that sites no longer reach, with who asks for them there."""
        if not lost_bits and not taken.moves:
            return
        network = self.shared.network
        moved = {move.instance for move in taken.moves}
        found: dict[tuple[str, str], set[str]] = {}
        for instance in self._asking:
            if instance in gone or instance in self.first_down:
                continue
            workload = self._workload_of[instance]
            site = self._site_of.get(instance) or self.takeover.site_of(taken.runs_at[instance])
            for key in workload.access_networks:
                if network.reaches(site, key, lost_bits):
                    continue
                if instance in moved or network.reaches(site, key, 0):
                    found.setdefault((site, key), set()).add(workload.id)
        for (site, key), workloads in sorted(found.items()):
            yield AccessLost(site, key, tuple(sorted(workloads)))

    def _tenants(
        self, touched: Collection[str], taken: Taken, stopped: Collection[Stopped]
    ) -> tuple[str, ...]:
        """Return whose instances or processes are touched."""
        processes = self.shared.case.estate.processes
        instances = (*touched, *(move.instance for move in taken.moves))
        tenants = {self._workload_of[key].tenant for key in instances}
        return tuple(sorted(tenants.union(processes[one.process].tenant for one in stopped)))
