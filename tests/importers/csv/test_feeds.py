"""Feeds: circuits, and what stands above them."""

from decimal import Decimal

import pytest

from tests.importers.csv.tables import RACKS, read


def feed(tmp_path, cells, heads="Einspeisung;Schrank;Absicherung;Spannung;C13"):
    """Read one feed of rack S-01 and return it with its findings."""
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=f"{heads}\n{cells}\n")
    return answer.item("power", "F1"), answer.of("einspeisungen.csv", "error", "warning", "imputed")


@pytest.mark.parametrize(
    ("fuse", "volts", "figures"),
    [
        ("3x16A", "", {"amps": 16, "phases": 3, "volts_ll": 400}),
        ("3x16A", "400 V", {"amps": 16, "phases": 3, "volts_ll": 400}),
        ("3x16A", "230/400", {"amps": 16, "phases": 3, "volts_ll": 400}),
        ("16A", "", {"amps": 16, "phases": 1, "volts_ln": 230}),
        ("C16", "230", {"amps": 16, "phases": 1, "volts_ln": 230}),
        ("CEE 32 rot", "", {"amps": 32, "phases": 3, "volts_ll": 400}),
        ("CEE 32", "400", {"amps": 32, "phases": 3, "volts_ll": 400}),
        ("CEE 16", "230", {"amps": 16, "phases": 1, "volts_ln": 230}),
    ],
)
def test_circuits(fuse, volts, figures, tmp_path):
    item, findings = feed(tmp_path, f"F1;S-01;{fuse};{volts};10")
    assert {
        k: v for k, v in item.items() if k in ("amps", "phases", "volts_ll", "volts_ln")
    } == figures
    assert item["outlets"] == {"c13": 10}
    assert findings == []


def test_three_phases_at_230_volts_are_said(tmp_path):
    item, findings = feed(tmp_path, "F1;S-01;3x16A;230;10")
    assert item["volts_ln"] == 230
    assert findings == [("2:D", "feed-voltage")]


def test_one_fuse_at_400_volts_is_taken_as_one_phase_and_said(tmp_path):
    item, findings = feed(tmp_path, "F1;S-01;16A;400;10")
    assert (item["phases"], item["volts_ln"]) == (1, 230)
    assert findings == [("2:C", "feed-phases")]


def test_a_plug_that_does_not_say_its_phases_is_imputed(tmp_path):
    item, findings = feed(tmp_path, "F1;S-01;CEE 32;;10")
    assert (item["phases"], item["volts_ll"]) == (3, 400)
    assert findings == [("2:C", "feed-phases")]


def test_outlets_that_are_missing_are_those_of_a_usual_pdu(tmp_path):
    item, findings = feed(tmp_path, "F1;S-01;3x16A;;")
    assert item["outlets"] == {"c13": 36, "c19": 6}
    assert findings == [("2", "feed-outlets")]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("F1;S-01;2x16A;;10", [("2:C", "cell-fuse")]),
        ("F1;S-01;;;10", [("2:C", "feed-rating")]),
        ("F1;S-09;16A;;10", [("2:B", "rack-unknown")]),
        ("F1;;16A;;10", [("2:B", "rack-missing")]),
    ],
)
def test_feeds_that_are_left_out(cells, expected, tmp_path):
    item, findings = feed(tmp_path, cells)
    assert item is None
    assert findings[:1] == expected


def test_the_fuse_wins_over_the_phases_and_that_is_said(tmp_path):
    heads = "Einspeisung;Schrank;Absicherung;Phasen;C13"
    item, findings = feed(tmp_path, "F1;S-01;3x16A;1;10", heads)
    assert item["phases"] == 3
    assert findings == [("2:D", "feed-phases")]


def test_feeds_named_by_strand_get_the_rack_before_it(tmp_path):
    text = "Schrank;Einspeisung;Absicherung\nS-01;A;16A\nS-01;B;16A\nS-02;A;16A\nS-02;B;16A\n"
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    assert [k for k in answer.ids("power") if k.startswith("S")] == [
        "S-01-A", "S-01-B", "S-02-A", "S-02-B",
    ]  # fmt: skip
    assert answer.item("power", "S-02-B")["from"] == "e-panel-b"


