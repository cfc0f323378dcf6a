"""Tries every action of an estate by itself: its patch has to be right before anybody needs it."""

from __future__ import annotations

from dataclasses import replace

from planner.errors import InventoryError, Problem
from planner.io.estate import Parsed
from planner.model.action import with_required


def try_actions(parsed: Parsed) -> int:
    """Build the estate after each of its actions, with what it requires; return their number.

    Raises
    ------
    InventoryError
        With every problem found, sorted by place; each says which action it comes with. What is
        wrong with an action is not said again of those that require it.
    """
    actions = parsed.build().estate.actions
    problems: list[Problem] = []
    known: set[Problem] = set()
    tried: set[frozenset[str]] = set()
    for key in with_required(actions, actions):
        together = with_required(actions, [key])
        if frozenset(together) in tried:  # actions that require each other
            continue
        tried.add(frozenset(together))
        try:
            parsed.build(together)
        except InventoryError as error:
            new = [p for p in error.problems if p not in known]
            known.update(new)
            problems += [replace(p, message=f"with action `{key}`: {p.message}") for p in new]
    if problems:
        raise InventoryError(problems)
    return len(actions)
