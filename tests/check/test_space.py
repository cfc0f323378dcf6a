"""Space rules at their edges."""

from datetime import date

import pytest

from planner.check import check
from planner.model.space import Airflow, Face, PortCount, RackStatus
from tests.builders import (
    DAY,
    at,
    change,
    feed,
    layout,
    one_rack,
    rack,
    reservation,
    room,
    units,
    with_items,
    workload,
)

CORDS = ("a", "b")


def found(e, places, rule, **how):
    return [v for v in check(e, layout(places, **how), DAY).violations if v.rule == rule]


def one(e, places, rule, **how):
    (violation,) = found(e, places, rule, **how)
    return violation


# --- bounds


@pytest.mark.parametrize(
    ("u", "height", "inside"),
    # A rack of 42 U has the half units 2 to 85.
    [
        (1, 42, None),
        (1, 43, 84),
        (0.5, 1, 1),
        (42.5, 1, 1),
        (-3, 1, 0),
        (42, 0.5, None),
        (42.5, 0.5, None),
    ],
)
def test_bounds_on_the_half_unit_grid(u, height, inside):
    e = one_rack(workload(u=height))
    violations = found(e, {"w-1": at("r1", u, *CORDS)}, "space.bounds")
    assert [(v.required, v.available) for v in violations] == (
        [] if inside is None else [(2 * height, inside)]
    )


def test_starting_unit_moves_the_grid():
    e = one_rack(rack(starting_unit=5, u_height=4))
    assert found(e, {"w-1": at("r1", 8, *CORDS)}, "space.bounds") == []
    violation = one(e, {"w-1": at("r1", 9, *CORDS)}, "space.bounds")
    assert violation.message == "`w-1` takes unit 9 of rack `r1`, which has units 5 to 8"


def test_wrong_face_counts_one_beside_what_is_outside():
    e = one_rack(workload(airflow=Airflow.PASSIVE))
    violation = one(e, {"w-1": at("r1", 1, *CORDS, face=Face.REAR)}, "space.bounds")
    assert (violation.amount, violation.message) == (
        1,
        "`w-1` is mounted on the rear, its workload asks for front",
    )
    assert one(e, {"w-1": at("r1", 42.5, *CORDS, face=Face.REAR)}, "space.bounds").amount == 2
    e = one_rack(workload(airflow=Airflow.PASSIVE, face="any"))
    assert found(e, {"w-1": at("r1", 1, *CORDS, face=Face.REAR)}, "space.bounds") == []


# --- overlap


def test_shallow_devices_share_a_unit_on_different_faces():
    e = one_rack(workload(count=2, is_full_depth=False, face="any", airflow=Airflow.PASSIVE))
    places = {"w-1": at("r1", 1, *CORDS), "w-2": at("r1", 1, *CORDS, face=Face.REAR)}
    assert found(e, places, "space.overlap") == []
    places["w-2"] = at("r1", 1.5, *CORDS)
    # Half unit 3 of the front face.
    violation = one(e, places, "space.overlap")
    assert violation.amount == 1
    assert violation.message == "`w-1`, `w-2` share 0.5 U from unit 1.5 of rack `r1`"


def test_cell_taken_three_times_counts_once():
    e = one_rack(workload(count=5))
    places = {f"w-{n}": at("r1", 1, *CORDS) for n in range(1, 6)}
    violation = one(e, places, "space.overlap")
    assert violation.amount == 4
    assert violation.message == ("`w-1`, `w-2`, `w-3`, `w-4` and 1 more share unit 1 of rack `r1`")


def test_devices_that_never_stand_together_may_share_a_unit():
    first = workload("w", valid_until=date(2026, 3, 31))
    second = workload("x", valid_from=date(2026, 4, 1))
    e = one_rack(first, second, planning_horizon=date(2026, 12, 31))
    places = {"w-1": at("r1", 1, *CORDS), "x-1": at("r1", 1, *CORDS)}
    assert found(e, places, "space.overlap") == []
    e = with_items(e, change(second, valid_from=date(2026, 3, 31)))
    violation = one(e, places, "space.overlap")
    assert violation.message == "`w-1`, `x-1` share unit 1 of rack `r1` on 2026-03-31"


# --- reserved and blocked


def test_blocked_and_reserved_units_on_one_face():
    e = one_rack(
        rack(blocked=(units(1, 1, Face.REAR),)),
        reservation("res", "r1", units(2, 2)),
        reservation("elsewhere", "r2", units(1, 42)),
        rack("r2"),
        workload(u=2),
    )
    violation = one(e, {"w-1": at("r1", 1, *CORDS)}, "space.reserved")
    # Unit 1 rear: 2 half units; unit 2 both faces: 4.
    assert violation.amount == 6
    assert violation.message == (
        "`w-1` takes units 1 to 2 of rack `r1`, which is blocked and reserved by `res`"
    )
    e = with_items(e, workload(u=1, is_full_depth=False))
    assert found(e, {"w-1": at("r1", 1, *CORDS)}, "space.reserved") == []


