from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import LayoutError
from planner.io import layout as layout_module
from planner.io import layout_text, load_layout, parse_layout, write_layout
from planner.model.layout import (
    Cord,
    Layout,
    Place,
    Placement,
    Provenance,
    ServicePlacement,
    TierResult,
    Unplaced,
)
from planner.model.space import Face

DIGEST = "sha256:" + "0" * 64
PROVENANCE = Provenance(
    planner_version="0.1.0",
    engine="cp-sat",
    ortools_version="9.15.6755",
    seed=1,
    workers=2,
    time_limit_ms=None,
    reproducible=True,
    as_of=date(2026, 3, 1),
    estate_digest=DIGEST,
    as_built_source="inventory",
    as_built_digest=DIGEST,
)


ONE_CORD = (Cord("PSU1", "h1-a01-A"),)


def place(rack="h1-a01", half=24, face=Face.FRONT, cords=ONE_CORD):
    return Place(rack=rack, position_half=half, face=face, cords=cords)


def layout(*placements, **fields):
    return Layout(
        estate="demo",
        provenance=PROVENANCE,
        placements={p.instance: p for p in placements},
        **fields,
    )


FULL = layout(
    Placement(instance="db-10", place=place(half=25)),
    Placement(
        instance="db-2",
        place=place(cords=(Cord("PSU1", "h1-a01-A"), Cord("PSU2", "h1-a01-B", "L1"))),
        standing=True,
        was=place(rack="h1-a02", cords=None),
    ),
    Placement(instance="strip-1", place=Place(rack="42", cords=())),
    Placement(instance="db-1", place=place(), standing=True),
    tiers=(
        TierResult(tier="unplaced[10]", unit="instances", objective=0, bound=0),
        TierResult(tier="moves", unit="moves", objective=3, bound=2, conditional=True),
    ),
    unplaced={"web-1": Unplaced(instance="web-1", reason='no rack: 3 > 2, "full"; ä')},
)

TEXT = f"""\
version: 1
# Layout lock of rackplan. Written by `planner plan`; commit it, do not edit it by hand.
# `planner check` judges it, `planner diff` compares it, the stack declares it.
estate: demo
provenance:
  planner_version: "0.1.0"
  engine: cp-sat
  ortools_version: "9.15.6755"
  seed: 1
  workers: 2
  reproducible: true
  stopped_early: false
  as_of: 2026-03-01
  estate_digest: {DIGEST}
  as_built_source: inventory
  as_built_digest: {DIGEST}
tiers:
  - {{tier: "unplaced[10]", unit: instances, objective: 0, bound: 0, conditional: false}}
  - {{tier: moves, unit: moves, objective: 3, bound: 2, conditional: true}}
placements:
  db-1: {{rack: h1-a01, position: 12, face: front, cords: {{PSU1: h1-a01-A}}, standing: true}}
  db-2: {{rack: h1-a01, position: 12, face: front, cords: {{PSU1: h1-a01-A, PSU2: {{node: h1-a01-B, leg: L1}}}}, \
standing: true, was: {{rack: h1-a02, position: 12, face: front}}}}
  db-10: {{rack: h1-a01, position: 12.5, face: front, cords: {{PSU1: h1-a01-A}}}}
  strip-1: {{rack: "42", cords: {{}}}}
unplaced:
  web-1: {{reason: "no rack: 3 > 2, \\"full\\"; ä"}}
"""


SERVICES = {
    key: ServicePlacement(instance=key, pool=pool, standby=standby)
    for key, pool, standby in (
        ("portal-1", "city-vm", ("lwl-vm",)),
        ("portal-2", "city-vm", ()),
        ("portal-10", "lwl-vm", ("b", "a")),
        ("print-1", "no", ("42",)),
    )
}
SERVICE_TEXT = """\
services:
  portal-1: {pool: city-vm, standby: [lwl-vm]}
  portal-2: {pool: city-vm}
  portal-10: {pool: lwl-vm, standby: [b, a]}
  print-1: {pool: "no", standby: ["42"]}
"""


@pytest.fixture(name="with_services")
def _with_services():
    """Return a layout with services, out of order, and its text."""
    services = dict(reversed(list(SERVICES.items())))
    made = FULL.model_copy(update={"services": services})
    return made, TEXT.replace("unplaced:\n", f"{SERVICE_TEXT}unplaced:\n")


def test_services_stand_between_placements_and_unplaced(with_services):
    made, text = with_services
    assert layout_text(made) == text


