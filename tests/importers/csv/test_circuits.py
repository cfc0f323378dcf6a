"""Supplies, fuses and outlets."""

from decimal import Decimal

import pytest

from planner.importers.csv import circuits
from planner.importers.csv.cells import CellError


@pytest.mark.parametrize(
    ("text", "phases", "amps", "volts", "is_cee"),
    [
        ("16A", None, "16", None, False),
        ("16 A", None, "16", None, False),
        ("C16", None, "16", None, False),
        ("LS C16A", None, "16", None, False),
        ("1x16A", 1, "16", None, False),
        ("3x16A", 3, "16", None, False),
        ("3 x 32 A", 3, "32", None, False),
        ("3xC16", 3, "16", None, False),
        ("3~ 63A", 3, "63", None, False),
        ("16A 3-phasig", 3, "16", None, False),
        ("16A 1-phasig", 1, "16", None, False),
        ("16 A, 230V", None, "16", "230", False),
        ("3x32A 400V", 3, "32", "400", False),
        ("3x32A 230/400 V", 3, "32", "400", False),
        ("CEE 32", None, "32", None, True),
        ("CEE 32 rot", 3, "32", None, True),
        ("CEE 16 blau", 1, "16", None, True),
        ("CEE 32A 5-pol", 3, "32", None, True),
        ("CEE 16A 3-pol", 1, "16", None, True),  # P + N + E: one phase
        ("NH00 3x63A", 3, "63", None, False),
    ],
)
def test_fuses(text, phases, amps, volts, is_cee):
    expected = (phases, Decimal(amps), None if volts is None else Decimal(volts), is_cee)
    assert circuits.fuse(text).value == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2x16A", "may mean several circuits"),
        ("4 x 16 A", "may mean several circuits"),
        ("groß", "is no fuse"),
        ("16.03.2026", "is no fuse"),
        ("#NV", "a formula that went wrong"),
    ],
)
def test_what_is_no_fuse(text, message):
    with pytest.raises(CellError, match=message):
        circuits.fuse(text)


@pytest.mark.parametrize(
    ("text", "number", "required", "rating"),
    [
        ("2", 2, None, None),
        ("0", 0, None, None),
        ("1+1", 2, 1, None),
        ("2+2", 4, 2, None),
        ("2x 800W", 2, None, "800"),
        ("2 x 1,1 kW (redundant)", 2, None, "1100"),
        ("2 Netzteile", 2, None, None),
        ("redundant", 2, None, None),
        ("einfach", 1, None, None),
    ],
)
def test_supplies(text, number, required, rating):
    expected = (number, required, None if rating is None else Decimal(rating))
    assert circuits.supplies(text, "comma").value == expected


@pytest.mark.parametrize("text", ["zwo", "17", "0+2", "02.02.2026"])
def test_what_is_no_number_of_supplies(text):
    with pytest.raises(CellError):
        circuits.supplies(text, "comma")


@pytest.mark.parametrize(
    ("text", "outlets"),
    [
        ("24x C13, 4x C19", {"c13": 24, "c19": 4}),
        ("18 C13 und 2 C19", {"c13": 18, "c19": 2}),
        ("C13: 24", {"c13": 24}),
        ("36xC13+6xC19", {"c13": 36, "c19": 6}),
    ],
)
def test_outlets(text, outlets):
    assert circuits.outlets(text).value == outlets


@pytest.mark.parametrize("text", ["viele", "24x Schuko", "24x C13, 2x Schuko"])
def test_what_names_no_outlets(text):
    with pytest.raises(CellError, match="names no outlets"):
        circuits.outlets(text)
