"""One estate with its layout, and what any loss does to it, on the worst of its planning days."""

from __future__ import annotations

from datetime import date

from planner.check.capacity import Limit, kappa_emergency, kappa_failure, limits
from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.grid import Grid
from planner.check.loads import load_models
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.scenarios import Scenario
from planner.simulate.day import Day, Shared
from planner.simulate.effect import Effect
from planner.simulate.equipment import Equipment
from planner.simulate.network import NetworkState
from planner.simulate.processes import Processes


class Simulator:
    """Evaluates losses on every planning day.

    Parameters
    ----------
    as_of
        First planning day.
    """

    def __init__(self, estate: Estate, layout: Layout, as_of: date) -> None:
        self.estate = estate
        self.case = Case.of_layout(estate, layout, as_of)
        self.grid = Grid(estate)
        dependence = Dependence(estate)
        self.shared = Shared(
            self.case,
            self.grid,
            NetworkState(estate),
            dependence,
            Processes(estate, dependence),
            self._emergency_limits(dependence),
        )
        after_loss = [limits(node, kappa_failure(node, estate.policy)) for node in self.grid.nodes]
        models = load_models(self.case, self.grid)
        self.days = tuple(
            Day(self.shared, Equipment(self.case, span, model, after_loss))
            for span, model in zip(self.case.spans, models, strict=True)
        )

    def _emergency_limits(self, dependence: Dependence) -> dict[str, list[tuple[Limit, ...]]]:
        """Return, by member of a continuity group, what each node may carry while it is alone."""
        found = {}
        for key, group in self.estate.continuity_groups.items():
            for site in self.estate.members[key]:
                found[site] = [
                    limits(node, kappa_emergency(node, self.estate.policy, group.emergency))
                    for node in self.grid.nodes
                ]
        return found

    def effects(self, scenario: Scenario) -> tuple[Effect, ...]:
        """Return what a loss does, an entry a planning day on which something else stands."""
        moments = tuple(self.grid.moments(scenario))
        lost = self.shared.network.lost_bits(scenario)
        return tuple(day.effect(scenario, moments, lost) for day in self.days)

    def effect(self, scenario: Scenario) -> Effect:
        """Return what a loss does on the day on which it is worst, the first of several."""
        return max(self.effects(scenario), key=lambda effect: effect.gravity)

    def before(self) -> Effect:
        """Return what is wrong without any loss, on the day on which most is."""
        return max((day.before for day in self.days), key=lambda effect: effect.gravity)
