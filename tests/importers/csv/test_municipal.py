"""The municipal set: every planted fault is found at its row and column, all else is imported."""

import pytest

from planner.importers.csv import Mapping, load_mapping, mapping_text, read_spreadsheets
from planner.importers.items import index_of
from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.csv import municipal
from tests.importers.csv.municipal import DEVICES, FEEDS, RACKS

#: What is found, in the order of the files: place, severity, slug. All of `municipal.FAULTS` are
#: here, besides the rows that are no devices and what follows from the two lost feeds.
EXPECTED = [
    (f"{DEVICES}:4:R", "note", "device-critical"),  # every critical device stands alone
    (f"{DEVICES}:5:I", "note", "cell-unit"),
    (f"{DEVICES}:6:K", "note", "cell-unit"),
    (f"{DEVICES}:7:A", "note", "cell-blanks"),
    (f"{DEVICES}:9:E", "warning", "type-similar"),
    (f"{DEVICES}:13:L", "note", "cell-unit"),
    (f"{DEVICES}:17:E", "note", "type-unknown"),  # the alarm server, in no catalogue
    (f"{DEVICES}:19:O", "warning", "feed-left-out"),  # after Einspeisungen.txt:5
    (f"{DEVICES}:20:B", "error", "asset-duplicate"),
    (f"{DEVICES}:21:H", "note", "cell-position"),
    (f"{DEVICES}:22:H", "note", "cell-position"),
    (f"{DEVICES}:24:H", "error", "cell-date"),
    (f"{DEVICES}:26:A", "error", "id-duplicate"),
    (f"{DEVICES}:27:P", "note", "cell-blanks"),
    (f"{DEVICES}:38:H", "error", "place-overlap"),
    (f"{DEVICES}:40:K", "error", "cell-number"),
    (f"{DEVICES}:48:G", "error", "rack-unknown"),
    (f"{DEVICES}:49:G", "note", "name-spelling"),
    (f"{DEVICES}:52:H", "note", "cell-position"),
    (f"{DEVICES}:52:H", "error", "place-outside"),
    (f"{DEVICES}:55:K", "error", "cell-formula"),
    (f"{DEVICES}:58:J", "error", "cell-face"),
    (f"{DEVICES}:66:N", "error", "feed-elsewhere"),
    (f"{DEVICES}:68:O", "error", "feed-unknown"),
    (f"{DEVICES}:69:I", "error", "type-height"),
    (f"{DEVICES}:76:O", "error", "feed-supplies"),
    (f"{DEVICES}:81:K", "error", "cell-range"),
    (f"{DEVICES}:83:K", "note", "cell-span"),
    (f"{DEVICES}:85:Q", "note", "device-gone"),
    (f"{DEVICES}:87:Q", "warning", "cell-word"),
    (f"{DEVICES}:94:P", "warning", "cell-encoding"),
    (f"{DEVICES}:98:H", "error", "position-missing"),
    (f"{DEVICES}:99:K", "imputed", "power-missing"),
    (f"{DEVICES}:101:M", "error", "cell-supplies"),
    (f"{DEVICES}:112:L", "error", "cell-range"),
    (f"{DEVICES}:114:K", "note", "cell-thousands"),
    (f"{DEVICES}:116:A", "warning", "device-unnamed"),
    (f"{DEVICES}:120:T", "warning", "row-long"),
    (f"{DEVICES}:130:I", "error", "cell-number"),
    (f"{DEVICES}:131:H", "note", "cell-position"),
    (f"{DEVICES}:131:H", "error", "place-height"),
    (f"{DEVICES}:154", "note", "row-heading"),
    (f"{DEVICES}:155", "note", "row-empty"),
    (f"{DEVICES}:160:C", "error", "serial-duplicate"),
    (f"{DEVICES}:216:O", "warning", "feed-left-out"),  # after Einspeisungen.txt:31
    (f"{DEVICES}:306", "note", "row-empty"),
    (f"{DEVICES}:307", "note", "row-total"),
    (f"{DEVICES}:308", "note", "row-note"),
    (f"{RACKS}:2:H", "note", "cell-thousands"),
    (f"{RACKS}:3:B", "note", "cell-merged"),
    (f"{RACKS}:3:C", "note", "cell-merged"),
    (f"{RACKS}:3:D", "note", "cell-merged"),
    (f"{RACKS}:3:E", "note", "cell-merged"),
    (f"{RACKS}:7:F", "error", "cell-number"),
    (f"{RACKS}:9:C", "note", "cell-merged"),
    (f"{RACKS}:9:D", "note", "cell-merged"),
    (f"{RACKS}:9:E", "note", "cell-merged"),
    (f"{RACKS}:9:H", "error", "rack-weight"),
    (f"{RACKS}:11:G", "note", "cell-unit"),
    (f"{RACKS}:15:B", "note", "cell-merged"),
    (f"{RACKS}:15:C", "note", "cell-merged"),
    (f"{RACKS}:15:D", "note", "cell-merged"),
    (f"{RACKS}:15:E", "note", "cell-merged"),
    (f"{RACKS}:22:A", "error", "id-duplicate"),
    (f"{FEEDS}:5:F", "error", "cell-fuse"),
    (f"{FEEDS}:8:F", "imputed", "feed-phases"),
    (f"{FEEDS}:10:G", "warning", "feed-voltage"),
    (f"{FEEDS}:31:F", "error", "feed-rating"),
    (f"{FEEDS}:42:B", "error", "rack-unknown"),
]

