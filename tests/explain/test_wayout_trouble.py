"""What a way out mends beside places, what is left alone, and what is known when time ends."""

from dataclasses import replace
from datetime import date
from threading import Event

import pytest

from planner.errors import InventoryError, Problem
from planner.explain import wayout_trial
from planner.explain.wayout import Status, ways_out
from planner.solve.options import Options
from planner.solve.outcome import Outcome
from tests.builders import (
    DAY,
    at,
    certificate,
    change,
    estate,
    feed,
    link,
    node,
    paths,
    process,
    rack,
    room,
    service,
    waiver,
    workload,
)
from tests.explain.planted import PLANTED, fuel_for_too_few_hours, heavy, one_rack, two_sites
from tests.explain.priced import (
    actions_of,
    add,
    drop,
    edit,
    nodes,
    priced,
    racks,
    rooms,
    variants,
    work,
)
from tests.explain.wayout_brute import cheapest

OPTIONS = Options(time_limit_ms=120_000, workers=1)
PAINT = priced("paint", 20, 1)


def expired_certificate():
    """The room's certificate has expired, and `w` requires it."""
    return (
        one_rack(
            certificate("iso", date(2025, 12, 1)),
            room(certificates=("iso",)),
            workload(certificates=("iso",)),
        ),
        {},
        [
            priced("renew", 900, 90, add(certificate("iso", date(2028, 1, 1)))),
            priced("waive", 700, 10, work("w", certificates=())),
            priced("take-down", 10, 1, rooms("room1", certificates=())),
        ],
        {"tenancy.expiry"},
        [("take-down", "waive"), ("renew",)],
    )


def one_duct():
    """Two links in one duct; two independent paths are asked for."""
    return (
        two_sites(
            link("l1", "s1", "s2", "d1"), link("l2", "s1", "s2", "d1"), paths("s1-s2", "s1", "s2")
        ),
        {},
        [
            priced("dig", 5000, 90, edit("links", "l2", ducts=("d2",))),
            priced("third", 100, 9, add(link("l3", "s1", "s2", "d1"))),
            priced("ask-less", 6000, 0, edit("path_requirements", "s1-s2", independent_paths=1)),
        ],
        {"network.paths"},
        [("dig",), ("ask-less",)],
    )


def too_patient():
    """A process may take longer to recover than it may be down."""
    return (
        two_sites(service(), process("p", "svc", rto_min=60, mtpd_min=30)),
        {},
        [
            priced("faster", 300, 9, edit("processes", "p", rto_min=30)),
            priced("some", 200, 9, edit("processes", "p", rto_min=40)),
            priced("patience", 200, 9, edit("processes", "p", mtpd_min=50)),
        ],
        {"continuity.times"},
        [("faster",), ("patience", "some")],
    )


def expired_waiver():
    """The waiver of an overloaded rack has expired."""
    return (
        one_rack(
            rack(max_weight_g=109_000),
            waiver("space.weight", "r1", 1000, date(2025, 12, 1)),
            workload(),
        ),
        {},
        [
            priced("renew", 0, 5, add(waiver("space.weight", "r1", 1000, date(2028, 1, 1)))),
            priced("strong", 700, 9, racks("r1", max_weight_g=110_000)),
            priced("forget", 5, 0, drop("waiver of space.weight")),
        ],
        {"waiver.expired"},
        # with a rack that carries it the expired waiver is still there
        [("renew",), ("forget", "strong")],
    )


STANDS = {"h-1": at("r1", 1, "a"), "h-2": at("r2", 1, "b")}


def alone_today():
    """What stands breaks the fuel rule now: no excuse where a site cannot stand alone."""
    return (
        fuel_for_too_few_hours(),
        {**STANDS, "db-1": at("r1", 2, "a"), "db-2": at("r2", 2, "b")},
        [
            priced("less", 100, 1, nodes("gen", tank_ml=3598)),
            priced("tank", 900, 9, nodes("gen", tank_ml=3600)),
        ],
        {"continuity.fuel"},
        [("tank",)],
    )


def overloaded_today():
    """What stands overloads its feed: the only thing wrong, so it is what is to be mended."""
    return (
        estate(rack(), feed("a", rated_w=600), workload(cords=1, pinned=frozenset({1}))),
        {"w-1": at("r1", 1, "a")},
        [
            # 500 W are 80 % of 625 W
            priced("weak", 100, 1, nodes("a", rated_w=624)),
            priced("strong", 900, 9, nodes("a", rated_w=625), excludes="weak"),
            priced("unpin", 50, 9, work("w", pinned=frozenset())),
            priced("second", 500, 9, add(feed("b"))),
        ],
        {"power.normal"},
        [("second", "unpin"), ("strong",)],
    )


