"""GitHub Actions: one workflow command a finding, which the runner shows at the line."""

from __future__ import annotations

from collections.abc import Sequence

from planner.gate.findings import Finding, Level

_COMMAND = {
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.KNOWN: "notice",
    Level.WAIVED: "notice",
}


def render(found: Sequence[Finding]) -> str:
    """Return a line for each finding; nothing where there is none."""
    return "\n".join(_line(finding) for finding in found)


def _line(finding: Finding) -> str:
    word = {Level.KNOWN: "known: ", Level.WAIVED: f"waived, {finding.reason}: "}
    properties = {
        "file": finding.where.file,
        "line": str(max(finding.where.line, 1)),
        "title": finding.rule,
    }
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = word.get(finding.level, "") + finding.text
    return f"::{_COMMAND[finding.level]} {named}::{_data(text)}"


def _data(text: str) -> str:
    """Escape a message as the runner unescapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
