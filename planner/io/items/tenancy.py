"""Tenants, certificates and waivers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planner.io.items.fields import Amount, Count, Day, Id, Item, Share


class QuotaItem(Item):
    """What an owner has contracted; more is a violation."""

    strand_kw: dict[str, Amount] = Field(
        {}, description="strand, named by its UPS (where there is none, its panel): kW in use"
    )
    u: Amount | None = Field(None, description="rack units in all")
    pool_share: dict[str, Share] = Field({}, description="pool: share of each of its resources")


class TenantItem(Item):
    """A tenant: who owns workloads and pays for them."""

    id: Id
    name: str = ""
    isolation: Literal["none", "rack", "cage"] = Field(
        "none", description="racks, or whole cages, that host it host nobody else"
    )
    quota: QuotaItem | None = None


class CertificateItem(Item):
    """A certificate that rooms hold and workloads may require."""

    id: Id
    name: str = ""
    scope: str = ""
    evidence: str | None = Field(
        None, description="file in the estate's folder, as a path relative to it"
    )
    from_: Day | None = Field(None, alias="from")
    until: Day


class WaiverItem(Item):
    """A written exception."""

    id: Id
    rule: str
    subject: str
    amount: Count
    reason: str = Field(min_length=1)
    author: str = Field(min_length=1)
    from_: Day | None = Field(None, alias="from")
    expires: Day
