"""The folder that `planner export netbox` writes: CSV files of NetBox's bulk import -> tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from planner.errors import UsageError
from planner.importers.contract import Data
from planner.importers.netbox.tables import Tables

#: Name of a file without its number -> model, in the order in which names can be resolved.
FILES = {
    "manufacturers": "dcim.manufacturer",
    "tenants": "tenancy.tenant",
    "sites": "dcim.site",
    "locations": "dcim.location",
    "rack-types": "dcim.racktype",
    "racks": "dcim.rack",
    "rack-reservations": "dcim.rackreservation",
    "device-roles": "dcim.devicerole",
    "device-types": "dcim.devicetype",
    "devices": "dcim.device",
    "power-panels": "dcim.powerpanel",
    "power-feeds": "dcim.powerfeed",
    "power-ports": "dcim.powerport",
    "power-outlets": "dcim.poweroutlet",
    "cables": "dcim.cabletermination",
}
#: Column -> model that it names an object of.
REFERENCES = {
    "manufacturer": "dcim.manufacturer",
    "tenant": "tenancy.tenant",
    "site": "dcim.site",
    "location": "dcim.location",
    "parent": "dcim.location",
    "rack_type": "dcim.racktype",
    "rack": "dcim.rack",
    "role": "dcim.devicerole",
    "device_type": "dcim.devicetype",
    "device": "dcim.device",
    "power_panel": "dcim.powerpanel",
    "power_port": "dcim.powerport",
}
_WHOLE = frozenset({"u_height", "starting_unit"})


def read_exported(folder: Path) -> Tables:
    """Return the objects of an exported folder.

    Raises
    ------
    UsageError
        When it holds none of the files, or one that cannot be read, or names what is not there.
    """
    return _Reader(folder).read()


class _Reader:
    """Reads the files in order and remembers names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = Tables(folder.name)
        self.ids: dict[tuple[str, str, int | None], int] = {}

    def read(self) -> Tables:
        found = {path.stem.partition("-")[2] or path.stem: path for path in self._paths()}
        if not found.keys() & FILES.keys():
            hint = "`planner export netbox -o DIR` writes them"
            raise UsageError(f"`{self.folder}` holds no CSV files of a NetBox", hint=hint)
        for name, model in FILES.items():
            if name in found:
                for number, cells in enumerate(self._rows(found[name]), start=1):
                    place = f"{found[name]}:{number + 1}"
                    if name == "cables":
                        self._cable(number, cells, place)
                    else:
                        self._object(model, number, cells, place)
        return self.tables

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.suffix == ".csv")

    def _rows(self, path: Path) -> Iterator[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                yield from csv.DictReader(stream)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"`{path}` cannot be read: {error}") from None

    def _object(self, model: str, pk: int, cells: dict[str, str], place: str) -> None:
        fields: dict[str, Data] = {}
        for column, cell in cells.items():
            text = (cell or "").strip()
            if column in REFERENCES and text:
                scope = fields.get("device") if column == "power_port" else None
                fields[column] = self._find(REFERENCES[column], text, scope, place)
            elif column == "units":
                fields[column] = [int(unit) for unit in text.split(",") if unit.strip().isdigit()]
            elif column in _WHOLE and text.isdigit():
                fields[column] = int(text)
            elif column in ("is_full_depth", "desc_units"):
                fields[column] = text.lower() not in ("false", "0", "no", "")
            else:
                fields[column] = text or None
        self.tables.add(model, pk, fields)
        scope = fields.get("device") if model in ("dcim.powerport", "dcim.poweroutlet") else None
        if model == "dcim.powerfeed":
            scope = fields.get("power_panel")
        label = "model" if model in ("dcim.devicetype", "dcim.racktype") else "name"
        self.ids[model, str(fields.get(label)), scope] = pk

    def _find(self, model: str, name: str, scope: int | None, place: str) -> int:
        pk = self.ids.get((model, name, scope))
        if pk is None:
            raise UsageError(f"{place}: there is no {model.partition('.')[2]} `{name}`")
        return pk

    def _cable(self, number: int, cells: dict[str, str], place: str) -> None:
        for side in ("a", "b"):
            model = cells.get(f"side_{side}_type", "")
            owner = "side_{}_power_panel" if model == "dcim.powerfeed" else "side_{}_device"
            kind = "dcim.powerpanel" if model == "dcim.powerfeed" else "dcim.device"
            if model not in ("dcim.powerfeed", "dcim.powerport", "dcim.poweroutlet"):
                continue
            scope = self._find(kind, cells.get(owner.format(side), ""), None, place)
            end = self._find(model, cells.get(f"side_{side}_name", ""), scope, place)
            fields = {
                "cable": number,
                "cable_end": side.upper(),
                "termination_type": model,
                "termination_id": end,
            }
            self.tables.add("dcim.cabletermination", 2 * number + (side == "b"), fields)
