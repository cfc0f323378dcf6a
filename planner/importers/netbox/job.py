"""What the parts of a conversion share: tables, ids, findings, and the documents so far."""

from __future__ import annotations

import re
from typing import Any

from planner.importers.contract import Data, Finding, Severity
from planner.importers.netbox.names import Ids, inside, plain
from planner.importers.netbox.tables import Row, Tables

#: What `planner export netbox` writes into comments, so that ids come back as they were.
_MARK = re.compile(r"^rackplan (instance|node|rack) (\S+)\s*$", re.MULTILINE)
#: Tenant of what NetBox gives to nobody.
UNASSIGNED = "unassigned"
#: Statuses of a device that is meant, and does not stand yet.
NOT_YET = frozenset({"planned"})
#: Statuses of a device that lies in a store.
STORED = frozenset({"inventory"})


class Job:
    """One conversion."""

    def __init__(self, tables: Tables, estate: str) -> None:
        self.tables = tables
        self.documents: dict[str, dict[str, Data]] = {"estate.yaml": {"estate": {"id": estate}}}
        self.findings: list[Finding] = []
        self.ids = Ids()
        self.sites: dict[int, str] = {}
        self.tenants: dict[int, str] = {}
        self.devices_by_rack = tables.of("dcim.device", "rack")
        self._collect()
        for place, name, value in tables.malformed:
            message = f"field `{name}` holds {value}"
            self.find(place, "error", "field-malformed", message, "taken as nothing")

    def _collect(self) -> None:
        for row in self.tables.all("dcim.site"):
            slug = plain(str(row["slug"] or row.name))
            self.sites[row.pk] = self.ids.take("site", slug, pk=row.pk)
        for row in self.tables.all("tenancy.tenant"):
            slug = plain(str(row["slug"] or row.name))
            self.tenants[row.pk] = self.ids.take("tenant", slug, pk=row.pk)

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

    def section(self, file: str, *path: str) -> list[dict[str, Any]]:
        """Return a section of a document, begun where there is none."""
        node = self.documents.setdefault(file, {})
        for part in path[:-1]:
            node = node.setdefault(part, {})
        items: list[dict[str, Any]] = node.setdefault(path[-1], [])
        return items

    def site_file(self, pk: int) -> str:
        """Return the file of a site."""
        return file_of("sites", self.sites[pk])

    def site_of(self, row: Row) -> int | None:
        """Return the site of an object, where it is known."""
        pk = row["site"]
        return pk if pk in self.sites else None

    def inside_site(self, site: int, name: str) -> str:
        """Return an id within a site."""
        return inside(self.sites[site], name)

    def node_id(self, site: int, row: Row) -> str:
        """Return the id of a power node: as an export has noted it, else its name in its site."""
        return marked(row, "node") or self.inside_site(site, row.name)

    def tenant_of(self, *rows: Row | None) -> str:
        """Return the tenant of the first of the objects that has one."""
        for row in rows:
            if row is not None and row["tenant"] in self.tenants:
                return self.tenants[row["tenant"]]
        self.tenants.setdefault(0, UNASSIGNED)
        return UNASSIGNED


def file_of(folder: str, name: str) -> str:
    """Return the file of a site or a tenant: one file whatever its id holds."""
    return f"{folder}/{re.sub(r'[^A-Za-z0-9_.-]', '-', name)}.yaml"


def marked(row: Row, kind: str) -> str | None:
    """Return the id that an export has noted in the comments of an object."""
    found = {match[1]: match[2] for match in _MARK.finditer(str(row["comments"] or ""))}
    name = found.get(kind)
    return name if name is not None and plain(name) == name else None


def known(**values: Data) -> dict[str, Data]:
    """Return the values that are known."""
    return {key: value for key, value in values.items() if value not in (None, "", {}, [])}
