"""Which losses a layout survives: every rule judged in every scenario, each scenario for itself.

The judge keeps one violation a rule and subject, in the worst scenario. Here its own rules are
asked after each scenario, so that every failing one is known with its amounts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple, Protocol, runtime_checkable

from planner.check.case import Case
from planner.check.continuity_takeover import on_every_site
from planner.check.critical import Dependence
from planner.check.judge import AFTER_LOSSES, ALONE, IN_SCENARIOS
from planner.check.sweep import Sight, Watcher, sweep, sweep_alone
from planner.check.waiver import waived_amount
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Scenario,
    iter_alone,
    iter_network_losses,
    iter_scenarios,
)
from planner.model.violation import Tightest, Violation
from planner.simulate.simulator import Simulator

#: What a member alone, and one with a further loss, are counted as.
SITE_ALONE = "site alone"
SITE_ALONE_AND_LOSS = "site alone with a further loss"

#: Rule, subject, unit.
_Key = tuple[str, str, str]


class Tally(NamedTuple):
    """How many losses of one kind there are, and how many of them break a rule."""

    kind: str
    num_losses: int
    num_failing: int

    @property
    def num_survived(self) -> int:
        """Losses after which every rule holds."""
        return self.num_losses - self.num_failing


class Failing(NamedTuple):
    """A loss after which rules are broken: by rule, subject and unit the worst on any day."""

    scenario: Scenario
    findings: tuple[Violation, ...]


class Failures(NamedTuple):
    """All losses by kind, and those that are not survived."""

    tallies: tuple[Tally, ...]
    failing: tuple[Failing, ...]

    @property
    def num_losses(self) -> int:
        """Number of all losses."""
        return sum(tally.num_losses for tally in self.tallies)


@runtime_checkable
class _Judge(Protocol):
    """A rule of the judge that remembers its worst sightings."""

    worst: dict[Any, Any]

    def violations(self) -> Iterable[Violation]:
        """Return what was broken since `worst` was emptied."""


class _Collector:
    """Shown every sight after the rules: takes what they found in it, and lets them forget it."""

    def __init__(self, judges: Collection[object]) -> None:
        self._judges = [judge for judge in judges if isinstance(judge, _Judge)]
        self.found: dict[Scenario, dict[_Key, Violation]] = {}

    def normal(self, sight: Sight) -> None:
        """Let the rules forget what is broken without any loss."""
        for judge in self._judges:
            judge.worst.clear()

    base = normal

    def loss(self, sight: Sight) -> None:
        """Take what was found."""
        for judge in self._judges:
            if judge.worst:
                for violation in judge.violations():
                    self.take(sight.moment.scenario, violation)
                judge.worst.clear()

    alone = loss

    def take(self, scenario: Scenario, violation: Violation) -> None:
        """Keep the worst finding a rule, subject and unit."""
        if violation.scenario == NORMAL:
            return
        known = self.found.setdefault(scenario, {})
        key = (violation.rule, violation.subject, violation.unit)
        if key not in known or violation.amount > known[key].amount:
            known[key] = violation

    def violations(self) -> Iterable[Violation]:
        """Nothing of its own."""
        return ()

    def tightest(self) -> Iterable[Tightest]:
        """Nothing of its own."""
        return ()


def failures(estate: Estate, layout: Layout, as_of: date) -> Failures:
    """Return which losses are survived: no rule is broken but what policy or a waiver accepts."""
    case = Case.of_layout(estate, layout, as_of)
    dependence = Dependence(estate)
    after_losses = [rule(case) for rule in AFTER_LOSSES.values()]
    everywhere: list[Watcher] = [rule(case) for rule in IN_SCENARIOS.values()]
    everywhere += after_losses
    alone = [rule(case) for rule in ALONE.values()]
    collector = _Collector([*everywhere, *alone])
    swept = sweep(case, [*everywhere, collector])
    sweep_alone(case, dependence, swept, [*after_losses, *alone, collector])
    alone_at = {scenario.id: scenario for scenario in iter_alone(estate)}
    for violation in on_every_site(case):
        collector.take(alone_at[violation.scenario], violation)
    simulator = Simulator(estate, layout, as_of)
    every = [*_losses(estate)]
    for scenario in every:
        for violation in _cut_off(simulator, dependence, scenario):
            collector.take(scenario, violation)
    failing = []
    for scenario in every:
        findings = [
            violation
            for _, violation in sorted(collector.found.get(scenario, {}).items())
            if violation.rule not in estate.policy.soft
            and violation.amount > waived_amount(estate, violation, as_of)
        ]
        if findings:
            failing.append(Failing(scenario, tuple(findings)))
    return Failures(_tallies(every, failing), tuple(failing))


def _losses(estate: Estate) -> Iterator[Scenario]:
    yield from (scenario for scenario in iter_scenarios(estate) if scenario.losses)
    yield from iter_network_losses(estate)
    yield from iter_alone(estate)


def kind_of(scenario: Scenario) -> str:
    """Return what a loss is counted as."""
    if scenario.alone:
        return SITE_ALONE_AND_LOSS if scenario.lost else SITE_ALONE
    return scenario.kind


def _tallies(every: Iterable[Scenario], failing: Collection[Failing]) -> tuple[Tally, ...]:
    failed = {item.scenario for item in failing}
    counts: dict[str, list[int]] = {}
    for scenario in every:
        count = counts.setdefault(kind_of(scenario), [0, 0])
        count[0] += 1
        count[1] += scenario in failed
    return tuple(Tally(kind, *count) for kind, count in counts.items())


def _cut_off(
    simulator: Simulator, dependence: Dependence, scenario: Scenario
) -> Iterator[Violation]:
    """Yield the critical workloads that lose an access network with a duct, node, carrier or site.

    `network.access` is no rule that looks at scenarios one by one.
    """
    if not (scenario.alone or scenario.kind in (*NETWORK_KINDS, "site")):
        return
    if scenario.alone and scenario.lost and scenario.kind not in NETWORK_KINDS:
        return
    critical = dependence.critical_in(scenario).equipment
    for item in simulator.effect(scenario).access:
        for key in item.workloads:
            if key in critical:
                yield Violation(
                    "network.access",
                    f"{key}:{item.network}",
                    scenario.id,
                    1,
                    0,
                    "paths",
                    f"site `{item.site}` does not reach access network `{item.network}`, which "
                    f"`{key}` requires",
                )
