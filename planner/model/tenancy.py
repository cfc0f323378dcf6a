"""Tenants, protection needs, certificates and waivers."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Literal

from pydantic import Field

from planner.model.base import Declared, Frozen


class Protection(IntEnum):
    """Protection need of one basic value (BSI Schutzbedarf), ordered."""

    NORMAL = 1
    HOCH = 2
    SEHR_HOCH = 3

    @property
    def label(self) -> str:
        """Return the word used in files: `normal`, `hoch` or `sehr-hoch`."""
        return self.name.lower().replace("_", "-")


class HostingClass(Frozen):
    """A level per basic value: what a room may host, or what a workload needs."""

    confidentiality: Protection = Protection.NORMAL
    integrity: Protection = Protection.NORMAL
    availability: Protection = Protection.NORMAL


class Quota(Frozen):
    """What an owner has contracted: W per strand, rack units, shares of pools.

    A strand is named by the UPS it hangs on (where there is none, by the panel).
    """

    strand_w: dict[str, int] = {}
    u_half: int | None = None
    pool_share_permille: dict[str, int] = {}


class Tenant(Declared):
    """Who owns workloads and pays for them."""

    id: str
    name: str
    isolation: Literal["none", "rack", "cage"] = Field(
        default="none", description="racks, or whole cages, that host it host nobody else"
    )
    quota: Quota | None = None


class Certificate(Declared):
    """A certificate that rooms hold and workloads may require."""

    id: str
    name: str = ""
    scope: str = ""
    evidence: str | None = None
    valid_from: date | None = None
    valid_until: date


class Waiver(Declared):
    """A written exception: so much of a violation of one rule by one subject is accepted."""

    id: str
    rule: str
    subject: str
    amount: int
    reason: str
    author: str
    valid_from: date | None = None
    expires: date
