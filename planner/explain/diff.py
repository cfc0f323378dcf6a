"""What changes between two layouts, or between as-built and a layout.

Only places count, and the pools of services: a changed tier or digest is no difference. What is
unknown on one side is never a difference: cords that an import does not know, and services where
as-built is compared, which knows none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from planner.explain.text import plural, render_place
from planner.model.layout import AsBuilt, Layout, Place, ServicePlacement


class Kind(StrEnum):
    """What happens to an instance; the order is that of the listing."""

    MOVE = "move"
    CORDS = "cords"
    ADD = "add"
    REMOVE = "remove"


_NOUNS = {
    Kind.MOVE: ("move", "moves"),
    Kind.CORDS: ("change of cords", "changes of cords"),
    Kind.ADD: ("addition", "additions"),
    Kind.REMOVE: ("removal", "removals"),
}


class Change(NamedTuple):
    """One instance whose place changes; `reason` says why it has none any more, where known."""

    kind: Kind
    instance: str
    before: Place | None
    after: Place | None
    reason: str = ""


class PoolChange(NamedTuple):
    """One instance of a service whose pool or standby pools change; None where it has none."""

    instance: str
    before: ServicePlacement | None
    after: ServicePlacement | None
    reason: str = ""


class Diff(NamedTuple):
    """All changes, by kind and instance, and how many instances stay as they are."""

    changes: tuple[Change, ...]
    num_unchanged: int
    services: tuple[PoolChange, ...] = ()

    def of(self, kind: Kind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)


def places_of(source: Layout | AsBuilt) -> dict[str, Place]:
    """Return instance -> place."""
    if isinstance(source, Layout):
        return {key: placement.place for key, placement in source.placements.items()}
    return {key: standing.place for key, standing in source.standing.items()}


def services_of(
    before: Layout | AsBuilt, after: Layout | AsBuilt
) -> tuple[Mapping[str, ServicePlacement], Mapping[str, ServicePlacement]]:
    """Return the services of both sides; of none where one of them is as-built."""
    if isinstance(before, Layout) and isinstance(after, Layout):
        return before.services, after.services
    return {}, {}


def compare(
    before: Mapping[str, Place],
    after: Mapping[str, Place],
    reasons: Mapping[str, str] | None = None,
    services: tuple[Mapping[str, ServicePlacement], Mapping[str, ServicePlacement]] = ({}, {}),
) -> Diff:
    """Return what changes from `before` to `after`.

    Parameters
    ----------
    reasons
        Instance -> why it has no place in `after`.
    services
        Services before and after.
    """
    changes = []
    for instance in before.keys() | after.keys():
        old, new = before.get(instance), after.get(instance)
        kind = _kind(old, new)
        if kind is not None:
            reason = (reasons or {}).get(instance, "") if new is None else ""
            changes.append(Change(kind, instance, old, new, reason))
    order = {kind: index for index, kind in enumerate(Kind)}
    changes.sort(key=lambda change: (order[change.kind], _natural(change.instance)))
    both = before.keys() & after.keys()
    num_changed = sum(change.instance in both for change in changes)
    moved = _pool_changes(*services, reasons or {})
    num_changed += sum(c.before is not None and c.after is not None for c in moved)
    num_both = len(both) + len(services[0].keys() & services[1].keys())
    return Diff(tuple(changes), num_both - num_changed, moved)


def _pool_changes(
    before: Mapping[str, ServicePlacement],
    after: Mapping[str, ServicePlacement],
    reasons: Mapping[str, str],
) -> tuple[PoolChange, ...]:
    changes = []
    for instance in sorted(before.keys() | after.keys(), key=_natural):
        old, new = before.get(instance), after.get(instance)
        if _pools(old) != _pools(new):
            reason = reasons.get(instance, "") if new is None else ""
            changes.append(PoolChange(instance, old, new, reason))
    return tuple(changes)


def _pools(service: ServicePlacement | None) -> tuple[str, ...]:
    """Return the pool, then the standby pools; nothing where it has no place."""
    return () if service is None else (service.pool, *service.standby)


def _kind(old: Place | None, new: Place | None) -> Kind | None:
    if old is None:
        return Kind.ADD
    if new is None:
        return Kind.REMOVE
    if (old.rack, old.position_half, old.face) != (new.rack, new.position_half, new.face):
        return Kind.MOVE
    return Kind.CORDS if changed_cords(old, new) else None


def changed_cords(old: Place, new: Place) -> dict[str, tuple[str, str]]:
    """Return inlet -> (old, new node) for each inlet on another node; `none` where unplugged."""
    if old.cords is None or new.cords is None:
        return {}
    before = {cord.inlet: _outlet(cord.node, cord.leg) for cord in old.cords}
    after = {cord.inlet: _outlet(cord.node, cord.leg) for cord in new.cords}
    inlets = [*before, *(inlet for inlet in after if inlet not in before)]
    pairs = {inlet: (before.get(inlet, "none"), after.get(inlet, "none")) for inlet in inlets}
    return {inlet: (old, new) for inlet, (old, new) in pairs.items() if old != new}


def _outlet(node: str, leg: str | None) -> str:
    return f"{node}:{leg}" if leg else node


def _natural(instance: str) -> tuple[str, int]:
    """Sort `w-10` after `w-9`."""
    name, _, number = instance.rpartition("-")
    return (name, int(number)) if number.isdecimal() else (instance, 0)


def render_diff(diff: Diff, notes: Mapping[str, str] | None = None) -> str:
    """Return the changes in words, a line for each, then the count of each kind.

    Parameters
    ----------
    notes
        Instance -> what more there is to say, on a line of its own below the change.
    """
    names = [c.instance for c in diff.changes] + [c.instance for c in diff.services]
    width = max(map(len, names), default=0)
    lines = []
    for change in diff.changes:
        lines.append(f"{change.kind:<6}  {change.instance:<{width}}  {_what(change)}")
        if note := (notes or {}).get(change.instance):
            lines.append(f"        {note}")
    for moved in diff.services:
        pools = f"{_pool_words(moved.before)} -> {_pool_words(moved.after)}"
        reason = f": {moved.reason}" if moved.reason else ""
        lines.append(f"pool    {moved.instance:<{width}}  {pools}{reason}")
    return "\n".join([*lines, *([""] if lines else []), render_counts(diff)])


def render_counts(diff: Diff) -> str:
    """Return `2 moves, 3 additions, 300 unchanged`."""
    parts = [plural(len(found), *_NOUNS[kind]) for kind in Kind if (found := diff.of(kind))]
    if diff.services:
        parts.append(plural(len(diff.services), "change of pools", "changes of pools"))
    return ", ".join([*(parts or ["no difference"]), f"{diff.num_unchanged} unchanged"])


def _pool_words(service: ServicePlacement | None) -> str:
    """Return `city-vm (standby lwl-vm)`; `none` where the instance has no place."""
    if service is None:
        return "none"
    standby = f" (standby {', '.join(service.standby)})" if service.standby else ""
    return f"{service.pool}{standby}"


def _what(change: Change) -> str:
    if change.before is None and change.after is not None:
        return render_place(change.after)
    if change.after is None and change.before is not None:
        place = f"was {render_place(change.before)}"
        return f"{place}: {change.reason}" if change.reason else place
    assert change.before is not None
    assert change.after is not None
    cords = changed_cords(change.before, change.after)
    moved = ", ".join(f"{inlet} {old} -> {new}" for inlet, (old, new) in cords.items())
    if change.kind is Kind.CORDS:
        return f"{render_place(change.after)}: {moved}"
    return f"{render_place(change.before)} -> {render_place(change.after)}"


def diff_json(diff: Diff) -> dict[str, Any]:
    """Return the changes as JSON-ready data, grouped by kind; `services` only where some change."""
    services = [
        {
            "instance": change.instance,
            "before": _pools_json(change.before),
            "after": _pools_json(change.after),
            "reason": change.reason or None,
        }
        for change in diff.services
    ]
    return ({"services": services} if services else {}) | {
        "counts": {kind.value: len(diff.of(kind)) for kind in Kind}
        | {"unchanged": diff.num_unchanged},
        "changes": [
            {
                "kind": change.kind.value,
                "instance": change.instance,
                "before": place_json(change.before),
                "after": place_json(change.after),
                "reason": change.reason or None,
            }
            for change in diff.changes
        ],
    }


def _pools_json(service: ServicePlacement | None) -> dict[str, Any] | None:
    """Return the pools of an instance as in the layout lock, or None."""
    if service is None:
        return None
    return {"pool": service.pool, "standby": list(service.standby)}


def place_json(place: Place | None) -> dict[str, Any] | None:
    """Return a place as in the layout lock, or None."""
    if place is None:
        return None
    cords = (
        None
        if place.cords is None
        else {cord.inlet: _outlet(cord.node, cord.leg) for cord in place.cords}
    )
    return {
        "rack": place.rack,
        "position": None if place.position_half is None else _units(place.position_half),
        "face": place.face.value if place.face is not None else None,
        "cords": cords,
    }


def _units(half: int) -> int | float:
    """Return a half-U index as NetBox's position: a whole number where it is one, else `.5`."""
    return half // 2 if half % 2 == 0 else half / 2
