"""`export json`: the estate fully expanded with its raw figures, and the layout with its cords.

So that anyone can recompute our answers with other tools. The keys are those of `planner.model`:
integers with their unit in the name, ids instead of nesting. Nothing derived is in it: capacities,
routes and loads follow from the declared figures as the rules say.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from planner.io.digest import as_built_digest, estate_digest
from planner.io.estate import Inventory
from planner.io.schema import DRAFT
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout

#: Version of the export; it rises when a key changes its meaning or goes away.
EXPORT_VERSION = 1


class Digests(BaseModel):
    """Digests of the canonical content."""

    model_config = ConfigDict(extra="forbid")

    estate: str = Field(description="of demand, supply, policy and catalogue")
    as_built: str


class Export(BaseModel):
    """An estate, where things stand, and a layout, as rackplan computes with them."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["rackplan-export"] = "rackplan-export"
    version: Literal[1] = 1
    digests: Digests
    estate: Estate = Field(
        description="ranges resolved, missing figures filled in and listed in `assumptions`"
    )
    as_built: AsBuilt = Field(description="where things stand now")
    layout: Layout | None = Field(description="all placements with their cords, or null")


def export_json(inventory: Inventory, layout: Layout | None = None) -> dict[str, Any]:
    """Return the export as plain data, sorted by id."""
    export = Export(
        digests=Digests(
            estate=estate_digest(inventory.estate), as_built=as_built_digest(inventory.as_built)
        ),
        estate=inventory.estate,
        as_built=inventory.as_built,
        layout=layout,
    )
    data = export.model_dump(mode="json")
    for workload in data["estate"]["workloads"].values():
        workload["pinned"] = sorted(workload["pinned"])
    return data


def export_schema() -> dict[str, Any]:
    """Return the JSON Schema of the export."""
    schema = Export.model_json_schema(mode="serialization")
    return {"$schema": DRAFT, **schema, "title": "rackplan export, version 1"}
