"""Each site alone, and what every further loss there does beyond that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from planner.model.scenarios import Scenario
from planner.simulate.beyond import beyond
from planner.simulate.effect import Effect
from planner.simulate.pairs import Pair, gravity_of, worst_pairs_first
from planner.simulate.simulator import Simulator
from planner.simulate.sweep import Watch, unwatched, worst_first


class SweepAlone(NamedTuple):
    """What sites alone do, and further losses there.

    Attributes
    ----------
    alone
        Each site alone, the worst first.
    further
        Further losses that do more than their site alone does, with what that is, the worst first.
    harmless
        Number of further losses that add nothing, by kind.
    num_left
        Scenarios that were not looked at, because the sweep was stopped.
    """

    alone: tuple[Effect, ...]
    further: tuple[Pair, ...]
    harmless: dict[str, int]
    num_left: int

    @property
    def num_swept(self) -> int:
        """Number of scenarios that were looked at."""
        return len(self.alone) + len(self.further) + sum(self.harmless.values())


def sweep_alone(
    simulator: Simulator, scenarios: Iterable[Scenario], watch: Watch = unwatched
) -> SweepAlone:
    """Evaluate sites alone, each before the further losses there, as `iter_alone` has them."""
    every = list(scenarios)
    alone: list[Effect] = []
    further: list[Pair] = []
    harmless: Counter[str] = Counter()
    bases: tuple[Effect, ...] = ()
    done = 0
    for scenario in every:
        if watch(done, len(every)):
            break
        done += 1
        effects = simulator.effects(scenario)
        if not scenario.lost:
            bases = effects
            alone.append(max(effects, key=lambda effect: effect.gravity))
            continue
        pairs = (Pair(e, beyond(e, (base,))) for e, base in zip(effects, bases, strict=True))
        worst = max(pairs, key=gravity_of)
        if worst.beyond.is_empty:
            harmless[scenario.kind] += 1
        else:
            further.append(worst)
    return SweepAlone(
        tuple(worst_first(alone)),
        tuple(worst_pairs_first(further)),
        dict(harmless),
        len(every) - done,
    )
