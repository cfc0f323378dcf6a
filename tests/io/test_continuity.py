"""Pools, processes, groups, combinations, networks, quotas and evidence as loaded."""

import pytest

from planner.errors import InventoryError
from planner.model.continuity import Combination, Domain
from planner.model.tenancy import Protection
from tests.io.mangled import BASE
from tests.io.writing import load

#: Two sites that stand in for each other, and everything that this takes.
TWO_SITES = """\
site: s1
tenant: acme
sites:
  - {id: s2, continuity_group: g, lat: 51.96, lon: 7.62}
continuity_groups:
  - id: g
    witness: hub
    geo_redundancy: true
    emergency: {hours: 72, gives_up: [ups, cooling_unit, ups], kappa_emergency: 0.9,
                max_protection: {confidentiality: normal, integrity: hoch, availability: normal}}
workloads:
  - {id: san, type: srv, role: storage, count: 2}
  - {id: app, kind: service, service: {vcpu: 2, ram_gib: 4, licences: {ora: 1}}}
pools:
  - {id: p1, hosts: [db], storage_on: [san], vcpu: 31.9999, ram_gib: 1.0009, storage_gib: 99.9,
     vcpu_overcommit: 2.5009, hosts_spare: 1, licences: {ora: 2}, sync_max_rtt_ms: 1.0009}
  - {id: p2, site: s2, hosts: [db], vcpu: 8}
processes:
  - {id: pay, criticality: 2, weight: 5, mtpd_min: 240.9, rto_min: 60.9, rpo_min: 5.9,
     emergency_share: 0.5001, continuity_group: g, depends_on: [app, db, app]}
combinations:
  - {id: flood, loses: {room: [h1], duct: [d1, d1], carrier: [telco]}}
network:
  nodes:
    - {id: gate, site: s1, access_network: doi}
    - {id: hall, site: s2, lat: 52.0, lon: 7.6}
    - {id: hub}
  ducts: [{id: d1, entry: north}]
  links:
    - {id: l1, ends: [s2, gate], ducts: [d1], carrier: telco, detour: 1.2001}
    - {id: l2, ends: [hub, s1], fibre_km: 3.4001, equipment_ms: 0.0101, gbps: 10}
  paths: [{id: both, ends: [s2, s1], independent_paths: 3, max_rtt_ms: 1.0009}]
"""
#: The base's site as a member of the group.
MEMBER = "site: {id: s1, continuity_group: g, lat: 51.95, lon: 7.63}"


def two_sites(folder, change=("", ""), patches=(), **files):
    site = BASE["site.yaml"].replace("site: {id: s1}", MEMBER)
    return load(folder, patches, site=site, extra=TWO_SITES.replace(*change), **files).estate


@pytest.fixture(name="estate")
def _estate(tmp_path):
    return two_sites(tmp_path / "e")


def test_a_pool_rounds_what_it_offers_down(estate):
    pool = estate.pools["p1"]
    assert (pool.site, pool.hosts, pool.storage_on) == ("s1", ("db",), ("san",))
    assert (pool.vcpu_milli, pool.ram_mib, pool.storage_gib) == (31_999, 1024, 99)
    assert (pool.vcpu_overcommit_permille, pool.hosts_spare) == (2500, 1)
    assert (pool.licences, pool.sync_max_rtt_us) == ({"ora": 2}, 1000)


def test_a_workload_may_be_host_of_a_pool_at_each_site(estate):
    assert [pool.hosts for pool in estate.pools.values()] == [("db",), ("db",)]


def test_a_process_rounds_its_times_down_and_its_share_up(estate):
    pay = estate.processes["pay"]
    assert (pay.mtpd_min, pay.rto_min, pay.rpo_min) == (240, 60, 5)
    assert (pay.criticality, pay.weight, pay.emergency_permille) == (2, 5, 501)
    assert (pay.continuity_group, pay.depends_on) == ("g", ("app", "db"))


