"""One set of actions on trial: planned with, and judged.

A set is good when planning with it places what is asked for, and the judge finds nothing broken
that need not be. It is bad by proof only: no layout exists, the plan's bound says that something
stays unplaced, the estate itself breaks a rule whatever is placed, or a conflict that is known from
another set holds here, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from planner.check import check
from planner.errors import InventoryError
from planner.explain.conflict import Conflict, find_conflict
from planner.explain.conflict import Status as Known
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout, Provenance, Unplaced
from planner.model.rules import RULES
from planner.model.violation import Violation
from planner.model.workload import split_instance_id
from planner.problem import compile_estate
from planner.solve.clock import Clock
from planner.solve.options import Options
from planner.solve.outcome import Outcome
from planner.solve.plan import plan
from planner.solve.relax import BALANCE, Relaxation, Rules, Verdict
from planner.solve.standing import Infeasible, Undecided, as_built_amounts

#: An estate after some of its actions, and where things stand then.
EstateWith = Callable[[tuple[str, ...]], tuple[Estate, AsBuilt]]

#: Tiers that say what is placed and what is broken; later ones only choose among such layouts. The
#: moves are among them because the solver is faster where little has to move.
_DECIDING = ("unplaced", "soft", "moves")

#: Share of the time that is left, for one plan and for finding one conflict.
_PLAN_SHARE, _CONFLICT_SHARE = 0.3, 0.15

#: Least time for either, s.
_LEAST_S = 1.0

#: Longest that a known conflict is asked about again, s.
_ASK_S = 10.0


class Decision(StrEnum):
    """What is known of a set."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"


