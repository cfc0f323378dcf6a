"""`planner import racksdb`: a database of RacksDB, in one file or in a folder of files."""

from __future__ import annotations

import re
from pathlib import Path

import click

from planner.cli.options import format_option
from planner.errors import UsageError


@click.command(name="racksdb")
@click.argument("source", metavar="FILE|FOLDER")
@click.option(
    "-o", "--output", "folder", required=True, metavar="ESTATE",
    help="Estate to write: a folder, or a name under inventory/.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@format_option
def command(source: str, folder: str, dry_run: bool, fmt: str) -> int:
    """Import a RacksDB database into an estate, for the first time or again.

    FILE is a database in one YAML file, FOLDER one that is split into files.

    Exit 1: something was left out, or a hand edit and the source differ. Exit 2: the estate does
    not validate.
    """
    from planner.cli import importing
    from planner.cli.import_csv import estate_folder
    from planner.importers.racksdb import convert, read_database

    target = estate_folder(folder)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", target.name):
        hint = "use letters, digits, `-` and `_`"
        raise UsageError(f"`{target.name}` is no name for an estate", hint=hint)
    root, findings = read_database(Path(source))
    imported = convert(root, target.name, findings)
    code = importing.run(imported, target, dry_run=dry_run, fmt=fmt)
    return code or (1 if any(f.severity == "error" for f in imported.findings) else 0)
