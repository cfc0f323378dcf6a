"""Mutants of compute and continuity, of the estate of two sites in `tests.check.two_sites`."""

from __future__ import annotations

from planner.model.estate import Estate
from tests.builders import (
    feed,
    group,
    layout,
    needs,
    node,
    pool,
    process,
    rack,
    room,
    service,
    unit,
    with_items,
)
from tests.check.mutant import Mutant
from tests.check.two_sites import BOTH, GIVEN_UP, HOSTS, TWO_SITES

BASE = TWO_SITES
LAYOUT = layout(HOSTS, services=BOTH)


def _svc(**fields: object) -> Estate:
    """Return the base with another service."""
    return with_items(BASE, service("svc", ram_mib=0, **fields))  # type: ignore[arg-type]


MUTANTS = (
    # It may use `p2` only: one pool of two is right.
    Mutant("compute.place", "svc-1", 1, _svc(pools=("p2",)), LAYOUT),
    # The only host is the spare one: 1000 of 0.
    Mutant(
        "compute.pool", "p1", 1000, with_items(BASE, pool("p1", hosts="h", hosts_spare=1)), LAYOUT
    ),
    # Nothing takes it over.
    Mutant("continuity.survivor", "svc", 1, BASE, layout(HOSTS, services={"svc-1": "p1"})),
    # The mirror is 10 min behind, the process may lose 4.
    Mutant(
        "continuity.data",
        "svc",
        6,
        with_items(_svc(replication="async", lag_min=10), process("pr", "svc", rpo_min=4)),
        LAYOUT,
    ),
    # One of two votes, where two are more than half.
    Mutant("continuity.quorum", "svc", 1, _svc(quorum="majority"), LAYOUT),
    # 7 + 2 min (a single instance starts again), within 5.
    Mutant(
        "continuity.restart",
        "pr",
        4,
        with_items(_svc(takeover_min=7, restart_min=2), process("pr", "svc", rto_min=5)),
        LAYOUT,
    ),
    # Rooms host hoch (2), in an emergency only normal (1).
    Mutant(
        "continuity.protection",
        "svc-1",
        1,
        with_items(
            _svc(protection=needs(i=2)),
            room("room1", may_host=needs(i=2)),
            room("room2", "s2", may_host=needs(i=2)),
            group("g", gives_up=GIVEN_UP, max_protection=needs()),
        ),
        LAYOUT,
    ),
    # 1 vCPU moves to a host of half a one.
    Mutant(
        "continuity.compute",
        "p2",
        500,
        with_items(BASE, pool("p2", "s2", "h", vcpu_milli=500)),
        LAYOUT,
    ),
    # 625 W x 80 % carry the 500 W, x 60 % = 375 W do not.
    Mutant(
        "continuity.power",
        "f1",
        125,
        with_items(BASE, feed("f1", "r1", rated_w=625, kappa_emergency_permille=600)),
        LAYOUT,
    ),
    # Either unit is enough for 500 W; `u2` hangs on the other site, `u1` is lost as well.
    Mutant(
        "continuity.cooling",
        "z1",
        500,
        with_items(
            BASE,
            rack("r1", "row1", "room1", cooling_zone="z1"),
            unit("u1", 500),
            unit("u2", 500, "z1", "x"),
            node("x", "panel", site="s2"),
        ),
        LAYOUT,
    ),
    # 0.5 kW x 24 h x 100 ml/kWh = 1200 ml.
    Mutant(
        "continuity.fuel",
        "gen",
        200,
        with_items(
            BASE,
            group("g", gives_up=GIVEN_UP, hours=24),
            node("gen", "generator", tank_ml=1000, fuel_ml_per_kwh=100),
            feed("f1", "r1", "gen"),
        ),
        LAYOUT,
    ),
    Mutant(
        "continuity.times",
        "pr",
        5,
        with_items(BASE, process("pr", "svc", rto_min=65, mtpd_min=60)),
        LAYOUT,
    ),
)
