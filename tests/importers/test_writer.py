"""The three-way merge into an estate's files: the source's edits come in, people's edits stay."""

import copy
import itertools
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import InventoryError, UsageError
from planner.importers import Finding, Import
from planner.importers.items import index_of, same
from planner.importers.writer import apply
from planner.importers.yaml_edit import UNKNOWN, YamlText
from planner.io.yaml_tree import read_yaml

DOCUMENTS = {
    "estate.yaml": {
        "estate": {"id": "town"},
        "rack_types": [{"id": "t42", "u_height": 42, "weight_kg": Decimal("120.5")}],
    },
    "sites/hall.yaml": {
        "site": {"id": "hall", "name": "Town hall"},
        "rooms": [
            {
                "id": "hall-1",
                "fire_compartment": "hall-f1",
                "rows": [{"id": "hall-1-a", "racks": "hall-a[01-02]", "type": "t42"}],
            }
        ],
        "power": [
            {"id": "grid", "kind": "utility", "kva": 100},
            {"id": "panel", "kind": "panel", "from": "grid", "kva": 50},
            {"id": "feed", "kind": "feed", "from": "panel", "rack": "hall-a01", "kva": 5},
        ],
    },
}
SITE = "sites/hall.yaml"


def imported(documents=DOCUMENTS, findings=()):
    return Import("netbox", copy.deepcopy(documents), tuple(findings))


def changed(**edits):
    """Return the documents with fields of power nodes changed; None deletes the node."""
    documents = copy.deepcopy(DOCUMENTS)
    power = documents[SITE]["power"]
    for key, fields in edits.items():
        node = next(item for item in power if item["id"] == key)
        if fields is None:
            power.remove(node)
        else:
            node |= fields
    return documents


@pytest.fixture
def town(tmp_path):
    """Return a folder after the first import."""
    folder = tmp_path / "town"
    apply(folder, imported())
    return folder


def edit(folder, old, new, name=SITE):
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def read(folder, name=SITE):
    return read_yaml((folder / name).read_bytes(), name).data


def kinds(changes):
    return sorted((change.kind, change.item, change.field) for change in changes.changes)


# -- the first time ----------------------------------------------------------------------------


def test_the_first_import_writes_every_document(town):
    assert read(town) == DOCUMENTS[SITE]
    assert read(town, "estate.yaml") == DOCUMENTS["estate.yaml"]
    assert (town.parent / "schema.json").exists()


def test_the_first_line_names_the_schema_from_where_the_file_lies(town):
    first = (town / SITE).read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../../schema.json"
    target = (town / SITE).parent / first.partition("=")[2]
    assert target.resolve() == (town.parent / "schema.json").resolve()


def test_one_item_is_one_line(town):
    lines = (town / SITE).read_text().splitlines()
    assert "  - {id: grid, kind: utility, kva: 100}" in lines
    assert '      - {id: hall-1-a, racks: "hall-a[01-02]", type: t42}' in lines


def test_imputed_figures_stand_beside_their_item(tmp_path):
    notes = [
        Finding("x", "imputed", "a", "kva, the sum of its feeds", "", ("power", "panel")),
        Finding("x", "imputed", "a", "kappa, as usual", "", ("power", "panel")),
        Finding("x", "note", "a", "nothing of it", "", ("power", "grid")),
    ]
    apply(tmp_path / "town", imported(findings=notes))
    text = (tmp_path / "town" / SITE).read_text()
    assert "kva: 50}  # imputed: kva, the sum of its feeds; kappa, as usual\n" in text
    assert "nothing of it" not in text


def test_a_dry_run_writes_nothing(tmp_path):
    changes = apply(tmp_path / "town", imported(), dry_run=True)
    assert sorted(changes.texts) == ["estate.yaml", SITE]
    assert len(changes.of("added")) == 7
    assert list(tmp_path.iterdir()) == []


# -- again -------------------------------------------------------------------------------------


def test_a_second_import_of_the_same_changes_nothing(town):
    before = (town / SITE).read_bytes()
    changes = apply(town, imported())
    assert (changes.changes, dict(changes.texts)) == ((), {})
    assert (town / SITE).read_bytes() == before


def test_only_the_line_of_the_edit_changes(town):
    before = (town / SITE).read_text().splitlines()
    changes = apply(town, imported(changed(panel={"kva": 60})))
    after = (town / SITE).read_text().splitlines()
    differing = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert differing == [
        (
            "  - {id: panel, kind: panel, from: grid, kva: 50}",
            "  - {id: panel, kind: panel, from: grid, kva: 60}",
        )
    ]
    assert kinds(changes) == [("changed", "panel", "kva")]


