"""The Münster estate answers its question, and its README says so in figures that hold.

What both estates' READMEs say in the same words is tested in `test_alone`; here is what is this
estate's own. The figures are recomputed from the model alone (`tests.inventory.figures`).
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from planner.io import load_estate, load_layout
from planner.model.layout import Layout
from planner.model.tenancy import Protection
from tests.inventory import figures
from tests.inventory.tables import ROOT, table

FOLDER = ROOT / "inventory" / "muenster"
GROUP = ("city", "lwl")
MOVES_HEAD = "| moves | from | to |"
DOI_HEAD = "| what is lost | city reaches DOI | LWL reaches DOI | without the second access, LWL |"


@pytest.fixture(scope="module")
def estate():
    return load_estate(FOLDER).estate


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(ROOT / "layouts" / "muenster.lock.yaml")


@pytest.fixture(scope="module")
def readme() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the estate


def test_the_estate_has_the_promised_shape(estate):
    assert sorted(estate.continuity_groups) == ["muenster"]
    assert sorted(s.id for s in estate.sites.values() if s.continuity_group) == list(GROUP)
    for site in estate.sites:
        racks = [rack for rack in estate.racks.values() if rack.site == site]
        assert len(racks) == 24
        assert len({estate.rooms[rack.room].fire_compartment for rack in racks}) == 2
    old = {r.status for r in estate.racks.values() if r.site == "lwl-old"}
    assert old == {"deprecated"}


def test_what_processes_need_may_stand_at_both_sites_and_nowhere_else(estate):
    needed = [estate.workloads[key] for key in figures.levels(estate)]
    assert sum(1 for w in needed if w.equipment) > 20
    for workload in needed:
        if workload.equipment:
            assert sorted(workload.allowed.site) == list(GROUP), workload.id
        else:
            sites = {estate.pools[pool].site for pool in workload.service.pools}
            assert sites == set(GROUP), workload.id


def test_high_needs_meet_certified_rooms_only(estate):
    for room in estate.rooms.values():
        highest = max(room.may_host.confidentiality, room.may_host.availability)
        if highest is Protection.SEHR_HOCH:
            assert room.certificates, room.id


# ---------------------------------------------------------------- the plan


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


# ---------------------------------------------------------------- shared services


def doi_rows(estate, without) -> list[str]:
    def says(yes: bool) -> str:
        return "yes" if yes else "no"

    found = []
    for lost, city, lwl in (("", True, True), ("lwl", True, False), ("city", False, True)):
        name = f"`{lost}`" if lost else "nothing"
        here = [says(figures.reaches(estate, "city", "doi", lost))] if city else ["lost"]
        there = [says(figures.reaches(e, "lwl", "doi", lost)) for e in (estate, without)]
        cells = [name, *here, *(there if lwl else ["lost", "lost"])]
        found.append(f"| {' | '.join(cells)} |")
    return found


def test_access_to_the_administration_network(estate, readme):
    without = load_estate(FOLDER, [FOLDER / "broken" / "doi-second-access-missing.yaml"]).estate
    assert table(readme, DOI_HEAD) == doi_rows(estate, without)


def test_long_term_archive_has_the_city_archive_as_a_tenant(estate, layout):
    archive = estate.workloads["city-archive/dips"]
    assert archive.tenant == "city-archive"
    assert "lwl/dips" in archive.depends_on
    hosts = {h for pool in archive.service.pools for h in estate.pools[pool].hosts}
    assert hosts == {"lwl/dips-kommunal"}
    placed = layout.services["city-archive/dips-1"]
    assert {estate.pools[p].site for p in (placed.pool, *placed.standby)} == set(GROUP)


def test_own_fibre(estate, readme):
    """Round trips over 6.8 and 9.1 km at 10 us a km, 20 us of equipment each."""
    first, second = (figures.rtt_us(estate, key) for key in ("lwl-city-1", "lwl-city-2"))
    assert (first, second) == (68 + 20, 91 + 20)
    assert f"{first} and {second} µs" in readme


# ---------------------------------------------------------------- broken variants


def test_feed_too_small_amount(estate):
    """230 V x 6 A x 80 % = 1104 VA; two arrays of 900 W at 0.95 draw 1894.7 VA on one feed."""
    pinned = [estate.workloads["muenster/storage"].equipment.draw] * 2
    load = sum(Fraction(draw.budget_w * 1000, draw.power_factor_permille) for draw in pinned)
    broken = load_estate(FOLDER, [FOLDER / "broken" / "feed-too-small.yaml"]).estate
    feed = broken.power_nodes["city-h1-b01-A"]
    assert -(-load // 1) == 1895
    assert (feed.volts_ln, feed.amps_ma, feed.phases) == (230, 6000, 1)
    assert 230 * 6 * 8 // 10 == 1104


def test_no_witness_amount(estate):
    """Without a majority both databases' users wait for hands: 90 + (60 + 10) = 160 minutes."""
    database = estate.workloads["lwl/clinic-db"].service
    his = estate.workloads["lwl/clinic-his"].service
    assert (database.mode, database.manual_min) == ("active-standby", 90)
    assert (his.mode, his.manual_min, his.restart_min) == ("single", 60, 10)
