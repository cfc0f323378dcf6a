"""Whatever stands in the cells, the import answers, and what it writes validates."""

import random

import pytest

from planner.importers.csv import Mapping, read_spreadsheets
from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.csv import municipal

#: Texts that people, spreadsheets and accidents leave in cells.
ODD = [
    "", " ", "-", "?", "k.A.", "0", "1", "2", "3", "-1", "0,5", "1,5", "99", "1.000", "1e9", "1/2",
    "12. Dez", "01.05.2026", "46082", "#NV", "####", "x", "ja", "A", "B", "A+B", "R-01", "R-02-A",
    "r 3", "vorne", "hinten", "beidseitig", "hinten 3", "12-13", "40-99", "2x16A", "3x16A", "400",
    "CEE 32", "230/400 V", "24x C13", "1+1", "2x 800W", "750 W", "1,5 kW", "[01-12]", "{a: b}",
    "a: b # c", "'", '"', "&x", "*x", "null", "true", "no", "~", "<<", "Ärzte & Söhne, Nr. 7", "%",
    "a" * 300, "a/b/c", "..", "\u200b", "💾", "Summe", "Schrank R-01", "geplant", "ausgemustert",
    "Switch", "Patchpanel", "PDU", "USV", "Netz", "PowerEdge R740", "Primergy BX924 S4",
    "C9300-48P", "AP8881", "SRT5KRMXLI",
]  # fmt: skip


def spoiled(folder, seed, share):
    """Write the municipal set with odd texts in a share of its cells."""
    rng = random.Random(seed)
    sheets = municipal.sheets(with_faults=seed % 2 == 0)
    paths = []
    for name, rows in sheets.items():
        start = next(n for n, row in enumerate(rows) if len(row) > 5) + 1
        for row in rows[start:]:
            for index in range(len(row)):
                if rng.random() < share:
                    row[index] = rng.choice(ODD)
        lines = (";".join(_quoted(cell) for cell in row) for row in rows)
        text = "".join(f"{line}\n" for line in lines)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


def import_it(folder, seed, share):
    """Import a spoiled set twice; the estate validates and the second import changes nothing."""
    found = read_spreadsheets(spoiled(folder, seed, share), "e", Mapping())
    estate = folder / "inventory" / "e"
    apply(estate, found.imported)
    inventory = load_estate(estate)
    assert apply(estate, found.imported).changes == ()
    return inventory


@pytest.mark.parametrize(("seed", "share"), [(1, 0.02), (2, 0.1), (3, 0.5)])
def test_odd_cells(seed, share, tmp_path):
    inventory = import_it(tmp_path, seed, share)
    assert inventory.estate.racks


@pytest.mark.full
@pytest.mark.parametrize("seed", range(10, 110))
def test_many_odd_cells(seed, tmp_path):
    import_it(tmp_path, seed, (0.01, 0.05, 0.2, 0.6)[seed % 4])
