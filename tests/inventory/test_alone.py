"""What the README of every estate with two sites says, recomputed.

The figures come from the model alone (`tests.inventory.figures`): neither the solver's rows nor the
checker's loads are used for them. The survivable shares are the judge's, and the same by that
other arithmetic.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import pytest

from planner.check import check
from planner.io import load_estate, load_layout
from planner.io.estate import Inventory
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.violation import Report
from tests.inventory import figures, rows
from tests.inventory.tables import ROOT, table

#: Estate -> the sites of its continuity group.
GROUPS = {"muenster": ("city", "lwl"), "owl": ("krz", "krz-2")}


class Answer(NamedTuple):
    """An estate, its shipped layout, what the judge says of it, and its README."""

    inventory: Inventory
    layout: Layout
    report: Report
    readme: str
    sites: tuple[str, ...]

    @property
    def estate(self) -> Estate:
        return self.inventory.estate


@pytest.fixture(scope="module", params=GROUPS)
def answer(request) -> Answer:
    name = request.param
    folder = ROOT / "inventory" / name
    inventory = load_estate(folder)
    layout = load_layout(ROOT / "layouts" / f"{name}.lock.yaml")
    report = check(inventory.estate, layout, figures.AS_OF)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    return Answer(inventory, layout, report, readme, GROUPS[name])


def test_everything_is_placed_and_every_rule_holds(answer):
    assert answer.layout.provenance.as_of == figures.AS_OF
    assert not answer.layout.unplaced
    assert answer.report.violations == ()
    assert answer.report.warnings == ()


def test_every_tier_is_proven(answer):
    assert all(tier.is_optimal for tier in answer.layout.tiers)


def test_estate_figures(answer):
    assert table(answer.readme, rows.ESTATE_HEAD) == rows.estate_rows(answer.inventory)


def test_load_of_the_sites(answer):
    expected = rows.site_rows(answer.estate, answer.layout)
    assert table(answer.readme, rows.SITES_HEAD) == expected


def test_either_site_alone(answer):
    expected = rows.alone_rows(answer.estate, answer.layout, answer.sites)
    assert table(answer.readme, rows.ALONE_HEAD) == expected


def test_every_process_is_back_in_time(answer):
    estate = answer.estate
    for site in answer.sites:
        for key in figures.critical_processes(estate):
            process = estate.processes[key]
            minutes = figures.restart_min(estate, answer.layout, site, process.depends_on)
            assert minutes <= process.rto_min <= process.mtpd_min, (site, key)


def test_what_waits_longer_than_the_emergency_is_not_critical_and_nothing_else(answer):
    (group,) = answer.estate.continuity_groups.values()
    for process in answer.estate.processes.values():
        can_wait = process.mtpd_min > group.emergency.hours * 60
        assert (process.criticality == 0) == can_wait, process.id


def test_survivable_shares(answer):
    assert table(answer.readme, rows.SHARES_HEAD) == rows.share_rows(answer.report.shares)
    for site in answer.sites:
        least = min(s.permille for s in answer.report.shares if s.site == site)
        assert f"**{least // 10}.{least % 10} %** at `{site}`" in answer.readme


def test_survivable_shares_by_other_arithmetic(answer):
    for site in answer.sites:
        found = figures.shares(answer.estate, answer.layout, site)
        expected = {s.resource: s for s in answer.report.shares if s.site == site}
        assert found.keys() == expected.keys()
        for resource, share in found.items():
            one = expected[resource]
            assert share.permille == one.permille, (site, resource)
            assert share.available == one.available, (site, resource)
            assert -(-share.critical // 1) == one.critical, (site, resource)


def test_fuel(answer):
    expected = rows.fuel_rows(answer.estate, answer.layout, answer.sites)
    assert table(answer.readme, rows.FUEL_HEAD) == expected


def test_certificates_outlast_the_horizon_and_have_a_placeholder(answer):
    for certificate in answer.estate.certificates.values():
        assert certificate.valid_until > answer.estate.policy.planning_horizon
        text = (answer.inventory.root / certificate.evidence).read_text(encoding="utf-8")
        assert text.startswith("PLACEHOLDER")


def test_the_pair_is_close_and_claims_no_geo_redundancy(answer):
    """One degree of latitude is 111.2 km; of longitude at 52 degrees north cos(52) of it."""
    first, second = (answer.estate.sites[site] for site in answer.sites)
    north = (first.lat_udeg - second.lat_udeg) / 1e6 * 111.2
    east = (first.lon_udeg - second.lon_udeg) / 1e6 * 111.2 * math.cos(math.radians(52))
    text = " ".join(answer.readme.split())
    assert f"about {math.hypot(north, east):.0f} km apart" in text
    assert "operational redundancy, not geo-redundancy" in text
    assert not any(g.geo_redundancy for g in answer.estate.continuity_groups.values())
