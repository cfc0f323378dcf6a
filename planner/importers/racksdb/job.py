"""What the parts of a conversion share: findings, ids, and the documents so far."""

from __future__ import annotations

import re

from planner.importers.contract import Data, Finding, Severity
from planner.importers.netbox.names import Ids
from planner.importers.racksdb.reading import Node

_WHOLE = re.compile(r"[0-9]{1,6}\Z")


class Job:
    """One conversion."""

    def __init__(self, estate: str) -> None:
        self.documents: dict[str, dict[str, Data]] = {"estate.yaml": {"estate": {"id": estate}}}
        self.findings: list[Finding] = []
        self.ids = Ids()

    def find(
        self,
        place: str,
        severity: Severity,
        slug: str,
        message: str,
        action: str = "",
        item: tuple[str, str] | None = None,
    ) -> None:
        """Note a finding."""
        self.findings.append(Finding(place, severity, slug, message, action, item))

    def section(self, file: str, name: str) -> list[dict[str, Data]]:
        """Return a section of a document, begun where there is none."""
        items: list[dict[str, Data]] = self.documents.setdefault(file, {}).setdefault(name, [])
        return items


def whole(text: str) -> int | None:
    """Return a whole number from 0; None where there is none."""
    return int(text) if _WHOLE.match(text) else None


def in_units(node: Node, key: str) -> int | None:
    """Return a height in whole units (`42u`) of at least one; None where there is none."""
    number = whole(node.value(key).removesuffix("u"))
    return number or None
