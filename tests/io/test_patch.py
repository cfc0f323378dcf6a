import pytest

from planner.errors import InventoryError
from planner.io import estate_digest
from tests.io.writing import load


def test_known_ids_change_in_the_given_fields_only(tmp_path):
    patch = """\
power: [{id: pan, kva: 50, kappa: 0.9}]
workloads: [{id: db, count: 6, draw: {p95_w: 100}}]
policy: {move_budget: 2}
"""
    extra = "policy: {kappa: 0.7}\n"
    before = load(tmp_path / "a", extra=extra).estate
    after = load(tmp_path / "b", [patch], extra=extra).estate
    old, new = before.power_nodes["pan"], after.power_nodes["pan"]
    assert new == old.model_copy(update={"rated_va": 50_000, "kappa_permille": 900, "at": new.at})
    # mappings merge: the budget stays, p95 comes in
    assert after.workloads["db"].count == 6
    assert after.workloads["db"].equipment.draw.budget_w == 300
    assert after.workloads["db"].equipment.draw.p95_w == 100
    assert (after.policy.kappa_permille, after.policy.move_budget) == (700, 2)


def test_a_patch_may_change_a_range_or_one_out_of_a_range(tmp_path):
    patch = """\
power:
  - {id: "h1-a[02-03]-A", kva: 5}
racks: [{id: h1-a04, status: planned}]
"""
    estate = load(tmp_path / "e", [patch]).estate
    assert [estate.power_nodes[f"h1-a0{n}-A"].rated_va for n in (1, 2, 3, 4)] == [
        11_000, 5_000, 5_000, 11_000,
    ]  # fmt: skip
    assert estate.power_nodes["h1-a03-A"].rack == "h1-a03"
    assert estate.racks["h1-a04"].status == "planned"


def test_lists_replace_and_nothing_takes_away(tmp_path):
    extra = """\
certificates: [{id: a, until: 2030-01-01}, {id: b, until: 2030-01-01}]
workloads: [{id: web, tenant: acme, type: srv, certificates: [a], draw: {budget_w: 5, p95_w: 4}, until: 2029-01-01}]
"""
    patch = "workloads: [{id: web, certificates: [b], until: null, draw: {p95_w: ~}}]\n"
    web = load(tmp_path / "e", [patch], extra=extra).estate.workloads["web"]
    assert web.certificates == ("b",)
    assert web.valid_until is None
    assert web.equipment.draw.p95_w is None


def test_new_ids_add_with_the_defaults_of_the_patch(tmp_path):
    patch = """\
site: s1
tenant: acme
workloads: [{id: "new-[1-2]", type: srv, count: 2, survive: {feed: all}}]
rooms: [{id: r9, fire_compartment: f9, rows: [{id: r9-a, racks: "r9-a[1-3]", type: r42}]}]
cooling: {units: [{id: c1, zone: z1, kw: 10, cords: ["h1-a[01-02]-A"]}]}
"""
    estate = load(tmp_path / "e", [patch]).estate
    assert estate.workloads["new-2"].survive == {"feed": 2}
    assert estate.racks["r9-a3"].site == "s1"
    assert estate.cooling_units["c1"].nodes == ("h1-a01-A", "h1-a02-A")


def test_remove(tmp_path):
    patch = 'remove: {power: ["h1-a[01-04]-B"], workloads: [db]}\n'
    estate = load(tmp_path / "e", [patch]).estate
    assert sorted(estate.power_nodes) == [
        "grid", "h1-a01-A", "h1-a02-A", "h1-a03-A", "h1-a04-A", "pan",
    ]  # fmt: skip
    assert estate.workloads == {}


def test_patches_apply_in_their_order(tmp_path):
    patches = ["power: [{id: pan, kva: 50}]\n", "power: [{id: pan, kva: 60}]\n"]
    assert load(tmp_path / "a", patches).estate.power_nodes["pan"].rated_va == 60_000
    assert load(tmp_path / "b", patches[::-1]).estate.power_nodes["pan"].rated_va == 50_000


def test_an_empty_change_changes_no_digest(tmp_path):
    patch = "power: [{id: pan}]\nworkloads: [{id: db, count: 4}]\n"
    plain, patched = load(tmp_path / "a").estate, load(tmp_path / "b", [patch]).estate
    assert estate_digest(plain) == estate_digest(patched)


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        (
            "remove: {workloads: [dbs]}\n",
            "1:22: error[id-unknown]: unknown workload `dbs`\n  hint: did you mean `db`?",
        ),
        (
            "remove: {worklods: [db]}\n",
            "1:10: error[key-unknown]: unknown key `worklods`\n  hint: did you mean `workloads`?",
        ),
        (
            "power: [{id: pan, kva: -1}]\n",
            "1:24: error[value-range]: `kva`: expected more than 0, found the number `-1`",
        ),
        (
            "power: [{id: pan, from: nowhere}]\n",
            "1:25: error[id-unknown]: unknown power node `nowhere`\n"
            "  hint: none of the 10 declared is similar",
        ),
        (
            "power: [{id: new, kva: 5}]\n",
            "1:9: error[key-missing]: missing key `kind`",
        ),
        (
            "power: {id: pan}\n",
            "1:8: error[value-type]: `power`: expected a list, found a mapping",
        ),
        (
            "cooling: {zone: []}\n",
            "1:11: error[key-unknown]: unknown key `zone`\n  hint: did you mean `zones`?",
        ),
        (
            'power: [{id: "h1-a[01-02]-A", rack: "h1-a[01-03]"}]\n',
            "1:14: error[range]: `h1-a[01-03]` stands for 3 items, the id of its item for 2\n"
            "  hint: ranges of one item run in parallel: make them equally long",
        ),
        (
            "policy: {kapa: 1}\n",
            "1:10: error[key-unknown]: unknown key `kapa`\n  hint: did you mean `kappa`?",
        ),
        (
            "workloads: [{id: db, count: 0}]\n",
            "1:29: error[value-range]: `count`: expected at least 1, found the number `0`",
        ),
        ("workloads: [db]\n", "1:13: error[value-type]: expected a mapping, found the text `db`"),
        ("", "1:1: error[yaml-empty]: the file is empty\n  hint: fill it or delete it"),
    ],
)
def test_refused(tmp_path, monkeypatch, patch, expected):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InventoryError, match="1 problem in the inventory") as caught:
        load(tmp_path / "e", [patch])
    assert caught.value.problems[0].render() == f"e-patch-1.yaml:{expected}"


def test_a_fault_in_what_the_patch_leaves_alone_has_the_place_of_the_estate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    extra = "workloads: [{id: web, tenant: acme, type: srv, count: 3, survive: {rack: 3}}]\n"
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load(tmp_path / "e", ["workloads: [{id: web, count: 2}]\n"], extra=extra)
    problem = caught.value.problems[0]
    assert (problem.file, problem.line, problem.column) == ("e/extra.yaml", 1, 74)


def test_a_missing_patch(tmp_path):
    from planner.io import load_estate

    load(tmp_path / "e")
    with pytest.raises(InventoryError, match="1 problem") as caught:
        load_estate(tmp_path / "e", [tmp_path / "none.yaml"])
    assert caught.value.problems[0].slug == "file-unreadable"
