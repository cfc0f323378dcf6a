from planner.io import as_built_digest, estate_digest
from tests.io.mangled import BASE
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
