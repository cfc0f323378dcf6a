"""Room for more: how many more workloads like a template fit beside what is placed.

Every answer is a plan: the copies are added as workloads of their own, below all others in
priority, and what is placed stands. `at_least` is what a judged layout shows; `at_most` what the
solver's bound leaves; where they are equal the number is proven.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from planner.check import check
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout, Standing
from planner.model.workload import Workload, split_instance_id
from planner.solve.options import Options
from planner.solve.outcome import Outcome
from planner.solve.plan import plan

#: Priority of the copies: below everything that an inventory can declare.
_LOWEST = -1

#: Copies tried at first; doubled while all of them fit.
_FIRST = 4

#: More copies than this are not looked for.
MAX_COPIES = 512


class Room(NamedTuple):
    """How many more of a bundle of templates fit.

    Attributes
    ----------
    at_least, at_most
        Copies that a layout shows, and that no layout exceeds; None = not bounded in time.
    where
        Rack or pool -> instances of the copies there.
    why_not
        Why the next copy has no place, in one sentence.
    layout
        The layout with the copies.
    """

    at_least: int
    at_most: int | None
    where: Mapping[str, int]
    why_not: str
    layout: Layout | None

    @property
    def is_proven(self) -> bool:
        """Whether no more fit, by proof."""
        return self.at_least == self.at_most


class Base(NamedTuple):
    """An estate in which all that a layout places stands where it is."""

    estate: Estate
    as_built: AsBuilt
    as_of: date


def base_of(estate: Estate, layout: Layout, as_of: date, moves: int = 0) -> Base:
    """Return the estate without what found no place; of the rest at most `moves` may move."""
    standing = {key: Standing(instance=key, place=p.place) for key, p in layout.placements.items()}
    numbers: dict[str, set[int]] = {}
    for key in (*layout.placements, *layout.services):
        name, number = split_instance_id(key)
        numbers.setdefault(name, set()).add(number)
    workloads = {}
    for key, workload in estate.workloads.items():
        if key not in numbers:
            continue
        pinned = frozenset(numbers[key]) if not moves and workload.equipment else workload.pinned
        workloads[key] = workload.model_copy(update={"pinned": pinned})
    policy = estate.policy.model_copy(
        update={"tiers": ("unplaced", "soft", "moves"), "move_budget": moves}
    )
    reduced = estate.model_copy(update={"workloads": workloads, "policy": policy})
    return Base(reduced, AsBuilt(source="layout", standing=standing), as_of)


def copies_of(template: Workload, count: int) -> dict[str, Workload]:
    """Return so many workloads like a template, `<id>+1`, `<id>+2`, ..."""
    update = {
        "priority": _LOWEST,
        "pinned": frozenset(),
        "valid_from": None,
        "valid_until": None,
    }
    copies = {}
    for n in range(1, count + 1):
        key = f"{template.id}+{n}"
        copies[key] = template.model_copy(update={**update, "id": key})
    return copies


def headroom(
    base: Base,
    templates: Sequence[Workload],
    options: Options,
    on_try: Callable[[int], None] = lambda _: None,
) -> Room:
    """Return how many copies of all templates together fit.

    Parameters
    ----------
    options
        Limits of each single plan.
    on_try
        Told how many copies are tried.
    """
    best: Layout | None = None
    low, high = 0, None
    why = ""
    count = _FIRST
    while high is None or low < high:
        if options.stop_event.is_set():
            break
        on_try(count)
        placed, most, layout, reason = _try(base, templates, count, options)
        if layout is not None and (placed > low or best is None or placed == low < count):
            low, best = placed, layout
        if most is not None and most < count:
            high = most if high is None else min(high, most)
            why = reason or why
        if placed == count and (high is None or count < high):
            if count >= MAX_COPIES:
                break
            count = min(2 * count, MAX_COPIES, high or MAX_COPIES)
            continue
        if high is None or low >= high or len(templates) == 1:
            break
        count = (low + high + 1) // 2  # a bundle: the number of instances says less
        if count == low:
            break
    return Room(low, high, _where(best, templates), why, best)


def _try(
    base: Base, templates: Sequence[Workload], count: int, options: Options
) -> tuple[int, int | None, Layout | None, str]:
    """Return copies placed, the most that can be, the layout, and why one is not placed."""
    added: dict[str, Workload] = {}
    for template in templates:
        added |= copies_of(template, count)
    workloads = dict(sorted({**base.estate.workloads, **added}.items()))
    estate = base.estate.model_copy(update={"workloads": workloads})
    outcome = plan(estate, base.as_built, base.as_of, options)
    layout = outcome.layout
    if layout is None:
        return 0, None, None, ""
    report = check(estate, layout, base.as_of)
    broken = [v for v in report.violations if not v.inherited]
    assert not broken, broken[0]
    missing = {split_instance_id(key)[0] for key in layout.unplaced} & added.keys()
    placed = min(
        sum(key not in missing for key in copies_of(template, count)) for template in templates
    )
    reason = next((layout.unplaced[k].reason for k in layout.unplaced if _of(k) in missing), "")
    return placed, _most(outcome, templates, count), layout, reason


def _of(instance: str) -> str:
    return split_instance_id(instance)[0]


def _most(outcome: Outcome, templates: Sequence[Workload], count: int) -> int | None:
    """Return the most copies that the bound of the lowest tier leaves, None where it says none."""
    assert outcome.layout is not None
    tiers = {tier.tier: tier for tier in outcome.layout.tiers}
    tier = tiers.get(f"unplaced[{_LOWEST}]")
    if tier is None or tier.conditional:
        return None
    smallest = min(t.count for t in templates)
    # So many instances are missing in every layout; each missing copy lacks at least one, and a
    # copy that is whole or nothing lacks all of its instances.
    if len(templates) == 1 and not templates[0].partial:
        return count - -(-tier.bound // smallest)
    return count if tier.bound == 0 else count - 1


def _where(layout: Layout | None, templates: Sequence[Workload]) -> dict[str, int]:
    if layout is None:
        return {}
    names = tuple(f"{template.id}+" for template in templates)
    found = Counter(p.place.rack for key, p in layout.placements.items() if key.startswith(names))
    found.update(s.pool for key, s in layout.services.items() if key.startswith(names))
    return dict(sorted(found.items()))


def next_copies(
    base: Base, room: Room, template: Workload
) -> tuple[dict[str, Workload], str] | None:
    """Return the copies that a layout knows and an instance of one without a place, if any."""
    if room.layout is None:
        return None
    name = f"{template.id}+"
    known = [k for k in (*room.layout.placements, *room.layout.unplaced) if k.startswith(name)]
    missing = next((k for k in room.layout.unplaced if k.startswith(name)), None)
    if missing is None or missing not in room.layout.unplaced:
        return None
    most = max(int(_of(key).removeprefix(name)) for key in known)
    return copies_of(template, most), missing


def at_sites(template: Workload, sites: Sequence[str]) -> Workload:
    """Return a template that may only stand at some sites."""
    allowed = template.allowed.model_copy(update={"site": tuple(sorted(sites))})
    return template.model_copy(update={"allowed": allowed})
