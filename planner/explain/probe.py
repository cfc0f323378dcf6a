"""What would break if one instance stood somewhere else: the judge's rules on a hypothetical place.

The rules are the checker's own, on the rest of the layout plus the instance. What cannot change is
not judged again: rules about racks see only the rack, rules about related workloads only those, and
of the scenarios only those in which the instance can matter (`planner.explain.supply`). A place
that breaks nothing so far is judged by the rules that reach further (`planner.explain.whole`), too.
The tests hold all this against the full checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property

from planner.check import stability, waiver
from planner.check.case import Case, Dated, Device, is_active, workload_of
from planner.check.judge import ABOUT_PLACES
from planner.errors import UsageError
from planner.explain.candidates import places_in
from planner.explain.cases import new_or_worse, with_devices
from planner.explain.supply import SupplyProbe
from planner.explain.whole import Reach, reach_of, violations_of
from planner.model.estate import Estate
from planner.model.layout import Layout, Place, Placement
from planner.model.space import Rack
from planner.model.violation import Violation

#: Rules that look at workloads across racks; all other rules about places look at one rack.
ACROSS_RACKS = ("redundancy.spread", "redundancy.together")

_ACCESS = "network.access"

_Rule = Callable[[Case], Iterable[Violation]]


class Probe:
    """One instance of a layout, judged at other places while everything else stays.

    Raises
    ------
    UsageError
        When the instance is none of an equipment workload that is active on a planning day.
    """

    def __init__(self, estate: Estate, layout: Layout, as_of: date, instance: str) -> None:
        case = Case.of_layout(estate, layout, as_of)
        workload = workload_of(estate, instance)
        if workload is None or workload.equipment is None or workload.id not in case.planned:
            raise UsageError(f"`{instance}` is no instance of equipment that is planned")
        self.estate = estate
        self.as_of = as_of
        self.layout = layout
        self.instance = instance
        self.workload = workload
        self.equipment = workload.equipment
        self.rest = with_devices(case, (d for d in case.devices if d.instance != instance))
        placement = layout.placements.get(instance)
        self.current = placement.place if placement is not None else None

    @cached_property
    def _supply(self) -> SupplyProbe:
        return SupplyProbe(self.rest, self.workload, self.equipment)

    def candidates(self, rack: Rack) -> list[Place]:
        """Return the places in a rack that are worth judging; where it is now comes first."""
        others = self.rest.in_rack.get(rack.id, ())
        reservations = self.estate.reservations.values()
        found = places_in(
            rack,
            self.equipment,
            [other.cells for other in others if self._meets(other.workload)],
            [item for item in reservations if item.rack == rack.id and self._meets(item)],
            [node for node in self.estate.power_nodes.values() if node.rack == rack.id],
        )
        if self.current is not None and self.current.rack == rack.id:
            return [self.current, *(place for place in found if place != self.current)]
        return found

    def _meets(self, other: Dated) -> bool:
        """Whether `other` is in force on a planning day on which the instance is."""
        days = (day for day in self.rest.days if is_active(self.workload, day))
        return any(is_active(other, day) for day in days)

    def violations(self, place: Place, *, is_quick: bool = False) -> list[Violation]:
        """Return what would be broken, or broken by more, with the instance at `place`.

        Parameters
        ----------
        is_quick
            Look at the rack and what feeds it only: a place that breaks nothing may still break
            rules that reach further.
        """
        (device,) = Case(
            self.estate, self.as_of, [(self.instance, place, None)], self.rest.standing
        ).devices
        found = self._in_rack(device) + self._across_racks(device) + self._moves(place)
        found += self._supply.violations(device)
        if not found and not is_quick:
            found = self._far_away(place)
        return [v for v in found if not self._is_waived(v)]

    def is_soft(self, violation: Violation) -> bool:
        """Whether the policy only counts this rule."""
        return violation.rule in self.estate.policy.soft

    def _in_rack(self, device: Device) -> list[Violation]:
        """Judge the rack with what else stands in it or is corded to its nodes."""
        nodes = {key for key, n in self.estate.power_nodes.items() if n.rack == device.rack.id}
        nodes |= {cord.node for cord in device.cords or ()}
        near = [
            other
            for other in self.rest.devices
            if other.rack.id == device.rack.id
            or any(cord.node in nodes for cord in other.cords or ())
        ]
        # Which networks a site reaches is asked of what requires some, not of its neighbours.
        skipped = ACROSS_RACKS if self.workload.access_networks else (*ACROSS_RACKS, _ACCESS)
        rules = [rule for slug, rule in ABOUT_PLACES.items() if slug not in skipped]
        return self._judged(near, device, rules)

    def _across_racks(self, device: Device) -> list[Violation]:
        """Judge the workloads that this one is spread with or kept together with."""
        key = self.workload.id
        related = {key, *self.workload.together_with.values()}
        related |= {w.id for w in self.rest.planned.values() if key in w.together_with.values()}
        near = [other for other in self.rest.devices if other.workload.id in related]
        return self._judged(near, device, [ABOUT_PLACES[slug] for slug in ACROSS_RACKS])

    def _judged(
        self, near: Sequence[Device], device: Device, rules: Iterable[_Rule]
    ) -> list[Violation]:
        before, after = with_devices(self.rest, near), with_devices(self.rest, [*near, device])
        return [v for rule in rules for v in new_or_worse(rule(before), rule(after))]

    @cached_property
    def reach(self) -> Reach:
        """How far the rules reach that the instance has a part in."""
        return reach_of(self.estate, self.workload)

    @cached_property
    def _before(self) -> list[Violation]:
        """What the rest of the layout breaks of the rules that reach further."""
        others = {k: p for k, p in self.layout.placements.items() if k != self.instance}
        rest = self.layout.model_copy(update={"placements": others})
        return violations_of(self.estate, rest, self.as_of, self.reach)

    def _far_away(self, place: Place) -> list[Violation]:
        """Judge the layout by the rules that reach beyond racks and feeds."""
        if self.reach is Reach.RACK:
            return []
        stands = self.instance in self.rest.standing
        new = Placement(instance=self.instance, place=place, standing=stands)
        layout = self.layout.model_copy(
            update={"placements": {**self.layout.placements, self.instance: new}}
        )
        after = violations_of(self.estate, layout, self.as_of, self.reach)
        return new_or_worse(self._before, after)

    def _moves(self, place: Place) -> list[Violation]:
        """Judge pins and the move budget as if the layout placed it there."""
        stands = self.instance in self.rest.standing
        new = Placement(instance=self.instance, place=place, standing=stands)
        others = {k: p for k, p in self.layout.placements.items() if k != self.instance}
        before = self.layout.model_copy(update={"placements": others})
        after = self.layout.model_copy(update={"placements": {**others, self.instance: new}})
        return [
            v
            for rule in (stability.pinned, stability.budget)
            for v in new_or_worse(rule(self.rest, before), rule(self.rest, after))
        ]

    def _is_waived(self, violation: Violation) -> bool:
        allowed = waiver.waived_amount(self.estate, violation, self.as_of)
        return 0 < violation.amount <= allowed
