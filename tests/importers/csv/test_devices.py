"""Devices: types, places, supplies, feeds, states, workloads."""

from datetime import date
from decimal import Decimal

import pytest

from planner.importers.csv import Known, Mapping
from planner.importers.csv.mapping import DefaultsItem
from planner.importers.state import read_state
from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.csv.tables import FEEDS, RACKS, read


@pytest.fixture
def devices(tmp_path):
    """Return a function that reads rows of devices beside two racks with feeds A and B."""

    def answer(heads, *rows, mapping=None):
        text = "\n".join([heads, *rows]) + "\n"
        return read(tmp_path, mapping, geraete=text, schraenke=RACKS, einspeisungen=FEEDS)

    return answer


HEADS = "Gerätename;Hersteller;Modell;Schrank;Position;Höhe;Leistung;Gewicht"
GIVEN = ("error", "warning")


def test_a_device_becomes_a_workload_that_stands(devices):
    answer = devices(f"{HEADS};Mandant", "srv1;Dell;PowerEdge R640;S-01;12;1;350;21,9;Stadt Süd")
    assert answer.item("workloads", "stadt-sued/srv1") == {
        "id": "stadt-sued/srv1", "type": "dell-poweredge-r640",
        "draw": {"budget_w": 350}, "weight_kg": Decimal("21.9"),
    }  # fmt: skip
    assert answer.item("standing", "stadt-sued/srv1-1") == {
        "instance": "stadt-sued/srv1-1", "rack": "S-01", "position": 12, "face": "front",
    }  # fmt: skip
    assert answer.of("geraete.csv", *GIVEN) == []


def test_numbers_go_into_the_description(devices):
    answer = devices(
        "Gerätename;Inventarnummer;Seriennummer;Schrank;Position", "Bürger 1;I1;S1;S-01;1"
    )
    assert answer.item("workloads", "e/Buerger-1")["description"] == "Bürger 1, Inv. I1, S/N S1"


# -- types ----------------------------------------------------------------------------------------


def test_a_model_that_is_alike_is_taken_and_said(devices):
    answer = devices(HEADS, "srv1;Dell;PowerEgde R640;S-01;12;1;350;20")
    assert answer.item("workloads", "e/srv1")["type"] == "dell-poweredge-r640"
    assert "`dell-poweredge-r640` (92 % alike)" in answer.message("type-similar")


def test_a_higher_threshold_takes_it_no_more(devices):
    mapping = Mapping(match_percent=95)
    answer = devices(HEADS, "srv1;Dell;PowerEgde R640;S-01;12;1;350;20", mapping=mapping)
    assert answer.item("workloads", "e/srv1")["type"] == "dell-poweregde-r640"
    assert answer.item("device_types", "dell-poweregde-r640")["u_height"] == 1
    assert "the nearest is `dell-poweredge-r640`" in answer.message("type-unknown")


def test_a_model_that_is_alike_must_agree_in_height(devices):
    answer = devices(HEADS, "srv1;Dell;PowerEgde R640;S-01;12;2;350;20")
    assert answer.item("device_types", "dell-poweregde-r640")["u_height"] == 2
    assert answer.of("geraete.csv", *GIVEN) == [("2:C", "type-unlike")]


def test_the_catalogue_wins_over_another_height(devices):
    answer = devices(HEADS, "srv1;Dell;PowerEdge R640;S-01;12;2;350;20")
    assert answer.item("device_types", "dell-poweredge-r640") is None
    assert answer.of("geraete.csv", *GIVEN) == [("2:F", "type-height")]


def test_a_model_named_in_the_mapping_file(devices):
    mapping = Mapping(models={"Fileserver alt": "dell-poweredge-r740"})
    answer = devices(HEADS, "fs1;;Fileserver alt;S-01;12;;350;20", mapping=mapping)
    assert answer.item("workloads", "e/fs1")["type"] == "dell-poweredge-r740"


def test_an_unknown_model_becomes_a_type_of_the_estate(devices):
    answer = devices(HEADS, "x1;Acme;Box 9;S-01;12;3;350;20", "x2;Acme;Box 9;S-01;15;3;350;20")
    assert answer.item("device_types", "acme-box-9") == {
        "slug": "acme-box-9", "manufacturer": "Acme", "model": "Box 9", "u_height": 3,
        "is_full_depth": True,
    }  # fmt: skip
    assert answer.of("geraete.csv", "note") == [("2:C", "type-unknown"), ("3:C", "type-unknown")]


