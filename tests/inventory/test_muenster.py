"""The Münster estate answers its question, and its README says so in figures that hold.

The figures are recomputed here from the model alone, with arithmetic of its own: neither the
solver's rows nor the checker's loads are used for them.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from planner.check import check
from planner.io import load_estate, load_layout
from planner.model.layout import Layout, Placement
from planner.model.scenarios import iter_scenarios
from planner.model.tenancy import Protection
from planner.model.workload import Workload, split_instance_id

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "inventory" / "muenster"
AS_OF = date(2026, 11, 1)
GROUP = ("city", "lwl")

#: First lines of the README's tables.
ESTATE_HEAD = "| what | number |"
SITES_HEAD = "| site | instances | draw on the busiest day | racks in use | one UPS alone |"
ALONE_HEAD = "| lost site | critical workloads that keep what they need | their instances up |"
MOVES_HEAD = "| moves | from | to |"
BROKEN_HEAD = "| patch | rule | subject | required | available |"


@pytest.fixture(scope="module")
def inventory():
    return load_estate(FOLDER)


@pytest.fixture(scope="module")
def estate(inventory):
    return inventory.estate


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(ROOT / "layouts" / "muenster.lock.yaml")


@pytest.fixture(scope="module")
def readme() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ") if number >= 10_000 else str(number)


def table(readme: str, head: str) -> list[str]:
    """Return the rows of the table whose first line is `head`."""
    lines = readme.splitlines()
    assert lines.count(head) == 1, head
    rows = lines[lines.index(head) + 2 :]
    return rows[: next((i for i, row in enumerate(rows) if not row.startswith("|")), len(rows))]


def workload_of(estate, instance: str) -> Workload:
    return estate.workloads[split_instance_id(instance)[0]]


def is_active(workload: Workload, day: date) -> bool:
    first, last = workload.valid_from or date.min, workload.valid_until or date.max
    return first <= day <= last


def planning_days(estate) -> list[date]:
    """Return as-of and the days up to the horizon on which something begins or has ended."""
    spans = [(w.valid_from, w.valid_until) for w in estate.workloads.values()]
    spans += [(r.valid_from, r.valid_until) for r in estate.reservations.values()]
    days = {d for start, end in spans for d in (start, end and end + timedelta(days=1)) if d}
    horizon = estate.policy.planning_horizon
    return sorted({AS_OF} | {day for day in days if AS_OF < day <= horizon})


def at_site(estate, layout: Layout, site: str, day: date) -> list[Placement]:
    return [
        p
        for p in layout.placements.values()
        if estate.racks[p.place.rack].site == site
        and is_active(workload_of(estate, p.instance), day)
    ]


def ups_above(estate, node: str) -> str:
    """Return the UPS that feeds a node; every feed of this estate has one."""
    while estate.power_nodes[node].kind != "ups":
        node = estate.power_nodes[node].parent
    return node


def load_alone_va(estate, placements: list[Placement], ups: str) -> Fraction:
    """Return what one UPS carries when its twin is lost: all devices with enough cords on it.

    Between the UPS and the cords of this estate there are only panels and feeds without loss or
    draw of their own, so the load is the sum of W / power factor.
    """
    total = Fraction(0)
    for placement in placements:
        equipment = workload_of(estate, placement.instance).equipment
        live = sum(ups_above(estate, cord.node) == ups for cord in placement.place.cords)
        if live >= equipment.psus_required:
            draw = equipment.draw
            total += Fraction(draw.budget_w * 1000, draw.power_factor_permille)
    return total


# ---------------------------------------------------------------- the estate


def estate_rows(inventory, estate) -> list[str]:
    critical = [w for w in estate.workloads.values() if w.critical]
    figures = {
        "sites": len(estate.sites),
        "racks": len(estate.racks),
        "power nodes": len(estate.power_nodes),
        "cooling units": len(estate.cooling_units),
        "scenarios": len(list(iter_scenarios(estate))),
        "tenants": len(estate.tenants),
        "workloads": len(estate.workloads),
        "instances": sum(w.count for w in estate.workloads.values()),
        "instances that stand today": len(inventory.as_built.standing),
        "pinned instances": sum(len(w.pinned) for w in estate.workloads.values()),
        "critical workloads": len(critical),
        "instances of critical workloads": sum(w.count for w in critical),
        "planning days": len(planning_days(estate)),
    }
    return [f"| {name} | {number} |" for name, number in figures.items()]


def test_estate_figures(inventory, estate, readme):
    assert table(readme, ESTATE_HEAD) == estate_rows(inventory, estate)


def test_the_estate_has_the_promised_shape(estate):
    assert sorted(estate.continuity_groups) == ["muenster"]
    assert sorted(s.id for s in estate.sites.values() if s.continuity_group) == ["city", "lwl"]
    for site in estate.sites:
        racks = [rack for rack in estate.racks.values() if rack.site == site]
        assert len(racks) == 24
        assert len({estate.rooms[rack.room].fire_compartment for rack in racks}) == 2
    old = {r.status for r in estate.racks.values() if r.site == "lwl-old"}
    assert old == {"deprecated"}


def test_critical_equipment_stands_at_both_sites_of_the_group_and_nowhere_else(estate):
    critical = [w for w in estate.workloads.values() if w.critical]
    assert critical
    for workload in critical:
        assert sorted(workload.allowed.site) == list(GROUP), workload.id
        assert workload.survive["site"] * 2 >= workload.count, workload.id


def test_certificates_outlast_the_horizon(estate):
    horizon = estate.policy.planning_horizon
    for certificate in estate.certificates.values():
        assert certificate.valid_until > horizon


def test_high_needs_meet_certified_rooms_only(estate):
    for room in estate.rooms.values():
        highest = max(room.may_host.confidentiality, room.may_host.availability)
        if highest is Protection.SEHR_HOCH:
            assert room.certificates, room.id


# ---------------------------------------------------------------- the plan


def test_everything_is_placed_and_every_rule_holds(estate, layout):
    assert layout.provenance.as_of == AS_OF
    assert not layout.unplaced
    report = check(estate, layout, AS_OF)
    assert report.violations == ()
    assert report.warnings == ()


def test_nothing_new_comes_into_the_old_centre(estate, layout):
    for placement in layout.placements.values():
        if estate.racks[placement.place.rack].site == "lwl-old":
            assert placement.standing, placement.instance
            assert placement.was is None, placement.instance


def move_rows(layout) -> list[str]:
    moved = [p for p in layout.placements.values() if p.was is not None]
    return sorted(f"| `{p.instance}` | `{p.was.rack}` | `{p.place.rack}` |" for p in moved)


def test_moves(layout, readme):
    assert table(readme, MOVES_HEAD) == move_rows(layout)


def alone_rows(estate, layout) -> list[str]:
    """Count, per lost site, the critical workloads that keep the instances they need elsewhere."""
    critical = [w for w in estate.workloads.values() if w.critical]
    rows = []
    for lost in GROUP:
        up = {
            w.id: sum(
                estate.racks[layout.placements[i].place.rack].site != lost for i in w.instance_ids()
            )
            for w in critical
        }
        kept = [w for w in critical if up[w.id] >= w.survive["site"]]
        rows.append(f"| `{lost}` | {len(kept)} of {len(critical)} | {sum(up.values())} |")
    return rows


def test_either_site_alone(estate, layout, readme):
    assert table(readme, ALONE_HEAD) == alone_rows(estate, layout)


def usable_alone_va(ups) -> int:
    """Return what a UPS may carry after a loss: 100 % of its rating, or of the modules it needs."""
    return ups.modules.needed * ups.modules.va if ups.modules else ups.rated_va


def site_rows(estate, layout) -> list[str]:
    rows = []
    for site in sorted(estate.sites):
        days = {day: at_site(estate, layout, site, day) for day in planning_days(estate)}
        draws = {
            day: sum(workload_of(estate, p.instance).equipment.draw.budget_w for p in placements)
            for day, placements in days.items()
        }
        busiest = max(draws, key=draws.__getitem__)
        units = [n for n in estate.power_nodes.values() if n.site == site and n.kind == "ups"]
        load = max(
            load_alone_va(estate, placements, ups.id)
            for ups in units
            for placements in days.values()
        )
        usable = usable_alone_va(units[0])
        racks = {p.place.rack for placements in days.values() for p in placements}
        rows.append(
            f"| `{site}` | {len(days[busiest])} | {grouped(draws[busiest])} W | {len(racks)}"
            f" | {grouped(-(-load // 1))} of {grouped(usable)} VA, {load * 100 // usable} % |"
        )
    return rows


def test_load_of_the_sites(estate, layout, readme):
    assert table(readme, SITES_HEAD) == site_rows(estate, layout)


# ---------------------------------------------------------------- broken variants

ROW = re.compile(r"\| `(\S+)` \| `(\S+)` \| `(\S+)` \| ([\d ]+) (\D+?) \| ([\d ]+) (\D+?) \|")


def _number(text: str) -> int:
    return int(text.replace(" ", ""))


def test_every_broken_variant_is_in_the_table(readme):
    listed = {ROW.fullmatch(row)[1] for row in table(readme, BROKEN_HEAD)}
    assert listed == {path.name for path in (FOLDER / "broken").glob("*.yaml")}


@pytest.mark.parametrize("path", sorted((FOLDER / "broken").glob("*.yaml")), ids=lambda p: p.stem)
def test_broken_variant_is_refused_with_exactly_these_violations(path, layout, readme):
    rows = [ROW.fullmatch(row).groups() for row in table(readme, BROKEN_HEAD)]
    expected = sorted(
        (rule, subject, _number(required), _number(available), unit)
        for name, rule, subject, required, unit, available, _ in rows
        if name == path.name
    )
    broken = load_estate(FOLDER, [path]).estate
    report = check(broken, layout, AS_OF)
    found = sorted((v.rule, v.subject, v.required, v.available, v.unit) for v in report.violations)
    assert found == expected


def test_feed_too_small_amount(estate):
    """230 V x 6 A x 80 % = 1104 VA; two arrays of 900 W at 0.95 draw 1894.7 VA on one feed."""
    pinned = [estate.workloads["muenster/storage"].equipment.draw] * 2
    load = sum(Fraction(draw.budget_w * 1000, draw.power_factor_permille) for draw in pinned)
    broken = load_estate(FOLDER, [FOLDER / "broken" / "feed-too-small.yaml"]).estate
    feed = broken.power_nodes["city-h1-b01-A"]
    assert -(-load // 1) == 1895
    assert (feed.volts_ln, feed.amps_ma, feed.phases) == (230, 6000, 1)
    assert 230 * 6 * 8 // 10 == 1104
