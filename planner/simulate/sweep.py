"""Sweeps: many losses one after the other, the worst first; a sweep can be stopped at any point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from planner.model.scenarios import Scenario
from planner.simulate.effect import Effect
from planner.simulate.simulator import Simulator

#: Told how many losses are done, and of how many; asks to stop where it returns True.
Watch = Callable[[int, int], bool]


def unwatched(done: int, of: int) -> bool:
    """Go on to the end."""
    return False


class Sweep(NamedTuple):
    """What the losses of a sweep do.

    Attributes
    ----------
    effects
        Those that do something, the worst first.
    harmless
        Number of losses without effect, by kind.
    num_left
        Losses that were not looked at, because the sweep was stopped.
    """

    effects: tuple[Effect, ...]
    harmless: dict[str, int]
    num_left: int

    @property
    def num_swept(self) -> int:
        """Number of losses that were looked at."""
        return len(self.effects) + sum(self.harmless.values())


def sweep(simulator: Simulator, scenarios: Iterable[Scenario], watch: Watch = unwatched) -> Sweep:
    """Evaluate losses, each on the planning day on which it is worst."""
    every = list(scenarios)
    effects: list[Effect] = []
    harmless: Counter[str] = Counter()
    done = 0
    for scenario in every:
        if watch(done, len(every)):
            break
        effect = simulator.effect(scenario)
        if effect.is_empty:
            harmless[scenario.kind] += 1
        else:
            effects.append(effect)
        done += 1
    return Sweep(tuple(worst_first(effects)), dict(harmless), len(every) - done)


def worst_first(effects: Iterable[Effect]) -> list[Effect]:
    """Return effects in the order of gravity; equal ones by scenario."""
    by_id = sorted(effects, key=lambda effect: effect.scenario.id)
    return sorted(by_id, key=lambda effect: effect.gravity, reverse=True)
