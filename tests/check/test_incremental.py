"""Following a loss downward gives what a full recomputation gives, and both give the plain one."""

from datetime import date
from fractions import Fraction

import pytest

from planner.check import check
from planner.check.case import Case
from planner.check.cooling import ZoneHeat
from planner.check.grid import Grid
from planner.check.loads import Change, Load, LoadModel, State, load_models
from planner.check.sweep import sweep
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.scenarios import iter_scenarios
from tests.check.plain import Plain
from tests.check.random_cases import random_case
from tests.check.random_continuity import random_continuity


def _applied(model: LoadModel, off: frozenset[int], change: Change) -> State:
    """Return the normal state with a change laid over it."""
    loads = list(model.normal.loads)
    for n, load in change.loads.items():
        loads[n] = load
    for n in off:
        loads[n] = Load(0, 0)
    carrying = list(model.normal.carrying)
    for i, nodes in change.carrying.items():
        carrying[i] = nodes
    return State(tuple(loads), tuple(carrying))


def _in_full(self, moment):
    """Stand in for `LoadModel.change`: compare two full states."""
    state = self.state(moment)
    loads = {
        n: load
        for n, load in enumerate(state.loads)
        if n not in moment.off and load != self.normal.loads[n]
    }
    carrying = {
        i: nodes for i, nodes in enumerate(state.carrying) if nodes != self.normal.carrying[i]
    }
    return Change(loads, carrying)


class _ZoneLog(ZoneHeat):
    """Remembers every zone it looks at: (scenario, day, zone) -> heat and capacity."""

    def __init__(self, case):
        super().__init__(case)
        self.seen = {}

    def _look_at(self, zone, heat_w, capacity_w, sight):
        self.seen[sight.label, sight.span.day, zone] = (heat_w, capacity_w)


def _compare(estate: Estate, layout: Layout, as_of: date) -> int:
    """Compare every scenario of a case three ways; return how many looks that were."""
    case = Case.of_layout(estate, layout, as_of)
    grid = Grid(estate)
    log = _ZoneLog(case)
    sweep(case, [log])
    num_looks = 0
    for span, model in zip(case.spans, load_models(case, grid), strict=True):
        plain = Plain(estate, span.devices)
        names = [d.instance for d in model.devices] + [u.id for u in model.units]
        for scenario in iter_scenarios(estate):
            lost = grid.lost_in(scenario).nodes
            full = grid.feeding(lost)
            touched = grid.touched(lost)
            assert touched == {n: s for n, s in enumerate(full) if s != grid.normal[n]}
            looks = plain.looks(scenario)
            moments = list(grid.moments(scenario))
            assert [m.look for m in moments] == [look.look for look in looks]
            for moment, look in zip(moments, looks, strict=True):
                num_looks += 1
                state = model.state(moment)
                assert _applied(model, moment.off, model.change(moment)) == state
                for n, node in enumerate(grid.nodes):
                    assert (n not in moment.off) == (node.id in look.load_w)
                    if n not in moment.off:
                        load = state.loads[n]
                        assert Fraction(load.w, model.scale) == look.load_w[node.id]
                        assert Fraction(load.va, model.scale) == look.load_va[node.id]
                up = {names[i] for i, nodes in enumerate(state.carrying) if nodes is not None}
                assert up == look.up
                label = scenario.id + (" (interruption)" if moment.look == "interruption" else "")
                for zone in estate.cooling_zones:
                    seen = log.seen.get((label, span.day, zone), log.seen["normal", span.day, zone])
                    assert seen == (look.heat_w[zone], look.capacity_w[zone])
    return num_looks


@pytest.mark.parametrize("first", range(0, 300, 25))
def test_losses_followed_equal_recomputed_equal_plain(first):
    num_looks = sum(_compare(*random_case(seed)) for seed in range(first, first + 25))
    assert num_looks > 25 * 10


@pytest.mark.full
@pytest.mark.parametrize("first", range(10_000, 14_000, 100))
def test_long_sweep_of_losses(first):
    for seed in range(first, first + 100):
        _compare(*random_case(seed))


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_report_is_the_same_with_full_recomputation(first, monkeypatch):
    reports = [check(*random_case(seed)) for seed in range(first, first + 50)]
    broken = {violation.rule for report in reports for violation in report.violations}
    assert {"power.normal", "power.failover", "cooling.zone", "redundancy.survive"} <= broken
    monkeypatch.setattr(LoadModel, "change", _in_full)
    assert reports == [check(*random_case(seed)) for seed in range(first, first + 50)]


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_report_with_sites_alone_is_the_same_with_full_recomputation(first, monkeypatch):
    """Losses on a site that stands alone start from the state in which it does."""
    reports = [check(*random_continuity(seed)) for seed in range(first, first + 15)]
    broken = {violation.rule for report in reports for violation in report.violations}
    assert {"continuity.survivor", "continuity.power", "continuity.cooling"} <= broken
    assert sum(len(report.shares) for report in reports) > 15
    monkeypatch.setattr(LoadModel, "change", _in_full)
    assert reports == [check(*random_continuity(seed)) for seed in range(first, first + 15)]


@pytest.mark.full
@pytest.mark.parametrize("first", range(1_000, 1_600, 25))
def test_long_sweep_of_sites_alone(first, monkeypatch):
    reports = [check(*random_continuity(seed)) for seed in range(first, first + 25)]
    monkeypatch.setattr(LoadModel, "change", _in_full)
    assert reports == [check(*random_continuity(seed)) for seed in range(first, first + 25)]
