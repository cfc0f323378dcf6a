"""Continuity after any loss and on each site alone: what is up, and what the pools carry."""

from datetime import date

import pytest

from planner.check import check
from planner.model.scenarios import NORMAL
from tests.builders import (
    DAY,
    at,
    combination,
    feed,
    group,
    layout,
    node,
    pool,
    process,
    rack,
    service,
    site,
    switch,
    unit,
    with_items,
    workload,
)
from tests.check.two_sites import GIVEN_UP, HOSTS, changed, found, report

# --- survivor


def short(e, *args, **how):
    """Return workload, scenario, required and available."""
    return [(v.subject, v.scenario, *v[3:5]) for v in found(e, "continuity.survivor", *args, **how)]


def test_equipment_that_is_critical_stands_at_each_site():
    e = changed(workload("x", count=2, cords=1), process("px", "x"))
    both = {"x-1": at("r1", 2, "f1"), "x-2": at("r2", 2, "f2")}
    assert short(e, more=both) == []
    # Both at s1: the first loss of all of it is that of its feed; s2 alone is one of the others.
    together = {"x-1": at("r1", 2, "f1"), "x-2": at("r1", 3, "f1")}
    (violation,) = found(e, "continuity.survivor", more=together)
    assert violation[1:6] == ("x", "loss of feed f1", 1, 0, "instances")
    assert violation.message == (
        "too few instances of `x`, which is critical, are up if feed `f1` is lost: "
        "`x-1`, `x-2` are down"
    )
    # Feed, rack, row, room, fire compartment and site, then s2 alone, and there nothing else.
    assert violation.required_note == "needed: 1 of 2; 6 further scenarios"
    assert violation.available_note == "2 placed less 2 down"


def test_as_many_as_needed():
    e = changed(workload("x", count=2, cords=1, needed=2), process("px", "x"))
    both = {"x-1": at("r1", 2, "f1"), "x-2": at("r2", 2, "f2")}
    assert short(e, more=both) == [("x", "loss of feed f1", 2, 1)]
    # Of one that is placed in part, what is placed: 2 - 1 needed, 1 - 1 up.
    e = changed(workload("x", count=2, cords=1, needed=2, partial=True), process("px", "x"))
    one = {"x-1": at("r1", 2, "f1")}
    assert short(e, more=one, unplaced=("x-2",)) == [("x", "loss of feed f1", 1, 0)]
    # Nothing placed breaks nothing.
    assert short(e, unplaced=("x-1", "x-2")) == []


def test_what_is_down_anyway_is_down_after_every_loss():
    """Without a cord, `x-1` is never up; the first loss in the order of the sweep tells."""
    e = changed(workload("x", cords=1), process("px", "x"))
    (violation,) = found(e, "continuity.survivor", more={"x-1": at("r1", 2)})
    assert violation.scenario == "loss of feed f1"
    # Feeds 2; racks, rows, rooms, compartments and sites 5 x 2; each site alone. Itself first.
    assert violation.required_note == "needed: 1 of 1; 13 further scenarios"


def test_hosts_are_not_judged_for_themselves():
    # `h` needs both, but is critical as a host only.
    assert short(changed(workload("h", count=2, cords=1, needed=2))) == []
    e = changed(workload("h", count=2, cords=1, needed=2), process("ph", "h"))
    assert short(e) == [("h", "loss of feed f1", 2, 1)]


def test_service_without_a_pool_that_takes_it_over():
    e = changed(service("svc", count=2, ram_mib=0))
    on = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    assert short(e, on) == []
    (violation,) = found(e, "continuity.survivor", {"svc-1": "p1", "svc-2": "p1"})
    assert violation[2:5] == ("loss of feed f1", 1, 0)
    assert "are up or taken over if feed `f1` is lost: `svc-1`, `svc-2` are down" in (
        violation.message
    )
    # One of two is enough, unless both are needed.
    assert short(e, {"svc-1": "p1", "svc-2": "p2"}) == []
    both = changed(service("svc", count=2, ram_mib=0, needed=2))
    assert short(both, {"svc-1": "p1", "svc-2": "p2"}) == [("svc", "loss of feed f1", 2, 1)]


