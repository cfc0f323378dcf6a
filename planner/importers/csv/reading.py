"""All tables of one import together: racks first, then feeds, then devices.

A kind of table that is not among the files stays as it was imported last, and as the estate has it.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from planner.errors import UsageError
from planner.importers.contract import Finding, Import
from planner.importers.csv.devices import Device, DeviceReader
from planner.importers.csv.documents import (
    ESTATE_FILE,
    device_documents,
    estate_document,
    kind_of,
    power_documents,
    space_documents,
)
from planner.importers.csv.feeds import Node, Power, read_feeds, strand_of
from planner.importers.csv.fields import FIELDS, KINDS
from planner.importers.csv.findings import Findings, Spot, spans
from planner.importers.csv.ids import natural
from planner.importers.csv.mapping import ColumnItem, FileItem, Mapping
from planner.importers.csv.merged import fill_down
from planner.importers.csv.models import Catalogue
from planner.importers.csv.placing import Occupied
from planner.importers.csv.racks import Rack, Room, Site, Space, Tenants, read_racks
from planner.importers.csv.sheet import read_sheet
from planner.importers.csv.tables import Record, Table, make_records, make_table
from planner.importers.csv.types import settle
from planner.importers.csv.upstream import Upstream
from planner.importers.items import index_of
from planner.model.estate import Estate
from planner.model.power import PowerKind

SOURCE = "csv"


class Known(NamedTuple):
    """What the estate has already: itself as loaded, and the documents as imported last."""

    estate: Estate | None = None
    documents: MappingType[str, dict[str, Any]] = {}


class SpreadsheetImport(NamedTuple):
    """An import, the tables it was read from, and the whole mapping that would read them again."""

    imported: Import
    tables: tuple[Table, ...]
    mapping: Mapping

    def findings_of(self, *severities: str) -> tuple[Finding, ...]:
        """Return the findings of these severities."""
        return tuple(f for f in self.imported.findings if f.severity in severities)


def read_spreadsheets(
    files: Sequence[Path], estate: str, mapping: Mapping, known: Known | None = None
) -> SpreadsheetImport:
    """Return what the spreadsheets say, as documents of an estate.

    Parameters
    ----------
    estate
        The estate's id.
    known
        What the estate has already, where it is imported again or has files of its own.

    Raises
    ------
    UsageError
        When a file is no table, or two have the same name.
    """
    findings, known = Findings(), known or Known()
    _check_names(files)
    tables = []
    for path in files:
        settings = mapping.of_file(path.name)
        sheet = read_sheet(path, settings.encoding, settings.separator)
        tables.append(make_table(sheet, settings, findings))
    records: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    for table in tables:
        found = make_records(table, findings)
        for field in FIELDS[table.kind]:
            if field.is_merged and table.column_of(field.name) is not None:
                fill_down(field.name, found)
        records[table.kind] += found
    job = _Job(estate, mapping, known, findings, {table.kind for table in tables})
    documents = job.documents(records)
    imported = Import(SOURCE, documents, findings.listed())
    return SpreadsheetImport(imported, tuple(tables), _whole(mapping, tables))


def _check_names(files: Sequence[Path]) -> None:
    names = [path.name for path in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(
            f"two files are called `{twice[0]}`", hint="rename one: findings name the file"
        )


def _whole(mapping: Mapping, tables: Sequence[Table]) -> Mapping:
    """Return the mapping with every guess written out."""
    files = {}
    for table in tables:
        columns: dict[str, str | ColumnItem] = {}
        for column in table.columns:
            heading = column.heading
            if not heading or heading in columns:
                heading = f"column {column.letter}"
            field = column.field or "ignore"
            columns[heading] = ColumnItem(field=field, unit=column.unit) if column.unit else field
        files[table.sheet.name] = FileItem(
            kind=table.kind,
            encoding=table.sheet.encoding,
            separator=table.sheet.separator,
            decimal=table.decimal,
            heading_row=table.heading_row,
            columns=columns,
        )
    return mapping.model_copy(update={"files": {**mapping.files, **files}})


class _Job:
    """One import on its way from records to documents."""

    def __init__(
        self, estate: str, mapping: Mapping, known: Known, findings: Findings, kinds: set[str]
    ) -> None:
        self.estate = estate
        self.mapping = mapping
        self.known = known
        self.findings = findings
        self.kinds = kinds
        self.tenants = Tenants()
        self.space = Space(mapping.defaults, estate, findings)
        self.power = Power(mapping.defaults, findings)

    def documents(self, records: MappingType[str, Sequence[Record]]) -> dict[str, dict[str, Any]]:
        """Return all documents: read anew, or as imported last where their table is not given."""
        self.take_over()
        if "racks" in self.kinds:
            read_racks(records["racks"], self.space, self.tenants)
        if "feeds" in self.kinds:
            rows = read_feeds(records["feeds"], self.space, self.power)
            Upstream(self.power, self.some_site()).connect(rows)
        found = self.devices(records["devices"]) if "devices" in self.kinds else {}
        assumed = [rack for rack in self.space.racks.values() if not rack.is_declared]
        if "racks" in self.kinds or assumed:
            found |= space_documents(self.space, assumed)
        if "feeds" in self.kinds:
            found |= power_documents(self.power)
        self.note_unfed()
        for name, document in self.known.documents.items():
            kind = kind_of(name)
            if kind and kind not in self.kinds:
                found.setdefault(name, dict(document))
        return {ESTATE_FILE: estate_document(self.estate, self.tenants.by_id), **found}

    def some_site(self) -> str:
        """Return a site of the racks, for panels and UPS that feed nothing."""
        sites = sorted({rack.site for rack in self.space.racks.values()})
        return sites[0] if sites else self.mapping.defaults.site or self.estate

    def take_over(self) -> None:
        """Make known what the estate has that the tables at hand do not replace."""
        estate = self.known.estate
        if estate is None:
            return
        replaced = {
            (address.section, address.id)
            for address in index_of(
                {n: d for n, d in self.known.documents.items() if kind_of(n) in self.kinds}
            )
        }
        replaced_rows = _rows_of(self.known.documents) if "racks" in self.kinds else set()
        for key, tenant in estate.tenants.items():
            self.tenants.add(key, tenant.name)
        for site in estate.sites.values():
            self.space.sites[site.id] = Site(site.id, site.name)
        for room in estate.rooms.values():
            self.space.rooms[room.id] = Room(
                room.id, room.name, room.site, room.fire_compartment, True
            )
        for rack in estate.racks.values():
            if rack.row not in replaced_rows:
                own = Rack(
                    rack.id, rack.site, rack.room, rack.row, rack.u_height, rack.starting_unit
                )
                own.is_declared = self.space.racks_declared = True
                self.space.add(own)
        for node in estate.power_nodes.values():
            if ("power", node.id) not in replaced and node.kind is not PowerKind.TRANSFER_SWITCH:
                self.power.add(_declared_node(node.id, estate))

    def devices(self, records: Sequence[Record]) -> dict[str, dict[str, Any]]:
        """Return the documents of the devices."""
        catalogue = Catalogue(self.mapping.models, self.mapping.match_percent)
        default = self.mapping.defaults.tenant or self.estate
        reader = DeviceReader(self.space, self.power, self.tenants, catalogue, default)
        devices = reader.read(records)
        occupied = Occupied()
        for device in devices:
            occupied.take(device.record, device.place, device.spec.model, device.spec.is_full_depth)
        self.note_tenant(devices)
        types = settle([device.spec for device in devices])
        return device_documents(devices, types, self.power)

    def note_tenant(self, devices: Sequence[Device]) -> None:
        """Note whose devices are, where rows do not say it."""
        without = [d for d in devices if not d.record.text("tenant")]
        default = self.mapping.defaults.tenant
        if not without or default is not None:
            return
        names: dict[str, list[Device]] = {}
        for device in without:
            names.setdefault(device.record.table.sheet.name, []).append(device)
        for name, rows in names.items():
            numbers = [device.record.row for device in rows]
            first = rows[0].record.spot("tenant")
            message = f"no tenant in {len(rows)} rows ({spans(numbers)}): taken as `{self.estate}`"
            action = "name one in the mapping file: `defaults: {tenant: ...}`"
            spot = first._replace(file=name)
            self.findings.add(
                "imputed", "tenant-missing", spot, message, action, ("tenants", self.estate)
            )

    def note_unfed(self) -> None:
        """Note racks that no feed serves."""
        fed = {node.rack for node in self.power.nodes.values()}
        without = sorted((key for key in self.space.racks if key not in fed), key=natural)
        if without:
            names = ", ".join(f"`{key}`" for key in without[:12])
            more = f" and {len(without) - 12} more" if len(without) > 12 else ""
            message = f"no feed serves {names}{more}"
            if not fed - {None}:
                message = "no feed of any rack is known"
            self.findings.add(
                "warning",
                "rack-unfed",
                Spot(without[0]),
                message,
                "nothing can be corded there: import a table of feeds",
            )


def _declared_node(key: str, estate: Estate) -> Node:
    node = estate.power_nodes[key]
    return Node(
        id=node.id,
        kind=node.kind.value,
        site=node.site,
        rack=node.rack,
        strand=strand_of(node.id.removeprefix(node.rack or "")),
        parent=node.parent,
        outlets=dict(node.outlets),
        is_declared=True,
    )


def _rows_of(documents: MappingType[str, dict[str, Any]]) -> set[str]:
    """Return the rows that the import before has written."""
    return {
        row["id"]
        for document in documents.values()
        for room in document.get("rooms", ())
        for row in room.get("rows", ())
    }
