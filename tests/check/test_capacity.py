"""Usable capacity: each kind of figure, floored once."""

import pytest

from planner.check.capacity import (
    at_once_permille,
    kappa_emergency,
    kappa_failure,
    kappa_normal,
    limits,
    volts_at_outlet,
)
from planner.model.continuity import Emergency
from planner.model.policy import Policy
from planner.model.power import UpsModules
from tests.builders import node


def usable(kappa=800, **figures):
    return [limit[:2] for limit in limits(node("n", "feed", **figures), kappa)]


@pytest.mark.parametrize(
    ("figures", "va", "note"),
    [
        # sqrt(3) x 400 x 16 x 0.8 = 8868.1
        (
            {"phases": 3, "volts_ll": 400, "amps_ma": 16_000},
            8868,
            "400 V x 16 A x sqrt(3) x 80 %",
        ),
        # 3 x 230 x 16 x 0.8 = 8832
        ({"phases": 3, "volts_ln": 230, "amps_ma": 16_000}, 8832, "3 x 230 V x 16 A x 80 %"),
        ({"phases": 3, "amps_ma": 16_000}, 8832, "3 x 230 V x 16 A x 80 %"),
        # 230 x 16 x 0.8 = 2944
        ({"phases": 1, "volts_ln": 230, "amps_ma": 16_000}, 2944, "230 V x 16 A x 80 %"),
        ({"volts_ln": 230, "volts_ll": 400, "amps_ma": 16_000}, 2944, "230 V x 16 A x 80 %"),
        ({"amps_ma": 16_000}, 2944, "230 V x 16 A x 80 %"),
        # Line to line on one phase: 400 x 12.5 x 0.8 = 4000
        ({"phases": 1, "volts_ll": 400, "amps_ma": 12_500}, 4000, "400 V x 12.5 A x 80 %"),
        # 1001 x 0.8 = 800.8
        ({"rated_va": 1001}, 800, "1001 VA x 80 %"),
        # 2 x 500 x 0.8
        ({"modules": UpsModules(count=3, needed=2, va=500)}, 800, "2 modules x 500 VA x 80 %"),
    ],
)
def test_capacity_in_va(figures, va, note):
    assert limits(node("n", "feed", **figures), 800) == (("VA", va, note),)


def test_smallest_figure_of_each_unit_binds():
    figures = {
        "rated_va": 2000,
        "rated_w": 900,
        "modules": UpsModules(count=2, needed=1, w=1000, va=1000),
    }
    assert usable(**figures, kappa=1000) == [("W", 900), ("VA", 1000)]
    assert usable(rated_va=500, amps_ma=16_000) == [("VA", 400)]
    assert usable() == []


def test_three_phases_are_floored_exactly():
    # sqrt(3) x 1 V x 1 A x 100 % = 1.73; 1000 times: 1732.05; a million times: 1732050.8.
    for volts, expected in ((1, 1), (1000, 1732), (10**6, 1_732_050)):
        assert usable(1000, phases=3, volts_ll=volts, amps_ma=1000) == [("VA", expected)]


@pytest.mark.parametrize(
    ("kind", "of_node", "of_policy", "normal", "failure"),
    [
        ("feed", {}, {}, 800, 800),
        ("panel", {}, {}, 800, 800),
        ("ups", {}, {}, 800, 1000),
        ("transfer_switch", {}, {"kappa_permille": 700}, 700, 1000),
        ("ups", {}, {"kappa_fail_permille": 900}, 800, 900),
        (
            "feed",
            {"kappa_permille": 0, "kappa_fail_permille": 0},
            {"kappa_fail_permille": 900},
            0,
            0,
        ),
        ("feed", {"kappa_permille": 950}, {"kappa_permille": 700}, 950, 800),
    ],
)
def test_shares(kind, of_node, of_policy, normal, failure):
    one, policy = node("n", kind, **of_node), Policy(**of_policy)
    assert (kappa_normal(one, policy), kappa_failure(one, policy)) == (normal, failure)


@pytest.mark.parametrize(
    ("of_node", "of_emergency", "of_policy", "kappa"),
    [
        # As after any loss: 100 % above panels.
        ({}, None, {}, 1000),
        ({"kappa_fail_permille": 700}, {}, {}, 700),
        ({"kappa_fail_permille": 700}, {}, {"kappa_emergency_permille": 900}, 900),
        ({}, {"kappa_emergency_permille": 950}, {"kappa_emergency_permille": 900}, 950),
        (
            {"kappa_emergency_permille": 0},
            {"kappa_emergency_permille": 950},
            {"kappa_emergency_permille": 900},
            0,
        ),
    ],
)
def test_share_in_an_emergency(of_node, of_emergency, of_policy, kappa):
    emergency = None if of_emergency is None else Emergency(hours=1, **of_emergency)
    assert kappa_emergency(node("n", "ups", **of_node), Policy(**of_policy), emergency) == kappa


def test_diversity_of_a_kind():
    policy = Policy(diversity_permille={"panel": 900})
    assert at_once_permille(node("n", "panel"), policy) == 900
    assert at_once_permille(node("n", "feed"), policy) == 1000


@pytest.mark.parametrize(
    ("figures", "volts"),
    [({}, 230), ({"volts_ln": 240}, 240), ({"volts_ll": 400}, 230), ({"volts_ll": 208}, 120)],
)
def test_voltage_at_an_outlet(figures, volts):
    # 400 / sqrt(3) = 230.9, 208 / sqrt(3) = 120.1
    assert volts_at_outlet(node("n", "feed", **figures)) == volts
