import pytest

from planner.errors import InventoryError, LayoutError, UsageError
from planner.io import load_as_built, load_layout, write_layout
from planner.model.layout import Cord, Place, Placement
from planner.model.space import Face
from tests.io.test_layout import layout, place
from tests.io.writing import load


@pytest.fixture
def estate(tmp_path):
    return load(tmp_path / "e").estate


def test_without_a_snapshot_nothing_stands(tmp_path):
    as_built = load(tmp_path / "e").as_built
    assert (as_built.source, as_built.standing) == ("none", {})


def test_places_from_the_inventory(tmp_path):
    extra = """\
device_types: [{slug: strip, u_height: 0, inlets: []}, {slug: box, u_height: 1, is_full_depth: false}]
workloads: [{id: strip, tenant: acme, type: strip}, {id: box, tenant: acme, type: box, face: any, count: 2, draw: {budget_w: 5}}]
standing:
  - {instance: db-1, rack: h1-a01, position: 3.5, cords: {PSU2: h1-a01-B, PSU1: h1-a01-A}}
  - {instance: db-2, rack: h1-a01, position: 42}
  - {instance: strip-1, rack: h1-a01}
  - {instance: box-1, rack: h1-a01, position: 20, face: front}
  - {instance: box-2, rack: h1-a01, position: 20, face: rear}
"""
    as_built = load(tmp_path / "e", extra=extra).as_built
    assert as_built.source == "inventory"
    assert {key: s.place for key, s in as_built.standing.items()} == {
        # cords in the order of the device's inlets
        "db-1": Place(
            rack="h1-a01",
            position_half=7,
            face=Face.FRONT,
            cords=(Cord("PSU1", "h1-a01-A"), Cord("PSU2", "h1-a01-B")),
        ),
        "db-2": Place(rack="h1-a01", position_half=84, face=Face.FRONT, cords=None),
        "strip-1": Place(rack="h1-a01", cords=()),
        "box-1": Place(rack="h1-a01", position_half=40, face=Face.FRONT, cords=None),
        "box-2": Place(rack="h1-a01", position_half=40, face=Face.REAR, cords=None),
    }


def test_a_lock_counts_as_carried_out(tmp_path, estate):
    path = tmp_path / "demo.lock.yaml"
    made = layout(
        Placement(instance="db-1", place=place(), standing=True, was=place(rack="h1-a02")),
        Placement(instance="db-9", place=place(half=30)),
        Placement(instance="gone-1", place=place(half=40)),
    )
    write_layout(path, made)
    as_built = load_as_built(path, estate)
    # db has four instances, and there is no workload `gone`: both have been removed since
    assert list(as_built.standing) == ["db-1"]
    assert as_built.standing["db-1"].place == place()
    assert as_built.source == f"lock {path}"
    assert load_layout(path).as_built().standing["db-1"].place == place(rack="h1-a02")


def test_a_lock_with_a_rack_that_is_gone(tmp_path, estate, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "x", layout(Placement(instance="db-1", place=place(rack="h9"))))
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load_as_built("x", estate)
    assert caught.value.problems[0].render() == (
        "x:19:3: error[id-unknown]: `db-1` stands in rack `h9`, which the estate does not have\n"
        "  hint: declare the rack, or take another snapshot"
    )


def test_a_lock_of_another_estate(tmp_path, estate):
    write_layout(tmp_path / "x", layout().model_copy(update={"estate": "other"}))
    with pytest.raises(LayoutError, match="is a layout of estate `other`, not of `demo`"):
        load_as_built(tmp_path / "x", estate)


def test_a_snapshot_file(tmp_path, estate):
    path = tmp_path / "now.yaml"
    path.write_text(
        "standing:\n"
        '  - {instance: "db-[1-2]", rack: "h1-a[01-02]", position: 5}\n'
        "  - {instance: gone-1, rack: h1-a01, position: 9}\n"
    )
    as_built = load_as_built(str(path), estate)
    assert list(as_built.standing) == ["db-1", "db-2"]
    assert as_built.source == f"file {path}"


def test_a_snapshot_file_is_checked(tmp_path, estate):
    path = tmp_path / "now.yaml"
    path.write_text("standing: [{instance: db-1, rack: h1-a01, position: 50}]\n")
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load_as_built(path, estate)
    assert caught.value.problems[0].slug == "standing-place"


def test_no_such_snapshot(estate):
    with pytest.raises(UsageError, match=r"no file `.*nothing\.yaml`"):
        load_as_built("nothing.yaml", estate)
