"""What every `planner import` does with what it has read: write it, load it, report it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.output import print_json, say, talk

if TYPE_CHECKING:
    from planner.errors import Problem
    from planner.importers import Changes, Finding, Import
    from planner.model.estate import Estate

#: Findings of one slug, and changes of one kind, that are shown in full; all are in the file.
MAX_SHOWN = 8


def run(imported: Import, folder: Path, *, dry_run: bool = False, fmt: str = "text") -> int:
    """Write an import into an estate's folder, load the estate, and report.

    Returns
    -------
    int
        0; 1 where a hand edit and the source differ; 2 where the estate does not validate.
    """
    from planner.importers.writer import apply

    changes = apply(folder, imported, dry_run)
    estate, problems = _loaded(folder, changes.texts if dry_run else None)
    findings = [*imported.findings, *_assumed(estate, imported.findings)]
    listed = None if dry_run else _write_findings(folder, imported.source, findings)
    if fmt == "json":
        print_json("import", _payload(imported, folder, changes, findings, problems))
    else:
        _report(folder, changes, findings, listed)
        _conclude(folder, changes, estate, problems)
    if problems:
        return 2
    return 1 if changes.of("conflict") else 0


def _loaded(
    folder: Path, texts: Mapping[str, str | None] | None
) -> tuple[Estate | None, Sequence[Problem]]:
    """Load the estate, in a dry run from a copy with the changes."""
    from planner.errors import InventoryError
    from planner.io import load_estate

    if texts is None:
        try:
            return load_estate(folder).estate, ()
        except InventoryError as error:
            return None, error.problems
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / (folder.resolve().name or "estate")
        if folder.is_dir():
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))
        for file, text in texts.items():
            path = copy / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, encoding="utf-8")
        try:
            return load_estate(copy).estate, ()
        except InventoryError as error:
            from dataclasses import replace

            here = str(copy)
            return None, [
                replace(p, file=p.file.replace(here, str(folder))) for p in error.problems
            ]


def _assumed(estate: Estate | None, known: Sequence[Finding]) -> list[Finding]:
    """Return the figures that loading assumes because the source does not have them."""
    from planner.importers import Finding

    if estate is None:
        return []
    return [
        Finding(
            place=item.subject,
            severity="imputed",
            slug=f"assumed-{item.figure.replace('_', '-')}",
            message=f"{item.figure} {item.value} ({item.reason})",
        )
        for item in estate.assumptions
    ]


def _write_findings(folder: Path, source: str, findings: Sequence[Finding]) -> Path:
    from planner.io.layout import write_atomically

    path = folder / ".import" / f"{source}.findings.txt"
    lines = [finding.render() for finding in sorted(findings, key=_order)]
    write_atomically(path, "".join(f"{line}\n" for line in lines))
    return path


def _order(finding: Finding) -> tuple[int, str, str, str]:
    from planner.importers import SEVERITIES

    return SEVERITIES.index(finding.severity), finding.slug, finding.place, finding.message


def _report(
    folder: Path, changes: Changes, findings: Sequence[Finding], listed: Path | None
) -> None:
    """Say errors and warnings, then what was imputed and noted by kind, then the changes."""
    for severity in ("error", "warning"):
        _by_slug([f for f in findings if f.severity == severity])
    for severity in ("imputed", "note"):
        of_kind = [f for f in findings if f.severity == severity]
        for slug, count in sorted(Counter(f.slug for f in of_kind).items()):
            first = min((f for f in of_kind if f.slug == slug), key=_order)
            more = f", and {count - 1} more" if count > 1 else ""
            say(f"{first.render()}{more}")
    if findings and listed is not None:
        say(f"all {len(findings)} findings: {listed}")
    if findings:
        say()
    for kind in ("conflict", "removed", "changed", "added", "kept"):
        rows = changes.of(kind)
        for change in rows[:MAX_SHOWN]:
            say(f"{change.file}: {change.render()}")
        if len(rows) > MAX_SHOWN:
            say(f"... and {len(rows) - MAX_SHOWN} more {kind}")


def _by_slug(findings: Sequence[Finding]) -> None:
    by_slug: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=_order):
        by_slug.setdefault(finding.slug, []).append(finding)
    for slug, rows in by_slug.items():
        for finding in rows[:MAX_SHOWN]:
            say(finding.render())
        if len(rows) > MAX_SHOWN:
            say(f"... and {len(rows) - MAX_SHOWN} more {rows[0].severity}[{slug}]")


def _conclude(
    folder: Path, changes: Changes, estate: Estate | None, problems: Sequence[Problem]
) -> None:
    from planner.cli.context import estate_summary
    from planner.explain.text import plural

    counts: Counter[str] = Counter(change.kind for change in changes.changes)
    kinds = ("added", "changed", "removed", "kept", "conflict")
    text = ", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind])
    done = "would write" if changes.dry_run else "wrote"
    files = plural(len(changes.texts), "file")
    say(f"{text or 'nothing changed'}; {done} {files} in {folder}")
    if estate is not None:
        say(f"{estate.id}: {estate_summary(estate)}")
    for problem in problems:
        talk(problem.render())
    if problems:
        talk(f"\n{plural(len(problems), 'problem')} in the inventory: correct them in the files")
    if counts["conflict"]:
        talk("\nhint: a conflict is listed once; edit the file where the source is right")


def _payload(
    imported: Import,
    folder: Path,
    changes: Changes,
    findings: Sequence[Finding],
    problems: Sequence[Problem],
) -> dict[str, Any]:
    return {
        "source": imported.source,
        "estate": str(folder),
        "dry_run": changes.dry_run,
        "files": {name: "removed" if t is None else "written" for name, t in changes.texts.items()},
        "changes": [change.__dict__ for change in changes.changes],
        "findings": [finding.__dict__ for finding in sorted(findings, key=_order)],
        "problems": [problem.__dict__ for problem in problems],
    }