def test_a_new_field_a_field_that_goes_and_a_new_item(town):
    documents = changed(feed={"amps": 16})
    del documents[SITE]["power"][2]["kva"]
    documents[SITE]["power"].append({"id": "b", "kind": "panel", "from": "grid", "kva": 7})
    changes = apply(town, imported(documents))
    assert read(town) == documents[SITE]
    assert kinds(changes) == [
        ("added", "b", ""),
        ("changed", "feed", "amps"),
        ("changed", "feed", "kva"),
    ]


def test_an_item_that_goes_at_the_source_goes(town):
    changes = apply(town, imported(changed(feed=None)))
    assert [node["id"] for node in read(town)["power"]] == ["grid", "panel"]
    assert kinds(changes) == [("removed", "feed", "")]


def test_a_section_that_becomes_empty_goes_with_its_key(town):
    apply(town, imported(changed(feed=None, panel=None, grid=None)))
    assert "power" not in read(town)


def test_a_file_that_becomes_empty_goes(town):
    documents = copy.deepcopy(DOCUMENTS)
    del documents[SITE]
    changes = apply(town, imported(documents))
    assert not (town / SITE).exists()
    assert changes.texts == {SITE: None}


def test_a_new_section_goes_to_the_end_of_its_file(town):
    documents = copy.deepcopy(DOCUMENTS)
    documents[SITE]["cooling"] = {
        "zones": [{"id": "z"}],
        "units": [{"id": "u", "zone": "z", "kw": 5}],
    }
    apply(town, imported(documents))
    assert read(town) == documents[SITE]
    text = (town / SITE).read_text()
    assert text.endswith(
        "\ncooling:\n  zones:\n    - {id: z}\n  units:\n    - {id: u, zone: z, kw: 5}\n"
    )


def test_rows_of_a_room_are_items(town):
    documents = copy.deepcopy(DOCUMENTS)
    rows = documents[SITE]["rooms"][0]["rows"]
    rows.append({"id": "hall-1-b", "racks": "hall-b1", "type": "t42"})
    rows[0]["racks"] = "hall-a[01-03]"
    apply(town, imported(documents))
    assert read(town) == documents[SITE]
    del rows[0]
    apply(town, imported(documents))
    assert read(town) == documents[SITE]


def test_the_note_beside_an_item_goes_when_the_source_has_a_figure(tmp_path):
    notes = [Finding("x", "imputed", "a", "kva, guessed", "", ("power", "panel"))]
    apply(tmp_path / "town", imported(findings=notes))
    apply(tmp_path / "town", imported(changed(panel={"kva": 63})))
    text = (tmp_path / "town" / SITE).read_text()
    assert "kva: 63}\n" in text
    assert "guessed" not in text


# -- edited by hand ----------------------------------------------------------------------------


def test_a_hand_edit_stays_while_the_source_is_as_it_was(town):
    edit(town, "kva: 50", "kva: 45")
    changes = apply(town, imported())
    assert read(town)["power"][1]["kva"] == 45
    assert kinds(changes) == [("kept", "panel", "kva")]
    assert dict(changes.texts) == {}


def test_another_field_of_an_item_edited_by_hand_follows_the_source(town):
    edit(town, "kva: 50", "kva: 45")
    apply(town, imported(changed(panel={"kappa": Decimal("0.9")})))
    assert read(town)["power"][1] == {
        "id": "panel", "kind": "panel", "from": "grid", "kva": 45, "kappa": Decimal("0.9"),
    }  # fmt: skip


def test_where_both_have_changed_the_hand_edit_stays_and_the_conflict_is_listed_once(town):
    edit(town, "kva: 50", "kva: 45")
    source = imported(changed(panel={"kva": 60}))
    changes = apply(town, source)
    (conflict,) = changes.of("conflict")
    assert conflict.render() == "conflict power `panel` kva: 45 -> 60 (edited by hand: kept)"
    assert read(town)["power"][1]["kva"] == 45
    assert kinds(apply(town, source)) == [("kept", "panel", "kva")]


def test_the_same_edit_on_both_sides_is_no_conflict(town):
    edit(town, "kva: 50", "kva: 60")
    assert apply(town, imported(changed(panel={"kva": 60}))).changes == ()


def test_a_field_added_by_hand_stays(town):
    edit(town, "kva: 50}", "kva: 50, own_w: 200}")
    apply(town, imported(changed(panel={"kva": 60})))
    assert read(town)["power"][1]["own_w"] == 200


