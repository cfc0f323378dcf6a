"""Sweeps: the worst first, what adds to a site alone, and stopping half-way."""

from planner.model.scenarios import Look, Scenario
from planner.simulate.alone import sweep_alone
from planner.simulate.beyond import beyond
from planner.simulate.effect import (
    AccessLost,
    Effect,
    FewerPaths,
    Move,
    Overload,
    Recovery,
    Short,
    Stopped,
)
from planner.simulate.losses import single_losses, sites_alone_with_losses
from planner.simulate.pairs import PairSweep
from planner.simulate.simulator import Simulator
from planner.simulate.sweep import sweep, worst_first
from tests.builders import DAY, at, estate, feed, group, layout, rack, site, workload

MADE = estate(
    rack("r1"), rack("r2"), feed("a"), feed("b", "r2"),
    site("s1", continuity_group="g"), site("s2", continuity_group="g"), group(),
    workload("w", 2, cords=1), workload("v", cords=1, critical=True),
)  # fmt: skip
PLAN = layout({"w-1": at("r1", 1, "a"), "w-2": at("r2", 1, "b"), "v-1": at("r2", 2, "b")})


def simulator():
    return Simulator(MADE, PLAN, DAY)


def test_the_worst_first_and_the_harmless_by_kind():
    found = sweep(simulator(), single_losses(MADE))
    assert [effect.scenario.id for effect in found.effects] == [
        # Three down, then two, then one; the same number by id.
        "loss of fire_compartment room1-fc",
        "loss of room room1",
        "loss of row row1",
        "loss of site s1",
        "loss of feed b",
        "loss of rack r2",
        "loss of feed a",
        "loss of rack r1",
    ]
    assert (found.harmless, found.num_swept, found.num_left) == ({"site": 1}, 9, 0)


def effect(**fields):
    return Effect(Scenario("rack", "r"), DAY, **fields)


def stopped(key, critical):
    return Stopped(key, 1, is_critical=critical, is_shed=False, causes=())


def over(subject="a", excess=10, look=Look.SUSTAINED):
    return Overload(subject, "feed", "W", look, 0, 100 + excess, 100)


def test_the_order_of_gravity():
    ordered = [
        effect(stopped=(stopped("a", True),)),
        effect(stopped=(stopped("a", False), stopped("b", False))),
        effect(stopped=(stopped("a", False),), overloads=(over("a"), over("b"))),
        effect(stopped=(stopped("a", False),)),
        # Two units of one node are one overload.
        effect(overloads=(over("a"), over("b"))),
        effect(overloads=(over("a"), over("a")._replace(unit="VA")), down=("x",)),
        effect(services_down=("s-1",), services_shed=("s-2",)),
        effect(services_down=("s-1",), down=("x",)),
        effect(services_down=("s-1",)),
        effect(down=("x", "y")),
        effect(down=("x",)),
        effect(interrupted=("x",)),
        effect(),
    ]
    assert worst_first(reversed(ordered)) == ordered
    assert effect().is_empty
    assert not effect(interrupted=("x",)).is_empty


def test_beyond_is_what_none_of_the_others_has():
    one = effect(
        down=("x",), interrupted=("i",), overloads=(over("a", 10),), services_down=("s-1",),
        services_shed=("s-2",), moves=(Move("m-1", "p", "q", 5, is_by_hand=False),),
        short=(Short("w", 1, 2),), stopped=(stopped("p", True),),
        recoveries=(Recovery("r", 5, None, ()),), access=(AccessLost("s", "net", ("w",)),),
        paths=(FewerPaths("two", 1, 2, 2),), tenants=("t",),
    )  # fmt: skip
    assert beyond(one, (one,)).is_empty
    assert beyond(one, (effect(), one)).is_empty
    assert beyond(one, (effect(),)) == one


def test_beyond_keeps_what_is_worse():
    one = effect(
        overloads=(over("a", 10),), short=(Short("w", 1, 2),), paths=(FewerPaths("two", 1, 2, 2),),
        recoveries=(Recovery("r", 5, None, ()),), access=(AccessLost("s", "net", ("w",)),),
        services_down=("s-1",), interrupted=("i",),
    )  # fmt: skip
    worse = effect(
        overloads=(over("a", 11),), short=(Short("w", 0, 2),), paths=(FewerPaths("two", 0, 2, 2),),
        recoveries=(Recovery("r", 6, None, ()),), access=(AccessLost("s", "net", ("v", "w")),),
        services_shed=("s-1",), down=("i",),
    )  # fmt: skip
    more = beyond(worse, (one,))
    # What is down where it was given up before, or interrupted before, is told apart: the first is
    # no more than before, the second is.
    assert more == worse._replace(services_shed=(), access=(AccessLost("s", "net", ("v",)),))
    better = beyond(one, (worse,))
    assert better.is_empty


def test_further_losses_that_add_something_to_a_site_alone():
    found = sweep_alone(simulator(), sites_alone_with_losses(MADE, ("rack", "feed")))
    assert [effect.scenario.id for effect in found.alone] == ["site s2 alone", "site s1 alone"]
    assert [(p.effect.scenario.id, p.beyond.down) for p in found.further] == [
        ("site s1 alone, loss of feed b", ("v-1", "w-2")),
        ("site s1 alone, loss of rack r2", ("v-1", "w-2")),
        ("site s1 alone, loss of feed a", ("w-1",)),
        ("site s1 alone, loss of rack r1", ("w-1",)),
    ]
    assert (found.num_swept, found.num_left, found.harmless) == (6, 0, {})


def test_stopping_keeps_what_was_found():
    def watch(done, of):
        return done >= 3

    assert sweep(simulator(), single_losses(MADE), watch).num_left == 6
    assert sweep_alone(simulator(), sites_alone_with_losses(MADE), watch).num_swept == 3
    pairs = PairSweep(simulator(), single_losses(MADE))
    found = pairs.run(0, watch)
    # 9 losses make 36 pairs; after the first loss its 8 pairs are done.
    assert (found.num_beyond + found.num_alike, found.num_left) == (8, 28)


def test_only_so_many_pairs_are_kept():
    pairs = PairSweep(simulator(), single_losses(MADE))
    every, two = pairs.run(0), pairs.run(2)
    assert two.worst == every.worst[:2]
    assert two.num_beyond == every.num_beyond == len(every.worst)