def test_one_model_with_two_heights_is_two_types(devices):
    rows = ["x1;Acme;Box 9;S-01;12;3;;", "x2;Acme;Box 9;S-01;15;3;;", "x3;Acme;Box 9;S-01;20;2;;"]
    answer = devices(HEADS, *rows)
    assert answer.item("workloads", "e/x1")["type"] == "acme-box-9"
    assert answer.item("workloads", "e/x3")["type"] == "acme-box-9-2u"
    assert answer.item("device_types", "acme-box-9-2u")["u_height"] == 2


def test_without_a_model_the_type_is_named_by_maker_role_and_height(devices):
    heads = "Gerätename;Hersteller;Art;Schrank;Position;HE"
    answer = devices(heads, "a;ATEN;KVM;S-01;1;1", "b;ATEN;Server;S-01;2;2", "c;;Server;S-01;4;2")
    types = [answer.item("workloads", f"e/{name}")["type"] for name in "abc"]
    assert types == ["aten-kvm-1u", "aten-server-2u", "server-2u"]


def test_a_blade_is_left_out(devices):
    answer = devices(HEADS, "b1;Fujitsu;Primergy BX924 S4;S-01;12;;350;5")
    assert answer.of("geraete.csv", *GIVEN) == [("2:C", "type-child")]
    assert answer.item("workloads", "e/b1") is None


def test_supplies_complete_the_catalogue(devices):
    # The catalogue lists two C14 inlets for the R640 and none for the DL360 Gen10.
    heads = "Gerätename;Hersteller;Modell;Schrank;Position;Netzteile"
    answer = devices(
        heads,
        "a;Dell;PowerEdge R640;S-01;1;2",
        "b;HPE;ProLiant DL360 Gen10;S-01;2;2x 800W",
        "c;Dell;PowerEdge R640;S-01;3;1",
        "d;Dell;PowerEdge R640;S-01;4;1+1",
    )
    assert answer.item("device_types", "dell-poweredge-r640") is None
    assert answer.item("device_types", "hpe-proliant-dl360-gen10") == {
        "slug": "hpe-proliant-dl360-gen10",
        "inlets": [
            {"name": "PSU1", "type": "c14", "maximum_draw": 800},
            {"name": "PSU2", "type": "c14", "maximum_draw": 800},
        ],
    }
    assert answer.item("workloads", "e/c")["type"] == "dell-poweredge-r640-1psu"
    variant = answer.item("device_types", "dell-poweredge-r640-1psu")
    assert variant["inlets"] == [{"name": "PSU1", "type": "c14"}]
    # 29 kg and one unit are the catalogue's, and go with the variant.
    assert (variant["u_height"], variant["weight_kg"]) == (1, 29)
    assert answer.item("workloads", "e/d")["psus_required"] == 1
    assert answer.of("geraete.csv", *GIVEN) == [("4:F", "type-supplies")]


def test_a_supply_that_draws_more_than_a_c13_gives_has_a_c20(devices):
    heads = "Gerätename;Modell;Schrank;Position;Höhe;Leistung;Netzteile"
    # 10 A at 230 V are 2300 W. 1+1: one supply carries all of 2400 W; 2+2: two carry 1200 W each.
    answer = devices(heads, "a;Box 1;S-01;1;4;2400;1+1", "b;Box 2;S-01;5;4;2400;2+2")
    assert answer.item("device_types", "box-1")["inlets"][0]["type"] == "c20"
    assert answer.item("device_types", "box-2")["inlets"][0]["type"] == "c14"


def test_panels_draw_nothing_and_are_half_as_deep(devices):
    answer = devices("Gerätename;Art;Schrank;Position;HE", "pp1;Patchfeld;S-01;42;1")
    item = answer.item("device_types", "patch-panel-1u")
    assert (item["inlets"], item["is_full_depth"]) == ([], False)
    assert answer.item("workloads", "e/pp1")["role"] == "patch-panel"


