"""Structure: what a layout names, and what happens to the rest when it is wrong."""

from datetime import date

import pytest

from planner.check import check
from planner.model.layout import Cord, Place
from tests.builders import DAY, at, layout, one_rack, pool, rack, service, with_items, workload

HERE = at("r1", 1, "a", "b")


def judged(e, places, **how):
    violations = check(e, layout(places, **how), DAY).violations
    return [(v.rule, v.subject, v.amount) for v in violations]


@pytest.mark.parametrize("key", ["ghost-1", "w-2", "w-0", "w-01", "w", "-1", "svc-2"])
def test_instance_that_does_not_exist(key):
    e = one_rack(service(), pool("p1"))
    on_pool = {"svc-1": "p1"}
    expected = [("structure.unknown", key, 1)]
    assert judged(e, {"w-1": HERE, key: HERE}, services=on_pool) == expected
    assert judged(e, {"w-1": HERE}, services={**on_pool, key: "p1"}) == expected
    assert judged(e, {"w-1": HERE}, services=on_pool, unplaced=(key,)) == expected


def test_service_is_placed_on_a_pool_or_listed_as_unplaced():
    e = one_rack(service(), pool("p1"))
    assert judged(e, {"w-1": HERE}, services={"svc-1": "p1"}) == []
    assert judged(e, {"w-1": HERE}, unplaced=("svc-1",)) == []
    missing = [("structure.missing", "svc-1", 1)]
    assert judged(e, {"w-1": HERE}) == missing
    assert judged(e, {"w-1": HERE}, services={"svc-1": "p1"}, unplaced=("svc-1",)) == missing


def test_services_are_not_placed_in_racks_nor_devices_on_pools():
    e = one_rack(service(), pool("p1"))
    # Its rack and its cords are not looked at.
    (violation,) = check(e, layout({"w-1": HERE, "svc-1": at("zzz", 1, "zz")}), DAY).violations
    assert violation[:6] == ("structure.missing", "svc-1", "normal", 1, 0, "instances")
    assert violation.message == "`svc-1` is placed in a rack, though it is a service"
    on_pools = {"svc-1": "p1", "w-1": "p1"}
    (violation,) = check(e, layout({"w-1": HERE}, services=on_pools), DAY).violations
    assert violation.message == "`w-1` is placed on a pool, though it is a device"


def test_unknown_pools():
    e = one_rack(service(), pool("p1"))
    report = check(e, layout({"w-1": HERE}, services={"svc-1": ("p1x", "zzz")}), DAY)
    (violation,) = report.violations
    assert violation[:6] == ("structure.unknown", "svc-1", "normal", 2, 0, "ids")
    assert violation.message == (
        "`svc-1` cannot be judged: there is no pool `p1x` (nearest: `p1`); there is no pool `zzz`"
    )


def test_workload_that_is_not_active():
    e = one_rack(
        workload("x", valid_until=date(2025, 12, 31)), workload("y", valid_from=date(2026, 1, 2))
    )
    (violation,) = check(e, layout({"w-1": HERE, "x-1": HERE}), DAY).violations
    assert violation.message == (
        "`x-1` cannot be judged: workload `x` is not active from 2026-01-01 to 2026-01-01"
    )
    assert judged(e, {"w-1": HERE}, unplaced=("y-1",)) == [("structure.unknown", "y-1", 1)]


def test_unknown_rack_node_and_inlet_are_counted_and_the_rest_is_judged():
    cords = (Cord("psu9", "a"), Cord("psu2", "bb"), Cord("psu1", "a"))
    place = Place(rack="r1", position_half=2, face="front", cords=cords)
    e = one_rack(rack(max_weight_g=1))
    report = check(e, layout({"w-1": place}), DAY)
    structure = report.violations[-1]
    assert structure[:6] == ("structure.unknown", "w-1", "normal", 2, 0, "ids")
    assert structure.message == (
        "`w-1` cannot be judged: it has no inlet `psu9` (nearest: `psu2`); "
        "there is no power node `bb` (nearest: `b`)"
    )
    # The cord on the unknown node is not counted twice; the weight is judged.
    assert [v.rule for v in report.violations] == ["space.weight", "structure.unknown"]
    (violation,) = check(e, layout({"w-1": at("zzz", 1, "a", "b")}), DAY).violations
    assert violation.message == "`w-1` cannot be judged: there is no rack `zzz`"


def test_every_planned_instance_is_settled_once():
    e = one_rack(workload(count=3))
    assert judged(e, {}, unplaced=("w-1", "w-2", "w-3")) == []
    assert judged(e, {}, unplaced=("w-1",)) == [
        ("structure.missing", "w-2", 1),
        ("structure.missing", "w-3", 1),
    ]
    e = one_rack(workload(valid_from=date(2026, 1, 2)))
    assert judged(e, {}) == []


@pytest.mark.parametrize(
    ("u", "place", "fields"),
    [
        (1, at("r1", None, "a", "b"), ["position is missing", "face is missing"]),
        (1, at("r1", 1, "a", "b", face=None), ["face is missing"]),
        (0, at("r1", 1, "a", "b", face=None), ["position is given, but it takes no unit"]),
        (
            0,
            HERE,
            ["position is given, but it takes no unit", "face is given, but it takes no unit"],
        ),
    ],
)
def test_position_and_face(u, place, fields):
    (violation,) = check(one_rack(workload(u=u)), layout({"w-1": place}), DAY).violations
    assert violation[:6] == ("structure.shape", "w-1", "normal", len(fields), 0, "fields")
    assert violation.message == (
        f"the placement of `w-1` is incomplete or contradictory: {'; '.join(fields)}"
    )


def test_inlet_named_twice():
    place = HERE.model_copy(update={"cords": (*HERE.cords, Cord("psu1", "b"))})
    (violation,) = check(one_rack(), layout({"w-1": place}), DAY).violations
    assert violation.message.endswith("inlet `psu1` has 2 cords")


def test_cords_on_inlets_that_take_none():
    e = one_rack(workload(inlet="dc-terminal"))
    assert judged(e, {"w-1": at("r1", 1)}) == []
    (violation,) = check(e, layout({"w-1": at("r1", 1, "a")}), DAY).violations
    assert violation[:6] == ("power.cord", "w-1", "normal", 1, 0, "cords")
    assert violation.message == "1 cord of `w-1` does not fit: inlet `psu1` takes no cord"


def test_cords_left_out_are_missing():
    place = HERE.model_copy(update={"cords": None})
    assert judged(one_rack(), {"w-1": place}) == [("power.cord", "w-1", 2)]


def test_cord_to_another_rack():
    e = with_items(one_rack(), rack("r2"))
    (violation,) = check(e, layout({"w-1": at("r2", 1, "a", "b")}), DAY).violations
    assert violation.message == (
        "2 cords of `w-1` do not fit: `a` is no power node of rack `r2`; "
        "`b` is no power node of rack `r2`"
    )
    assert violation.hint == "give rack `r2` a power node with c13 outlets"
