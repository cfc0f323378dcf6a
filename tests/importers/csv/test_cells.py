"""What cells say: figures, units, positions, faces, days."""

from datetime import date
from decimal import Decimal

import pytest

from planner.importers.csv import cells
from planner.importers.csv.cells import CellError


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("750", "comma", "750"),
        ("1,5", "comma", "1.5"),
        ("1.500", "comma", "1500"),  # one group of three after the thousands mark
        ("1.500,25", "comma", "1500.25"),
        ("12.5", "comma", "12.5"),  # no group of three: only a decimal point makes sense
        ("1.234.567", "comma", "1234567"),
        ("1,500", "point", "1500"),
        ("1,500.25", "point", "1500.25"),
        ("1,500.25", "comma", "1500.25"),  # both marks: the last one is the decimal one
        ("1,234,567", "comma", "1234567"),
        ("12,5", "point", "12.5"),
        ("1.500", "point", "1.500"),
        ("1 500", "comma", "1500"),
        ("1'500,5", "comma", "1500.5"),
        ("−3", "comma", "-3"),
        (",5", "comma", "0.5"),
    ],
)
def test_numbers_in_both_styles(text, decimal, value):
    assert cells.number(text, decimal) == Decimal(value)


@pytest.mark.parametrize("text", ["", "1,5,2", "1.50.3", "eins", "1e3", "--1"])
def test_what_is_no_number(text):
    with pytest.raises(CellError, match="is no number"):
        cells.number(text, "comma")


@pytest.mark.parametrize(
    ("text", "unit", "value", "slug"),
    [
        ("350", cells.POWER, "350", None),
        ("350 W", cells.POWER, "350", "cell-unit"),
        ("750W", cells.POWER, "750", "cell-unit"),
        ("1,5 kW", cells.POWER, "1500", "cell-unit"),
        ("800 VA", cells.POWER, "800", "cell-unit"),
        ("ca. 400 W", cells.POWER, "400", "cell-approximate"),
        ("max. 400", cells.POWER, "400", "cell-approximate"),
        ("600-800 W", cells.POWER, "800", "cell-span"),  # demand: the larger
        ("750 (Spitze)", cells.POWER, "750", "cell-approximate"),
        ("12,5 kg", cells.WEIGHT, "12.5", "cell-unit"),
        ("12500 g", cells.WEIGHT, "12.5", "cell-unit"),
        ("0,4 t", cells.WEIGHT, "400", "cell-unit"),
        ("10 lbs", cells.WEIGHT, "4.5359237", "cell-unit"),
        ("42U", cells.HEIGHT, "42", "cell-unit"),
        ("2 HE", cells.HEIGHT, "2", "cell-unit"),
        ("0,5", cells.HEIGHT, "0.5", None),
    ],
)
def test_figures_with_their_units(text, unit, value, slug):
    read = cells.quantity(text, unit, "comma")
    assert read.value == Decimal(value)
    assert (read.remark[0] if read.remark else None) == slug


def test_a_bare_figure_is_in_the_unit_of_its_heading():
    assert cells.quantity("1,5", cells.POWER, "comma", "kw").value == 1500
    assert cells.quantity("750 W", cells.POWER, "comma", "kw").value == 750


@pytest.mark.parametrize(
    ("text", "slug", "message"),
    [
        ("viel", "cell-number", "`viel` is no figure"),
        ("350 kg", "cell-unit", "`kg` is no unit of this column"),
        ("-5", "cell-range", "`-5` is negative"),
        ("350 kW", "cell-range", "`350 kW` is more than 50000 W"),
        ("#NV", "cell-formula", "a formula that went wrong"),
        ("#BEZUG!", "cell-formula", "a formula that went wrong"),
        ("#####", "cell-formula", "the column was too narrow"),
        ("01.05.2026", "cell-date", "is a day where a figure is expected"),
        ("01. Mai", "cell-date", "is a day where a figure is expected"),
    ],
)
def test_what_is_no_power_figure(text, slug, message):
    with pytest.raises(CellError, match=message) as caught:
        cells.quantity(text, cells.POWER, "comma")
    assert caught.value.slug == slug


@pytest.mark.parametrize(
    ("text", "low", "high", "face"),
    [
        ("12", "12", None, None),
        ("HE 12", "12", None, None),
        ("HE12", "12", None, None),
        ("12 HE", "12", None, None),
        ("U12", "12", None, None),
        ("ab HE 12", "12", None, None),
        ("12,5", "12.5", None, None),
        ("12-13", "12", "13", None),
        ("HE 12 - 13", "12", "13", None),
        ("12 bis 13", "12", "13", None),
        ("12/13", "12", "13", None),
        ("13-12", "12", "13", None),
        ("U12–U13", "12", "13", None),
        ("hinten 40", "40", None, "rear"),
        ("HE 40 (vorne)", "40", None, "front"),
    ],
)
def test_positions(text, low, high, face):
    found = cells.position(text, "comma").value
    assert found == (Decimal(low), None if high is None else Decimal(high), face)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("12. Dez", "cell-date"),
        ("Dez 13", "cell-date"),
        ("12.13.2026", "cell-date"),
        ("2026-12-13 00:00:00", "cell-date"),
        ("0", "cell-position"),
        ("12,3", "cell-position"),
        ("oben", "cell-position"),
        ("1-2-3", "cell-position"),
        ("#WERT!", "cell-formula"),
    ],
)
def test_what_names_no_units(text, slug):
    with pytest.raises(CellError) as caught:
        cells.position(text, "comma")
    assert caught.value.slug == slug


@pytest.mark.parametrize(
    ("text", "face", "is_full_depth"),
    [
        ("vorne", "front", False),
        ("Vorderseite", "front", False),
        ("V", "front", False),
        ("hinten", "rear", False),
        ("Rückseite", "rear", False),
        ("h.", "rear", False),
        ("beidseitig", "front", True),
    ],
)
def test_faces(text, face, is_full_depth):
    assert cells.face(text).value == (face, is_full_depth)


def test_what_is_no_face():
    with pytest.raises(CellError, match="`oben` is no face of a rack"):
        cells.face("oben")


@pytest.mark.parametrize(
    ("text", "value"), [("ja", True), ("X", True), ("Nein", False), ("0", False)]
)
def test_yes_and_no(text, value):
    assert cells.yes_no(text).value is value


def test_neither_yes_nor_no():
    with pytest.raises(CellError, match="`vielleicht` is neither yes nor no"):
        cells.yes_no("vielleicht")


@pytest.mark.parametrize(
    ("text", "day", "is_plain"),
    [
        ("01.03.2027", date(2027, 3, 1), True),
        ("1.3.27", date(2027, 3, 1), True),
        ("2027-03-01", date(2027, 3, 1), True),
        ("2027-03-01 00:00:00", date(2027, 3, 1), True),
        ("01.03.2027 00:00", date(2027, 3, 1), True),
        ("März 2027", date(2027, 3, 1), False),
        # Spreadsheets count days from 1899-12-30: 46447 - 46082 = 365, and 46082 is 2026-03-01.
        ("46082", date(2026, 3, 1), False),
    ],
)
def test_days(text, day, is_plain):
    read = cells.day(text)
    assert read.value == day
    assert (read.remark is None) is is_plain


@pytest.mark.parametrize("text", ["31.02.2027", "bald", "3/2027", "12"])
def test_what_is_no_day(text):
    with pytest.raises(CellError, match="is no day"):
        cells.day(text)


@pytest.mark.parametrize("text", ["", "-", "k.A.", "N/A", "unbekannt", "?"])
def test_words_for_nothing(text):
    assert cells.is_nothing(text)
