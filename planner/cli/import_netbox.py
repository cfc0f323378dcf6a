"""`planner import netbox`: a dump, a NetBox on the network, or a folder that was exported."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from planner.cli.options import format_option
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.importers.netbox.tables import Tables

#: Environment variable of the token, so that it stands in no command line and no history.
TOKEN = "NETBOX_TOKEN"


@click.command(name="netbox")
@click.argument("source", metavar="DUMP|URL|FOLDER")
@click.option(
    "-o", "--output", "folder", required=True, metavar="ESTATE",
    help="Estate to write: a folder, or a name under inventory/.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be written.")
@format_option
def command(source: str, folder: str, dry_run: bool, fmt: str) -> int:
    """Import a NetBox into an estate, for the first time or again.

    DUMP is a file of `manage.py dumpdata`, plain or gzipped; URL a NetBox whose REST API is read
    (the token is taken from $NETBOX_TOKEN); FOLDER one that `planner export netbox` has written.

    Exit 1: something was left out, or a hand edit and the source differ. Exit 2: the estate does
    not validate.
    """
    from planner.cli import importing
    from planner.cli.import_csv import estate_folder
    from planner.importers.netbox import convert

    target = estate_folder(folder)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", target.name):
        hint = "use letters, digits, `-` and `_`"
        raise UsageError(f"`{target.name}` is no name for an estate", hint=hint)
    imported = convert(_tables(source), target.name)
    code = importing.run(imported, target, dry_run=dry_run, fmt=fmt)
    return code or (1 if any(f.severity == "error" for f in imported.findings) else 0)


def _tables(source: str) -> Tables:
    """Read the source, whatever it is."""
    if source.startswith(("http://", "https://")):
        from planner.importers.netbox.rest import read_rest

        return read_rest(source, os.environ.get(TOKEN, ""))
    path = Path(source)
    if path.is_dir():
        from planner.importers.netbox.exported import read_exported

        return read_exported(path)
    if not path.exists():
        hint = "name a dump (`netbox.json.gz`), a URL (`https://netbox.example`) or a folder"
        raise UsageError(f"`{source}` does not exist", hint=hint)
    from planner.importers.netbox.dump import read_dump

    return read_dump(path)