# -- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "height", "slug"),
    [
        ("43", "1", "place-outside"),
        ("42", "2", "place-outside"),
        ("12. Dez", "2", "cell-date"),
        ("", "1", "position-missing"),
        ("mitte", "1", "cell-position"),
    ],
)
def test_a_place_that_cannot_be_is_left_to_the_plan(position, height, slug, devices):
    answer = devices(HEADS, f"x;Acme;Box 9;S-01;{position};{height};350;20")
    assert answer.of("geraete.csv", "error") == [("2:E", slug)]
    assert answer.item("standing", "e/x-1") is None
    assert answer.item("workloads", "e/x")["allowed"] == {"rack": ["S-01"]}


def test_the_top_and_the_bottom_unit_are_inside(devices):
    answer = devices(HEADS, "a;Acme;Box;S-01;1;1;350;20", "b;Acme;Box;S-01;42;1;350;20")
    assert answer.of("geraete.csv", "error") == []


def test_two_devices_in_one_unit(devices):
    rows = [
        "a;Acme;Box;S-01;10;2;350;20",
        "b;Acme;Box;S-01;11;2;350;20",
        "c;Acme;Box;S-01;12;2;350;20",
    ]
    answer = devices(HEADS, *rows)
    assert answer.of("geraete.csv", "error") == [("3:E", "place-overlap")]
    assert "is taken by `a` of row 2" in answer.message("place-overlap")
    assert answer.item("standing", "e/c-1") is not None


def test_front_and_rear_of_shallow_devices_do_not_meet(devices):
    heads = "Gerätename;Modell;Schrank;Position;HE;Seite;Volle Tiefe"
    answer = devices(heads, "a;Box;S-01;10;1;vorne;nein", "b;Box;S-01;10;1;hinten;nein")
    assert answer.of("geraete.csv", "error") == []
    assert answer.item("standing", "e/b-1")["face"] == "rear"
    assert answer.item("workloads", "e/b")["face"] == "rear"


def test_the_face_may_stand_beside_the_units(devices):
    heads = "Gerätename;Modell;Schrank;Position;HE;Volle Tiefe"
    answer = devices(heads, "a;Box;S-01;hinten HE 40;1;nein", "b;Box;S-01;40 (vorne);1;nein")
    assert answer.of("geraete.csv", "error") == []
    faces = [answer.item("standing", f"e/{name}-1")["face"] for name in "ab"]
    assert faces == ["rear", "front"]


def test_units_from_to_must_fit_the_height(devices):
    answer = devices(HEADS, "a;Acme;Box;S-01;10-11;2;350;20", "b;Acme;Box;S-01;20-22;2;350;20")
    assert answer.of("geraete.csv", "error") == [("3:E", "place-height")]
    assert answer.item("standing", "e/b-1")["position"] == 20


def test_half_units(devices):
    answer = devices(HEADS, "a;Acme;Box;S-01;10,5;1,5;350;20")
    assert answer.item("standing", "e/a-1")["position"] * 2 == 21
    assert answer.item("device_types", "acme-box")["u_height"] * 2 == 3


def test_a_device_of_no_height_takes_no_units(devices):
    answer = devices("Gerätename;Art;Schrank;Position;HE", "p1;PDU;S-01;1;0")
    assert answer.item("standing", "e/p1-1") == {"instance": "e/p1-1", "rack": "S-01"}
    assert ("2:D", "place-zero-u") in answer.of("geraete.csv", "note")


def test_a_rack_in_another_spelling_is_found_and_said(devices):
    answer = devices(HEADS, "a;Acme;Box;Schrank s1;10;2;350;20")
    assert answer.item("standing", "e/a-1")["rack"] == "S-01"
    assert "`Schrank s1` is taken as rack `S-01`" in answer.message("name-spelling")


def test_a_room_that_is_not_the_racks_is_said(devices):
    answer = devices("Gerätename;Schrank;Position;Raum", "a;S-01;1;R1", "b;S-01;2;Keller")
    assert answer.of("geraete.csv", *GIVEN) == [("3:D", "room-differs")]


def test_without_racks_the_usual_ones_are_assumed(tmp_path):
    answer = read(tmp_path, geraete="Gerätename;Schrank;Position\na;S1;12\nb;S2;13\n")
    assert answer.ids("standing") == ["e/a-1", "e/b-1"]
    assert answer.item("rack_types", "rack-42u")["u_height"] == 42
    assert [s for _, s in answer.of("geraete.csv", "imputed")].count("rack-assumed") == 2


