"""NetBox's objects as tables: one form for a dump, the REST API and an exported folder.

Field names and choices are those of a dump of NetBox 4; older names are brought to them here.
Foreign keys are ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from planner.importers.contract import Data

#: What a cable ends on: model and id.
End = tuple[str, int]

#: Models that are read; everything else of a NetBox (addresses, users, secrets) is never looked at.
MODELS = (
    "dcim.manufacturer",
    "dcim.site",
    "dcim.location",
    "dcim.racktype",
    "dcim.rack",
    "dcim.rackreservation",
    "dcim.devicetype",
    "dcim.powerporttemplate",
    "dcim.poweroutlettemplate",
    "dcim.devicerole",
    "dcim.device",
    "dcim.devicebay",
    "dcim.module",
    "dcim.moduletype",
    "dcim.powerpanel",
    "dcim.powerfeed",
    "dcim.powerport",
    "dcim.poweroutlet",
    "dcim.cable",
    "dcim.cabletermination",
    "tenancy.tenant",
    "virtualization.cluster",
    "virtualization.virtualmachine",
)
_OLD_NAMES = {
    "dcim.device": {"device_role": "role"},
    "dcim.rack": {"type": "form_factor"},
}
KG = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "lb": Decimal("0.45359237"),
    "oz": Decimal("0.028349523125"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One object."""

    model: str
    pk: int
    fields: dict[str, Data]

    def __getitem__(self, name: str) -> Data:
        return self.fields.get(name)

    @property
    def name(self) -> str:
        """The object's name, empty where it has none."""
        return str(self.fields.get("name") or "").strip()

    @property
    def place(self) -> str:
        """How findings name the object."""
        label = self.name or self.fields.get("model") or self.fields.get("slug") or ""
        return f"{self.model} {self.pk} {label}".rstrip()

    def decimal(self, name: str) -> Decimal | None:
        """Return a figure, None where there is none or it is no figure."""
        value = self.fields.get(name)
        if value in (None, "") or isinstance(value, bool):
            return None
        try:
            figure = Decimal(str(value))
        except InvalidOperation:
            return None
        return figure if figure.is_finite() else None

    def kg(self, name: str = "weight") -> Decimal | None:
        """Return a weight in kg, to the gram and rounded up."""
        figure = self.decimal(name)
        if figure is None or figure <= 0:
            return None
        kilos = figure * KG.get(str(self.fields.get("weight_unit") or "kg"), Decimal(1))
        return kilos.quantize(Decimal("0.001"), rounding="ROUND_CEILING").normalize()


class Tables:
    """All objects by model and id, and which component each cable connects to which."""

    def __init__(self, label: str, version: str = "") -> None:
        self.label = label
        self.version = version
        self._rows: dict[str, dict[int, Row]] = defaultdict(dict)
        self._content_types: dict[int, str] = {}

    def add(self, model: str, pk: int, fields: dict[str, Data]) -> None:
        """Add one object; models that are not read are left out."""
        if model == "contenttypes.contenttype":
            self._content_types[pk] = f"{fields.get('app_label')}.{fields.get('model')}"
        elif model in MODELS:
            for old, new in _OLD_NAMES.get(model, {}).items():
                if old in fields and new not in fields:
                    fields[new] = fields[old]
            self._rows[model][pk] = Row(model, pk, fields)

    def all(self, model: str) -> Iterator[Row]:
        """Return the objects of a model in the order of their ids."""
        rows = self._rows[model]
        return (rows[pk] for pk in sorted(rows))

    def get(self, model: str, pk: Data) -> Row | None:
        """Return one object, None where there is none."""
        return self._rows[model].get(pk) if isinstance(pk, int) else None

    def of(self, model: str, field: str) -> dict[int, list[Row]]:
        """Return the objects of a model by the id that `field` holds."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.all(model):
            if isinstance(row[field], int):
                found[row[field]].append(row)
        return found

    def num_rows(self) -> int:
        """Return how many objects were read."""
        return sum(len(rows) for rows in self._rows.values())

    def scope(self, row: Row) -> int | None:
        """Return the site of a cluster: its own field, or since NetBox 4.2 its scope."""
        if isinstance(row["site"], int):
            return int(row["site"])
        kind, pk = row["scope_type"], row["scope_id"] or row["scope"]
        if not isinstance(pk, int) or kind is None:
            return None
        model = self.model_of(kind)
        if model == "dcim.location":
            location = self.get(model, pk)
            return location["site"] if location is not None else None
        return pk if model == "dcim.site" else None

    def model_of(self, kind: Data) -> str:
        """Return `dcim.powerport` for a content type in any of the forms that NetBox writes."""
        if isinstance(kind, list | tuple):
            return ".".join(str(part) for part in kind)
        return self._content_types.get(kind, "") if isinstance(kind, int) else str(kind)

    def peers(self) -> dict[End, list[End]]:
        """Return what the component at each end of a cable is connected to."""
        ends: dict[int, dict[str, list[End]]] = defaultdict(lambda: {"A": [], "B": []})
        for row in self.all("dcim.cabletermination"):
            if isinstance(row["cable"], int) and row["cable_end"] in ("A", "B"):
                end = (self.model_of(row["termination_type"]), row["termination_id"])
                ends[row["cable"]][row["cable_end"]].append(end)
        for row in self.all("dcim.cable"):
            for side in ("a", "b"):
                if isinstance(row[f"termination_{side}_id"], int):
                    kind = self.model_of(row[f"termination_{side}_type"])
                    ends[row.pk][side.upper()].append((kind, row[f"termination_{side}_id"]))
        found: dict[End, list[End]] = defaultdict(list)
        for sides in ends.values():
            for own, other in (("A", "B"), ("B", "A")):
                for end in sides[own]:
                    found[end] += sides[other]
        return found


def units(values: Iterable[Data]) -> list[tuple[int, int]]:
    """Return whole units as ranges, first and last."""
    ranges: list[tuple[int, int]] = []
    for unit in sorted({int(Decimal(str(value))) for value in values}):
        if ranges and unit == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], unit)
        else:
            ranges.append((unit, unit))
    return ranges
