"""The OWL estate answers its questions, and its README says so in figures that hold.

What both estates' READMEs say in the same words is tested in `test_alone`; here is what is this
estate's own. The figures are recomputed from the model alone (`tests.inventory.figures`).
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from planner.io import load_estate, load_layout
from planner.model.layout import Layout
from tests.inventory import figures
from tests.inventory.tables import ROOT, grouped, table

FOLDER = ROOT / "inventory" / "owl"
GROUP = ("krz", "krz-2")
LINES_HEAD = "| line to Paderborn | nodes | ducts | carrier | round trip |"
QUOTA_HEAD = "| tenant | of what | contracted | used |"
#: Links of the two lines from Lemgo to the town hall, in order.
LINES = {
    "eastern": ("east-krz", "east-mid", "east-pb"),
    "western": ("west-krz", "west-mid", "west-pb", "pb-ring"),
}


@pytest.fixture(scope="module")
def estate():
    return load_estate(FOLDER).estate


@pytest.fixture(scope="module")
def layout() -> Layout:
    return load_layout(ROOT / "layouts" / "owl.lock.yaml")


@pytest.fixture(scope="module")
def readme() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the estate


def test_thirty_six_towns_and_paderborn_are_tenants(estate):
    """16 in Lippe, 9 in Herford, 11 in Minden-Lübbecke; each has a service of its own."""
    districts = {"lippe-net": 0, "herford-net": 0, "minden-net": 0}
    towns = estate.tenants.keys() - {"owl-it", "paderborn"}
    for town in towns:
        (network,) = estate.workloads[f"{town}/office"].access_networks
        districts[network] += 1
    assert districts == {"lippe-net": 16, "herford-net": 9, "minden-net": 11}
    assert len(towns) + 1 == 37


def test_the_plan_keeps_what_stands(layout):
    assert not [p for p in layout.placements.values() if p.was is not None]


def test_certification_is_a_hosting_rule(estate):
    """Only what controls the printing lines, and what guests do not ask for, stands uncertified."""
    bare = {w.id for w in estate.workloads.values() if w.equipment and not w.certificates}
    assert bare == {
        "owl-it/print-controller",
        "owl-it/envelope-controller",
        "paderborn/firewall",
        "minden/gis-host",
        "bad-oeynhausen/school-host",
    }


# ---------------------------------------------------------------- dual site


def test_sensitive_data_has_its_mirror_at_the_other_site(estate, layout):
    """Sensitive: what asks for a certified room, and stores something."""
    sensitive = [w for w in estate.workloads.values() if w.service and w.certificates]
    assert len(sensitive) >= 8
    for workload in sensitive:
        assert workload.service.replication == "sync", workload.id
        for instance in workload.instance_ids():
            placed = layout.services[instance]
            sites = {estate.pools[p].site for p in (placed.pool, *placed.standby)}
            assert sites == set(GROUP), instance


def test_the_mirror_is_near_enough_over_the_worse_path(estate, readme):
    """8.9 and 13.6 km at 10 us a km, 30 us of equipment each; the databases stand 500 us."""
    first, second = (figures.rtt_us(estate, key) for key in ("dual-1", "dual-2"))
    assert (first, second) == (89 + 30, 136 + 30)
    limit = estate.workloads["owl-it/finance-db"].service.max_rtt_us
    assert max(first, second) <= limit == 500
    assert f"{first} and {second} µs" in readme


# ---------------------------------------------------------------- Paderborn


def line_rows(estate) -> list[str]:
    found = []
    for name, keys in LINES.items():
        links = [estate.links[key] for key in keys]
        ends = {end for link in links for end in link.ends} - {"krz", "paderborn-1"}
        nodes = ", ".join(f"`{end}`" for end in sorted(ends))
        ducts = ", ".join(f"`{duct}`" for link in links for duct in link.ducts)
        (carrier,) = {link.carrier for link in links} - {None}
        rtt = grouped(figures.rtt_us(estate, *keys))
        found.append(f"| {name} | {nodes} | {ducts} | `{carrier}` | {rtt} µs |")
    return found


def test_two_lines_to_paderborn(estate, readme):
    assert table(readme, LINES_HEAD) == line_rows(estate)


def test_the_lines_share_nothing(estate):
    east, west = ([estate.links[key] for key in keys] for keys in LINES.values())

    def parts(links) -> set[str]:
        ends = {end for link in links for end in link.ends} - {"krz", "paderborn-1"}
        ducts = {duct for link in links for duct in link.ducts}
        entries = {f"entry {e}" for d in ducts if (e := estate.ducts[d].entry)}
        carriers = {link.carrier for link in links} - {None}
        return ends | ducts | entries | carriers

    assert parts(east) & parts(west) == set()


def test_paderborn_stands_in_its_cage(estate, layout):
    racks = {
        p.place.rack for p in layout.placements.values() if p.instance.startswith("paderborn/")
    }
    assert racks == {r.id for r in estate.racks.values() if r.cage == "krz-cage-paderborn"}
    others = [p for p in layout.placements.values() if p.place.rack in racks]
    assert all(p.instance.startswith("paderborn/") for p in others)


# ---------------------------------------------------------------- printing, quotas


def test_printing_has_dates_and_both_sites(estate, layout):
    process = estate.processes["owl-it/print-and-enveloping"]
    assert "state-election-2027" in process.dates
    needed = figures.needs(estate, process.depends_on)
    assert {"owl-it/print-controller", "owl-it/envelope-controller"} <= needed
    assert "owl-it/enveloping" in estate.processes["owl-it/election"].depends_on
    for key in ("owl-it/print-controller", "owl-it/envelope-controller"):
        places = [layout.placements[i].place.rack for i in estate.workloads[key].instance_ids()]
        assert [estate.racks[r].site for r in places].count("krz-2") == 2


def quota_rows(estate, layout) -> list[str]:
    """Contracted, and the most that is used on any planning day."""
    found = []
    for tenant in estate.tenants.values():
        if tenant.quota is None:
            continue
        for ups, limit in tenant.quota.strand_w.items():
            used = max(_strand_w(estate, layout, tenant.id, ups, d) for d in _days(estate))
            used_w = grouped(-(-used // 1))
            found.append(f"| `{tenant.id}` | `{ups}` | {grouped(limit)} W | {used_w} W |")
        if tenant.quota.u_half is not None:
            used = max(_u_half(estate, layout, tenant.id, d) for d in _days(estate))
            found.append(
                f"| `{tenant.id}` | rack units | {tenant.quota.u_half // 2} | {used // 2} |"
            )
        for pool, limit in tenant.quota.pool_share_permille.items():
            used = max(_pool_permille(estate, layout, tenant.id, pool, d) for d in _days(estate))
            found.append(
                f"| `{tenant.id}` | pool `{pool}` | {limit // 10} %"
                f" | {int(used) // 10}.{int(used) % 10} % |"
            )
    return found


def _days(estate):
    return figures.planning_days(estate)


def _mine(estate, layout, tenant, day):
    for site in estate.sites:
        for placement in figures.at_site(estate, layout, site, day):
            workload = figures.workload_of(estate, placement.instance)
            if workload.tenant == tenant:
                yield placement, workload.equipment


def _strand_w(estate, layout, tenant, ups, day) -> Fraction:
    total = Fraction(0)
    for placement, equipment in _mine(estate, layout, tenant, day):
        here = [figures.strands_above(estate, c.node) == ups for c in placement.place.cords]
        total += Fraction(equipment.draw.budget_w * sum(here), len(here))
    return total


def _u_half(estate, layout, tenant, day) -> int:
    return sum(equipment.u_height_half for _, equipment in _mine(estate, layout, tenant, day))


def _pool_permille(estate, layout, tenant, pool_id, day) -> Fraction:
    """Return the largest share of vcpu, RAM and storage; no spare host is deducted."""
    pool = estate.pools[pool_id]
    used = {"vcpu": 0, "ram": 0, "storage": 0}
    for key, placed in layout.services.items():
        workload = figures.workload_of(estate, key)
        if (
            placed.pool == pool_id
            and workload.tenant == tenant
            and figures.is_active(workload, day)
        ):
            used["vcpu"] += workload.service.vcpu_milli
            used["ram"] += workload.service.ram_mib
            used["storage"] += workload.service.storage_gib
    offer = figures.pool_offer(estate, layout, pool, day)
    return max(Fraction(used[name] * 1000, offer[name]) for name in used)


def test_quotas_and_what_is_used_of_them(estate, layout, readme):
    assert table(readme, QUOTA_HEAD) == quota_rows(estate, layout)
