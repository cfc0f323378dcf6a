"""Compute: pools that a service may use, and what fits on a pool in the normal state."""

from __future__ import annotations

from collections.abc import Iterator

from planner.check.case import Case, ServicePlaced, Span
from planner.check.services import STORAGE, VCPU, Amounts, demand, excess, offer, total, unit_of
from planner.check.wording import count, names
from planner.check.worst import worst_of
from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.scenarios import NORMAL
from planner.model.violation import Violation
from planner.model.workload import Service


def place(case: Case) -> Iterator[Violation]:
    """compute.place: the pool is one it may use; mirrors are on one pool of each other member."""
    for one in case.services:
        missing = _sites_without_mirror(case.estate, one)
        wrongs = [wrong for wrong in _wrongs(case.estate, one) if wrong]
        wrongs += [[f"site `{site}` has no mirror"] for site in missing]
        wanted = 1 + len(one.standbys) + len(missing)
        if wrongs:
            yield Violation(
                "compute.place",
                one.instance,
                NORMAL,
                wanted,
                wanted - len(wrongs),
                "pools",
                f"{count(len(wrongs), 'pool')} of `{one.instance}` "
                f"{'is' if len(wrongs) == 1 else 'are'} wrong or missing: "
                f"{'; '.join(reason for wrong in wrongs for reason in wrong)}",
                f"its pool, {count(len(one.standbys), 'standby', 'standbys')}"
                + (f", {count(len(missing), 'missing mirror')}" if missing else ""),
                "of these right",
                one.at,
                hint="plan again",
            )


def _wrongs(estate: Estate, one: ServicePlaced) -> Iterator[list[str]]:
    """Yield, of the pool and of each standby, what is wrong with it."""
    site = one.pool.site
    allowed, forbidden = one.workload.allowed.site, one.workload.forbidden.site
    wrong = _not_usable(one, one.pool)
    if allowed and site not in allowed:
        wrong.append(f"site `{site}` is not allowed, only {names(allowed)}")
    if site in forbidden:
        wrong.append(f"site `{site}` is forbidden")
    yield wrong
    members = _members(estate, site)
    taken = {site}
    for standby in one.standbys:
        wrong = _not_usable(one, standby)
        if not one.service.may_move:
            wrong.append(f"it may not move to `{standby.id}`")
        if standby.site in taken:
            wrong.append(f"`{standby.id}` is at site `{standby.site}`, which has its copy already")
        elif standby.site not in members:
            wrong.append(f"`{standby.id}` is not at a site that stands in for `{site}`")
        taken.add(standby.site)
        yield wrong


def _not_usable(one: ServicePlaced, pool: Pool) -> list[str]:
    usable = one.service.pools
    if not usable or pool.id in usable:
        return []
    return [f"it may not use pool `{pool.id}`, only {names(usable)}"]


def _members(estate: Estate, site: str) -> tuple[str, ...]:
    """Return the sites of a site's continuity group, none without one."""
    return estate.members.get(estate.sites[site].continuity_group or "", ())


def _sites_without_mirror(estate: Estate, one: ServicePlaced) -> list[str]:
    if not one.service.is_mirrored:
        return []
    has_one = {one.pool.site, *(standby.site for standby in one.standbys)}
    return [site for site in _members(estate, one.pool.site) if site not in has_one]


def pool(case: Case) -> Iterator[Violation]:
    """compute.pool: what runs on a pool and the copies it keeps <= its hosts less the spare."""
    found: dict[tuple[str, str], list[Violation]] = {}
    for span in case.spans:
        for key, parts in _parts(span).items():
            for violation in _overfull(case, case.estate.pools[key], span, parts):
                found.setdefault((key, violation.unit), []).append(violation)
    for several in found.values():
        yield from worst_of(several)


def _parts(span: Span) -> dict[str, list[Amounts]]:
    """Return, per pool, what each instance and each copy on it takes."""
    parts: dict[str, list[Amounts]] = {}
    for one in span.services:
        parts.setdefault(one.pool.id, []).append(demand(one.service))
        for key in {standby.id for standby in one.standbys} - {one.pool.id}:
            parts.setdefault(key, []).append(copy_of(one.service))
    return parts


def copy_of(service: Service) -> Amounts:
    """Return what a standby pool keeps for an instance: its mirror, and room for a warm copy."""
    whole = demand(service)
    copy = {STORAGE: whole.pop(STORAGE)} if service.is_mirrored else {}
    if service.mode == "active-standby":
        copy |= {resource: n for resource, n in whole.items() if resource not in (VCPU, STORAGE)}
    return copy


def _overfull(case: Case, pool: Pool, span: Span, parts: list[Amounts]) -> Iterator[Violation]:
    hosts = case.active(case.hosts_of(pool), span.day)
    num_hosts = max(0, len(hosts) - pool.hosts_spare)
    num_stores = num_hosts
    if pool.storage_on:
        num_stores = len(case.active(case.storage_of(pool), span.day))
    for resource, required, available in excess(total(parts), offer(pool, num_hosts, num_stores)):
        yield Violation(
            "compute.pool",
            pool.id,
            NORMAL,
            required,
            available,
            unit_of(resource),
            f"pool `{pool.id}` has too little {resource}{case.on(span.day)}",
            f"{count(len(parts), 'instance or copy', 'instances and copies')} on it",
            _capacity_note(pool, resource, len(hosts), num_stores),
            pool.at,
            hint="add a host to the pool, or let a service use another pool",
        )


def _capacity_note(pool: Pool, resource: str, num_hosts: int, num_stores: int) -> str:
    if resource.startswith("licence"):
        return "licences of the pool"
    if resource == STORAGE and pool.storage_on:
        return f"{count(num_stores, 'storage device')} x {pool.storage_gib} GiB"
    spare = f" less {pool.hosts_spare} spare" if pool.hosts_spare else ""
    return f"{count(num_hosts, 'host')}{spare} x {offer(pool, 1, 1)[resource]} {unit_of(resource)}"
