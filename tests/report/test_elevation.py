"""Racks drawn as text."""

from datetime import date

from planner.model.space import Face
from planner.report.elevation import draw, overview, shortened
from planner.report.usage import usage
from tests.builders import DAY, at, estate, rack, reservation, units, workload

SMALL = estate(
    rack("r1", u_height=5, blocked=(units(5, 5),), max_weight_g=900_000),
    rack("r2", u_height=4),
    reservation("res", "r1", units(4, 4, Face.FRONT)),
    reservation("past", "r1", units(1, 1), valid_until=date(2025, 12, 31)),
    workload("w", count=4, u=2),
    workload("half", count=2, u=0.5, is_full_depth=False),
    workload("pdu", u=0, cords=0, draw_w=0),
    workload("late", valid_from=date(2026, 2, 1)),
)


def drawn(places, racks=("r1",), width=80, faces=tuple(Face)):
    return draw(usage(SMALL, places, racks, DAY), width, faces)


def test_front_and_rear_with_blocked_and_reserved_units():
    text = drawn({"w-1": at("r1", 2), "pdu-1": at("r1", None), "late-1": at("r1", 1)}, width=44)
    assert text == (
        "      r1\n"
        "       front             rear\n"
        "   U5 [/ blocked      ] [/ blocked      ]\n"
        "   U4 [~ res          ]  .\n"
        "   U3 [w-1            ] [= w-1          ]\n"
        "   U2 [               ] [               ]\n"
        "   U1  .                 .\n"
        "      r1, in no unit: pdu-1\n"
        "      r1, not on this day: late-1 U1 from 2026-02-01"
    )


def test_a_rack_with_half_units_has_two_lines_a_unit():
    text = drawn(
        {"half-1": at("r2", 1), "half-2": at("r2", 1.5), "w-1": at("r2", 2.5)}, ("r2",), width=44
    )
    assert text == (
        "      r2\n"
        "       front             rear\n"
        " U4.5  .                 .\n"
        "   U4 [w-1            ] [= w-1          ]\n"
        " U3.5 [               ] [               ]\n"
        "   U3 [               ] [               ]\n"
        " U2.5 [               ] [               ]\n"
        "   U2  .                 .\n"
        " U1.5 [half-2         ]  .\n"
        "   U1 [half-1         ]  ."
    )


def test_two_devices_in_one_unit_are_named():
    text = drawn({"half-1": at("r2", 1), "half-2": at("r2", 1)}, ("r2",), faces=(Face.FRONT,))
    assert "[! half-1 + half-2" in text


def test_racks_stand_side_by_side_aligned_by_unit():
    text = drawn({"w-1": at("r1", 1), "w-2": at("r2", 3)}, ("r1", "r2"), 46, (Face.FRONT,))
    assert text == (
        "      r1                  r2\n"
        "       front               front\n"
        "   U5 [/ blocked      ]\n"
        "   U4 [~ res          ]   [w-2            ]\n"
        "   U3  .                  [               ]\n"
        "   U2 [w-1            ]    .\n"
        "   U1 [               ]    ."
    )


def test_a_band_holds_as_many_racks_as_the_width_allows():
    assert drawn({}, ("r1", "r2"), 46, (Face.FRONT,)).count("front") == 2
    assert "\n\n" not in drawn({}, ("r1", "r2"), 46, (Face.FRONT,))
    assert drawn({}, ("r1", "r2"), 40, (Face.FRONT,)).count("\n\n") == 1


def test_no_line_is_wider_than_asked():
    for width in range(44, 140):
        lines = drawn({"w-1": at("r1", 1)}, ("r1", "r2"), width).splitlines()
        assert max(len(line) for line in lines) <= width, width


def test_long_ids_keep_the_end_that_tells_instances_apart():
    # 14 characters: 7 from the front, the mark, 6 from the end
    assert shortened("landschaftsverband/vm-host-17", 14) == "landsch~ost-17"


def test_overview_counts_units_mass_and_draw():
    # 150 kg would be the rack and five devices: 100 kg + 2 x 10 kg here; 2 x 500 W; 2 x 2 U
    text = overview(usage(SMALL, {"w-1": at("r1", 1), "w-2": at("r1", 3)}, ["r1", "r2"], DAY))
    assert text == (
        "rack  row   status  devices  in use\n"
        "r1    row1  active  2        4 of 5 U, 120 of 900 kg, 1000 W\n"
        "r2    row1  active  0        0 of 4 U, 100 kg, 0 W"
    )
