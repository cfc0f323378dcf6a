"""The best places for one new workload beside what stands, with the reason for each.

Every rack is judged as in `planner explain`; racks that can take an instance are ranked by what is
lost with them: racks in use before empty ones, then the tightest fit in units, so that large gaps
stay. A workload of several instances is placed one by one, each in the best rack that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from planner.explain.probe import Probe
from planner.explain.text import plural, render_place
from planner.explain.whole import Reach
from planner.explain.whynot import Answer, Verdict, explain
from planner.model.estate import Estate
from planner.model.layout import Layout, Place, Placement
from planner.model.space import Rack
from planner.model.workload import Workload


class Ranked(NamedTuple):
    """One place that breaks nothing.

    Attributes
    ----------
    opens
        Whether the rack is empty until then.
    free_half
        Half units that nothing takes on either face, is blocked or reserved, afterwards.
    draw_w, design_w
        Draw of the rack afterwards, and its design power, None where it has none.
    """

    place: Place
    opens: bool
    free_half: int
    draw_w: int
    design_w: int | None

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Better places come first."""
        return self.opens, self.free_half, self.place.rack


class Proposal(NamedTuple):
    """Places for a workload.

    Attributes
    ----------
    best
        The best places of the first instance, judged by every rule.
    answer
        The verdict on every rack, for the first instance, by the rules about a rack and its feeds.
    places
        Instance -> place, one after the other; without those for which none was left.
    """

    workload: Workload
    best: tuple[Ranked, ...]
    answer: Answer
    places: dict[str, Place]


def where(
    estate: Estate,
    layout: Layout,
    as_of: date,
    workload: Workload,
    on_rack: Callable[[int, int], None] | None = None,
    *,
    top: int = 5,
) -> Proposal:
    """Return the best places for the instances of a workload that the layout does not place.

    Parameters
    ----------
    top
        Places of the first instance to return: so many are judged by every rule.
    """
    places: dict[str, Place] = {}
    first: Answer | None = None
    best: tuple[Ranked, ...] = ()
    beside = layout
    for instance in workload.instance_ids():
        if instance in layout.placements:
            continue
        answer = explain(Probe(estate, beside, as_of, instance), on_rack, is_quick=True)
        ranked = _confirmed(answer, top if first is None else 1)
        if first is None:
            first, best = answer, tuple(ranked)
        if not ranked:
            break
        places[instance] = ranked[0].place
        placed = Placement(instance=instance, place=ranked[0].place)
        beside = beside.model_copy(update={"placements": {**beside.placements, instance: placed}})
    assert first is not None, "nothing of the workload is left to place"
    return Proposal(workload, best, first, places)


def _confirmed(answer: Answer, top: int) -> list[Ranked]:
    """Return the best places that also keep the rules that reach beyond a rack and its feeds."""
    found: list[Ranked] = []
    for ranked in sorted((_rank(answer.probe, v) for v in answer.open), key=lambda r: r.rank):
        if len(found) == top:
            break
        if answer.probe.reach is Reach.RACK or not answer.probe.violations(ranked.place):
            found.append(ranked)
    return found


def _rank(probe: Probe, verdict: Verdict) -> Ranked:
    rack = probe.estate.racks[verdict.rack]
    others = probe.rest.in_rack.get(rack.id, ())
    start = verdict.place.position_half
    height = probe.equipment.u_height_half
    free = free_half(probe, rack, range(start, start + height) if start is not None else ())
    draw_w = sum(other.draw_w for other in others) + probe.equipment.draw.budget_w
    return Ranked(verdict.place, not others, free, draw_w, rack.max_power_w)


def free_half(probe: Probe, rack: Rack, more: Iterable[int] = ()) -> int:
    """Return the half units of a rack that nothing takes on either face, is blocked or reserved.

    Parameters
    ----------
    more
        Half units that count as taken, too.
    """
    taken = {half for other in probe.rest.in_rack.get(rack.id, ()) for half, _ in other.cells}
    taken.update(more)
    for units in rack.blocked:
        taken.update(range(units.start_half, units.end_half))
    for item in probe.estate.reservations.values():
        for units in item.units if item.rack == rack.id else ():
            taken.update(range(units.start_half, units.end_half))
    first = 2 * rack.starting_unit
    return sum(half not in taken for half in range(first, first + 2 * rack.u_height))


def render_proposal(proposal: Proposal, top: int) -> str:
    """Return the proposal in words."""
    key, count = proposal.workload.id, len(proposal.workload.instance_ids())
    num_racks = len(proposal.answer.verdicts)
    if not proposal.best:
        return (
            f"no rack of {num_racks} can take `{key}`; `planner explain {key}` says of each why,"
            f" `planner explain --conflict {key}` what would have to give"
        )
    is_sure = proposal.answer.probe.reach is Reach.RACK
    some = plural(len(proposal.answer.open), "rack")
    lines = [f"{'' if is_sure else 'up to '}{some} of {num_racks} can take `{key}`; the best:"]
    width = max(len(render_place(r.place)) for r in proposal.best[:top])
    lines += [f"  {render_place(r.place):<{width}}  {_reason(r)}" for r in proposal.best[:top]]
    if count > 1:
        placed = len(proposal.places)
        if placed < len(proposal.answer.probe.workload.instance_ids()) - _num_placed(proposal):
            lines.append(
                f"one after the other only {placed} of {count} instances find a place;"
                " `planner plan` looks at all of them at once"
            )
        else:
            lines.append("all instances, one after the other:")
            lines += [f"  {name}  {render_place(p)}" for name, p in proposal.places.items()]
    return "\n".join(lines)


def _num_placed(proposal: Proposal) -> int:
    """Return how many instances the layout has placed before."""
    layout = proposal.answer.probe.layout
    return sum(key in layout.placements for key in proposal.workload.instance_ids())


def _reason(ranked: Ranked) -> str:
    units = f"{ranked.free_half // 2}{'.5' if ranked.free_half % 2 else ''} U"
    parts = ["opens a rack" if ranked.opens else "rack in use", f"{units} stay free"]
    if ranked.design_w is not None:
        parts.append(f"{ranked.draw_w} of {ranked.design_w} W")
    return ", ".join(parts)
