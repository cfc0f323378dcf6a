"""What to keep after a loss by trying every choice of processes, from the plain evaluation.

Processes of which nothing is down, and last the active workloads that no process needs, compete for
what is left. A choice is possible if what it needs fits on every pool that is alive and, where a
site stands alone, within the emergency capacity of every node and zone it loads.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from planner.check.capacity import limits
from planner.model.scenarios import EMERGENCY_KINDS, Look, Scenario
from tests.check.plain import PlainLook
from tests.check.plain_rules import kappa_emergency
from tests.check.plain_services import PlainServices, demand


class Claim(NamedTuple):
    """A process or a workload that wants to run: what it needs, each at a level (per mille)."""

    tier: int
    id: str
    weight: int
    needs: dict[str, int]


class Kept(NamedTuple):
    """The best choice: ids of processes and workloads kept, given up, and down."""

    kept: frozenset[str]
    shed: frozenset[str]
    down: frozenset[str]


class PlainShedding:
    """One scenario on one day."""

    def __init__(self, on: PlainServices, scenario: Scenario) -> None:
        self.on, self.scenario = on, scenario
        self.looks = on.plain.looks(scenario)
        self.bare = on.bare.looks(scenario)
        self.up = next(x for x in self.looks if x.look is Look.SUSTAINED).up
        self.pool_of = {s.instance: on.runs_on(s, self.up) for s in on.services}
        self.active = {w.id: w for w in on.active}
        self._drawn: dict[str, list[PlainLook]] = {}

    def best(self) -> Kept:
        """Return the lexicographically largest kept weight, of equals what keeps the earliest."""
        claims, down = self._claims()
        tiers = sorted({claim.tier for claim in claims})
        best: tuple[list[int], list[Claim]] | None = None
        for picks in product((True, False), repeat=len(claims)):
            kept = [claim for claim, is_kept in zip(claims, picks, strict=True) if is_kept]
            weights = [sum(c.weight for c in kept if c.tier == tier) for tier in tiers]
            if (best is None or weights > best[0]) and self.fits(kept):
                best = weights, kept
        assert best is not None
        ids = frozenset(claim.id for claim in best[1])
        return Kept(ids, frozenset(claim.id for claim in claims) - ids, frozenset(down))

    def _claims(self) -> tuple[list[Claim], set[str]]:
        on, found, down = self.on, [], set()
        is_emergency = bool(self.scenario.alone) or self.scenario.kind in EMERGENCY_KINDS
        needed: set[str] = set()
        for process in on.estate.processes.values():
            needs = {key for key in on.needed_by(process) if key in self.active}
            needed |= needs
            level = process.emergency_permille if is_emergency else 1000
            if all(self._has_enough(key) for key in needs):
                at = {key: self._level(key, level) for key in needs}
                found.append(Claim(-process.criticality, process.id, process.weight, at))
            else:
                down.add(process.id)
        last = 1 + max((claim.tier for claim in found), default=0)
        for key in sorted(self.active.keys() - needed):
            if self._has_enough(key):
                found.append(Claim(last, key, 1, {key: 1000}))
            else:
                down.add(key)
        return sorted(found, key=lambda claim: (claim.tier, claim.id)), down

    def _level(self, key: str, level: int) -> int:
        workload = self.active[key]
        return 1000 if workload.critical or workload.service is None else level

    def _has_enough(self, key: str) -> bool:
        up = [d.instance in self.up for d in self.on.devices if d.workload.id == key]
        up += [self.pool_of[s.instance] is not None for s in self.on.services
               if s.workload.id == key]  # fmt: skip
        return sum(up) >= self.active[key].needed

    def fits(self, kept: list[Claim]) -> bool:
        """Return whether all that is kept fits."""
        levels: dict[str, int] = {}
        for claim in kept:
            for key, level in claim.needs.items():
                levels[key] = max(level, levels.get(key, 0))
        taken: dict[str, Counter[str]] = {}
        on_power = set(levels)
        for service in self.on.services:
            pool = self.pool_of[service.instance]
            if service.workload.id in levels and pool is not None:
                need = demand(service.figures, levels[service.workload.id])
                taken.setdefault(pool, Counter()).update(need)
                on_power.update((*self.on.estate.pools[pool].hosts,
                                 *self.on.estate.pools[pool].storage_on))  # fmt: skip
        for key, need in taken.items():
            offer = self.on.offer(self.on.estate.pools[key], self.up)
            if any(amount > offer.get(name, 0) for name, amount in need.items()):
                return False
        return not self.scenario.alone or self._is_fed(on_power)

    def _is_fed(self, workloads: set[str]) -> bool:
        """Return whether nodes and zones carry these workloads; loads of workloads add up."""
        carried = Counter[object]()
        for key in workloads & {d.workload.id for d in self.on.devices}:
            if key not in self._drawn:
                self._drawn[key] = self.on.plain.looks(self.scenario, {key})
            carried.update(dict(self._more(self._drawn[key])))
        spare = dict(self._spare())
        return all(load <= max(spare[what], 0) for what, load in carried.items() if load)

    def _more(self, looks: list[PlainLook]) -> Iterator[tuple[object, Fraction]]:
        """Yield what these looks carry beyond the bare ones."""
        for look, bare in zip(looks, self.bare, strict=True):
            for n in look.load_w:
                yield (look.look, n, "W"), look.load_w[n] - bare.load_w[n]
                yield (look.look, n, "VA"), look.load_va[n] - bare.load_va[n]
            for zone, heat in look.heat_w.items():
                yield (look.look, zone), Fraction(heat)

    def _spare(self) -> Iterator[tuple[object, Fraction]]:
        """Yield what is left of every node and zone with no device at all."""
        no_limit = Fraction(10**12)
        for bare in self.bare:
            for n in bare.load_w:
                node = self.on.estate.power_nodes[n]
                usable = {x.unit: x.usable for x in limits(node, self._kappa(n))}
                for unit, load in (("W", bare.load_w[n]), ("VA", bare.load_va[n])):
                    yield (bare.look, n, unit), usable.get(unit, no_limit) - load
            for zone, capacity in bare.capacity_w.items():
                yield (bare.look, zone), Fraction(capacity)

    def _kappa(self, n: str) -> int:
        return kappa_emergency(self.on, self.on.estate.power_nodes[n], self.scenario.alone)