# -- feeds ----------------------------------------------------------------------------------------

CORDS = "Gerätename;Modell;Schrank;Position;Netzteile;Feed A;Feed B"


@pytest.mark.parametrize(
    ("cells", "cords"),
    [
        ("2;S-01-A;S-01-B", {"PSU1": "S-01-A", "PSU2": "S-01-B"}),
        ("2;s1a;S-01 B", {"PSU1": "S-01-A", "PSU2": "S-01-B"}),
        ("2;A;B", {"PSU1": "S-01-A", "PSU2": "S-01-B"}),
        ("2;x;x", {"PSU1": "S-01-A", "PSU2": "S-01-B"}),
        ("1;;B", {"PSU1": "S-01-B"}),
        ("1;S-01-A;nein", {"PSU1": "S-01-A"}),
        (";S-01-A;", {"PSU1": "S-01-A"}),
        ("2;S-01-A;", {"PSU1": "S-01-A", "PSU2": "S-01-A"}),
        (
            "4;A;B",
            {"PSU1": "S-01-A", "PSU2": "S-01-B", "PSU3": "S-01-A", "PSU4": "S-01-B"},
        ),
    ],
)
def test_cords(cells, cords, devices):
    answer = devices(CORDS, f"a;Box;S-01;1;{cells}")
    assert answer.item("standing", "e/a-1")["cords"] == cords
    assert answer.of("geraete.csv", *GIVEN) == []


@pytest.mark.parametrize("text", ["A+B", "A/B", "S-01-A, S-01-B", "A und B"])
def test_both_feeds_in_one_cell(text, devices):
    answer = devices("Gerätename;Modell;Schrank;Position;Einspeisung", f"a;Box;S-01;1;{text}")
    assert answer.item("standing", "e/a-1")["cords"] == {"PSU1": "S-01-A", "PSU2": "S-01-B"}


@pytest.mark.parametrize(
    ("cells", "place", "slug"),
    [
        ("2;S-02-A;S-01-B", "2:F", "feed-elsewhere"),
        ("2;S-01-A;S-01-C", "2:G", "feed-unknown"),
        ("1;A;B", "2:G", "feed-supplies"),
        ("3;A;B", "2:G", "feed-supplies"),
    ],
)
def test_cords_that_cannot_be_are_left_out(cells, place, slug, devices):
    answer = devices(CORDS, f"a;Box;S-01;1;{cells}")
    assert answer.of("geraete.csv", "error") == [(place, slug)]
    assert "cords" not in answer.item("standing", "e/a-1")


def test_a_feed_without_the_outlet_is_said(tmp_path):
    feeds = "Einspeisung;Schrank;Absicherung;C13\nS-01-A;S-01;32A;4\n"
    heads = "Gerätename;Modell;Schrank;Position;Höhe;Leistung;Netzteile;Feed A\n"
    text = f"{heads}a;Box;S-01;1;4;3000;1;A\n"
    answer = read(tmp_path, geraete=text, schraenke=RACKS, einspeisungen=feeds)
    assert answer.of("geraete.csv", "error") == [("2:H", "feed-outlet")]


# -- rows and workloads ---------------------------------------------------------------------------


def test_states(devices):
    answer = devices(
        "Gerätename;Schrank;Position;Status;Anzahl",
        "a;S-01;1;in Betrieb;1",
        "b;S-01;2;geplant;3",
        "c;S-01;3;Lager;",
        "d;S-01;4;verliehen;",
        "f;S-01;5;aktiv;2",
    )
    assert answer.ids("standing") == ["e/a-1", "e/d-1", "e/f-1"]
    assert answer.item("workloads", "e/b")["count"] == 3
    assert answer.item("workloads", "e/c") is None
    assert answer.of("geraete.csv", *GIVEN) == [("5:D", "cell-word"), ("6:E", "device-count")]


