"""A sweep of all losses finds what the judge finds after losses, with the same figures."""

import pytest

from planner.check import check
from planner.model.scenarios import NETWORK_KINDS, iter_alone, iter_scenarios
from planner.simulate.simulator import Simulator
from tests.check.plain_services import PlainServices
from tests.check.random_cases import random_case
from tests.check.random_continuity import random_continuity


def _worst(effects):
    """Return (subject, unit) -> the largest excess."""
    worst = {}
    for over in (over for effect in effects for over in effect.overloads):
        key = (over.subject, over.unit)
        worst[key] = max(worst.get(key, 0), over.excess)
    return worst


def _judged(violations, rules):
    """Return (subject, unit) -> amount, normal scenarios left out."""
    return {
        (v.subject, v.unit): v.amount
        for v in violations
        if v.rule in rules and v.scenario != "normal"
    }


def _without(worst, known):
    return {key: amount for key, amount in worst.items() if key not in known}


def _compare(case):
    """Compare overloads with violations; return how many there are."""
    estate = case[0]
    simulator = Simulator(*case)
    losses = [s for s in iter_scenarios(estate) if s.losses]
    alone = [s for s in iter_alone(estate) if s.kind not in NETWORK_KINDS]
    after_loss = _worst(e for s in losses for e in simulator.effects(s))
    on_its_own = _worst(e for s in alone for e in simulator.effects(s))
    # What is over without any loss is no effect of one, yet the judge sees it after every loss.
    before = {(o.subject, o.unit) for day in simulator.days for o in day.before.overloads}
    report = check(*case)
    found = (*report.violations, *report.waived)
    ups = _judged(found, {"power.failover", "cooling.zone"})
    pools = _judged(found, {"continuity.compute"})
    of_pools = {key for key in {*after_loss, *on_its_own} if key[0] in estate.pools}
    assert _without(after_loss, before | of_pools) == _without(ups, before)
    assert _without(on_its_own, of_pools) == _judged(
        found, {"continuity.power", "continuity.cooling"}
    )
    if not any(v.rule in ("continuity.quorum", "compute.pool") for v in found):
        # A service without quorum and procedure is down here; the judge lets it run and says so.
        both = {k: max(after_loss.get(k, 0), on_its_own.get(k, 0)) for k in of_pools}
        assert both == pools
    return len(ups) + len(pools)


@pytest.mark.parametrize("make", [random_case, random_continuity])
def test_overloads_are_the_violations_after_losses(make):
    assert sum(_compare(make(seed)) for seed in range(60)) > 60


@pytest.mark.full
@pytest.mark.parametrize("make", [random_case, random_continuity])
@pytest.mark.parametrize("first", range(5000, 7000, 100))
def test_long_sweep_of_overloads(make, first):
    for seed in range(first, first + 100):
        _compare(make(seed))


def _compare_services(case):
    """Compare each member alone with the plain evaluation; return how many moves were seen."""
    estate, layout, _ = case
    num_moves = 0
    simulator = Simulator(*case)
    days = [day.span.day for day in simulator.days]
    for day in simulator.days:
        plain = PlainServices(estate, layout, day.span.day, days)
        for scenario in (s for s in iter_alone(estate) if not s.lost):
            site, group = scenario.alone, plain.group_of(scenario.alone)
            moments = tuple(simulator.grid.moments(scenario))
            lost = simulator.shared.network.lost_bits(scenario)
            effect = day.effect(scenario, moments, lost)
            for move in effect.moves:
                one = next(s for s in plain.services if s.instance == move.instance)
                if estate.pools[move.standby].site == site and plain.moves_to(one, site):
                    assert move.minutes == plain.minutes(one, group, site)
                    num_moves += 1
            if not (effect.services_down or effect.services_shed):
                for recovery in effect.recoveries:
                    process = estate.processes[recovery.process]
                    assert recovery.minutes == plain.chain_minutes(process, group, site)
    return num_moves


def test_minutes_of_moves_and_chains_equal_the_plain_ones():
    assert sum(_compare_services(random_continuity(seed)) for seed in range(100)) > 50