def test_a_field_deleted_by_hand_stays_deleted(town):
    edit(town, ", rack: hall-a01", "")
    changes = apply(town, imported())
    assert "rack" not in read(town)["power"][2]
    assert kinds(changes) == [("kept", "feed", "rack")]


def test_an_item_deleted_by_hand_stays_deleted(town):
    edit(town, "  - {id: feed, kind: feed, from: panel, rack: hall-a01, kva: 5}\n", "")
    assert kinds(apply(town, imported())) == [("kept", "feed", "")]
    (conflict,) = apply(town, imported(changed(feed={"kva": 6}))).changes
    assert (conflict.kind, conflict.reason) == (
        "conflict",
        "deleted by hand, changed at the source",
    )
    assert len(read(town)["power"]) == 2


def test_an_item_added_by_hand_stays(town):
    edit(town, "power:\n", "power:\n  - {id: gen, kind: generator, kva: 9}\n")
    assert apply(town, imported()).changes == ()
    assert read(town)["power"][0]["id"] == "gen"


def test_an_item_that_somebody_edited_stays_when_the_source_drops_it(town):
    edit(town, "kva: 5}", "kva: 4}")
    (conflict,) = apply(town, imported(changed(feed=None))).changes
    assert (conflict.kind, conflict.reason) == ("conflict", "gone at the source, edited by hand")
    assert len(read(town)["power"]) == 3


def test_an_item_moved_to_another_file_is_found_there(town):
    line = "  - {id: feed, kind: feed, from: panel, rack: hall-a01, kva: 5}\n"
    edit(town, line, "")
    (town / "more.yaml").write_text(f"power:\n{line}")
    apply(town, imported(changed(feed={"kva": 6})))
    assert read(town, "more.yaml")["power"][0]["kva"] == 6
    assert len(read(town)["power"]) == 2


def test_an_item_folded_into_a_range_is_left_to_people(town):
    line = "  - {id: feed, kind: feed, from: panel, rack: hall-a01, kva: 5}\n"
    edit(town, line, '  - {id: "[feed,more]", kind: feed, from: panel, kva: 5}\n')
    assert apply(town, imported()).changes == ()
    (conflict,) = apply(town, imported(changed(feed={"kva": 6}))).changes
    assert (conflict.kind, conflict.reason) == ("conflict", "it is one of `[feed,more]`")


def test_an_item_that_stands_already_takes_what_it_lacks(tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "estate.yaml").write_text("estate: {id: mine}\npower:\n  - {id: grid, kva: 80}\n")
    changes = apply(folder, imported())
    assert read(folder, "estate.yaml")["power"] == [{"id": "grid", "kva": 80, "kind": "utility"}]
    assert read(folder, "estate.yaml")["estate"] == {"id": "mine"}
    assert ("conflict", "grid", "kva") in kinds(changes)


# -- the text ----------------------------------------------------------------------------------

BY_HAND = """\
# yaml-language-server: $schema=../../schema.json
# Ours: the basement floods.

site:   {id: hall, name: 'Town hall'}   # quoted our way
rooms:
- id: hall-1            # not indented
  # who put this here?
  fire_compartment: hall-f1
  rows:
  - {id: hall-1-a, racks: "hall-a[01-02]", type: t42}

power:
  # from the city works
  - id: grid
    kind: utility
    kva: 100            # contract of 2019

  - kind: panel
    id: panel
    from: grid
    kva: 50
  # the last one
  - {id: feed, kind: feed,
     from: panel, rack: hall-a01,  # wall side
     kva: 5}
# the end
"""


def test_comments_order_and_layout_of_people_stay_byte_by_byte(town):
    (town / SITE).write_text(BY_HAND)
    documents = changed(
        grid={"kva": 110}, panel={"kva": 60, "kappa": Decimal("0.9")}, feed={"kva": 6}
    )
    documents[SITE]["power"].append({"id": "b", "kind": "panel", "from": "grid", "kva": 7})
    documents[SITE]["rooms"][0]["rows"].append({"id": "hall-1-b", "racks": "x", "type": "t42"})
    apply(town, imported(documents))
    new = "  - {id: b, kind: panel, from: grid, kva: 7}\n"
    row = "  - {id: hall-1-b, racks: x, type: t42}\n"
    expected = BY_HAND.replace("kva: 100 ", "kva: 110 ")
    expected = expected.replace("    kva: 50\n", "    kva: 60\n    kappa: 0.9\n")
    expected = expected.replace("     kva: 5}\n", "     kva: 6}\n" + new)
    expected = expected.replace("type: t42}\n", "type: t42}\n" + row)
    assert (town / SITE).read_text() == expected


