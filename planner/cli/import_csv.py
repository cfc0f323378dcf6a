"""`planner import csv`: devices, racks and feeds from spreadsheets that were exported as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.options import format_option, with_options
from planner.cli.output import paint, say

if TYPE_CHECKING:
    from planner.importers.csv import Known, SpreadsheetImport
    from planner.importers.csv.tables import Table

#: So many remarks of one kind are shown; errors and warnings are shown in full.
MAX_ALIKE = 20
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="csv")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_FILE)
@click.option(
    "-o", "--output", "folder", required=True, metavar="ESTATE",
    help="Estate to write: a folder, or a name under inventory/.",
)  # fmt: skip
@click.option("--mapping", "mapping_file", type=_FILE, metavar="FILE", help="Which column is what.")
@click.option("--dry-run", is_flag=True, help="Show how every column is read; write no estate.")
@click.option(
    "--write-mapping", type=_FILE, metavar="FILE",
    help="Save how every column is read, to correct it and give it back with --mapping.",
)  # fmt: skip
@with_options(format_option)
def command(
    files: tuple[Path, ...],
    folder: str,
    mapping_file: Path | None,
    dry_run: bool,
    write_mapping: Path | None,
    fmt: str,
) -> int:
    """Read devices, racks and feeds from spreadsheets that were exported as CSV.

    Each file is one table. What it holds is found out from its headings, German or English; look at
    the guesses with --dry-run before you write. Cells that cannot be read are reported with row and
    column, and everything else is imported. Exit 1: some cells could not be read.
    """
    from planner.importers.csv import Mapping, load_mapping, mapping_text, read_spreadsheets

    target = estate_folder(folder)
    mapping = load_mapping(mapping_file) if mapping_file is not None else Mapping()
    found = read_spreadsheets(files, target.name, mapping, _known(target))
    if write_mapping is not None:
        write_mapping.write_text(mapping_text(found.mapping), encoding="utf-8")
    if fmt != "json":
        for table in found.tables:
            _show_table(table, dry_run)
        if dry_run:
            _show_findings(found)
        if write_mapping is not None:
            say(f"wrote {write_mapping}")
    return _conclude(found, target, dry_run, fmt)


def estate_folder(name: str) -> Path:
    """Return the folder that `-o` names: a path, else a name under `inventory/`."""
    path = Path(name)
    if "/" in name or path.name in ("", "..") or (path / "estate.yaml").is_file():
        return path.resolve() if path.name in ("", "..") else path
    return Path("inventory") / name


def _known(folder: Path) -> Known:
    """Return what the estate has already."""
    from planner.importers.csv import Known
    from planner.importers.state import read_state
    from planner.io import load_estate

    if not (folder / "estate.yaml").is_file():
        return Known()
    return Known(load_estate(folder).estate, read_state(folder, "csv"))


def _conclude(found: SpreadsheetImport, folder: Path, dry_run: bool, fmt: str) -> int:
    from dataclasses import replace

    from planner.cli import importing

    imported = found.imported
    if dry_run and fmt != "json":  # They have been said already, in full.
        imported = replace(imported, findings=())
    code = importing.run(imported, folder, dry_run=dry_run, fmt=fmt)
    return code or (1 if found.findings_of("error") else 0)


def _show_table(table: Table, with_columns: bool) -> None:
    """Say how a file is read; with every column, its field and sample values."""
    from planner.explain.text import plural

    sheet = table.sheet
    names = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
    head = f"{sheet.name}: {table.kind}, headings in row {table.heading_row}"
    how = (
        f"{sheet.encoding}, {names.get(sheet.separator, sheet.separator)}, decimal {table.decimal}"
    )
    used = sum(c.field not in (None, "ignore") for c in table.columns)
    say(
        paint(
            f"{head} ({how}); {used} of {plural(len(table.columns), 'column')} read",
            "strong",
        )
    )
    if not with_columns:
        return
    rows = [_column_cells(column) for column in table.columns if column.heading or column.samples]
    widths = [max(len(row[i]) for row in rows) for i in range(4)] if rows else []
    for row in rows:
        say(
            "  "
            + "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=False)).rstrip()
            + f"  {row[4]}"
        )
    say()


def _column_cells(column: Any) -> tuple[str, str, str, str, str]:  # noqa: ANN401
    field = column.field or "not read"
    unit = f" in {column.unit}" if column.unit and column.field not in (None, "ignore") else ""
    samples = " | ".join(text if len(text) <= 20 else text[:19] + "…" for text in column.samples)
    return column.letter, column.heading[:32], f"-> {field}{unit}", column.why, samples


def _show_findings(found: SpreadsheetImport) -> None:
    """Say what was found, in the order of the tables."""
    from collections import Counter

    findings = found.imported.findings
    shown: Counter[str] = Counter()
    for finding in findings:
        is_fault = finding.severity in ("error", "warning")
        shown[finding.slug] += not is_fault
        if is_fault or shown[finding.slug] <= MAX_ALIKE:
            say(finding.render())
    for slug, count in shown.items():
        if count > MAX_ALIKE:
            say(f"... and {count - MAX_ALIKE} more {slug}")
    if findings:
        say()
