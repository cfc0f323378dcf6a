"""What is kept, shed and down after a loss, on two sites of one host each."""

from datetime import date

from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.grid import Grid
from planner.check.shedding import Shed, Shedding
from planner.model.scenarios import Scenario
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
    service,
    site,
    unit,
    with_items,
    workload,
)

S2_ALONE = Scenario("site", alone="s2")
NOTHING_LOST = Scenario("duct", "d")
S1_LOST = Scenario("site", "s1")
#: Host `h` of 500 W and 8 vCPU at each site; `a` and `b` of 5 vCPU, each for one process.
TWO = estate(
    group("g"),
    site("s1", continuity_group="g"),
    site("s2", continuity_group="g"),
    rack("r1", "row1", "room1", "s1"),
    rack("r2", "row2", "room2", "s2"),
    feed("f1", "r1"),
    feed("f2", "r2", site="s2"),
    workload("h", count=2, cords=1),
    workload("x", cords=1, draw_w=300),
    pool("p1", "s1", "h"),
    pool("p2", "s2", "h"),
    service("a", vcpu_milli=5000),
    service("b", vcpu_milli=5000),
    process("pa", "a"),
    process("pb", "b"),
)
PLACES = {"h-1": at("r1", 1, "f1"), "h-2": at("r2", 1, "f2"), "x-1": at("r2", 2, "f2")}
ON_P1 = {"a-1": ("p1", "p2"), "b-1": ("p1", "p2")}


def shed(e, scenario, services=None, places=PLACES, day=DAY, **how) -> Shed:
    plan = layout(places, services=ON_P1 if services is None else services)
    case = Case.of_layout(e, plan, DAY)
    (span,) = [span for span in case.spans if span.day == day]
    return Shedding(case, span, Grid(e), Dependence(e), **how).shed(scenario)


def test_all_is_kept_where_everything_fits():
    one_each = {"a-1": ("p1", "p2"), "b-1": ("p2", "p1")}
    found = shed(TWO, NOTHING_LOST, one_each)
    assert found == Shed(("pa", "pb"), (), (), ("h", "x"), (), (), is_proven=True)


def test_of_two_on_a_pool_for_one_the_first_is_kept_then_the_heavier_then_the_more_critical():
    # 10 000 of 8 000 thousandths of a vCPU.
    found = shed(TWO, S1_LOST)
    assert (found.kept, found.shed, found.down) == (("pa",), ("pb",), ())
    found = shed(with_items(TWO, process("pb", "b", weight=2)), S1_LOST)
    assert (found.kept, found.shed) == (("pb",), ("pa",))
    heavy = process("pa", "a", weight=9)
    found = shed(with_items(TWO, heavy, process("pb", "b", criticality=2)), S1_LOST)
    assert (found.kept, found.shed) == (("pb",), ("pa",))


def test_emergency_level_is_that_of_those_kept_and_counts_in_emergencies_only():
    """Both at 800 per mille: 4 000 each; `pc` wants `a` in full, 9 000 together."""
    levels = [process(key, key[1], emergency_permille=800) for key in ("pa", "pb")]
    e = with_items(TWO, *levels)
    assert shed(e, S1_LOST).kept == ("pa", "pb")
    assert shed(e, S2_ALONE).kept == ("pa", "pb")
    # The loss of a rack is no emergency: in full.
    assert shed(e, Scenario("rack", "r1")).kept == ("pa",)
    more = with_items(e, process("pc", "a", criticality=0))
    found = shed(more, S1_LOST)
    assert (found.kept, found.shed) == (("pa", "pb"), ("pc",))
    # Marked critical it is needed in full, whoever asks.
    marked = service("a", vcpu_milli=5000, critical=True)
    assert shed(with_items(e, marked), S1_LOST).kept == ("pa",)


def test_what_no_process_needs_is_kept_last():
    e = with_items(TWO, service("c", vcpu_milli=3000), service("d", vcpu_milli=1000))
    on_p1 = {**ON_P1, "c-1": ("p1", "p2"), "d-1": ("p1", "p2")}
    # 5 000 for `pa`, then 3 000 for `c`; `d` would do as well, `c` comes first.
    found = shed(e, S1_LOST, on_p1)
    assert (found.kept, found.workloads_kept) == (("pa",), ("c", "h", "x"))
    assert (found.shed, found.workloads_shed) == (("pb",), ("d",))


