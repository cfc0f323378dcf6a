"""Why an instance may or may not stand in each rack, and what would come nearest.

In every rack the most promising places are judged by every rule. A rack can take the instance when
one of its places breaks nothing. Nearest is where the fewest rules are broken, and among those the
one whose largest shortage, as a share of what is required, is smallest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from planner.explain.diff import place_json
from planner.explain.probe import Probe
from planner.explain.text import (
    Paint,
    grouped,
    in_ranges,
    plain,
    plural,
    render_place,
    render_violation,
)
from planner.model.layout import Place
from planner.model.space import Face, Rack
from planner.model.violation import Violation
from planner.model.workload import Equipment

#: Rules that another cording at the same spot may keep; with none of them broken, none does better.
DEPEND_ON_CORDS = frozenset(
    {
        "space.outlets", "power.cord", "power.normal", "power.failover", "power.imbalance",
        "power.strands", "power.partners", "cooling.zone", "redundancy.survive",
        "continuity.survivor", "continuity.compute", "continuity.power", "continuity.cooling",
        "continuity.fuel", "tenancy.quota", "stability.pinned", "stability.budget",
    }
)  # fmt: skip

#: Ranges of racks that a group lists before it counts the rest.
MAX_LISTED = 12


class Verdict(NamedTuple):
    """The best place of a rack, what it breaks, and what it breaks of rules that only count."""

    rack: str
    place: Place
    violations: tuple[Violation, ...]
    soft: tuple[Violation, ...]
    is_current: bool

    @property
    def holds(self) -> bool:
        """Whether the rack can take the instance."""
        return not self.violations

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that rule the rack out, sorted."""
        return tuple(sorted({v.rule for v in self.violations}))

    @property
    def distance(self) -> tuple[int, Fraction, Fraction]:
        """How far from holding: rules broken, largest relative shortage, the same of soft rules."""
        return len(self.rules), _shortage(self.violations), _shortage(self.soft)


def _shortage(violations: Iterable[Violation]) -> Fraction:
    return max(
        (Fraction(v.amount, max(1, abs(v.required))) for v in violations), default=Fraction(0)
    )


class Answer(NamedTuple):
    """The verdict on every rack, in the estate's order."""

    probe: Probe
    verdicts: tuple[Verdict, ...]

    @property
    def open(self) -> list[Verdict]:
        """Racks that can take the instance."""
        return [verdict for verdict in self.verdicts if verdict.holds]

    @property
    def groups(self) -> list[tuple[tuple[str, ...], list[Verdict]]]:
        """Racks that cannot, by the rules that they break, the nearest first."""
        found: dict[tuple[str, ...], list[Verdict]] = {}
        for verdict in self.nearest:
            found.setdefault(verdict.rules, []).append(verdict)
        return list(found.items())

    @property
    def nearest(self) -> list[Verdict]:
        """Racks that cannot take the instance, the nearest first."""
        closed = [verdict for verdict in self.verdicts if not verdict.holds]
        return sorted(closed, key=lambda verdict: (verdict.distance, verdict.rack))


def explain(
    probe: Probe,
    on_rack: Callable[[int, int], None] | None = None,
    *,
    is_quick: bool = False,
) -> Answer:
    """Judge every rack of the estate.

    Parameters
    ----------
    is_quick
        Leave out rules that reach beyond a rack and its feeds.
    on_rack
        Told how many racks are done, and of how many; the last time when all are.
    """
    racks = list(probe.estate.racks.values())
    verdicts = []
    for done, rack in enumerate(racks):
        if on_rack is not None:
            on_rack(done, len(racks))
        verdicts.append(_best(probe, rack.id, probe.candidates(rack), is_quick=is_quick))
    if on_rack is not None:
        on_rack(len(racks), len(racks))
    return Answer(probe, tuple(verdicts))


def best_place(probe: Probe, rack: Rack) -> Verdict:
    """Return the verdict on the place of a rack that comes nearest."""
    return _best(probe, rack.id, probe.candidates(rack))


def _best(probe: Probe, rack: str, places: Iterable[Place], *, is_quick: bool = False) -> Verdict:
    """Return the verdict on the place that comes nearest; one that breaks nothing ends it."""
    best: Verdict | None = None
    settled: set[tuple[int | None, Face | None]] = set()
    for place in places:
        spot = (place.position_half, place.face)
        if spot in settled:
            continue
        found = probe.violations(place, is_quick=is_quick)
        if not any(v.rule in DEPEND_ON_CORDS for v in found):
            settled.add(spot)
        hard = tuple(v for v in found if not probe.is_soft(v))
        soft = tuple(v for v in found if probe.is_soft(v))
        verdict = Verdict(rack, place, hard, soft, place == probe.current)
        if best is None or verdict.distance < best.distance:
            best = verdict
        if not found:
            break
    assert best is not None, "every rack has a place to judge"
    return best


