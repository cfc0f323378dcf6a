"""Files as grids: encodings, separators, row numbers."""

import pytest

from planner.errors import UsageError
from planner.importers.csv.sheet import column_letter, read_sheet, tidy, undouble

TEXT = "Gerät;Größe\nÄrzte-Server;2\nMünster;1\n"


@pytest.fixture
def written(tmp_path):
    """Return a function that writes bytes and reads them as a sheet."""

    def read(raw, **options):
        path = tmp_path / "t.csv"
        path.write_bytes(raw)
        return read_sheet(path, **options)

    return read


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("cp850", "cp850"),
        ("mac_roman", "mac_roman"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings_are_found_out(encoding, found, written):
    sheet = written(TEXT.encode(encoding))
    assert sheet.encoding == found
    assert sheet.rows[0] == ("Gerät", "Größe")
    assert sheet.rows[1] == ("Ärzte-Server", "2")


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separators_are_found_out(separator, written):
    rows = ["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]
    sheet = written("".join(separator.join(row) + "\r\n" for row in rows).encode())
    assert sheet.separator == separator
    assert sheet.rows == (("a", "b", "c"), ("1", "2", "3"), ("4", "5", "6"))


def test_decimal_commas_do_not_pass_for_separators(written):
    assert written(b"a;b\n1,5;2,5\n3,5;4,5\n").separator == ";"


def test_rows_are_counted_as_the_spreadsheet_does(written):
    # `sep=` is no row; a cell with a line break is one row.
    sheet = written(b'sep=;\n"Ger\xc3\xa4te-\nname";HE\nsrv1;2\n')
    assert sheet.rows == (("Geräte-\nname", "HE"), ("srv1", "2"))


def test_a_quote_that_is_never_closed_is_noted(written):
    text = "a;b\n1;2\n" + 'x;"open\n' + "".join(f"{n};{n}\n" for n in range(40))
    sheet = written(text.encode())
    assert sheet.broken_quote == 3
    assert sheet.rows == (("a", "b"), ("1", "2"))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "holds nothing"),
        (b"  \n \n", "holds nothing"),
        (b"PK\x03\x04rest", "is a workbook, no CSV"),
        (b"\xd0\xcf\x11\xe0rest", "is a workbook, no CSV"),
        (b"a;b\n\x00;1\n", "is no text"),
    ],
)
def test_what_is_no_sheet(raw, message, written):
    with pytest.raises(UsageError, match=message):
        written(raw)


def test_a_wrong_encoding_is_refused(written):
    with pytest.raises(UsageError, match="is not in encoding `utf-8`"):
        written(TEXT.encode("cp1252"), encoding="utf-8")


def test_letters_of_columns():
    assert [column_letter(n) for n in (0, 25, 26, 27, 701, 702)] == [
        "A", "Z", "AA", "AB", "ZZ", "AAA",
    ]  # fmt: skip


def test_odd_blanks_and_marks_go():
    assert tidy("\ufeff Stadt\u00a0\u00a0Münster\u200b \n") == "Stadt Münster"
    assert tidy("Mu\u0308nster") == "Münster"  # letter and dots apart, as from a Mac


def test_text_that_was_encoded_twice():
    assert undouble("MÃ¼nster") == "Münster"
    assert undouble("Straße") is None
    assert undouble("Ãœbung") == "Übung"
