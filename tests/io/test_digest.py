import pytest

from planner.io import as_built_digest, estate_digest
from tests.io.mangled import BASE
from tests.io.test_continuity import TWO_SITES, two_sites
from tests.io.writing import load

EXTRA = """\
tenant: acme
workloads:
  - {id: web, type: srv, count: 3, draw: {budget_w: 300}, pinned: [1, 3], allowed: {rack: [h1-a02, h1-a01]}}
  - {id: app, type: dell-poweredge-r640, description: "old", draw: {budget_w: 300}}
reservations: [{id: x, rack: h1-a01, units: [{from: 1, to: 2}, {from: 5, to: 6}]}]
standing:
  - {instance: web-1, rack: h1-a01, position: 10}
  - {instance: web-3, rack: h1-a02, position: 10}
"""


def _digests(folder, **files):
    inventory = load(folder, **files)
    return estate_digest(inventory.estate), as_built_digest(inventory.as_built)


def test_a_digest_is_a_sha256_and_stays_the_same(tmp_path):
    first = _digests(tmp_path / "a", extra=EXTRA)
    assert all(d.startswith("sha256:") and len(d) == 71 for d in first)
    assert first == _digests(tmp_path / "b", extra=EXTRA)


def test_file_names_order_and_comments_change_nothing(tmp_path):
    header, *rest = EXTRA.replace("workloads:\n", "", 1).splitlines()
    permuted = f"""\
# another order
standing:
  - {{rack: h1-a02, instance: web-3, position: 10.0}}
{rest[5][0:0]}  - {{rack: h1-a01, instance: web-1, position: 10}}
reservations: [{{id: x, rack: h1-a01, units: [{{from: 5, to: 6}}, {{from: 1, to: 2}}]}}]
workloads:
{rest[1]}
{rest[0].replace("[1, 3]", "[3, 1]").replace("[h1-a02, h1-a01]", '["h1-a[01-02]"]')}
{header}
"""
    assert _digests(tmp_path / "a", extra=EXTRA) == _digests(tmp_path / "b", zzz=permuted)


def test_text_for_people_changes_nothing(tmp_path):
    renamed = EXTRA.replace('description: "old"', 'description: "new"')
    estate = BASE["estate.yaml"].replace("{id: acme}", "{id: acme, name: ACME}")
    assert _digests(tmp_path / "a", extra=EXTRA) == _digests(
        tmp_path / "b", extra=renamed, estate=estate
    )


def test_demand_supply_policy_and_catalogue_change_the_estate_digest(tmp_path):
    first, as_built = _digests(tmp_path / "a", extra=EXTRA)
    changes = {
        "demand": {"extra": EXTRA.replace("count: 3", "count: 4")},
        "supply": {"site": BASE["site.yaml"].replace("pan, kva: 11", "pan, kva: 12", 1)},
        "policy": {"more": "policy: {move_budget: 1}\n"},
        "catalogue": {"more": "device_types: [{slug: dell-poweredge-r640, weight_kg: 22}]\n"},
    }
    seen = {first}
    for name, change in changes.items():
        changed, same = _digests(tmp_path / name, **{"extra": EXTRA, **change})
        assert changed not in seen, name
        assert same == as_built
        seen.add(changed)


def test_unused_device_types_change_nothing(tmp_path):
    more = "device_types: [{slug: unused, u_height: 3}]\n"
    assert _digests(tmp_path / "a", extra=EXTRA) == _digests(tmp_path / "b", extra=EXTRA, more=more)


def test_what_stands_changes_the_as_built_digest_only(tmp_path):
    first = _digests(tmp_path / "a", extra=EXTRA)
    moved = _digests(
        tmp_path / "b", extra=EXTRA.replace("h1-a02, position: 10", "h1-a02, position: 11")
    )
    assert first[0] == moved[0]
    assert first[1] != moved[1]


@pytest.fixture(name="digest_of_two_sites")
def _digest_of_two_sites(tmp_path):
    return estate_digest(two_sites(tmp_path / "first"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rto_min: 60.9", "rto_min: 30"),
        ("depends_on: [app, db, app]", "depends_on: [app]"),
        ("emergency_share: 0.5001", "emergency_share: 0.6"),
        ("licences: {ora: 2}", "licences: {ora: 3}"),
        ("storage_on: [san], ", ""),
        ("hosts_spare: 1", "hosts_spare: 0"),
        ("{vcpu: 2, ram_gib: 4,", "{vcpu: 2, ram_gib: 4, quorum: majority,"),
        ("duct: [d1, d1], ", ""),
        ("ducts: [d1], carrier: telco", "carrier: telco"),
        ("entry: north", "entry: south"),
        ("fibre_km: 3.4001", "fibre_km: 3.5"),
        ("access_network: doi", "access_network: nrw"),
        ("independent_paths: 3", "independent_paths: 2"),
        ("hours: 72", "hours: 48"),
        ("    witness: hub\n", ""),
        ("integrity: hoch", "integrity: sehr-hoch"),
    ],
)
def test_what_keeps_a_site_alone_running_changes_it(tmp_path, digest_of_two_sites, old, new):
    assert TWO_SITES.count(old) == 1
    changed = two_sites(tmp_path / "changed", change=(old, new))
    assert estate_digest(changed) != digest_of_two_sites


@pytest.mark.parametrize(
    "item", ["{id: p1,", "{id: pay,", "{id: flood,", "{id: gate,", "{id: d1,", "- id: g\n"]
)
def test_their_names_do_not(tmp_path, digest_of_two_sites, item):
    assert TWO_SITES.count(item) == 1
    named = f"{item}    name: New\n" if item.endswith("\n") else f"{item} name: New,"
    changed = two_sites(tmp_path / "changed", change=(item, named))
    assert estate_digest(changed) == digest_of_two_sites


def test_their_order_in_a_file_does_not(tmp_path, digest_of_two_sites):
    swaps = [
        ("gives_up: [ups, cooling_unit, ups]", "gives_up: [cooling_unit, ups]"),
        ("room: [h1], duct: [d1, d1]", "duct: [d1], room: [h1]"),
        ("ends: [s2, s1]", "ends: [s1, s2]"),
        ("depends_on: [app, db, app]", "depends_on: [db, app]"),
    ]
    for number, swap in enumerate(swaps):
        assert TWO_SITES.count(swap[0]) == 1
        assert estate_digest(two_sites(tmp_path / str(number), change=swap)) == digest_of_two_sites


def test_evidence_is_text_for_people_but_a_certificate_is_not(tmp_path):
    plain = "certificates: [{id: c, until: 2030-01-01}]\n"
    with_evidence = plain.replace("}]", ", evidence: extra.yaml}]")
    later = plain.replace("2030-01-01", "2031-01-01")
    first = _digests(tmp_path / "a", extra=plain)
    assert _digests(tmp_path / "b", extra=with_evidence) == first
    assert _digests(tmp_path / "c", extra=later) != first


@pytest.mark.parametrize(
    "policy",
    [
        "diversity: {panel: 0.9}",
        "leg_imbalance: 0.2",
        "strand_imbalance: 0.2",
        "cumulation: {hoch: 3}",
        "critical_from: 2",
        "fibre_detour: 1.5",
    ],
)
def test_policy_of_legs_strands_and_criticality_changes_it(tmp_path, policy):
    plain = _digests(tmp_path / "a", more="policy: {}\n")
    assert _digests(tmp_path / "b", more=f"policy: {{{policy}}}\n") != plain
