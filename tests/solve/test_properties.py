"""Properties of whatever is planned: names, order and units of measure do not matter."""

from random import Random

import pytest

from planner.check import check
from planner.model.estate import Estate
from planner.model.layout import AsBuilt
from planner.model.workload import Places
from planner.solve import Options, plan
from tests.builders import (
    DAY,
    as_built,
    change,
    feed,
    group,
    needs,
    process,
    rack,
    room,
    service,
    with_items,
    without,
    workload,
)
from tests.oracle.agreement import OPTIONS, tiers
from tests.oracle.brute_force import faults
from tests.oracle.continuity_estates import tiny_continuity
from tests.oracle.estates import Tiny, larger, tiny


def answer(case):
    """Return the tiers' values of the best layout, the status where there is none."""
    outcome = plan(case.estate, case.as_built, case.as_of, OPTIONS)
    return outcome.status if outcome.layout is None else tiers(outcome.layout)


@pytest.mark.parametrize("seed", range(1000, 1012))
def test_what_is_planned_holds_with_the_same_score(seed):
    case = larger(seed)
    options = Options(workers=1, time_limit_ms=2500)
    layout = plan(case.estate, case.as_built, case.as_of, options).layout
    if layout is not None:
        report = check(case.estate, layout, case.as_of)
        assert faults(report) == frozenset()
        assert tiers(layout) == report.score


@pytest.mark.full
@pytest.mark.parametrize("first", range(2000, 2200, 10))
def test_what_is_planned_holds_with_the_same_score_at_length(first):
    for seed in range(first, first + 10):
        test_what_is_planned_holds_with_the_same_score(seed)


# --- names and order

#: Strings that name something in an estate; each gets a new name.
SECTIONS = (
    "sites", "rooms", "rows", "racks", "power_nodes", "cooling_zones", "cooling_units",
    "workloads", "tenants", "certificates", "pools", "processes", "continuity_groups",
    "combinations", "network_nodes", "ducts", "links", "path_requirements",
)  # fmt: skip


