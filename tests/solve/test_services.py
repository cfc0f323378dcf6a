"""`plan` with services: beside the equipment, after it, and why one is left out."""

import pytest

from planner.check import check
from planner.problem import compile_estate
from planner.solve import Options, plan, staged
from planner.solve.assignment import assign
from planner.solve.candidates import Candidates
from planner.solve.model import Model
from tests.builders import (
    DAY,
    as_built,
    at,
    change,
    estate,
    feed,
    group,
    pool,
    process,
    rack,
    room,
    row,
    service,
    site,
    waiver,
    workload,
)
from tests.oracle.agreement import tiers
from tests.oracle.brute_force import faults
from tests.oracle.continuity_estates import tiny_continuity

FAST = Options(workers=1, time_limit_ms=20_000)

#: What the sites give up alone, so that one rack and one feed at each are enough.
GIVEN_UP = ("feed", "rack", "row", "room", "fire_compartment")


def two_sites(*items, **policy):
    """Two sites that stand in for each other, with a rack, a feed and a pool each.

    Two hosts of 8 vCPU, 16 GiB of RAM and 100 GiB of storage may stand at either.
    """
    return estate(
        group("g", gives_up=GIVEN_UP),
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        room("room1", "s1"),
        room("room2", "s2"),
        rack("r1", "row1", "room1", "s1"),
        rack("r2", "row2", "room2", "s2"),
        feed("a", "r1"),
        feed("b", "r2", site="s2"),
        pool("p1", "s1"),
        pool("p2", "s2"),
        workload(count=2, cords=1),
        *items,
        **policy,
    )


def planned(of, standing=None, options=FAST):
    """Plan, and let the judge confirm layout and score."""
    outcome = plan(of, as_built(standing), DAY, options)
    report = check(of, outcome.layout, DAY)
    assert faults(report) == frozenset()
    assert tiers(outcome.layout) == report.score
    return outcome


def pools_of(outcome):
    return {key: (s.pool, *s.standby) for key, s in outcome.layout.services.items()}


def reason_of(outcome, instance):
    return outcome.layout.unplaced[instance].reason


# --- one model


def test_hosts_stand_where_services_need_them():
    # One rack would be cheaper, but the service must be taken over at the other site.
    outcome = planned(two_sites(service(), process("p", "svc")))
    assert outcome.status == "OPTIMAL"
    assert outcome.layout.provenance.engine == "cp-sat"
    assert {p.place.rack for p in outcome.layout.placements.values()} == {"r1", "r2"}
    assert sorted(*pools_of(outcome).values()) == ["p1", "p2"]


def test_hosts_stand_together_where_nothing_is_critical():
    outcome = planned(two_sites(service()))
    assert len({p.place.rack for p in outcome.layout.placements.values()}) == 1
    assert len(pools_of(outcome)["svc-1"]) == 1


def test_instances_are_handed_out_in_order_of_the_pools():
    # 8 vCPU a host: four instances of 4 on two hosts, two at each site.
    of = two_sites(service(count=4, vcpu_milli=4000), workload("x", count=2, cords=1))
    of = change(of, workloads=of.workloads | {"w": change(of.workloads["w"], survive={"site": 1})})
    assert list(pools_of(planned(of)).values()) == [("p1",), ("p1",), ("p2",), ("p2",)]


def test_higher_priority_gets_the_pool():
    low, high = (service(key, vcpu_milli=8000, priority=n) for n, key in enumerate(("a", "b")))
    outcome = planned(two_sites(low, high, workload(count=1, cords=1)))
    assert outcome.layout.unplaced.keys() == {"a-1"}
    assert [(t.tier, t.objective) for t in outcome.layout.tiers][:2] == [
        ("unplaced[1]", 0),
        ("unplaced[0]", 1),
    ]


def test_service_is_whole_or_partial():
    # Two of three instances fit.
    three = {"count": 3, "vcpu_milli": 8000}
    assert len(planned(two_sites(service(**three))).layout.unplaced) == 3
    assert len(planned(two_sites(service(**three, partial=True))).layout.unplaced) == 1


def test_hosts_that_come_later_offer_nothing_before():
    of = two_sites(service(), planning_horizon=DAY.replace(month=12))
    later = change(of.workloads["w"], valid_from=DAY.replace(month=6))
    outcome = planned(change(of, workloads=of.workloads | {"w": later}))
    assert outcome.layout.unplaced.keys() == {"svc-1"}