def test_pool_is_alive_with_a_host_and_a_storage_device():
    arrays = workload("array", count=2, cords=1)
    e = changed(arrays, pool("p1", "s1", "h", storage_on=("array",)))
    # The array of p1 stands at s2: p1 is never alive, the service runs on p2.
    more = {"array-1": at("r2", 2, "f2")}
    assert short(e, {"svc-1": "p1"}, more=more) == [("svc", "loss of feed f1", 1, 0)]
    assert short(e, more=more)[0][1] == "loss of feed f2"
    more = {"array-1": at("r1", 2, "f1")}
    assert short(e, more=more) == []


def test_instance_moves_to_the_first_standby_that_is_alive():
    e = changed(
        site("s3", continuity_group="g"), pool("p3", "s3", "none3"), workload("none3", count=1)
    )
    # p3 has no host: p2 takes over, s3 alone runs nothing.
    on = {"svc-1": ("p1", "p3", "p2")}
    assert short(e, on, unplaced=("none3-1",)) == [("svc", "site s3 alone", 1, 0)]


def test_only_what_is_critical_is_judged_and_alone_for_the_members_group():
    lonely = {"svc-1": "p1"}
    assert short(changed(process("pr", "svc", criticality=0)), lonely) == []
    assert short(changed(process("pr", "svc", criticality=0), critical_from=0), lonely) != []
    marked = service("svc", ram_mib=0, critical=True)
    assert short(changed(process("pr", criticality=0), marked), lonely) != []
    # Of a process of group `k`, nothing is asked of s1 and s2 alone; the losses remain.
    of_other = changed(group("k"), process("pr", "svc", continuity_group="k"))
    (violation,) = found(of_other, "continuity.survivor", lonely)
    # s1's feed, rack, row, room, fire compartment and site.
    assert violation.required_note == "needed: 1 of 1; 5 further scenarios"


def test_a_loss_on_the_site_alone_counts_unless_given_up():
    kept = changed(group("g", gives_up=tuple(k for k in GIVEN_UP if k != "rack")))
    assert short(kept) == [("svc", "site s1 alone, loss of rack r1", 1, 0)]
    assert short(changed(group("g"))) == [("svc", "site s1 alone, loss of feed f1", 1, 0)]


def test_combinations_count():
    e = changed(combination("both", ("feed", "f1"), ("feed", "f2")))
    assert short(e) == [("svc", "loss of combination both", 1, 0)]


def test_interruption_is_ridden_out():
    """The generator needs 15 s; critical equipment must be up in the end only."""
    e = changed(
        node("grid", "utility"),
        node("gen", "generator", start_s=15),
        switch("ts", "grid", "gen"),
        feed("f1", "r1", "ts"),
        workload("x", count=2, cords=1),
        process("px", "x"),
    )
    both = {"x-1": at("r1", 2, "f1"), "x-2": at("r2", 2, "f2")}
    assert short(e, more=both)[0][1] == "site s1 alone, loss of transfer_switch ts"
    given_up = group("g", gives_up=(*GIVEN_UP, "transfer_switch"))
    assert short(with_items(e, given_up), more=both) == []


def test_workload_counts_while_it_is_active():
    horizon = {"planning_horizon": date(2026, 12, 31)}
    later = workload("x", cords=1, valid_from=date(2026, 6, 1))
    e = changed(later, process("px", "x"), **horizon)
    (violation,) = found(e, "continuity.survivor", more={"x-1": at("r1", 2, "f1")})
    # Once for each scenario, though both days are looked at.
    assert violation.required_note == "needed: 1 of 1; 6 further scenarios"


# --- compute


def overfull(e, *args, **how):
    """Return pool, scenario, unit, required and available of `continuity.compute`."""
    return [
        (v.subject, v.scenario, v.unit, *v[3:5])
        for v in found(e, "continuity.compute", *args, **how)
    ]


def test_pool_carries_what_moves_to_it():
    """5 vCPU on each; after the loss of either both are on one of 8."""
    e = changed(service("svc", count=2, vcpu_milli=5000, ram_mib=0))
    on = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    assert overfull(e, on) == [
        ("p1", "loss of feed f2", "vcpu/1000", 10_000, 8000),
        ("p2", "loss of feed f1", "vcpu/1000", 10_000, 8000),
    ]
    (first, _) = found(e, "continuity.compute", on)
    assert first.message == (
        "pool `p1` has too little vcpu for what is critical if feed `f2` is lost"
    )
    # Feed, rack, row, room, compartment, site of s2; s1 alone.
    assert first.required_note == "critical demand; 6 further scenarios"
    assert first.available_note == "hosts that are up, spare ones included"