def test_objectives_that_do_not_fit_together_are_for_the_checker(tmp_path):
    estate = two_sites(tmp_path / "e", change=("rto_min: 60.9", "rto_min: 600"))
    assert estate.processes["pay"].rto_min == 600


def test_workloads_may_need_each_other_in_a_cycle(tmp_path):
    more = """\
tenant: acme
workloads:
  - {id: a, type: srv, depends_on: [b]}
  - {id: b, type: srv, depends_on: [a]}
"""
    estate = two_sites(tmp_path / "e", more=more)
    assert estate.workloads["a"].depends_on == ("b",)


def test_a_group_with_its_emergency(estate):
    group = estate.continuity_groups["g"]
    assert estate.members == {"g": ("s1", "s2")}
    assert (group.witness, group.geo_redundancy) == ("hub", True)
    emergency = group.emergency
    assert (emergency.hours, emergency.gives_up) == (72, ("cooling_unit", "ups"))
    assert emergency.kappa_emergency_permille == 900
    assert emergency.max_protection.integrity is Protection.HOCH


def test_a_combination_of_any_domains(estate):
    assert estate.combinations == {
        "flood": Combination(
            id="flood",
            domains=(Domain("carrier", "telco"), Domain("duct", "d1"), Domain("room", "h1")),
            at=estate.combinations["flood"].at,
        )
    }


def test_a_network_node_stands_where_its_site_does_unless_it_says_more(estate):
    places = {key: (n.lat_udeg, n.lon_udeg) for key, n in estate.network_nodes.items()}
    assert places == {
        "gate": (51_950_000, 7_630_000),  # of s1
        "hall": (52_000_000, 7_600_000),  # its own
        "hub": (None, None),  # neither
    }


def test_links_and_paths(estate):
    first, second = estate.links.values()
    assert (first.ends, first.ducts, first.carrier) == (("gate", "s2"), ("d1",), "telco")
    assert (first.fibre_m, first.detour_permille) == (None, 1201)
    assert (second.fibre_m, second.equipment_us, second.capacity_mbps) == (3401, 11, 10_000)
    both = estate.path_requirements["both"]
    assert (both.ends, both.independent_paths, both.max_rtt_us) == (("s1", "s2"), 3, 1000)


def test_a_link_within_a_site_needs_no_length(tmp_path):
    more = "network: {nodes: [{id: n1, site: s1}], links: [{id: x, ends: [n1, s1]}]}\n"
    assert load(tmp_path / "e", more=more).estate.links["x"].fibre_m is None


def test_a_link_to_a_node_of_no_site_needs_a_length(tmp_path):
    with pytest.raises(InventoryError, match="1 problem") as caught:
        two_sites(tmp_path / "e", change=("fibre_km: 3.4001, ", ""))
    assert caught.value.problems[0].message == (
        "link `l2` gives no `fibre_km`, and `hub` has no coordinates"
    )


LEGS = """\
power:
  - {id: "l[1-3]", kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01}
  - {id: bank, kind: bank, from: h1-a01-A, kva: 5, rack: h1-a01, legs: [l2, l1]}
  - {id: h1-a01-A, kind: feed, from: pan, kva: 11, rack: h1-a01, imbalance: 0.1509}
"""


def test_legs_and_the_imbalance_of_what_feeds_them(tmp_path):
    patch = LEGS
    nodes = load(tmp_path / "e", [patch]).estate.power_nodes
    assert nodes["bank"].legs == ("l1", "l2")
    assert nodes["h1-a01-A"].imbalance_permille == 150


STRANDS = """\
power:
  - {id: ups, kind: ups, from: pan, kva: 50}
  - {id: sts, kind: transfer_switch, preferred: ups, alternate: pan, kva: 50}
  - {id: sub, kind: panel, from: sts, kva: 50}
"""


@pytest.mark.parametrize("strand", ["ups", "pan"])
def test_a_quota_names_a_ups_or_a_panel_above_which_there_is_none(tmp_path, strand):
    extra = f"{STRANDS}tenants: [{{id: b, quota: {{strand_kw: {{{strand}: 4.5009}}}}}}]\n"
    estate = load(tmp_path / "e", extra=extra).estate
    assert estate.tenants["b"].quota.strand_w == {strand: 4500}


