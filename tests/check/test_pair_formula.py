"""The judge's power inequality is the published pair formula for dual-corded racks.

Published (Baxi et al., Online Rack Placement, arXiv 2501.12725): for every top device p' that fails
and every other p, half the load on p plus half the load that p and p' share is within the failover
capacity of p; and normally half the load on p is within its capacity. The judge knows no pairs: it
follows every loss through the graph.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import ceil
from random import Random
from typing import NamedTuple

from planner.check import check
from planner.model.base import Declared
from planner.model.estate import Estate
from planner.model.layout import Layout
from tests.builders import DAY, at, estate, feed, layout, node, rack, workload

#: Random systems, a third of each kind.
NUM_SYSTEMS = 600

Pair = tuple[str, str]


class System(NamedTuple):
    """Devices with one cord on either source of a pair; capacities normally and after a loss, W."""

    draws_w: list[tuple[Pair, int]]
    normal_w: dict[str, int]
    failover_w: dict[str, int]

    @property
    def sources(self) -> list[str]:
        return sorted(self.failover_w)

    def half_on(self, p: str, other: str | None = None) -> Fraction:
        """Return half the load on `p`, or half of what it shares with another."""
        return Fraction(
            sum(w for pair, w in self.draws_w if p in pair and (other is None or other in pair)), 2
        )

    def failover_load(self, p: str) -> Fraction:
        """Return the largest left side of the pair formula of `p`, over all p' that fail."""
        return self.half_on(p) + max(self.half_on(p, q) for q in self.sources if q != p)

    def broken(self) -> list[tuple[str, str, int, int]]:
        """Return (rule, source, load, capacity) of every formula that does not hold."""
        found = []
        for p in self.sources:
            for rule, load, capacity in (
                ("power.failover", self.failover_load(p), self.failover_w[p]),
                ("power.normal", self.half_on(p), self.normal_w[p]),
            ):
                if load > capacity:
                    found.append((rule, p, ceil(load), capacity))
        return sorted(found)


def random_system(rng: Random, kind: str) -> System:
    """Return a system with capacities that are planted, or drawn at random.

    `full`: one source carries exactly what it must after a loss, up to half a watt, the others at
    least that; `over`: to one source a watt or a few are missing. `random`: about twice the fair
    share after a loss, about once normally.
    """
    sources = [f"p{n}" for n in range(rng.randint(2, 6))]
    pairs = list(combinations(sources, 2))
    draws = [(rng.choice(pairs), rng.randint(1, 900)) for _ in range(rng.randint(1, 14))]
    if kind == "random":
        fair = 2 * sum(w for _, w in draws) // len(sources)
        failover = {p: rng.randint(fair // 2, fair * 2) for p in sources}
        return System(draws, {p: rng.randint(fair // 3, fair * 2) for p in sources}, failover)
    bare = System(draws, dict.fromkeys(sources, 0), dict.fromkeys(sources, 0))
    needed = {p: ceil(bare.failover_load(p)) for p in sources}
    failover = {p: w + rng.choice((0, 1, 50)) for p, w in needed.items()}
    one = rng.choice([p for p in sources if needed[p]])
    missing = rng.choice((1, 1, 7)) if kind == "over" else 0
    failover[one] = max(0, needed[one] - missing)
    return System(draws, needed, failover)


def as_estate(system: System) -> tuple[Estate, Layout]:
    """Return a UPS and a feed per source, and the devices one above the other in one rack."""
    items: list[Declared] = [rack()]
    for p in system.sources:
        # 1000 W x k per mille = k W: both capacities of a source are free.
        shares = {
            "kappa_permille": system.normal_w[p],
            "kappa_fail_permille": system.failover_w[p],
        }
        items += [node(p, "ups", rated_w=1000, **shares), feed(f"{p}-feed", parent=p)]
    places = {}
    for n, (pair, draw_w) in enumerate(system.draws_w, start=1):
        items.append(workload(f"w{n}", draw_w=draw_w))
        places[f"w{n}-1"] = at("r1", n, *(f"{p}-feed" for p in pair))
    return estate(*items), layout(places)


def judged(system: System) -> list[tuple[str, str, int, int]]:
    """Return (rule, source, load, capacity) of every violation."""
    violations = check(*as_estate(system), DAY).violations
    return sorted((v.rule, v.subject, v.required, v.available) for v in violations)


def test_judge_equals_the_pair_formula():
    outcomes: Counter[tuple[str, bool]] = Counter()
    for seed in range(NUM_SYSTEMS):
        kind = ("full", "over", "random")[seed % 3]
        system = random_system(Random(seed), kind)
        expected = system.broken()
        assert judged(system) == expected, seed
        outcomes[kind, not expected] += 1
    planted = NUM_SYSTEMS // 3
    assert outcomes["full", True] == planted
    assert outcomes["over", False] == planted
    # Drawn at random, both happen often enough to tell.
    assert outcomes["random", True] >= 20
    assert outcomes["random", False] >= 50


def test_the_formula_itself():
    # 600 W on AB, 200 W on AC: A carries 400 W, 400 + 300 when B is lost, 400 + 100 when C is.
    system = System([(("a", "b"), 600), (("a", "c"), 200)], {}, dict.fromkeys("abc", 0))
    assert [system.half_on(p) for p in "abc"] == [400, 300, 100]
    assert [system.failover_load(p) for p in "abc"] == [700, 600, 200]
