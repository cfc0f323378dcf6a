"""The probe against the full checker: what it says of a place is what the judge would add."""

import random

import pytest

from planner.check import check
from planner.check.judge import ABOUT_PLACES, IN_SCENARIOS
from planner.errors import UsageError
from planner.explain.cases import new_or_worse
from planner.explain.probe import Probe
from planner.model.space import Face
from planner.model.workload import Places, Spread
from tests.builders import (
    DAY,
    at,
    change,
    estate,
    feed,
    layout,
    node,
    rack,
    reservation,
    room,
    switch,
    unit,
    units,
    waiver,
    workload,
)

JUDGED = {*ABOUT_PLACES, *IN_SCENARIOS, "stability.pinned", "stability.budget"}


def random_estate(rng):
    """Return four racks on two strands behind a generator, all close to their limits."""
    rooms = [room("h1"), room("h2", fire_compartment=rng.choice(["h1-fc", "h2-fc"]))]
    racks = [
        rack(
            f"r{n}", row=f"row-h{n % 2 + 1}", room=f"h{n % 2 + 1}", u_height=rng.choice([4, 6]),
            cooling_zone=f"z{n % 2 + 1}", max_power_w=rng.choice([None, 900, 1500]),
            max_weight_g=rng.choice([None, 125_000]), growth_half=rng.choice([0, 2]),
            status=rng.choice(["active", "active", "reserved"]),
            tenant=rng.choice([None, None, "t"]),
            gravity_max_quarter=rng.choice([None, 5]),
        )
        for n in range(1, 5)
    ]  # fmt: skip
    nodes = [
        node("grid", "utility"),
        node("gen", "generator", rated_va=rng.choice([2000, 9000]), start_s=15),
        switch("ts-a", "grid", "gen", transfer_ms=rng.choice([10, 100])),
        switch("ts-b", "grid", "gen", transfer_ms=100),
        node("ups-a", "ups", "ts-a", rated_w=rng.choice([1500, 4000]), autonomy_min=5,
             loss_permille=50, input_pf_permille=990, recharge_w=100),
        node("ups-b", "ups", "ts-b", rated_w=rng.choice([1500, 4000]), autonomy_min=0),
    ]  # fmt: skip
    for n in range(1, 5):
        for strand in "ab":
            outlets = {"c13": rng.choice([1, 4])}
            rated = rng.choice([None, 1200])
            nodes.append(
                feed(f"r{n}-{strand}", f"r{n}", f"ups-{strand}", rated_va=rated, outlets=outlets)
            )
    cooling = [
        unit("c1", rng.choice([900, 2000]), "z1", "ts-a", "ts-b", draw_w=200, room="h1"),
        unit("c2", rng.choice([900, 2000]), "z2", "ts-a", draw_w=200, room="h2"),
        unit("c3", 900, "z2", "ts-b", draw_w=200),
    ]
    later = {"valid_from": DAY.replace(month=3)} if rng.random() < 0.3 else {}
    works = [
        workload(
            "w", 3, u=rng.choice([0.5, 1, 2]), draw_w=rng.choice([300, 500]), survive={"feed": 3},
            spread={"rack": Spread(max_per_domain=1)}, pinned=frozenset({1}), pf=950,
            rating_w=rng.choice([None, 400]), face="any",
        ),
        workload("v", 2, u=1, is_full_depth=False, survive={"fire_compartment": 1, "room": 1},
                 together_with={"room": "w"}, draw_w=400, cords=rng.choice([1, 2])),
        workload("x", 2, u=1, cords=1, draw_w=200, tenant="other", isolation=rng.random() < 0.3,
                 forbidden=Places(rack=("r4",)), partial=True, **later),
        workload("pdu", 1, u=0, cords=0, draw_w=0),
    ]  # fmt: skip
    kept = reservation("kept", "r1", units(1, 2), valid_until=DAY.replace(month=2))
    extra = [waiver("space.weight", "r2", 5000)] if rng.random() < 0.3 else []
    return estate(
        *rooms, *racks, *nodes, *cooling, *works, kept, *extra,
        planning_horizon=DAY.replace(month=6), move_budget=rng.choice([None, 0, 1]),
        soft={"space.growth": 1} if rng.random() < 0.3 else {},
    )  # fmt: skip