class Trouble(NamedTuple):
    """What is wrong: no layout at all, no place for some instances, rules broken."""

    infeasible: str | None = None
    unplaced: tuple[Unplaced, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def about_estate(self) -> tuple[Violation, ...]:
        """Violations that no layout changes."""
        return tuple(v for v in self.violations if RULES[v.rule].about_estate)


@dataclass(frozen=True)
class Goal:
    """What has to be mended.

    Attributes
    ----------
    subject
        The workload asked about; None = everything.
    left
        Beside a subject: instances that have no place without any action, by workload.
    tolerated
        Beside a subject: what is broken without any action, by rule, subject and unit.
    mends_inherited
        Whether what stands now may break no rule either.
    """

    subject: str | None = None
    left: Mapping[str, int] = field(default_factory=dict)
    tolerated: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    mends_inherited: bool = False

    def is_unmet(self, estate: Estate, layout: Layout) -> bool:
        """Whether something has no place that should have one."""
        missing = Counter(split_instance_id(key)[0] for key in layout.unplaced)
        if self.subject is None:
            return bool(missing)
        if self.subject not in estate.workloads:
            return True
        return any(missing[key] > self.left.get(key, 0) for key in missing)

    def counts(self, violation: Violation) -> bool:
        """Whether a violation has to be mended."""
        key = (violation.rule, violation.subject, violation.unit)
        if violation.amount <= self.tolerated.get(key, 0):
            return False
        # A site that cannot stand alone today is a reason to ask, not an excuse.
        is_old = violation.inherited and not violation.rule.startswith("continuity.")
        return self.mends_inherited or not is_old

    def requires(self, workload: str) -> bool:
        """Whether all instances of a workload must have a place."""
        return self.subject is None or not self.left.get(workload)


class Trial(NamedTuple):
    """The result for one set.

    Attributes
    ----------
    num_reasons
        Reasons that were found against it without planning.
    """

    decision: Decision
    trouble: Trouble = Trouble()
    layout: Layout | None = None
    num_reasons: int = 0


class _Filter(NamedTuple):
    """A conflict as a question: these demands under these rules alone."""

    demands: frozenset[str]
    rules: Rules


@dataclass
class Trials:
    """Decides sets, each once; what it learns from one it asks of the next.

    A layout that holds with other actions, or places everything without any, may hold here as well:
    the judge is asked before the solver.

    Attributes
    ----------
    num_planned
        Sets that were planned with.
    """

    estate_with: EstateWith
    as_of: date
    options: Options
    clock: Clock
    goal: Goal = Goal()
    num_planned: int = 0

    def __post_init__(self) -> None:
        self._known: dict[frozenset[str], Trial] = {}
        self._filters: list[_Filter] = []
        self._layouts: list[tuple[AsBuilt, Layout]] = []
        self._asks_estate = False

    @property
    def is_over(self) -> bool:
        """Whether time is up, or somebody wants to stop."""
        return self.clock.left_s <= 0 or self.options.stop_event.is_set()

    def base(self, subject: str | None) -> Trial:
        """Plan without any action, and set the goal by what is wrong then."""
        estate, as_built = self.estate_with(())
        outcome = self._plan(estate, as_built)
        broken: tuple[Violation, ...] = ()
        if outcome.layout is not None:
            broken = check(estate, outcome.layout, self.as_of).violations
            self.goal = _goal(outcome.layout, broken, subject)
        elif subject is not None:
            others = {k: w.count for k, w in estate.workloads.items() if k != subject}
            self.goal = Goal(subject, others)
        trial = self._judged(estate, outcome, broken)
        self._asks_estate = bool(trial.trouble.about_estate)
        if outcome.layout is not None and not self.goal.is_unmet(estate, outcome.layout):
            self._layouts.append((as_built, outcome.layout))
        self._known[frozenset()] = self._settled(trial, estate, as_built)
        return self._known[frozenset()]

    def decide(self, chosen: frozenset[str]) -> Trial:
        """Return what is known of a set, after planning with it where that is needed."""
        if chosen not in self._known:
            trial = self._glance(chosen)
            if trial.decision is Decision.OPEN:
                estate, as_built = self.estate_with(tuple(sorted(chosen)))
                outcome = self._plan(estate, as_built)
                trial = self._settled(self._judged(estate, outcome), estate, as_built)
                if trial.layout is not None:
                    self._layouts[1:] = [(as_built, trial.layout)]
            self._known[chosen] = trial
        return self._known[chosen]

    def num_reasons(self, chosen: frozenset[str]) -> int:
        """Return how many reasons there are against a set without planning with it; -1 if good."""
        trial = self._known.get(chosen)
        if trial is None or (trial.decision is not Decision.GOOD and not trial.num_reasons):
            trial = self._glance(chosen, counts=True)
            if trial.decision is not Decision.OPEN:
                self._known.setdefault(chosen, trial)
        return -1 if trial.decision is Decision.GOOD else trial.num_reasons

    def _glance(self, chosen: frozenset[str], *, counts: bool = False) -> Trial:
        """Return what is known of a set without planning with it: a reason, or all of them."""
        try:
            estate, as_built = self.estate_with(tuple(sorted(chosen)))
        except InventoryError:
            return Trial(Decision.BAD, num_reasons=10**6)  # these patches do not go together
        reasons = 0
        if self._asks_estate:
            nothing = self._broken(estate, _empty(estate, self.as_of))
            reasons = len(nothing.about_estate)
        if counts or not reasons:
            against = self._against(estate, as_built)
            reasons += sum(against) if counts else any(against)
        if reasons:
            return Trial(Decision.BAD, num_reasons=reasons)
        for stands, layout in self._layouts:
            if stands == as_built and not self.goal.is_unmet(estate, layout):
                trouble = self._broken(estate, layout)
                if not trouble.violations:
                    return Trial(Decision.GOOD, trouble, layout)
        return Trial(Decision.OPEN)

    def _broken(self, estate: Estate, layout: Layout) -> Trouble:
        violations = check(estate, layout, self.as_of).violations
        return Trouble(violations=tuple(filter(self.goal.counts, violations)))

    def _plan(self, estate: Estate, as_built: AsBuilt) -> Outcome:
        self.num_planned += 1
        return plan(_decided(estate), as_built, self.as_of, self._limited(_PLAN_SHARE))

    def _limited(self, share: float) -> Options:
        seconds = max(_LEAST_S, share * self.clock.left_s)
        return replace(self.options, time_limit_ms=int(1000 * seconds))

    def _judged(
        self, estate: Estate, outcome: Outcome, broken: tuple[Violation, ...] | None = None
    ) -> Trial:
        """Return what a plan shows; it is judged where all has a place, unless it was already."""
        layout = outcome.layout
        if layout is None:
            is_proven = outcome.status == "INFEASIBLE"
            trouble = Trouble(infeasible=outcome.infeasible_reason if is_proven else None)
            return Trial(Decision.BAD if is_proven else Decision.OPEN, trouble)
        is_unmet = self.goal.is_unmet(estate, layout)
        if broken is None:
            broken = () if is_unmet else check(estate, layout, self.as_of).violations
        unplaced = tuple(
            item
            for key, item in layout.unplaced.items()
            if self.goal.subject in (None, split_instance_id(key)[0])
        )
        trouble = Trouble(None, unplaced, tuple(filter(self.goal.counts, broken)))
        if not is_unmet and not trouble.violations:
            return Trial(Decision.GOOD, trouble, layout)
        is_bad = trouble.about_estate or _is_proven(layout, "unplaced" if is_unmet else "soft")
        return Trial(Decision.BAD if is_bad else Decision.OPEN, trouble)

    def _settled(self, trial: Trial, estate: Estate, as_built: AsBuilt) -> Trial:
        """Look for the conflict behind a failure: it filters other sets, and may be the proof."""
        trouble = trial.trouble
        is_placed = bool(trouble.violations) and not trouble.unplaced
        if trial.decision is Decision.GOOD or is_placed or self.is_over:
            return trial
        conflict = self._conflict(estate, as_built, trial)
        if conflict is None:
            return trial
        rules: dict[str, frozenset[str]] = {}
        for rule, subject in conflict.rules:
            rules[rule] = rules.get(rule, frozenset()) | ({subject} if subject else set())
        subjects = {rule: keys for rule, keys in rules.items() if keys}
        demands = frozenset(conflict.demands)
        if rules.keys() & BALANCE or not all(map(self.goal.requires, demands)):
            return trial  # others could help, or need not be placed
        self._filters.insert(0, _Filter(demands, Rules(frozenset(rules), subjects)))
        return trial._replace(decision=Decision.BAD)

    def _conflict(self, estate: Estate, as_built: AsBuilt, trial: Trial) -> Conflict | None:
        missing = sorted({split_instance_id(item.instance)[0] for item in trial.trouble.unplaced})
        if self.goal.subject is not None:
            missing = [self.goal.subject]
        if any(key not in estate.workloads for key in missing):
            return None
        asked = self._relaxation(estate, as_built)
        if asked is None:
            return None
        options = self._limited(_CONFLICT_SHARE)
        found = find_conflict(asked.problem, missing, asked.as_built, options)
        return found if found.status in (Known.IRREDUCIBLE, Known.PROVEN) else None

    def _relaxation(self, estate: Estate, as_built: AsBuilt) -> Relaxation | None:
        """Return what questions are asked of; None where what stands was not judged in time."""
        problem = compile_estate(estate, as_built, self.as_of)
        try:
            amounts = as_built_amounts(problem) if as_built.standing else {}
        except (Infeasible, Undecided):
            return None
        return Relaxation(problem, amounts, self.options)

    def _against(self, estate: Estate, as_built: AsBuilt) -> Iterable[bool]:
        """Yield, for each known conflict, whether it holds here; the last that did comes first."""
        relaxation = self._relaxation(estate, as_built) if self._filters else None
        if relaxation is None:
            return
        for filter_ in tuple(self._filters):
            if self.is_over:
                return
            demands = filter_.demands & estate.workloads.keys()
            clock = Clock(int(1000 * min(_ASK_S, self.clock.left_s)), deterministic=False)
            answer = relaxation.ask(demands, filter_.rules, clock)
            holds = answer.verdict is Verdict.INFEASIBLE
            if holds:
                self._filters.remove(filter_)
                self._filters.insert(0, filter_)
            yield holds


def _goal(layout: Layout, violations: Iterable[Violation], subject: str | None) -> Goal:
    """Return what has to be mended, by what is wrong without any action."""
    if subject is None:
        is_met = not layout.unplaced and not any(map(Goal().counts, violations))
        return Goal(mends_inherited=is_met)
    left = Counter(split_instance_id(key)[0] for key in layout.unplaced)
    del left[subject]
    tolerated: dict[tuple[str, str, str], int] = {}
    for v in violations:
        key = (v.rule, v.subject, v.unit)
        tolerated[key] = max(v.amount, tolerated.get(key, 0))
    return Goal(subject, left, tolerated)


def _decided(estate: Estate) -> Estate:
    """Return the estate without the tiers after those that decide."""
    tiers = estate.policy.tiers
    last = max(tiers.index(tier) for tier in _DECIDING if tier in tiers)
    policy = estate.policy.model_copy(update={"tiers": tiers[: last + 1]})
    return estate.model_copy(update={"policy": policy})


def _is_proven(layout: Layout, last: str) -> bool:
    """Whether all tiers up to the last of this name are optimal."""
    names = [tier.tier.partition("[")[0] for tier in layout.tiers]
    if last not in names:
        return False
    end = len(names) - names[::-1].index(last)
    return all(tier.is_optimal for tier in layout.tiers[:end])


def _empty(estate: Estate, as_of: date) -> Layout:
    """Return a layout that places nothing."""
    provenance = Provenance(
        planner_version="", engine="none", ortools_version="", seed=0, workers=0,
        reproducible=True, as_of=as_of, estate_digest="", as_built_source="none",
        as_built_digest="",
    )  # fmt: skip
    keys = (key for w in estate.workloads.values() for key in w.instance_ids())
    return Layout(
        estate=estate.id,
        provenance=provenance,
        unplaced={key: Unplaced(instance=key, reason="") for key in keys},
    )
