"""Headings and guesses, and the mapping file that overrides them."""

import pytest

from planner.errors import InventoryError, UsageError
from planner.importers.csv import load_mapping, mapping_text
from planner.importers.csv.fields import FIELDS
from planner.importers.csv.headings import INDEX, fields_of, take_apart
from tests.importers.csv.tables import RACKS, read


def columns(answer, number=0):
    """Return heading -> field of a table."""
    return {c.heading: c.field for c in answer.spreadsheets.tables[number].columns}


@pytest.mark.parametrize(
    ("kind", "heading", "field"),
    [
        ("devices", "Gerätename", "name"),
        ("devices", "GERÄTENAME:", "name"),
        ("devices", "Geraetename", "name"),
        ("devices", "Name des Geräts", None),
        ("devices", "Schrank-Nr.", "rack"),
        ("devices", "Inv.-Nr.", "asset_tag"),
        ("devices", "S/N", "serial"),
        ("devices", "Leistung [W]", "power"),
        ("devices", "Leistung (kW)", "power"),
        ("devices", "Leistung in Watt", "power"),
        ("devices", "Gewicht kg", "weight"),
        ("devices", "Feed A", "feed_a"),
        ("racks", "Traglast (kg)", "max_weight"),
        ("racks", "Anzahl HE", "u_height"),
        ("racks", "Brandabschnitt", "fire_compartment"),
        ("feeds", "Absicherung", "fuse"),
        ("feeds", "Strom (A)", "amps"),
    ],
)
def test_headings_are_known(kind, heading, field):
    assert next(iter(fields_of(kind, take_apart(heading))), None) == field


def test_a_unit_at_the_end_of_a_heading_is_taken_off():
    assert take_apart("Leistung [kW]").unit == "kw"
    assert take_apart("Höhe").unit is None


def test_a_heading_that_is_a_unit(tmp_path):
    answer = read(tmp_path, geraete="Gerätename;Schrank;Position;kW\na;S-01;1;1,5\n")
    assert answer.item("workloads", "e/a")["draw"] == {"budget_w": 1500}


def test_a_field_takes_no_heading_in_a_unit_it_does_not_count_in(tmp_path):
    answer = read(tmp_path, geraete="Gerätename;Schrank;Position;Stromaufnahme [A]\na;S-01;1;1,5\n")
    assert columns(answer)["Stromaufnahme [A]"] is None
    assert "draw" not in answer.item("workloads", "e/a")


def test_every_field_is_reached_by_its_own_headings():
    for kind, fields in FIELDS.items():
        for field in fields:
            for heading in field.headings:
                assert field.name in fields_of(kind, take_apart(heading)), (kind, heading)
    assert INDEX["devices"]["he"] == ["position", "u_height"]


def test_the_height_column_is_found_beside_a_position(tmp_path):
    text = "Gerät;Schrank;Position;HE\nsrv1;S-01;12;2\n"
    assert columns(read(tmp_path, geraete=text))["HE"] == "u_height"


def test_a_column_he_alone_is_the_position_where_it_goes_up_the_rack(tmp_path):
    text = "Gerät;Schrank;HE\nsrv1;S-01;12\nsrv2;S-01;30\n"
    assert columns(read(tmp_path, geraete=text))["HE"] == "position"


def test_a_column_typ_is_the_role_where_it_holds_roles(tmp_path):
    text = "Gerät;Typ;Schrank;Position\nsrv1;Server;S-01;12\nsw1;Switch;S-01;30\n"
    assert columns(read(tmp_path, geraete=text))["Typ"] == "role"
    text = "Gerät;Typ;Schrank;Position\nsrv1;PowerEdge R640;S-01;12\nsw1;C9300-48P;S-01;30\n"
    assert columns(read(tmp_path, geraete=text))["Typ"] == "model"


def test_a_mistyped_heading_is_found_and_said(tmp_path):
    answer = read(tmp_path, geraete="Gerätename;Schrnak;Position\nsrv1;S-01;12\n")
    (column,) = [c for c in answer.spreadsheets.tables[0].columns if c.field == "rack"]
    assert (column.heading, column.why) == ("Schrnak", "similar heading")


def test_headings_below_a_title_are_found(tmp_path):
    text = "Geräteliste;;\n;;\nGerätename;Schrank;Position\nsrv1;S-01;12\n"
    assert read(tmp_path, geraete=text).spreadsheets.tables[0].heading_row == 3


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("tabelle1", "Name;Schrank;Position;Seriennummer\na;b;1;2\n", "devices"),
        ("tabelle1", "Schrank;Raum;HE;Traglast\na;b;42;500\n", "racks"),
        ("tabelle1", "Schrank;Bezeichnung;Absicherung\na;b;16A\n", "feeds"),
        ("schraenke", "Schrank;Raum;HE\na;b;42\n", "racks"),
        ("einspeisungen", "Name;Schrank;Leistung\na;b;3\n", "feeds"),
    ],
)
def test_the_kind_of_a_table(name, text, kind, tmp_path):
    assert read(tmp_path, **{name: text}).spreadsheets.tables[0].kind == kind


