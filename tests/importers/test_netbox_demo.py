"""NetBox's demo data: imported whole, planned, checked, and imported again after an edit."""

import copy
import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from planner.check import check
from planner.importers.netbox import convert
from planner.importers.netbox.dump import read_dump
from planner.importers.netbox.tables import Tables
from planner.importers.writer import apply
from planner.io import as_built_digest, estate_digest, load_estate
from planner.solve import plan
from planner.solve.options import Options
from tests.importers.dumps import found, items

DUMP = Path(__file__).parent / "data" / "netbox-demo-v3.6.json.gz"
DAY = date(2026, 11, 1)


@pytest.fixture(scope="module")
def objects():
    return json.loads(gzip.decompress(DUMP.read_bytes()))


@pytest.fixture(scope="module")
def demo():
    return convert(read_dump(DUMP), "demo")


@pytest.fixture(scope="module")
def inventory(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "demo"
    apply(folder, demo)
    return load_estate(folder)


def edited(objects, model, pk, **fields):
    """Return the import of the dump with fields of one object changed."""
    tables = Tables("edited")
    for one in copy.deepcopy(objects):
        if (one["model"], one["pk"]) == (model, pk):
            one["fields"] |= fields
        tables.add(one["model"], one["pk"], one["fields"])
    return convert(tables, "demo")


def lines_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text().splitlines()
        for path in folder.rglob("*.yaml")
    }


def test_everything_is_there(inventory):
    estate, as_built = inventory.estate, inventory.as_built
    assert (len(estate.sites), len(estate.racks), len(estate.reservations)) == (24, 42, 2)
    kinds = Counter(node.kind.value for node in estate.power_nodes.values())
    # 48 feeds of NetBox and 3 imputed ones (its racks IDF117, IDF118, IDF128 have none); 13 PDUs;
    # 4 panels; a grid for each of the 17 sites with power.
    assert kinds == {"feed": 51, "pdu": 13, "panel": 4, "utility": 17}
    assert len(as_built.standing) == 72
    equipment = [w for w in estate.workloads.values() if w.equipment is not None]
    services = [w for w in estate.workloads.values() if w.service is not None]
    assert (len(equipment), len(services), len(estate.pools)) == (72, 0, 0)


def test_devices_stand_where_netbox_has_them(inventory):
    place = inventory.as_built.standing["dunder-mifflin/dmi01-akron-rtr01-1"].place
    assert (place.rack, place.position_half, place.face) == ("dm-akron-comms-closet", 8, "front")
    assert [(c.inlet, c.node) for c in place.cords] == [("PSU0", "dm-akron-dmi01-akron-pdu01")]
    rear = inventory.as_built.standing["nc-state/juniper-qfx5100-48t-6q-98-1"].place
    assert (rear.rack, rear.position_half, rear.face) == ("ncsu-065-R105", 52, "rear")


def test_rows_and_reservations_are_kept(inventory):
    assert inventory.estate.racks["ncsu-065-R207"].row == "ncsu-065-row-2"
    reservation = inventory.estate.reservations["ncsu-065-R101-u20"]
    # Units 20 and 21: half units 40 to 43.
    assert [(u.start_half, u.end_half) for u in reservation.units] == [(40, 44)]
    assert reservation.description == "Damaged - DO NOT USE"


def test_what_is_wrong_in_the_data_is_listed(demo):
    counts = Counter(f.slug for f in demo.findings if f.severity in ("error", "warning"))
    assert counts == {
        "cluster-hosts": 9,  # cloud clusters without hosts, left out with their 180 machines
        "device-name": 2,  # PP:MDF stands three times
        "device-tenant": 14,  # 13 patch panels and a chassis belong to nobody
        "pdu-parent": 13,  # the closets' PDUs are plugged into nothing
    }


