"""The CP-SAT model: one integer per option, capacity rows, and what rules add of their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ortools.sat.python import cp_model

from planner.problem.problem import Problem
from planner.solve.candidates import Candidates
from planner.solve.hosting import Hosting
from planner.solve.pool_rows import PoolRow
from planner.solve.registry import ROWS, STRUCTURES
from planner.solve.rows import Key, Load, Row

#: Largest amount of a slack that only a policy bounds.
MAX_AMOUNT = 10**9

Expr = cp_model.LinearExprT


@dataclass(frozen=True)
class Slack:
    """An amount by which a rule may be broken, and what one unit of it costs in the soft tier."""

    variable: cp_model.IntVar
    weight: int


@dataclass
class Model:
    """Variables and constraints of one problem.

    Attributes
    ----------
    x
        (num_options,) instances of the option's group that stand there.
    y
        (num_service_options,) instances of the service that run on the option's pools.
    moved
        Group index -> 1 iff the standing instance does not stay.
    racks_opened
        Rack -> 1 where it holds any instance, for the racks that `opened` was asked about.
    inherited
        Slack of what as-built breaks already.
    as_built
        Amounts that as-built breaks, by key.
    measures
        Tells the rules to give a slack: used to learn by how much they are broken.
    without
        Rules to leave out: used for relaxations.
    drops
        Tells the capacity rows to leave out of rules that are kept.
    defers
        Put rows aside that hardly ever bind: whoever solves adds those that a solution breaks.
    deferred
        These rows.
    """

    candidates: Candidates
    as_built: Mapping[Key, int] = field(default_factory=dict)
    measures: Callable[[Key], bool] | None = None
    without: frozenset[str] = frozenset()
    drops: Callable[[Key], bool] | None = None
    defers: bool = False

    def __post_init__(self) -> None:
        self.problem: Problem = self.candidates.problem
        self.cp = cp_model.CpModel()
        self.x = [
            self.cp.new_int_var(0, self.candidates.group(o).count, f"{o.group}@{o.rack}/{o.index}")
            for o in self.candidates.options
        ]
        services = self.candidates.services
        self.y = [
            self.cp.new_int_var(0, services.group(o).count, f"{o.group}@{'+'.join(o.pools)}")
            for o in services.options
        ]
        self.deferred: list[PoolRow] = []
        self.slacks: dict[Key, Slack] = {}
        self.inherited: dict[Key, cp_model.IntVar] = {}
        self._loads: dict[Load, cp_model.IntVar] = {}
        self.racks_opened: dict[str, cp_model.IntVar] = {}
        self._literal: dict[tuple[str, int, int], cp_model.IntVar] = {}
        self._runs: dict[tuple[int, ...], cp_model.IntVar] = {}
        self._any: dict[frozenset[int], cp_model.IntVar] = {}
        self.moved = {
            g.index: self._moved(g.index) for g in self.problem.groups if g.home is not None
        }
        for group in self.problem.groups:
            self.cp.add(self.placed(group.index) <= group.count)
        for services_group in self.problem.service_groups:
            self.cp.add(self.placed_services(services_group.index) <= services_group.count)
        drops = self.drops or (lambda _: False)
        rows = distinct_rows(self.candidates, self.without, self.may_be_broken)
        self.rows = [row for row in rows if not drops(row.key)]
        for row in self.rows:
            self._add_row(row)
        # `stability.worse` bounds the slacks that all others have made.
        for slug in sorted(STRUCTURES, key=lambda slug: slug == "stability.worse"):
            if slug not in self.without:
                STRUCTURES[slug](self)

    def _moved(self, group: int) -> cp_model.IntVar:
        moved = self.cp.new_bool_var("")
        homes = [self.x[o.index] for o in self.candidates.of_group[group] if o.stays]
        self.cp.add(moved == 1 - sum(homes))
        return moved

    def upper(self, option: int) -> int:
        """Return the largest value of an option's variable."""
        return self.candidates.upper(option)

    def placed(self, group: int) -> Expr:
        """Return the number of placed instances of a group."""
        return cp_model.LinearExpr.sum([self.x[o.index] for o in self.candidates.of_group[group]])

    def placed_services(self, group: int) -> Expr:
        """Return the number of placed instances of a service group."""
        options = self.candidates.services.of_group[group]
        return cp_model.LinearExpr.sum([self.y[o.index] for o in options])

    @cached_property
    def hosting(self) -> Hosting:
        """What pools offer in which states."""
        return Hosting(self)

    def any_of(self, options: frozenset[int]) -> cp_model.LiteralT:
        """Return whether any of the equipment options holds an instance; exact both ways."""
        if not options:
            return False
        if options not in self._any:
            self._any[options] = self.at_least((f"any {sorted(options)}", 0), sorted(options), 1)
        return self._any[options]

    def any_service(self, options: tuple[int, ...]) -> cp_model.IntVar:
        """Return a literal that is true when any of the service options holds an instance."""
        if options not in self._runs:
            runs = self.cp.new_bool_var("")
            most = sum(self.candidates.services.upper(o) for o in options)
            self.cp.add(self.sum_services(dict.fromkeys(options, 1)) <= most * runs)
            self._runs[options] = runs
        return self._runs[options]

    def sum_services(self, terms: Mapping[int, int]) -> Expr:
        """Return `sum(coefficient * instances)` over service options."""
        return cp_model.LinearExpr.weighted_sum([self.y[o] for o in terms], list(terms.values()))

    def sum_options(self, terms: Mapping[int, int]) -> Expr:
        """Return `sum(coefficient * instances)` over options."""
        return cp_model.LinearExpr.weighted_sum([self.x[o] for o in terms], list(terms.values()))

    def load(self, load: Load) -> cp_model.IntVar:
        """Return the W of all devices with a pattern that are active in an epoch."""
        if load not in self._loads:
            terms = self.candidates.load_terms(load)
            most = sum(w * self.upper(o) for o, w in terms.items())
            variable = self.cp.new_int_var(0, most, f"w{load.pattern}/{load.epoch}")
            self.cp.add(variable == self.sum_options(terms))
            self._loads[load] = variable
        return self._loads[load]

    def opened(self, rack: str) -> cp_model.IntVar:
        """Return whether a rack holds any instance (at least; exact once minimised)."""
        if rack not in self.racks_opened:
            opened = self.cp.new_bool_var(f"open {rack}")
            by_group: dict[int, list[cp_model.IntVar]] = {}
            for option in self.candidates.in_rack[rack]:
                by_group.setdefault(option.group, []).append(self.x[option.index])
            for group, variables in by_group.items():
                self.cp.add(sum(variables) <= self.problem.groups[group].count * opened)
            self.racks_opened[rack] = opened
        return self.racks_opened[rack]

    def _has_slack(self, key: Key) -> bool:
        is_soft = bool(self.problem.estate.policy.soft.get(key.rule))
        return self._is_measured(key) or is_soft or bool(self.as_built.get(key))

    def _is_measured(self, key: Key) -> bool:
        return self.measures is not None and self.measures(key)

    def may_be_broken(self, key: Key) -> bool:
        """Whether a rule is soft, waived, inherited or dropped here."""
        is_dropped = self.drops is not None and self.drops(key)
        is_waived = (key.rule, key.subject) in self.problem.waived
        return is_dropped or is_waived or key.rule in self.without or self._has_slack(key)

    def add_broken(self, x: Sequence[int], y: Sequence[int]) -> bool:
        """Add the rows put aside of every pool that counts overload; return whether there are any.

        All rows of such a pool, so that a few rounds are enough.
        """
        pools = {row.down.pool for row in self.deferred if row.is_broken(self, x, y)}
        for row in self.deferred:
            if row.down.pool in pools:
                row.add(self)
        self.deferred = [row for row in self.deferred if row.down.pool not in pools]
        return bool(pools)

    def slack(self, key: Key) -> Expr:
        """Return the amount by which a rule may be broken: 0 unless soft, waived or inherited."""
        waived = self.problem.waived.get((key.rule, key.subject), 0)
        weight = self.problem.estate.policy.soft.get(key.rule)
        if key not in self.slacks:
            if not self._has_slack(key):
                return waived
            variable = self.cp.new_int_var(0, MAX_AMOUNT, f"slack {key.rule} {key.subject}")
            self.slacks[key] = Slack(variable, 1 if weight is None else weight)
            if weight is None and not self._is_measured(key):
                self.inherited[key] = variable
        return self.slacks[key].variable + waived

    def as_built_amount(self, key: Key) -> int:
        """Return by how much as-built breaks a rule."""
        return self.as_built.get(key, 0)

    def add_not_both(self, one: int, other: int) -> None:
        """Forbid that two options hold instances at once."""
        a = self.at_least(("x", one), [one], 1)
        b = self.at_least(("x", other), [other], 1)
        self.cp.add_at_most_one([a, b])

    def at_least(self, key: tuple[str, int], options: Iterable[int], count: int) -> cp_model.IntVar:
        """Return a literal that is true when the options hold at least `count` instances."""
        full = (*key, count)
        if full not in self._literal:
            literal = self.cp.new_bool_var("")
            total = cp_model.LinearExpr.sum([self.x[o] for o in options])
            self.cp.add(total <= count - 1).only_enforce_if(~literal)
            self.cp.add(total >= count).only_enforce_if(literal)
            self._literal[full] = literal
        return self._literal[full]

    def _add_row(self, row: Row) -> None:
        variables = [self.x[o] for o in row.options] + [self.load(q) for q in row.loads]
        total = cp_model.LinearExpr.weighted_sum(
            variables, [*row.options.values(), *row.loads.values()]
        )
        if row.burden:
            bearers = sorted(row.bearers)
            total += row.burden * self.at_least((f"bearers {bearers}", 0), bearers, 1)
        self.cp.add(total <= row.capacity + row.scale * self.slack(row.key))


