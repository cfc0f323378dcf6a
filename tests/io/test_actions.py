"""Actions: what they change is what a patch would change, and every mistake has its line."""

from decimal import Decimal

import pytest

from planner.errors import InventoryError, UsageError
from planner.io import estate_digest, parse_estate
from planner.io.actions import try_actions
from planner.model.action import Action
from tests.io.writing import load

RAISE = '{id: raise, name: "Pull new feeds", eur: 1200.505, days: 10, patch: {power: [{id: "h1-a[01-02]-A", kva: 20}]}}'
PANEL = "{id: panel, eur: 9000, days: 60, patch: {power: [{id: pan, kva: 90}]}}"


def actions(*items):
    """Return a file with these actions."""
    return "actions:\n" + "".join(f"  - {item}\n" for item in items)


def failing(tmp_path, *items):
    """Return the problems of an estate with these actions, each tried by itself."""

    def attempt():
        load(tmp_path / "e", extra=actions(*items))
        try_actions(parse_estate(tmp_path / "e"))

    with pytest.raises(InventoryError, match="in the inventory") as caught:
        attempt()
    return [
        f"{p.line}:{p.column} {p.slug}: {p.message}{f' | {p.hint}' if p.hint else ''}"
        for p in caught.value.problems
    ]


def test_an_action_is_a_price_and_a_patch(tmp_path):
    plain = load(tmp_path / "e", extra=actions(RAISE, PANEL))
    found = plain.estate.actions["raise"]
    # 1200.505 EUR are 120 050.5 cents, rounded up as every demand is.
    assert found == Action(
        id="raise", name="Pull new feeds", cost_cents=120_051, days=10, at=found.at
    )
    assert (found.at.file.rpartition("/")[2], found.at.line) == ("extra.yaml", 2)
    assert plain.estate.actions["panel"].name == "panel"
    assert plain.actions == ()
    assert plain.estate.power_nodes["h1-a01-A"].rated_va == 11_000
    done = parse_estate(tmp_path / "e").build(["raise"])
    assert [done.estate.power_nodes[f"h1-a0{n}-A"].rated_va for n in (1, 2, 3)] == [
        20_000, 20_000, 11_000,
    ]  # fmt: skip
    assert done.estate.power_nodes["pan"] == plain.estate.power_nodes["pan"]
    assert done.actions == ("raise",)


def test_the_same_as_a_patch_file(tmp_path):
    patch = 'power: [{id: "h1-a[01-02]-A", kva: 20}]\n'
    by_file = load(tmp_path / "a", [patch], extra=actions(RAISE)).estate
    load(tmp_path / "b", extra=actions(RAISE))
    by_action = parse_estate(tmp_path / "b").build(["raise"]).estate
    assert by_file.model_dump() == by_action.model_dump()  # places in files aside
    assert by_file.power_nodes["h1-a01-A"].at.file.endswith("a-patch-1.yaml")
    assert by_action.power_nodes["h1-a01-A"].at.file.endswith("b/extra.yaml")


def test_actions_change_no_digest(tmp_path):
    bare = load(tmp_path / "a").estate
    priced = load(tmp_path / "b", extra=actions(RAISE)).estate
    assert estate_digest(bare) == estate_digest(priced)
    done = parse_estate(tmp_path / "b").build(["raise"]).estate
    assert estate_digest(done) != estate_digest(bare)


def test_what_is_required_is_done_first_whatever_the_order(tmp_path):
    first = "{id: z-first, eur: 1, days: 1, patch: {power: [{id: pan, kva: 50, kappa: 0.9}]}}"
    second = (
        "{id: a-second, eur: 1, days: 1, requires: [z-first], patch: {power: [{id: pan, kva: 60}]}}"
    )
    load(tmp_path / "e", extra=actions(first, second))
    for order in (["z-first", "a-second"], ["a-second", "z-first"]):
        node = parse_estate(tmp_path / "e").build(order).estate.power_nodes["pan"]
        assert (node.rated_va, node.kappa_permille) == (60_000, 900)


