"""The resources of the provider: their properties, how each is checked, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from planner.register.interface import PLACEMENT, POWER_ALLOCATION, RACK_RESERVATION, Kind

#: What stands on the wire for a value that is not known before the update (Pulumi's protocol).
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

#: A fault finder: returns what is wrong with a value, or None.
Check = Callable[[object], str | None]


class Property(NamedTuple):
    """One property; `column` is its place in the register, `schema` its type in Pulumi's schema."""

    name: str
    column: str
    check: Check
    schema: Mapping[str, Any]
    description: str
    required: bool = True


class ResourceSpec(NamedTuple):
    """One resource type.

    `key` is the property that identifies a row within its estate; the resource's name is its value.
    """

    token: str
    kind: Kind
    key: str
    properties: tuple[Property, ...]
    description: str


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else f"expected a text, got {value!r}"


def _half_unit(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value * 2 != int(value * 2):
        return f"expected a rack unit on the half-U grid, got {value!r}"
    return None if value > 0 else f"expected a rack unit above 0, got {value!r}"


def _watts(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return f"expected whole watts, 0 or more, got {value!r}"
    return None


def _face(value: object) -> str | None:
    return None if value in ("front", "rear") else f"expected `front` or `rear`, got {value!r}"


def _date(value: object) -> str | None:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return f"expected a date like 2026-11-01, got {value!r}"
    return None


def _list_of(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """Return a check for a list of objects with these fields."""

    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return f"expected a list, got {value!r}"
        for number, item in enumerate(value):
            if item == UNKNOWN:
                continue
            if not isinstance(item, dict):
                return f"[{number}]: expected an object, got {item!r}"
            for name in required:
                if item.get(name) is None:
                    return f"[{number}]: `{name}` is missing"
            for name, field in item.items():
                if name not in required and name not in optional:
                    return f"[{number}]: unknown field `{name}`"
                fault = None if field == UNKNOWN else (required.get(name) or optional[name])(field)
                if fault:
                    return f"[{number}].{name}: {fault}"
        return None

    return check


_STRING = {"type": "string"}
_NUMBER = {"type": "number"}
_INTEGER = {"type": "integer"}


def _array_of(type_name: str) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": "object", "$ref": f"#/types/rackplan:index:{type_name}"},
    }


PLACEMENT_SPEC = ResourceSpec(
    "rackplan:index:Placement",
    PLACEMENT,
    "instance",
    (
        Property("rack", "rack", _text, _STRING, "Id of the rack."),
        Property(
            "position",
            "position",
            _half_unit,
            _NUMBER,
            "Lowest unit it takes, on the half-U grid; none for a device that takes no unit.",
            required=False,
        ),
        Property("face", "face", _face, _STRING, "`front` or `rear`.", required=False),
        Property(
            "cords",
            "cords",
            _list_of({"inlet": _text, "node": _text}, {"leg": _text}),
            _array_of("Cord"),
            "Which inlet is on which power node; absent where nobody knows.",
            required=False,
        ),
        Property("tenant", "tenant", _text, _STRING, "Who owns it.", required=False),
        Property("deviceType", "device_type", _text, _STRING, "Slug of its type.", required=False),
    ),
    "One instance in its rack. Its name is the instance's id, so a move is one update.",
)

POWER_ALLOCATION_SPEC = ResourceSpec(
    "rackplan:index:PowerAllocation",
    POWER_ALLOCATION,
    "allocation",
    (
        Property("tenant", "tenant", _text, _STRING, "Who has contracted it."),
        Property("strand", "strand", _text, _STRING, "Power node that heads the strand."),
        Property("powerW", "power_w", _watts, _INTEGER, "Contracted power, W."),
    ),
    "Power that a tenant has contracted on a strand. Its name is `<tenant>/<strand>`.",
)

RACK_RESERVATION_SPEC = ResourceSpec(
    "rackplan:index:RackReservation",
    RACK_RESERVATION,
    "reservation",
    (
        Property("rack", "rack", _text, _STRING, "Id of the rack."),
        Property(
            "units",
            "units",
            _list_of({"start": _half_unit, "end": _half_unit}, {"face": _face}),
            _array_of("UnitRange"),
            "Units kept free, each from `start` up to, not including, `end`.",
        ),
        Property("description", "description", _text, _STRING, "What for.", required=False),
        Property("tenant", "tenant", _text, _STRING, "For whom.", required=False),
        Property("validFrom", "valid_from", _date, _STRING, "First day.", required=False),
        Property("validUntil", "valid_until", _date, _STRING, "Last day.", required=False),
    ),
    "Units of a rack kept for something else.",
)

SPECS = (PLACEMENT_SPEC, POWER_ALLOCATION_SPEC, RACK_RESERVATION_SPEC)


def schema(version: str) -> dict[str, Any]:
    """Return the provider's schema in Pulumi's package format."""
    return {
        "name": "rackplan",
        "version": version,
        "description": "Placements of a shared data centre, kept in an as-built register.",
        "license": "Apache-2.0",
        "config": {"variables": {"register": {**_STRING, "description": REGISTER_HELP}}},
        "provider": {"inputProperties": {"register": {**_STRING, "description": REGISTER_HELP}}},
        "types": {
            "rackplan:index:Cord": {
                "type": "object",
                "description": "One inlet of a device on a power node.",
                "properties": {"inlet": _STRING, "node": _STRING, "leg": _STRING},
                "required": ["inlet", "node"],
            },
            "rackplan:index:UnitRange": {
                "type": "object",
                "description": "Units of a rack, on one face or on both.",
                "properties": {"start": _NUMBER, "end": _NUMBER, "face": _STRING},
                "required": ["start", "end"],
            },
        },
        "resources": {spec.token: _resource_schema(spec) for spec in SPECS},
    }


REGISTER_HELP = "File of the as-built register; default `.state/register.db` in the project."


def _resource_schema(spec: ResourceSpec) -> dict[str, Any]:
    identity = {
        "estate": {**_STRING, "description": "Id of the estate.", "willReplaceOnChanges": True},
        spec.key: {**_STRING, "description": "Its id.", "willReplaceOnChanges": True},
    }
    own = {p.name: {**p.schema, "description": p.description} for p in spec.properties}
    digest = {**_STRING, "description": "Digest of the layout lock; a change of it alone is none."}
    owner = {**_STRING, "description": "The `<project>/<stack>` that owns the register's row."}
    taken_by = {**_STRING, "description": "Who else has taken the row since."}
    required = ["estate", spec.key, *(p.name for p in spec.properties if p.required)]
    return {
        "description": spec.description,
        "inputProperties": {**identity, **own, "lockDigest": digest},
        "requiredInputs": required,
        "properties": {**identity, **own, "owner": owner, "takenBy": taken_by},
        "required": required,
    }
