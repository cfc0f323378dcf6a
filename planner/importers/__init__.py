"""Importers: data of other tools become an estate's files, and stay mergeable with hand edits.

An importer reads one source (a spreadsheet, a NetBox dump) into an `Import`: plain documents in the
inventory format, and findings about the data. `planner.importers.writer.apply` writes them into an
estate's folder. No importer writes a file itself.
"""

from planner.importers.contract import (
    SEVERITIES,
    Change,
    Changes,
    Finding,
    Import,
    Severity,
)

__all__ = ["SEVERITIES", "Change", "Changes", "Finding", "Import", "Severity"]
