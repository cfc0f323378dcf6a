"""Services by index: groups of interchangeable instances, and the ways to place one on pools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.workload import Service, Workload


@dataclass(frozen=True)
class ServiceGroup:
    """Interchangeable instances of one service; services never stand."""

    index: int
    workload: Workload
    instances: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of instances."""
        return len(self.instances)

    @property
    def service(self) -> Service:
        """What one instance takes of a pool."""
        assert self.workload.service is not None
        return self.workload.service


class PoolChoice(NamedTuple):
    """One way to place an instance: the pool it runs on, and those that take it over, sorted."""

    pool: str
    standby: tuple[str, ...] = ()


def other_members(estate: Estate, site: str) -> tuple[str, ...]:
    """Return the sites that stand in for a site: the others of its continuity group."""
    group = estate.sites[site].continuity_group
    if group is None:
        return ()
    return tuple(member for member in estate.members[group] if member != site)


def pools_at(estate: Estate, site: str) -> tuple[Pool, ...]:
    """Return the pools of a site, by id."""
    return tuple(pool for pool in estate.pools.values() if pool.site == site)


def may_use(service: Service, pool: Pool) -> bool:
    """Whether a service names a pool, or none at all."""
    return not service.pools or pool.id in service.pools


def iter_choices(
    estate: Estate, service: Service, *, is_critical: bool, is_waived: bool
) -> Iterator[PoolChoice]:
    """Yield the ways to place an instance that are worth a look.

    Every pool; at each other member site of its continuity group a pool that the service may use,
    or none where it needs no mirror there. A stateless service that nothing critical needs gets no
    standby: that would change nothing. With `is_waived` a pool it may not use, or no mirror, is
    tried as well.
    """
    wants_standby = service.is_mirrored or (service.may_move and is_critical)
    for pool in estate.pools.values():
        choices: list[list[str | None]] = []
        for member in other_members(estate, pool.site) if wants_standby else ():
            usable = [q for q in pools_at(estate, member) if is_waived or may_use(service, q)]
            is_optional = is_waived or not service.is_mirrored or not usable
            choices.append([*([None] if is_optional else []), *(q.id for q in usable)])
        for chosen in product(*choices):
            yield PoolChoice(pool.id, tuple(sorted(q for q in chosen if q is not None)))