def test_what_stands_above_is_added_and_never_limits(tmp_path):
    text = (
        "Einspeisung;Schrank;Absicherung;Verteiler;USV\n"
        "F1;S-01;3x16A;UV A;USV 1\nF2;S-02;3x16A;UV A;USV 1\nF3;S-01;16A;UV B;USV 2\n"
    )
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    # sqrt(3) * 400 V * 16 A = 11.085 kVA; two of them 22.17; 230 V * 16 A = 3.68 kVA.
    assert answer.item("power", "UV-A") == {
        "id": "UV-A", "kind": "panel", "from": "USV-1", "kva": Decimal(23),
    }  # fmt: skip
    assert answer.item("power", "USV-2") == {
        "id": "USV-2", "kind": "ups", "from": "e-grid", "kva": Decimal(4),
    }  # fmt: skip
    assert answer.item("power", "e-grid") == {"id": "e-grid", "kind": "utility", "kva": Decimal(27)}
    imputed = {f.item[1] for f in answer.findings if f.slug == "power-rating"}
    assert imputed == {"UV-A", "UV-B", "USV-1", "USV-2", "e-grid"}


def test_panels_and_ups_may_be_rows_of_their_own(tmp_path):
    text = (
        "Bezeichnung;Art;Gespeist von;Schrank;Absicherung;Leistung [kVA]\n"
        "Netz;EVU;;;;250\nUSV 1;USV;Netz;;;40\nUV A;Verteiler;USV 1;;3x63A;\n"
        "F1;Einspeisung;UV A;S-01;3x16A;\nX;Wandler;;;;3\n"
    )
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    assert answer.item("power", "USV-1") == {
        "id": "USV-1", "kind": "ups", "from": "Netz", "kva": 40,
    }  # fmt: skip
    assert answer.item("power", "UV-A")["amps"] == 63
    assert answer.item("power", "F1")["from"] == "UV-A"
    assert not [f for f in answer.findings if f.slug == "power-rating"]
    assert answer.of("einspeisungen.csv", "error") == [("6:B", "cell-word")]


def test_panels_and_ups_stand_where_their_feeds_do(tmp_path):
    racks = "Schrank;Standort;HE\nA1;Nord;42\nB1;Süd;42\n"
    text = (
        "Bezeichnung;Art;Gespeist von;Schrank;Absicherung;Leistung [kVA]\n"
        "USV;USV;;;;40\nUV;Verteiler;USV;;;30\nF1;;UV;A1;16A;\nF2;;UV;B1;16A;\n"
    )
    answer = read(tmp_path, schraenke=racks, einspeisungen=text)
    documents = answer.spreadsheets.imported.documents
    # The first feed decides for the rows; the other site has a panel of its own, of 3.68 kVA.
    ids = {f: [n["id"] for n in documents[f]["power"]] for f in documents if "power" in f}
    assert ids == {
        "power/nord.yaml": ["nord-grid", "USV", "UV", "F1"],
        "power/sued.yaml": ["sued-grid", "sued-UV", "F2"],
    }


def test_what_feeds_itself_is_put_on_the_grid(tmp_path):
    text = (
        "Bezeichnung;Art;Gespeist von;Schrank;Absicherung;Leistung [kVA]\n"
        "U;USV;V;;;40\nV;Verteiler;U;;;30\nW;Verteiler;W;;;30\nF1;;V;S-01;16A;\nF2;;F1;S-02;16A;\n"
    )
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    assert answer.of("einspeisungen.csv", "error") == [
        ("2:C", "power-cycle"), ("4:C", "power-parent"), ("6:C", "power-parent"),
    ]  # fmt: skip
    assert answer.item("power", "U")["from"] == "e-grid"
    assert answer.item("power", "V")["from"] == "U"
    assert answer.item("power", "W")["from"] == "e-grid"
    assert answer.item("power", "F2")["from"] == "e-panel"


def test_a_panel_on_two_ups_is_an_error(tmp_path):
    text = (
        "Einspeisung;Schrank;Absicherung;Verteiler;USV\n"
        "F1;S-01;3x16A;UV A;USV 1\nF2;S-02;3x16A;UV A;USV 2\n"
    )
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    assert answer.of("einspeisungen.csv", "error") == [("3:E", "power-parent")]


def test_racks_without_a_feed_are_said(tmp_path):
    text = "Einspeisung;Schrank;Absicherung\nF1;S-01;3x16A\n"
    answer = read(tmp_path, schraenke=RACKS, einspeisungen=text)
    assert "`S-02`" in answer.message("rack-unfed")
