"""The judgement: every rule on one layout, waivers, what was broken before, and the score."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple, Protocol

from planner.check import (
    compute,
    continuity,
    continuity_alone,
    continuity_takeover,
    cooling,
    network,
    power,
    power_balance,
    power_cord,
    redundancy,
    space,
    stability,
    structure,
    tenancy,
    tenancy_quota,
    tenancy_sharing,
    waiver,
)
from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.loads import LoadModel
from planner.check.normal import in_normal_state
from planner.check.score import score
from planner.check.shares import Shares
from planner.check.sweep import AloneWatcher, Finds, Watcher, sweep, sweep_alone
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout
from planner.model.scenarios import iter_network_losses
from planner.model.violation import Report, Tightest, Violation

#: Rules about the layout's records, and about what it does to what stands.
ABOUT_LAYOUT: dict[str, Callable[[Case, Layout], Iterable[Violation]]] = {
    "structure.unknown": structure.unknown,
    "structure.missing": structure.missing,
    "structure.shape": structure.shape,
    "stability.standing": stability.standing,
    "stability.pinned": stability.pinned,
    "stability.budget": stability.budget,
}

#: Rules about devices in racks; what stands now can be judged by them as well.
ABOUT_PLACES: dict[str, Callable[[Case], Iterable[Violation]]] = {
    "space.bounds": space.bounds,
    "space.overlap": space.overlap,
    "space.reserved": space.reserved,
    "space.status": space.status,
    "space.weight": space.weight,
    "space.floor": space.floor,
    "space.gravity": space.gravity,
    "space.outlets": space.outlets,
    "space.ports": space.ports,
    "space.airflow": space.airflow,
    "space.growth": space.growth,
    "cooling.rack": cooling.rack_heat,
    "redundancy.spread": redundancy.spread,
    "redundancy.together": redundancy.together,
    "network.mirror": network.mirror,
    "network.access": network.access,
    "tenancy.protection": tenancy.protection,
    "tenancy.certificate": tenancy.certificates,
    "tenancy.places": tenancy.places,
    "tenancy.exclusive": tenancy_sharing.exclusive,
    "tenancy.cumulation": tenancy_sharing.cumulation,
}

#: Rules that hold in every scenario.
IN_SCENARIOS: dict[str, Callable[[Case], Watcher]] = {
    "power.cord": power_cord.Cords,
    "power.normal": power.NormalLoad,
    "power.failover": power.FailoverLoad,
    "power.imbalance": in_normal_state(power_balance.imbalance),
    "power.strands": in_normal_state(power_balance.even_strands),
    "power.partners": in_normal_state(power_balance.partners),
    "cooling.zone": cooling.ZoneHeat,
    "redundancy.survive": redundancy.Survival,
    "tenancy.quota": in_normal_state(tenancy_quota.quota),
}

#: Rules about services on pools, and about what a site that stands alone takes over.
ABOUT_SERVICES: dict[str, Callable[[Case], Iterable[Violation]]] = {
    "compute.place": compute.place,
    "compute.pool": compute.pool,
    "continuity.data": continuity_takeover.data,
    "continuity.quorum": continuity_takeover.quorum,
    "continuity.restart": continuity_takeover.restart,
    "continuity.protection": continuity_takeover.protection,
}


class _RuleAlone(AloneWatcher, Finds, Protocol):
    """A rule that holds where a site stands alone."""


class _RuleAnywhere(Watcher, AloneWatcher, Protocol):
    """A rule that holds in every scenario, and where a site stands alone."""


#: Rules that hold after any loss, and where a site stands alone.
AFTER_LOSSES: dict[str, Callable[[Case], _RuleAnywhere]] = {
    "continuity.survivor": continuity.Survivors,
    "continuity.compute": continuity.PoolLoads,
}

#: Rules that hold where a site stands alone.
ALONE: dict[str, Callable[[Case], _RuleAlone]] = {
    "continuity.power": continuity_alone.EmergencyLoad,
    "continuity.cooling": continuity_alone.EmergencyHeat,
    "continuity.fuel": continuity_alone.Fuel,
}

#: Rules that hold for a finished plan only.
ABOUT_PLAN: dict[str, Callable[[Case], Iterable[Violation]]] = {
    "redundancy.whole": redundancy.whole,
    "network.paths": network.paths,
    "network.delay": network.delay,
    "network.distance": network.distance,
    "continuity.times": continuity_takeover.times,
    "tenancy.expiry": tenancy.expiry,
    "waiver.expired": waiver.expired,
    "waiver.unknown": waiver.unknown,
}

#: Rules that compare the layout with what stands.
COMPARED = {"stability.worse": stability.worse}

#: Findings that are not yet violations.
WARNINGS = (tenancy.expiry_warnings, waiver.expiry_warnings)


#: Slugs of the rules that what stands now can be judged by as well.
COMPARABLE = frozenset({*ABOUT_PLACES, *ABOUT_SERVICES, *IN_SCENARIOS, *AFTER_LOSSES, *ALONE})

#: Slugs of all rules that are checked.
CHECKED = frozenset({*COMPARABLE, *ABOUT_LAYOUT, *ABOUT_PLAN, *COMPARED})


class _Judged(NamedTuple):
    violations: list[Violation]
    tightest: list[Tightest]
    num_scenarios: int
    models: list[LoadModel]


def check(estate: Estate, layout: Layout, as_of: date) -> Report:
    """Judge a layout by every rule and recompute its score.

    Parameters
    ----------
    estate
        The estate that the layout is for.
    layout
        The layout; it remembers where its instances stood before.
    as_of
        First planning day, and the day on which waivers and frozen windows are looked at.

    Returns
    -------
    Report
        All violations with their arithmetic, waived, soft and warnings apart, and the score.
    """
    case = Case.of_layout(estate, layout, as_of)
    dependence = Dependence(estate)
    shares = Shares(case, dependence)
    judged = _judge_places(case, dependence, [shares])
    found = judged.violations
    for by_layout in ABOUT_LAYOUT.values():
        found += by_layout(case, layout)
    for by_plan in ABOUT_PLAN.values():
        found += by_plan(case)
    soft = [v for v in found if v.rule in estate.policy.soft]
    hard = [v for v in found if v.rule not in estate.policy.soft]
    hard = _compare(estate, layout, as_of, hard)
    waived = [v for v in hard if _is_waived(estate, v, as_of)]
    broken = [v for v in hard if not _is_waived(estate, v, as_of)]
    inherited = [v for v in broken if v.inherited]
    return Report(
        violations=_sorted(broken),
        waived=_sorted(waived),
        soft=_sorted(soft),
        warnings=_sorted(v for warn in WARNINGS for v in warn(case)),
        score=score(case, layout, judged.models, soft, inherited),
        tightest=tuple(judged.tightest),
        num_rules=len(CHECKED),
        num_scenarios=judged.num_scenarios,
        shares=shares.result(),
    )


def _judge_places(
    case: Case, dependence: Dependence, onlookers: Iterable[AloneWatcher] = ()
) -> _Judged:
    """Apply the rules about what is placed, and those that hold in every scenario.

    `onlookers` see the sites that stand alone as well.
    """
    in_scenarios = [watcher(case) for watcher in IN_SCENARIOS.values()]
    after_losses = [watcher(case) for watcher in AFTER_LOSSES.values()]
    alone = [watcher(case) for watcher in ALONE.values()]
    swept = sweep(case, [*in_scenarios, *after_losses])
    num_alone = sweep_alone(case, dependence, swept, [*after_losses, *alone, *onlookers])
    num_network = sum(1 for _ in iter_network_losses(case.estate))
    about = {**ABOUT_PLACES, **ABOUT_SERVICES}
    violations = [v for rule in about.values() for v in rule(case)]
    watchers: list[Finds] = [*in_scenarios, *after_losses, *alone]
    violations += (v for watcher in watchers for v in watcher.violations())
    return _Judged(
        violations,
        _nearest(t for watcher in watchers for t in watcher.tightest()),
        swept.num_scenarios + num_network + num_alone,
        swept.models,
    )


def _nearest(candidates: Iterable[Tightest]) -> list[Tightest]:
    """Return one candidate a unit, nearest to its limit first."""
    by_use = sorted(candidates, key=lambda t: Fraction(t.load, t.usable), reverse=True)
    nearest: dict[str, Tightest] = {}
    for candidate in by_use:
        nearest.setdefault(candidate.unit, candidate)
    return list(nearest.values())


def judge_as_built(estate: Estate, as_built: AsBuilt, as_of: date) -> list[Violation]:
    """Return what stands now breaks, by the rules that ask for no plan."""
    case = Case.of_as_built(estate, as_built, as_of)
    return _judge_places(case, Dependence(estate)).violations


def _compare(
    estate: Estate, layout: Layout, as_of: date, violations: list[Violation]
) -> list[Violation]:
    """Mark what as-built breaks already by at least as much, and add what got worse."""
    comparable = [v for v in violations if v.rule in COMPARABLE]
    as_built = layout.as_built()
    if not comparable or not as_built.standing:
        return violations
    old = stability.amounts(judge_as_built(estate, as_built, as_of))
    new = stability.amounts(comparable)

    def is_inherited(v: Violation) -> bool:
        key = (v.rule, v.subject, v.unit)
        return key in new and new[key] <= old[key]

    marked = [v._replace(inherited=is_inherited(v)) for v in violations]
    for rule in COMPARED.values():
        marked += rule(comparable, old)
    return marked


def _is_waived(estate: Estate, violation: Violation, as_of: date) -> bool:
    return violation.amount <= waiver.waived_amount(estate, violation, as_of)


def _sorted(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(
        sorted(violations, key=lambda v: (v.rule, v.subject, v.scenario, v.unit, v.message))
    )
