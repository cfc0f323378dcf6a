"""A RacksDB database, in one file or in a folder, becomes an estate."""

import pytest

from planner.errors import UsageError
from planner.importers.racksdb import convert, read_database
from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.dumps import found, items

DATABASE = """\
types:
  nodes:
  - {id: twin, model: Acme Twin, height: 1u, width: 1/2}
  - {id: fat, model: Acme Fat, height: 4u, width: full}
  - {id: r640, model: Dell PowerEdge R640, height: 1u, width: full}
  storage:
  - {id: nas, model: Acme NAS, height: 2u}
  network:
  - {id: sw48, model: Acme Switch, height: 1u}
  misc:
  - {id: kvm, model: Acme Console, height: 1u}
  racks:
  - {id: tall, height: 1867mm, width: 600mm, depth: 914mm, slots: 42u}
  - {id: low, height: 1198mm, width: 600mm, depth: 914mm, slots: 24u, initial: 0}
datacenters:
- name: north
  rooms:
  - name: hall
    dimensions: {width: 8m, depth: 450cm}
    rows:
    - name: A
      racks:
      - {name: "A[01-03]", type: tall}
      - {name: A04, type: low, slot: 3}
infrastructures:
- name: lynx
  description: HPC cluster
  layout:
  - rack: A01
    nodes:
    - {name: "cn[01-05]", type: twin, slot: 3}
    - {name: "srv[1-2]", type: r640, slot: 10}
  - rack: A04
    storage: [{name: nas1, type: nas, slot: 0}]
    network: [{name: sw1, type: sw48, slot: 23}]
    misc: [{name: kvm1, type: kvm, slot: 5}]
"""


def converted(tmp_path, *changes):
    """Convert the database after replacements in its text."""
    text = DATABASE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "racksdb.yml"
    path.write_text(text, encoding="utf-8")
    root, findings = read_database(path)
    return convert(root, "test", findings)


def loaded(tmp_path, *changes):
    apply(tmp_path / "test", converted(tmp_path, *changes))
    return load_estate(tmp_path / "test")


def errors(imported):
    return [(f.slug, f.place, f.message) for f in imported.findings if f.severity == "error"]


# -- what becomes of what ---


def test_space(tmp_path):
    estate = loaded(tmp_path).estate
    assert list(estate.racks) == ["north-A01", "north-A02", "north-A03", "north-A04"]
    room = items(converted(tmp_path), "rooms")["north-hall"]
    assert (room["width_mm"], room["depth_mm"]) == (8000, 4500)
    assert [(row["id"], row["racks"], row["type"]) for row in room["rows"]] == [
        ("north-hall-A", "north-A[01-03]", "tall"),
        ("north-hall-A-2", "north-A04", "low"),
    ]


def test_devices_stand_where_racksdb_has_them(tmp_path):
    standing = loaded(tmp_path).as_built.standing
    places = {name: (it.place.rack, it.place.position_half) for name, it in standing.items()}
    # Five nodes, two abreast from slot 3: slots 3, 4 and 5. Positions are half units: 2 * slot.
    # Rack A04 counts from 0, units from 1: slot 0 is unit 1, slot 23 unit 24, slot 5 unit 6.
    assert places == {
        "lynx/cn01-1": ("north-A01", 6),
        "lynx/cn03-1": ("north-A01", 8),
        "lynx/cn05-1": ("north-A01", 10),
        "lynx/srv1-1": ("north-A01", 20),
        "lynx/srv2-1": ("north-A01", 22),
        "lynx/nas1-1": ("north-A04", 2),
        "lynx/sw1-1": ("north-A04", 48),
        "lynx/kvm1-1": ("north-A04", 12),
    }


def test_slots_that_are_counted_from_elsewhere(tmp_path):
    changes = (("initial: 0", "initial: 3"), ("type: nas, slot: 0", "type: nas, slot: 3"))
    inventory = loaded(tmp_path, *changes)
    # 24 slots from 3: the last is 26, and slot 3 is unit 3, half units 6.
    assert inventory.as_built.standing["lynx/nas1-1"].place.position_half == 6
    outside = loaded(tmp_path, *changes, ("type: sw48, slot: 23", "type: sw48, slot: 27"))
    assert "lynx/sw1-1" not in outside.as_built.standing


