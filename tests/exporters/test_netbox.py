"""A layout as NetBox's bulk import takes it, and the way back without a placement lost."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from planner.errors import UsageError
from planner.exporters.flat import COLUMNS, export_flat
from planner.exporters.netbox import export_netbox
from planner.importers.netbox import convert
from planner.importers.netbox.exported import read_exported
from planner.importers.writer import apply
from planner.io import load_estate
from planner.model.layout import Cord, Layout, Place, Placement, Provenance
from planner.model.space import Face

ROOT = Path(__file__).parent.parent.parent

#: Columns of NetBox 4.6's import forms (`dcim/forms/bulk_import.py`), as far as they are written.
COLUMNS_OF_NETBOX = {
    "manufacturers": {"name", "slug", "description"},
    "tenants": {"name", "slug", "group", "description"},
    "sites": {"name", "slug", "status", "latitude", "longitude"},
    "locations": {"site", "parent", "name", "slug", "status", "tenant"},
    "rack-types": {
        "manufacturer", "model", "slug", "form_factor", "width", "u_height", "starting_unit",
        "desc_units", "weight", "max_weight", "weight_unit",
    },
    "racks": {"site", "location", "name", "tenant", "status", "role", "rack_type", "comments"},
    "rack-reservations": {
        "site", "location", "rack", "units", "status", "tenant", "description",
    },
    "device-roles": {"name", "slug", "color", "vm_role"},
    "device-types": {
        "manufacturer", "model", "slug", "part_number", "u_height", "is_full_depth", "airflow",
        "weight", "weight_unit",
    },
    "devices": {
        "name", "role", "tenant", "manufacturer", "device_type", "status", "site", "location",
        "rack", "position", "face", "airflow", "comments",
    },
    "power-panels": {"site", "location", "name", "comments"},
    "power-feeds": {
        "site", "power_panel", "location", "rack", "name", "status", "type", "supply", "phase",
        "voltage", "amperage", "max_utilization", "comments",
    },
    "power-ports": {"device", "name", "type", "maximum_draw", "allocated_draw"},
    "power-outlets": {"device", "name", "type", "power_port", "feed_leg"},
    "cables": {
        "side_a_site", "side_a_device", "side_a_power_panel", "side_a_type", "side_a_name",
        "side_b_site", "side_b_device", "side_b_power_panel", "side_b_type", "side_b_name",
        "type", "status",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def muenster():
    return load_estate(ROOT / "inventory" / "muenster")


def rows_of(exported, name):
    (text,) = [text for file, text in exported.files.items() if file.endswith(f"-{name}.csv")]
    return list(csv.DictReader(io.StringIO(text)))


def back(exported, folder):
    """Write the files, import them into a new estate, and load it."""
    source = folder / "netbox"
    source.mkdir()
    for name, text in exported.files.items():
        (source / name).write_text(text)
    apply(folder / "back", convert(read_exported(source), "back"))
    return load_estate(folder / "back")


def layout_of(places, standing=()):
    """Return a layout with these places; those in `standing` have not moved."""
    provenance = Provenance(
        planner_version="0", engine="test", ortools_version="0", seed=1, workers=1,
        reproducible=False, as_of=date(2026, 11, 1), estate_digest="", as_built_source="test",
        as_built_digest="",
    )  # fmt: skip
    placements = {
        key: Placement(instance=key, place=place, standing=key in standing)
        for key, place in places.items()
    }
    return Layout(estate="x", provenance=provenance, placements=placements)


SMALL = """\
estate: {id: small}
tenants: [{id: acme, name: "Acme, Inc."}, {id: b}]
rack_types: [{id: t, u_height: 20, starting_unit: 3, weight_kg: 80.5, max_weight_kg: 500}]
site: {id: town, name: Town}
rooms:
  - id: cellar
    fire_compartment: f1
    rows: [{id: wall, racks: "h[1-2]", type: t}]
racks: [{id: h2, status: reserved, tenant: b, blocked: [{from: 22, to: 22}]}]
reservations: [{id: keep, rack: h1, units: [{from: 3, to: 4}, {from: 9, to: 9}], tenant: b}]
power:
  - {id: grid, kind: utility, kva: 40}
  - {id: ups, kind: ups, from: grid, kva: 30, kw: 30}
  - {id: pan, kind: panel, from: ups, kva: 30}
  - {id: "h[1-2]-A", kind: feed, from: pan, rack: "h[1-2]", amps: 16, volts_ln: 230, phases: 3}
  - {id: "h[1-2]-B", kind: feed, from: ups, rack: "h[1-2]", amps: 16, volts_ln: 230, phases: 1, outlets: {c13: 4}}
  - {id: h1-P, kind: pdu, from: h1-A, rack: h1, kva: 11, outlets: {c19: 2}}
  - {id: "h1-P-L[1-3]", kind: leg, from: h1-P, rack: h1, amps: 16, volts_ln: 230, phases: 1, outlets: {c13: 2}}
  - {id: h2-P, kind: pdu, from: h2-A, rack: h2, kva: 11, outlets: {c13: 4, c19: 2}}
