"""Actions: what could be done, at a price."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from planner.io.items.fields import Amount, Count, Id, Item


class ActionItem(Item):
    """Something that could be done to the estate: its price, and the patch that it amounts to."""

    id: Id
    name: str = ""
    eur: Amount = Field(description="what it costs once")
    days: Count = Field(description="from the order until it is done")
    requires: list[Id] = Field([], description="actions that must be done as well")
    excludes: list[Id] = Field([], description="actions that must not be done as well")
    patch: dict[str, Any] = Field(
        {},
        description="what it changes, in the form of a file for `--patch`;"
        " nothing: it only costs, as a permit does that others require",
    )
