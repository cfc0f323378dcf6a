"""Cordings: every way to plug a device, counted by hand."""

from collections import Counter

from planner.model.device import Inlet
from planner.model.workload import PsuMode
from planner.problem import compile_estate
from planner.problem.cordings import (
    corded_inlets,
    iter_cordings,
    pattern_of,
    spread_cordings,
)
from planner.solve.candidates import Candidates
from tests.builders import DAY, as_built, change, estate, feed, rack, workload

BOTH = [{"c13": 4, "c19": 2}, {"c13": 4}]


def cordings(equipment, outlets=BOTH):
    return list(iter_cordings(equipment, range(len(outlets)), outlets))


def equipment(*inlets, **fields):
    made = workload(**fields).equipment
    return change(made, inlets=inlets) if inlets else made


def test_equal_inlets_are_not_permuted():
    assert cordings(equipment()) == [(0, 0), (0, 1), (1, 1)]


def test_standby_supplies_have_an_order():
    found = cordings(equipment(psu_mode=PsuMode.ACTIVE_STANDBY))
    assert found == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_inlets_of_other_ratings_are_others():
    inlets = (
        Inlet(name="p1", type="c14", rating_w=500),
        Inlet(name="p2", type="c14", rating_w=800),
    )
    assert sorted(cordings(equipment(*inlets))) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_inlets_stay_in_their_order_whatever_their_kind():
    # psu1 takes C19, which only the first node has; psu2 and psu3 take C13.
    inlets = (
        Inlet(name="psu1", type="c20"),
        Inlet(name="psu2", type="c14"),
        Inlet(name="psu3", type="c14"),
    )
    assert sorted(cordings(equipment(*inlets))) == [(0, 0, 0), (0, 0, 1), (0, 1, 1)]


def test_no_outlet_of_the_type_is_no_cording():
    assert cordings(equipment(inlet="c20"), [{"c13": 4}, {"c19": 0}]) == []


def test_hard_wired_inlets_take_no_cord():
    wired = equipment(Inlet(name="dc", type="terminal"), Inlet(name="psu", type="c14"))
    assert [i.name for i in corded_inlets(wired)] == ["psu"]
    assert cordings(wired) == [(0,), (1,)]


def test_four_supplies_on_three_nodes():
    # multisets of 4 of 3: C(6, 4) = 15
    assert len(cordings(equipment(cords=4), [{"c13": 9}] * 3)) == 15


def live(*nodes):
    return [n in nodes for n in range(3)]


def test_active_supplies_share():
    pattern = pattern_of("r1", equipment(psus_required=1), (0, 1))
    assert pattern.carrying(live(0, 1)) == (0, 1)
    assert pattern.carrying(live(1)) == (1,)
    assert pattern.carrying(live(2)) is None


def test_two_plus_two_supplies_need_two():
    pattern = pattern_of("r1", equipment(cords=4, psus_required=2), (0, 0, 1, 1))
    assert pattern.carrying(live(0)) == (0, 0)
    pattern = pattern_of("r1", equipment(cords=4, psus_required=2), (0, 1, 1, 1))
    assert pattern.carrying(live(0)) is None


def test_standby_supplies_carry_in_the_order_of_the_inlets():
    pattern = pattern_of("r1", equipment(psu_mode=PsuMode.ACTIVE_STANDBY), (1, 0))
    assert pattern.carrying(live(0, 1)) == (1,)
    assert pattern.carrying(live(0)) == (0,)


def test_device_without_cords_is_up_and_loads_nothing():
    assert pattern_of("r1", equipment(cords=0), ()).carrying(live()) == ()


def test_device_that_needs_no_supply_is_up_without_any():
    pattern = pattern_of("r1", equipment(psus_required=0), (0, 1))
    assert pattern.carrying(live()) == ()
    assert pattern.carrying(live(1)) == (1,)


def test_too_many_cordings_are_cut_off_and_named():
    # 6 supplies on 7 feeds: C(12, 6) = 924 cordings
    feeds = [feed(f"f{n}") for n in range(7)]
    e = estate(rack(), *feeds, workload("w", cords=6))
    candidates = Candidates(compile_estate(e, as_built(), DAY))
    assert len(candidates.options) == 256
    assert candidates.cut_off == {"w"}


def test_cordings_kept_are_those_that_spread_most():
    # 4 supplies on 2 x 6 outlet nodes of two strands: C(15, 4) = 1365 cordings, of which C(12, 4)
    # = 495 use four nodes; less 2 x C(6, 4) = 30 on one strand: 465 on both.
    one = equipment(cords=4)
    nodes, strand_of = range(12), [0] * 6 + [6] * 6
    kept, is_cut_off = spread_cordings(one, nodes, [{"c13": 9}] * 12, strand_of)
    assert is_cut_off
    assert len(set(kept)) == len(kept) == 256
    assert all(len(set(c)) == 4 and len({strand_of[n] for n in c}) == 2 for c in kept)
    used = Counter(n for c in kept for n in c)
    # 256 x 4 / 12 = 85 cords a node
    assert all(70 <= used[n] <= 100 for n in nodes)


def test_less_spread_cordings_fill_up():
    # 8 supplies on 4 nodes of one strand: C(11, 8) = 165, all kept. On 5 nodes 495: C(7, 4) = 35
    # with all five nodes, 5 x C(7, 3) = 175 with four, and 46 of 10 x C(7, 2) = 210 with three.
    one = equipment(cords=8)
    assert not spread_cordings(one, range(4), [{"c13": 9}] * 4, [0] * 4)[1]
    kept, _ = spread_cordings(one, range(5), [{"c13": 9}] * 5, [0] * 5)
    assert Counter(len(set(c)) for c in kept) == {5: 35, 4: 175, 3: 46}
    assert kept == sorted(kept)
