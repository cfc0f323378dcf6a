"""The best layout of a tiny estate by trying them all, each judged by `planner.check`.

Nothing of the solver is used. A *choice* gives every planned instance a rack, a face and cords, its
home, or no place, and every instance of a service a pool and at most one standby pool at each other
site, whether it may use them or not. Unit positions are enumerated apart, per rack
(`tests.oracle.packing`), and one way to pack a rack stands for all, because nothing else depends on
positions. Instances of a workload that do not stand yet are exchangeable, so choices are counted up
to their exchange, and so are equal inlets with active-active supplies. What stands is never left
without a place: that breaks `stability.standing` in every case. What moves takes no blocked unit,
even where its home does. A place of a new instance that breaks a rule about one instance by itself
(`BY_ITSELF`) is judged once, alone; so is the equipment of a choice before its services, by rules
that services have no part in (`OF_EQUIPMENT`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations_with_replacement, product
from math import comb, prod
from typing import Any, NamedTuple

from planner.check import check
from planner.check.case import Case
from planner.check.judge import ABOUT_PLACES, ABOUT_SERVICES
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Cord, Layout, Place
from planner.model.power import OUTLET_FOR_INLET
from planner.model.rules import RULES
from planner.model.space import Face
from planner.model.violation import Report
from planner.model.workload import Equipment, PsuMode, Workload
from tests.builders import layout
from tests.oracle.packing import Item, Packer

#: Rules that speak of one instance, whatever else is placed.
BY_ITSELF = {
    "compute.place": ABOUT_SERVICES["compute.place"],
    "tenancy.places": ABOUT_PLACES["tenancy.places"],
}


#: Families and rules that speak of equipment alone.
OF_EQUIPMENT = (
    "space.", "power.", "cooling.", "stability.", "redundancy.survive", "redundancy.spread",
    "redundancy.together", "continuity.power", "continuity.cooling", "continuity.fuel",
)  # fmt: skip


class Way(NamedTuple):
    """A rack, a face and cords; at home the position is given."""

    rack: str
    face: Face | None
    cords: tuple[Cord, ...] | None
    home: Place | None = None


class PoolWay(NamedTuple):
    """The pool that an instance of a service runs on, and those that take it over, sorted."""

    pool: str
    standby: tuple[str, ...]


Choice = tuple[tuple[str, Way | PoolWay | None], ...]


@dataclass(frozen=True)
class Verdict:
    """What trying all layouts has found.

    Attributes
    ----------
    score
        The best score of a layout that holds, None when there is none.
    best
        A layout with that score.
    num_choices
        Choices there are, without places that are wrong by themselves. Those that leave more
        without a place than the best one does are not judged, where `unplaced` comes first.
    num_judged, num_unpackable
        Choices that were judged as a whole, and those with a rack that cannot be packed.
    sole
        Slugs that are the only reason against some layout, or against some place by itself.
    """

    score: tuple[tuple[str, int], ...] | None
    best: Layout | None
    num_choices: int
    num_judged: int
    num_unpackable: int
    sole: frozenset[str]


def faults(report: Report) -> frozenset[str]:
    """Return the rules that speak against a layout.

    What as-built breaks already does not, nor what is wrong with the estate itself. A device that
    moves mends its cords (see `planner.solve.candidates.MENDED_BY_A_MOVE`): `judge` looks at that.
    """
    return frozenset(
        v.rule for v in report.violations if not v.inherited and not RULES[v.rule].about_estate
    )


def judge(estate: Estate, candidate: Layout, as_of: date) -> tuple[Report, frozenset[str]]:
    """Return the checker's report on a layout, and the rules that speak against it."""
    report = check(estate, candidate, as_of)
    moved = {key for key, p in candidate.placements.items() if p.was is not None}
    cords = {v.rule for v in report.violations if v.rule == "power.cord" and v.subject in moved}
    return report, faults(report) | cords


def planned(estate: Estate, as_of: date) -> list[Workload]:
    """Return the workloads that are there on some day from as-of to the horizon."""
    horizon = max(as_of, estate.policy.planning_horizon or as_of)
    return [
        w
        for w in estate.workloads.values()
        if (w.valid_from is None or w.valid_from <= horizon)
        and (w.valid_until is None or w.valid_until >= as_of)
    ]


