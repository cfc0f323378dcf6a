"""What a layout mends of what as-built breaks."""

from planner.check import check
from planner.explain.repair import render_repair, repair_of
from planner.model.workload import Places
from tests.builders import DAY, at, estate, layout, rack, workload


def repaired(of, places, standing):
    planned = layout(places, standing=standing)
    return repair_of(of, planned, check(of, planned, DAY))


def test_mended_less_and_left():
    # r1 is cooled for 500 W and holds 1500; r3 may not be used at all.
    e = estate(
        rack("r1", max_power_w=500), rack("r2"), rack("r3"),
        workload(count=3, cords=0), workload("x", cords=0, allowed=Places(rack=("r2",))),
        workload("y", cords=0, allowed=Places(rack=("r2",))),
    )  # fmt: skip
    before = {
        "w-1": at("r1", 1), "w-2": at("r1", 2), "w-3": at("r1", 3),
        "x-1": at("r3", 1), "y-1": at("r3", 2),
    }  # fmt: skip
    found = repaired(e, {**before, "w-3": at("r2", 1), "x-1": at("r2", 2)}, before)
    assert [v.subject for v in found.mended] == ["x-1"]
    assert [(v.rule, v.amount) for v in found.reduced] == [("cooling.rack", 1000)]
    assert [v.subject for v in found.left] == ["y-1"]
    assert render_repair(found) == (
        "as-built breaks 3 rules: 1 mended, 1 less than before, 1 left as they are\n"
        "  mended  tenancy.places: `x-1`"
    )


def test_nothing_stands_or_nothing_is_broken():
    e = estate(rack("r1"), workload(cords=0))
    assert render_repair(repaired(e, {"w-1": at("r1", 1)}, {})) == ""
    assert render_repair(repaired(e, {"w-1": at("r1", 1)}, {"w-1": at("r1", 1)})) == ""