def test_a_patch_that_adds_removes_and_waives(tmp_path):
    item = """{id: much, eur: 0, days: 0, patch: {
      site: s1, tenant: acme,
      remove: {workloads: [db], power: ["h1-a[01-04]-B"]},
      workloads: [{id: "new-[1-2]", type: srv}],
      waivers: [{id: w, rule: space.growth, subject: h1-a01, amount: 1, reason: r, author: a, expires: 2030-01-01}]}}"""
    load(tmp_path / "e", extra=actions(item))
    after = parse_estate(tmp_path / "e").build(["much"]).estate
    assert sorted(after.workloads) == ["new-1", "new-2"]
    assert after.waivers["w"].rule == "space.growth"
    assert "h1-a01-B" not in after.power_nodes


def test_a_range_of_actions_runs_in_parallel_with_its_patch(tmp_path):
    item = (
        '{id: "raise-[01-02]", eur: 5, days: 1, patch: {power: [{id: "h1-a[01-02]-A", kva: 20}]}}'
    )
    load(tmp_path / "e", extra=actions(item))
    parsed = parse_estate(tmp_path / "e")
    assert list(parsed.build().estate.actions) == ["raise-01", "raise-02"]
    nodes = parsed.build(["raise-02"]).estate.power_nodes
    assert [nodes[f"h1-a0{n}-A"].rated_va for n in (1, 2)] == [11_000, 20_000]


def test_a_patch_file_may_change_add_and_remove_actions(tmp_path):
    other = '{id: other, eur: 1, days: 1, patch: {power: [{id: "h1-a[01-04]-A", kva: 30}]}}'
    patch = f"actions: [{{id: panel, eur: 8000}}, {other}]\nremove: {{actions: [raise]}}\n"
    load(tmp_path / "e", [patch], extra=actions(RAISE, PANEL))
    parsed = parse_estate(tmp_path / "e", [tmp_path / "e-patch-1.yaml"])
    found = parsed.build(["other"]).estate
    assert {k: a.cost_cents for k, a in found.actions.items()} == {"panel": 800_000, "other": 100}
    assert found.power_nodes["h1-a04-A"].rated_va == 30_000
    assert parsed.build(["panel"]).estate.power_nodes["pan"].rated_va == 90_000
    assert parsed.entries["actions"]["panel"].item.eur == Decimal(8000)


@pytest.mark.parametrize(
    ("chosen", "message", "hint"),
    [
        (["rise"], "unknown action `rise`", "did you mean `raise`?"),
        (["xyz"], "unknown action `xyz`", "known: `b`, `c`, `raise`"),
        (["b"], "action `b` requires `raise`", "add `--with raise`"),
        (["b", "c", "raise"], "action `c` excludes `b`", "leave one of the two out"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, chosen, message, hint):
    items = (
        RAISE,
        "{id: b, eur: 1, days: 1, requires: [raise], patch: {policy: {move_budget: 1}}}",
        "{id: c, eur: 1, days: 1, excludes: [b], patch: {policy: {move_budget: 2}}}",
    )
    load(tmp_path / "e", extra=actions(*items))
    with pytest.raises(UsageError, match="action") as caught:
        parse_estate(tmp_path / "e").build(chosen)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_an_estate_without_actions_knows_none(tmp_path):
    load(tmp_path / "e")
    with pytest.raises(UsageError, match="unknown action `x`") as caught:
        parse_estate(tmp_path / "e").build(["x"])
    assert caught.value.hint == "the estate declares none"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("{id: x, days: 1, patch: {tenants: []}}", "2:5 key-missing: missing key `eur`"),
        (
            "{id: x, eur: -1, days: 1, patch: {tenants: []}}",
            "2:18 value-range: `eur`: expected at least 0, found the number `-1`",
        ),
        (
            "{id: x, eur: 1, days: 1, requires: [y], patch: {tenants: []}}",
            "2:40 id-unknown: unknown action `y` | known: `x`",
        ),
        (
            "{id: x, eur: 1, days: 1, excludes: [x], patch: {tenants: []}}",
            "2:40 action: action `x` names itself in `excludes`",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {actions: []}}",
            "2:47 action: the patch of action `x` changes actions"
            " | `excludes` keeps an action from being carried out beside another",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {remove: {actions: [x]}}}",
            "2:56 action: the patch of action `x` changes actions"
            " | `excludes` keeps an action from being carried out beside another",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {powr: []}}",
            "2:38 key-unknown: with action `x`: unknown key `powr` | did you mean `power`?",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {power: [{id: pan, kva: -1}]}}",
            "2:61 value-range: with action `x`: `kva`: expected more than 0, found the number `-1`",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {power: [{id: pan, from: nowhere}]}}",
            "2:62 id-unknown: with action `x`: unknown power node `nowhere`"
            " | none of the 10 declared is similar",
        ),
        (
            '{id: x, eur: 1, days: 1, patch: {power: [{id: "h1-a[01-02]-A", rack: "h1-a[01-03]"}]}}',
            "2:51 range: with action `x`: `h1-a[01-03]` stands for 3 items, the id of its item"
            " for 2 | ranges of one item run in parallel: make them equally long",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {remove: {workloads: [dbs]}}}",
            "2:59 id-unknown: with action `x`: unknown workload `dbs` | did you mean `db`?",
        ),
        (
            "{id: x, eur: 1, days: 1, patch: {power: {id: pan}}}",
            "2:45 value-type: with action `x`: `power`: expected a list, found a mapping",
        ),
    ],
)
def test_mistakes_have_their_line(tmp_path, item, expected):
    assert failing(tmp_path, item) == [expected]


