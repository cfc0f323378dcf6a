"""Write `docs/reference/spreadsheet-columns.md` from the fields of the spreadsheet import.

With `--check` it writes nothing and exits with 1 when the page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from planner.importers.csv.cells import HEADING_UNITS
from planner.importers.csv.fields import FIELDS, IGNORE
from planner.importers.csv.mapping import DefaultsItem, FileItem, Mapping

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "spreadsheet-columns.md"

HEAD = """# Columns of spreadsheets

<!-- Written by `python tools/csv_reference.py`; edit `planner/importers/csv/fields.py` instead. -->

What `planner import csv` knows of headings, and what a mapping file may say. How to import:
[Import a spreadsheet](../how-to/import-spreadsheet.md).

A heading is compared without case, umlauts (`ae` and `ä` are one) and punctuation; a unit at its
end (`Leistung [kW]`) is that of its bare figures. A mistyped heading is found by likeness, and that
is said. A heading that may mean several fields (`HE`, `Typ`) is told apart by the other columns and
the values. Columns under no known heading are shown and not read.
"""

TITLES = {"devices": "Devices", "racks": "Racks", "feeds": "Feeds"}


def _table(kind: str) -> list[str]:
    lines = [f"\n## {TITLES[kind]}\n", "| field | holds | unit | headings |", "|---|---|---|---|"]
    for field in FIELDS[kind]:
        unit = field.unit.name if field.unit is not None else ""
        name = "(not read)" if field.name == IGNORE else f"`{field.name}`"
        lines.append(f"| {name} | {field.meaning} | {unit} | {', '.join(field.headings)} |")
    return lines


def _keys(model: type[Mapping] | type[FileItem] | type[DefaultsItem]) -> str:
    return ", ".join(f"`{name}`" for name in model.model_fields)


def _mapping() -> list[str]:
    units = ", ".join(f"`{unit}`" for unit in sorted(HEADING_UNITS))
    return [
        "\n## Mapping file\n",
        "YAML; unknown keys are refused. `--write-mapping` writes one with every guess in it.\n",
        "| where | keys |",
        "|---|---|",
        f"| top | {_keys(Mapping)} |",
        f"| `defaults` | {_keys(DefaultsItem)} |",
        f"| `files`, by file name or pattern (`ger*.csv`) | {_keys(FileItem)} |",
        "| `columns`, by heading or `column D` | a field, or `{field: ..., unit: ...}` |",
        "",
        "`models` gives device types to models as the table writes them; `match_percent` is the",
        "likeness from which a model counts as one of the catalogue; `ignore` leaves a column out.",
        f"Units: {units}.",
    ]


def render() -> str:
    """Return the whole page."""
    lines = [HEAD.rstrip()]
    for kind in FIELDS:
        lines += _table(kind)
    return "\n".join([*lines, *_mapping()]) + "\n"


def main() -> int:
    """Write the page, or compare it."""
    text = render()
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