def test_reservation_blocks_while_it_lasts():
    res = reservation("res", "r1", units(1, 1), valid_from=date(2026, 5, 1))
    places = {"w-1": at("r1", 1, *CORDS)}
    assert found(one_rack(res), places, "space.reserved") == []
    e = one_rack(res, planning_horizon=date(2026, 5, 1))
    assert one(e, places, "space.reserved").message.endswith("reserved by `res` on 2026-05-01")
    ended = change(res, valid_from=None, valid_until=date(2025, 12, 31))
    assert found(with_items(e, ended), places, "space.reserved") == []


# --- status


def test_closed_rack_keeps_what_stands_in_it():
    e = one_rack(rack(status=RackStatus.DEPRECATED), rack("r2"), feed("c", "r2"), feed("d", "r2"))
    here, there = at("r1", 1, *CORDS), at("r2", 1, "c", "d")
    assert found(e, {"w-1": here}, "space.status", standing={"w-1": here}) == []
    within = {"w-1": at("r1", 9, *CORDS)}
    assert found(e, {"w-1": here}, "space.status", standing=within) == []
    assert one(e, {"w-1": here}, "space.status", standing={"w-1": there}).available_note == (
        "status deprecated"
    )


# --- mass


def test_weight_and_floor_up_to_the_limit():
    # 100 kg + 10 kg; 110 000 g / 3 = 36 666.67 g.
    places = {"w-1": at("r1", 1, *CORDS)}
    e = one_rack(rack(max_weight_g=110_000), room("room1", tile_rating_g=36_667))
    assert check(e, layout(places), DAY).holds
    # 101 kg + 10 kg on a tile of exactly a third.
    e = one_rack(rack(own_mass_g=101_000), room("room1", tile_rating_g=37_000))
    assert check(e, layout(places), DAY).holds
    e = one_rack(room("room1", tile_rating_g=30_000))
    violation = one(e, places, "space.floor")
    assert (violation.required, violation.available) == (36_667, 30_000)


def test_empty_rack_breaks_nothing():
    e = one_rack(rack("r2", max_weight_g=1, growth_half=99, gravity_max_quarter=0, max_power_w=0))
    assert check(e, layout({"w-1": at("r1", 1, *CORDS)}), DAY).holds


def test_gravity_weighs_devices_that_take_units():
    # 10 kg at units 1 to 2 (middle 4 quarter U), 30 kg at unit 5 (middle 2 x 8 + 2 = 18).
    e = one_rack(
        rack(gravity_max_quarter=14),
        workload("w", u=2),
        workload("x", mass_g=30_000),
        workload("pdu", u=0, mass_g=99_000),
    )
    places = {
        "w-1": at("r1", 1, *CORDS),
        "x-1": at("r1", 5, *CORDS),
        "pdu-1": at("r1", None, *CORDS),
    }
    violation = one(e, places, "space.gravity")
    # 10 000 x 4 + 30 000 x 18 = 580 000 > 14 x 40 000 = 560 000.
    assert (violation.required, violation.available) == (580_000, 560_000)
    # One half unit lower: 30 000 x 16 + 40 000 = 520 000.
    assert found(e, {**places, "x-1": at("r1", 4.5, *CORDS)}, "space.gravity") == []


# --- outlets


def test_outlets_by_type_and_day():
    e = one_rack(
        feed("a", outlets={"c13": 3, "c19": 1}, outlet_reserve=1),
        workload("w", count=2, valid_until=date(2026, 1, 31)),
        workload("x", valid_from=date(2026, 2, 1)),
        workload("big", inlet="c20"),
        planning_horizon=date(2026, 12, 31),
    )
    places = {f"{key}": at("r1", n, *CORDS) for n, key in enumerate(("w-1", "w-2", "x-1"), 1)}
    # Two until January, one later: 3 - 1 = 2 are enough, though three cords are planned in all.
    assert found(e, places, "space.outlets") == []
    e = with_items(e, workload("x"))
    violation = one(e, places, "space.outlets")
    assert violation[3:6] == (3, 2, "c13 outlets")
    assert violation.available_note == "3 c13 outlets less 1 in reserve"
    # One C19 less one in reserve.
    e = with_items(e, feed("a", outlets={"c13": 3, "c19": 1}, outlet_reserve=5))
    violation = one(e, {"big-1": at("r1", 1, *CORDS)}, "space.outlets")
    assert (violation.required, violation.available) == (1, 0)


