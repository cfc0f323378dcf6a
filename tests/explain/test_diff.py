"""Differences between layouts, and between as-built and a layout."""

from planner.explain.diff import compare, diff_json, places_of, render_diff, services_of
from planner.model.layout import Place, ServicePlacement
from planner.model.space import Face
from tests.builders import as_built, at, layout


def test_every_kind_of_change_in_words():
    before = {
        "w-1": at("r1", 1, "a", "b"),
        "w-2": at("r1", 2, "a", "b"),
        "w-9": at("r1", 3, "a", "b"),
        "w-10": at("r1", 4, "a", "b"),
        "old-1": at("r2", 7),
        "kept-1": at("r3", 1),
    }
    after = {
        "w-1": at("r2", 12.5, "a", "b", face=Face.REAR),
        "w-2": at("r1", 2, "a", "c"),
        "w-9": at("r1", 3, "b", "a"),
        "w-10": at("r1", 5, "a", "b"),
        "kept-1": at("r3", 1),
        "pdu-1": at("r1", None),
    }
    found = compare(before, after, {"old-1": "its workload ended", "w-1": "never used"})
    assert render_diff(found) == (
        "move    w-1    r1 U1 front -> r2 U12.5 rear\n"
        "move    w-10   r1 U4 front -> r1 U5 front\n"
        "cords   w-2    r1 U2 front: psu2 b -> c\n"
        "cords   w-9    r1 U3 front: psu1 a -> b, psu2 b -> a\n"
        "add     pdu-1  r1 (no unit)\n"
        "remove  old-1  was r2 U7 front: its workload ended\n"
        "\n"
        "2 moves, 2 changes of cords, 1 addition, 1 removal, 1 unchanged"
    )


def test_instances_are_sorted_by_number_and_not_by_character():
    found = compare({}, {f"w-{n}": at("r1", n) for n in (10, 9, 1)})
    assert [change.instance for change in found.changes] == ["w-1", "w-9", "w-10"]


def test_unknown_cords_are_no_difference():
    unknown = Place(rack="r1", position_half=2, face=Face.FRONT, cords=None)
    known = at("r1", 1, "a", "b")
    assert render_diff(compare({"w-1": unknown}, {"w-1": known})) == "no difference, 1 unchanged"
    assert render_diff(compare({"w-1": known}, {"w-1": unknown})) == "no difference, 1 unchanged"


def test_an_inlet_that_is_plugged_in_or_out_is_a_change_of_cords():
    found = compare({"w-1": at("r1", 1, "a")}, {"w-1": at("r1", 1, "a", "b")})
    assert "psu2 none -> b" in render_diff(found)
    found = compare({"w-1": at("r1", 1, "a", "b")}, {"w-1": at("r1", 1, "a")})
    assert "psu2 b -> none" in render_diff(found)


def test_a_snapshot_compares_with_a_layout():
    standing = as_built({"w-1": at("r1", 1)})
    planned = layout({"w-1": at("r1", 1), "w-2": at("r1", 2)})
    found = compare(places_of(standing), places_of(planned))
    assert [(change.kind.value, change.instance) for change in found.changes] == [("add", "w-2")]


def test_json_carries_both_places():
    found = compare({"w-1": at("r1", 1, "a")}, {"w-1": at("r2", 1.5, "a")})
    assert diff_json(found) == {
        "counts": {"move": 1, "cords": 0, "add": 0, "remove": 0, "unchanged": 0},
        "changes": [
            {
                "kind": "move",
                "instance": "w-1",
                "before": {"rack": "r1", "position": 1, "face": "front", "cords": {"psu1": "a"}},
                "after": {"rack": "r2", "position": 1.5, "face": "front", "cords": {"psu1": "a"}},
                "reason": None,
            }
        ],
    }


def services(**pools):
    """Return services by instance: `app_1="p q"` runs on `p`, standby `q`."""
    made = {}
    for name, words in pools.items():
        pool, *standby = words.split()
        instance = name.replace("_", "-")
        made[instance] = ServicePlacement(instance=instance, pool=pool, standby=tuple(standby))
    return made


def test_services_that_change_their_pools():
    before = services(app_1="p q", app_2="p q", app_10="p", old_1="p", kept_1="p q")
    after = services(app_1="q p", app_2="p", app_10="q", new_1="q p", kept_1="p q")
    places = {"w-1": at("r1", 1)}
    found = compare(places, places, {"old-1": "its workload ended"}, (before, after))
    assert render_diff(found) == (
        "pool    app-1   p (standby q) -> q (standby p)\n"
        "pool    app-2   p (standby q) -> p\n"
        "pool    app-10  p -> q\n"
        "pool    new-1   none -> q (standby p)\n"
        "pool    old-1   p -> none: its workload ended\n"
        "\n"
        "5 changes of pools, 2 unchanged"  # w-1 and kept-1
    )
    assert diff_json(found)["services"][1] == {
        "instance": "app-2",
        "before": {"pool": "p", "standby": ["q"]},
        "after": {"pool": "p", "standby": []},
        "reason": None,
    }


def test_as_built_knows_no_services():
    planned = layout({}).model_copy(update={"services": services(app_1="p")})
    assert services_of(planned, planned) == (planned.services, planned.services)
    assert services_of(as_built({}), planned) == services_of(planned, as_built({})) == ({}, {})
    assert "services" not in diff_json(compare({}, {}))
