"""Usable capacity of power nodes, by hand and against the checker's own derivation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.check import capacity as checked
from planner.model.policy import Policy
from planner.model.power import PowerKind, UpsModules
from planner.problem.capacity import Usable, kappa_fail, kappa_normal, outlet_va, usable
from tests.builders import node


@pytest.mark.parametrize(
    ("fields", "kappa", "expected"),
    [
        # sqrt(3) x 400 V x 16 A x 80 % = 8868.1 VA
        ({"volts_ll": 400, "amps_ma": 16_000, "phases": 3}, 800, Usable(None, 8868)),
        # sqrt(3) x 400 V x 32 A x 100 % = 22170.2 VA
        ({"volts_ll": 400, "amps_ma": 32_000, "phases": 3}, 1000, Usable(None, 22_170)),
        # sqrt(3) x 1 V x 1 A x 57.8 % = 1.0011 VA; 57.7 % would be 0.9994 VA
        ({"volts_ll": 1, "amps_ma": 1000, "phases": 3}, 578, Usable(None, 1)),
        ({"volts_ll": 1, "amps_ma": 1000, "phases": 3}, 577, Usable(None, 0)),
        # 3 x 230 V x 16 A x 80 % = 8832 VA
        ({"volts_ln": 230, "amps_ma": 16_000, "phases": 3}, 800, Usable(None, 8832)),
        # 230 V x 16 A x 80 % = 2944 VA, phases given or not
        ({"volts_ln": 230, "amps_ma": 16_000, "phases": 1}, 800, Usable(None, 2944)),
        ({"volts_ln": 230, "amps_ma": 16_000}, 800, Usable(None, 2944)),
        # line to line on one phase: 208 V x 24 A x 80 % = 3993.6 VA
        ({"volts_ll": 208, "amps_ma": 24_000, "phases": 1}, 800, Usable(None, 3993)),
        # no voltage: 230 V, x 3 on three phases; 7360 and 2453.3 VA
        ({"amps_ma": 10_667, "phases": 3}, 1000, Usable(None, 7360)),
        ({"amps_ma": 10_667}, 1000, Usable(None, 2453)),
        # 1001 x 80 % = 800.8
        ({"rated_va": 1001, "rated_w": 1001}, 800, Usable(800, 800)),
        # 2 of 3 modules: 2 x 20,001 W x 90 % = 36,001.8 W; 2 x 22,000 VA x 90 % = 39,600 VA
        (
            {"modules": UpsModules(count=3, needed=2, w=20_001, va=22_000)},
            900,
            Usable(36_001, 39_600),
        ),
        # Several figures: the smallest of each unit.
        (
            {
                "rated_va": 9000,
                "volts_ll": 400,
                "amps_ma": 16_000,
                "phases": 3,
                "rated_w": 5000,
                "modules": UpsModules(count=2, needed=1, w=6000),
            },
            1000,
            Usable(5000, 9000),
        ),
        ({}, 800, Usable(None, None)),
        ({"volts_ll": 400, "phases": 3}, 800, Usable(None, None)),
    ],
)
def test_usable_capacity(fields, kappa, expected):
    assert usable(node("n", PowerKind.UPS, **fields), kappa) == expected


@pytest.mark.parametrize(
    ("kind", "of_node", "of_policy", "expected"),
    [
        (PowerKind.UPS, None, None, 1000),
        (PowerKind.TRANSFER_SWITCH, None, None, 1000),
        (PowerKind.PANEL, None, None, 800),
        (PowerKind.BANK, None, None, 800),
        (PowerKind.UPS, None, 950, 950),
        (PowerKind.FEED, 990, 950, 990),
        (PowerKind.FEED, 0, 950, 0),
    ],
)
def test_derating_after_a_loss(kind, of_node, of_policy, expected):
    one = node("n", kind, kappa_fail_permille=of_node)
    assert kappa_fail(one, Policy(kappa_fail_permille=of_policy)) == expected


def test_derating_in_the_normal_state():
    assert kappa_normal(node("n", PowerKind.UPS), Policy(kappa_permille=750)) == 750
    assert kappa_normal(node("n", PowerKind.UPS, kappa_permille=0), Policy()) == 0


@pytest.mark.parametrize(
    ("fields", "outlet", "expected"),
    [
        ({}, "c13", 2300),  # 10 A x 230 V
        ({"volts_ln": 120}, "c19", 1920),  # 16 A x 120 V
        ({"volts_ll": 400}, "c13", 2300),  # 400 V / sqrt(3) = 230.9 V
        ({"volts_ll": 398}, "c13", 2290),  # 229.8 V
        ({}, "c7", 575),  # 2.5 A x 230 V
        ({}, "terminal", None),
    ],
)
def test_rating_of_an_outlet(fields, outlet, expected):
    assert outlet_va(node("n", PowerKind.PDU, **fields), outlet) == expected


_figure = st.one_of(st.none(), st.integers(0, 10**7))
_modules = st.builds(UpsModules, count=st.just(8), needed=st.integers(1, 8), w=_figure, va=_figure)
_nodes = st.builds(
    node,
    st.just("n"),
    st.sampled_from(PowerKind),
    phases=st.sampled_from((None, 1, 3)),
    volts_ll=st.one_of(st.none(), st.integers(1, 1000)),
    volts_ln=st.one_of(st.none(), st.integers(1, 600)),
    amps_ma=_figure,
    rated_va=_figure,
    rated_w=_figure,
    modules=st.one_of(st.none(), _modules),
    kappa_permille=st.one_of(st.none(), st.integers(0, 1000)),
    kappa_fail_permille=st.one_of(st.none(), st.integers(0, 1000)),
)


@given(_nodes, st.integers(0, 1000), st.one_of(st.none(), st.integers(0, 1000)))
def test_checker_derives_the_same(one, kappa, of_policy):
    policy = Policy(kappa_permille=kappa, kappa_fail_permille=of_policy)
    for ours, theirs in (
        (kappa_normal(one, policy), checked.kappa_normal(one, policy)),
        (kappa_fail(one, policy), checked.kappa_failure(one, policy)),
    ):
        assert ours == theirs
        limits = {limit.unit: limit.usable for limit in checked.limits(one, theirs)}
        assert usable(one, ours) == (limits.get("W"), limits.get("VA"))