def num_choices(estate: Estate, standing: dict[str, Place], as_of: date) -> int:
    """Return the number of choices, without trying them."""
    sizes = []
    for workload in planned(estate, as_of):
        ways = len(_right_ways(estate, workload, as_of, set()))
        for alike in _alike(estate, workload, standing):
            sizes.append(comb(ways + len(alike), len(alike)))
        here = [i for i in workload.instance_ids() if i in standing]
        sizes += [len(_ways_to_move(estate, workload, i)) + 1 for i in here]
    return prod(sizes)


def best_layout(estate: Estate, as_built: AsBuilt, as_of: date) -> Verdict:
    """Return the lexicographic optimum over all layouts."""
    standing = {key: s.place for key, s in as_built.standing.items()}
    packer = Packer(estate, as_of, standing)
    best: tuple[tuple[int, ...], Report, Layout] | None = None
    judged = unpackable = 0
    sole: set[str] = set()
    bare: dict[Choice, bool] = {}
    ways = {w.id: _right_ways(estate, w, as_of, sole) for w in planned(estate, as_of)}
    choices = list(_choices(estate, standing, as_of, ways))
    is_first = estate.policy.tiers[0] == "unplaced"
    if is_first:
        choices.sort(key=lambda choice: _unplaced(estate, choice))
    for choice in choices:
        missing = _unplaced(estate, choice)
        if is_first and best is not None and best[0][: len(missing)] < missing:
            break
        places = _places(estate, packer, choice)
        if places is None:
            unpackable += 1
            continue
        services = {i: (w.pool, *w.standby) for i, w in choice if isinstance(w, PoolWay)}
        left = tuple(instance for instance, way in choice if way is None)
        fields: dict[str, Any] = {"standing": standing, "as_of": as_of, "estate": estate.id}
        if services:
            equipment = tuple((i, way) for i, way in choice if i not in services)
            if equipment not in bare:
                without = layout(places, unplaced=(*left, *services), **fields)
                _, against = judge(estate, without, as_of)
                if len(against) == 1:
                    sole |= against
                bare[equipment] = any(rule.startswith(OF_EQUIPMENT) for rule in against)
            if bare[equipment]:
                continue
        judged += 1
        candidate = layout(places, unplaced=left, services=services, **fields)
        report, against = judge(estate, candidate, as_of)
        if len(against) == 1:
            sole |= against
        if against:
            continue
        values = tuple(value for _, value in report.score)
        assert not is_first or values[: len(missing)] == missing
        if best is None or values < best[0]:
            best = (values, report, candidate)
    return Verdict(
        best[1].score if best else None,
        best[2] if best else None,
        len(choices),
        judged,
        unpackable,
        frozenset(sole),
    )


def _unplaced(estate: Estate, choice: Choice) -> tuple[int, ...]:
    """Return the instances without a place, by priority from the highest."""
    left: dict[int, int] = {}
    for instance, way in choice:
        priority = estate.workloads[instance.rpartition("-")[0]].priority
        left[priority] = left.get(priority, 0) + (way is None)
    return tuple(left[priority] for priority in sorted(left, reverse=True))


def _alike(estate: Estate, workload: Workload, standing: dict[str, Place]) -> list[list[str]]:
    """Return the new instances in exchangeable groups: no waiver names one of several."""
    named = {waiver.subject.partition(":")[0] for waiver in estate.waivers.values()}
    new = [i for i in workload.instance_ids() if i not in standing]
    return [[i for i in new if i not in named], *([i] for i in new if i in named)]


def ways_of(estate: Estate, workload: Workload) -> list[Way | PoolWay]:
    """Return every rack, face and cording, or pools, whatever rule that breaks."""
    equipment = workload.equipment
    if equipment is None:
        return list(_pool_ways(estate))
    faces: tuple[Face | None, ...] = tuple(Face) if equipment.face == "any" else (equipment.face,)
    if equipment.u_height_half == 0:
        faces = (None,)
    return [
        Way(rack, face, cords)
        for rack in estate.racks
        for face in faces
        for cords in _cordings(estate, equipment, rack)
    ]


def _pool_ways(estate: Estate) -> Iterator[PoolWay]:
    """Yield every pool with none or one of the pools of every other site as standby."""
    pools_at: dict[str, list[str | None]] = {site: [None] for site in estate.sites}
    for pool in estate.pools.values():
        pools_at[pool.site].append(pool.id)
    for pool in estate.pools.values():
        others = (pools for site, pools in pools_at.items() if site != pool.site)
        for standby in product(*others):
            yield PoolWay(pool.id, tuple(sorted(p for p in standby if p is not None)))


