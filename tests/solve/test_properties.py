"""Properties of whatever is planned: names, order and units of measure do not matter."""

import pytest

from planner.check import check
from planner.model.estate import Estate
from planner.model.layout import AsBuilt
from planner.solve import Options, plan
from tests.builders import DAY, as_built, change, feed, rack, with_items
from tests.oracle.agreement import OPTIONS, tiers
from tests.oracle.brute_force import faults
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
    "workloads", "tenants", "certificates",
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
    if colon:
        return f"{renamed(head, names)}:{tail}"
    workload, dash, number = value.rpartition("-")
    if value not in names and dash and workload in names:
        return f"{names[workload]}-{number}"
    return names.get(value, value)


def test_names_do_not_matter():
    """Every id is exchanged so that the order of all ids is turned round."""
    for seed in range(40):
        case = tiny(seed)
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


def test_order_of_declaration_does_not_matter():
    for seed in range(100, 140):
        case = tiny(seed)
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


def test_an_empty_estate_is_planned():
    case = Tiny(0, Estate(id="e"), as_built(), DAY)
    assert answer(case) == (("soft", 0), ("moves", 0), ("cost", 0), ("balance", 0))