def test_services_round_trip(with_services):
    made, text = with_services
    read = parse_layout(text.encode(), "x")
    assert read.model_dump() == made.model_dump()
    assert list(read.services) == ["portal-1", "portal-2", "portal-10", "print-1"]
    # 18 lines before the placements, 4 of these, then `services:` in line 25.
    assert [str(s.at) for s in read.services.values()] == ["x:26", "x:27", "x:28", "x:29"]


def test_the_line_reader_keeps_services(monkeypatch):
    made = SIMPLE.model_copy(update={"services": SERVICES})
    raw = layout_text(made).encode()
    assert layout_module._canonical_lines(raw, "x") is not None
    fast = parse_layout(raw, "x")
    monkeypatch.setattr(layout_module, "_canonical_lines", lambda raw, name: None)
    slow = parse_layout(raw, "x")
    assert slow == fast
    assert [s.at for s in slow.services.values()] == [s.at for s in fast.services.values()]
    assert fast.model_dump() == made.model_dump()


@pytest.mark.parametrize(
    "line",
    [
        "  app-1: {pool: no}",
        "  app-1: {pool: p, standby: []}",
        "  app-1: {pool: p, standby: [yes]}",
        "  app-1: {pool: p, standby: q}",
        "  app-1: {standby: [q], pool: p}",
        "  app-1: {pool: p} # comment",
        "  app: {pool: p}",
        "    app-1: {pool: p}",
    ],
)
def test_the_line_reader_leaves_other_forms_of_services_to_yaml(line):
    text = layout_text(SIMPLE).replace("unplaced:", f"services:\n{line}\nunplaced:")
    assert layout_module._canonical_lines(text.encode(), "x") is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  portal-2", "  portal"), "x:27:3: `portal` is no instance id: expected `<workload>-<n>` with n from 1"),
        (("  portal-2", "  portal-1"), "x:27:3: key `portal-1` stands twice, first in line 26"),
        (("{pool: city-vm}", "{}"), "x:27:13: missing key `pool`"),
        (("[b, a]", "b"), "x:28:38: `services.portal-10.standby`: expected a list, found the text `b`"),
        (("standby: [b", "standbys: [b"), "x:28:29: unknown key `standbys`"),
    ],
)  # fmt: skip
def test_damaged_services_are_refused_with_their_place(with_services, change, message):
    _, text = with_services
    assert change[0] in text
    with pytest.raises(LayoutError, match=r".") as caught:
        parse_layout(text.replace(*change, 1).encode(), "x")
    assert caught.value.message == message


def test_the_text_is_canonical():
    assert layout_text(FULL) == TEXT


def test_equal_layouts_have_equal_text_whatever_their_order():
    shuffled = FULL.model_copy(update={"placements": dict(reversed(list(FULL.placements.items())))})
    assert layout_text(shuffled) == TEXT


def test_the_round_trip_is_exact(tmp_path):
    path = tmp_path / "layouts" / "demo.lock.yaml"
    write_layout(path, FULL)
    assert path.read_text(encoding="utf-8") == TEXT
    loaded = load_layout(path)
    assert loaded.model_dump() == FULL.model_dump()
    assert list(loaded.placements) == ["db-1", "db-2", "db-10", "strip-1"]
    write_layout(path, loaded)
    assert path.read_text(encoding="utf-8") == TEXT


def test_an_empty_layout_round_trips():
    empty = layout()
    assert parse_layout(layout_text(empty).encode(), "x").model_dump() == empty.model_dump()


SIMPLE = layout(
    Placement(instance="db-1", place=place(), standing=True, was=place(half=3, face=Face.REAR)),
    Placement(instance="9to5-1", place=place(rack="no", cords=None)),
    Placement(instance="db-2", place=Place(rack="h1-a01", cords=())),
)


def test_the_line_reader_and_the_yaml_reader_agree(monkeypatch):
    raw = layout_text(SIMPLE).encode()
    assert layout_module._canonical_lines(raw, "x") is not None
    fast = parse_layout(raw, "x")
    monkeypatch.setattr(layout_module, "_canonical_lines", lambda raw, name: None)
    slow = parse_layout(raw, "x")
    assert fast == slow
    assert fast.model_dump() == SIMPLE.model_dump()
    assert [str(p.at) for p in fast.placements.values()] == ["x:19", "x:20", "x:21"]


