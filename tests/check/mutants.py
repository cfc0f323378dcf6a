"""One mutant a rule: a layout (or an estate) that breaks this rule and nothing else.

The base holds: workload `w` of two servers of 1 U, 500 W and 10 kg, one in rack `r1` of room
`room1`, one in rack `r2` of room `room2`, each on feeds A and B of its rack, below panels `pa` and
`pb`. Nothing has a limit until a mutant gives it one.
"""

from __future__ import annotations

from datetime import date

from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.policy import FrozenWindow
from planner.model.power import PowerNode
from planner.model.space import Airflow, PortCount, RackStatus
from planner.model.tenancy import Quota
from planner.model.workload import Places, Spread
from tests.builders import (
    at,
    certificate,
    estate,
    feed,
    layout,
    needs,
    node,
    rack,
    reservation,
    room,
    tenant,
    unit,
    units,
    waiver,
    with_items,
    workload,
)
from tests.check import continuity_mutants, network_mutants
from tests.check.mutant import Mutant

R1 = at("r1", 1, "r1-a", "r1-b")
R1_UNIT_2 = at("r1", 2, "r1-a", "r1-b")
R2 = at("r2", 1, "r2-a", "r2-b")

BASE = estate(
    node("pa", "panel"),
    node("pb", "panel"),
    rack("r1", "row1", "room1"),
    rack("r2", "row2", "room2"),
    feed("r1-a", "r1", "pa"),
    feed("r1-b", "r1", "pb"),
    feed("r2-a", "r2", "pa"),
    feed("r2-b", "r2", "pb"),
    workload("w", count=2),
)
LAYOUT = layout({"w-1": R1, "w-2": R2})


def _w(**fields: object) -> Estate:
    """Return the base with another workload `w`."""
    return with_items(BASE, workload("w", **{"count": 2, **fields}))  # type: ignore[arg-type]


def _other(**fields: object) -> Estate:
    """Return the base with a second workload `x` of one server."""
    return with_items(BASE, workload("x", **fields))  # type: ignore[arg-type]


def _leg(number: int) -> PowerNode:
    """Return a leg of feed A of the first rack."""
    key = f"r1-a{number}"
    return node(key, "leg", "r1-a", rated_va=1000, rack="r1", outlets={"c13": 20})


def _w1(place: object) -> Layout:
    return layout({"w-1": place, "w-2": R2})  # type: ignore[dict-item]


def _with_x(place: object) -> Layout:
    return layout({"w-1": R1, "w-2": R2, "x-1": place})  # type: ignore[dict-item]


#: 600 W x 80 % = 480 W usable normally, 600 W after a loss (kappa_fail 1000); load 500 W (w-1).
_SINGLE = with_items(
    BASE,
    node("pa", "panel", rated_w=600, kappa_fail_permille=1000),
    workload("w", cords=1, count=2),
)
#: Loss of pb: 2 x 500 W on pa, 1100 W x 80 % = 880 W usable; normally 500 of 880 W.
_ON_ONE_PANEL = with_items(BASE, node("pa", "panel", rated_w=1100))
#: 2 x 10 kg in front face cells; 42 U = 84 half units, 2 taken, 82 free, 83 wanted.
_GROWTH = with_items(BASE, rack("r1", "row1", "room1", growth_half=83))
_PORT = PortCount(type="sfp28", speed_mbps=25_000, count=1)
_LATER = date(2026, 6, 30)