def test_emergency_level_counts_in_emergencies():
    """At 700 per mille 3.5 vCPU each: 7 of 8."""
    level = process("pr", "svc", emergency_permille=700)
    e = changed(service("svc", count=2, vcpu_milli=5000, ram_mib=0), level)
    on = {"svc-1": ("p1", "p2"), "svc-2": ("p2", "p1")}
    # The loss of feed, rack and row is none; room, compartment, site and alone fit.
    (first, _) = found(e, "continuity.compute", on)
    assert first.required_note == "critical demand; 2 further scenarios"


def test_emergency_level_is_rounded_up_per_instance():
    """70 % of 715 MiB are 500.5: 2 x 501. Hosts in two racks of a room are lost only with it."""
    e = changed(
        workload("h", count=3, cords=1),
        rack("r3", "row3", "room1"),
        feed("f3", "r3"),
        service("svc", count=2, ram_mib=715, vcpu_milli=0),
        process("pr", "svc", emergency_permille=700),
        pool("p2", "s2", "h", ram_mib=1001),
    )
    on = {"svc-1": ("p1", "p2"), "svc-2": ("p1", "p2")}
    (violation,) = found(e, "continuity.compute", on, more={"h-3": at("r3", 1, "f3")})
    assert violation[1:6] == ("p2", "loss of room room1", 1002, 1001, "MiB")
    # Room, compartment, site; s2 alone.
    assert violation.required_note == "critical demand at its emergency level; 3 further scenarios"


def test_storage_and_licences_in_full_spare_hosts_used_and_mirrors_left_out():
    three = workload("h", count=3, cords=1)
    level = process("pr", "svc", emergency_permille=100)
    figures = {"ram_mib": 0, "storage_gib": 150, "replication": "sync", "licences": {"db": 3}}
    e = changed(
        three,
        level,
        service("svc", **figures),
        pool("p1", "s1", "h", hosts_spare=1, storage_gib=150, licences={"db": 3}),
        pool("p2", "s2", "h", storage_gib=100, licences={"db": 2}),
    )
    more = {"h-3": at("r1", 2, "f1")}
    assert overfull(e, more=more) == [
        ("p2", "loss of feed f1", "GiB", 150, 100),
        ("p2", "loss of feed f1", "licences db", 3, 2),
    ]


def test_fewer_hosts_after_a_loss():
    """Two hosts in `r1` and `r3`; 9 vCPU need both."""
    e = changed(
        workload("h", count=3, cords=1),
        rack("r3", "row1", "room1"),
        feed("f3", "r3"),
        service("svc", vcpu_milli=9000, ram_mib=0),
        pool("p2", "s2", "h", vcpu_milli=9000),
    )
    more = {"h-3": at("r3", 1, "f3")}
    assert overfull(e, more=more) == [("p1", "loss of feed f1", "vcpu/1000", 9000, 8000)]


def test_what_is_not_critical_takes_nothing():
    e = changed(service("extra", vcpu_milli=8000, ram_mib=0))
    assert overfull(e, {"svc-1": ("p1", "p2"), "extra-1": ("p2", "p1")}) == []


def test_interruption_and_normal_state_are_not_judged_by_it():
    """10 of 8 vCPU where it runs normally: after any loss as well, but never `normal`."""
    e = changed(service("svc", vcpu_milli=10_000, ram_mib=0))
    violations = found(e, "continuity.compute")
    assert violations
    assert NORMAL not in {v.scenario for v in violations}


@pytest.mark.parametrize("rule", ["continuity.survivor", "continuity.compute"])
def test_as_built_has_devices_but_no_services(rule):
    """What stands breaks `continuity.survivor` already; nothing of services is inherited."""
    e = changed(
        workload("x", cords=1), process("px", "x"), service("svc", vcpu_milli=9000, ram_mib=0)
    )
    places = {**HOSTS, "x-1": at("r1", 2, "f1")}
    plan = layout(places, standing=places, services={"svc-1": ("p1", "p2")})
    judged = {v.subject: v.inherited for v in check(e, plan, DAY).violations if v.rule == rule}
    expected = {
        "continuity.survivor": {"x": True},
        "continuity.compute": {"p1": False, "p2": False},
    }
    assert judged == expected[rule]


def test_scenarios_are_counted():
    # Per site feed, rack, row, room, compartment and site; both alone.
    assert report(changed()).num_scenarios == 1 + 2 * 6 + 2
    # One more loss, and one more on s1 alone: no kind that is given up.
    assert report(changed(unit("u", 1))).num_scenarios == 1 + 2 * 6 + 1 + 2 + 1
