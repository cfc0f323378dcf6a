"""Merged cells: filled where one value is meant, and only there."""

from tests.importers.csv.tables import RACKS, read

HEAD = "Gerätename;Schrank;Position;Mandant\n"


def racks_of(answer):
    """Return instance -> rack of what stands."""
    return {key: answer.item("standing", key)["rack"] for key in answer.ids("standing")}


def test_a_column_of_merged_cells_is_filled(tmp_path):
    rows = "a;S-01;1;T\nb;;2;T\nc;;3;T\nd;S-02;1;T\ne;;2;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert racks_of(answer) == {
        "t/a-1": "S-01", "t/b-1": "S-01", "t/c-1": "S-01", "t/d-1": "S-02", "t/e-1": "S-02",
    }  # fmt: skip
    merged = [f for f in answer.findings if f.slug == "cell-merged"]
    assert [(f.place, f.message) for f in merged] == [
        ("geraete.csv:3:B", "`Schrank`: merged cells: rows 3-4 taken as `S-01` of row 2"),
        ("geraete.csv:6:B", "`Schrank`: merged cells: row 6 taken as `S-02` of row 5"),
    ]


def test_a_blank_between_equal_values_is_filled(tmp_path):
    rows = "a;S-01;1;T\nb;;2;T\nc;S-01;3;T\nd;S-01;4;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert racks_of(answer)["t/b-1"] == "S-01"


def test_a_lone_blank_between_two_values_stays_blank(tmp_path):
    # Every row says its rack but one: it may be S-01 or S-02.
    rows = "a;S-01;1;T\nb;S-01;2;T\nc;;3;T\nd;S-02;4;T\ne;S-02;5;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert "t/c-1" not in racks_of(answer)
    assert answer.of("geraete.csv", "error") == [("4:B", "rack-missing")]
    assert answer.item("workloads", "t/c") is None


def test_a_value_that_stands_elsewhere_fills_nothing(tmp_path):
    rows = "a;S-01;1;T\nb;S-01;2;T\nc;;3;T\nd;;4;T\ne;S-02;5;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert answer.of("geraete.csv", "error") == [("4:B", "rack-missing"), ("5:B", "rack-missing")]


def test_several_blanks_below_a_value_of_their_own_are_filled(tmp_path):
    rows = "a;S-01;1;T\nb;S-01;2;T\nc;S-02;3;T\nd;;4;T\ne;;5;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert racks_of(answer)["t/e-1"] == "S-02"


def test_spare_parts_at_the_end_are_in_no_rack(tmp_path):
    rows = "a;S-01;1;T\nb;;2;T\nc;;3;T\nspare;;;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert racks_of(answer)["t/c-1"] == "S-01"
    assert answer.item("workloads", "t/spare") == {"id": "t/spare", "type": "server-1u"}
    assert ("5:B", "place-missing") in answer.of("geraete.csv", "warning")


def test_a_blank_owner_between_equal_ones_is_no_merged_cell(tmp_path):
    rows = "a;S-01;1;T\nb;S-01;2;\nc;S-01;3;T\nd;S-01;4;T\n"
    answer = read(tmp_path, geraete=HEAD + rows, schraenke=RACKS)
    assert answer.item("workloads", "e/b") is not None
    assert ("3:D", "tenant-missing") in answer.of("geraete.csv", "imputed")


def test_rooms_and_sites_of_racks_are_filled(tmp_path):
    rows = ("S-01;Nord;R1", "S-02;;", "S-03;;R2", "S-04;;", "S-05;Süd;R1", "S-06;;")
    racks = "Schrank;Standort;Raum;HE\n" + "".join(f"{row};42\n" for row in rows)
    answer = read(tmp_path, schraenke=racks)
    assert answer.ids("rooms") == ["nord-r1", "nord-r2", "sued-r1"]
    assert answer.ids("sites") == ["nord", "sued"]