def test_names(devices):
    answer = devices(
        "Gerätename;Inventarnummer;Schrank;Position",
        "srv 1;I1;S-01;1", "SRV-1;I2;S-01;2", ";I3;S-01;3", ";;S-01;4", "k;i1;S-01;5",
    )  # fmt: skip
    assert answer.ids("workloads") == ["e/I3", "e/SRV-1.2", "e/k", "e/srv-1"]
    assert answer.of("geraete.csv", *GIVEN) == [
        ("3:A", "id-duplicate"), ("4:A", "device-unnamed"), ("5:A", "device-unnamed"),
        ("6:B", "asset-duplicate"),
    ]  # fmt: skip


def test_rows_of_one_workload(devices):
    heads = "Gerätename;Modell;Schrank;Position;Leistung;Verbund;Fest"
    answer = devices(
        heads,
        "db-10;Box;S-02;1;400;Datenbank;ja",
        "db-2;Box;S-01;1;420;Datenbank;nein",
        "web-1;Box;S-01;3;300;;nein",
    )
    # In the order of the names: db-2 before db-10; all are planned with the larger draw.
    assert answer.item("workloads", "e/datenbank") == {
        "id": "e/datenbank", "type": "box", "description": "1: db-2; 2: db-10", "count": 2,
        "pinned": [2], "draw": {"budget_w": 420},
    }  # fmt: skip
    assert answer.item("standing", "e/datenbank-1")["rack"] == "S-01"
    assert answer.item("standing", "e/datenbank-2")["rack"] == "S-02"
    assert answer.item("workloads", "e/web-1")["draw"] == {"budget_w": 300}


def test_days_and_flags(devices):
    heads = "Gerätename;Schrank;Position;Bedarf ab;Bedarf bis;Kritisch;Luftstrom"
    answer = devices(
        heads,
        "a;S-01;1;01.03.2027;31.12.2028;ja;vorne nach hinten",
        "b;S-01;2;01.03.2027;31.12.2026;;quer",
    )
    item = answer.item("workloads", "e/a")
    assert (item["from"], item["until"]) == (date(2027, 3, 1), date(2028, 12, 31))
    assert item["airflow"] == "front-to-rear"
    assert answer.of("geraete.csv", "error") == [("3:E", "dates"), ("3:G", "cell-word")]
    assert "until" not in answer.item("workloads", "e/b")


def test_only_devices_that_stand_in_for_each_other_are_critical(devices):
    answer = devices(
        "Gerätename;Schrank;Position;Kritisch;Verbund;Status;Anzahl",
        "a;S-01;1;ja;;;",
        "b1;S-01;2;ja;b;;", "b2;S-02;2;ja;b;;",
        "c;;;ja;;geplant;2",
        "d;S-01;3;nein;;;",
    )  # fmt: skip
    critical = [
        key for key in answer.ids("workloads") if "critical" in answer.item("workloads", key)
    ]
    assert critical == ["e/b", "e/c"]
    assert [
        place for place, slug in answer.of("geraete.csv", "note") if slug == "device-critical"
    ] == ["2:D"]


def test_rows_that_are_no_devices(devices):
    answer = devices(
        "Gerätename;Schrank;Position;Leistung",
        "a;S-01;1;350", ";;;", "Gerätename;Schrank;Position;Leistung", "b;S-01;2;350",
        "Summe;;;700", ";;;700", "* ohne Gewähr", "Stand 01.10.2026;;;",
    )  # fmt: skip
    assert answer.ids("workloads") == ["e/a", "e/b"]
    assert answer.of("geraete.csv", "note") == [
        ("3", "row-empty"), ("4", "row-heading"), ("6", "row-total"), ("7", "row-total"),
        ("8", "row-note"), ("9", "row-note"),
    ]  # fmt: skip


def test_equal_remarks_on_one_column_are_said_once(devices):
    rows = [f"a{n};S-01;{n};350 W" for n in range(1, 8)]
    answer = devices("Gerätename;Schrank;Position;Leistung", *rows)
    assert answer.of("geraete.csv", "note")[-1] == ("2:D", "cell-unit")
    assert "likewise in 6 more rows: 3-8" in answer.message("cell-unit")


def test_equal_faults_on_one_column_are_said_once(devices):
    rows = [f"a{n};S-09;{n};350" for n in range(1, 4)]
    answer = devices("Gerätename;Schrank;Position;Leistung", *rows)
    assert answer.of("geraete.csv", "error") == [("2:B", "rack-unknown")]
    assert "likewise in 2 more rows: 3-4" in answer.message("rack-unknown")


