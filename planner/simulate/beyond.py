"""What an effect adds to others: what is in it and in none of them, on the same planning day."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import TypeVar

from planner.simulate.effect import AccessLost, Effect

_T = TypeVar("_T", bound=Hashable)


def beyond(effect: Effect, others: Collection[Effect]) -> Effect:
    """Return what an effect has and none of the others has, or has as badly."""
    down = {key for x in others for key in x.down}
    services = {key for x in others for key in (*x.services_down, *x.services_shed)}
    excess = _most(((o.subject, o.unit), o.excess) for x in others for o in x.overloads)
    missing = _most((o.workload, -o.up) for x in others for o in x.short)
    minutes = _most((r.process, r.minutes) for x in others for r in x.recoveries)
    gone = _most((p.requirement, -p.left) for x in others for p in x.paths)
    stopped = {o.process for x in others for o in x.stopped}
    return effect._replace(
        down=_new(effect.down, down),
        interrupted=_new(effect.interrupted, down.union(*(x.interrupted for x in others))),
        off=_new(effect.off, {key for x in others for key in x.off}),
        overloads=tuple(
            o for o in effect.overloads if o.excess > excess.get((o.subject, o.unit), 0)
        ),
        services_down=_new(effect.services_down, services),
        services_shed=_new(effect.services_shed, services),
        moves=_new(effect.moves, {move for x in others for move in x.moves}),
        short=tuple(o for o in effect.short if -o.up > missing.get(o.workload, -o.needed)),
        stopped=tuple(o for o in effect.stopped if o.process not in stopped),
        recoveries=tuple(r for r in effect.recoveries if r.minutes > minutes.get(r.process, 0)),
        access=tuple(_new_access(effect.access, [a for x in others for a in x.access])),
        paths=tuple(p for p in effect.paths if -p.left > gone.get(p.requirement, -p.before)),
        tenants=_new(effect.tenants, {key for x in others for key in x.tenants}),
    )


def _new(items: Iterable[_T], known: Collection[_T]) -> tuple[_T, ...]:
    return tuple(item for item in items if item not in known)


def _most(items: Iterable[tuple[_T, int]]) -> dict[_T, int]:
    """Return the largest number of each key."""
    most: dict[_T, int] = {}
    for key, number in items:
        most[key] = max(number, most.get(key, number))
    return most


def _new_access(items: Iterable[AccessLost], known: Iterable[AccessLost]) -> Iterator[AccessLost]:
    asked = {(item.site, item.network, key) for item in known for key in item.workloads}
    for item in items:
        more = [key for key in item.workloads if (item.site, item.network, key) not in asked]
        if more:
            yield item._replace(workloads=tuple(more))
