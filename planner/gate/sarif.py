"""SARIF 2.1.0 (OASIS), as code scanning services read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from planner import __version__
from planner.gate.findings import OTHERS, Finding, Level, statement_of, title_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_LEVEL = {
    Level.ERROR: "error",
    Level.KNOWN: "error",
    Level.WARNING: "warning",
    Level.WAIVED: "note",
}


def render(found: Sequence[Finding], rules: Iterable[str], *, has_baseline: bool) -> str:
    """Return the log with one run.

    Parameters
    ----------
    rules
        Slugs of all rules that were checked.
    has_baseline
        Whether a baseline tells new violations from known ones.
    """
    slugs = [*rules, *OTHERS]
    index = {slug: n for n, slug in enumerate(slugs)}
    run = {
        "tool": {
            "driver": {
                "name": "rackplan",
                "version": __version__,
                "rules": [_rule(slug) for slug in slugs],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, index[f.rule], has_baseline=has_baseline) for f in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(slug: str) -> dict[str, Any]:
    return {
        "id": slug,
        "name": "".join(word.capitalize() for word in title_of(slug).replace("-", " ").split()),
        "shortDescription": {"text": title_of(slug)},
        "fullDescription": {"text": statement_of(slug)},
        "defaultConfiguration": {"level": "warning" if slug == "unplaced" else "error"},
    }


def _result(finding: Finding, index: int, *, has_baseline: bool) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVEL[finding.level],
        "message": {"text": finding.text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.where.file)},
                    "region": {"startLine": max(finding.where.line, 1)},
                }
            }
        ],
        "partialFingerprints": {"rackplan/v1": finding.fingerprint},
    }
    if has_baseline and finding.level in (Level.ERROR, Level.KNOWN):
        result["baselineState"] = "unchanged" if finding.level is Level.KNOWN else "new"
    if finding.level is Level.WAIVED:
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result


def _uri(file: str) -> str:
    """Return a relative path as a URI reference, an absolute one as a file URI."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