def test_waived_overload_of_a_pool():
    of = two_sites(
        workload(count=1, cords=1), service(vcpu_milli=8001), waiver("compute.pool", "p1", 1)
    )
    outcome = plan(of, as_built(), DAY, FAST)
    assert pools_of(outcome) == {"svc-1": ("p1",)}


def test_same_pools_for_the_instance_with_a_waiver():
    # svc-2 alone may run on a pool it does not name; it is no longer one of three alike.
    of = two_sites(
        service(count=2, pools=("p1",), vcpu_milli=8000),
        waiver("compute.place", "svc-2", 1),
        workload(count=2, cords=1, survive={"site": 1}),
    )
    outcome = plan(of, as_built(), DAY, FAST)
    assert pools_of(outcome) == {"svc-1": ("p1",), "svc-2": ("p2",)}


# --- reasons


def test_reason_names_the_pool_that_is_full():
    # Two instances on one site alone: 10 vCPU on a host of 8.
    outcome = planned(two_sites(service(count=2, needed=2, vcpu_milli=5000), process("p", "svc")))
    assert reason_of(outcome, "svc-2") == (
        "with everything else placed 2 instances would break"
        " continuity.compute at `p1` by 2000 vcpu/1000,"
        " continuity.compute at `p2` by 2000 vcpu/1000"
    )


def test_reason_names_the_rule_that_keeps_it_out_of_every_pool():
    mirrored = service(replication="async", lag_min=5)
    outcome = planned(two_sites(mirrored, process("p", "svc", rpo_min=3)))
    assert reason_of(outcome, "svc-1") == (
        "no pool can take it: continuity.data at `svc` by 2 min on `p1`, `p2`"
    )


def test_reason_prefers_the_pools_that_it_may_use():
    # Mirrored from p1, it may use nothing at s2. That it may not use p2 either goes without saying.
    outcome = planned(two_sites(service(pools=("p1",), replication="sync")))
    assert reason_of(outcome, "svc-1") == (
        "no pool can take it: compute.place at `svc-1` by 1 pools on `p1`, `p2`"
    )


def test_reason_names_the_chain_that_takes_too_long():
    outcome = planned(two_sites(service(takeover_min=20), process("p", "svc", rto_min=4)))
    assert reason_of(outcome, "svc-1") == (
        "with everything else placed it would break continuity.restart at `p` by 16 min"
    )


def test_reason_names_what_keeps_it_from_being_taken_over():
    outcome = planned(two_sites(service(quorum="majority"), process("p", "svc")))
    assert reason_of(outcome, "svc-1") == (
        "with everything else placed it would break continuity.survivor at `svc` by 1 instances;"
        " with other pools, continuity.quorum at `svc` by 1 votes on `p1`, `p2`"
    )


def test_reason_without_any_pool():
    of = estate(rack(), feed("a"), workload(cords=1), service())
    assert reason_of(planned(of), "svc-1") == "no pool can take it: the estate has none"


def test_reason_on_equipment_as_planned_where_there_is_much_of_it(monkeypatch):
    monkeypatch.setattr("planner.solve.shortfalls._MAX_OPTIONS", 0)
    outcome = planned(two_sites(service(vcpu_milli=17_000)))
    assert reason_of(outcome, "svc-1") == (
        "beside what is placed it would break compute.pool at `p1` by 1000 vcpu/1000"
    )


# --- rows that wait


def rows_of_racks(vcpu_milli):
    """A host fits into each of three racks of s1, two of them in one row.

    The loss of that row may leave no host, then its row of the model says nothing; the loss of
    either rack leaves one. At s2 there is one host of 80 vCPU.
    """
    return estate(
        group("g", gives_up=GIVEN_UP),
        site("s1", continuity_group="g"),
        site("s2", continuity_group="g"),
        room("room1", "s1"),
        room("room2", "s2"),
        row("row1", "room1"),
        row("row2", "room2"),
        row("row4", "room1"),
        *(rack(f"r{n}", "row1", "room1", "s1", max_weight_g=110_000) for n in (1, 2)),
        rack("r3", "row2", "room2", "s2"),
        rack("r4", "row4", "room1", "s1", max_weight_g=110_000),
        *(feed(f"f{n}", f"r{n}") for n in (1, 2, 4)),
        feed("f3", "r3", site="s2"),
        pool("p1", "s1"),
        pool("p2", "s2", "big", vcpu_milli=80_000, ram_mib=10**6),
        workload(count=2, cords=1),
        workload("big", cords=1, allowed={"site": ("s2",)}),
        service(vcpu_milli=vcpu_milli, pools=("p1", "p2")),
        service("app", mode="active-active", vcpu_milli=1000, pools=("p2",)),
        process("p", "svc"),
    )


