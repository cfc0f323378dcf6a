"""From option counts to instances in racks, and back: what stands where, packed or cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from planner.model.layout import Cord, Place
from planner.problem.cordings import corded_inlets
from planner.problem.problem import Problem
from planner.solve.candidates import Candidates, Option
from planner.solve.packing import Item, Unpackable, pack


@dataclass(frozen=True)
class Assignment:
    """A packed solution.

    Attributes
    ----------
    counts
        Option index -> instances there (positive ones only).
    places
        Instance -> its place, for every placed instance.
    services
        Service option index -> instances there (positive ones only).
    """

    counts: Mapping[int, int]
    places: Mapping[str, Place]
    services: Mapping[int, int] = field(default_factory=dict)


class PackingFailure(Exception):
    """Racks that cannot be packed as assigned: rack -> option counts."""

    def __init__(self, racks: dict[str, dict[int, int]]) -> None:
        super().__init__(", ".join(racks))
        self.racks = racks


def is_moved(home: Place, place: Place) -> bool:
    """Whether an instance changes rack, position, face or cords (unknown cords never do)."""
    if (home.rack, home.position_half, home.face) != (place.rack, place.position_half, place.face):
        return True
    return home.cords is not None and dict((c[0], c[1]) for c in home.cords) != dict(
        (c[0], c[1]) for c in place.cords or ()
    )


def assign(
    candidates: Candidates,
    values: Sequence[int],
    fixed: Mapping[int, Sequence[int]] | None = None,
) -> Assignment:
    """Give instances to options and positions to instances.

    Parameters
    ----------
    values
        (num_options,) instances at each option.
    fixed
        Option -> positions that instances there must have, used by tests and what-if questions.

    Raises
    ------
    PackingFailure
        With every rack that provably has no positions for what is assigned to it.
    """
    problem = candidates.problem
    counts = {o: v for o, v in enumerate(values) if v > 0}
    instances = _instances(candidates, counts)
    by_rack: dict[str, dict[int, int]] = {}
    for option, count in counts.items():
        by_rack.setdefault(candidates.options[option].rack, {})[option] = count
    places: dict[str, Place] = {}
    failed: dict[str, dict[int, int]] = {}
    for rack in sorted(by_rack):
        items: list[Item] = []
        for option in by_rack[rack]:
            items.extend(
                item_of(candidates, option, name, positions)
                for name, positions in zip(
                    instances[option], _positions(fixed, option, by_rack[rack][option]), strict=True
                )
            )
        try:
            positions = pack(
                problem, problem.estate.racks[rack], [i for i in items if i.height_half]
            )
        except Unpackable:
            failed[rack] = by_rack[rack]
            continue
        for option in by_rack[rack]:
            for name in instances[option]:
                places[name] = _place(problem, candidates, option, positions.get(name))
    if failed:
        raise PackingFailure(failed)
    return Assignment(_at_home(candidates, counts, places), places)


def _at_home(
    candidates: Candidates, counts: Mapping[int, int], places: Mapping[str, Place]
) -> dict[int, int]:
    """Count a move that has ended where it began as none: a search cut short may leave some."""
    found = dict(counts)
    for o in counts:
        option = candidates.options[o]
        group = candidates.group(option)
        if group.home is None or option.stays or is_moved(group.home, places[group.instances[0]]):
            continue
        stays = [
            h.index
            for h in candidates.of_group[group.index]
            if h.stays and h.cording == option.cording
        ]
        if stays:
            del found[o]
            found[stays[0]] = 1
    return found


def _positions(
    fixed: Mapping[int, Sequence[int]] | None, option: int, count: int
) -> list[int | None]:
    given = list((fixed or {}).get(option, ()))
    return [*given, *([None] * (count - len(given)))]


def _instances(candidates: Candidates, counts: Mapping[int, int]) -> dict[int, tuple[str, ...]]:
    """Hand the instances of each group to its options, in order of the racks' ids."""
    given: dict[int, int] = {}
    found: dict[int, tuple[str, ...]] = {}
    for option in sorted(counts, key=lambda o: (candidates.options[o].rack, o)):
        group = candidates.group(candidates.options[option])
        first = given.get(group.index, 0)
        found[option] = group.instances[first : first + counts[option]]
        given[group.index] = first + counts[option]
    return found


def item_of(candidates: Candidates, option: int, name: str, position: int | None = None) -> Item:
    """Return the packing item of an instance at an option."""
    chosen = candidates.options[option]
    group = candidates.group(chosen)
    equipment = group.equipment
    if chosen.stays and group.home is not None:
        position = group.home.position_half
    return Item(
        name,
        group.workload.id,
        equipment.u_height_half,
        None if equipment.is_full_depth else chosen.face,
        equipment.mass_g,
        position,
        chosen.stays,
        candidates.problem.waived.get(("space.reserved", group.instances[0]), 0),
    )


def _place(problem: Problem, candidates: Candidates, option: int, position: int | None) -> Place:
    chosen: Option = candidates.options[option]
    inlets = corded_inlets(candidates.group(chosen).equipment)
    cords = tuple(
        Cord(inlet.name, problem.graph.nodes[node].id)
        for inlet, node in zip(inlets, chosen.cording, strict=True)
    )
    return Place(rack=chosen.rack, position_half=position, face=chosen.face, cords=cords)
