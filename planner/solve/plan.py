"""Plan an estate: compile, search, decode.

Where things stand already, two models are used. In the first only workloads may move that have a
part in a rule that is broken now. When it places everything, and breaks and moves no more than no
layout can avoid (`planner.solve.standing`), `unplaced`, `soft` and `moves` are at their optimum,
every optimal layout moves only these workloads, and the bounds of the later tiers hold for the
whole problem. Otherwise the second model, with all moves, starts from what the first has found.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

from planner import __version__
from planner.model.estate import Estate
from planner.model.layout import (
    AsBuilt,
    Layout,
    Place,
    Placement,
    Provenance,
    ServicePlacement,
    TierResult,
    Unplaced,
)
from planner.problem.problem import Problem, compile_estate
from planner.solve import constraints  # noqa: F401  registers the rules
from planner.solve.assignment import is_moved
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.engine import Incumbent, Search
from planner.solve.greedy import Greedy
from planner.solve.model import Model
from planner.solve.objectives import terms
from planner.solve.options import Options
from planner.solve.outcome import Outcome
from planner.solve.progress import OnProgress, Progress, silent
from planner.solve.reasons import reasons, why_infeasible
from planner.solve.rows import Key
from planner.solve.shortfalls import service_reasons
from planner.solve.staged import is_joint, search_staged
from planner.solve.standing import (
    Infeasible,
    Unavoidable,
    Undecided,
    as_built_amounts,
    unavoidable,
)

ENGINE = "cp-sat"
ENGINE_STAGED = "cp-sat, services after equipment"

#: Share of the time that equipment may take where services are placed after it.
_EQUIPMENT_SHARE = 0.7


def plan(
    estate: Estate,
    as_built: AsBuilt,
    as_of: date,
    options: Options,
    on_progress: OnProgress = silent,
    *,
    estate_digest: str = "",
    as_built_digest: str = "",
) -> Outcome:
    """Return the best layout found within the limits, with a bound for every tier."""
    clock = Clock(options.time_limit_ms, deterministic=options.reproducible)
    problem = compile_estate(estate, as_built, as_of)
    joint = is_joint(problem)
    try:
        if joint:
            search = _search(problem, options, clock, on_progress)
        else:
            search = _search_staged(problem, options, clock, on_progress)
    except Infeasible:
        return Outcome(
            "INFEASIBLE",
            infeasible_reason=why_infeasible(problem, _as_built(problem)),
        )
    except Undecided:
        return Outcome("UNKNOWN", interrupted=options.stop_event.is_set())
    interrupted = options.stop_event.is_set()
    if search.incumbent is None:
        return Outcome("UNKNOWN", interrupted=interrupted)
    search.settle()
    tiers = _all_tiers(search, search.incumbent)
    is_optimal = all(tier.is_optimal for tier in tiers)
    provenance = Provenance(
        planner_version=__version__,
        engine=ENGINE if joint else ENGINE_STAGED,
        ortools_version=version("ortools"),
        seed=options.seed,
        workers=options.workers,
        time_limit_ms=options.time_limit_ms,
        reproducible=options.reproducible,
        stopped_early=not is_optimal,
        as_of=as_of,
        estate_digest=estate_digest,
        as_built_source=as_built.source,
        as_built_digest=as_built_digest,
    )
    layout = _decode(search, search.incumbent, tiers, provenance)
    return Outcome(
        "OPTIMAL" if is_optimal else "FEASIBLE", layout, interrupted, notes=_notes(search)
    )


def _search(problem: Problem, options: Options, clock: Clock, on_progress: OnProgress) -> Search:
    on_progress(Progress("", None, None, clock.seconds, "compile"))
    standing = any(g.home is not None for g in problem.groups)
    as_built = _as_built(problem)
    narrow: Search | None = None
    known = Unavoidable()
    if standing and _moves_come_early(problem):
        known = unavoidable(problem, as_built)
        model = Model(Candidates(problem, movable=known.movable), as_built, defers=True)
        narrow = Search(model, options, clock, on_progress, _greedy(model), known, is_narrow=True)
        if _is_enough(narrow):
            return narrow
    model = Model(Candidates(problem), as_built, defers=True)
    search = Search(model, options, clock, on_progress, {}, known)
    if narrow is not None:
        search.adopt(narrow)
    if search.incumbent is None:
        search.hint = _greedy(model)
    search.run()
    return search


def _search_staged(
    problem: Problem, options: Options, clock: Clock, on_progress: OnProgress
) -> Search:
    def equipment(alone: Problem) -> Search:
        limit_s = clock.limit_s
        clock.limit_s = _EQUIPMENT_SHARE * limit_s
        try:
            return _search(alone, options, clock, on_progress)
        finally:
            clock.limit_s = limit_s

    return search_staged(problem, equipment)


def _is_enough(narrow: Search) -> bool:
    """Search the smaller model; whether its result holds for the whole problem, or time is up."""
    try:
        if narrow.run():
            return True
    except Infeasible:
        return False
    is_over = narrow.options.stop_event.is_set() or not narrow.clock.left_s
    if narrow.incumbent is None or not is_over:
        return False
    # of the smaller model's bounds only 0 is sure to hold for the whole problem
    narrow.results = [result for result in narrow.results if result.objective == 0]
    return True


def _as_built(problem: Problem) -> dict[Key, int]:
    """Return what as-built breaks; nothing where nothing stands."""
    standing = any(g.home is not None for g in problem.groups)
    return as_built_amounts(problem) if standing else {}


def _greedy(model: Model) -> dict[int, int]:
    return Greedy(model.candidates, model.rows).run()


def _moves_come_early(problem: Problem) -> bool:
    """Whether staying costs nothing that a tier before `moves` could win back by moving."""
    tiers = problem.estate.policy.tiers
    before = tiers[: tiers.index("moves")] if "moves" in tiers else tiers
    return set(before) <= {"unplaced", "soft"} and "moves" in tiers


def _all_tiers(search: Search, incumbent: Incumbent) -> tuple[TierResult, ...]:
    """Return the searched tiers, and the others as found, with the bound 0 that always holds.

    Where the model forbids more than the rules do (see `_notes`), only 0 is a bound.
    """
    found = {result.tier: result for result in search.results}
    tiers: list[TierResult] = []
    proven = True
    is_stricter = bool(_notes(search))
    for term in terms(search.model):
        value = incumbent.soft if term.tier == "soft" else incumbent.values[term.tier]
        result = found.get(term.tier)
        if result is None:
            result = TierResult(
                tier=term.tier,
                unit=term.unit,
                objective=value,
                bound=0 if is_stricter else min(search.least(term), value),
                conditional=not proven,
            )
        else:
            bound = 0 if is_stricter else min(result.bound, value)
            result = result.model_copy(
                update={"objective": value, "bound": bound, "conditional": not proven}
            )
        tiers.append(result)
        proven = proven and result.is_optimal
    return tuple(tiers)


def _decode(
    search: Search, incumbent: Incumbent, tiers: tuple[TierResult, ...], provenance: Provenance
) -> Layout:
    problem = search.model.problem
    placements: dict[str, Placement] = {}
    missing: dict[str, Place | None] = {}
    for group in problem.groups:
        for instance in group.instances:
            place = incumbent.assignment.places.get(instance)
            home = group.home
            if place is None:
                missing[instance] = home
                continue
            placements[instance] = Placement(
                instance=instance,
                place=place,
                standing=home is not None,
                was=home if home is not None and is_moved(home, place) else None,
            )
    services = _decode_services(search.model, incumbent)
    for services_group in problem.service_groups:
        missing |= dict.fromkeys(i for i in services_group.instances if i not in services)
    why = reasons(search.model, incumbent.assignment, missing)
    why |= service_reasons(search.model, incumbent.assignment)
    return Layout(
        estate=problem.estate.id,
        provenance=provenance,
        tiers=tiers,
        placements={key: placements[key] for key in sorted(placements)},
        services=services,
        unplaced={i: Unplaced(instance=i, reason=why[i], was=missing[i]) for i in sorted(missing)},
    )


def _decode_services(model: Model, incumbent: Incumbent) -> dict[str, ServicePlacement]:
    """Hand the instances of each service to its pools, in order of the pools' ids."""
    services = model.candidates.services
    found: dict[str, ServicePlacement] = {}
    for group in model.problem.service_groups:
        waiting = iter(group.instances)
        for option in services.of_group[group.index]:
            for _ in range(incumbent.assignment.services.get(option.index, 0)):
                key = next(waiting)
                found[key] = ServicePlacement(
                    instance=key, pool=option.pool, standby=option.standby
                )
    return {key: found[key] for key in sorted(found)}


def _notes(search: Search) -> tuple[str, ...]:
    notes = []
    rounded = sum(row.rounded_up for row in search.model.rows)
    if rounded:
        notes.append(
            f"{rounded} load rows have coefficients rounded up: their exact form leaves 62 bits; "
            "what they forbid may be slightly more than the rules do"
        )
    cut_off = sorted(search.model.candidates.cut_off)
    if cut_off:
        notes.append(f"not all cordings were tried for {', '.join(f'`{w}`' for w in cut_off)}")
    return tuple(notes)