def distinct_rows(
    candidates: Candidates,
    without: frozenset[str] = frozenset(),
    may_be_broken: Callable[[Key], bool] | None = None,
) -> list[Row]:
    """Return the capacity rows that can bind, equal ones once with the least capacity.

    Rows that rules imply which may not be broken are left out; unless `may_be_broken` says so of a
    rule, any may be.
    """
    found: dict[Hashable, Row] = {}
    for slug, make in ROWS.items():
        for row in () if slug in without else make(candidates):
            implied = row.implied_by
            if implied is not None and may_be_broken is not None and not may_be_broken(implied):
                continue
            loads = _canonical_loads(candidates, row)
            if candidates.largest(row.options, loads) + row.burden <= row.capacity:
                continue
            key = (
                row.key,
                row.scale,
                tuple(sorted(row.options.items())),
                tuple(sorted(loads.items())),
                row.burden,
                row.bearers,
            )
            old = found.get(key)
            if old is None or row.capacity < old.capacity:
                found[key] = replace(row, loads=loads)
    return list(found.values())


def _canonical_loads(candidates: Candidates, row: Row) -> dict[Load, int]:
    """Name each load by the first epoch in which it is made of the same devices."""
    loads: dict[Load, int] = {}
    for load, coefficient in row.loads.items():
        same = candidates.canonical(load)
        if same is not None:
            loads[same] = coefficient
    return loads
