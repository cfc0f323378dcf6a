"""Service options: which pools each service may run on and be taken over by, after all filters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from planner.problem.problem import Problem
from planner.problem.services import PoolChoice, ServiceGroup, iter_choices
from planner.solve.registry import SERVICE_FILTERS, ServiceCandidate


@dataclass(frozen=True)
class ServiceOption:
    """One choice of pools for the instances of a group."""

    index: int
    group: int
    choice: PoolChoice

    @property
    def pool(self) -> str:
        """The pool it runs on."""
        return self.choice.pool

    @property
    def standby(self) -> tuple[str, ...]:
        """The pools that take it over, in the order in which they are tried."""
        return self.choice.standby

    @property
    def pools(self) -> tuple[str, ...]:
        """All of them: the pool it runs on first."""
        return (self.pool, *self.standby)


class Services:
    """All service options of a problem, in order of group, pool and standby pools.

    Attributes
    ----------
    excluded
        Service -> choice of pools -> rule -> amount, for choices that filters keep out.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.options: list[ServiceOption] = []
        self.excluded: dict[str, dict[PoolChoice, dict[str, int]]] = {}
        critical = problem.continuity.critical(None).needed
        for group in problem.service_groups:
            self._add_group(group, is_critical=group.workload.id in critical)

    def _add_group(self, group: ServiceGroup, *, is_critical: bool) -> None:
        why = self.excluded.setdefault(group.workload.id, {})
        is_waived = self._waived("compute.place", "instance", group) > 0
        choices = iter_choices(
            self.problem.estate, group.service, is_critical=is_critical, is_waived=is_waived
        )
        for choice in sorted(choices):
            broken = self._broken(ServiceCandidate(group, choice))
            if broken:
                why[choice] = broken
            else:
                self.options.append(ServiceOption(len(self.options), group.index, choice))

    def _broken(self, candidate: ServiceCandidate) -> dict[str, int]:
        """Return rule -> amount of the filters that a choice breaks, beyond what is waived."""
        found: dict[str, int] = {}
        for slug, rule in SERVICE_FILTERS.items():
            amount = rule.function(self.problem, candidate)
            amount -= self._waived(slug, rule.about, candidate.group)
            if amount > 0:
                found[slug] = amount
        return found

    def _waived(self, slug: str, about: str, group: ServiceGroup) -> int:
        subject = group.instances[0] if about == "instance" else group.workload.id
        return self.problem.waived.get((slug, subject), 0)

    @cached_property
    def of_group(self) -> tuple[tuple[ServiceOption, ...], ...]:
        """(num_groups,) the options of each group."""
        found: list[list[ServiceOption]] = [[] for _ in self.problem.service_groups]
        for option in self.options:
            found[option.group].append(option)
        return tuple(tuple(options) for options in found)

    @cached_property
    def of_workload(self) -> dict[str, tuple[ServiceOption, ...]]:
        """Service -> the options of its groups."""
        return {
            key: tuple(o for g in groups for o in self.of_group[g.index])
            for key, groups in self.problem.service_groups_of.items()
        }

    @cached_property
    def using(self) -> dict[str, tuple[ServiceOption, ...]]:
        """Pool -> the options that run on it, or may be taken over by it."""
        found: dict[str, list[ServiceOption]] = {key: [] for key in self.problem.estate.pools}
        for option in self.options:
            for pool in option.pools:
                found[pool].append(option)
        return {pool: tuple(options) for pool, options in found.items()}

    def upper(self, option: int) -> int:
        """Return how many instances an option can hold."""
        return self.group(self.options[option]).count

    def group(self, option: ServiceOption) -> ServiceGroup:
        """Return the group of an option."""
        return self.problem.service_groups[option.group]
