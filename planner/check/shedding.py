"""Shedding: what keeps running after a loss where not everything fits.

Kept are the processes, and last the workloads that no process needs, with the lexicographically
largest weight: the most critical tier first. What they need together fits on every pool that is
alive; on a site alone it also stays within the emergency power and the cooling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from planner.check.capacity import W, kappa_emergency, limits
from planner.check.case import Case, Device, Span, is_active
from planner.check.continuity_alone import emergency_of
from planner.check.cooling import ZoneFigures
from planner.check.critical import IN_FULL, Dependence, is_emergency
from planner.check.grid import Grid, Moment
from planner.check.loads import LoadModel, device_consumer, scale_of, unit_consumer
from planner.check.services import Running, Services, demand
from planner.check.shedding_search import MAX_NODES, Item, Row, Search
from planner.check.sweep import Sight
from planner.model.scenarios import Scenario
from planner.model.workload import Workload


class Shed(NamedTuple):
    """What a loss leaves: ids, sorted.

    Attributes
    ----------
    kept, shed, down
        Processes that run, that are given up for want of capacity, and of which something that
        they depend on is down.
    workloads_kept, workloads_shed, workloads_down
        The same of the workloads that no process needs.
    is_proven
        Nothing better can be kept; else the search gave up.
    """

    kept: tuple[str, ...]
    shed: tuple[str, ...]
    down: tuple[str, ...]
    workloads_kept: tuple[str, ...]
    workloads_shed: tuple[str, ...]
    workloads_down: tuple[str, ...]
    is_proven: bool


#: Shares of rows that something takes: row -> amount.
_Usage = dict[Row, int]

_PROCESS, _WORKLOAD = "process ", "workload "


class Shedding:
    """One planning day, ready for any scenario."""

    def __init__(
        self, case: Case, span: Span, grid: Grid, dependence: Dependence, max_nodes: int = MAX_NODES
    ) -> None:
        self.case, self.span, self.grid, self.dependence = case, span, grid, dependence
        self.max_nodes = max_nodes
        self.services = Services(case, span)
        workloads = case.estate.workloads.values()
        self.active = {w.id: w for w in workloads if is_active(w, span.day)}
        self.in_processes = frozenset[str]().union(*dependence.needs.values())
        self._placed_at: dict[str, list[str]] = {}
        for one in span.services:
            self._placed_at.setdefault(one.workload.id, []).append(one.instance)
        self._alone: dict[str, _Alone] = {}

    def shed(self, scenario: Scenario) -> Shed:
        """Return what is kept, what is shed and what is down."""
        moments = tuple(self.grid.moments(scenario))
        down = frozenset(d.instance for d in self.span.devices if self._is_down(d, moments[-1]))
        running = self.services.running(down)
        short = self._short(down, running)
        items, lost = self._items(scenario, running, short)
        rows = _Rows()
        self._add_pools(rows, items, running)
        if scenario.alone:
            self._member(scenario.alone).add_to(rows, items, moments)
        usage, left = rows.tight(items)
        rivals = [i for i in items if any(usage[part] for part in i.parts.items())]
        choice = Search(rivals, usage, left, self.max_nodes).best()
        given_up = {item.id for item in rivals} - choice.kept
        kept = {item.id for item in items} - given_up
        return Shed(
            kept=_of(_PROCESS, kept),
            shed=_of(_PROCESS, given_up),
            down=_of(_PROCESS, lost),
            workloads_kept=_of(_WORKLOAD, kept),
            workloads_shed=_of(_WORKLOAD, given_up),
            workloads_down=_of(_WORKLOAD, lost),
            is_proven=choice.is_proven,
        )

    def _is_down(self, device: Device, moment: Moment) -> bool:
        is_fed = device_consumer(device, self.grid).carrying(moment.off) is not None
        return not is_fed or device.rack.id in moment.racks

    def _short(self, down: frozenset[str], running: Running) -> set[str]:
        """Return the active workloads of which fewer instances are up than needed."""
        up = Counter(d.workload.id for d in self.span.devices if d.instance not in down)
        for one in self.span.services:
            up[one.workload.id] += running.pool_of[one.instance] is not None
        return {key for key, workload in self.active.items() if up[key] < workload.needed}

    def _items(
        self, scenario: Scenario, running: Running, short: set[str]
    ) -> tuple[list[Item], set[str]]:
        """Return what can be kept, and what is down."""
        items: list[Item] = []
        lost: set[str] = set()
        for process in self.case.estate.processes.values():
            needs = self.dependence.needs[process.id] & self.active.keys()
            level = process.emergency_permille if is_emergency(scenario) else IN_FULL
            parts = self._parts(((self.active[key], level) for key in needs), running)
            item = Item(-process.criticality, _PROCESS + process.id, process.weight, parts)
            if needs & short:
                lost.add(item.id)
            else:
                items.append(item)
        last = 1 + max((item.tier for item in items), default=0)
        for key in sorted(self.active.keys() - self.in_processes):
            if key in short:
                lost.add(_WORKLOAD + key)
            else:
                parts = self._parts([(self.active[key], IN_FULL)], running)
                items.append(Item(last, _WORKLOAD + key, 1, parts))
        return items, lost

    def _parts(self, needs: Iterable[tuple[Workload, int]], running: Running) -> dict[str, int]:
        """Return workloads with the level at which each is needed, hosts and storage included."""
        parts: dict[str, int] = {}
        for workload, level in needs:
            is_whole = workload.critical or workload.service is None
            parts[workload.id] = IN_FULL if is_whole else level
            for instance in self._placed_at.get(workload.id, ()):
                pool = running.pool_of[instance]
                if pool is not None:
                    one = self.case.estate.pools[pool]
                    parts |= dict.fromkeys((*one.hosts, *one.storage_on), IN_FULL)
        return parts

    def _add_pools(self, rows: _Rows, items: Iterable[Item], running: Running) -> None:
        """Add what each pool offers, and what each service takes of it at each level."""
        for key, offered in running.offers.items():
            rows.left |= {("pool", key, resource): n for resource, n in offered.items()}
        for key, level in {part for item in items for part in item.parts.items()}:
            service = self.active[key].service if key in self.active else None
            if service is None:
                continue
            taken = Counter[Row]()
            each = demand(service, level)
            for instance in self._placed_at.get(key, ()):
                pool = running.pool_of[instance]
                if pool is not None:
                    taken.update({("pool", pool, resource): n for resource, n in each.items()})
            rows.usage[key, level] = taken

    def _member(self, site: str) -> _Alone:
        if site not in self._alone:
            self._alone[site] = _Alone(self.case, self.span, self.grid, site)
        return self._alone[site]


class _Rows:
    """What there is of everything limited, and what each part takes of it."""

    def __init__(self) -> None:
        self.left: dict[Row, int] = {}
        self.usage: dict[tuple[str, int], _Usage] = {}

    def tight(self, items: Iterable[Item]) -> tuple[dict[tuple[str, int], _Usage], dict[Row, int]]:
        """Return usage and rows without the rows that hold even when everything is kept."""
        levels: dict[str, int] = {}
        asked: set[tuple[str, int]] = set()
        for item in items:
            for part, level in item.parts.items():
                asked.add((part, level))
                levels[part] = max(level, levels.get(part, 0))
        taken = Counter[Row]()
        for highest in levels.items():
            taken.update(self.usage.get(highest, {}))
        left = {row: self.left.get(row, 0) for row, n in taken.items() if n > self.left.get(row, 0)}
        usage = {
            one: {row: n for row, n in self.usage.get(one, {}).items() if row in left}
            for one in asked
        }
        return usage, left


class _Alone:
    """Power and cooling of a member that stands alone, with and without its devices."""

    def __init__(self, case: Case, span: Span, grid: Grid, site: str) -> None:
        self.case, self.span, self.grid = case, span, grid
        self.units = tuple(case.estate.cooling_units.values())
        self.here: dict[str, tuple[Device, ...]] = {}
        for device in span.devices:
            if device.rack.site == site:
                key = device.workload.id
                self.here[key] = (*self.here.get(key, ()), device)
        consumers = [device_consumer(d, grid) for devices in self.here.values() for d in devices]
        consumers += [unit_consumer(unit, grid) for unit in self.units]
        self.scale = scale_of(grid, consumers)
        *_, self.base = grid.moments(Scenario("site", alone=site))
        emergency, policy = emergency_of(case, site), case.estate.policy
        self.limits = [
            limits(node, kappa_emergency(node, policy, emergency)) for node in grid.nodes
        ]
        self.zones = ZoneFigures(case)
        self._models: dict[str, LoadModel] = {}
        self.all = self._model(d for devices in self.here.values() for d in devices)
        self.bare = self._model(())

    def _model(self, devices: Iterable[Device]) -> LoadModel:
        span = self.span._replace(devices=tuple(devices))
        model = LoadModel(self.grid, span, self.units, self.scale, self.base)
        self.zones.start(self._sight(model, self.base))
        return model

    def _model_of(self, workload: str) -> LoadModel:
        if workload not in self._models:
            self._models[workload] = self._model(self.here[workload])
        return self._models[workload]

    def _sight(self, model: LoadModel, moment: Moment) -> Sight:
        return Sight(self.span, model, moment, model.change(moment))

    def add_to(self, rows: _Rows, items: Iterable[Item], moments: Iterable[Moment]) -> None:
        """Add the nodes and zones that could not carry everything, and what each workload takes."""
        wanted = sorted({part for item in items for part in item.parts} & self.here.keys())
        for moment in moments:
            offered, every = self._offered(moment), self._taken(self.all, moment)
            fixed = self._taken(self.bare, moment)
            tight = [row for row, offer in offered.items() if every[row] > offer]
            rows.left |= {row: offered[row] - fixed[row] for row in tight}
            for key in wanted if tight else ():
                taken = self._taken(self._model_of(key), moment)
                usage = rows.usage.setdefault((key, IN_FULL), {})
                usage.update({row: taken[row] - fixed[row] for row in tight})

    def _offered(self, moment: Moment) -> _Usage:
        """Return what live nodes and zones may carry in a look; of nodes scaled."""
        offered: _Usage = {}
        for n, found in enumerate(self.limits):
            if n not in moment.off:
                for limit in found:
                    offered[moment.look, n, limit.unit] = limit.usable * self.scale
        zones = self.zones.look(self._sight(self.bare, moment))
        return offered | {(moment.look, zone): w for zone, (_, w) in zones.items()}

    def _taken(self, model: LoadModel, moment: Moment) -> _Usage:
        """Return load and heat of what `model` keeps on."""
        sight = self._sight(model, moment)
        loads = dict(enumerate(model.normal.loads)) | sight.change.loads
        taken: _Usage = {}
        for n, load in loads.items():
            for limit in self.limits[n]:
                taken[moment.look, n, limit.unit] = load.w if limit.unit == W else load.va
        zones = self.zones.look(sight)
        return taken | {(moment.look, zone): w for zone, (w, _) in zones.items()}


def _of(kind: str, found: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of one kind among processes and workloads."""
    return tuple(sorted(key.removeprefix(kind) for key in found if key.startswith(kind)))
