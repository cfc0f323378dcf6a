"""Datacenters, rooms, rows and racks of RacksDB -> sites, rooms, rows, racks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.netbox.job import file_of, known
from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.space import KG_PER_UNIT, folded
from planner.importers.racksdb.job import Job, in_units, whole
from planner.importers.racksdb.reading import Node
from planner.io.ranges import RangeError, expand

MAX_SLOTS = 100
_LENGTH = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(mm|cm|m)\Z")
_MM = {"mm": 1, "cm": 10, "m": 1000}


class RackType(NamedTuple):
    """A rack type: its id, its slots, and the first of them as RacksDB counts."""

    id: str
    slots: int
    initial: int


class Rack(NamedTuple):
    """A rack: its id, its site, and its type."""

    id: str
    site: str
    type: RackType

    @property
    def shift(self) -> int:
        """Return what is added to a slot: units are counted from 1 at least."""
        return 1 if self.type.initial == 0 else 0


class Space:
    """Writes sites, rooms and rows; `racks` holds the racks by RacksDB's name."""

    def __init__(self, job: Job, root: Node) -> None:
        self.job = job
        self.racks: dict[str, Rack] = {}
        self.types: dict[str, RackType] = {}
        for name, node in root.get("types").items("racks", "id"):
            self._type(name, node)
        for name, node in root.items("datacenters", "name"):
            self._site(name, node)

    def _type(self, name: str, node: Node) -> None:
        job, slots = self.job, in_units(node, "slots")
        if slots is None or slots > MAX_SLOTS:
            message = f"rack type `{name}` has slots `{node.value('slots')}`"
            job.find(node.place, "error", "rack-slots", message, "write for example `42u`")
            return
        initial = whole(node.value("initial") or "1")
        if initial is None or initial > MAX_SLOTS:
            message = f"rack type `{name}` has initial slot `{node.value('initial')}`"
            job.find(node.place, "error", "rack-initial", message, "taken as 1")
            initial = 1
        if initial == 0:
            message = f"slots of rack type `{name}` are counted from 0"
            job.find(node.place, "note", "rack-initial", message, "units are counted from 1 here")
        slug = job.ids.take("rack type", plain(name), pk=1)
        job.section("estate.yaml", "rack_types").append(
            {
                "id": slug,
                "u_height": slots,
                **known(starting_unit=initial if initial > 1 else None),
                "weight_kg": KG_PER_UNIT["cabinet"] * slots,
            }
        )
        message = "weight_kg of the empty rack, by its height: RacksDB knows none"
        job.find(node.place, "imputed", "rack-weight", message, "", ("rack_types", slug))
        self.types[name] = RackType(slug, slots, initial)

    def _site(self, name: str, node: Node) -> None:
        job = self.job
        site = job.ids.take("site", plain(name), pk=2)
        file = file_of("sites", site)
        job.documents[file] = {"site": {"id": site, "name": name}}
        for room_name, room in node.items("rooms", "name"):
            self._room(site, file, room_name, room)

    def _room(self, site: str, file: str, name: str, node: Node) -> None:
        job = self.job
        room = job.ids.take("room", inside(site, name), pk=2)
        rows: list[Data] = []
        for row_name, row in node.items("rows", "name"):
            rows += self._row(site, room, row_name, row)
        size = node.get("dimensions")
        job.section(file, "rooms").append(
            {
                "id": room,
                "fire_compartment": f"{site}-f1",
                **known(width_mm=_mm(size.value("width")), depth_mm=_mm(size.value("depth"))),
                "rows": rows,
            }
        )
        message = "fire_compartment, one for the whole site: RacksDB knows none"
        job.find(node.place, "imputed", "fire-compartment", message, "", ("rooms", room))

    def _row(self, site: str, room: str, name: str, node: Node) -> list[Data]:
        """Return the rows of equal racks that a row holds."""
        by_type: dict[str, list[str]] = {}
        for text, racks in node.items("racks", "name"):
            kind = self.types.get(racks.value("type"))
            if kind is None:
                message = f"rack type `{racks.value('type')}` of `{text}` is not known"
                self.job.find(racks.place, "error", "rack-type", message, "left out")
                continue
            for rack in expanded(self.job, text, racks):
                taken = self._rack(site, rack, kind, racks)
                by_type.setdefault(kind.id, []).extend(taken)
        rows: list[Data] = []
        for type_id, ids in by_type.items():
            for names in folded(ids):
                number = f"-{len(rows) + 1}" if rows else ""
                row_id = self.job.ids.take("row", f"{room}-{plain(name)}{number}", pk=2)
                rows.append({"id": row_id, "racks": names, "type": type_id})
        return rows

    def _rack(self, site: str, name: str, kind: RackType, node: Node) -> list[str]:
        if name in self.racks:
            message = f"another rack is named `{name}`"
            self.job.find(node.place, "error", "rack-name", message, "left out")
            return []
        rack = Rack(self.job.ids.take("rack", inside(site, name), pk=2), site, kind)
        self.racks[name] = rack
        return [rack.id]


def expanded(job: Job, text: str, node: Node) -> list[str]:
    """Return the names that a range stands for, by number as RacksDB counts them.

    There are none, and a finding, where it is no range.
    """
    try:
        names = sorted(expand(text), key=_natural) if text else []
    except RangeError as error:
        job.find(node.place, "error", "range", str(error), "left out")
        return []
    if not names:
        job.find(node.place, "error", "name", "it has no name", "left out")
    return names


def _natural(text: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]


def _mm(text: str) -> int | None:
    match = _LENGTH.match(text)
    return int(Decimal(match[1]) * _MM[match[2]]) if match else None
