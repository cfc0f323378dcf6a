"""Continuity of a site alone: power, cooling and fuel for what is critical, in an emergency."""

from __future__ import annotations

from collections.abc import Iterator

from planner.check.capacity import kappa_emergency
from planner.check.case import Case
from planner.check.cooling import ZoneHeat
from planner.check.power import NodeLoads
from planner.check.sweep import Sight, Worst
from planner.model.continuity import Emergency
from planner.model.power import PowerNode
from planner.model.scenarios import Look
from planner.model.violation import Tightest, Violation


def emergency_of(case: Case, site: str) -> Emergency | None:
    """Return what a site gives up while it stands alone."""
    group = case.estate.sites[site].continuity_group
    return None if group is None else case.estate.continuity_groups[group].emergency


class EmergencyLoad(NodeLoads):
    """continuity.power: load(n, s) <= kappa_emergency(n) * C(n) for each member alone."""

    rule = "continuity.power"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        # Per model: nodes that carry too much without any further loss.
        self._over_anyway: dict[int, set[int]] = {}

    def kappa(self, node: PowerNode) -> int:
        """Return the share in an emergency."""
        return kappa_emergency(node, self.case.estate.policy, emergency_of(self.case, node.site))

    def base(self, sight: Sight) -> None:
        """Derive the limits."""
        if not self.limits:
            self._prepare(sight.model)
        self._over_anyway[id(sight.model)] = self._overloaded(sight.model)

    def alone(self, sight: Sight) -> None:
        """Look at the live nodes; after a loss at those whose load changes or is too much anyway.

        All that is elsewhere is dead.
        """
        before, loads, off = sight.model.normal.loads, sight.change.loads, sight.moment.off
        nodes = loads.keys() | (self._over_anyway[id(sight.model)] - off)
        if sight.moment is sight.model.base:
            nodes = set(range(len(before))) - off
        for n in sorted(nodes):
            self._look_at(n, loads.get(n, before[n]), sight)

    def required_note(self, n: int, required: int, unit: str, sight: Sight) -> str:
        """Say that only what is critical draws."""
        own = sight.model.grid.nodes[n].own_w
        return f"critical load{f', {own} {unit} of its own' if own else ''}"


class EmergencyHeat(ZoneHeat):
    """continuity.cooling: critical heat <= capacity of the units that run, for members alone."""

    rule = "continuity.cooling"

    def base(self, sight: Sight) -> None:
        """Add up the zones; nothing is warm or cooled elsewhere."""
        self.start(sight)

    def alone(self, sight: Sight) -> None:
        """Look at every zone; after a loss at those in which something changes."""
        if sight.moment is sight.model.base:
            self.look_at_all(sight)
        else:
            self.loss(sight)


class Fuel:
    """continuity.fuel: ceil(load(g) * hours * fuel of g) <= tank(g), for members alone."""

    rule = "continuity.fuel"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.worst: dict[str, Worst[tuple[int, int]]] = {}
        self._burning: list[tuple[int, PowerNode]] = []

    def base(self, sight: Sight) -> None:
        """Find the generators that have a tank."""
        self._burning = [
            (n, node)
            for n, node in enumerate(sight.model.grid.nodes)
            if node.tank_ml is not None and node.fuel_ml_per_kwh is not None
        ]

    def alone(self, sight: Sight) -> None:
        """Look at the generators that run at the member."""
        emergency = emergency_of(self.case, sight.moment.scenario.alone)
        if sight.moment.look is not Look.SUSTAINED or emergency is None:
            return
        for n, node in self._burning:
            assert node.tank_ml is not None
            assert node.fuel_ml_per_kwh is not None
            if n in sight.moment.off:
                continue
            load = sight.change.loads.get(n, sight.model.normal.loads[n])
            burnt = load.w * emergency.hours * node.fuel_ml_per_kwh
            required = -(-burnt // (1000 * sight.model.scale))
            if required > node.tank_ml:
                self._note(node, required, -(-load.w // sight.model.scale), sight)

    def _note(self, node: PowerNode, required: int, load_w: int, sight: Sight) -> None:
        assert node.tank_ml is not None
        amount = required - node.tank_ml
        if node.id in self.worst:
            self.worst[node.id].see(amount, sight, (required, load_w))
        else:
            self.worst[node.id] = Worst(amount, sight, (required, load_w))

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a generator."""
        for key, worst in self.worst.items():
            node, sight = self.case.estate.power_nodes[key], worst.sight
            emergency = emergency_of(self.case, node.site)
            assert emergency is not None
            assert node.tank_ml is not None
            required, load_w = worst.detail
            yield Violation(
                self.rule,
                key,
                sight.label,
                required,
                node.tank_ml,
                "ml",
                f"generator `{key}` runs out of fuel before {emergency.hours} h are over "
                f"{sight.when}{self.case.on(sight.span.day)}",
                f"{load_w} W x {emergency.hours} h x {node.fuel_ml_per_kwh} ml/kWh{worst.others}",
                "tank",
                node.at,
                hint="enlarge the tank, or shorten the hours of the emergency",
            )

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: fuel is judged for the hours, not ranked."""
        return iter(())
