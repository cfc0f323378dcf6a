import pytest

from planner.errors import InventoryError
from planner.io import expansion
from planner.io.build import demand, space
from tests.io.writing import load


def test_ranges_of_an_item_run_in_parallel(tmp_path):
    extra = """\
power:
  - {id: "x[1-3]-[a-b]", kind: panel, from: pan, kva: 1}
cooling:
  units:
    - {id: "crac-[1-2]", zone: z1, kw: 10, cords: ["h1-a[01-02]-A", "h1-a[03-04]-B"]}
"""
    estate = load(tmp_path / "e", extra=extra).estate
    assert [key for key in estate.power_nodes if key.startswith("x")] == [
        "x1-a", "x1-b", "x2-a", "x2-b", "x3-a", "x3-b",
    ]  # fmt: skip
    assert estate.cooling_units["crac-1"].nodes == ("h1-a01-A", "h1-a03-B")
    assert estate.cooling_units["crac-2"].nodes == ("h1-a02-A", "h1-a04-B")


def test_a_range_in_a_list_stands_for_several(tmp_path):
    extra = """\
workloads:
  - {id: web, tenant: acme, type: srv, allowed: {rack: ["h1-a[01-03]"]}}
"""
    web = load(tmp_path / "e", extra=extra).estate.workloads["web"]
    assert web.allowed.rack == ("h1-a01", "h1-a02", "h1-a03")
    assert [inlet.name for inlet in web.equipment.inlets] == ["PSU1", "PSU2"]


def test_brackets_in_free_text_stay(tmp_path):
    extra = """\
tenants:
  - {id: "t[1-2]", name: "Town [1-2]"}
  - {id: old, name: "Old [to be closed] [1-3]"}
"""
    tenants = load(tmp_path / "e", extra=extra).estate.tenants
    assert tenants["t1"].name == "Town 1"
    assert tenants["t2"].name == "Town 2"
    assert tenants["old"].name == "Old [to be closed] [1-3]"


def test_standing_ranges_in_position_order(tmp_path):
    extra = """\
standing:
  - {instance: "db-[1-4]", rack: "h1-a[01-04]", position: 7, cords: {PSU1: "h1-a[01-04]-A", PSU2: "h1-a[01-04]-B"}}
"""
    standing = load(tmp_path / "e", extra=extra).as_built.standing
    assert {key: s.place.rack for key, s in standing.items()} == {
        "db-1": "h1-a01", "db-2": "h1-a02", "db-3": "h1-a03", "db-4": "h1-a04",
    }  # fmt: skip
    assert [tuple(c) for c in standing["db-3"].place.cords] == [
        ("PSU1", "h1-a03-A", None),
        ("PSU2", "h1-a03-B", None),
    ]


def test_a_fault_in_a_range_is_said_once(tmp_path):
    extra = 'power: [{id: "x[1-6]", kind: panel, from: pan}]\n'
    with pytest.raises(InventoryError, match="1 problem in the inventory") as caught:
        load(tmp_path / "e", extra=extra)
    assert caught.value.problems[0].message == (
        "power node `x1` has no capacity figure; likewise `x2`, `x3`, `x4` and 2 more"
    )


def test_defaults_of_a_file_hold_in_that_file_only(tmp_path):
    files = {
        "one": "site: {id: s2}\ntenant: acme\nrooms: [{id: r2, fire_compartment: f2}]\n"
        "workloads: [{id: web, type: srv}]\n",
        "two": "site: s2\ncooling: {zones: [{id: z2}]}\n",
    }
    estate = load(tmp_path / "e", **files).estate
    assert estate.rooms["r2"].site == "s2"
    assert estate.cooling_zones["z2"].site == "s2"
    assert estate.cooling_zones["z1"].site == "s1"
    assert estate.workloads["web"].tenant == "acme"


def test_ranges_inside_nested_values_run_in_parallel(tmp_path):
    extra = """\
device_types:
  - slug: "box-[1-2]"
    u_height: 1
    inlets: [{name: "IN-[a-b]", type: c14}]
tenants: [{id: "t[1-2]", quota: {u: 10}}]
workloads:
  - {id: "w[1-2]", tenant: "t[1-2]", type: "box-[1-2]", together_with: {row: "v[1-2]"}}
  - {id: "v[1-2]", tenant: acme, type: srv, depends_on: ["w[1-2]"]}
"""
    estate = load(tmp_path / "e", extra=extra).estate
    assert estate.device_types["box-2"].inlets[0].name == "IN-b"
    assert estate.tenants["t2"].quota.u_half == 20
    assert (estate.workloads["w2"].tenant, estate.workloads["w2"].together_with) == (
        "t2",
        {"row": "v2"},
    )
    assert estate.workloads["v1"].depends_on == ("w1",)


@pytest.mark.parametrize(
    ("module", "name", "message"),
    [
        (expansion, "MAX_ITEMS", "more than 3 items in `power`"),
        (space, "MAX_RACKS", "more than 3 racks in one estate"),
        (demand, "MAX_INSTANCES", "more than 3 instances in one estate"),
    ],
)
def test_limits_of_an_estate(tmp_path, monkeypatch, module, name, message):
    monkeypatch.setattr(module, name, 3)
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load(tmp_path / "e")
    assert caught.value.problems[0].message == message