def test_a_mistake_that_an_action_makes_elsewhere_names_the_action(tmp_path):
    # Without the panel its feeds hang on nothing, where the file of the power nodes says so.
    problems = failing(tmp_path, "{id: x, eur: 1, days: 1, patch: {remove: {power: [pan]}}}")
    assert all("with action `x`: unknown power node `pan`" in p for p in problems)


def test_a_mistake_is_not_said_again_of_what_requires_it(tmp_path):
    broken = "{id: a, eur: 1, days: 1, patch: {power: [{id: pan, from: nowhere}]}}"
    on_top = "{id: b, eur: 1, days: 1, requires: [a], patch: {policy: {move_budget: 1}}}"
    (problem,) = failing(tmp_path, on_top, broken)
    assert problem.startswith("3:62 id-unknown: with action `a`: unknown power node `nowhere`")


def test_an_action_that_can_never_be_is_refused(tmp_path):
    a = "{id: a, eur: 1, days: 1, requires: [b, c], patch: {tenants: []}}"
    b = "{id: b, eur: 1, days: 1, excludes: [c], patch: {tenants: []}}"
    c = "{id: c, eur: 1, days: 1, patch: {tenants: []}}"
    assert failing(tmp_path, a, b, c) == [
        "2:40 action: action `a` can never be carried out: `b` excludes `c`"
        " | it requires `b` and `c`"
    ]


def test_actions_that_require_each_other_are_tried_together(tmp_path):
    a = "{id: a, eur: 1, days: 1, requires: [b], patch: {power: [{id: new, from: pan}]}}"
    b = "{id: b, eur: 1, days: 1, requires: [a], patch: {power: [{id: new, kind: ups, kva: 5}]}}"
    load(tmp_path / "e", extra=actions(a, b))
    parsed = parse_estate(tmp_path / "e")
    assert try_actions(parsed) == 2
    assert parsed.build(["a", "b"]).estate.power_nodes["new"].parent == "pan"


def test_an_action_may_only_cost(tmp_path):
    load(tmp_path / "e", extra=actions("{id: permit, eur: 300, days: 90}"))
    parsed = parse_estate(tmp_path / "e")
    bare, done = parsed.build().estate, parsed.build(["permit"]).estate
    assert estate_digest(bare) == estate_digest(done)


def test_all_that_is_right_is_counted(tmp_path):
    load(tmp_path / "e", extra=actions(RAISE, PANEL))
    assert try_actions(parse_estate(tmp_path / "e")) == 2