MUTANTS = (
    Mutant("structure.unknown", "ghost-1", 1, BASE, layout({"w-1": R1, "w-2": R2, "ghost-1": R1})),
    Mutant("structure.missing", "w-2", 1, BASE, layout({"w-1": R1, "w-2": R2}, unplaced=("w-2",))),
    # Position and face of a device that takes no unit: two fields.
    Mutant("structure.shape", "x-1", 2, _other(u=0), _with_x(at("r1", 9, "r1-a", "r1-b"))),
    # Unit 43 of a rack of 42 U: both half units of the device are outside.
    Mutant("space.bounds", "w-1", 2, BASE, _w1(at("r1", 43, "r1-a", "r1-b"))),
    # Two half units, both faces.
    Mutant("space.overlap", "r1", 4, _other(), _with_x(R1)),
    # Unit 1 is reserved on both faces: 2 half units x 2 faces.
    Mutant(
        "space.reserved", "w-1", 4, with_items(BASE, reservation("res", "r1", units(1, 1))), LAYOUT
    ),
    Mutant(
        "space.status",
        "w-1",
        1,
        with_items(BASE, rack("r1", "row1", "room1", status=RackStatus.PLANNED)),
        LAYOUT,
    ),
    # 100 kg of its own + 10 kg - 109 kg.
    Mutant(
        "space.weight",
        "r1",
        1_000,
        with_items(BASE, rack("r1", "row1", "room1", max_weight_g=109_000)),
        LAYOUT,
    ),
    # ceil(110 000 g / 3) = 36 667 g - 36 666 g.
    Mutant("space.floor", "r1", 1, with_items(BASE, room("room1", tile_rating_g=36_666)), LAYOUT),
    # Unit 1, 1 U high: middle at 2 quarter U; 10 000 g x (2 - 1).
    Mutant(
        "space.gravity",
        "r1",
        10_000,
        with_items(BASE, rack("r1", "row1", "room1", gravity_max_quarter=1)),
        LAYOUT,
    ),
    Mutant(
        "space.outlets",
        "r1-a",
        1,
        with_items(BASE, feed("r1-a", "r1", "pa", outlets={"c13": 3}, outlet_reserve=3)),
        LAYOUT,
    ),
    Mutant("space.ports", "r1 sfp28@25000", 1, _other(ports=(_PORT,)), _with_x(R1_UNIT_2)),
    Mutant("space.airflow", "x-1", 1, _other(airflow=Airflow.MIXED), _with_x(R1_UNIT_2)),
    Mutant("space.growth", "r1", 1, _GROWTH, LAYOUT),
    # The second cord is missing.
    Mutant("power.cord", "w-1", 1, BASE, _w1(at("r1", 1, "r1-a"))),
    Mutant(
        "power.normal",
        "pa",
        20,
        _SINGLE,
        layout({"w-1": at("r1", 1, "r1-a"), "w-2": at("r2", 1, "r2-b")}),
    ),
    Mutant("power.failover", "pa", 120, _ON_ONE_PANEL, LAYOUT),
    # 250 VA on one leg of three, 83 1/3 VA on average: 167 VA above it; 10 % x 1000 VA.
    Mutant(
        "power.imbalance",
        "r1-a",
        67,
        with_items(BASE, *(_leg(n) for n in (1, 2, 3))),
        _w1(at("r1", 1, "r1-a1", "r1-b")),
    ),
    # Half of 2 x 500 W on either panel, 300 W more on pa; 10 % x 1300 W.
    Mutant(
        "power.strands",
        "s1",
        170,
        with_items(_other(cords=1, draw_w=300), strand_imbalance_permille=100),
        _with_x(at("r1", 2, "r1-a")),
    ),
    # One of the two must be up after the loss of any rack, and both hang on pa.
    Mutant(
        "power.partners",
        "w",
        1,
        _w(cords=1, survive={"rack": 1}),
        layout({"w-1": at("r1", 1, "r1-a"), "w-2": at("r2", 1, "r2-a")}),
    ),
    # 500 W of heat; the only unit of the zone, enough for it, is lost.
    Mutant(
        "cooling.zone",
        "z1",
        500,
        with_items(BASE, rack("r1", "row1", "room1", cooling_zone="z1"), unit("u1", 600)),
        LAYOUT,
    ),
    Mutant(
        "cooling.rack",
        "r1",
        100,
        with_items(BASE, rack("r1", "row1", "room1", max_power_w=400)),
        LAYOUT,
    ),
    # Both must be up after the loss of any rack; each rack takes one.
    Mutant("redundancy.survive", "w:rack", 1, _w(survive={"rack": 2}), LAYOUT),
    Mutant(
        "redundancy.spread",
        "w:site:max_per_domain",
        1,
        _w(spread={"site": Spread(max_per_domain=1)}),
        LAYOUT,
    ),
    Mutant(
        "redundancy.together",
        "w-2:rack",
        1,
        with_items(_other(), workload("w", count=2, together_with={"rack": "x"})),
        _with_x(R1_UNIT_2),
    ),
    Mutant("redundancy.whole", "w", 1, BASE, layout({"w-1": R1}, unplaced=("w-2",))),
    # sehr-hoch (3) is needed, hoch (2) may be hosted; room2 hosts all.
    Mutant(
        "tenancy.protection",
        "w-1",
        1,
        with_items(
            _w(protection=needs(i=3)),
            room("room1", may_host=needs(i=2)),
            room("room2", may_host=needs(i=3)),
        ),
        LAYOUT,
    ),
    Mutant(
        "tenancy.certificate",
        "w-1",
        1,
        with_items(
            _w(certificates=("iso",)),
            certificate("iso", _LATER),
            room("room2", certificates=("iso",)),
        ),
        LAYOUT,
    ),
    # Horizon 30 June, expiry 20 June.
    Mutant(
        "tenancy.expiry",
        "iso",
        10,
        with_items(
            BASE,
            certificate("iso", date(2026, 6, 20)),
            room("room1", certificates=("iso",)),
            planning_horizon=_LATER,
        ),
        LAYOUT,
    ),
    Mutant("tenancy.places", "w-1", 1, _w(allowed=Places(room=("room2",))), LAYOUT),
    Mutant(
        "tenancy.exclusive",
        "r1",
        1,
        with_items(_other(tenant="t2"), tenant("t2", isolation="rack")),
        _with_x(R1_UNIT_2),
    ),
    # Two devices of two half units each.
    Mutant("tenancy.quota", "t:u", 1, with_items(BASE, tenant("t", quota=Quota(u_half=3))), LAYOUT),
    # Two workloads of hoch (2) count as sehr-hoch in room1, which may host hoch.
    Mutant(
        "tenancy.cumulation",
        "room1:integrity",
        1,
        with_items(
            _other(protection=needs(i=2)),
            workload("w", count=2, protection=needs(i=2)),
            room("room1", may_host=needs(i=2)),
            room("room2", may_host=needs(i=3)),
            cumulation={"hoch": 2},
        ),
        _with_x(R1_UNIT_2),
    ),
    Mutant(
        "stability.standing",
        "w-1",
        1,
        _w(partial=True),
        layout({"w-2": R2}, standing={"w-1": R1}, unplaced=("w-1",)),
    ),
    Mutant(
        "stability.pinned",
        "w-1",
        1,
        _w(pinned=frozenset({1})),
        layout({"w-1": R1, "w-2": R2}, standing={"w-1": at("r1", 5, "r1-a", "r1-b")}),
    ),
    Mutant(
        "stability.budget",
        "e",
        1,
        with_items(BASE, frozen_windows=(FrozenWindow(start=date(2026, 1, 1), end=_LATER),)),
        layout({"w-1": R1, "w-2": R2}, standing={"w-1": at("r1", 5, "r1-a", "r1-b")}),
    ),
    Mutant(
        "waiver.expired",
        "waiver of space.weight",
        1,
        with_items(BASE, waiver("space.weight", "r1", 1, date(2025, 12, 31))),
        LAYOUT,
    ),
    Mutant(
        "waiver.unknown",
        "waiver of space.wait",
        1,
        with_items(BASE, waiver("space.wait", "r1", 1, date(2027, 1, 1))),
        LAYOUT,
    ),
    *continuity_mutants.MUTANTS,
    *network_mutants.MUTANTS,
)

#: `stability.worse` never comes alone: the rule that got worse is still broken.
#: As built 110 kg against 105 kg (5 kg too much), planned 120 kg (15 kg).
WORSE = Mutant(
    "stability.worse",
    "r1",
    15_000 - 5_000,
    with_items(BASE, rack("r1", "row1", "room1", max_weight_g=105_000)),
    layout({"w-1": R1, "w-2": R1_UNIT_2}, standing={"w-1": R1}),
)
