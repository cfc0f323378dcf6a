"""Power: every node carries its load normally and after any single loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from planner.check.capacity import (
    VA,
    Limit,
    W,
    at_once_permille,
    kappa_failure,
    kappa_normal,
    limits,
)
from planner.check.case import Case, Device
from planner.check.loads import Load, LoadModel
from planner.check.sweep import Nearest, Sight, Worst
from planner.check.wording import count, kind_word, percent
from planner.model.power import PowerKind, PowerNode
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
        model, own = sight.model, sight.model.grid.nodes[n].own_w
        below = [
            c
            for c in model.grid.children[n]
            if model.grid.normal[c].feeder == n and c not in sight.moment.off
        ]
        through = sum(_of(model.normal_input(c), unit) for c in below)
        taken = through + _of(model.normal_on_cords(n), unit)
        through, whole = -(-through // self.scale), -(-taken // self.scale)
        parts = []
        if below:
            parts.append(f"{through} {unit} through {count(len(below), 'node')} below")
        if num_cords := sum(nodes.count(n) for nodes in model.normal.carrying if nodes):
            parts.append(f"{whole - through} {unit} on {count(num_cords, 'cord')}")
        at_once = at_once_permille(model.grid.nodes[n], self.case.estate.policy)
        if at_once != 1000 and parts:
            parts = [f"({' + '.join(parts)}) x {percent(at_once)} at once"]
        if own:
            parts.insert(0, f"{own} {unit} of its own")
        if n in model.pressing:
            rest = required - own - -(-taken * at_once // (1000 * self.scale))
            parts.append(f"{rest} {unit} of line-to-line and three-phase loads")
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