def renamed(value, names):
    """Return a dump with every id exchanged, also as part of an instance or of a subject."""
    if isinstance(value, dict):
        return {renamed(k, names): renamed(v, names) for k, v in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return type(value)(renamed(v, names) for v in value)
    if not isinstance(value, str) or type(value) is not str:
        return value
    head, colon, tail = value.partition(":")
    if colon:  # of a tenant, `u` is no name: the units of its quota
        return f"{renamed(head, names)}:{tail if tail == 'u' else names.get(tail, tail)}"
    workload, dash, number = value.rpartition("-")
    if value not in names and dash and workload in names:
        return f"{names[workload]}-{number}"
    return names.get(value, value)


@pytest.mark.parametrize("drawn", [tiny, tiny_continuity])
def test_names_do_not_matter(drawn):
    """Every id is exchanged so that the order of all ids is turned round."""
    for seed in range(40):
        case = drawn(seed)
        ids = sorted({k for name in SECTIONS for k in getattr(case.estate, name)} - {"front"})
        names = {key: f"k{len(ids) - n:03}" for n, key in enumerate(ids)}
        dump = renamed(case.estate.model_dump(), names)
        for name in SECTIONS:
            dump[name] = dict(sorted(dump[name].items()))
        other = Tiny(
            seed,
            Estate.model_validate(dump),
            AsBuilt.model_validate(renamed(case.as_built.model_dump(), names)),
        )
        assert answer(other) == answer(case), seed


@pytest.mark.parametrize("drawn", [tiny, tiny_continuity])
def test_order_of_declaration_does_not_matter(drawn):
    for seed in range(100, 140):
        case = drawn(seed)
        sections = {name: dict(reversed(getattr(case.estate, name).items())) for name in SECTIONS}
        other = Tiny(seed, change(case.estate, **sections), case.as_built)
        assert answer(other) == answer(case), seed


# --- more room, other units


def asks_for_skew(case):
    """Whether an empty domain more makes something worse."""
    spreads = [s for w in case.estate.workloads.values() for s in w.spread.values()]
    return any(s.max_skew is not None for s in spreads)


def test_a_spare_rack_never_worsens_the_score():
    better = 0
    for seed in range(200, 240):
        case = tiny(seed)
        if asks_for_skew(case):
            continue
        spare = with_items(
            case.estate,
            rack("spare", "row-room1", "room1", "s1", price_cents_year=None),
            feed("spare-a", "spare"),
            feed("spare-b", "spare"),
        )
        before, after = answer(case), answer(Tiny(seed, spare, case.as_built))
        if before == "INFEASIBLE":
            continue
        assert [v for _, v in after] <= [v for _, v in before], seed
        better += after != before
    assert better > 5


#: Figures in W, and those in VA that follow from nothing else.
WATTS = {
    "budget_w", "rating_w", "rated_w", "rated_va", "own_w", "input_w", "recharge_w", "capacity_w",
    "draw_w", "max_power_w", "growth_w",
}  # fmt: skip


def doubled(value):
    """Return a dump with every W and VA doubled."""
    if isinstance(value, dict):
        return {k: v * 2 if k in WATTS and v is not None else doubled(v) for k, v in value.items()}
    return type(value)(doubled(v) for v in value) if isinstance(value, list | tuple) else value


def test_twice_the_power_on_twice_the_capacity_changes_nothing():
    compared = 0
    for seed in range(300, 380):
        case = tiny(seed)
        if case.estate.waivers or case.estate.policy.soft:
            continue
        # Usable capacities are floored: 100 % and no circuits, so that twice as much is exact.
        nodes = {
            key: change(
                node,
                kappa_permille=1000,
                kappa_fail_permille=1000,
                amps_ma=None,
                modules=None,
                volts_ln=100_000,
            )
            for key, node in case.estate.power_nodes.items()
        }
        plain = Tiny(seed, change(case.estate, power_nodes=nodes), case.as_built)
        twice = Tiny(seed, Estate.model_validate(doubled(plain.estate.model_dump())), case.as_built)
        one, other = answer(plain), answer(twice)
        if isinstance(one, tuple) and dict(one)["soft"]:
            continue
        assert one == other, seed
        compared += 1
    assert compared > 30


# --- services and takeover


def values_of(case):
    """Return the tiers' values, larger than any others where no layout holds."""
    found = answer(case)
    return [float("inf")] if isinstance(found, str) else [value for _, value in found]


def test_a_spare_host_never_leaves_more_without_a_place():
    """One more host for every pool of a site, in a room of its own, that need not be placed."""
    better = 0
    for seed in range(400, 440):
        case = tiny_continuity(seed)
        spare = workload("spare", cords=1, draw_w=10, priority=-1, allowed=Places(site=("s2",)))
        pools = (
            change(p, hosts=(*p.hosts, "spare")) if p.site == "s2" else p
            for p in case.estate.pools.values()
        )
        of = with_items(
            case.estate,
            room("spare-room", "s2", may_host=needs(3, 3, 3), certificates=("iso",)),
            rack("spare", "spare-row", "spare-room", "s2"),
            feed("spare-a", "spare", site="s2"),
            spare,
            *pools,
        )
        before, after = dict(answer(case)), dict(answer(Tiny(seed, of, case.as_built)))
        left = [tier for tier in before if tier.startswith("unplaced")]
        assert [after[tier] for tier in left] <= [before[tier] for tier in left], seed
        better += any(after[tier] < before[tier] for tier in left)
    assert better > 3


#: What a service takes of a pool, and a pool offers.
COMPUTE = {"vcpu_milli", "ram_mib", "storage_gib"}


def with_twice_the_compute(value):
    """Return a dump with twice the demand of services, and pools that offer twice as much."""
    if isinstance(value, dict):
        return {
            k: v * 2
            if k in COMPUTE
            else {name: 2 * number for name, number in v.items()}
            if k == "licences"
            else with_twice_the_compute(v)
            for k, v in value.items()
        }
    return (
        type(value)(map(with_twice_the_compute, value))
        if isinstance(value, list | tuple)
        else value
    )


def test_twice_the_demand_on_twice_the_pools_changes_nothing():
    compared = 0
    for seed in range(500, 560):
        case = tiny_continuity(seed)
        if case.estate.waivers:
            continue
        # What overcommit sells of a host is floored: without it twice as much is exact.
        pools = {
            key: change(p, vcpu_overcommit_permille=1000) for key, p in case.estate.pools.items()
        }
        plain = Tiny(seed, change(case.estate, pools=pools), case.as_built)
        dump = with_twice_the_compute(plain.estate.model_dump())
        twice = Tiny(seed, Estate.model_validate(dump), case.as_built)
        assert answer(plain) == answer(twice), seed
        compared += 1
    assert compared > 40


def at_level(case, permille):
    """Return the estate with three stateless services that one process needs at this level.

    A host carries two of them. Only rooms are given up: on a site alone one host carries all three,
    after the loss of the other.
    """
    vcpu = Random(case.seed).choices((400, 500, 600), k=3)
    services = [
        service(key, vcpu_milli=n, partial=True) for key, n in zip("xyz", vcpu, strict=True)
    ]
    of = without(case.estate, "u", "v", "w", *case.estate.processes)
    needed = process("b", "x", "y", "z", emergency_permille=permille)
    alone = group("g", gives_up=("fire_compartment", "room"))
    of = with_items(of, *services, needed, alone)
    pools = {
        key: change(p, vcpu_milli=1000, vcpu_overcommit_permille=1000)
        for key, p in of.pools.items()
    }
    return Tiny(case.seed, change(of, pools=pools), case.as_built)


def test_a_higher_emergency_level_never_makes_more_possible():
    worse = 0
    for seed in range(600, 640):
        case = tiny_continuity(seed)
        low, high = (values_of(at_level(case, permille)) for permille in (300, 1000))
        assert low <= high, seed
        worse += low < high
    assert worse > 1


def test_an_empty_estate_is_planned():
    case = Tiny(0, Estate(id="e"), as_built(), DAY)
    assert answer(case) == (("soft", 0), ("moves", 0), ("cost", 0), ("balance", 0))