def test_a_panel_below_a_ups_is_no_strand(tmp_path):
    # In the normal state `sub` is fed by `ups`, through the switch.
    extra = f"{STRANDS}tenants: [{{id: b, quota: {{strand_kw: {{sub: 4}}}}}}]\n"
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load(tmp_path / "e", extra=extra)
    assert caught.value.problems[0].message == "`sub` is a panel, no strand"
    assert caught.value.problems[0].hint == "a strand is named by the UPS it hangs on: `ups`"


def _certificate(evidence):
    return f'certificates: [{{id: c, until: 2030-01-01, evidence: "{evidence}"}}]\n'


@pytest.fixture(name="folder")
def _folder(tmp_path):
    """Return an estate's folder with one evidence file in it and one beside it."""
    folder = tmp_path / "e"
    (folder / "evidence").mkdir(parents=True)
    (folder / "evidence" / "c.pdf").write_bytes(b"%PDF")
    (tmp_path / "out.pdf").write_bytes(b"%PDF")
    return folder


@pytest.mark.parametrize("evidence", ["evidence/c.pdf", "evidence/../evidence/c.pdf"])
def test_evidence_is_a_file_of_the_estate(folder, evidence):
    estate = load(folder, extra=_certificate(evidence)).estate
    assert estate.certificates["c"].evidence == evidence


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        ("evidence/d.pdf", "no file `evidence/d.pdf` in the estate's folder"),
        ("evidence", "no file `evidence` in the estate's folder"),
        ("../out.pdf", "`../out.pdf` is outside the estate's folder"),
        ("link.pdf", "`link.pdf` is outside the estate's folder"),
        ("circle.pdf", "no file `circle.pdf` in the estate's folder"),
        ("\\0", "no file `\0` in the estate's folder"),
        ("x" * 300, f"no file `{'x' * 300}` in the estate's folder"),
    ],
)
def test_other_evidence_is_refused(folder, evidence, says):
    (folder / "link.pdf").symlink_to(folder.parent / "out.pdf")
    (folder / "circle.pdf").symlink_to(folder / "circle.pdf")
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load(folder, extra=_certificate(evidence))
    assert caught.value.problems[0].message == f"`evidence` of certificate `c`: {says}"


def test_a_patch_removes_them(tmp_path):
    patch = """\
remove:
  processes: [pay]
  pools: [p2]
  combinations: [flood]
  paths: [both]
  links: [l1]
  ducts: [d1]
  network_nodes: [gate, hall]
"""
    estate = two_sites(tmp_path / "e", patches=[patch])
    assert (estate.processes, estate.combinations, estate.path_requirements) == ({}, {}, {})
    assert list(estate.pools) == ["p1"]
    assert (list(estate.links), list(estate.ducts)) == (["l2"], [])
    assert list(estate.network_nodes) == ["hub"]


def test_a_patch_removes_a_group_and_a_tenant(tmp_path):
    more = "tenants: [{id: guest}]\ncontinuity_groups: [{id: spare}]\n"
    patch = "remove: {tenants: [guest], continuity_groups: [spare]}\n"
    estate = load(tmp_path / "e", [patch], more=more).estate
    assert list(estate.tenants) == ["acme"]
    assert estate.continuity_groups == {}


def test_what_is_removed_and_still_named_is_found(tmp_path):
    with pytest.raises(InventoryError, match="1 problem") as caught:
        two_sites(tmp_path / "e", patches=["remove: {ducts: [d1], combinations: [flood]}\n"])
    assert caught.value.problems[0].message == "unknown duct `d1`"


def test_what_a_patch_removes_must_be_there(tmp_path):
    with pytest.raises(InventoryError, match="1 problem") as caught:
        two_sites(tmp_path / "e", patches=["remove: {pools: [p3]}\n"])
    assert caught.value.problems[0].message == "unknown pool `p3`"
    assert caught.value.problems[0].hint == "known: `p1`, `p2`"
