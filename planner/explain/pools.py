"""Why an instance of a service may or may not run on each pool, and what would come nearest.

On every pool each choice of standby pools is judged by the rules about services, tenants and the
network; one that breaks none of them by the whole judge as well. Everything else stays where the
layout has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from planner.check.case import Case, service_of
from planner.check.critical import Dependence
from planner.check.judge import ABOUT_PLACES, ABOUT_SERVICES
from planner.check.waiver import waived_amount
from planner.errors import UsageError
from planner.explain.cases import new_or_worse
from planner.explain.whole import Reach, violations_of
from planner.model.estate import Estate
from planner.model.layout import Layout, ServicePlacement
from planner.model.violation import Violation
from planner.model.workload import Service, Workload

#: Rules about places that look at services as well.
_OF_SERVICES = (
    "network.mirror", "network.access", "tenancy.protection", "tenancy.certificate",
    "tenancy.cumulation",
)  # fmt: skip


class PoolVerdict(NamedTuple):
    """The best choice of standby pools with a pool, and what that breaks."""

    pool: str
    standby: tuple[str, ...]
    violations: tuple[Violation, ...]
    soft: tuple[Violation, ...]
    is_current: bool

    @property
    def holds(self) -> bool:
        """Whether the pool can take the instance."""
        return not self.violations

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that rule the pool out, sorted."""
        return tuple(sorted({v.rule for v in self.violations}))

    @property
    def distance(self) -> tuple[int, Fraction, Fraction]:
        """How far from holding: rules broken, largest relative shortage, the same of soft rules."""
        return len(self.rules), shortage(self.violations), shortage(self.soft)


def shortage(violations: Iterable[Violation]) -> Fraction:
    """Return the largest amount as a share of what is required."""
    return max(
        (Fraction(v.amount, max(1, abs(v.required))) for v in violations), default=Fraction(0)
    )


class PoolAnswer(NamedTuple):
    """The verdict on every pool, in the estate's order."""

    instance: str
    workload: Workload
    current: ServicePlacement | None
    reason: str
    verdicts: tuple[PoolVerdict, ...]

    @property
    def open(self) -> list[PoolVerdict]:
        """Pools that can take the instance."""
        return [verdict for verdict in self.verdicts if verdict.holds]

    @property
    def nearest(self) -> list[PoolVerdict]:
        """Pools that cannot take the instance, the nearest first."""
        closed = [verdict for verdict in self.verdicts if not verdict.holds]
        return sorted(closed, key=lambda verdict: (verdict.distance, verdict.pool))

    @property
    def groups(self) -> list[tuple[tuple[str, ...], list[PoolVerdict]]]:
        """Pools that cannot, by the rules that they break, the nearest first."""
        found: dict[tuple[str, ...], list[PoolVerdict]] = {}
        for verdict in self.nearest:
            found.setdefault(verdict.rules, []).append(verdict)
        return list(found.items())


