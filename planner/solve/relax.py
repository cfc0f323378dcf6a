"""Whether some demands alone can be met under some rules alone: the question behind every conflict.

Demands are workloads, all of whose instances must be placed. Beside them only workloads are there
that can help (hosts of pools, what is stood together with, switches with ports), and those may
stay away. Rules that are not asked about are ignored. Every answer `infeasible` therefore holds for
the whole estate, too: it has more demands and more rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from planner.model.workload import Workload
from planner.problem.cordings import iter_cordings
from planner.problem.problem import Group, Problem
from planner.solve import constraints, cpsat  # noqa: F401  registers the rules
from planner.solve.assignment import item_of
from planner.solve.candidates import Candidates
from planner.solve.clock import Clock
from planner.solve.cuts import add_cut, forbid_filling
from planner.solve.model import Model
from planner.solve.options import Options
from planner.solve.packing import Unpackable, pack
from planner.solve.registry import FILTERS, PACKING, ROWS, SERVICE_FILTERS, STRUCTURES
from planner.solve.rows import Key, Row

#: Rules that other devices can help to keep: asked only about everything together.
BALANCE = frozenset({"power.imbalance", "power.strands"})

#: Every rule that more demands can only make harder to keep.
SLUGS = frozenset({*FILTERS, *SERVICE_FILTERS, *ROWS, *STRUCTURES, *PACKING}) - BALANCE

#: Rules that only say what a plan must be like, not what it takes: every demand is placed anyway.
_IMPLIED = frozenset({"redundancy.whole"})

#: An amount by which a dropped rule may be broken.
_ANY_AMOUNT = 10**6

#: Rows of these families are told apart by what they are about; other rules are kept or dropped
#: as a whole.
_BY_SUBJECT = frozenset({"power", "cooling", "compute", "continuity", "redundancy", "tenancy"})


class Verdict(StrEnum):
    """What one question was answered with."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Rules:
    """The rules that are kept: whole ones by slug, and of some only those about some subjects."""

    slugs: frozenset[str]
    subjects: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def keeps(self, slug: str, subject: str) -> bool:
        """Whether a rule holds for a subject."""
        if slug in _IMPLIED:
            return True
        return slug in self.slugs and (slug not in self.subjects or subject in self.subjects[slug])


ALL_RULES = Rules(SLUGS)


class Answer(NamedTuple):
    """One verdict, and the rows of the model that gave it."""

    verdict: Verdict
    rows: tuple[Row, ...] = ()