def test_down_is_not_shed():
    e = with_items(TWO, process("px", "x"), workload("y", valid_from=date(2027, 1, 1)))
    e = with_items(e, process("py", "y", "a"))
    # `b` has no pool to go to; `y` is not there yet and asks for nothing.
    found = shed(e, S1_LOST, {"a-1": ("p1", "p2"), "b-1": "p1"})
    assert (found.kept, found.shed, found.down) == (("pa", "px", "py"), (), ("pb",))
    found = shed(e, Scenario("site", "s2"), {"a-1": "p1", "b-1": "p2"})
    assert (found.kept, found.down) == (("pa", "py"), ("pb", "px"))
    assert found.workloads_kept == ("h",)
    assert shed(TWO, Scenario("site", "s2")).workloads_down == ("x",)


def test_instance_without_a_place_is_not_up():
    found = shed(TWO, NOTHING_LOST, {"a-1": "p1"})
    assert (found.kept, found.down) == (("pa",), ("pb",))


def test_site_alone_keeps_what_its_power_carries():
    # 700 W x 80 % = 560 W: the host (500 W), not `x` (300 W) beside it.
    e = with_items(TWO, feed("f2", "r2", site="s2", rated_w=700))
    quarter = [process(key, key[1], emergency_permille=250) for key in ("pa", "pb")]
    e = with_items(e, *quarter)
    found = shed(e, S2_ALONE)
    assert (found.kept, found.workloads_kept, found.workloads_shed) == (
        ("pa", "pb"),
        ("h",),
        ("x",),
    )
    # The same loss without standing alone is judged by `power.failover`, not here.
    assert shed(e, S1_LOST).workloads_shed == ()
    # 300 W for `px`, more critical than what needs the host.
    e = with_items(e, process("px", "x", criticality=2))
    found = shed(e, S2_ALONE)
    assert (found.kept, found.shed, found.workloads_shed) == (("px",), ("pa", "pb"), ("h",))


def test_site_alone_keeps_what_its_cooling_carries_in_both_looks():
    """Unit `u` takes 500 W, unit `v` 300 W; `v` is lost as well."""
    e = with_items(
        TWO,
        rack("r2", "row2", "room2", "s2", cooling_zone="z"),
        unit("u", 500, "z", site="s2"),
        unit("v", 300, "z", site="s2"),
    )
    quarter = [process(key, key[1], emergency_permille=250) for key in ("pa", "pb")]
    e = with_items(e, *quarter)
    assert shed(e, S2_ALONE).workloads_shed == ()
    found = shed(e, Scenario("cooling_unit", "v", alone="s2"))
    assert (found.kept, found.workloads_shed) == (("pa", "pb"), ("x",))


def test_node_that_its_own_draw_overloads_keeps_nothing():
    e = with_items(TWO, feed("f2", "r2", site="s2", rated_w=100, own_w=90))
    found = shed(e, S2_ALONE)
    assert (found.kept, found.shed) == ((), ("pa", "pb"))
    assert (found.workloads_kept, found.workloads_shed) == ((), ("h", "x"))


def test_search_without_proof_is_marked():
    assert shed(TWO, S1_LOST).is_proven
    assert not shed(TWO, S1_LOST, max_nodes=1).is_proven
    # Nothing to choose: proven.
    assert shed(TWO, Scenario("rack", "r2"), {"a-1": "p1", "b-1": "p2"}, max_nodes=1).is_proven


def test_instances_that_are_down_take_nothing():
    """Of two, one is enough: the other has no pool to go to, 5 of 8 vCPU are left for `b`."""
    e = with_items(TWO, service("a", 2, vcpu_milli=5000), service("b", vcpu_milli=3000))
    on = {"a-1": ("p1", "p2"), "a-2": "p1", "b-1": ("p1", "p2")}
    found = shed(e, S1_LOST, on)
    assert (found.kept, found.shed, found.down) == (("pa", "pb"), (), ())


def test_one_day_answers_for_several_scenarios():
    e = with_items(
        TWO,
        feed("f2", "r2", site="s2", rated_w=700),
        unit("u", 9000, site="s2"),
        *(process(key, key[1], emergency_permille=250) for key in ("pa", "pb")),
    )
    (span,) = (case := Case.of_layout(e, layout(PLACES, services=ON_P1), DAY)).spans
    shedding = Shedding(case, span, Grid(e), Dependence(e))
    first = shedding.shed(S2_ALONE)
    assert first.workloads_shed == ("x",)
    assert shedding.shed(Scenario("cooling_unit", "u", alone="s2")) == first
    assert shedding.shed(NOTHING_LOST).workloads_shed == ()