class PoolProbe:
    """One instance of a service, judged on other pools while everything else stays.

    Raises
    ------
    UsageError
        When the instance is none of a service that is active on a planning day.
    """

    def __init__(self, estate: Estate, layout: Layout, as_of: date, instance: str) -> None:
        workload = service_of(estate, instance)
        case = Case.of_layout(estate, layout, as_of)
        if workload is None or workload.service is None or workload.id not in case.planned:
            raise UsageError(f"`{instance}` is no instance of a service that is planned")
        self.estate, self.layout, self.as_of = estate, layout, as_of
        self.instance = instance
        self.workload = workload
        self.service: Service = workload.service
        self.current = layout.services.get(instance)
        self._is_critical = workload.id in Dependence(estate).critical().needed
        self._rest = self._with(None)
        self._before = list(self._near(self._rest))
        self._all_before: list[Violation] | None = None

    def choices(self, pool: str) -> Iterator[ServicePlacement]:
        """Yield the choices of standby pools worth judging; the one it has now comes first."""
        if self.current is not None and self.current.pool == pool:
            yield self.current
        pools, site = self.estate.pools, self.estate.pools[pool].site
        members = self.estate.members.get(self.estate.sites[site].continuity_group or "", ())
        others = [member for member in members if member != site and self.service.may_move]
        usable = [p for p in pools.values() if not self.service.pools or p.id in self.service.pools]
        at_site: list[list[str | None]] = []
        for member in others:
            there: list[str | None] = [p.id for p in usable if p.site == member]
            if not there or not self.service.is_mirrored:
                # Without a standby first, unless it must survive the loss of its site.
                there = [*there, None] if self._is_critical else [None, *there]
            at_site.append(there)
        for chosen in product(*at_site):
            standby = tuple(sorted(key for key in chosen if key is not None))
            found = ServicePlacement(instance=self.instance, pool=pool, standby=standby)
            if self.current is None or found != self.current.model_copy(update={"at": None}):
                yield found

    def verdict(self, pool: str) -> PoolVerdict:
        """Return the verdict on the choice that comes nearest; one that breaks nothing ends it."""
        best: PoolVerdict | None = None
        for placement in self.choices(pool):
            found = self.violations(placement)
            verdict = PoolVerdict(
                pool,
                placement.standby,
                tuple(v for v in found if v.rule not in self.estate.policy.soft),
                tuple(v for v in found if v.rule in self.estate.policy.soft),
                placement is self.current,
            )
            if best is None or verdict.distance < best.distance:
                best = verdict
            if not found:
                break
        assert best is not None, "every pool has a choice to judge"
        return best

    def violations(self, placement: ServicePlacement) -> list[Violation]:
        """Return what would be broken, or broken by more, with the instance placed so."""
        layout = self._with(placement)
        found = new_or_worse(self._before, self._near(layout))
        if not found:
            if self._all_before is None:
                self._all_before = violations_of(self.estate, self._rest, self.as_of, Reach.WHOLE)
            after = violations_of(self.estate, layout, self.as_of, Reach.WHOLE)
            found = new_or_worse(self._all_before, after)
        return [v for v in found if not self._is_waived(v)]

    def _with(self, placement: ServicePlacement | None) -> Layout:
        """Return the layout with the instance placed so, or without it."""
        services = {k: s for k, s in self.layout.services.items() if k != self.instance}
        unplaced = {k: u for k, u in self.layout.unplaced.items() if k != self.instance}
        if placement is not None:
            services[self.instance] = placement
        return self.layout.model_copy(update={"services": services, "unplaced": unplaced})

    def _near(self, layout: Layout) -> Iterator[Violation]:
        """Yield what the rules about services, tenants and the network find."""
        case = Case.of_layout(self.estate, layout, self.as_of)
        for rule in (*ABOUT_SERVICES.values(), *(ABOUT_PLACES[slug] for slug in _OF_SERVICES)):
            yield from rule(case)

    def _is_waived(self, violation: Violation) -> bool:
        allowed = waived_amount(self.estate, violation, self.as_of)
        return 0 < violation.amount <= allowed


def explain_pools(
    probe: PoolProbe, on_pool: Callable[[int, int], None] | None = None
) -> PoolAnswer:
    """Judge every pool of the estate.

    Parameters
    ----------
    on_pool
        Told how many pools are done, and of how many; the last time when all are.
    """
    pools = list(probe.estate.pools)
    verdicts = []
    for done, pool in enumerate(pools):
        if on_pool is not None:
            on_pool(done, len(pools))
        verdicts.append(probe.verdict(pool))
    if on_pool is not None:
        on_pool(len(pools), len(pools))
    unplaced = probe.layout.unplaced.get(probe.instance)
    reason = unplaced.reason if unplaced is not None else ""
    return PoolAnswer(probe.instance, probe.workload, probe.current, reason, tuple(verdicts))


def pool_answer_json(
    answer: PoolAnswer, violation_json: Callable[[Violation], dict[str, Any]]
) -> dict[str, Any]:
    """Return the verdict on every pool as JSON-ready data."""
    current = answer.current
    return {
        "instance": answer.instance,
        "workload": answer.workload.id,
        "current": (
            None if current is None else {"pool": current.pool, "standby": list(current.standby)}
        ),
        "num_pools": len(answer.verdicts),
        "num_open": len(answer.open),
        "nearest": [verdict.pool for verdict in answer.nearest],
        "pools": [
            {
                "pool": verdict.pool,
                "standby": list(verdict.standby),
                "holds": verdict.holds,
                "is_current": verdict.is_current,
                "rules": list(verdict.rules),
                "violations": [violation_json(v) for v in verdict.violations],
                "soft": [violation_json(v) for v in verdict.soft],
            }
            for verdict in answer.verdicts
        ],
    }
