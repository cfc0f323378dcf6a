"""The fewest moves of others that make room in one rack."""

from planner.explain.makeroom import make_room, render_room
from planner.model.workload import Places
from planner.solve.options import Options
from tests.builders import DAY, at, estate, feed, layout, rack, workload

OPTIONS = Options(time_limit_ms=20_000, workers=1)


def racks(*items):
    """Two racks of 6 U and a small one of 2 U."""
    return estate(
        rack("r1", u_height=6), rack("r2", u_height=6), rack("r3", row="row2", u_height=2),
        feed("a", "r1"), feed("b", "r2"), feed("c", "r3"), *items,
    )  # fmt: skip


def test_one_move_makes_a_gap_large_enough():
    # w-1 at U3 to U4 leaves 2 U below and 2 U above it; moved away there are 4 U or more.
    e = racks(workload(u=2, cords=1), workload("new", u=4, cords=1))
    found = make_room(e, layout({"w-1": at("r1", 3, "a")}), DAY, "new-1", "r1", OPTIONS)
    assert list(found.moves) == ["w-1"]
    assert found.moves["w-1"][1].rack in ("r1", "r2", "r3")
    assert found.is_fewest
    assert found.still_broken == ()
    assert render_room(found, "new-1", "r1").startswith("1 move of others make room at r1 U")


def test_devices_leave_for_other_racks():
    # r1 is full with two shelves of 3 U; 5 U for the new one: both leave, one each has room in r2.
    e = racks(workload(count=2, u=3, cords=1), workload("new", u=5, cords=1))
    beside = {"w-1": at("r1", 1, "a"), "w-2": at("r1", 4, "a")}
    found = make_room(e, layout(beside), DAY, "new-1", "r1", OPTIONS)
    assert {key: new.rack for key, (_, new) in found.moves.items()} == {"w-1": "r2", "w-2": "r2"}


def test_what_is_pinned_stays():
    e = racks(workload(u=3, cords=1, pinned=frozenset({1})), workload("new", u=5, cords=1))
    found = make_room(e, layout({"w-1": at("r1", 1, "a")}), DAY, "new-1", "r1", OPTIONS)
    assert found.place is None
    assert render_room(found, "new-1", "r1") == (
        "no moves of others were found that make room for `new-1` in `r1`"
    )


def test_an_instance_that_stands_elsewhere():
    # new-1 stands in r2 already; in r1 it needs what w takes, which goes to r2 or r3.
    e = racks(workload(u=2, cords=1), workload("new", u=6, cords=1))
    beside = {"w-1": at("r1", 1, "a"), "new-1": at("r2", 1, "b")}
    found = make_room(e, layout(beside), DAY, "new-1", "r1", OPTIONS)
    assert found.place is not None
    assert found.place.rack == "r1"
    assert found.moves["w-1"][1].rack in ("r2", "r3")


def test_places_of_the_workload_still_count():
    e = racks(workload("new", u=2, cords=1, forbidden=Places(rack=("r1",))))
    assert make_room(e, layout({}), DAY, "new-1", "r1", OPTIONS).place is None