CASES = [
    expired_certificate, one_duct, too_patient, expired_waiver, alone_today, overloaded_today,
]  # fmt: skip


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_violations_count_like_what_has_no_place(make):
    of, standing, actions, rules, expected = make()
    estate_with = variants(of, standing, {p.action.id: p for p in [PAINT, *actions]})
    answer = ways_out(estate_with, DAY, OPTIONS, alternatives=99)
    assert answer.status is Status.CHEAPEST
    assert {v.rule for v in answer.trouble.violations} == rules
    assert [tuple(sorted(way.actions)) for way in answer.ways] == expected
    assert expected == cheapest(estate_with)


# --- what is asked for


def with_actions(of, *actions, standing=None):
    return variants(of, standing or {}, {p.action.id: p for p in (PAINT, *actions)})


def test_nothing_to_mend():
    answer = ways_out(with_actions(one_rack(workload())), DAY, OPTIONS)
    assert answer.status is Status.CHEAPEST
    assert [way.actions for way in answer.ways] == [()]


def test_what_stood_broken_is_left_alone_where_something_else_is_wrong():
    of = estate(
        rack(), feed("a", rated_w=600), feed("b"),
        workload(cords=1, pinned=frozenset({1})), workload("x", u=50),
    )  # fmt: skip
    answer = ways_out(
        with_actions(
            of, priced("low", 9, 1, work("x", u_height_half=2)), standing={"w-1": at("r1", 1, "a")}
        ),
        DAY,
        OPTIONS,
    )
    assert answer.trouble.violations == ()
    assert [way.actions for way in answer.ways] == [("low",)]


def two_without_a_place():
    """Neither `w` (50 U) nor `x` (60 U) fits; a certificate has expired; `y` fits."""
    return one_rack(
        certificate("iso", date(2025, 12, 1)),
        room(certificates=("iso",)),
        workload(u=50), workload("x", u=60), workload("y"),
    )  # fmt: skip


def test_one_workload_alone():
    estate_with = with_actions(
        two_without_a_place(),
        priced("52u", 900, 9, racks("r1", u_height=52)),
        priced("50u", 400, 9, racks("r1", u_height=50)),  # then w stands, and y does not
        priced("split", 950, 9, work("w", u_height_half=20)),
        priced("drop", 1, 9, drop("w")),
    )
    answer = ways_out(estate_with, DAY, OPTIONS, subject="w")
    assert answer.status is Status.CHEAPEST
    assert [item.instance for item in answer.trouble.unplaced] == ["w-1"]
    assert answer.trouble.violations == ()
    # Giving `w` up is no way out for `w`; that of `x` and of the certificate is not asked.
    assert [way.actions for way in answer.ways] == [("52u",), ("split",)]


def test_a_workload_that_has_its_place():
    answer = ways_out(with_actions(two_without_a_place()), DAY, OPTIONS, subject="y")
    assert [way.actions for way in answer.ways] == [()]


def test_everything_needs_a_way_for_each():
    estate_with = with_actions(
        two_without_a_place(),
        priced("120u", 900, 9, racks("r1", u_height=120)),
        priced("renew", 400, 9, add(certificate("iso", date(2028, 1, 1)))),
    )
    answer = ways_out(estate_with, DAY, OPTIONS)
    assert [way.actions for way in answer.ways] == [("120u", "renew")]
    assert answer.ways[0].price[:3] == (130_000, 9, 2)


def test_what_is_added_may_help_to_keep_a_rule():
    # 500 W on leg l1 alone are out of balance; two more devices on l2 and l3 balance them. That
    # conflict is one of everything in the estate, and says nothing where there is more.
    legs = [node(f"l{n}", "leg", "f", rated_va=700) for n in (1, 2, 3)]
    legs[0] = change(legs[0], rack="r1", outlets={"c13": 1})
    estate_with = with_actions(
        estate(rack(), node("f", "feed"), *legs, workload(cords=1)),
        priced("sockets", 100, 1, nodes("l2", "l3", rack="r1", outlets={"c13": 1})),
        priced("load", 300, 1, add(workload("x", count=2, cords=1))),
    )
    answer = ways_out(estate_with, DAY, OPTIONS)
    assert [way.actions for way in answer.ways] == [("load", "sockets")]
    assert cheapest(estate_with) == [("load", "sockets")]


def test_at_most_so_many_actions():
    estate_with = variants(PLANTED["weak_after_a_loss"].estate, {}, halves())
    one = ways_out(estate_with, DAY, OPTIONS, max_actions=1)
    assert (one.status, one.ways) == (Status.NONE, ())
    two = ways_out(estate_with, DAY, OPTIONS, max_actions=2)
    assert [way.actions for way in two.ways] == [("a", "b")]


def halves():
    found = actions_of("weak_after_a_loss")
    return {key: found[key] for key in ("a", "b", "paint")}


def test_on_top_of_what_is_done():
    inner = variants(PLANTED["weak_after_a_loss"].estate, {}, halves())
    answer = ways_out(lambda ids: inner(("a", *ids)), DAY, OPTIONS, done=frozenset("a"))
    assert [way.actions for way in answer.ways] == [("b",)]
    assert answer.ways[0].price.cost_cents == 50_000


