"""The best places for one new workload: racks in use first, then the tightest."""

from planner.explain.where import render_proposal, where
from tests.builders import DAY, at, estate, feed, layout, rack, workload


def three_racks(*items):
    return estate(
        rack("r1", u_height=10), rack("r2", u_height=6), rack("r3", u_height=4, max_power_w=900),
        feed("a", "r1"), feed("b", "r2"), feed("c", "r3"), *items,
    )  # fmt: skip


BESIDE = {"w-1": at("r1", 1, "a"), "w-2": at("r2", 1, "b")}


def propose(template, beside=BESIDE):
    e = three_racks(workload(count=2, u=2, cords=1), template)
    return where(e, layout(beside), DAY, template)


def test_racks_in_use_come_first_then_the_tightest():
    found = propose(workload("new", u=2, cords=1))
    # r2 keeps 6 - 2 - 2 U, r1 10 - 2 - 2; r3 is empty until then and keeps 4 - 2.
    assert [(r.place.rack, r.free_half) for r in found.best] == [("r2", 4), ("r1", 12), ("r3", 4)]
    assert render_proposal(found, 5) == (
        "up to 3 racks of 3 can take `new`; the best:\n"
        "  r2 U3 front  rack in use, 2 U stay free\n"
        "  r1 U3 front  rack in use, 6 U stay free\n"
        "  r3 U1 front  opens a rack, 2 U stay free, 500 of 900 W"
    )


def test_several_instances_one_after_the_other():
    found = propose(workload("new", count=2, u=3, cords=1, survive={"rack": 1}))
    assert {key: place.rack for key, place in found.places.items()} == {
        "new-1": "r2",  # 6 - 2 - 3 U
        "new-2": "r1",
    }
    assert render_proposal(found, 1).endswith(
        "all instances, one after the other:\n  new-1  r2 U3 front\n  new-2  r1 U3 front"
    )


def test_not_all_find_a_place():
    found = propose(workload("new", count=4, u=4, cords=1))
    assert len(found.places) == 4  # r1 takes 8 - 4 - 4 U, r2 and r3 one each
    found = propose(workload("new", count=5, u=4, cords=1))
    assert "only 4 of 5 instances find a place" in render_proposal(found, 5)


def test_nowhere():
    found = propose(workload("new", u=11, cords=1))
    assert render_proposal(found, 5) == (
        "no rack of 3 can take `new`; `planner explain new` says of each why,"
        " `planner explain --conflict new` what would have to give"
    )