device_types:
  - {slug: half, manufacturer: Acme, model: "Half, so to say", u_height: 1.5, is_full_depth: false, weight_kg: 4.321, airflow: passive, inlets: [{name: "in A", type: c14}, {name: "in B", type: c14}]}
  - {slug: none, u_height: 0, weight_kg: 1, inlets: []}
  - {slug: blade, u_height: 4, weight_kg: 60, inlets: [{name: P1, type: c20, maximum_draw: 3000}]}
workloads:
  - {id: acme/db, tenant: acme, type: half, count: 3, draw: {budget_w: 333}, face: any}
  - {id: b/x-9, tenant: b, type: none, role: shelf}
  - {id: b/blade, tenant: b, type: blade}
"""  # noqa: E501


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "estate.yaml").write_text(SMALL)
    return load_estate(folder)


def cords(**nodes):
    return tuple(Cord(inlet.replace("_", " "), node) for inlet, node in nodes.items())


PLACES = {
    "acme/db-1": Place(
        rack="h1", position_half=21, face=Face.REAR, cords=cords(in_A="h1-P-L2", in_B="h1-B")
    ),
    "acme/db-3": Place(
        rack="h2", position_half=8, face=Face.FRONT, cords=cords(in_A="h2-P", in_B="h2-B")
    ),
    "b/blade-1": Place(rack="h1", position_half=30, face=Face.FRONT, cords=cords(P1="h1-P")),
    "b/x-9-1": Place(rack="h2", cords=()),
}


def places_of(inventory):
    return {key: one.place for key, one in inventory.as_built.standing.items()}


def test_the_way_back_keeps_every_placement(small, tmp_path):
    exported = export_netbox(small.estate, small.as_built, layout_of(PLACES))
    assert places_of(back(exported, tmp_path)) == PLACES


def test_the_way_back_keeps_what_stands_in_muenster(muenster, tmp_path):
    exported = export_netbox(muenster.estate, muenster.as_built, None)
    inventory = back(exported, tmp_path)
    assert places_of(inventory) == places_of(muenster)
    assert len(places_of(inventory)) > 100
    assert inventory.estate.racks.keys() == muenster.estate.racks.keys()
    feeds = {k for k, node in muenster.estate.power_nodes.items() if node.kind == "feed"}
    assert feeds <= inventory.estate.power_nodes.keys()
    for key in feeds:
        one, two = muenster.estate.power_nodes[key], inventory.estate.power_nodes[key]
        assert (one.amps_ma, one.volts_ll, one.phases) == (two.amps_ma, two.volts_ll, two.phases)
        assert (one.parent, one.rack, one.outlets) == (two.parent, two.rack, two.outlets)


def test_the_way_back_keeps_workloads_with_their_count(small, tmp_path):
    exported = export_netbox(small.estate, small.as_built, layout_of(PLACES))
    workloads = back(exported, tmp_path).estate.workloads
    assert {key: one.count for key, one in workloads.items()} == {
        "acme/db": 3,
        "b/blade": 1,
        "b/x-9": 1,
    }
    assert workloads["acme/db"].tenant == "acme"


def test_only_columns_that_netbox_knows(small, muenster):
    for inventory in (small, muenster):
        layout = layout_of(PLACES) if inventory is small else None
        exported = export_netbox(inventory.estate, inventory.as_built, layout)
        for name in exported.files:
            kind = name.partition("-")[2].removesuffix(".csv")
            header = exported.files[name].splitlines()[0].split(",")
            assert set(header) <= COLUMNS_OF_NETBOX[kind], kind


def test_files_are_numbered_so_that_each_finds_what_it_refers_to(small):
    exported = export_netbox(small.estate, small.as_built, layout_of(PLACES))
    order = [name.partition("-")[2].removesuffix(".csv") for name in sorted(exported.files)]
    assert order == list(COLUMNS_OF_NETBOX)


def test_devices_carry_site_location_rack_position_and_face(small):
    exported = export_netbox(
        small.estate, small.as_built, layout_of(PLACES, standing={"acme/db-1"})
    )
    devices = {row["name"]: row for row in rows_of(exported, "devices")}
    row = devices["acme/db-1"]
    assert (row["site"], row["location"], row["rack"]) == ("Town", "Row wall", "h1")
    assert (row["position"], row["face"], row["status"]) == ("10.5", "rear", "active")
    assert devices["acme/db-3"]["status"] == "planned"
    assert (devices["b/x-9-1"]["position"], devices["b/x-9-1"]["face"]) == ("", "")
    assert devices["h1-P"]["device_type"] == "0U PDU"


def test_three_phases_are_line_to_line_and_amperes_whole(small):
    exported = export_netbox(small.estate, small.as_built, None)
    feeds = {row["name"]: row for row in rows_of(exported, "power-feeds")}
    assert (feeds["h1-A"]["voltage"], feeds["h1-A"]["phase"]) == ("400", "three-phase")
    assert (feeds["h1-B"]["voltage"], feeds["h1-B"]["phase"]) == ("230", "single-phase")
    # What feeds it, where there is no panel.
    assert feeds["h1-B"]["power_panel"] == "ups"


def test_draws_are_shared_by_the_supplies_that_must_be_fed(small):
    exported = export_netbox(small.estate, small.as_built, layout_of(PLACES))
    ports = {(row["device"], row["name"]): row for row in rows_of(exported, "power-ports")}
    # One of two supplies must be fed, so each is planned with all of 333 W.
    assert ports["acme/db-1", "in A"]["allocated_draw"] == "333"
    assert ports["b/blade-1", "P1"]["type"] == "iec-60320-c20"


def test_what_netbox_has_no_place_for_is_said(small):
    exported = export_netbox(small.estate, small.as_built, layout_of(PLACES))
    assert exported.remarks == (
        "1 power nodes above the panels: NetBox has no place for them",
        "blocked units of 1 racks: NetBox has no field for them",
    )


def test_an_instance_that_follows_another_one_has_no_position(muenster, small):
    places = {
        "acme/db-1": Place(rack="h1", position_half=30, face=Face.FRONT),
        "acme/db-2": Place(rack="h1", position_half=32, face=Face.FRONT),
    }
    exported = export_netbox(small.estate, small.as_built, layout_of(places))
    devices = {row["name"]: row for row in rows_of(exported, "devices")}
    assert [devices[key]["position"] for key in places] == ["15", ""]
    assert "NetBox knows no dates" in exported.remarks[0]


def test_names_longer_than_netbox_takes_are_cut_and_said(small, tmp_path):
    name = "acme/" + "x" * 70
    workload = small.estate.workloads["acme/db"].model_copy(update={"id": name})
    estate = small.estate.model_copy(update={"workloads": {name: workload}})
    places = {f"{name}-{n}": PLACES[f"acme/db-{n}"] for n in (1, 3)}
    exported = export_netbox(estate, small.as_built, layout_of(places))
    names = [row["name"] for row in rows_of(exported, "devices")][:2]
    assert [len(name) for name in names] == [64, 64]
    assert len(set(names)) == 2
    assert "is longer than 64 characters" in exported.remarks[0]
    assert places_of(back(exported, tmp_path)) == places


def test_a_folder_without_such_files_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n")
    with pytest.raises(UsageError, match="holds no CSV files of a NetBox"):
        read_exported(tmp_path)


def test_a_name_that_nothing_has_is_refused_with_its_line(tmp_path):
    (tmp_path / "01-sites.csv").write_text("name,slug\nTown,town\n")
    (tmp_path / "02-racks.csv").write_text("site,name\nTown,a\nVillage,b\n")
    with pytest.raises(UsageError, match=r"02-racks\.csv:3: there is no site `Village`"):
        read_exported(tmp_path)


# -- one flat table ---


def test_the_flat_table_has_a_row_an_instance(small):
    text = export_flat(small.estate, small.as_built, layout_of(PLACES, standing={"acme/db-1"}))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [row["instance"] for row in rows] == sorted(PLACES)
    first = rows[0]
    assert (first["rack"], first["position"], first["face"]) == ("h1", "10.5", "rear")
    assert (first["mass_kg"], first["budget_w"], first["state"]) == ("4.321", "333", "standing")
    assert first["cords"] == "in A=h1-P-L2 in B=h1-B"
    assert rows[1]["state"] == "new"


def test_no_cell_is_a_formula(small):
    workload = small.estate.workloads["acme/db"].model_copy(update={"role": "=1+1"})
    estate = small.estate.model_copy(
        update={"workloads": small.estate.workloads | {"acme/db": workload}}
    )
    rows = list(csv.DictReader(io.StringIO(export_flat(estate, small.as_built, layout_of(PLACES)))))
    assert rows[0]["role"] == "'=1+1"
