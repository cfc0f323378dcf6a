"""Capacity that is free where one more of a template cannot stand."""

from planner.explain.headroom import base_of, headroom, next_copies
from planner.explain.stranded import render_stranded, stranded
from planner.solve.options import Options
from tests.builders import DAY, estate, feed, layout, rack, workload

OPTIONS = Options(time_limit_ms=20_000, workers=1)


def test_units_without_watts_and_watts_without_units():
    # A copy takes 4 U and 500 W. r1 has 10 U and 1200 W: two copies leave 2 U and 200 W. r2 has
    # 20 U but 900 W: one copy leaves 16 U and 400 W, which the watts strand.
    e = estate(
        rack("r1", u_height=10, max_power_w=1200), rack("r2", u_height=20, max_power_w=900),
        feed("a", "r1"), feed("b", "r2"), workload("w"),
    )  # fmt: skip
    template = workload("t", u=4, cords=1)
    base = base_of(e, layout({}), DAY)
    room = headroom(base, (template,), OPTIONS)
    assert room.at_least == room.at_most == 3
    found = next_copies(base, room, template)
    assert found is not None
    copies, instance = found
    assert room.layout is not None
    left = stranded(base.estate, room.layout, DAY, copies, instance)
    assert {(s.racks, s.rules, s.free_half, s.free_w) for s in left} == {
        (("r1",), ("cooling.rack", "space.overlap"), 4, 200),
        (("r2",), ("cooling.rack",), 32, 400),
    }
    assert render_stranded(left)[0] == (
        "  stranded at s1: 16 U and 400 W free in 1 rack that cooling.rack closes"
    )
