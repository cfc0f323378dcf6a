"""Power: cords fit, and every node carries its load normally and after any single loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from planner.check.capacity import (
    VA,
    Limit,
    W,
    kappa_failure,
    kappa_normal,
    limits,
    volts_at_outlet,
)
from planner.check.case import Case, Device, takes_outlet
from planner.check.loads import Load, LoadModel
from planner.check.sweep import Nearest, Sight, Worst
from planner.check.wording import amperes, count, kind_word, names, ratio
from planner.model.layout import Cord
from planner.model.power import OUTLET_RATED_MA, PowerKind, PowerNode
from planner.model.scenarios import NORMAL
from planner.model.violation import Tightest, Violation
from planner.model.workload import split_instance_id


def _of(load: Load, unit: str) -> int:
    return load.w if unit == W else load.va


class NodeLoads(ABC):
    """What the rules about node loads share: limits, the worst per node and unit, the nearest."""

    rule: str

    def __init__(self, case: Case) -> None:
        self.case = case
        self.worst: dict[tuple[int, str], Worst[tuple[int, Limit]]] = {}
        self.nearest = {W: Nearest(), VA: Nearest()}
        self.scale = 1
        self.limits: list[tuple[Limit, ...]] = []

    @abstractmethod
    def kappa(self, node: PowerNode) -> int:
        """Return the share of the node's capacity that may be used, per mille."""

    def _prepare(self, model: LoadModel) -> None:
        policy_limits = (limits(node, self.kappa(node)) for node in model.grid.nodes)
        self.limits = list(policy_limits)
        self.scale = model.scale

    def _overloaded(self, model: LoadModel) -> set[int]:
        """Return the nodes that carry too much in the state that losses start from."""
        return {
            n
            for n, load in enumerate(model.normal.loads)
            if any(_of(load, limit.unit) > limit.usable * self.scale for limit in self.limits[n])
        }

    def _look_at(self, n: int, load: Load, sight: Sight) -> None:
        for limit in self.limits[n]:
            carried, usable = _of(load, limit.unit), limit.usable * self.scale
            self.nearest[limit.unit].see(carried, usable, sight.model.grid.nodes[n].id, sight)
            if carried > usable:
                self._over(n, carried, limit, sight)

    def _over(self, n: int, carried: int, limit: Limit, sight: Sight) -> None:
        required = -(-carried // self.scale)
        amount = required - limit.usable
        known = self.worst.get((n, limit.unit))
        if known is None:
            self.worst[n, limit.unit] = Worst(amount, sight, (required, limit))
        else:
            known.see(amount, sight, (required, limit))

    @abstractmethod
    def required_note(self, n: int, required: int, unit: str, sight: Sight) -> str:
        """Return how the load comes about."""

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a node and unit."""
        for (n, unit), worst in self.worst.items():
            sight = worst.sight
            node = sight.model.grid.nodes[n]
            required, limit = worst.detail
            yield Violation(
                self.rule,
                node.id,
                sight.label,
                required,
                limit.usable,
                unit,
                f"{_overloads(node)} {sight.when}{self.case.on(sight.span.day)}",
                self.required_note(n, required, unit, sight) + worst.others,
                limit.note,
                node.at,
                hint=_hint(sight.model, n, worst.amount, unit, sight),
            )

    def tightest(self) -> Iterator[Tightest]:
        """Yield the node nearest to its limit, per unit."""
        for unit, nearest in self.nearest.items():
            yield from nearest.result(self.rule, unit, self.scale)


class NormalLoad(NodeLoads):
    """power.normal: load(n) <= kappa(n) * C(n) in the normal state."""

    rule = "power.normal"

    def kappa(self, node: PowerNode) -> int:
        """Return the normal share."""
        return kappa_normal(node, self.case.estate.policy)

    def normal(self, sight: Sight) -> None:
        """Look at every node."""
        if not self.limits:
            self._prepare(sight.model)
        for n, load in enumerate(sight.model.normal.loads):
            self._look_at(n, load, sight)

    def loss(self, sight: Sight) -> None:
        """Nothing: `power.failover` looks at losses."""

    def required_note(self, n: int, required: int, unit: str, sight: Sight) -> str:
        """Return the node's own draw, its cords, and what passes through the nodes below."""
        model = sight.model
        own = model.grid.nodes[n].own_w
        num_cords = sum(nodes.count(n) for nodes in model.normal.carrying if nodes)
        below = [
            c
            for c in model.grid.children[n]
            if model.grid.normal[c].feeder == n and c not in sight.moment.off
        ]
        through = -(-sum(_of(model.normal_input(c), unit) for c in below) // self.scale)
        parts = [f"{own} {unit} of its own"] if own else []
        if below:
            parts.append(f"{through} {unit} through {count(len(below), 'node')} below")
        if num_cords:
            rest = required - own - (through if below else 0)
            parts.append(f"{rest} {unit} on {count(num_cords, 'cord')}")
        return " + ".join(parts)


class FailoverLoad(NodeLoads):
    """power.failover: load(n, s) <= kappa_fail(n) * C(n) for every loss s and every live n."""

    rule = "power.failover"

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        # Nodes whose normal load alone is too much after a loss: over in every scenario that
        # leaves them as they are.
        self._always: dict[int, set[int]] = {}

    def kappa(self, node: PowerNode) -> int:
        """Return the share after a loss."""
        return kappa_failure(node, self.case.estate.policy)

    def normal(self, sight: Sight) -> None:
        """Find the nodes that are over without any change."""
        if not self.limits:
            self._prepare(sight.model)
        self._always[id(sight.model)] = self._overloaded(sight.model)

    def loss(self, sight: Sight) -> None:
        """Look at the nodes whose load changes, and at those that are over anyway."""
        loads = sight.change.loads
        for n, load in loads.items():
            self._look_at(n, load, sight)
        for n in self._always[id(sight.model)]:
            if n not in loads and n not in sight.moment.off:
                self._look_at(n, sight.model.normal.loads[n], sight)

    def required_note(self, n: int, required: int, unit: str, sight: Sight) -> str:
        """Return what the node carries anyway and what the loss transfers to it."""
        normal = -(-_of(sight.model.normal.loads[n], unit) // self.scale)
        scenario = sight.moment.scenario
        if normal >= required:
            return f"{required} {unit} of its own"
        is_node = scenario.kind in {kind.value for kind in PowerKind}
        origin = "" if is_node else f"{kind_word(scenario.kind)} "
        return (
            f"{normal} {unit} of its own + "
            f"{required - normal} {unit} transferred from {origin}`{scenario.lost}`"
        )


def _overloads(node: PowerNode) -> str:
    name = f"{kind_word(node.kind)} `{node.id}`"
    return f"rack `{node.rack}` overloads {name}" if node.rack else f"{name} is overloaded"


def _hint(model: LoadModel, n: int, amount: int, unit: str, sight: Sight) -> str | None:
    """Return which device to move: the smallest that suffices, else the largest; none is pinned."""

    def draw(device: Device) -> int:
        factor = device.equipment.draw.power_factor_permille if unit == VA else 1000
        return -(-device.draw_w * 1000 // factor)

    num_devices = len(model.devices)
    below = [model.devices[i] for i in model.below(n, sight.moment) if i < num_devices]
    if not below:
        return None
    below = [device for device in below if not _is_pinned(device)]
    if not below:
        return f"raise the capacity of `{model.grid.nodes[n].id}`: all that loads it is pinned"
    enough = [device for device in below if draw(device) >= amount]
    one = min(enough, key=draw) if enough else max(below, key=draw)
    return (
        f"move `{one.instance}` ({draw(one)} {unit}); "
        f"`planner explain {one.instance}` lists the racks that can take it"
    )


def _is_pinned(device: Device) -> bool:
    return split_instance_id(device.instance)[1] in device.workload.pinned


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