def test_a_table_that_may_be_several_kinds_is_refused(tmp_path):
    with pytest.raises(UsageError, match="may hold devices, racks or feeds") as caught:
        read(tmp_path, tabelle1="Name;Standort\na;b\n")
    assert "kind: devices" in caught.value.hint


def test_a_table_without_known_headings_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no row with known headings"):
        read(tmp_path, tabelle1="foo;bar\n1;2\n")


def test_a_table_of_devices_without_a_name_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no column for `name`, `model` of a device"):
        read(tmp_path, geraete="Schrank;Position\nS-01;1\n")


def test_two_columns_of_one_heading_are_said(tmp_path):
    text = "Gerätename;Schrank;Position;Schrank\nsrv1;S-01;12;S-02\n"
    answer = read(tmp_path, geraete=text)
    assert answer.of("geraete.csv", "warning")[0] == ("1:D", "column-twice")
    assert answer.item("standing", "e/srv1-1")["rack"] == "S-01"


def test_a_column_without_heading_is_said(tmp_path):
    answer = read(tmp_path, geraete="Gerätename;Schrank;Position;\nsrv1;S-01;12;extra\n")
    assert ("1:D", "column-unnamed") in answer.of("geraete.csv", "warning")


# -- the mapping file -----------------------------------------------------------------------------


@pytest.fixture
def load(tmp_path):
    """Return a function that loads a mapping from text."""

    def loaded(text):
        path = tmp_path / "mapping.yaml"
        path.write_text(text, encoding="utf-8")
        return load_mapping(path)

    return loaded


def test_a_mapping_overrides_the_guess(load, tmp_path):
    mapping = load(
        "defaults: {tenant: stadt}\n"
        "files:\n"
        "  g*.csv:\n"
        "    kind: devices\n"
        "    heading_row: 1\n"
        "    decimal: point\n"
        "    columns:\n"
        "      Objekt: name\n"
        "      Ort: rack\n"
        "      Slot: position\n"
        "      Verbrauch: {field: power, unit: kW}\n"
        "      column E: ignore\n"
    )
    text = "Objekt;Ort;Slot;Verbrauch;HE\nsrv1;S-01;12;1.500;7\n"
    answer = read(tmp_path, mapping, geraete=text, racks=RACKS)
    # 1.500 with a decimal point is 1.5 kW.
    assert answer.item("workloads", "stadt/srv1")["draw"] == {"budget_w": 1500}
    assert answer.item("standing", "stadt/srv1-1")["position"] == 12
    assert columns(answer)["HE"] == "ignore"


def test_a_written_mapping_reads_the_same(load, tmp_path):
    text = "Gerätename;Schrank;HE;Leistung [kW];Höhe;\nsrv1;S-01;12;1,5;1;x\n"
    first = read(tmp_path, geraete=text, racks=RACKS)
    saved = load(mapping_text(first.spreadsheets.mapping))
    assert saved == first.spreadsheets.mapping
    again = read(tmp_path, saved, geraete=text, racks=RACKS)
    assert again.spreadsheets.imported.documents == first.spreadsheets.imported.documents


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("fils: {}\n", 1, "unknown key `fils`", "files"),
        ("files:\n  a.csv: {kinds: devices}\n", 2, "unknown key `kinds`", "kind"),
        ("files:\n  a.csv:\n    columns: {A: nmae}\n", 3, "unknown field `nmae`", "name"),
        ("files:\n  a.csv:\n    columns: {A: {field: power, unit: PS}}\n", 3, "unknown unit", "kw"),
        ("files:\n  a.csv: {kind: device}\n", 2, "found the text `device`", "devices"),
        ("match_percent: 40\n", 1, "at least 60", None),
        ("a: [\n", 2, "", None),
    ],
)
def test_mistakes_in_a_mapping(text, line, message, hint, load):
    with pytest.raises(InventoryError) as caught:
        load(text)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert message in problem.message
    assert hint is None or hint in (problem.hint or "")


def test_a_column_that_a_file_does_not_have_is_refused(load, tmp_path):
    mapping = load("files:\n  geraete.csv:\n    columns: {Objekt: name}\n")
    with pytest.raises(UsageError, match="has no column `Objekt`") as caught:
        read(tmp_path, mapping, geraete="Gerätename;Schrank;Position\nsrv1;S-01;12\n")
    assert "`Gerätename`" in caught.value.hint


def test_a_missing_mapping_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")


def test_an_empty_mapping_is_refused(load):
    with pytest.raises(InventoryError, match="1 problem"):
        load("# nothing\n")
