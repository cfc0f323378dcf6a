"""Pairs of losses: what two do together beyond what each does alone.

Most pairs need no look at all: what one takes away lies within the other, or they touch nothing in
common (`planner.simulate.footprint`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from planner.model.scenarios import EMERGENCY_KINDS, Scenario
from planner.simulate.beyond import beyond
from planner.simulate.effect import Effect
from planner.simulate.footprint import Footprint, Footprints
from planner.simulate.losses import pair_of
from planner.simulate.simulator import Simulator
from planner.simulate.sweep import Watch, unwatched


class Pair(NamedTuple):
    """Two losses together, on the planning day on which they do most beyond their own effects.

    Attributes
    ----------
    effect
        All that they do together.
    beyond
        What neither of them does alone.
    """

    effect: Effect
    beyond: Effect


class Pairs(NamedTuple):
    """What a sweep of pairs finds.

    Attributes
    ----------
    worst
        The pairs that do most beyond their own effects.
    num_beyond
        Pairs that do anything beyond them, those in `worst` included.
    num_alike
        Pairs that do together what each does alone.
    num_left
        Pairs that were not looked at, because the sweep was stopped.
    """

    worst: tuple[Pair, ...]
    num_beyond: int
    num_alike: int
    num_left: int


class _Single(NamedTuple):
    """One loss: what it takes away, and per day what it does and touches."""

    scenario: Scenario
    taken: frozenset[tuple[str, int | str]]
    effects: tuple[Effect, ...]
    footprints: tuple[Footprint, ...]

    @property
    def is_emergency(self) -> bool:
        return self.scenario.kind in EMERGENCY_KINDS


class PairSweep:
    """Single losses, each looked at once, and the pairs of them.

    Parameters
    ----------
    scenarios
        Single losses.
    """

    def __init__(self, simulator: Simulator, scenarios: Iterable[Scenario]) -> None:
        self.simulator = simulator
        self._footprints = [Footprints(day) for day in simulator.days]
        self.singles = [self._single(scenario) for scenario in scenarios]

    def _single(self, scenario: Scenario) -> _Single:
        simulator = self.simulator
        moments = tuple(simulator.grid.moments(scenario))
        lost_bits = simulator.shared.network.lost_bits(scenario)
        lost = simulator.grid.lost_in(scenario)
        effects, footprints = [], []
        for day, known in zip(simulator.days, self._footprints, strict=True):
            found = day.evaluate(scenario, moments, lost_bits)
            effects.append(found.effect)
            footprints.append(known.of(scenario, moments, found, lost_bits))
        taken: set[tuple[str, int | str]] = {("node", n) for n in lost.nodes}
        taken.update(("rack", key) for key in lost.racks)
        taken.update(("unit", key) for key in lost.units)
        taken.update(("bit", n) for n in range(lost_bits.bit_length()) if lost_bits >> n & 1)
        return _Single(scenario, frozenset(taken), tuple(effects), tuple(footprints))

    @property
    def num_pairs(self) -> int:
        """Number of unordered pairs."""
        return len(self.singles) * (len(self.singles) - 1) // 2

    def run(self, most: int, watch: Watch = unwatched) -> Pairs:
        """Look at every pair and keep the worst ones.

        Parameters
        ----------
        most
            Number of pairs to keep; 0 = all.
        """
        found: list[Pair] = []
        done = 0
        for i, one in enumerate(self.singles):
            if watch(done, self.num_pairs):
                break
            for other in self.singles[i + 1 :]:
                pair = self.together(one, other)
                if pair is not None:
                    found.append(pair)
            done += len(self.singles) - i - 1
        worst = tuple(worst_pairs_first(found))
        num_beyond = len(worst)
        return Pairs(
            worst[:most] if most else worst, num_beyond, done - num_beyond, self.num_pairs - done
        )

    def together(self, one: _Single, other: _Single) -> Pair | None:
        """Return what a pair does where it does more than both alone."""
        if _is_within(one, other) or _is_within(other, one):
            return None
        days = [
            k
            for k, known in enumerate(self._footprints)
            if known.conflict(one.footprints[k], other.footprints[k])
        ]
        if not days:
            return None
        scenario = pair_of(*one.scenario.losses, *other.scenario.losses)
        moments = tuple(self.simulator.grid.moments(scenario))
        lost_bits = self.simulator.shared.network.lost_bits(scenario)
        pairs = []
        for k in days:
            effect = self.simulator.days[k].effect(scenario, moments, lost_bits)
            pairs.append(Pair(effect, beyond(effect, (one.effects[k], other.effects[k]))))
        worst = max(pairs, key=gravity_of)
        return None if worst.beyond.is_empty else worst


def _is_within(one: _Single, other: _Single) -> bool:
    """Return whether a loss takes away nothing that the other leaves."""
    return one.taken <= other.taken and one.is_emergency <= other.is_emergency


def gravity_of(pair: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return what makes a pair worse than another: what is beyond its halves, then all it does."""
    return pair.beyond.gravity, pair.effect.gravity


def worst_pairs_first(pairs: Iterable[Pair]) -> list[Pair]:
    """Return pairs in the order of what they do beyond their own effects, then of all they do."""
    by_id = sorted(pairs, key=lambda pair: pair.effect.scenario.id)
    return sorted(by_id, key=gravity_of, reverse=True)
