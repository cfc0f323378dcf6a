"""Tenancy: what tenants have contracted, and what they use of it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from planner.check.case import Case
from planner.check.power_strand import strand_of
from planner.check.services import Services, demand, offer, total
from planner.check.sweep import Sight
from planner.check.wording import percent
from planner.model.continuity import Pool
from planner.model.scenarios import NORMAL
from planner.model.tenancy import Tenant
from planner.model.violation import Violation


class Use(NamedTuple):
    """What a tenant uses of one thing it has contracted, in `unit`.

    `thing` is a strand, `u` or a pool.
    """

    tenant: Tenant
    thing: str
    unit: str
    used: Fraction
    contracted: int


def quota(case: Case, sight: Sight) -> Iterator[Violation]:
    """tenancy.quota: use <= quota, of each strand, of units and of each pool."""
    for use in uses(case, sight):
        if use.used > use.contracted:
            yield _violation(case, sight, use)


def uses(case: Case, sight: Sight) -> Iterator[Use]:
    """Yield what every tenant uses of its quotas in the normal state of a span."""
    tenants = [tenant for tenant in case.estate.tenants.values() if tenant.quota is not None]
    if not tenants:
        return
    owned: dict[str, list[int]] = {}
    for i, device in enumerate(sight.model.devices):
        owned.setdefault(device.workload.tenant, []).append(i)
    pools = Services(case, sight.span)
    for tenant in tenants:
        yield from _uses(case, sight, tenant, owned.get(tenant.id, []), pools)


def _uses(
    case: Case, sight: Sight, tenant: Tenant, owned: list[int], pools: Services
) -> Iterator[Use]:
    contracted = tenant.quota
    assert contracted is not None
    drawn = _drawn_w(sight, owned) if contracted.strand_w else {}
    for strand, limit_w in contracted.strand_w.items():
        yield Use(tenant, strand, "W", drawn.get(strand, Fraction(0)), limit_w)
    if contracted.u_half is not None:
        taken = sum(sight.model.devices[i].equipment.u_height_half for i in owned)
        yield Use(tenant, "u", "half U", Fraction(taken), contracted.u_half)
    for key, share in contracted.pool_share_permille.items():
        used = _used_permille(sight, tenant, case.estate.pools[key], pools)
        yield Use(tenant, key, "per mille", used, share)


def _drawn_w(sight: Sight, owned: list[int]) -> dict[str, Fraction]:
    """Return the draw of devices by strand, each shared over its live cords."""
    model, drawn = sight.model, dict[str, Fraction]()
    for i in owned:
        nodes = model.normal.carrying[i] or ()
        for n in nodes:
            strand = model.grid.nodes[strand_of(model.grid, n)].id
            share = Fraction(model.devices[i].draw_w, len(nodes))
            drawn[strand] = drawn.get(strand, Fraction(0)) + share
    return drawn


def _used_permille(sight: Sight, tenant: Tenant, pool: Pool, pools: Services) -> Fraction:
    """Return the share of a pool that a tenant's instances use, of the resource with the largest.

    Of a resource that is not there each unit counts as all of it.
    """
    need = total(
        demand(one.service)
        for one in sight.span.services
        if one.pool.id == pool.id and one.workload.tenant == tenant.id
    )
    there = offer(pool, len(pools.hosts[pool.id]), len(pools.stores[pool.id]))
    return max(
        (Fraction(1000 * amount, there.get(resource, 0) or 1) for resource, amount in need.items()),
        default=Fraction(0),
    )


def _violation(case: Case, sight: Sight, use: Use) -> Violation:
    tenant = use.tenant
    if use.unit == "W":
        what, note = f"strand `{use.thing}`", "draw of its devices there"
        hint = "cord its devices to another strand"
    elif use.unit == "half U":
        what, note, hint = "rack units", "units of its devices", "place fewer of its devices"
    else:
        what, note = f"pool `{use.thing}`", "largest share of a resource that its services use"
        hint = "run its services on another pool"
    contracted = f"quota of `{tenant.id}`"
    if use.unit == "per mille":
        contracted += f": {percent(use.contracted)}"
    return Violation(
        "tenancy.quota",
        f"{tenant.id}:{use.thing}",
        NORMAL,
        -(-use.used.numerator // use.used.denominator),
        use.contracted,
        use.unit,
        f"tenant `{tenant.id}` uses more of {what} than it has contracted{case.on(sight.span.day)}",
        note,
        contracted,
        tenant.at,
        hint=f"{hint}, or contract more",
    )