def test_every_imputed_figure_is_listed(demo, inventory):
    counts = Counter(f.slug for f in demo.findings if f.severity == "imputed")
    assert counts["feed-outlets"] == 48
    assert counts["feed-missing"] == 3
    assert counts["grid"] == counts["fire-compartment"] == 17
    assert counts["panel-limit"] == 4
    assert counts["rack-weight"] == 4
    # No weight and hardly a draw is in the data: loading assumes them, one line each.
    assumed = Counter(a.figure for a in inventory.estate.assumptions)
    assert assumed["budget_w"] == 72
    assert assumed["mass_g"] > 50


def test_types_of_the_catalogue_are_found(demo):
    matched = {f.message.split("`")[1] for f in found(demo, "type-matched")}
    assert {"cisco-c9200-48p", "juniper-ex9214", "lenovo-flex-system"} <= matched
    own = {f.place.split()[-1] for f in found(demo, "type-own")}
    assert own == {"Panel", "QFX5110-48S-4C"}
    assert "48-port-patch-panel" in items(demo, "device_types")


def test_it_can_be_planned_and_checked(inventory):
    options = Options(time_limit_ms=60_000, workers=1)
    layout = plan(inventory.estate, inventory.as_built, DAY, options).layout
    assert len(layout.placements) == 72
    assert not layout.unplaced
    report = check(inventory.estate, layout, DAY)
    assert not report.violations
    assert layout.provenance.estate_digest in ("", estate_digest(inventory.estate))
    assert as_built_digest(inventory.as_built)


@pytest.mark.parametrize(
    ("model", "pk", "fields", "old", "new"),
    [
        ("dcim.device", 1, {"position": "5.0"}, "position: 4,", "position: 5,"),
        ("dcim.powerfeed", 7, {"amperage": 32}, "amps: 20,", "amps: 32,"),
        ("dcim.rack", 20, {"status": "reserved"}, "state}", "state, status: reserved}"),
        ("dcim.site", 2, {"name": "Akron"}, "name: DM-Akron", "name: Akron"),
    ],
)
def test_an_edit_of_the_dump_changes_only_that(
    demo, objects, tmp_path, model, pk, fields, old, new
):
    folder = tmp_path / "demo"
    apply(folder, demo)
    before = lines_of(folder)
    apply(folder, edited(objects, model, pk, **fields))
    after = lines_of(folder)
    differing = [
        (was, now)
        for name in before
        for was, now in zip(before[name], after[name], strict=True)
        if was != now and "imputed: kva" not in was and "imputed: the whole node" not in was
    ]
    assert len(differing) == 1
    was, now = differing[0]
    assert old in was
    assert now == was.replace(old, new)


def test_hand_edits_survive_and_the_rest_follows(demo, objects, tmp_path):
    folder = tmp_path / "demo"
    apply(folder, demo)
    path = folder / "sites" / "ncsu-065.yaml"
    text = path.read_text().replace("kva: 70.4}", "kva: 63}  # fuse F1 ")
    text = text.replace("power:\n", "power:\n  # measured in May\n")
    path.write_text(text)
    changes = apply(folder, edited(objects, "dcim.device", 96, position="7.0"))
    assert [c.field for c in changes.of("changed")] == ["position"]
    assert {c.field for c in changes.of("kept")} == {"kva"}
    assert "kva: 63}  # fuse F1 " in path.read_text()
    assert "  # measured in May\n" in path.read_text()


def test_a_device_that_goes_takes_its_line_and_nothing_else(demo, objects, tmp_path):
    folder = tmp_path / "demo"
    apply(folder, demo)
    fewer = [one for one in objects if (one["model"], one["pk"]) != ("dcim.device", 106)]
    changes = apply(folder, edited(fewer, "dcim.site", 0))
    gone = {(c.section, c.item) for c in changes.of("removed")}
    assert gone == {
        ("workloads", "nc-state/lenovo-flex-system-106"),
        ("standing", "nc-state/lenovo-flex-system-106-1"),
        ("device_types", "lenovo-flex-system"),
    }
    assert changes.of("added", "conflict") == ()
    load_estate(folder)
