"""What an importer yields, and what the writer made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

#: Plain data of an inventory file, as YAML would hold it: figures are `Decimal` or `int`.
Data: TypeAlias = Any
Severity = Literal["error", "warning", "imputed", "note"]
#: Severities in the order in which they are listed.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "imputed", "note")


@dataclass(frozen=True)
class Finding:
    """One thing to know about the data that were read.

    Attributes
    ----------
    place
        Where it stands at the source: `devices.csv:17:D`, `dcim.device 42 power`.
    action
        What was done about it, or what to do, without a full stop.
    item
        Section and id of the item that it is about (`("power", "h1-a1")`). The reason of an
        `imputed` figure becomes a comment beside that item.
    """

    place: str
    severity: Severity
    slug: str
    message: str
    action: str = ""
    item: tuple[str, str] | None = None

    def render(self) -> str:
        """Return `severity[slug] place: message; action`."""
        text = f"{self.severity}[{self.slug}] {self.place}: {self.message}"
        return f"{text}; {self.action}" if self.action else text


@dataclass(frozen=True)
class Import:
    """What was read from one source: documents by file name inside the estate, and findings."""

    source: str
    documents: Mapping[str, dict[str, Data]]
    findings: tuple[Finding, ...] = ()


ChangeKind = Literal["added", "changed", "removed", "kept", "conflict"]


@dataclass(frozen=True)
class Change:
    """What an import does to one item, or to one field of it.

    `kept` is a hand edit that stays while the source is as it was; `conflict` one that stays
    although the source has changed too.
    """

    kind: ChangeKind
    file: str
    section: str
    item: str
    field: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""

    def render(self) -> str:
        """Return the change in one line."""
        subject = " ".join(part for part in (self.section, f"`{self.item}`", self.field) if part)
        text = f"{self.kind} {subject}"
        if self.before or self.after:
            text += f": {self.before or 'nothing'} -> {self.after or 'nothing'}"
        return f"{text} ({self.reason})" if self.reason else text


@dataclass(frozen=True)
class Changes:
    """What an import does to an estate; `texts` holds the new files, None for one that goes."""

    changes: tuple[Change, ...]
    texts: Mapping[str, str | None] = field(default_factory=dict)
    dry_run: bool = False

    def of(self, *kinds: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of these kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)