def test_a_line_of_its_own_names_the_rack_of_the_rows_below(devices):
    answer = devices(
        "Nr;Gerätename;Position",
        "Schrank S-01;;", "1;a;1", "2;b;2", "Schrank: S-02;;", "3;c;1",
    )  # fmt: skip
    racks = {key: answer.item("standing", key)["rack"] for key in answer.ids("standing")}
    assert racks == {"e/a-1": "S-01", "e/b-1": "S-01", "e/c-1": "S-02"}
    assert [p for p, s in answer.of("geraete.csv", "note") if s == "row-section"] == ["2", "5"]


def test_the_tenant_of_the_mapping_file(devices):
    mapping = Mapping(defaults=DefaultsItem(tenant="stadt"))
    answer = devices("Gerätename;Schrank;Position", "a;S-01;1", mapping=mapping)
    assert answer.ids("workloads") == ["stadt/a"]
    assert answer.of("geraete.csv", "imputed", *GIVEN)[0][1] != "tenant-missing"


# -- beside what the estate has -------------------------------------------------------------------


def known(folder):
    """Return what the estate in a folder has already."""
    return Known(load_estate(folder).estate, read_state(folder, "csv"))


def test_devices_alone_find_the_racks_and_feeds_of_the_estate(tmp_path):
    folder = tmp_path / "inventory" / "e"
    head = "Gerätename;Schrank;Position;Feed A\n"
    first = read(tmp_path, geraete=f"{head}a;S-01;1;A\n", schraenke=RACKS, einspeisungen=FEEDS)
    apply(folder, first.spreadsheets.imported)
    second = read(tmp_path, known=known(folder), geraete=f"{head}a;S-01;1;A\nb;S-02;2;A\nc;X;3;A\n")
    assert second.of("geraete.csv", "error") == [("4:B", "rack-unknown")]
    changes = apply(folder, second.spreadsheets.imported).changes
    assert [(c.kind, c.section, c.item) for c in changes] == [
        ("added", "standing", "e/b-1"),
        ("added", "workloads", "e/b"),
    ]
    assert load_estate(folder).as_built.standing["e/b-1"].place.cords[0].node == "S-02-A"


def test_racks_alone_leave_devices_and_feeds(tmp_path):
    folder = tmp_path / "inventory" / "e"
    text = "Gerätename;Schrank;Position\na;S-01;1\n"
    first = read(tmp_path, geraete=text, schraenke=RACKS, einspeisungen=FEEDS)
    apply(folder, first.spreadsheets.imported)
    second = read(tmp_path, known=known(folder), schraenke=RACKS + "S-03;R1;47\n")
    kinds = {
        (c.kind, c.section, c.item) for c in apply(folder, second.spreadsheets.imported).changes
    }
    assert kinds == {("added", "rack_types", "rack-47u"), ("changed", "rooms", "e-r1")}
    assert set(load_estate(folder).estate.racks) == {"S-01", "S-02", "S-03"}


def test_a_hand_edit_stays_and_a_row_that_goes_is_removed(tmp_path):
    folder = tmp_path / "inventory" / "e"
    head = "Gerätename;Schrank;Position;Leistung\n"
    tables = {"schraenke": RACKS, "einspeisungen": FEEDS}
    rows = "a;S-01;1;300\nb;S-01;2;300\nc;S-01;3;300\n"
    apply(folder, read(tmp_path, geraete=head + rows, **tables).spreadsheets.imported)
    path = folder / "workloads" / "e.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("id: e/a,", "id: e/a, critical: true,"), encoding="utf-8")
    rows = "a;S-01;1;350\nc;S-01;3;300\n"
    again = read(tmp_path, known=known(folder), geraete=head + rows, **tables)
    changes = apply(folder, again.spreadsheets.imported).changes
    assert [(c.kind, c.section, c.item, c.field) for c in changes] == [
        ("removed", "standing", "e/b-1", ""),
        ("changed", "workloads", "e/a", "draw.budget_w"),
        ("removed", "workloads", "e/b", ""),
    ]
    workload = load_estate(folder).estate.workloads["e/a"]
    assert workload.critical
    assert workload.equipment.draw.budget_w == 350
