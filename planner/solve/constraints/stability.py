"""Stability: what stands stays, pins, move budget, never worse."""

from __future__ import annotations

from planner.problem.problem import Problem
from planner.solve.model import Model
from planner.solve.registry import Candidate, rack_filter, structure


@structure("stability.standing")
def standing(model: Model) -> None:
    """Every standing instance stays placed."""
    for group in model.problem.groups:
        if group.home is not None:
            model.cp.add(model.placed(group.index) == 1)


@rack_filter("stability.pinned")
def pinned(_: Problem, candidate: Candidate) -> int:
    """A pinned instance has no place but its home."""
    return 1 if candidate.group.is_pinned and not candidate.is_home else 0


@structure("stability.budget")
def budget(model: Model) -> None:
    """`moved instances <= move budget`, and none in a frozen window."""
    policy = model.problem.estate.policy
    limit = policy.move_budget
    if any(w.start <= model.problem.as_of <= w.end for w in policy.frozen_windows):
        limit = 0
    if limit is not None:
        waived = model.problem.waived.get(("stability.budget", model.problem.estate.id), 0)
        model.cp.add(sum(model.moved.values()) <= limit + waived)


@structure("stability.worse")
def worse(model: Model) -> None:
    """`amount <= amount that as-built has already`, for every rule that may be inherited."""
    for key, slack in model.inherited.items():
        model.cp.add(slack <= model.as_built_amount(key))
