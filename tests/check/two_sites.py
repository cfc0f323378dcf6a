"""Two sites that stand in for each other, for tests of compute and continuity.

Host `h` (500 W, one cord) stands once at each site, `h-1` in rack `r1` at `s1` on feed `f1`, `h-2`
in `r2` at `s2` on `f2`; pools `p1` and `p2` have 8 vCPU, 16 GiB of RAM and 100 GiB of storage each.
Service `svc` (1 vCPU and no RAM, stateless) runs on `p1` and moves to `p2`; process `pr`
depends on it. Alone, a site gives up what feeds and holds its only host.
"""

from __future__ import annotations

from planner.check import check
from planner.model.estate import Estate
from planner.model.layout import Place
from planner.model.violation import Report, Violation
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    group,
    layout,
    pool,
    process,
    rack,
    room,
    service,
    site,
    with_items,
    workload,
)

GIVEN_UP = ("feed", "fire_compartment", "generator", "panel", "rack", "room", "row")
HOSTS = {"h-1": at("r1", 1, "f1"), "h-2": at("r2", 1, "f2")}
BOTH = {"svc-1": ("p1", "p2")}
TWO_SITES = estate(
    group("g", gives_up=GIVEN_UP),
    site("s1", continuity_group="g"),
    site("s2", continuity_group="g"),
    room("room2", "s2"),
    rack("r1", "row1", "room1", "s1"),
    rack("r2", "row2", "room2", "s2"),
    feed("f1", "r1"),
    feed("f2", "r2", site="s2"),
    workload("h", count=2, cords=1),
    pool("p1", "s1", "h"),
    pool("p2", "s2", "h"),
    service("svc", ram_mib=0),
    process("pr", "svc"),
)


def report(
    e: Estate,
    services: dict[str, str | tuple[str, ...]] | None = None,
    more: dict[str, Place] | None = None,
    unplaced: tuple[str, ...] = (),
) -> Report:
    """Judge hosts, `more` devices and services."""
    on = BOTH if services is None else services
    return check(e, layout({**HOSTS, **(more or {})}, services=on, unplaced=unplaced), DAY)


def found(e: Estate, rule: str, *args: object, **how: object) -> list[Violation]:
    """Return the violations of one rule."""
    return [v for v in report(e, *args, **how).violations if v.rule == rule]  # type: ignore[arg-type]


def changed(*items: object, **policy: object) -> Estate:
    """Return the two sites with other items."""
    return with_items(TWO_SITES, *items, **policy)  # type: ignore[arg-type]
