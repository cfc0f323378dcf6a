"""Room for more: numbers that can be counted by hand, and one more than that never fits."""

import pytest

from planner.explain.headroom import Base, at_sites, base_of, copies_of, headroom
from planner.model.tenancy import Quota
from planner.solve.options import Options
from planner.solve.plan import plan
from tests.builders import DAY, at, estate, feed, layout, rack, service, tenant, workload
from tests.explain.planted import two_sites

OPTIONS = Options(time_limit_ms=20_000, workers=1)


def room(of, placed, *templates, moves=0, services=None):
    """Return how many more fit beside a layout."""
    base = base_of(of, layout(placed, services=services), DAY, moves)
    return headroom(base, templates, OPTIONS)


def two_racks(*items):
    return estate(
        rack("r1", u_height=10), rack("r2", u_height=10),
        feed("a", "r1"), feed("b", "r1"), feed("c", "r2"), feed("d", "r2"), *items,
    )  # fmt: skip


def test_units_bind():
    # 2 x 10 U, of which w takes 3: a shelf of 4 U fits once beside it and twice in r2.
    e = two_racks(workload(u=3))
    found = room(e, {"w-1": at("r1", 1, "a", "b")}, workload("shelf", u=4))
    assert (found.at_least, found.at_most) == (3, 3)
    assert found.where == {"r1": 1, "r2": 2}
    assert "space.overlap" in found.why_not


def test_what_stands_is_not_moved_unless_it_may():
    # w at U4 to U6 leaves 3 U below and 4 U above: one shelf of 4 U and none of 7 U beside it.
    e = two_racks(workload(u=3))
    shelf = workload("shelf", u=7)
    beside = {"w-1": at("r1", 4, "a", "b")}
    assert room(e, beside, shelf).at_most == 1
    assert room(e, beside, shelf, moves=1).at_least == 2


def test_a_workload_is_added_whole():
    # Two instances in two racks each: after five copies r1 and r2 have 10 - 2*5 U left.
    e = two_racks(workload())
    pair = workload("pair", count=2, u=2, survive={"rack": 1})
    found = room(e, {}, pair)
    assert (found.at_least, found.at_most) == (5, 5)
    assert found.where == {"r1": 5, "r2": 5}


def test_several_templates_are_a_bundle():
    # 20 U: one of 6 U and one of 4 U fill a rack.
    e = two_racks(workload())
    found = room(e, {}, workload("big", u=6), workload("small", u=4))
    assert (found.at_least, found.at_most) == (2, 2)


def test_more_than_the_first_guess():
    e = two_racks(workload())
    found = room(e, {}, workload("small"))
    assert (found.at_least, found.at_most) == (20, 20)


def test_nothing_fits():
    e = two_racks(workload())
    found = room(e, {}, workload("tall", u=11))
    assert (found.at_least, found.at_most) == (0, 0)
    assert found.why_not.startswith("no rack can take it: space.bounds in 2 racks")


def test_a_site_and_a_quota():
    e = two_sites(tenant("u", quota=Quota(u_half=6)))
    base = base_of(e, layout({}), DAY)
    one = workload("one", cords=1, u=20)
    assert headroom(base, (one,), OPTIONS).at_least == 4  # two in each rack of 42 U
    assert headroom(base, (at_sites(one, ("s2",)),), OPTIONS).at_most == 2
    owned = workload("one", cords=1, u=1, tenant="u")
    assert headroom(base, (owned,), OPTIONS).at_most == 3  # 3 U contracted


def test_services_fill_pools():
    # A host at each site with 8 vCPU; 3 vCPU a piece: two on each.
    e = two_sites()
    hosts = {"h-1": at("r1", 1, "a"), "h-2": at("r2", 1, "b")}
    found = room(e, hosts, service(vcpu_milli=3000))
    assert (found.at_least, found.at_most) == (4, 4)
    assert found.where == {"p1": 2, "p2": 2}


@pytest.mark.parametrize(("height", "more"), [(3, 6), (4, 4), (7, 2)])
def test_planning_so_many_succeeds_and_one_more_fails(height, more):
    e = two_racks(workload())
    base = base_of(e, layout({}), DAY)
    template = workload("t", u=height)
    assert headroom(base, (template,), OPTIONS).at_least == more
    assert _unplaced(base, template, more) == 0
    assert _unplaced(base, template, more + 1) == 1


def _unplaced(base: Base, template, count):
    workloads = {**base.estate.workloads, **copies_of(template, count)}
    with_copies = base.estate.model_copy(update={"workloads": dict(sorted(workloads.items()))})
    outcome = plan(with_copies, base.as_built, base.as_of, OPTIONS)
    assert outcome.layout is not None
    assert outcome.status == "OPTIMAL"
    return sum(key.startswith("t+") for key in outcome.layout.unplaced)
