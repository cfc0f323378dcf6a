"""What is given up when pools offer less than all that runs on them needs.

By tier, the most critical processes first: of the processes of one criticality those are kept that
have the largest weight in all and fit beside what is kept already. A process needs all services it
depends on, whole. Before them come workloads that are marked critical; what no kept process needs
stays while it fits, by priority, then by id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from planner.model.continuity import Process
from planner.model.workload import Workload

#: Pool and resource.
Slot = tuple[str, str]
#: What something takes, or how much there is, by pool and resource.
Bundle = dict[Slot, int]

#: Choices that one tier looks at before it takes the best so far, and processes it may hold.
MAX_STEPS = 100_000
MAX_PROCESSES = 400


class Kept(NamedTuple):
    """Services that are given up, by workload; `is_proven` if every tier was searched in full."""

    shed: frozenset[str]
    is_proven: bool


def shed(
    needs: Mapping[str, Bundle],
    room: Bundle,
    processes: Collection[tuple[Process, frozenset[str]]],
    workloads: Mapping[str, Workload],
) -> Kept:
    """Return what is given up.

    Parameters
    ----------
    needs
        Service workload -> what its running instances take.
    room
        What there is of each resource that is short; of all others there is enough.
    processes
        Processes that could run, each with the service workloads it depends on.
    """
    tiers: dict[int, list[tuple[Process, frozenset[str]]]] = {}
    for process, depends_on in processes:
        tiers.setdefault(process.criticality, []).append((process, depends_on & needs.keys()))
    choice = _Choice(needs, dict(room))
    for key in sorted(key for key in needs if workloads[key].critical):
        choice.keep_if_fits({key})
    for criticality in sorted(tiers, reverse=True):
        choice.keep_best(sorted(tiers[criticality], key=lambda item: (-item[0].weight, item[0].id)))
    for key in sorted(needs.keys() - choice.kept, key=lambda key: (-workloads[key].priority, key)):
        choice.keep_if_fits({key})
    return Kept(frozenset(needs.keys() - choice.kept), choice.is_proven)


class _Choice:
    """What is kept so far, and the room that is left."""

    def __init__(self, needs: Mapping[str, Bundle], room: Bundle) -> None:
        self.needs, self.room = needs, room
        self.kept: set[str] = set()
        self.is_proven = True
        self._steps = 0

    def keep_if_fits(self, workloads: Iterable[str]) -> bool:
        """Keep workloads, all or none."""
        more = set(workloads) - self.kept
        for key in more:
            self._take(key, 1)
        if min(self.room.values(), default=0) < 0:
            for key in more:
                self._take(key, -1)
            return False
        self.kept |= more
        return True

    def _take(self, key: str, sign: int) -> None:
        for slot, amount in self.needs[key].items():
            if slot in self.room:
                self.room[slot] -= sign * amount

    def keep_best(self, tier: list[tuple[Process, frozenset[str]]]) -> None:
        """Keep the processes of one tier that weigh most in all and fit, the first such choice."""
        before = set(self.kept)
        if self.keep_if_fits({key for _, depends_on in tier for key in depends_on}):
            return
        if len(tier) > MAX_PROCESSES:
            self.is_proven = False
            for _, depends_on in tier:
                self.keep_if_fits(depends_on)
            return
        left = [0]
        for process, _ in reversed(tier):
            left.insert(0, left[0] + process.weight)
        self._steps, best = 0, (-1, frozenset(before))

        def choose(n: int, weight: int) -> None:
            nonlocal best
            self._steps += 1
            if weight + left[n] <= best[0] or self._steps > MAX_STEPS:
                return
            if n == len(tier):
                best = (weight, frozenset(self.kept))
                return
            process, depends_on = tier[n]
            more = depends_on - self.kept
            if self.keep_if_fits(more):
                choose(n + 1, weight + process.weight)
                self._release(more)
            choose(n + 1, weight)

        choose(0, 0)
        self.is_proven &= self._steps <= MAX_STEPS
        self.keep_if_fits(best[1])

    def _release(self, workloads: Iterable[str]) -> None:
        for key in workloads:
            self._take(key, -1)
            self.kept.discard(key)