def test_patches_that_do_not_go_together_are_no_way():
    inner = variants(heavy(), {}, actions_of("heavy"))

    def estate_with(ids):
        if "lighter" in ids:
            raise InventoryError([Problem("actions.yaml", 1, 1, "id-unknown", "unknown rack")])
        return inner(ids)

    answer = ways_out(estate_with, DAY, OPTIONS)
    assert answer.status is Status.CHEAPEST
    assert answer.ways[0].actions == ("strong",)
    assert not any("lighter" in way.actions for way in answer.ways)


def test_alternatives_in_order_and_none_contains_a_better_one():
    estate_with = variants(heavy(), {}, actions_of("heavy"))
    found = [
        [way.actions for way in ways_out(estate_with, DAY, OPTIONS, alternatives=n).ways]
        for n in (0, 1, 9)
    ]
    all_ = [("lighter",), ("strong",), ("box", "box-feeds"), ("give-up",)]
    assert found == [all_[:1], all_[:2], all_]


def test_every_way_shows_a_layout():
    answer = ways_out(variants(heavy(), {}, actions_of("heavy")), DAY, OPTIONS)
    assert all(way.layout is not None and not way.layout.unplaced for way in answer.ways)


# --- what is known when time ends


def stopping_at(call):
    """Return options, and a progress function that stops the search at that call of it."""
    options = replace(OPTIONS, stop_event=Event())
    seen = []

    def on_progress(text):
        seen.append(text)
        if len(seen) == call:
            options.stop_event.set()

    return options, on_progress, seen


def test_stopped_before_anything_was_found():
    options, on_progress, _ = stopping_at(1)
    estate_with = variants(heavy(), {}, actions_of("heavy"))
    answer = ways_out(estate_with, DAY, options, on_progress=on_progress)
    assert (answer.status, answer.ways) == (Status.NOT_FOUND, ())
    assert not answer.is_complete


def test_what_was_found_is_kept_when_stopped():
    # calls: the base, the first good set, then sets in order: nothing is proven of any
    options, on_progress, seen = stopping_at(3)
    estate_with = variants(heavy(), {}, actions_of("heavy"))
    answer = ways_out(estate_with, DAY, options, on_progress=on_progress)
    assert seen == [
        "0 planned with; without any action",
        "1 planned with; lighter",
        "2 planned with, one found; without any action",
    ]
    assert answer.status is Status.FOUND
    assert [way.actions for way in answer.ways] == [("lighter",)]


def test_the_first_stays_proven_when_the_search_for_others_is_stopped():
    estate_with = variants(heavy(), {}, actions_of("heavy"))
    everything = []
    ways_out(estate_with, DAY, OPTIONS, on_progress=everything.append)
    first = next(n for n, text in enumerate(everything, 1) if ", 1 found" in text)
    options, on_progress, _ = stopping_at(first)
    answer = ways_out(estate_with, DAY, options, on_progress=on_progress)
    assert answer.status is Status.CHEAPEST
    assert [way.actions for way in answer.ways] == [("lighter",)]
    assert not answer.is_complete


@pytest.fixture
def undecided(monkeypatch):
    """Planning with a rack of 5 U is never decided, and no conflict is found."""
    plan = wayout_trial.plan

    def hesitant(of, *rest):
        is_slow = any(r.u_height == 5 for r in of.racks.values())
        return Outcome("UNKNOWN") if is_slow else plan(of, *rest)

    monkeypatch.setattr(wayout_trial, "plan", hesitant)
    monkeypatch.setattr(wayout_trial.Trials, "_conflict", lambda *_: None)


def slow(*actions):
    return with_actions(
        one_rack(rack(u_height=4), workload(count=3, u=2)),
        priced("5u", 10, 1, racks("r1", u_height=5)),
        *actions,
    )


def test_one_undecided_set_that_is_cheaper_and_nothing_is_proven(undecided):
    answer = ways_out(slow(priced("6u", 30, 1, racks("r1", u_height=6))), DAY, OPTIONS)
    assert answer.status is Status.FOUND
    # paint + 5u costs as much as 6u and comes after it
    assert [way.actions for way in answer.ways] == [("6u",)]
    assert answer.num_open == 2
    assert not answer.is_complete


def test_undecided_sets_that_are_dearer_leave_the_proof_alone(undecided):
    answer = ways_out(slow(priced("6u", 5, 1, racks("r1", u_height=6))), DAY, OPTIONS)
    assert answer.status is Status.CHEAPEST
    assert answer.num_open == 2
    assert not answer.is_complete


def test_no_way_is_not_claimed_over_undecided_sets(undecided):
    answer = ways_out(slow(), DAY, OPTIONS)
    assert (answer.status, answer.ways) == (Status.NOT_FOUND, ())
    without = with_actions(one_rack(rack(u_height=4), workload(count=3, u=2)))
    assert ways_out(without, DAY, OPTIONS).status is Status.NONE
