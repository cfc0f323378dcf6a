"""Power: every cord fits, and stays within the ratings of its supply and its outlet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planner.check.capacity import VA, W, volts_at_outlet
from planner.check.case import Case, Device, takes_outlet
from planner.check.sweep import Sight, Worst
from planner.check.wording import amperes, count, names, ratio
from planner.model.layout import Cord
from planner.model.power import OUTLET_RATED_MA
from planner.model.scenarios import NORMAL
from planner.model.violation import Tightest, Violation


class _Overdrawn(NamedTuple):
    """A cord that carries too much: W against its supply, or VA against its outlet."""

    cord: Cord
    required: int
    available: int
    unit: str
    num_carrying: int


class Cords:
    """power.cord: cords fit, and each live one stays within supply and outlet rating."""

    rule = "power.cord"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.worst: dict[str, Worst[_Overdrawn]] = {}
        # Devices that can be overdrawn at all: with as few carrying cords as keep them up.
        self._suspects = {
            device.instance
            for device in case.devices
            if device.cords and self._overdrawn(device, device.cords, _fewest(device))
        }

    def normal(self, sight: Sight) -> None:
        """Look at every suspect."""
        for i, device in enumerate(sight.span.devices):
            if device.instance in self._suspects:
                self._look_at(device, sight.model.normal.carrying[i], sight)

    def loss(self, sight: Sight) -> None:
        """Look at the suspects whose carrying cords change."""
        for i, carrying in sight.change.carrying.items():
            if i < len(sight.span.devices):
                device = sight.span.devices[i]
                if device.instance in self._suspects:
                    self._look_at(device, carrying, sight)

    def _look_at(self, device: Device, carrying: tuple[int, ...] | None, sight: Sight) -> None:
        if not carrying:
            return
        live = [
            c for c in device.cords or () if sight.model.grid.index[c.node] not in sight.moment.off
        ]
        found = self._overdrawn(device, live[: len(carrying)], len(carrying))
        if found is None:
            return
        known = self.worst.get(device.instance)
        amount = found.required - found.available
        if known is None:
            self.worst[device.instance] = Worst(amount, sight, found)
        else:
            known.see(amount, sight, found)

    def _overdrawn(
        self, device: Device, cords: Iterable[Cord], num_carrying: int
    ) -> _Overdrawn | None:
        """Return the cord that is over by most when `num_carrying` share the draw, W before VA."""
        draw = device.equipment.draw
        by_inlet = {inlet.name: inlet for inlet in device.equipment.inlets}
        outlets = takes_outlet(device.equipment)
        va = draw.budget_w * 1000
        found: list[_Overdrawn] = []
        for cord in cords:
            rating_w = by_inlet[cord.inlet].rating_w
            if rating_w is not None and draw.budget_w > rating_w * num_carrying:
                required = -(-draw.budget_w // num_carrying)
                found.append(_Overdrawn(cord, required, rating_w, W, num_carrying))
            rated_ma = OUTLET_RATED_MA[outlets[cord.inlet]]
            rating_va = rated_ma * volts_at_outlet(self.case.estate.power_nodes[cord.node]) // 1000
            shared = draw.power_factor_permille * num_carrying
            if va > rating_va * shared:
                found.append(_Overdrawn(cord, -(-va // shared), rating_va, VA, num_carrying))
        return max(found, key=lambda o: (o.unit == W, o.required - o.available), default=None)

    def violations(self) -> Iterator[Violation]:
        """Yield cords that do not fit, then those that carry too much."""
        for device in self.case.devices:
            yield from self._misfits(device)
        for instance, worst in self.worst.items():
            yield self._violation(instance, worst)

    def _violation(self, instance: str, worst: Worst[_Overdrawn]) -> Violation:
        sight, over = worst.sight, worst.detail
        device = next(d for d in sight.span.devices if d.instance == instance)
        node = self.case.estate.power_nodes[over.cord.node]
        draw = device.equipment.draw
        if over.unit == W:
            share, rating, note = (
                f"{draw.budget_w} W",
                "supply",
                f"rating of inlet `{over.cord.inlet}`",
            )
        else:
            share = f"{draw.budget_w} W / {ratio(draw.power_factor_permille)}"
            outlet = takes_outlet(device.equipment)[over.cord.inlet]
            amps = amperes(OUTLET_RATED_MA[outlet])
            rating, note = "outlet", f"{outlet} {amps} x {volts_at_outlet(node)} V"
        return Violation(
            self.rule,
            instance,
            sight.label,
            over.required,
            over.available,
            over.unit,
            f"`{instance}` draws more through inlet `{over.cord.inlet}` than its {rating} on "
            f"`{node.id}` takes {sight.when}{self.case.on(sight.span.day)}",
            f"{share} on {count(over.num_carrying, 'live cord')}{worst.others}",
            note,
            device.at,
            hint="use a device type with stronger or more supplies, or lower its planned draw",
        )

    def _misfits(self, device: Device) -> Iterator[Violation]:
        """Yield one violation for all cords of a device that are wrong or missing."""
        if device.place.cords is None:
            return
        wanted = takes_outlet(device.equipment)
        named = {cord.inlet for cord in device.place.cords}
        inlets = {inlet.name for inlet in device.equipment.inlets}
        wrong = [f"inlet `{inlet}` has no cord" for inlet in wanted if inlet not in named]
        wrong += [
            f"inlet `{cord.inlet}` takes no cord"
            for cord in device.place.cords
            if cord.inlet in inlets and cord.inlet not in wanted
        ]
        for cord in device.cords or ():
            node = self.case.estate.power_nodes[cord.node]
            if node.rack != device.rack.id:
                wrong.append(f"`{node.id}` is no power node of rack `{device.rack.id}`")
            elif wanted[cord.inlet] not in node.outlets:
                wrong.append(f"`{node.id}` has no {wanted[cord.inlet]} outlet for `{cord.inlet}`")
        if wrong:
            num_cords = len(wanted) + len([w for w in wrong if w.endswith("takes no cord")])
            yield Violation(
                self.rule,
                device.instance,
                NORMAL,
                num_cords,
                num_cords - len(wrong),
                "cords",
                f"{count(len(wrong), 'cord')} of `{device.instance}` "
                f"{'does' if len(wrong) == 1 else 'do'} not fit: {'; '.join(wrong)}",
                "one cord an inlet",
                "cords that fit",
                device.at,
                hint=self._cord_hint(device),
            )

    def _cord_hint(self, device: Device) -> str:
        wanted = set(takes_outlet(device.equipment).values())
        if not wanted:
            return "plan again: it takes no cord"
        nodes = self.case.estate.power_nodes.values()
        fit = [n.id for n in nodes if n.rack == device.rack.id and wanted & n.outlets.keys()]
        if fit:
            return f"cord it to {names(fit)}"
        types = " and ".join(sorted(wanted))
        return f"give rack `{device.rack.id}` a power node with {types} outlets"

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: ratings of single cords are no shared capacity."""
        return iter(())


def _fewest(device: Device) -> int:
    """Return the smallest number of carrying cords with which the device is up."""
    return max(1, device.equipment.psus_required)