def test_items_go_without_taking_what_people_wrote_beside_others(town):
    (town / SITE).write_text(BY_HAND)
    apply(town, imported(changed(grid=None, feed=None)))
    text = (town / SITE).read_text()
    assert [node["id"] for node in read(town)["power"]] == ["panel"]
    for comment in ("# from the city works", "# the last one", "# the end", "# quoted our way"):
        assert comment in text


def test_the_first_key_of_an_item_can_go(town):
    edit(town, "  - {id: feed,", "  - {kappa: 1, id: feed,")
    documents = changed(feed={"kappa": 1})
    apply(town, imported(documents))
    apply(town, imported(changed()))
    assert read(town)["power"][2] == DOCUMENTS[SITE]["power"][2]


def test_the_first_key_of_an_item_in_lines_can_go(town):
    line = "  - {id: feed, kind: feed, from: panel, rack: hall-a01, kva: 5}\n"
    fields = (
        "  - kva: 5  # by its fuse",
        "id: feed",
        "kind: feed",
        "from: panel",
        "rack: hall-a01",
    )
    block = "\n    ".join(fields) + "\n"
    edit(town, line, block)
    documents = changed()
    del documents[SITE]["power"][2]["kva"]
    apply(town, imported(documents))
    assert read(town) == documents[SITE]


def test_a_dash_on_a_line_of_its_own_is_found(town):
    edit(town, "  - {id: feed,", "  -   # the last\n    {id: feed,")
    apply(town, imported(changed(feed=None)))
    assert [node["id"] for node in read(town)["power"]] == ["grid", "panel"]


@pytest.mark.parametrize("empty", ["power:", "power: ~", "power: []", "power: [ ]  # none"])
def test_an_empty_section_is_filled(town, empty):
    text = (town / SITE).read_text()
    (town / SITE).write_text(text[: text.index("power:")] + empty + "\n")
    documents = copy.deepcopy(DOCUMENTS)
    documents[SITE]["power"].append({"id": "b", "kind": "panel", "from": "grid", "kva": 7})
    apply(town, imported(documents))
    assert read(town)["power"] == [{"id": "b", "kind": "panel", "from": "grid", "kva": 7}]


def test_days_and_truth_values_are_no_edits_the_second_time(tmp_path):
    window = {"start": date(2027, 5, 1), "end": date(2027, 5, 31)}
    policy = {"frozen_windows": [window], "kappa": Decimal("0.80")}
    documents = {"estate.yaml": {"estate": {"id": "x"}, "policy": policy}}
    apply(tmp_path / "x", imported(documents))
    assert apply(tmp_path / "x", imported(documents)).changes == ()
    edit(tmp_path / "x", "2027-05-31", "2027-06-01", "estate.yaml")
    assert [c.kind for c in apply(tmp_path / "x", imported(documents)).changes] == ["kept"]


def test_an_edit_that_would_say_something_else_is_refused(town, monkeypatch):
    monkeypatch.setattr(YamlText, "end", lambda self, node: int(node.end_mark.index) + 1)
    before = (town / SITE).read_bytes()
    changes = apply(town, imported(changed(panel={"kva": 60})))
    assert [(c.kind, c.reason) for c in changes.changes] == [("conflict", UNKNOWN)]
    assert (town / SITE).read_bytes() == before


def test_line_ends_of_windows_stay(town):
    path = town / SITE
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    documents = changed(panel={"kva": 60}, feed=None)
    documents[SITE]["power"].append({"id": "b", "kind": "panel", "from": "grid", "kva": 7})
    apply(town, imported(documents))
    raw = path.read_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert read(town) == documents[SITE]


def test_what_an_alias_stands_for_is_not_edited(town):
    edit(
        town,
        "- {id: panel, kind: panel, from: grid, kva: 50}",
        "- {id: panel, kind: panel, from: grid, kva: &kva 50}",
    )
    edit(town, "rack: hall-a01, kva: 5}", "rack: hall-a01, kva: *kva}")
    changes = apply(town, imported(changed(panel={"kva": 60}, grid={"kva": 110})))
    assert [(c.item, c.reason) for c in changes.of("conflict")] == [
        ("panel", "an anchor and its aliases share it")
    ]
    assert [node["kva"] for node in read(town)["power"]] == [110, 50, 50]


def test_texts_that_yaml_reads_otherwise_are_quoted(tmp_path):
    documents = {
        "estate.yaml": {
            "estate": {"id": "x", "name": 'no: "1e3", #not\n'},
            "tenants": [{"id": "no"}],
        }
    }
    apply(tmp_path / "x", imported(documents))
    assert read(tmp_path / "x", "estate.yaml") == documents["estate.yaml"]


