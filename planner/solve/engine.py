"""The lexicographic search: tier by tier, packing every answer, cutting what cannot be packed.

Time: each tier may use half of the time that is left, the last one all of it; the first keeps
searching until there is any layout at all. A tier's bound holds for all layouts that are as good in
the tiers before it; it is conditional where one of those is unproven.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Event

from planner.model.layout import TierResult
from planner.problem.problem import Group
from planner.problem.services import ServiceGroup
from planner.solve import cpsat
from planner.solve.assignment import Assignment, PackingFailure, assign
from planner.solve.clock import Clock
from planner.solve.cuts import add_cut
from planner.solve.model import Model
from planner.solve.objectives import terms
from planner.solve.objectives.term import Term
from planner.solve.options import Options
from planner.solve.progress import OnProgress, Progress
from planner.solve.score import tier_values
from planner.solve.standing import Infeasible, Unavoidable

#: Weight of the highest priority where services alone are placed.
MAX_WEIGHT = 10**12

#: A tier gets at least this much, s.
MIN_BUDGET_S = 0.5


@dataclass
class Incumbent:
    """The best packed assignment so far, and the tier values it reached."""

    assignment: Assignment
    values: dict[str, int]
    soft: int = 0


@dataclass
class Search:
    """One search over one model.

    Attributes
    ----------
    unavoidable
        Bounds that hold because of what stands.
    is_narrow
        Give up after a tier `unplaced`, `soft` or `moves` that is above the bound known without a
        search: used on the smaller model in which most standing instances stay.
    """

    model: Model
    options: Options
    clock: Clock
    on_progress: OnProgress
    hint: Mapping[int, int] = field(default_factory=dict)
    unavoidable: Unavoidable = field(default_factory=Unavoidable)
    is_narrow: bool = False
    incumbent: Incumbent | None = None
    results: list[TierResult] = field(default_factory=list)
    tiers: tuple[Term, ...] = ()

    def run(self) -> bool:
        """Search all tiers; return whether all of them were searched.

        Raises
        ------
        Infeasible
            When the model has no solution at all.
        """
        self.tiers = terms(self.model)
        self._try_hint()
        proven = True
        for k, term in enumerate(self.tiers):
            is_last = k == len(self.tiers) - 1
            result = self._search_tier(term, is_last=is_last, conditional=not proven)
            if result is None:
                return False
            self.results.append(result)
            proven = proven and result.is_optimal
            if self.is_narrow and result.objective > self._most(term):
                return False
        if self.incumbent is None:  # no tier has anything to decide
            self._take_nothing()
        return True

    def _take_nothing(self) -> None:
        found = self._at(Assignment({}, {}))
        if found.status == "INFEASIBLE":
            raise Infeasible
        if found.values is not None:
            self._accept(found.values)

    def _most(self, term: Term) -> float:
        """Return up to which value a tier lets the search go on."""
        is_early = term.tier.partition("[")[0] in ("unplaced", "soft", "moves")
        return self.least(term) if is_early else math.inf

    def least(self, term: Term) -> int:
        """Return a bound that holds for a tier without a search."""
        if term.tier == "soft":
            return self.unavoidable.soft
        if term.tier.startswith("unplaced"):
            return self._without_options.get(term.tier, 0)
        # Moves that mend what is broken are unavoidable once the soft tier is held at its least.
        soft = next((r.objective for r in self.results if r.tier == "soft"), None)
        is_least = soft == self.unavoidable.soft
        return self.unavoidable.disruption if term.tier == "moves" and is_least else 0

    @cached_property
    def _without_options(self) -> dict[str, int]:
        """Tier -> new instances that no rack and no pool can take."""
        candidates, problem = self.model.candidates, self.model.problem
        groups: list[Group | ServiceGroup] = [
            *(g for g in problem.groups if not candidates.of_group[g.index]),
            *(g for g in problem.service_groups if not candidates.services.of_group[g.index]),
        ]
        found: dict[str, int] = {}
        for group in groups:
            tier = f"unplaced[{group.workload.priority}]"
            found[tier] = found.get(tier, 0) + group.count
        return found

    def adopt(self, narrow: Search) -> None:
        """Start from what a search over another model of the same equipment has found."""
        if narrow.incumbent is None:
            return
        options = narrow.model.candidates.options
        found = narrow.incumbent.assignment
        counts = {options[o].identity: count for o, count in found.counts.items()}
        mine = {
            o.index: counts[o.identity]
            for o in self.model.candidates.options
            if o.identity in counts
        }
        # Filters of services look at no rack: all models of a problem have the same options.
        assignment = replace(found, counts=mine)
        values = tier_values(self.model, assignment)
        self.incumbent = Incumbent(assignment, values, narrow.incumbent.soft)

    def _try_hint(self) -> None:
        """Take the hint as first incumbent if it holds as it stands, with services on top."""
        counts = self.hint if self.incumbent is None else self.incumbent.assignment.counts
        if counts and self.model.y:
            self._place_services(counts)
        if not counts or self.model.y or self.incumbent is not None:
            return
        found = self._at(Assignment(self.hint, {}))
        if found.values is not None:
            self._accept(found.values)

    def _place_services(self, counts: Mapping[int, int]) -> None:
        """Place as many services as fit on equipment that stands like this."""
        while True:
            found = self._at(Assignment(counts, {}), places_services=True)
            if found.values is None or self._accept(found.values):
                return

    def settle(self) -> None:
        """Count the incumbent's soft amounts exactly: a search cut short may leave them high."""
        if self.incumbent is None or not self.incumbent.soft or not self.model.slacks:
            return
        options = replace(self.options, stop_event=Event())
        found = self._at(self.incumbent.assignment, options)
        if found.values is not None:
            self.incumbent.soft = min(self.incumbent.soft, self._soft(found.values))

    def _at(
        self,
        assignment: Assignment,
        options: Options | None = None,
        *,
        places_services: bool = False,
    ) -> cpsat.Run:
        """Solve for the least soft amounts with every option fixed.

        With `places_services` only the equipment is fixed, and as many services as possible are
        placed, those of the highest priority first.
        """
        model = self.model
        fixed = model.cp.clone()
        for option, variable in enumerate(model.x):
            same = fixed.get_int_var_from_proto_index(variable.index)
            fixed.add(same == assignment.counts.get(option, 0))
        if places_services and model.y:
            weights = _weights(model)
            fixed.maximize(sum(w * y for w, y in zip(weights, model.y, strict=True)))
        else:
            for option, variable in enumerate(model.y):
                same = fixed.get_int_var_from_proto_index(variable.index)
                fixed.add(same == assignment.services.get(option, 0))
            soft = [s.weight * s.variable for s in model.slacks.values()]
            fixed.minimize(sum(soft) if soft else 0)
        single = replace(options or self.options, workers=1)
        budget = max(self.clock.left_s / 4, MIN_BUDGET_S)
        return cpsat.run(fixed, budget, single, self.clock, lambda *_: None)

    def _soft(self, values: list[int]) -> int:
        """Return the weighted amounts of soft and inherited rules."""
        return sum(s.weight * values[s.variable.index] for s in self.model.slacks.values()) + sum(
            amount * values[self.model.x[o.index].index]
            for o in self.model.candidates.options
            for _, amount in o.broken
        )

    def _search_tier(self, term: Term, *, is_last: bool, conditional: bool) -> TierResult | None:
        """Minimise one tier, then hold it; None when there is no layout yet and time is up."""
        known = self._known_value(term)
        bound = self.least(term)
        if known is None or known > bound:
            share = self.clock.left_s if is_last else self.clock.left_s / 2
            bound = max(bound, self._minimise(term, max(share, MIN_BUDGET_S)))
            if self.incumbent is None:
                return None
            if self.model.y and term.tier.startswith("unplaced"):
                self._place_services(self.incumbent.assignment.counts)
            known = self._value(term)
        assert known is not None
        if not term.is_constant:
            self.model.cp.add(term.expression <= known)
        self._report(term.tier, known, bound, "done")
        return TierResult(
            tier=term.tier,
            unit=term.unit,
            objective=known,
            bound=min(bound, known),
            conditional=conditional,
        )

    def _known_value(self, term: Term) -> int | None:
        return 0 if term.is_constant else self._value(term)

    def _value(self, term: Term) -> int | None:
        return None if self.incumbent is None else value_of(self.incumbent, term)

    def _minimise(self, term: Term, budget_s: float) -> int:
        """Improve the incumbent in one tier; return the best proven bound."""
        until = self.clock.spent_s + budget_s
        bound = 0
        self.model.cp.minimize(term.expression)
        while True:
            end = until if self.incumbent is not None else max(until, self.clock.limit_s)
            left = end - self.clock.spent_s
            if left <= 0 or self.options.stop_event.is_set():
                return bound
            self._set_hint()
            found = cpsat.run(
                self.model.cp,
                left,
                self.options,
                self.clock,
                lambda value, low: self._report(term.tier, value, low, "search"),
            )
            if found.status == "INFEASIBLE":
                if self.incumbent is None:
                    raise Infeasible
                raise AssertionError(f"the model of tier {term.tier} excludes its own incumbent")
            bound = max(bound, found.bound)
            if found.values is None:
                return bound
            if self._accept(found.values):
                return bound

    def _accept(self, values: list[int]) -> bool:
        """Pack a solution and keep it if it is no worse, in all tiers one after the other.

        Add the rows put aside that it breaks, or cut what cannot be packed.
        """
        x = [values[v.index] for v in self.model.x]
        y = [values[v.index] for v in self.model.y]
        if self.model.add_broken(x, y):
            return False
        try:
            assignment = assign(self.model.candidates, x)
        except PackingFailure as failure:
            for rack, counts in failure.racks.items():
                add_cut(self.model, rack, counts)
            return False
        assignment = replace(assignment, services={o: n for o, n in enumerate(y) if n > 0})
        new = Incumbent(assignment, tier_values(self.model, assignment), self._soft(values))
        if self.incumbent is None or self._rank(new) <= self._rank(self.incumbent):
            self.incumbent = new
        return True

    def _rank(self, incumbent: Incumbent) -> list[int]:
        return [value_of(incumbent, term) for term in self.tiers if not term.is_constant]

    def _set_hint(self) -> None:
        found = None if self.incumbent is None else self.incumbent.assignment
        counts = self.hint if found is None else found.counts
        self.model.cp.clear_hints()  # type: ignore[no-untyped-call]
        if counts:
            for option, variable in enumerate(self.model.x):
                self.model.cp.add_hint(variable, counts.get(option, 0))
            for option, variable in enumerate(self.model.y):
                self.model.cp.add_hint(
                    variable, 0 if found is None else found.services.get(option, 0)
                )
            used = {self.model.candidates.options[o].rack for o in counts}
            for rack, opened in self.model.racks_opened.items():
                self.model.cp.add_hint(opened, rack in used)

    def _report(self, tier: str, value: int | None, bound: int | None, phase: str) -> None:
        self.on_progress(Progress(tier, value, bound, self.clock.seconds, phase))


def _weights(model: Model) -> list[int]:
    """Return a weight for each service option, so that no number of instances outweighs one above.

    Priorities that would need a weight beyond the limit count alike.
    """
    services = model.candidates.services
    groups = model.problem.service_groups
    priorities = sorted({g.workload.priority for g in groups}, reverse=True)
    base = 1 + sum(g.count for g in groups)
    weight = {p: max(1, MAX_WEIGHT // base**k) for k, p in enumerate(priorities)}
    return [weight[services.group(o).workload.priority] for o in services.options]


def value_of(incumbent: Incumbent, term: Term) -> int:
    """Return the value that an incumbent has in a tier."""
    return incumbent.soft if term.tier == "soft" else incumbent.values[term.tier]
