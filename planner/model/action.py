"""Actions that an estate prices: what each costs and takes, and which go together.

What an action changes is a patch of the files; it stays where the files are read (`planner.io`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from planner.model.base import Declared


class Action(Declared):
    """Something that could be done to an estate at a price.

    Attributes
    ----------
    days
        From the order until it is done.
    requires, excludes
        Actions that must be done as well, and those that must not; `excludes` holds both ways.
    """

    id: str
    name: str
    cost_cents: int
    days: int
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


def with_required(actions: Mapping[str, Action], ids: Iterable[str]) -> tuple[str, ...]:
    """Return actions and all that they require: what is required first, else by id."""
    seen: set[str] = set()
    found: list[str] = []

    def add(key: str) -> None:
        if key in seen or key not in actions:
            return
        seen.add(key)  # before the others: two actions may require each other
        for other in sorted(actions[key].requires):
            add(other)
        found.append(key)

    for key in sorted(ids):
        add(key)
    return tuple(found)


def missing(actions: Mapping[str, Action], ids: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs (action, what it requires) where the latter is not among `ids`."""
    return tuple((k, r) for k in sorted(ids) for r in sorted(actions[k].requires) if r not in ids)


def clashes(actions: Mapping[str, Action], ids: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs (action, what it excludes) that are both among `ids`."""
    return tuple((k, r) for k in sorted(ids) for r in sorted(actions[k].excludes) if r in ids)