def test_a_set_goes_up_by_the_height_of_its_type(tmp_path):
    standing = loaded(tmp_path, ("type: r640, slot: 10", "type: fat, slot: 10")).as_built.standing
    # 4U each: slots 10 and 14.
    assert standing["lynx/srv2-1"].place.position_half == 28


def test_names_are_counted_by_number(tmp_path):
    standing = loaded(tmp_path, ('"srv[1-2]"', '"srv[10,9]"')).as_built.standing
    assert standing["lynx/srv9-1"].place.position_half == 20
    assert standing["lynx/srv10-1"].place.position_half == 22


def test_what_stands_side_by_side_is_one_device(tmp_path):
    workloads = items(converted(tmp_path), "workloads")
    full, half = workloads["lynx/cn01"], workloads["lynx/cn05"]
    assert (full["type"], full["description"]) == ("twin-x2", "cn01 cn02")
    # A server of 1U is assumed to draw 459 W; two of them 918 W.
    assert full["draw"] == {"budget_w": 918}
    assert half["draw"] == {"budget_w": 459}


def test_roles_and_types(tmp_path):
    workloads = loaded(tmp_path).estate.workloads
    assert {name: workload.role for name, workload in workloads.items()} == {
        "lynx/cn01": "server",
        "lynx/cn03": "server",
        "lynx/cn05": "server",
        "lynx/srv1": "server",
        "lynx/srv2": "server",
        "lynx/nas1": "storage",
        "lynx/sw1": "switch",
        "lynx/kvm1": "misc",
    }
    assert workloads["lynx/srv1"].equipment.type == "dell-poweredge-r640"
    assert len(found(converted(tmp_path), "type-matched")) == 1
    assert "fat" not in items(converted(tmp_path), "device_types")


def test_a_type_of_another_height_is_not_the_catalogue_s(tmp_path):
    change = ("Dell PowerEdge R640, height: 1u", "Dell PowerEdge R640, height: 2u")
    equipment = loaded(tmp_path, change).estate.workloads["lynx/srv1"].equipment
    assert (equipment.type, equipment.u_height_half) == ("r640", 4)


def test_that_racksdb_knows_no_power_is_said(tmp_path):
    (finding,) = found(converted(tmp_path), "no-power")
    assert finding.severity == "warning"
    assert finding.action == "add the feeds of the racks before planning"


def test_an_infrastructure_is_a_tenant(tmp_path):
    assert items(converted(tmp_path), "tenants")["lynx"]["name"] == "HPC cluster"


def test_the_database_has_no_errors(tmp_path):
    assert errors(converted(tmp_path)) == []


# -- faults: each is said with its line, and the rest is imported ---


