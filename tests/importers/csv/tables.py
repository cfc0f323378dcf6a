"""Small tables for tests: written as CSV, read, and what came of it."""

from __future__ import annotations

from pathlib import Path

from planner.importers.csv import Known, Mapping, read_spreadsheets
from planner.importers.items import index_of

RACKS = "Schrank;Raum;HE\nS-01;R1;42\nS-02;R1;42\n"
FEEDS = (
    "Einspeisung;Schrank;Absicherung\n"
    "S-01-A;S-01;3x16A\nS-01-B;S-01;3x16A\nS-02-A;S-02;3x16A\nS-02-B;S-02;3x16A\n"
)


class Answer:
    """What an import of small tables gave."""

    def __init__(self, spreadsheets) -> None:
        self.spreadsheets = spreadsheets
        self.findings = spreadsheets.imported.findings
        found = index_of(spreadsheets.imported.documents)
        self._items = {(a.section, a.id): entry.value for a, entry in found.items()}

    def item(self, section: str, key: str):
        """Return an item, None where there is none."""
        return self._items.get((section, key))

    def ids(self, section: str) -> list[str]:
        """Return the ids of a section."""
        return sorted(key for name, key in self._items if name == section)

    def of(self, file: str, *severities: str) -> list[tuple[str, str]]:
        """Return places (without the file) and slugs of the findings in a file."""
        wanted = severities or ("error", "warning", "imputed", "note")
        return [
            (f.place.removeprefix(f"{file}:"), f.slug)
            for f in self.findings
            if f.place.startswith(f"{file}:") and f.severity in wanted
        ]

    def message(self, slug: str) -> str:
        """Return the only message of a slug."""
        (text,) = [f"{f.message}; {f.action}" for f in self.findings if f.slug == slug]
        return text


def read(folder: Path, mapping: Mapping | None = None, known: Known | None = None, **tables: str):
    """Import tables, each given as text by its file's name without `.csv`, into the estate `e`."""
    files = []
    for name, text in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        files.append(path)
    return Answer(read_spreadsheets(files, "e", mapping or Mapping(), known))
