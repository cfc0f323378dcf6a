"""Tenants, certificates and waivers."""

from __future__ import annotations

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.items.tenancy import QuotaItem, WaiverItem
from planner.io.rounding import down, down_or_none
from planner.model.base import Where
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
        path = ("quota", "strand_kw", strand)
        if context.require("power", strand, entry.origin, *path):
            _check_strand(context, strand, entry.origin.where(*path))
    for pool in item.pool_share:
        context.require("pools", pool, entry.origin, "quota", "pool_share", pool)
    return Quota(
        strand_w={key: down(item.strand_kw[key], 1000) for key in sorted(item.strand_kw)},
        u_half=down_or_none(item.u, 2),
        pool_share_permille={
            key: down(item.pool_share[key], 1000) for key in sorted(item.pool_share)
        },
    )


def _check_strand(context: Context, strand: str, where: Where) -> None:
    """Note what is no strand: strands are named by their UPS, by their panel where there is none.

    A quota of anything else would bind nobody.
    """
    kind = context.entries["power"][strand].item.kind
    noun = kind.replace("_", " ")
    above = _ups_above(context, strand)
    if kind == "ups" or (kind == "panel" and above is None):
        return
    message = f"`{strand}` is a {noun}, no strand"
    hint = "name the UPS (where there is none, the panel) that the tenant's feeds hang on"
    if above is not None:
        hint = f"a strand is named by the UPS it hangs on: `{above}`"
    context.findings.add(where, "quota", message, hint)


def _ups_above(context: Context, node: str) -> str | None:
    """Return the nearest UPS above a power node on its normal path; None where there is none."""
    seen: set[str] = set()
    entry = context.entries["power"].get(node)
    while entry is not None and entry.key not in seen:
        seen.add(entry.key)
        entry = context.entries["power"].get(entry.item.from_ or entry.item.preferred or "")
        if entry is not None and entry.item.kind == "ups":
            return entry.key
    return None


def build_certificates(context: Context) -> dict[str, Certificate]:
    """Return certificates by id."""
    certificates = {}
    for key, entry in sorted(context.entries["certificates"].items()):
        item = entry.item
        context.check_dates(item.from_, item.until, entry.origin)
        if item.evidence is not None:
            _check_evidence(context, entry, item.evidence)
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


def _check_evidence(context: Context, entry: Entry, evidence: str) -> None:
    """Note evidence that is no file below the estate's folder."""
    root = context.root.resolve()
    try:
        # Resolved, so that neither `..` nor a symbolic link leads out of the folder.
        path = (root / evidence).resolve()
        is_inside, is_file = path.is_relative_to(root), path.is_file()
    except (OSError, ValueError, RuntimeError):  # no name a file can have; links in a circle
        is_inside, is_file = True, False
    if is_inside and is_file:
        return
    lacks = f"no file `{evidence}` in the estate's folder"
    hint = "put it there; the path is relative to that folder"
    if not is_inside:
        lacks = f"`{evidence}` is outside the estate's folder"
        hint = "copy it into that folder and give the path relative to it"
    message = f"`evidence` of certificate `{entry.key}`: {lacks}"
    context.findings.add(entry.origin.where("evidence"), "evidence", message, hint)


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