@pytest.mark.parametrize(
    ("before", "after", "slug", "line", "message"),
    [
        (
            "type: r640, slot: 10", "type: r640, slot: 5", "overlap", 32,
            "`srv1` at slot 5 takes units of `lynx/cn05-1`",
        ),
        (
            "type: sw48, slot: 23", "type: sw48, slot: 24", "slot-outside", 35,
            "`sw1` takes slots 24 to 24, rack `north-A04` has 0 to 23",
        ),
        (
            "type: r640, slot: 10", "type: r640, slot: 42", "slot-outside", 32,
            "`srv2` takes slots 43 to 43, rack `north-A01` has 1 to 42",
        ),
        ("type: r640, slot: 10", "type: r640, slot: up", "slot", 32, "`srv[1-2]` has slot `up`"),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_is_planned_anew(tmp_path, before, after, slug, line, message):
    imported = converted(tmp_path, (before, after))
    assert (slug, f"racksdb.yml:{line}", message) in errors(imported)
    estate = loaded(tmp_path, (before, after))
    assert len(estate.estate.workloads) == 8
    moved = [w for w in estate.estate.workloads.values() if w.allowed.rack]
    assert moved
    assert len(estate.as_built.standing) == 8 - len(moved)


@pytest.mark.parametrize(
    ("before", "after", "error", "left"),
    [
        (
            "type: nas, slot", "type: nos, slot",
            ("type-unknown", "racksdb.yml:34", "type `nos` of `nas1` is not known"), 7,
        ),
        (
            '"srv[1-2]"', '"srv[2-1]"',
            ("range", "racksdb.yml:32", "`2-1` in `srv[2-1]` runs backwards"), 6,
        ),
        (
            '"srv[1-2]"', '"srv[1-999999999]"',
            ("range", "racksdb.yml:32", "`srv[1-999999999]` stands for more than 20000 items"), 6,
        ),
        (
            '"srv[1-2]"', '"srv[1-9999]"',
            ("set-size", "racksdb.yml:32", "`srv[1-9999]` stands for 9999 devices in one rack"), 6,
        ),
        (
            "rack: A04", "rack: A05",
            ("rack-unknown", "racksdb.yml:33", "rack `A05` is not known"), 5,
        ),
        (
            "name: A04, type: low", "name: A04, type: lower",
            ("rack-type", "racksdb.yml:24", "rack type `lower` of `A04` is not known"), 5,
        ),
        (
            "name: A04, type: low", "name: A03, type: low",
            ("rack-name", "racksdb.yml:24", "another rack is named `A03`"), 5,
        ),
        (
            "Acme NAS, height: 2u", "Acme NAS, height: high",
            ("type-height", "racksdb.yml:7", "type `nas` has height `high`"), 7,
        ),
        (
            "slots: 24u", "slots: 240u",
            ("rack-slots", "racksdb.yml:14", "rack type `low` has slots `240u`"), 5,
        ),
        (
            # Taken as full: five devices, not three.
            "width: 1/2", "width: 1/0",
            ("type-width", "racksdb.yml:3", "type `twin` has width `1/0`"), 10,
        ),
        ("name: kvm1,", "", ("name", "racksdb.yml:36", "it has no name"), 7),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_said(tmp_path, before, after, error, left):
    assert error in errors(converted(tmp_path, (before, after)))
    assert len(loaded(tmp_path, (before, after)).estate.workloads) == left


# -- files ---


def test_a_folder_says_the_same(tmp_path):
    """Each of RacksDB's ways: a list in a file, a folder of named files, a folder `.l`."""
    base = tmp_path / "db"
    files = {
        "types/nodes/fat.yml": "{model: Acme Fat, height: 4u, width: full}",
        "types/network.l/any.yml": "{id: sw48, model: Acme Switch, height: 1u}",
        "types/racks.yml": "[{id: tall, slots: 42u}]",
        "datacenters/north.yml": (
            "rooms: [{name: hall, rows: [{name: A, racks: [{name: 'A[1-2]', type: tall}]}]}]"
        ),
        "infrastructures.l/one.yml": (
            "{name: lynx, layout: [{rack: A1, nodes: [{name: n1, type: fat, slot: 1}],"
            " network: [{name: s1, type: sw48, slot: 5}]}]}"
        ),
        "notes.txt": "not read",
    }
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    imported = convert(*read_database(base)[:1], "test")
    assert errors(imported) == []
    assert sorted(items(imported, "standing")) == ["lynx/n1-1", "lynx/s1-1"]
    apply(tmp_path / "test", imported)
    assert list(load_estate(tmp_path / "test").estate.racks) == ["north-A1", "north-A2"]


def test_names_that_look_like_other_things_are_texts(tmp_path):
    standing = loaded(tmp_path, ("name: nas1", "name: 0012")).as_built.standing
    assert "lynx/0012-1" in standing


def test_a_key_that_stands_there_twice_is_said(tmp_path):
    imported = converted(tmp_path, ("slot: 5}", "slot: 5, slot: 6}"))
    assert [(slug, place) for slug, place, _ in errors(imported)] == [
        ("key-duplicate", "racksdb.yml:36")
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [", "line 2 cannot be read"), ("a: 1", "is no RacksDB database"), ("", "is empty")],
)
def test_what_is_no_database_is_refused(tmp_path, text, message):
    path = tmp_path / "racksdb.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_database(path)


def test_a_path_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        read_database(tmp_path / "nothing.yml")


# -- again ---


def test_a_second_import_changes_nothing(tmp_path):
    apply(tmp_path / "test", converted(tmp_path))
    again = apply(tmp_path / "test", converted(tmp_path))
    assert (again.changes, again.texts) == ((), {})


def test_a_device_that_moves_is_the_only_change(tmp_path):
    apply(tmp_path / "test", converted(tmp_path))
    again = apply(
        tmp_path / "test", converted(tmp_path, ("type: kvm, slot: 5", "type: kvm, slot: 6"))
    )
    assert [(c.kind, c.item, c.field, c.before, c.after) for c in again.changes] == [
        ("changed", "lynx/kvm1-1", "position", "6", "7")
    ]
