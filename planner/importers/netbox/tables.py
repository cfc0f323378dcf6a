"""NetBox's objects as tables: one form for a dump, the REST API and an exported folder.

Field names and choices are those of a dump of NetBox 4; older names are brought to them here.
Foreign keys are ids.
"""

from __future__ import annotations

import re
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
#: Fields that are read, by what they hold; all others are dropped.
KEYS = frozenset(
    {
        "site", "location", "parent", "tenant", "role", "manufacturer", "device_type", "rack",
        "rack_type", "power_panel", "device", "power_port", "cluster", "module_type",
        "installed_device", "cable", "termination_id", "termination_a_id", "termination_b_id",
        "scope_id",
    }
)  # fmt: skip
SIGNED = frozenset({"latitude", "longitude", "voltage", "position"})
FIGURES = SIGNED | {
    "u_height", "starting_unit", "weight", "max_weight", "maximum_draw", "allocated_draw",
    "amperage", "max_utilization", "vcpus", "memory", "disk",
}  # fmt: skip
TEXTS = frozenset(
    {
        "name", "slug", "model", "part_number", "status", "description", "comments", "face",
        "airflow", "type", "form_factor", "weight_unit", "phase", "supply", "feed_leg",
        "subdevice_role", "cable_end",
    }
)  # fmt: skip
FLAGS = frozenset({"is_full_depth", "desc_units"})
KINDS = frozenset({"termination_type", "termination_a_type", "termination_b_type", "scope_type"})
#: Largest figure that is taken for one.
MAX_FIGURE = 10**9
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
        """Return a figure, None where there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, Decimal) else None

    def whole(self, name: str) -> int | None:
        """Return a whole number, None where there is none."""
        value = self.decimal(name)
        return int(value) if value is not None and value == value.to_integral_value() else None

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
        self.malformed: list[tuple[str, str, str]] = []

    def add(self, model: str, pk: int, fields: dict[str, Data]) -> None:
        """Add one object; models and fields that are not read are left out.

        What a field cannot hold becomes nothing, and is remembered in `malformed`.
        """
        if model == "contenttypes.contenttype":
            self._content_types[pk] = f"{fields.get('app_label')}.{fields.get('model')}"
        elif model in MODELS:
            for old, new in _OLD_NAMES.get(model, {}).items():
                if old in fields and new not in fields:
                    fields[new] = fields[old]
            clean: dict[str, Data] = {}
            row = self._rows[model][pk] = Row(model, pk, clean)
            for name, value in fields.items():
                clean[name] = cleaned = _cleaned(name, value)
                if cleaned is None and value is not None and value != "" and _is_read(name):
                    self.malformed.append((row.place, name, repr(value)[:60]))

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
        kind, pk = row["scope_type"], row["scope_id"]
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


def _is_read(name: str) -> bool:
    return name in KEYS or name in FIGURES or name in TEXTS or name in FLAGS or name in KINDS


def _cleaned(name: str, value: Data) -> Data:
    """Return what a field holds in the form in which it is read; None where it cannot."""
    if name == "units":
        return whole_numbers(value)
    if name in KEYS:
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if name in FIGURES:
        return _figure(value, is_signed=name in SIGNED)
    if name in FLAGS:
        return value if isinstance(value, bool) else None
    if name in KINDS:
        is_list = isinstance(value, list) and all(isinstance(part, str) for part in value)
        return value if is_list or isinstance(value, str | int) else None
    if name in TEXTS and isinstance(value, str | int | float) and not isinstance(value, bool):
        # What no file can hold (a lone surrogate) is replaced.
        return str(value).encode("utf-8", "replace").decode()
    return None


def _figure(value: Data, is_signed: bool) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        figure = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not figure.is_finite() or abs(figure) >= MAX_FIGURE or (figure < 0 and not is_signed):
        return None
    return figure.quantize(Decimal("0.000001")).normalize() + 0


def whole_numbers(value: Data) -> list[int]:
    """Return a list of whole numbers; old dumps write it as text."""
    if isinstance(value, str):
        value = re.findall(r"-?[0-9]{1,9}", value)
    if not isinstance(value, list):
        return []
    found = []
    for one in value:
        try:
            figure = Decimal(str(one))
        except InvalidOperation:
            continue
        if figure.is_finite() and abs(figure) < 10**9:
            found.append(int(figure))
    return found


def units(values: Iterable[int]) -> list[tuple[int, int]]:
    """Return whole units as ranges, first and last."""
    ranges: list[tuple[int, int]] = []
    for unit in sorted(set(values)):
        if ranges and unit == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], unit)
        else:
            ranges.append((unit, unit))
    return ranges