def test_missing_outlet_type_is_a_cord_that_does_not_fit():
    e = one_rack(feed("a", outlets={"c13": 1}), workload(inlet="c20"))
    report = check(e, layout({"w-1": at("r1", 1, *CORDS)}), DAY)
    (violation,) = report.violations
    assert violation[:6] == ("power.cord", "w-1", "normal", 2, 1, "cords")
    assert violation.message == ("1 cord of `w-1` does not fit: `a` has no c19 outlet for `psu1`")
    assert violation.hint == "cord it to `b`"


# --- ports


def test_ports_of_rack_and_switches_less_the_reserve():
    def port(number, kind="sfp28", speed_mbps=25_000):
        return PortCount(type=kind, speed_mbps=speed_mbps, count=number)

    e = one_rack(
        rack(ports=(port(2), port(1)), growth_ports=1),
        workload("w", ports=(port(3),)),
        workload("switch", provides_ports=(port(2), port(9, "rj45", 1000))),
    )
    server, switch = {"w-1": at("r1", 1, *CORDS)}, {"switch-1": at("r1", 2, *CORDS)}
    violation = one(e, server, "space.ports")
    # 2 + 1 less 1 in reserve.
    assert (violation.subject, violation.required, violation.available) == ("r1 sfp28@25000", 3, 2)
    assert found(e, server | switch, "space.ports") == []
    # A reserve takes no more than there is.
    e = with_items(e, workload("w", ports=(port(2, "qsfp28", 100_000),)))
    violation = one(e, server, "space.ports")
    assert (violation.required, violation.available) == (2, 0)
    assert violation.available_note == "0 ports less 1 in reserve"


# --- airflow


@pytest.mark.parametrize(
    ("airflow", "face", "takes", "fits"),
    [
        ("front-to-rear", "front", ["front-to-rear"], True),
        ("front-to-rear", "rear", ["front-to-rear"], False),
        ("rear-to-front", "rear", ["front-to-rear"], True),
        ("left-to-right", "rear", ["right-to-left"], True),
        ("left-to-right", "front", ["right-to-left"], False),
        ("passive", "rear", ["front-to-rear"], True),
        ("side-to-rear", "front", ["side-to-rear"], True),
        ("side-to-rear", "rear", ["side-to-rear"], False),
        ("side-to-rear", "rear", ["mixed"], True),
        ("mixed", "front", ["front-to-rear"], False),
        ("mixed", "front", ["front-to-rear", "mixed"], True),
    ],
)
def test_airflow_as_mounted(airflow, face, takes, fits):
    e = one_rack(rack(airflow=takes), workload(airflow=airflow, face="any"))
    violations = found(e, {"w-1": at("r1", 1, *CORDS, face=face)}, "space.airflow")
    assert (violations == []) is fits


def test_airflow_of_what_takes_no_unit_always_fits():
    e = one_rack(workload(u=0, airflow="mixed"))
    assert check(e, layout({"w-1": at("r1", None, *CORDS)}), DAY).holds


# --- growth


def test_growth_reserve_per_resource():
    e = one_rack(
        rack(
            growth_half=80,
            growth_g=10_000,
            growth_w=100,
            max_weight_g=120_000,
            max_power_w=600,
            blocked=(units(42, 44, Face.FRONT), units(41, 41, Face.REAR)),
        ),
        workload(
            "rear", face=Face.REAR, airflow=Airflow.PASSIVE, is_full_depth=False, mass_g=0, draw_w=1
        ),
    )
    places = {"w-1": at("r1", 1, *CORDS)}
    # Front: 84 - 2 (w-1) - 2 (unit 42; what is blocked above the rack does not count) = 80;
    # 120 000 - 110 000 = 10 000 g; 600 - 500 = 100 W: all exactly enough.
    assert found(e, places, "space.growth") == []
    # A device on the rear takes no front unit; 1 W more is too much.
    places["rear-1"] = at("r1", 2, *CORDS, face=Face.REAR)
    violation = one(e, places, "space.growth")
    assert violation[3:6] == (100, 99, "W")
    e = with_items(e, change(e.racks["r1"], growth_half=81, growth_g=10_001, max_weight_g=105_000))
    assert [(v.required, v.available, v.unit) for v in found(e, places, "space.growth")] == [
        (100, 99, "W"),
        (10_001, -5_000, "g"),
        (81, 80, "half U"),
    ]


def test_growth_reserve_in_kg_or_w_needs_a_limit():
    e = one_rack(rack(growth_g=10**9, growth_w=10**9))
    assert check(e, layout({"w-1": at("r1", 1, *CORDS)}), DAY).holds
