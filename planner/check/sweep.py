"""The sweeps: every scenario, at each look, on every planning day, shown to the rules.

`sweep` goes from the normal state through every loss, `sweep_alone` from each member of a
continuity group alone, with what is critical only, through every loss there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Generic, NamedTuple, Protocol, TypeVar

from planner.check.case import Case, Span
from planner.check.critical import Dependence
from planner.check.grid import Grid, Moment
from planner.check.loads import Change, LoadModel, load_models
from planner.check.wording import count, label, lost
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Look,
    iter_alone,
    iter_scenarios,
)
from planner.model.violation import Tightest, Violation

_T = TypeVar("_T")


class Sight(NamedTuple):
    """One look at one scenario on one span: all that a rule needs to know.

    `change` is against the state that `model` starts from.
    """

    span: Span
    model: LoadModel
    moment: Moment
    change: Change

    @property
    def label(self) -> str:
        """The scenario as a violation names it."""
        return label(self.moment.scenario, self.moment.look)

    @property
    def when(self) -> str:
        """Return when it happens, for a message."""
        if self.moment.scenario.kind == NORMAL:
            return "in the normal state"
        until = " before the transfer" if self.moment.look is Look.INTERRUPTION else ""
        return f"if {lost(self.moment.scenario)}{until}"


class Finds(Protocol):
    """What a rule has found, once the sweep is over."""

    def violations(self) -> Iterable[Violation]:
        """Return what was broken."""

    def tightest(self) -> Iterable[Tightest]:
        """Return the capacities that came nearest to their limits."""


class Watcher(Finds, Protocol):
    """A rule that holds in every scenario."""

    def normal(self, sight: Sight) -> None:
        """See the normal state of a span; its change is empty."""

    def loss(self, sight: Sight) -> None:
        """See one look at a loss."""


class AloneWatcher(Protocol):
    """Whatever looks at sites that stand alone."""

    def base(self, sight: Sight) -> None:
        """Prepare for a member alone: the state that the model starts from; nothing is judged."""

    def alone(self, sight: Sight) -> None:
        """See one look at a member alone, with or without a loss there."""


class Worst(Generic[_T]):
    """The worst sighting of one subject: the largest amount, the first among equals."""

    __slots__ = ("_last", "amount", "detail", "num_scenarios", "sight")

    def __init__(self, amount: int, sight: Sight, detail: _T) -> None:
        self.amount, self.sight, self.detail = amount, sight, detail
        self.num_scenarios, self._last = 1, sight.label

    def see(self, amount: int, sight: Sight, detail: _T) -> None:
        """Take note of another sighting."""
        if self._last != sight.label:
            self._last = sight.label
            self.num_scenarios += 1
        if amount > self.amount:
            self.amount, self.sight, self.detail = amount, sight, detail

    @property
    def others(self) -> str:
        """Return `; 2 further scenarios`, nothing if there are none."""
        further = self.num_scenarios - 1
        return f"; {count(further, 'further scenario')}" if further else ""


class Nearest:
    """The load nearest to its limit, of those shown; both exact, in any common scale."""

    def __init__(self) -> None:
        self.load, self.limit = -1, 1
        self.subject = ""
        self.sight: Sight | None = None

    def see(self, load: int, limit: int, subject: str, sight: Sight) -> None:
        """Take note of a load; a limit of nothing says nothing about nearness."""
        if limit > 0 and load * self.limit > self.load * limit:
            self.load, self.limit, self.subject, self.sight = load, limit, subject, sight

    def result(self, rule: str, unit: str, scale: int = 1) -> Iterable[Tightest]:
        """Yield the nearest, if any was shown."""
        if self.sight is not None:
            load, usable = -(-self.load // scale), self.limit // scale
            yield Tightest(rule, self.subject, self.sight.label, load, usable, unit)


UNCHANGED = Change({}, {})


class Swept(NamedTuple):
    """What a sweep leaves behind: one model a span."""

    num_scenarios: int
    models: list[LoadModel]


def sweep(case: Case, watchers: Collection[Watcher]) -> Swept:
    """Show every scenario to `watchers`."""
    grid = Grid(case.estate)
    models = load_models(case, grid)
    num_scenarios = 0
    for scenario in iter_scenarios(case.estate):
        num_scenarios += 1
        for moment in grid.moments(scenario):
            for span, model in zip(case.spans, models, strict=True):
                if scenario.kind == NORMAL:
                    sight = Sight(span, model, moment, UNCHANGED)
                    for watcher in watchers:
                        watcher.normal(sight)
                else:
                    sight = Sight(span, model, moment, model.change(moment))
                    for watcher in watchers:
                        watcher.loss(sight)
    return Swept(num_scenarios, models)


def sweep_alone(
    case: Case, dependence: Dependence, swept: Swept, watchers: Collection[AloneWatcher]
) -> int:
    """Show each member alone to `watchers`; return how many scenarios that are.

    What is lost in the network only leaves the equipment as it is and is not shown.
    """
    grid, scale = swept.models[0].grid, swept.models[0].scale
    kept: list[LoadModel] = []
    models: list[LoadModel] = []
    num_scenarios = 0
    for scenario in iter_alone(case.estate):
        num_scenarios += 1
        if scenario.kind in NETWORK_KINDS:
            continue
        moments = tuple(grid.moments(scenario))
        if not scenario.lost:
            models = [
                _model_alone(case, dependence, span, moments[-1], grid, scale)
                for span in case.spans
            ]
            kept += models  # watchers know them by identity
            for span, model in zip(case.spans, models, strict=True):
                for watcher in watchers:
                    watcher.base(Sight(span, model, moments[-1], UNCHANGED))
        for moment in moments:
            for span, model in zip(case.spans, models, strict=True):
                sight = Sight(span, model, moment, model.change(moment))
                for watcher in watchers:
                    watcher.alone(sight)
    return num_scenarios


def _model_alone(
    case: Case, dependence: Dependence, span: Span, base: Moment, grid: Grid, scale: int
) -> LoadModel:
    """Return the critical devices at a member, from the state in which it stands alone."""
    member = base.scenario.alone
    critical = dependence.critical_in(base.scenario).equipment
    on = tuple(
        device
        for device in span.devices
        if device.workload.id in critical and device.rack.site == member
    )
    units = tuple(case.estate.cooling_units.values())
    return LoadModel(grid, span._replace(devices=on), units, scale, base)
