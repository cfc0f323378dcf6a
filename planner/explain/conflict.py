"""The smallest conflict: demands and rules that cannot hold together, and of which none can go.

CP-SAT's own cores name what was never assumed and are not minimal (or-tools issues 5141, 4109), so
every step is a question of its own (`planner.solve.relax`): members are left out by halves
(QuickXplain: Junker 2004), workloads first, then rules, then what the rules are about. A member is
shown to be needed by a layout that exists without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from planner.problem.problem import Problem
from planner.solve.clock import Clock
from planner.solve.options import Options
from planner.solve.registry import FILTERS
from planner.solve.relax import (
    ALL_RULES,
    BALANCE,
    Relaxation,
    Rules,
    Verdict,
    is_by_subject,
)
from planner.solve.rows import Key, Row

#: Share of the time for the first proof, before anything is left out.
_PROOF_SHARE = 0.5


class Status(StrEnum):
    """What is known of a conflict."""

    IRREDUCIBLE = "irreducible"
    PROVEN = "proven"
    NONE = "none"
    NOT_FOUND = "not-found"


class Member(NamedTuple):
    """A demand (`rule` empty, `subject` a workload), or a rule; `subject` empty = all of it."""

    rule: str
    subject: str


class Conflict(NamedTuple):
    """What cannot hold together.

    Attributes
    ----------
    status
        `irreducible`: infeasible by proof, and each member shown to be needed. `proven`: infeasible
        by proof, members outside `needed` may be too many. `none`: everything can hold together.
        `not-found`: undecided in time.
    rows
        Capacity rows of the member rules in the last proof.
    num_asked
        Questions that were solved for it.
    kept_out
        (rule, workload) -> places (racks or choices of pools) that the rule alone keeps it out of,
        of how many, and by how much at least.
    """

    status: Status
    members: tuple[Member, ...] = ()
    needed: frozenset[Member] = frozenset()
    rows: tuple[Row, ...] = ()
    num_asked: int = 0
    kept_out: Mapping[tuple[str, str], tuple[int, int, int]] = {}

    @property
    def demands(self) -> tuple[str, ...]:
        """The workloads."""
        return tuple(m.subject for m in self.members if not m.rule)

    @property
    def rules(self) -> tuple[Member, ...]:
        """The rules."""
        return tuple(m for m in self.members if m.rule)


def find_conflict(
    problem: Problem,
    missing: Sequence[str],
    as_built: Mapping[Key, int],
    options: Options,
    on_question: Callable[[int], None] = lambda _: None,
) -> Conflict:
    """Return the smallest conflict that keeps some workloads from being placed.

    Parameters
    ----------
    missing
        Workloads that found no place; empty asks why the whole estate is infeasible.
    on_question
        Told the number of each question before it is asked.
    """
    clock = Clock(options.time_limit_ms, deterministic=options.reproducible)
    relaxation = Relaxation(problem, as_built, options)
    return _Finder(relaxation, clock, on_question).find(missing)


@dataclass
class _Finder:
    """One search: the demands and rules that are left, and which were shown to be needed."""

    relaxation: Relaxation
    clock: Clock
    on_question: Callable[[int], None]

    def __post_init__(self) -> None:
        self._known: dict[tuple[frozenset[str], frozenset[str], object], Verdict] = {}
        self._rows: tuple[Row, ...] = ()
        self._is_unsure = False

    def find(self, missing: Sequence[str]) -> Conflict:
        """Look at the missing workloads one by one, then together, then beside all others."""
        for start in self._starts(missing):
            verdict = self._ask(start, ALL_RULES, _PROOF_SHARE)
            if verdict is Verdict.INFEASIBLE:
                return self._shrink(start, missing)
            if verdict is Verdict.FEASIBLE and start == self._everything:
                return self._in_balance()
        return Conflict(Status.NOT_FOUND, num_asked=self.relaxation.num_asked)

    def _in_balance(self) -> Conflict:
        """Ask the rules that hold for everything together only; they are not made smaller."""
        verdict = self._ask(self._everything, Rules(ALL_RULES.slugs | BALANCE))
        num_asked = self.relaxation.num_asked
        if verdict is Verdict.UNKNOWN:
            return Conflict(Status.NOT_FOUND, num_asked=num_asked)
        if verdict is Verdict.FEASIBLE:
            return Conflict(Status.NONE, num_asked=num_asked)
        members = [Member("", w) for w in sorted(self._everything)]
        members += [Member(rule, "") for rule in sorted(BALANCE)]
        return Conflict(Status.PROVEN, tuple(members), num_asked=num_asked)

    @property
    def _everything(self) -> frozenset[str]:
        problem = self.relaxation.problem
        found = {g.workload.id for g in problem.groups}
        return frozenset(found | {g.workload.id for g in problem.service_groups})

    def _starts(self, missing: Sequence[str]) -> Iterable[frozenset[str]]:
        """Yield sets of demands to try: small ones first."""
        yield frozenset()  # what the estate itself breaks, whatever is placed
        for workload in missing:
            yield frozenset({workload})
        if len(missing) > 1:
            yield frozenset(missing)
        yield self._everything

    def _ask(self, demands: Iterable[str], rules: Rules, share: float = 1.0) -> Verdict:
        demands = frozenset(demands)
        subjects = tuple(sorted((k, tuple(sorted(v))) for k, v in rules.subjects.items()))
        key = (demands, rules.slugs, subjects)
        if key not in self._known:
            self.on_question(self.relaxation.num_asked + 1)
            limit = Clock(int(1000 * self.clock.left_s * share), deterministic=False)
            answer = self.relaxation.ask(demands, rules, limit)
            self._known[key] = answer.verdict
            if answer.verdict is Verdict.INFEASIBLE:
                self._rows = answer.rows
        return self._known[key]

    def _is_infeasible(self, demands: Iterable[str], rules: Rules) -> bool:
        """Whether the proof succeeds; without a decision the member in question stays."""
        if self.clock.left_s <= 0:
            self._is_unsure = True
            return False
        verdict = self._ask(demands, rules)
        self._is_unsure = self._is_unsure or verdict is Verdict.UNKNOWN
        return verdict is Verdict.INFEASIBLE

    def _shrink(self, demands: frozenset[str], missing: Sequence[str]) -> Conflict:
        """Leave out what can be left out: workloads, then rules, then subjects of rules.

        Of two explanations the one by single places (filters) is kept: it is the plainer one.
        """
        order = [w for w in sorted(demands) if w not in missing]
        kept = _minimal(
            tuple(order + [w for w in missing if w in demands]),
            lambda some: self._is_infeasible(some, ALL_RULES),
        )
        slugs = _minimal(
            tuple(sorted(ALL_RULES.slugs, key=lambda slug: (slug in FILTERS, slug))),
            lambda some: self._is_infeasible(kept, Rules(frozenset(some))),
        )
        rules = Rules(frozenset(slugs))
        self._is_infeasible(kept, rules)
        for slug in slugs:
            rules = self._narrow(kept, rules, slug)
        members = [Member("", w) for w in sorted(kept)]
        for slug in sorted(slugs):
            members += [Member(slug, s) for s in sorted(rules.subjects.get(slug, {""}))]
        needed = frozenset(m for m in members if self._is_needed(m, kept, rules))
        done = len(needed) == len(members)
        rows = tuple(r for r in self._rows if rules.keeps(r.key.rule, r.key.subject))
        return Conflict(
            Status.IRREDUCIBLE if done else Status.PROVEN,
            tuple(members),
            needed,
            rows,
            self.relaxation.num_asked,
            self.relaxation.kept_out(kept),
        )

    def _narrow(self, demands: Sequence[str], rules: Rules, slug: str) -> Rules:
        """Keep a rule only for the subjects that matter, where it is about capacities."""
        subjects = sorted({row.key.subject for row in self._rows if row.key.rule == slug})
        if not is_by_subject(slug) or not subjects:
            return rules

        def narrowed(some: Iterable[str]) -> Rules:
            return Rules(rules.slugs, {**rules.subjects, slug: frozenset(some)})

        if not self._is_infeasible(demands, narrowed(subjects)):
            return rules  # it is more than rows: other parts of the rule matter
        return narrowed(
            _minimal(tuple(subjects), lambda some: self._is_infeasible(demands, narrowed(some)))
        )

    def _is_needed(self, member: Member, demands: Sequence[str], rules: Rules) -> bool:
        """Whether a layout exists without a member; False also where that is not decided."""
        if not member.rule:
            rest = [w for w in demands if w != member.subject]
            return self._ask(rest, rules) is Verdict.FEASIBLE
        if member.subject:
            left = rules.subjects[member.rule] - {member.subject}
            fewer = Rules(rules.slugs, {**rules.subjects, member.rule: left})
        else:
            fewer = Rules(rules.slugs - {member.rule}, rules.subjects)
        return self._ask(demands, fewer) is Verdict.FEASIBLE


def _minimal(
    items: tuple[str, ...], is_infeasible: Callable[[Sequence[str]], bool]
) -> tuple[str, ...]:
    """Return a part of `items` that is infeasible and of which none can go (QuickXplain).

    Later items are kept in preference to earlier ones.
    """
    if is_infeasible(()):
        return ()

    def explain(
        background: tuple[str, ...], rest: tuple[str, ...], *, is_new: bool
    ) -> tuple[str, ...]:
        if is_new and is_infeasible(background):
            return ()
        if len(rest) == 1:
            return rest
        middle = len(rest) // 2
        first, second = rest[:middle], rest[middle:]
        # The later half goes into the background first, so that earlier items are left out.
        kept_first = explain(background + second, first, is_new=True)
        kept_second = explain(background + kept_first, second, is_new=bool(kept_first))
        return kept_first + kept_second

    return explain((), items, is_new=False)
