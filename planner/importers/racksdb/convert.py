"""A RacksDB database -> an import: the documents of an estate, and findings about the data."""

from __future__ import annotations

from typing import NamedTuple

from planner.importers.contract import Data, Finding, Import
from planner.importers.netbox.job import file_of, known
from planner.importers.netbox.names import inside, plain
from planner.importers.racksdb.job import Job, whole
from planner.importers.racksdb.reading import SECTIONS, Node
from planner.importers.racksdb.space import Rack, Space, expanded
from planner.importers.racksdb.types import ROLES, Kind, Types

SOURCE = "racksdb"
#: Devices that one set in one rack may stand for.
MAX_SET = 2000


class _Set(NamedTuple):
    """Equal devices one after the other in one rack."""

    tenant: str
    kind: Kind
    rack: Rack
    node: Node


def convert(root: Node, estate: str, found: list[Finding] | None = None) -> Import:
    """Return an import of a database.

    Parameters
    ----------
    estate
        Id of the estate, for the case that it does not exist yet.
    found
        What was found when the files were read.
    """
    job = Job(estate)
    job.findings += found or []
    for key, node in (root.mapping or {}).items():
        if key not in SECTIONS:
            message = f"section `{key}` is none of RacksDB itself"
            job.find(node.place, "note", "section", message, "left out")
    space = Space(job, root)
    equipment = _Equipment(job, space, Types(job, root))
    for name, node in root.items("infrastructures", "name"):
        equipment.infrastructure(name, node)
    message = "RacksDB knows no power: there are no feeds, and draws are assumed"
    job.find(
        "RacksDB", "warning", "no-power", message, "add the feeds of the racks before planning"
    )
    return Import(SOURCE, dict(sorted(job.documents.items())), tuple(job.findings))


class _Equipment:
    """Writes tenants, workloads of one instance each, and where they stand."""

    def __init__(self, job: Job, space: Space, types: Types) -> None:
        self.job = job
        self.space = space
        self.types = types
        self.taken: dict[tuple[str, int], str] = {}

    def infrastructure(self, name: str, node: Node) -> None:
        """Write an infrastructure: a tenant with its equipment."""
        tenant = self.job.ids.take("tenant", plain(name), pk=2)
        label = node.value("description") or name
        self.job.section("estate.yaml", "tenants").append({"id": tenant, "name": label})
        for part in node.get("layout").sequence:
            rack = self.space.racks.get(part.value("rack"))
            if rack is None:
                message = f"rack `{part.value('rack')}` is not known"
                self.job.find(part.place, "error", "rack-unknown", message, "left out")
                continue
            for section in ROLES:
                for text, item in part.items(section, "name"):
                    self._set(tenant, rack, section, text, item)

    def _set(self, tenant: str, rack: Rack, section: str, text: str, node: Node) -> None:
        job = self.job
        kind = self.types.kind_of(section, node.value("type"))
        if kind is None:
            message = f"type `{node.value('type')}` of `{text}` is not known"
            job.find(node.place, "error", "type-unknown", message, "left out")
            return
        names = expanded(job, text, node)
        if len(names) > MAX_SET:
            message = f"`{text}` stands for {len(names)} devices in one rack"
            job.find(node.place, "error", "set-size", message, f"left out; {MAX_SET} are taken")
            return
        slot = whole(node.value("slot"))
        if slot is None:
            message = f"`{text}` has slot `{node.value('slot')}`"
            job.find(node.place, "error", "slot", message, f"to be placed in rack `{rack.id}`")
        for row, first in enumerate(range(0, len(names), kind.abreast)):
            here = names[first : first + kind.abreast]
            at = None if slot is None else slot + row * kind.height
            self._device(_Set(tenant, kind, rack, node), here, at)

    def _device(self, group: _Set, names: list[str], slot: int | None) -> None:
        """Write one device: of what stands side by side, all together."""
        job, kind, rack = self.job, group.kind, group.rack
        wanted = inside(group.tenant, names[0], "/")
        name = job.ids.take("workload", wanted, f"{wanted}-{rack.id}", pk=2)
        if name != wanted:
            message = f"another device of its infrastructure is named `{names[0]}`"
            job.find(group.node.place, "warning", "device-name", message, f"its id is `{name}`")
        fields: dict[str, Data] = {}
        if kind.abreast > 1:
            watts = kind.draw_w(len(names))
            fields = {"description": " ".join(names), "draw": {"budget_w": watts}}
            message = f"budget_w {watts} W, {len(names)} times the usual draw of one of 1U"
            job.find(group.node.place, "imputed", "draw", message, "", ("workloads", name))
        place = self._place(group, names[0], f"{name}-1", slot)
        if place is None:
            fields["allowed"] = {"rack": [rack.id]}
        else:
            standing = job.section(file_of("standing", rack.site), "standing")
            standing.append({"instance": f"{name}-1", **place})
        role = ROLES[kind.section]
        file = file_of("workloads", group.tenant)
        job.documents.setdefault(file, {"tenant": group.tenant})
        job.section(file, "workloads").append(
            {"id": name, "type": kind.slug, **known(role=None if role == "server" else role)}
            | fields
        )

    def _place(
        self, group: _Set, name: str, instance: str, slot: int | None
    ) -> dict[str, Data] | None:
        """Return where a device stands; None where nobody can tell."""
        kind, rack, place = group.kind, group.rack, group.node.place
        if slot is None:
            return None
        move = f"to be placed in rack `{rack.id}`"
        low, high = rack.type.initial, rack.type.initial + rack.type.slots - 1
        last = slot + kind.height - 1
        if slot < low or last > high:
            message = f"`{name}` takes slots {slot} to {last}, rack `{rack.id}` has {low} to {high}"
            self.job.find(place, "error", "slot-outside", message, move)
            return None
        cells = [(rack.id, unit) for unit in range(slot, last + 1)]
        clash = next((self.taken[cell] for cell in cells if cell in self.taken), None)
        if clash is not None:
            message = f"`{name}` at slot {slot} takes units of `{clash}`"
            self.job.find(place, "error", "overlap", message, move)
            return None
        self.taken |= dict.fromkeys(cells, instance)
        return {"rack": rack.id, "position": slot + rack.shift, "face": "front"}