def test_row_that_waits_is_added_when_a_layout_breaks_it():
    # The loss of row1 leaves p1 dead and says nothing; the loss of r1 leaves 8 vCPU.
    of = rows_of_racks(8001)
    candidates = Candidates(compile_estate(of, as_built(), DAY))
    model = Model(candidates, defers=True)
    assert {row.down.pool for row in model.deferred} >= {"p1"}
    x = [0] * len(candidates.options)
    y = [0] * len(candidates.services.options)
    for option in candidates.options:
        if candidates.group(option).workload.id == "w" and option.rack in ("r1", "r2"):
            x[option.index] = 1
    at_home = next(o for o in candidates.services.options if (o.pool, o.standby) == ("p1", ("p2",)))
    y[at_home.index] = 1
    waiting = len(model.deferred)
    assert model.add_broken(x, y)
    assert len(model.deferred) < waiting
    assert not model.add_broken(x, y)


@pytest.mark.parametrize(("vcpu_milli", "home"), [(8000, None), (8001, "p2")])
def test_plan_keeps_the_rows_that_wait(vcpu_milli, home):
    outcome = planned(rows_of_racks(vcpu_milli))
    assert not outcome.layout.unplaced
    assert home is None or pools_of(outcome)["svc-1"][0] == home


# --- services after equipment


@pytest.fixture
def in_stages(monkeypatch):
    monkeypatch.setattr(staged, "JOINT_LIMIT", -1)


@pytest.mark.usefixtures("in_stages")
def test_in_stages_the_hosts_move_to_where_services_need_them():
    # Alone the equipment stands in one rack; the feedback sends one host to the other site.
    outcome = planned(two_sites(service(), process("p", "svc")))
    assert outcome.layout.provenance.engine == "cp-sat, services after equipment"
    assert not outcome.layout.unplaced
    assert [(t.tier, t.objective, t.bound) for t in outcome.layout.tiers][-2:] == [
        ("cost", 2, 1),
        ("balance", 0, 0),
    ]


@pytest.mark.usefixtures("in_stages")
def test_in_stages_what_services_do_not_change_is_proven():
    outcome = planned(two_sites(service()))
    assert outcome.status == "OPTIMAL"


@pytest.mark.usefixtures("in_stages")
def test_in_stages_nothing_else_than_hosts_moves():
    outcome = planned(two_sites(service(), process("p", "svc"), workload("x", cords=1)))
    assert not outcome.layout.unplaced


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_in_stages_nothing_is_claimed_that_one_model_disproves(seed, monkeypatch):
    case = tiny_continuity(seed)
    joint = plan(case.estate, case.as_built, case.as_of, FAST)
    monkeypatch.setattr(staged, "JOINT_LIMIT", -1)
    apart = plan(case.estate, case.as_built, case.as_of, FAST)
    if apart.layout is None or joint.layout is None:
        assert apart.status == joint.status
        return
    report = check(case.estate, apart.layout, case.as_of)
    assert faults(report) == frozenset()
    assert tiers(apart.layout) == report.score
    best = [t.objective for t in joint.layout.tiers]
    found = [t.objective for t in apart.layout.tiers]
    assert found >= best
    for n, tier in enumerate(apart.layout.tiers):
        if found[:n] == best[:n]:
            assert tier.bound <= best[n]
    assert apart.status != "OPTIMAL" or found == best


def test_one_model_up_to_its_limit(monkeypatch):
    # 2 feeds, 2 racks, 2 rows, 2 rooms, 2 compartments, 2 sites and the normal state: 13 scenarios;
    # each site alone, nothing else being left to lose: 2. Times two pools: 30.
    problem = compile_estate(two_sites(service()), as_built(), DAY)
    monkeypatch.setattr(staged, "JOINT_LIMIT", 30)
    assert staged.is_joint(problem)
    monkeypatch.setattr(staged, "JOINT_LIMIT", 29)
    assert not staged.is_joint(problem)


# --- moves


def test_move_that_ends_where_it_began_counts_as_none():
    of = estate(rack(), feed("a"), feed("b"), workload(cords=1))
    candidates = Candidates(compile_estate(of, as_built({"w-1": at("r1", 5, "a")}), DAY))
    home, move = (
        next(o for o in candidates.options if o.stays is stays and o.cording == cording)
        for stays, cording in ((True, (0,)), (False, (0,)))
    )
    values = [int(o is move) for o in candidates.options]
    assert assign(candidates, values, {move.index: [10]}).counts == {home.index: 1}
    assert assign(candidates, values, {move.index: [12]}).counts == {move.index: 1}