@pytest.mark.parametrize(
    "line",
    [
        "  db-1: {rack: no, position: 12}",
        "  db-1: {position: 12, rack: h1-a01}",
        "  db-1: {rack: h1-a01, position: 0}",
        "  db-1: {rack: h1-a01, cords: {A: x, A: y}}",
        "  db-1: {rack: h1-a01} # comment",
        "  db-1: {rack: h1-a01, was: {rack: h1-a02}}",
        "  db: {rack: h1-a01}",
        "    db-1: {rack: h1-a01}",
    ],
)
def test_the_line_reader_leaves_other_forms_to_yaml(line):
    text = layout_text(SIMPLE)
    head, _, _ = text.partition("placements:\n")
    assert layout_module._canonical_lines(f"{head}placements:\n{line}\n".encode(), "x") is None


def test_where_a_placement_stands_in_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "x.lock.yaml", FULL)
    loaded = load_layout(tmp_path / "x.lock.yaml")
    assert str(loaded.placements["db-10"].at) == "x.lock.yaml:23"
    assert str(loaded.unplaced["web-1"].at) == "x.lock.yaml:26"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("version: 1", "version: 2"), "`x` is no layout lock of version 1: found version `2`"),
        (("version: 1\n", ""), "`x` is no layout lock of version 1: found no version"),
        (("position: 12.5", "position: 12.3"), "x:23:25: `position`: expected a multiple of 0.5, found `12.3`"),
        (("face: front, cords: {PSU1: h1-a01-A}}\n", "face: top}\n"), "x:23:47: `placements.db-10.face`: expected `front` or `rear`, found the text `top`"),
        (("db-10:", "db:"), "x:23:3: `db` is no instance id: expected `<workload>-<n>` with n from 1"),
        (("  db-10:", "  db-1:"), "x:23:3: key `db-1` stands twice, first in line 21"),
        (("standing: true, was", "was"), "x:22:109: `db-2` has `was` without `standing: true`"),
        (("seed: 1", "seed: one"), "x:9:9: `provenance.seed`: expected a whole number, found the text `one`"),
        (("  seed: 1\n", ""), "x:6:3: missing key `seed`"),
        (("workers: 2", "workers: 2\n  colour: red"), "x:11:3: unknown key `colour`"),
        ((DIGEST, "sha256:12"), "x:14:18: `provenance.estate_digest`: expected a digest `sha256:...`, found the text `sha256:12`"),
        (("estate: demo", "estate: {"), "x:6:18: did not find expected ',' or '}' while parsing a flow mapping"),
    ],
)  # fmt: skip
def test_a_damaged_lock_is_refused_with_its_place(change, message):
    old, new = change
    assert old in TEXT
    with pytest.raises(LayoutError, match=r".") as caught:
        parse_layout(TEXT.replace(old, new, 1).encode(), "x")
    assert caught.value.message == message
    assert caught.value.hint == (
        "restore it from version control, or write it anew with `planner plan`"
    )


def test_all_faults_at_once():
    text = TEXT.replace("seed: 1", "seed: one").replace(
        "face: front, cords: {PSU1: h1-a01-A}}\n", "face: top}\n"
    )
    with pytest.raises(LayoutError, match=r"x:9:9: .*\nx:23:47: "):
        parse_layout(text.encode(), "x")


def test_a_missing_or_foreign_file(tmp_path):
    with pytest.raises(LayoutError, match="No such file or directory"):
        load_layout(tmp_path / "none.yaml")
    with pytest.raises(LayoutError, match="`x` is no layout lock"):
        parse_layout(b"- 1\n", "x")
    with pytest.raises(LayoutError, match="byte 0xff is no UTF-8"):
        parse_layout(b"\xff", "x")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.lock.yaml"
    write_layout(path, FULL)

    def fail(handle):
        raise OSError("disk full")

    monkeypatch.setattr(layout_module.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_layout(path, SIMPLE)
    assert path.read_text(encoding="utf-8") == TEXT
    assert [p.name for p in tmp_path.iterdir()] == ["x.lock.yaml"]


@settings(deadline=None, derandomize=True)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_reason_survives(reason):
    made = layout(unplaced={"web-1": Unplaced(instance="web-1", reason=reason)})
    assert parse_layout(layout_text(made).encode(), "x").unplaced["web-1"].reason == reason


@pytest.mark.parametrize(
    "name", ["yes", "null", "12", "1e3", "a: b", "x #y", "ä", "", "-", "'", "a\n"]
)
def test_every_text_survives(name):
    made = layout(unplaced={"web-1": Unplaced(instance="web-1", reason=name)})
    assert parse_layout(layout_text(made).encode(), "x").unplaced["web-1"].reason == name
