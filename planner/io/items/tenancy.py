"""Tenants, certificates and waivers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from planner.io.items.fields import Amount, Count, Day, Id, Item, Share


class QuotaItem(Item):
    """What an owner has contracted."""

    strand_kw: dict[str, Amount] = {}
    u: Amount | None = None
    pool_share: dict[str, Share] = {}


class TenantItem(Item):
    """A tenant."""

    id: Id
    name: str = ""
    isolation: Literal["none", "rack", "cage"] = "none"
    quota: QuotaItem | None = None


class CertificateItem(Item):
    """A certificate."""

    id: Id
    name: str = ""
    scope: str = ""
    evidence: str | None = None
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
