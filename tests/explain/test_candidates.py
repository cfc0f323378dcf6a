"""Places worth judging in a rack."""

from itertools import islice

from planner.explain.candidates import cordings_for, places_in
from planner.model.layout import Cord
from planner.model.space import Face
from planner.model.workload import PsuMode
from tests.builders import feed, rack, reservation, units, workload

FEEDS = [feed("a"), feed("b")]


def spots(there, taken=(), reservations=(), **equipment):
    kind = workload(**{"cords": 0, **equipment}).equipment
    found = places_in(there, kind, taken, reservations, FEEDS)
    return [(place.position_half, place.face) for place in found]


def cells(first_u, last_u, *faces):
    return frozenset(
        (half, face) for half in range(2 * first_u, 2 * last_u + 2) for face in faces or Face
    )


def test_the_lowest_free_unit_comes_first():
    assert spots(rack(u_height=4)) == [(2, Face.FRONT)]
    assert spots(rack(u_height=4), [cells(1, 1)]) == [(4, Face.FRONT)]


def test_blocked_and_reserved_units_are_avoided():
    there = rack(u_height=4, blocked=(units(1, 1),))
    assert spots(there, reservations=[reservation("x", "r1", units(2, 2))]) == [(6, Face.FRONT)]


def test_a_full_depth_device_avoids_what_stands_at_the_rear():
    assert spots(rack(u_height=4), [cells(1, 2, Face.REAR)]) == [(6, Face.FRONT)]
    assert spots(rack(u_height=4), [cells(1, 2, Face.REAR)], is_full_depth=False) == [
        (2, Face.FRONT)
    ]


def test_a_half_unit_is_used_where_no_whole_one_is_free():
    # 1.5 U stand at the bottom of 2 U; half a U is left above them: from half index 5
    taken = [frozenset((half, Face.FRONT) for half in (2, 3, 4))]
    there = rack(u_height=2)
    assert spots(there, taken, u=0.5, is_full_depth=False) == [(5, Face.FRONT)]


def test_in_a_full_rack_the_position_that_clashes_least_is_judged():
    # Two devices clash in unit 1, one in unit 2.
    assert spots(rack(u_height=2), [cells(1, 1), cells(1, 2)]) == [(4, Face.FRONT)]


def test_a_device_higher_than_the_rack_is_judged_from_its_bottom():
    assert spots(rack(u_height=2), u=4) == [(2, Face.FRONT)]


def test_both_faces_are_tried_where_both_are_allowed():
    assert spots(rack(u_height=2), face="any") == [(2, Face.FRONT), (2, Face.REAR)]
    assert spots(rack(u_height=2), face="rear") == [(2, Face.REAR)]


def test_a_device_without_units_takes_no_position():
    assert spots(rack(), u=0) == [(None, None)]


def nodes(kind, feeds=FEEDS):
    return [tuple(cord.node for cord in cords) for cords in cordings_for(kind, feeds)]


def test_the_most_even_cording_comes_first_and_alike_inlets_are_not_permuted():
    kind = workload(cords=2).equipment
    assert nodes(kind) == [("a", "b"), ("a", "a"), ("b", "b")]
    # 2 + 2 before 3 + 1 before 4: squares 8, 10, 16
    assert nodes(workload(cords=4).equipment)[:3] == [
        ("a", "a", "b", "b"), ("a", "a", "a", "b"), ("a", "b", "b", "b"),
    ]  # fmt: skip


def test_the_order_of_standby_supplies_matters():
    kind = workload(cords=2, psu_mode=PsuMode.ACTIVE_STANDBY).equipment
    assert nodes(kind) == [("a", "b"), ("b", "a"), ("a", "a"), ("b", "b")]


def test_an_inlet_without_a_fitting_outlet_stays_without_a_cord():
    kind = workload(cords=1, inlet="c20").equipment
    assert list(cordings_for(kind, [feed("a", outlets={"c13": 4})])) == [()]
    assert list(cordings_for(kind, FEEDS)) == [(Cord("psu1", "a"),), (Cord("psu1", "b"),)]


def test_many_supplies_on_many_nodes_stay_cheap():
    kind = workload(cords=8).equipment
    many = [feed(f"f{n}") for n in range(8)]
    first = next(islice(cordings_for(kind, many), 1))
    assert sorted(cord.node for cord in first) == sorted(f"f{n}" for n in range(8))
