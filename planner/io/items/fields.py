"""The types of fields: figures with their limits, days, ids, names; what every item shares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from planner.model.rules import RULES


def _figure(value: object) -> object:
    """Take whole and decimal numbers alike, and nothing else."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("figure_type", "a number")


def _day(value: object) -> object:
    """Take a day, quoted or not."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else value
        except ValueError:
            return value
    return value


def no_bool(value: object) -> object:
    """Keep `true` from standing for 1."""
    if isinstance(value, bool):
        raise PydanticCustomError("figure_type", "a number")
    return value


Figure = Annotated[Decimal, BeforeValidator(_figure)]
Day = Annotated[date, BeforeValidator(_day)]
#: A figure that is not negative and not absurd.
Amount = Annotated[Figure, Field(ge=0, le=10**9)]
Positive = Annotated[Figure, Field(gt=0, le=10**9)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Millimetres = Annotated[int, Field(ge=-(10**7), le=10**7)]
Share = Annotated[Figure, Field(ge=0, le=1)]
PowerFactor = Annotated[Figure, Field(gt=0, le=1)]
Latitude = Annotated[Figure, Field(ge=-90, le=90)]
Longitude = Annotated[Figure, Field(ge=-180, le=180)]
Id = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^[A-Za-z0-9_\[][A-Za-z0-9_.:/+@\[\],-]*$"),
    Field(description="stable id; may hold a range such as `[01-12]`"),
]
Level = Literal["normal", "hoch", "sehr-hoch"]
Tier = Literal["unplaced", "soft", "moves", "cost", "balance"]
PowerKindName = Literal[
    "utility", "transformer", "generator", "transfer_switch", "ups",
    "panel", "feed", "leg", "pdu", "bank",
]  # fmt: skip
PlaceLevel = Literal["rack", "row", "room", "fire_compartment", "site"]
LossLevel = Literal[
    "utility", "transformer", "generator", "transfer_switch", "ups",
    "panel", "feed", "leg", "pdu", "bank",
    "cooling_unit", "rack", "row", "room", "fire_compartment", "site",
]  # fmt: skip
DomainKindName = Literal[
    "utility", "transformer", "generator", "transfer_switch", "ups",
    "panel", "feed", "leg", "pdu", "bank",
    "cooling_unit", "rack", "row", "room", "fire_compartment", "site",
    "duct", "network_node", "carrier",
]  # fmt: skip
OutletName = Literal["c13", "c19", "c7", "c5"]
AirflowName = Literal[
    "front-to-rear", "rear-to-front", "left-to-right", "right-to-left", "side-to-rear",
    "rear-to-side", "bottom-to-top", "top-to-bottom", "passive", "mixed",
]  # fmt: skip
SoftRule = Annotated[
    str, Field(json_schema_extra={"enum": [r.slug for r in RULES.values() if r.may_be_soft]})
]


class Item(BaseModel):
    """Unknown keys are errors; nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