# -- what cannot be read -----------------------------------------------------------------------


def test_a_file_that_cannot_be_read_stops_the_import_before_it_writes(town):
    (town / "broken.yaml").write_text("power: [")
    before = (town / SITE).read_bytes()
    with pytest.raises(InventoryError, match="1 problem in the inventory"):
        apply(town, imported(changed(panel={"kva": 60})))
    assert (town / SITE).read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 2}', '{"version": 1, "documents": 3}'])
def test_without_the_state_before_nothing_is_merged(town, text):
    (town / ".import" / "netbox.json").write_text(text)
    with pytest.raises(UsageError, match=r"netbox\.json"):
        apply(town, imported())


def test_sources_keep_their_states_apart(town):
    other = Import("csv", {"more.yaml": {"tenants": [{"id": "acme"}]}})
    assert kinds(apply(town, other)) == [("added", "acme", "")]
    assert sorted(p.name for p in (town / ".import").iterdir()) == ["csv.json", "netbox.json"]
    assert apply(town, imported()).changes == ()
    state = json.loads((town / ".import" / "csv.json").read_text())
    assert (state["version"], state["source"]) == (1, "csv")


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "a/../../x.yaml"])
def test_a_document_outside_the_estate_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="is no file inside the estate"):
        apply(tmp_path / "town", imported({name: {"estate": {"id": "x"}}}))
    assert list(tmp_path.iterdir()) == []


# -- properties --------------------------------------------------------------------------------

_VALUE = st.one_of(
    st.integers(-5, 5),
    st.decimals(min_value=0, max_value=9, places=2),
    st.booleans(),
    st.sampled_from(["a", "no", "1", "x: y", "ä #", "[a-b]", "", "2026-01-01"]),
    st.dictionaries(st.sampled_from(["c13", "c19"]), st.integers(0, 3)),
    st.lists(st.integers(0, 3), max_size=2),
)
_ITEM = st.dictionaries(st.sampled_from(["kind", "kva", "name", "outlets"]), _VALUE)
_ITEMS = st.dictionaries(st.sampled_from("abcdef"), _ITEM).map(
    lambda found: [{"id": key, **fields} for key, fields in found.items()]
)
_DOCUMENT = st.fixed_dictionaries(
    {"estate": st.just({"id": "x"})},
    optional={
        "power": _ITEMS,
        "tenants": _ITEMS,
        "cooling": st.fixed_dictionaries({"zones": _ITEMS}),
    },
)


def _meaning(documents):
    return {key: found.value for key, found in index_of(documents).items()}


@pytest.fixture(scope="module")
def estates(tmp_path_factory):
    """Return a function that names a new folder; files are written without waiting for the disk."""
    root = tmp_path_factory.mktemp("estates")
    (root / "schema.json").write_text("{}")
    numbers = itertools.count()

    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.importers.writer.write_atomically", write)
        yield lambda: root / f"x{next(numbers)}"


@given(st.lists(_DOCUMENT, min_size=2, max_size=4))
@settings(max_examples=80, deadline=None)
def test_repeated_imports_end_where_the_last_one_alone_does(estates, documents):
    folder = estates()
    for document in documents:
        apply(folder, imported({"estate.yaml": document}))
    last = imported({"estate.yaml": documents[-1]})
    assert same(_meaning({"estate.yaml": read(folder, "estate.yaml")}), _meaning(last.documents))
    assert apply(folder, last).changes == ()


@given(_DOCUMENT, _DOCUMENT, _DOCUMENT)
@settings(max_examples=80, deadline=None)
def test_what_people_made_of_a_value_is_never_lost(estates, base, hand, source):
    folder, scratch = estates(), estates()
    apply(folder, imported({"estate.yaml": base}))
    # People bring the file to `hand`; the state says `base`, as before.
    state = (folder / ".import" / "netbox.json").read_text()
    apply(scratch, imported({"estate.yaml": hand}))
    (folder / "estate.yaml").write_text((scratch / "estate.yaml").read_text())
    assert (folder / ".import" / "netbox.json").read_text() == state
    changes = apply(folder, imported({"estate.yaml": source}))
    before, mine = _meaning({"e": base}), _meaning({"e": hand})
    after = _meaning({"e": read(folder, "estate.yaml")})
    for address, item in mine.items():
        for key, value in item.items():
            was = before.get(address, {}).get(key)
            if not same(was, value) and not isinstance(value, dict):
                assert same(after[address][key], value), changes.changes