#: Items that differ from the set without faults, with the row that makes the difference. Racks have
#: fifteen rows: R-01 begins in row 4, R-02 in 19, R-03 in 34, ..., R-08 in 109, R-11 in 156.
OTHER_WORKLOADS = {
    "stadt-muehlbach/vm-r01": {"draw": {"budget_w": 1500}},  # 6: 1,5 kW
    "gemeinde-kleinau/bak-r02": {"description": "Inv. BH10001, S/N SN134623"},  # 20
    "gemeinde-kleinau/web-r02": {"allowed": {"rack": ["R-02"]}},  # 24: a date for units
    "amt-nordfeld/fil-r03": {"allowed": {"rack": ["R-03"]}},  # 38: taken units
    "amt-nordfeld/app-r03": {"draw": None},  # 40
    "stadt-muehlbach/db-r04": {"allowed": {"rack": ["R-04"]}},  # 52: outside
    "stadt-muehlbach/app-r04": {"draw": None},  # 55
    "amt-nordfeld/vm-r06": {"draw": None},  # 81
    "amt-nordfeld/fil-r06": {"draw": {"budget_w": 300}},  # 83: 250-300
    "stadt-muehlbach/fil-r07": {"allowed": {"rack": ["R-07"]}},  # 98: no units
    "stadt-muehlbach/web-r07": {"draw": None},  # 99
    "gemeinde-kleinau/db-r08": {"weight_kg": None},  # 112: -16,3
    "gemeinde-kleinau/web-r08": {"draw": {"budget_w": 1150}},  # 114: 1.150
    "gemeinde-kleinau/fil-r11": {"description": "Inv. BH10154, S/N SN007919"},  # 160
}
#: Rows 26 (a name that stands already) and 116 (no name) are imported under other names.
RENAMED = {
    "gemeinde-kleinau/dir-r02": "gemeinde-kleinau/app-r02.2",
    "gemeinde-kleinau/dir-r08": "gemeinde-kleinau/BH10112",
}
#: Rows 48 (unknown rack) and 85 (scrapped) are left out.
LEFT_OUT = {"amt-nordfeld/pp-r03", "amt-nordfeld/app-r06"}
#: Rows 24, 38, 52 and 98 are imported without their units.
NOT_STANDING = {
    "gemeinde-kleinau/web-r02", "amt-nordfeld/fil-r03", "stadt-muehlbach/db-r04",
    "stadt-muehlbach/fil-r07",
}  # fmt: skip
#: Rows 66, 68 and 76: without their cords; those on the two lost feeds come to it.
UNCORDED = {
    "gemeinde-kleinau/vm-r05", "gemeinde-kleinau/fil-r05", "gemeinde-kleinau/mgm-r05",
}  # fmt: skip
LOST_FEEDS = {"R-02-B", "F-03-B"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("municipal")


@pytest.fixture(scope="module")
def found(folder):
    """The faulty set as read."""
    return read_spreadsheets(municipal.write(folder), "beispiel", Mapping())


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The set without faults as read."""
    files = municipal.write(tmp_path_factory.mktemp("clean"), with_faults=False)
    return read_spreadsheets(files, "beispiel", Mapping())


def items(spreadsheets, section):
    """Return the items of a section by id."""
    found = index_of(spreadsheets.imported.documents)
    return {a.id: entry.value for a, entry in found.items() if a.section == section}


def test_every_fault_is_found_at_its_row_and_column(found):
    files = (DEVICES, RACKS, FEEDS)
    listed = [f for f in found.imported.findings if f.place.startswith(files)]
    kept = [f for f in listed if not (f.slug == "cell-merged" and f.place.startswith(DEVICES))]
    assert [(f.place, f.severity, f.slug) for f in kept] == EXPECTED


def test_every_block_of_merged_cells_is_told(found):
    # Fifteen rows a rack from row 4, two more lines before R-11; the first row holds the rack. In
    # R-03 the last row holds `R-30`, and what is filled ends in row 47.
    first = [4 + 15 * n + (2 if n >= 10 else 0) for n in range(20)]
    names = ["R 4" if name == "R-04" else name for name in municipal.RACK_NAMES]
    expected = [
        f"{DEVICES}:{row + 1}:G: `Schrank`: merged cells:"
        f" rows {row + 1}-{row + (13 if name == 'R-03' else 14)} taken as `{name}` of row {row}"
        for row, name in zip(first, names, strict=True)
    ]
    merged = [f for f in found.imported.findings if f.slug == "cell-merged"]
    assert [f"{f.place}: {f.message}" for f in merged if DEVICES in f.place] == expected


def test_the_planted_faults_are_all_among_the_findings():
    places = {place for place, _, _ in EXPECTED}
    planted = {f"{f.file}:{f.row}:{f.column}" for f in municipal.FAULTS}
    assert len(planted) >= 30
    # Row 120: the stray cell stands beyond the last heading, in column T. Feed row 8 needs two
    # cells: without the voltage in G, `CEE 16` in F does not say its phases.
    moved = {f"{DEVICES}:120:S": f"{DEVICES}:120:T", f"{FEEDS}:8:G": f"{FEEDS}:8:F"}
    assert {moved.get(place, place) for place in planted} <= places


def test_the_set_without_faults_has_no_error_and_no_warning(clean):
    assert clean.findings_of("error", "warning") == ()
    assert len(items(clean, "workloads")) == len(items(clean, "standing")) == 300


def test_all_other_rows_are_imported_as_they_stand(found, clean):
    expected = {}
    for key, item in items(clean, "workloads").items():
        if key in LEFT_OUT:
            continue
        name = RENAMED.get(key, key)
        changed = {**item, "id": name, **OTHER_WORKLOADS.get(key, {})}
        expected[name] = {k: v for k, v in changed.items() if v is not None}
    assert items(found, "workloads") == expected


def test_all_other_devices_stand_where_they_stood(found, clean):
    expected = {}
    for key, item in items(clean, "standing").items():
        workload = key.removesuffix("-1")
        if workload in LEFT_OUT | NOT_STANDING:
            continue
        name = f"{RENAMED.get(workload, workload)}-1"
        cords = item.get("cords")
        is_lost = workload in UNCORDED or LOST_FEEDS & set((cords or {}).values())
        kept = {k: v for k, v in item.items() if k != "cords" or not is_lost}
        expected[name] = {**kept, "instance": name}
    assert items(found, "standing") == expected


def test_racks_and_feeds_but_for_their_faults_are_the_same(found, clean):
    # R-08 (row 9) loses its limit of 100 kg; the limits of the others differ by site, so each
    # stands at its rack. Feeds: rows 5 and 31 are lost, row 10 gives the voltage to neutral.
    racks = items(clean, "racks")
    del racks["R-08"]
    assert items(found, "racks") == racks
    feeds = {k: v for k, v in items(clean, "power").items() if v["kind"] == "feed"}
    for key in LOST_FEEDS:
        del feeds[key]
    feeds["R-05-A"] = {**feeds["R-05-A"], "volts_ln": 230}
    del feeds["R-05-A"]["volts_ll"]
    assert {k: v for k, v in items(found, "power").items() if v["kind"] == "feed"} == feeds


def test_the_estate_validates(found, tmp_path):
    folder = tmp_path / "inventory" / "beispiel"
    apply(folder, found.imported)
    inventory = load_estate(folder)
    # 300 rows less two left out; less four without units.
    assert len(inventory.estate.workloads) == 298
    assert len(inventory.as_built.standing) == 294
    assert len(inventory.estate.racks) == 20
    # 38 feeds; two panels, two UPS and a grid for each of two sites.
    assert len(inventory.estate.power_nodes) == 38 + 2 * 5


def test_a_second_import_changes_nothing(found, tmp_path):
    folder = tmp_path / "inventory" / "beispiel"
    apply(folder, found.imported)
    assert apply(folder, found.imported).changes == ()


def test_the_saved_mapping_reads_the_same(found, folder, tmp_path):
    path = tmp_path / "spalten.yaml"
    path.write_text(mapping_text(found.mapping), encoding="utf-8")
    files = [folder / name for name in (DEVICES, RACKS, FEEDS)]
    again = read_spreadsheets(files, "beispiel", load_mapping(path))
    assert again.mapping == found.mapping
    assert again.imported == found.imported
