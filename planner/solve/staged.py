"""Services after equipment: for estates whose joint model would be too large.

Equipment is placed first, as if there were no services. Then services are placed on it. Where some
find no room, the hosts and the storage of the pools that could take them may be placed anew along
with all services, everything else staying where it is.

A bound of the first step holds for the whole problem as long as the result is as good as that step
in every tier before: services only add rules and things to place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from planner.model.layout import TierResult
from planner.model.scenarios import NETWORK_KINDS, iter_alone, iter_scenarios
from planner.problem.problem import Problem
from planner.solve.engine import Search, value_of
from planner.solve.model import Model

#: Up to so many states times pools everything is one model; 72 racks with 17 pools are below it.
JOINT_LIMIT = 10_000


def is_joint(problem: Problem) -> bool:
    """Whether services and equipment fit into one model."""
    estate = problem.estate
    if not problem.service_groups:
        return True
    alone = sum(scenario.kind not in NETWORK_KINDS for scenario in iter_alone(estate))
    states = sum(1 for _ in iter_scenarios(estate)) + alone
    return states * len(estate.pools) <= JOINT_LIMIT


def search_staged(problem: Problem, search: Callable[[Problem], Search]) -> Search:
    """Place equipment with `search`, then services; return the last search with its results.

    Raises
    ------
    Infeasible, Undecided
        As the search for equipment does.
    """
    first = search(replace(problem, service_groups=()))
    if first.incumbent is None:
        return first
    last = _next(problem, first, first, frozenset())
    free = _carriers(last)
    if free and last.clock.left_s and not last.options.stop_event.is_set():
        better = _next(problem, first, last, free)
        if better.incumbent is not None:
            last = better
    last.results = _bounds(first, last)
    return last


def _next(problem: Problem, first: Search, last: Search, free: Collection[int]) -> Search:
    """Search on with services, and with groups of equipment in `free` free to stand elsewhere."""
    assert last.incumbent is not None
    options = last.model.candidates.options
    chosen = {options[o].identity for o in last.incumbent.assignment.counts}
    placed = {options[o].group for o in last.incumbent.assignment.counts}
    candidates = first.model.candidates.restricted(
        problem, lambda o: o.identity in chosen or o.group in free or o.group not in placed
    )
    model = Model(candidates, first.model.as_built, defers=True)
    search = Search(model, first.options, first.clock, first.on_progress)
    search.adopt(last)
    search.run()
    return search


def _carriers(search: Search) -> frozenset[int]:
    """Return the groups of hosts and storage of pools that unplaced services could use."""
    assert search.incumbent is not None
    problem, services = search.model.problem, search.model.candidates.services
    counts = search.incumbent.assignment.services
    carriers: set[str] = set()
    for group in problem.service_groups:
        options = services.of_group[group.index]
        if sum(counts.get(o.index, 0) for o in options) < group.count:
            for pool in {p for option in options for p in option.pools}:
                declared = problem.estate.pools[pool]
                carriers.update(declared.hosts, declared.storage_on)
    return frozenset(g.index for g in problem.groups if g.workload.id in carriers)


def _bounds(first: Search, last: Search) -> list[TierResult]:
    """Return the tiers of the last search with the bounds of the first, as far as they hold."""
    assert last.incumbent is not None
    known = {result.tier: result for result in first.results}
    found: list[TierResult] = []
    is_as_good = True
    for term in last.tiers:
        value = value_of(last.incumbent, term)
        result = known.get(term.tier)
        bound = 0 if result is None or not is_as_good else min(result.bound, value)
        found.append(TierResult(tier=term.tier, unit=term.unit, objective=value, bound=bound))
        reached = result.objective if result is not None else 0
        is_as_good = is_as_good and value == reached
    return found
