"""Where constraint modules register what they do for a rule.

A rule is a *filter* (judges one placement by itself), yields capacity *rows*, adds its own
*structure* to the model, or restricts the unit positions in a rack (*packing*); some do several.
Services have filters of their own, which judge one choice of pools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from planner.model.space import Face, Rack
from planner.problem.problem import Group, Problem
from planner.problem.services import PoolChoice, ServiceGroup

if TYPE_CHECKING:
    from planner.solve.candidates import Candidates
    from planner.solve.model import Model
    from planner.solve.packing import PackingModel
    from planner.solve.rows import Row


class Candidate(NamedTuple):
    """One placement to judge; rack filters see no face and no cording.

    `is_home` marks the place where a standing instance stands, at `position_half`.
    """

    group: Group
    rack: Rack
    face: Face | None = None
    cording: tuple[int, ...] = ()
    is_home: bool = False
    position_half: int | None = None


class ServiceCandidate(NamedTuple):
    """One choice of pools to judge for an instance of a group."""

    group: ServiceGroup
    choice: PoolChoice


FilterFunction = Callable[[Problem, Candidate], int]
ServiceFilterFunction = Callable[[Problem, ServiceCandidate], int]
RowsFunction = Callable[["Candidates"], "Iterable[Row]"]
StructureFunction = Callable[["Model"], None]
PackingFunction = Callable[["PackingModel"], None]


@dataclass
class Filter:
    """By how much one placement breaks a rule: from the rack alone, or from the whole place."""

    of_rack: FilterFunction | None = None
    of_place: FilterFunction | None = None


class ServiceFilter(NamedTuple):
    """By how much one choice of pools breaks a rule, and what a violation is about."""

    function: ServiceFilterFunction
    about: Literal["instance", "workload"]


FILTERS: dict[str, Filter] = {}
SERVICE_FILTERS: dict[str, ServiceFilter] = {}
ROWS: dict[str, RowsFunction] = {}
STRUCTURES: dict[str, StructureFunction] = {}
PACKING: dict[str, PackingFunction] = {}


def rack_filter(slug: str) -> Callable[[FilterFunction], FilterFunction]:
    """Register a filter that needs only the rack."""

    def register(function: FilterFunction) -> FilterFunction:
        FILTERS.setdefault(slug, Filter()).of_rack = function
        return function

    return register


def place_filter(slug: str) -> Callable[[FilterFunction], FilterFunction]:
    """Register a filter that needs rack, face and cording."""

    def register(function: FilterFunction) -> FilterFunction:
        FILTERS.setdefault(slug, Filter()).of_place = function
        return function

    return register


def service_filter(
    slug: str, about: Literal["instance", "workload"] = "instance"
) -> Callable[[ServiceFilterFunction], ServiceFilterFunction]:
    """Register a filter of a service's pools; `about` is the subject that a waiver names."""

    def register(function: ServiceFilterFunction) -> ServiceFilterFunction:
        SERVICE_FILTERS[slug] = ServiceFilter(function, about)
        return function

    return register


def rows(slug: str) -> Callable[[RowsFunction], RowsFunction]:
    """Register a maker of capacity rows."""

    def register(function: RowsFunction) -> RowsFunction:
        ROWS[slug] = function
        return function

    return register


def structure(slug: str) -> Callable[[StructureFunction], StructureFunction]:
    """Register a builder that adds its own variables and constraints."""

    def register(function: StructureFunction) -> StructureFunction:
        STRUCTURES[slug] = function
        return function

    return register


def packing(slug: str) -> Callable[[PackingFunction], PackingFunction]:
    """Register what a rule asks of the unit positions in one rack."""

    def register(function: PackingFunction) -> PackingFunction:
        PACKING[slug] = function
        return function

    return register
