"""What a move is for: the rule that forces it, or the tier that it makes better."""

from planner.explain.purpose import purposes, render_purpose
from planner.model.layout import TierResult
from planner.model.workload import Places
from tests.builders import DAY, at, estate, layout, rack, workload

TIERS = (
    TierResult(tier="unplaced[0]", unit="instances", objective=0, bound=0),
    TierResult(tier="soft", unit="weighted", objective=0, bound=0),
    TierResult(tier="moves", unit="disruption", objective=1, bound=1),
    TierResult(tier="cost", unit="racks", objective=1, bound=1),
    TierResult(tier="balance", unit="permille", objective=0, bound=0),
)


def why(of, after, before, *moved):
    """Return what each move is for, in words."""
    planned = layout(after, standing=before).model_copy(update={"tiers": TIERS})
    found = purposes(of, planned, before, moved, DAY)
    return {key: render_purpose(item) for key, item in found.items()}


def test_a_rule_that_forces_the_move():
    of = estate(rack("r1"), rack("r2"), workload("w", allowed=Places(rack=("r2",))))
    found = why(of, {"w-1": at("r2", 1)}, {"w-1": at("r1", 1)}, "w-1")
    assert found["w-1"] == (
        "forced by tenancy.places: if it stayed, `w-1` stands where it may not: "
        "rack `r1` is not allowed, only `r2` (1 of 0 instances)"
    )


def test_a_place_that_somebody_else_takes():
    of = estate(rack("r1"), workload("w"), workload("big", count=1))
    before = {"w-1": at("r1", 1)}
    found = why(of, {"w-1": at("r1", 2), "big-1": at("r1", 1)}, before, "w-1")
    assert found["w-1"].startswith("forced by space.overlap: if it stayed, ")
    assert "`big-1`" in found["w-1"]


def test_a_tier_that_gets_better():
    # Together in r1 one rack is open; with w-2 left in r2 there are two.
    of = estate(rack("r1"), rack("r2"), workload("w", count=2))
    before = {"w-1": at("r1", 1), "w-2": at("r2", 1)}
    found = why(of, {"w-1": at("r1", 1), "w-2": at("r1", 2)}, before, "w-2")
    assert found["w-2"] == "for racks opened: 1 instead of 2 without it"


def test_a_move_that_is_for_nothing_by_itself():
    of = estate(rack("r1"), workload("w"))
    found = why(of, {"w-1": at("r1", 2)}, {"w-1": at("r1", 1)}, "w-1")
    assert (
        found["w-1"] == "for nothing by itself: it only pays together with other moves, if at all"
    )


def test_what_is_broken_anyway_does_not_force_a_move():
    # Both racks are too weak for it: 1000 W against 500 W.
    of = estate(
        rack("r1", max_power_w=500), rack("r2", max_power_w=500), workload("w", draw_w=1000)
    )
    found = why(of, {"w-1": at("r2", 1)}, {"w-1": at("r1", 1)}, "w-1")
    assert "cooling.rack" in found["w-1"]  # of r1, which is not broken while it stands in r2
    found = why(of, {"w-1": at("r1", 2)}, {"w-1": at("r1", 1)}, "w-1")
    assert found["w-1"].startswith("for nothing by itself")