def _cordings(estate: Estate, equipment: Equipment, rack: str) -> list[tuple[Cord, ...]]:
    inlets = [i for i in equipment.inlets if i.type in OUTLET_FOR_INLET]
    choices = [
        [
            node.id
            for node in estate.power_nodes.values()
            if node.rack == rack and OUTLET_FOR_INLET[inlet.type] in node.outlets
        ]
        for inlet in inlets
    ]
    found: dict[object, tuple[Cord, ...]] = {}
    for nodes in product(*choices):
        plugs = [(i.type, i.rating_w or 0, node) for i, node in zip(inlets, nodes, strict=True)]
        same = tuple(plugs if equipment.psu_mode is PsuMode.ACTIVE_STANDBY else sorted(plugs))
        cords = tuple(Cord(i.name, node) for i, node in zip(inlets, nodes, strict=True))
        found.setdefault(same, cords)
    return list(found.values())


def _right_ways(
    estate: Estate, workload: Workload, as_of: date, sole: set[str]
) -> Sequence[Way | PoolWay]:
    """Return the ways that break no rule by themselves; note in `sole` what the others break."""
    if any(w.rule in BY_ITSELF for w in estate.waivers.values()):
        return ways_of(estate, workload)
    right = []
    for way in ways_of(estate, workload):
        instance = f"{workload.id}-1"
        alone = layout(
            {instance: Place(rack=way.rack)} if isinstance(way, Way) else {},
            services={instance: (way.pool, *way.standby)} if isinstance(way, PoolWay) else {},
            as_of=as_of,
            estate=estate.id,
        )
        case = Case.of_layout(estate, alone, as_of)
        broken = {slug for slug, rule in BY_ITSELF.items() if any(True for _ in rule(case))}
        sole |= broken
        if not broken:
            right.append(way)
    return right


def _choices(
    estate: Estate,
    standing: dict[str, Place],
    as_of: date,
    ways_by_workload: Mapping[str, Sequence[Way | PoolWay]],
) -> Iterator[Choice]:
    """Yield every choice."""
    parts: list[list[Choice]] = []
    for workload in planned(estate, as_of):
        ways = ways_by_workload[workload.id]
        for instance in workload.instance_ids():
            if instance in standing:
                home, ways_on = standing[instance], _ways_to_move(estate, workload, instance)
                stays = _stays(home, ways_of(estate, workload))
                parts.append([((instance, way),) for way in (*stays, *ways_on)])
        for alike in _alike(estate, workload, standing):
            picked = combinations_with_replacement([*ways, None], len(alike))
            parts.append([tuple(zip(alike, picks, strict=True)) for picks in picked])
    for chosen in product(*parts):
        yield tuple(one for part in chosen for one in part)


def _ways_to_move(estate: Estate, workload: Workload, instance: str) -> Sequence[Way | PoolWay]:
    """Return the other ways of what stands; what is pinned breaks a rule with each of them."""
    is_pinned = int(instance.rpartition("-")[2]) in workload.pinned
    return [] if is_pinned else ways_of(estate, workload)


def _stays(home: Place, ways: Sequence[Way | PoolWay]) -> list[Way]:
    """Return the ways to stay; unknown cords may turn out to be any."""
    if home.cords is not None:
        return [Way(home.rack, home.face, home.cords, home)]
    return [
        Way(home.rack, home.face, way.cords, home.model_copy(update={"cords": way.cords}))
        for way in ways
        if isinstance(way, Way) and (way.rack, way.face) == (home.rack, home.face)
    ]


def _places(estate: Estate, packer: Packer, choice: Choice) -> dict[str, Place] | None:
    """Return the places of a choice, None when a rack cannot be packed."""
    by_rack: dict[str, list[Item]] = {}
    for instance, way in choice:
        if isinstance(way, Way):
            by_rack.setdefault(way.rack, []).append(_item(estate, instance, way))
    found: dict[str, int | None] = {}
    for rack, items in by_rack.items():
        positions = packer.pack(rack, items)
        if positions is None:
            return None
        found |= dict(zip((i.instance for i in items), positions, strict=True))
    return {
        instance: way.home
        or Place(rack=way.rack, position_half=found[instance], face=way.face, cords=way.cords)
        for instance, way in choice
        if isinstance(way, Way)
    }


def _item(estate: Estate, instance: str, way: Way) -> Item:
    workload = estate.workloads[instance.rpartition("-")[0]]
    assert workload.equipment is not None
    return Item(instance, workload, way.face, way.home.position_half if way.home else None)
