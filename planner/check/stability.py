"""Stability: what stands stays, moves within the budget, nothing gets worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from planner.check.case import Case, workload_of
from planner.check.wording import names
from planner.model.layout import Layout, Place
from planner.model.scenarios import NORMAL
from planner.model.violation import Violation
from planner.model.workload import split_instance_id


def has_moved(was: Place, now: Place) -> bool:
    """Return whether rack, position, face or a known cord differ."""
    if (was.rack, was.position_half, was.face) != (now.rack, now.position_half, now.face):
        return True
    if was.cords is None:
        return False
    return _by_inlet(was) != _by_inlet(now)


def _by_inlet(place: Place) -> dict[str, str]:
    return {cord.inlet: cord.node for cord in place.cords or ()}


def moved(case: Case, layout: Layout) -> list[str]:
    """Return the standing instances of planned workloads that move, sorted."""
    return sorted(
        key
        for key, was in case.standing.items()
        if key in layout.placements
        and _is_planned(case, key)
        and has_moved(was, layout.placements[key].place)
    )


def _is_planned(case: Case, instance: str) -> bool:
    workload = workload_of(case.estate, instance)
    return workload is not None and workload.id in case.planned


def standing(case: Case, layout: Layout) -> Iterator[Violation]:
    """stability.standing: what stands stays placed."""
    for key, was in sorted(case.standing.items()):
        if key in layout.placements or not _is_planned(case, key):
            continue
        yield Violation(
            "stability.standing",
            key,
            NORMAL,
            1,
            0,
            "instances",
            f"`{key}` stands in rack `{was.rack}` and is not placed",
            "1 instance that stands",
            "places for it",
            layout.unplaced[key].at,
            hint="end its workload with `until` if it is to go",
        )


def pinned(case: Case, layout: Layout) -> Iterator[Violation]:
    """stability.pinned: a pinned instance that stands keeps rack, position, face and cords."""
    for key in moved(case, layout):
        workload_id, number = split_instance_id(key)
        if number not in case.planned[workload_id].pinned:
            continue
        was, now = case.standing[key], layout.placements[key].place
        yield Violation(
            "stability.pinned",
            key,
            NORMAL,
            1,
            0,
            "instances",
            f"`{key}` is pinned in rack `{was.rack}` and moves"
            + (f" to rack `{now.rack}`" if now.rack != was.rack else " within it"),
            "1 pinned instance",
            "moves it may make",
            layout.placements[key].at,
            hint="plan again, or take the pin away",
        )


def budget(case: Case, layout: Layout) -> Iterator[Violation]:
    """stability.budget: moves <= budget, and none in a frozen window."""
    moves = moved(case, layout)
    policy = case.estate.policy
    frozen = [w for w in policy.frozen_windows if w.start <= case.as_of <= w.end]
    allowed, note = policy.move_budget, "move_budget"
    if frozen:
        allowed, note = 0, f"frozen from {frozen[0].start} to {frozen[0].end}"
        note += f": {frozen[0].reason}" if frozen[0].reason else ""
    if allowed is None or len(moves) <= allowed:
        return
    yield Violation(
        "stability.budget",
        case.estate.id,
        NORMAL,
        len(moves),
        allowed,
        "moves",
        f"{names(moves)} {'moves' if len(moves) == 1 else 'move'}, more than may",
        "standing instances whose rack, position, face or cords change",
        note,
        policy.at,
        hint="plan again, or raise `move_budget`",
    )


_Key = tuple[str, str, str]


def amounts(violations: Iterable[Violation]) -> Counter[_Key]:
    """Return rule, subject and unit -> amount, added up."""
    total: Counter[_Key] = Counter()
    for violation in violations:
        total[violation.rule, violation.subject, violation.unit] += violation.amount
    return total


def worse(new: Iterable[Violation], before: Counter[_Key]) -> Iterator[Violation]:
    """stability.worse: amount(layout) <= amount(as-built) for what as-built breaks already."""
    found = list(new)
    at = {(v.rule, v.subject, v.unit): v for v in reversed(found)}
    for key, amount in sorted(amounts(found).items()):
        if key in before and amount > before[key]:
            violation = at[key]
            yield Violation(
                "stability.worse",
                violation.subject,
                violation.scenario,
                amount,
                before[key],
                violation.unit,
                f"`{violation.subject}` breaks {violation.rule} by {amount} {violation.unit}, "
                f"by {before[key]} {violation.unit} as it stands",
                f"amount of {violation.rule} in the layout",
                f"amount of {violation.rule} as built",
                violation.where,
                hint="plan again: what is broken already must not get worse",
            )
