"""Racks: rooms, rows, types, and what is wrong in them."""

from tests.importers.csv.tables import read


def rows(answer, room):
    """Return the rows of a room."""
    return answer.item("rooms", room)["rows"]


def test_racks_become_rows_of_one_type(tmp_path):
    text = (
        "Schrank;Standort;Raum;Reihe;Brandabschnitt;HE;Leergewicht;Traglast;max. Leistung (kW)\n"
        "A-01;Rathaus;U 1;A;BA1;42;150;1000;5\n"
        "A-02;Rathaus;U 1;A;BA1;42;150;1000;6,5\n"
        "A-03;Rathaus;U 1;A;BA1;47 HE;180 kg;1.200;6,5\n"
    )
    answer = read(tmp_path, schraenke=text)
    room = answer.item("rooms", "rathaus-u-1")
    assert room["fire_compartment"] == "rathaus-ba1"
    assert room["rows"] == [
        {"id": "rathaus-u-1-a", "racks": "A-[01-02]", "type": "rack-42u"},
        {"id": "rathaus-u-1-a-2", "racks": "A-03", "type": "rack-47u"},
    ]
    # What all racks of a type share stands at the type, the rest at the rack.
    assert answer.item("rack_types", "rack-42u") == {
        "id": "rack-42u", "u_height": 42, "weight_kg": 150, "max_weight_kg": 1000,
    }  # fmt: skip
    assert answer.item("racks", "A-01") == {"id": "A-01", "max_power_w": 5000}
    assert answer.item("racks", "A-02") == {"id": "A-02", "max_power_w": 6500}
    assert answer.item("racks", "A-03") is None


def test_racks_of_one_kind_and_two_weights_are_two_types(tmp_path):
    text = "Schrank;HE;Leergewicht\nA1;42;150\nA2;42;120\n"
    answer = read(tmp_path, schraenke=text)
    assert answer.ids("rack_types") == ["rack-42u-120kg", "rack-42u-150kg"]


def test_states_tenants_and_blocked_units(tmp_path):
    text = (
        "Schrank;HE;Leergewicht;Mandant;Status;Gesperrte HE\n"
        "A1;42;150;Stadt Süd;reserviert;40-42\nA2;42;150;;in Betrieb;1, 42\n"
    )
    answer = read(tmp_path, schraenke=text)
    assert answer.item("racks", "A1") == {
        "id": "A1", "status": "reserved", "tenant": "stadt-sued",
        "blocked": [{"from": 40, "to": 42}],
    }  # fmt: skip
    assert answer.item("racks", "A2")["blocked"] == [{"from": 1, "to": 1}, {"from": 42, "to": 42}]
    assert answer.item("tenants", "stadt-sued")["name"] == "Stadt Süd"


def test_what_is_wrong_in_racks(tmp_path):
    text = (
        "Schrank;Raum;Brandabschnitt;HE;Leergewicht;Traglast;Status;Gesperrte HE\n"
        "A1;R1;BA1;42;150;1000;;\n"
        "a1;R1;BA1;42;150;1000;;\n"
        ";R1;BA1;42;150;1000;;\n"
        "A2;R1;BA2;4,5;150;100;halb;50\n"
    )
    answer = read(tmp_path, schraenke=text)
    assert answer.of("schraenke.csv", "error") == [
        ("3:A", "id-duplicate"),
        ("4:A", "rack-unnamed"),
        ("5:C", "room-compartment"),
        ("5:D", "cell-range"),
        ("5:F", "rack-weight"),
        ("5:G", "cell-word"),
        ("5:H", "cell-position"),
    ]
    assert answer.item("rooms", "e-r1")["rows"][0]["racks"] == "A[1-2]"


def test_figures_that_are_missing_are_imputed_and_said(tmp_path):
    answer = read(tmp_path, schraenke="Schrank;Raum;HE;Leergewicht\nA1;R1;;\n")
    assert answer.of("schraenke.csv", "imputed") == [
        ("2:B", "fire-compartment"),
        ("2:C", "rack-units"),
        ("2:D", "rack-weight"),
    ]
    assert answer.item("rack_types", "rack-42u")["weight_kg"] == 150