def random_place(rng, of, instance):
    """Return some place in some rack, often a bad one."""
    item = of.workloads[instance.rpartition("-")[0]].equipment
    there = of.racks[rng.choice(sorted(of.racks))]
    nodes = [rng.choice([f"{there.id}-a", f"{there.id}-b"]) for _ in item.inlets]
    if not item.u_height_half:
        return at(there.id, None, *nodes)
    start = rng.randrange(2, 2 * there.u_height + 2)
    return at(there.id, start / 2, *nodes, face=rng.choice(list(Face)))


def random_layout(rng, of):
    """Return a layout in which most instances stand somewhere, some of them moved there."""
    instances = [key for w in of.workloads.values() for key in w.instance_ids()]
    places = {key: random_place(rng, of, key) for key in instances if rng.random() < 0.8}
    standing = {}
    for key, place in places.items():
        if rng.random() < 0.4:
            standing[key] = place if rng.random() < 0.6 else random_place(rng, of, key)
    return layout(places, standing=standing)


def full(of, of_layout):
    """Return everything the full checker finds among the rules that a place can break."""
    report = check(of, of_layout, DAY)
    return [
        v._replace(inherited=False)
        for v in (*report.violations, *report.soft, *report.waived)
        if v.rule in JUDGED
    ]


def is_waived(of, violation):
    return any(
        (w.rule, w.subject) == (violation.rule, violation.subject) and violation.amount <= w.amount
        for w in of.waivers.values()
    )


def said(violations):
    """Return all that a reader sees, less the place in a file."""
    return sorted(
        (v.rule, v.subject, v.scenario, v.unit, v.required, v.available, v.message,
         v.required_note, v.available_note)
        for v in violations
    )  # fmt: skip


def probed(seed):
    """Return estate, layout, instance and probe of a random case, with the places to try."""
    rng = random.Random(seed)
    of = random_estate(rng)
    of_layout = random_layout(rng, of)
    instance = rng.choice([key for w in of.workloads.values() for key in w.instance_ids()])
    probe = Probe(of, of_layout, DAY, instance)
    places = [place for there in of.racks.values() for place in probe.candidates(there)]
    places += [random_place(rng, of, instance) for _ in range(5)]
    return of, of_layout, probe, places


@pytest.mark.parametrize("seed", range(40))
def test_the_probe_says_what_the_full_checker_says(seed):
    of, of_layout, probe, places = probed(seed)
    instance = probe.instance
    was = of_layout.as_built().standing.get(instance)
    standing = {instance: was.place} if was else {}
    rest = {key: p for key, p in of_layout.placements.items() if key != instance}
    # A layout remembers what stood: of an instance that is unplaced, beside its reason.
    unplaced = layout({}, unplaced=(instance,), standing=standing).unplaced
    without = change(of_layout, placements=rest, unplaced=unplaced)
    before = full(of, without)
    for place in places:
        there = layout({instance: place}, standing=standing).placements
        placed = change(without, placements={**rest, **there}, unplaced={})
        expected = new_or_worse(before, full(of, placed))
        assert said(probe.violations(place)) == said(v for v in expected if not is_waived(of, v))


def test_the_random_cases_break_what_they_are_meant_to_break():
    broken = set()
    for seed in range(15):
        _, _, probe, places = probed(seed)
        broken |= {v.rule for place in places for v in probe.violations(place)}
    assert broken >= {
        "space.bounds", "space.overlap", "space.reserved", "space.status", "space.outlets",
        "space.growth", "cooling.rack", "cooling.zone", "power.cord", "power.failover",
        "redundancy.survive", "redundancy.spread", "redundancy.together", "tenancy.exclusive",
        "stability.pinned", "stability.budget",
    }  # fmt: skip


def test_an_instance_that_is_not_planned_is_refused():
    of = estate(rack(), workload("gone", valid_until=DAY.replace(year=2020)), workload("w"))
    for instance in ("gone-1", "w-2", "nonsense"):
        with pytest.raises(UsageError, match=f"`{instance}` is no instance of equipment"):
            Probe(of, layout({}), DAY, instance)
