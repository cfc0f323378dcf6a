"""Tenants, certificates and waivers."""

from __future__ import annotations

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.items.tenancy import QuotaItem, WaiverItem
from planner.io.rounding import down, down_or_none
from planner.model.tenancy import Certificate, Quota, Tenant, Waiver


def build_tenants(context: Context) -> dict[str, Tenant]:
    """Return tenants by id."""
    return {
        key: Tenant(
            id=key,
            name=entry.item.name or key,
            isolation=entry.item.isolation,
            quota=_quota(context, entry, entry.item.quota),
            at=entry.origin.where(),
        )
        for key, entry in sorted(context.entries["tenants"].items())
    }


def _quota(context: Context, entry: Entry, item: QuotaItem | None) -> Quota | None:
    if item is None:
        return None
    for strand in item.strand_kw:
        context.require("power", strand, entry.origin, "quota", "strand_kw", strand)
    for pool in item.pool_share:
        context.require("pools", pool, entry.origin, "quota", "pool_share", pool)
    return Quota(
        strand_w={key: down(item.strand_kw[key], 1000) for key in sorted(item.strand_kw)},
        u_half=down_or_none(item.u, 2),
        pool_share_permille={
            key: down(item.pool_share[key], 1000) for key in sorted(item.pool_share)
        },
    )


def build_certificates(context: Context) -> dict[str, Certificate]:
    """Return certificates by id."""
    certificates = {}
    for key, entry in sorted(context.entries["certificates"].items()):
        item = entry.item
        context.check_dates(item.from_, item.until, entry.origin)
        certificates[key] = Certificate(
            id=key,
            name=item.name,
            scope=item.scope,
            evidence=item.evidence,
            valid_from=item.from_,
            valid_until=item.until,
            at=entry.origin.where(),
        )
    return certificates


def build_waivers(context: Context) -> dict[str, Waiver]:
    """Return waivers by id; whether each names a known rule and is in force is for the checker."""
    waivers: dict[str, Waiver] = {}
    covers: dict[tuple[str, str], str] = {}
    for key, entry in sorted(context.entries["waivers"].items()):
        item: WaiverItem = entry.item
        context.check_dates(item.from_, item.expires, entry.origin, "expires")
        waivers[key] = Waiver(
            id=key,
            rule=item.rule,
            subject=item.subject,
            amount=item.amount,
            reason=item.reason,
            author=item.author,
            valid_from=item.from_,
            expires=item.expires,
            at=entry.origin.where(),
        )
        first = covers.setdefault((item.rule, item.subject), key)
        if first != key:
            message = f"waivers `{first}` and `{key}` cover the same rule and subject"
            context.findings.add(
                entry.origin.where("subject"),
                "waiver",
                message,
                "keep one, with the amount that is meant",
            )
    return waivers
