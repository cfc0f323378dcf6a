"""GitLab's code quality report: a JSON list that a merge request shows as new and mended."""

from __future__ import annotations

import json
from collections.abc import Sequence

from planner.gate.findings import Finding, Level

_SEVERITY = {
    Level.ERROR: "critical",
    Level.KNOWN: "major",
    Level.WARNING: "minor",
    Level.WAIVED: "info",
}


def render(found: Sequence[Finding]) -> str:
    """Return the report."""
    return json.dumps(
        [
            {
                "description": finding.sentence,
                "check_name": finding.rule,
                "fingerprint": finding.fingerprint,
                "severity": _SEVERITY[finding.level],
                "location": {
                    "path": finding.where.file,
                    "lines": {"begin": max(finding.where.line, 1)},
                },
            }
            for finding in found
        ],
        indent=2,
        ensure_ascii=False,
    )