class _Waived(Mapping[tuple[str, str], int]):
    """What waivers accept, and any amount of every rule that is dropped."""

    def __init__(self, declared: Mapping[tuple[str, str], int], rules: Rules) -> None:
        self.declared = declared
        self.rules = rules

    def __getitem__(self, key: tuple[str, str]) -> int:
        if not self.rules.keeps(*key):
            return _ANY_AMOUNT
        return self.declared[key]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and (not self.rules.keeps(*key) or key in self.declared)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield from self.declared
        if "space.reserved" not in self.rules.slugs:
            yield ("space.reserved", "")

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass
class Relaxation:
    """Questions about one problem.

    Attributes
    ----------
    as_built
        What stands already breaks, by key: no question asks to mend it.
    num_asked
        Questions asked so far.
    """

    problem: Problem
    as_built: Mapping[Key, int] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    num_asked: int = 0

    def __post_init__(self) -> None:
        self._cordless = self._without_any_cording()

    def ask(self, demands: Iterable[str], rules: Rules, clock: Clock) -> Answer:
        """Return whether the demands can be met under the rules, within the time left."""
        self.num_asked += 1
        must = frozenset(demands)
        problem = self._restricted(must, rules)
        candidates = Candidates(problem)
        model = Model(
            candidates,
            self.as_built,
            without=(SLUGS | BALANCE) - rules.slugs - _IMPLIED,
            drops=lambda key: not rules.keeps(key.rule, key.subject),
        )
        for group in problem.groups:
            if group.workload.id in must:
                model.cp.add(model.placed(group.index) == group.count)
        for services in problem.service_groups:
            if services.workload.id in must:
                model.cp.add(model.placed_services(services.index) == services.count)
        return Answer(self._solve(model, rules, clock), tuple(model.rows))

    def _solve(self, model: Model, rules: Rules, clock: Clock) -> Verdict:
        """Solve and pack, cutting what cannot be packed."""
        while clock.left_s > 0 and not self.options.stop_event.is_set():
            found = cpsat.run(model.cp, clock.left_s, self.options, clock, lambda *_: None)
            if found.status == "INFEASIBLE":
                return Verdict.INFEASIBLE
            if found.values is None:
                return Verdict.UNKNOWN
            if not _cut(model, rules, [found.values[v.index] for v in model.x]):
                return Verdict.FEASIBLE
        return Verdict.UNKNOWN

    def _restricted(self, must: frozenset[str], rules: Rules) -> Problem:
        """Return the problem with these workloads and their helpers only."""
        problem = self.problem
        kept = must | self.helpers(must)
        free = self._cordless if "power.cord" not in rules.slugs else frozenset()
        groups = tuple(
            _uncorded(group) if group.workload.id in free else group
            for group in problem.groups
            if group.workload.id in kept
        )
        services = [g for g in problem.service_groups if g.workload.id in kept]
        return replace(
            problem,
            groups=tuple(replace(group, index=n) for n, group in enumerate(groups)),
            service_groups=tuple(replace(group, index=n) for n, group in enumerate(services)),
            waived=_Waived(problem.waived, rules),
        )

    def kept_out(self, demands: Iterable[str]) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Return what single places say, by (rule, workload).

        Returns
        -------
        dict
            Places that the rule alone keeps the workload out of, of how many, and by how much at
            least. Places are racks, or choices of pools.
        """
        wanted = frozenset(demands)
        candidates = Candidates(self._restricted(wanted, ALL_RULES))
        found: dict[tuple[str, str], tuple[int, int, int]] = {}

        def add(workload: str, places: Iterable[Mapping[str, int]], of: int) -> None:
            for broken in places:
                for rule, amount in broken.items():
                    num, _, least = found.get((rule, workload), (0, of, amount))
                    found[rule, workload] = (num + 1, of, min(least, amount))

        for workload in sorted(wanted):
            racks = candidates.excluded.get(workload, {})
            add(workload, racks.values(), len(self.problem.racks))
            choices = candidates.services.excluded.get(workload, {})
            options = candidates.services.of_workload.get(workload, ())
            add(workload, choices.values(), len(choices) + len(options))
        return found

    def helpers(self, demands: Iterable[str]) -> frozenset[str]:
        """Return the other workloads whose presence can make room for demands."""
        waiting, found = list(demands), set(demands)
        planned = {g.workload.id for g in self.problem.groups}
        while waiting:
            for other in self._help(self.problem.estate.workloads[waiting.pop()]):
                if other in planned and other not in found:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found - set(demands))

    def _help(self, workload: Workload) -> Iterator[str]:
        estate = self.problem.estate
        yield from workload.together_with.values()
        if workload.service is not None:
            for pool in estate.pools.values():
                if not workload.service.pools or pool.id in workload.service.pools:
                    yield from (*pool.hosts, *pool.storage_on)
        if workload.equipment is not None and workload.equipment.ports:
            kinds = {(p.type, p.speed_mbps) for p in workload.equipment.ports}
            for other in estate.workloads.values():
                ports = () if other.equipment is None else other.equipment.provides_ports
                if any((p.type, p.speed_mbps) in kinds for p in ports):
                    yield other.id

    def _without_any_cording(self) -> frozenset[str]:
        """Return the workloads that no rack has outlets for."""
        problem = self.problem
        outlets = {
            rack: [problem.graph.nodes[n].outlets for n in nodes]
            for rack, nodes in problem.outlet_nodes.items()
        }
        found = set()
        for group in problem.groups:
            if not any(
                next(iter_cordings(group.equipment, nodes, outlets[rack]), None) is not None
                for rack, nodes in problem.outlet_nodes.items()
            ):
                found.add(group.workload.id)
        return frozenset(found)


def is_by_subject(slug: str) -> bool:
    """Whether a rule can be kept for some subjects and dropped for others."""
    return slug in ROWS and slug.partition(".")[0] in _BY_SUBJECT


def _uncorded(group: Group) -> Group:
    equipment = group.equipment.model_copy(update={"inlets": ()})
    return replace(group, workload=group.workload.model_copy(update={"equipment": equipment}))


def _cut(model: Model, rules: Rules, values: list[int]) -> bool:
    """Forbid every rack's filling that cannot be packed; whether there was any."""
    candidates = model.candidates
    by_rack: dict[str, dict[int, int]] = {}
    for option, count in enumerate(values):
        if count:
            by_rack.setdefault(candidates.options[option].rack, {})[option] = count
    failed = False
    for rack, counts in by_rack.items():
        ignored = frozenset(slug for slug in PACKING if slug not in rules.slugs)
        if "space.overlap" in ignored:
            continue
        items = [
            item
            for option, count in counts.items()
            for n in range(count)
            if (item := item_of(candidates, option, f"{option}#{n}")).height_half
        ]
        try:
            pack(model.problem, model.problem.estate.racks[rack], items, ignore=ignored)
        except Unpackable:
            failed = True
            if ignored:
                forbid_filling(model, rack, counts)
            else:
                add_cut(model, rack, counts)
    return failed