def render_answer(
    answer: Answer, *, num_nearest: int = 1, options: str = "", paint: Paint = plain
) -> str:
    """Return the answer in words: who can, who cannot and by which rules, what is nearest."""
    blocks = [_subject(answer.probe), _open_racks(answer.open)]
    blocks += [_group(rules, verdicts, paint) for rules, verdicts in answer.groups]
    for verdict in answer.nearest[:num_nearest]:
        findings = [render_violation(v, options=options, paint=paint) for v in verdict.violations]
        head = f"nearest of those that cannot: {_spot(verdict)}"
        blocks.append("\n\n".join([head, *findings]))
    return "\n\n".join(blocks)


def _subject(probe: Probe) -> str:
    """Return what the instance is, and where it is now."""
    workload = probe.workload
    lines = [f"`{probe.instance}`: {describe(probe.equipment)}; tenant {workload.tenant}"]
    if workload.count > 1:
        lines[0] += f"; one of {workload.count} alike"
    if probe.current is not None:
        lines.append(f"placed at {render_place(probe.current)}")
    elif (unplaced := probe.layout.unplaced.get(probe.instance)) is not None:
        lines.append(f"unplaced: {unplaced.reason}")
    else:
        lines.append("not placed")
    if workload.count > 1 and not workload.partial and probe.current is None:
        lines.append(f"placed whole or not at all: all {workload.count} must fit together")
    standing = probe.rest.standing.get(probe.instance)
    if standing is not None and standing != probe.current:
        lines.append(f"stands at {render_place(standing)}")
    return "\n".join(lines)


def describe(equipment: Equipment) -> str:
    """Return a device's figures: `dell-poweredge-r650, 1 U, 21.8 kg, 550 W, 2 inlets`."""
    height = equipment.u_height_half
    kg, grams = divmod(equipment.mass_g, 1000)
    mass = f"{grouped(kg)}.{grams:03}".rstrip("0").rstrip(".")
    parts = [
        equipment.type,
        f"{height // 2}{'.5' if height % 2 else ''} U" if height else "no unit",
        f"{mass} kg",
        f"{grouped(equipment.draw.budget_w)} W",
        plural(len(equipment.inlets), "inlet"),
    ]
    return ", ".join(parts)


def _open_racks(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "no rack can take it"
    width = max(len(verdict.rack) for verdict in verdicts)
    lines = [f"{plural(len(verdicts), 'rack')} can take it:"]
    for verdict in verdicts:
        spot = render_place(verdict.place).removeprefix(verdict.rack).strip()
        notes = (
            [f"soft: {', '.join(sorted({v.rule for v in verdict.soft}))}"] if verdict.soft else []
        )
        notes += ["where it is"] if verdict.is_current else []
        note = f"  ({'; '.join(notes)})" if notes else ""
        lines.append(f"  {verdict.rack:<{width}}  {spot}{note}")
    return "\n".join(lines)


def _spot(verdict: Verdict) -> str:
    return render_place(verdict.place) + (" (where it is)" if verdict.is_current else "")


def _group(rules: tuple[str, ...], verdicts: list[Verdict], paint: Paint) -> str:
    """Return the racks that the same rules rule out, with the smallest shortage of each rule."""
    count = len(verdicts)
    names = in_ranges(verdict.rack for verdict in verdicts)
    more = f" and {len(names) - MAX_LISTED} more ranges" if len(names) > MAX_LISTED else ""
    lines = [f"{plural(count, 'rack')} cannot: {', '.join(names[:MAX_LISTED])}{more}"]
    width = max(map(len, rules))
    for rule in rules:
        found = [v for verdict in verdicts for v in verdict.violations if v.rule == rule]
        least = min(found, key=lambda v: _shortage([v]))
        available = f"available{' at best' if len(found) > 1 else ''} {grouped(least.available)}"
        figures = f"required {grouped(least.required)}, {available} {least.unit}"
        lines.append(f"  {paint(rule, 'error')}{' ' * (width - len(rule))}  {figures}")
        lines.append(f"  {'':{width}}  {least.message}")
    return "\n".join(lines)


def answer_json(
    answer: Answer, violation_json: Callable[[Violation], dict[str, Any]]
) -> dict[str, Any]:
    """Return the verdict on every rack as JSON-ready data."""
    probe = answer.probe
    return {
        "instance": probe.instance,
        "workload": probe.workload.id,
        "current": place_json(probe.current),
        "num_racks": len(answer.verdicts),
        "num_open": len(answer.open),
        "nearest": [verdict.rack for verdict in answer.nearest],
        "racks": [
            {
                "rack": verdict.rack,
                "holds": verdict.holds,
                "is_current": verdict.is_current,
                "place": place_json(verdict.place),
                "rules": list(verdict.rules),
                "violations": [violation_json(v) for v in verdict.violations],
                "soft": [violation_json(v) for v in verdict.soft],
            }
            for verdict in answer.verdicts
        ],
    }
