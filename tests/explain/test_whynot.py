"""Every rack with what rules it out: grouped, nearest first, in words and as data."""

import time
from datetime import date
from pathlib import Path

from planner.cli.report_json import violation_json
from planner.explain.probe import Probe
from planner.explain.whynot import answer_json, explain, render_answer
from planner.io import load_estate
from planner.model.workload import Places
from tests.builders import DAY, at, change, estate, feed, layout, rack, without, workload

#: r1 is full, r2 may not be, r3 is not strong enough (10 kg device, 5 kg left), r4 is free.
ESTATE = estate(
    rack("r1", u_height=2),
    rack("r2"),
    rack("r3", max_weight_g=105_000),
    rack("r4"),
    *(feed(f"{r}-{s}", r) for r in ("r1", "r2", "r3", "r4") for s in "ab"),
    workload("w", 2, forbidden=Places(rack=("r2",))),
    workload("big", 1, u=2),
)
LAYOUT = layout({"big-1": at("r1", 1, "r1-a", "r1-b"), "w-1": at("r4", 1, "r4-a", "r4-b")},
                unplaced={"w-2": "for no reason"})  # fmt: skip


def answer(instance, of=ESTATE, of_layout=LAYOUT):
    return explain(Probe(of, of_layout, DAY, instance))


WORDS = """\
`w-2`: server, 1 U, 10 kg, 500 W, 2 inlets; tenant t; one of 2 alike
unplaced: for no reason
placed whole or not at all: all 2 must fit together

1 rack can take it:
  r4  U2 front

1 rack cannot: r3
  space.weight  required 110 000, available 105 000 g
                rack `r3` is too heavy

1 rack cannot: r1
  space.overlap  required 4, available 0 half U
                 `big-1`, `w-2` share unit 1 of rack `r1`

1 rack cannot: r2
  tenancy.places  required 1, available 0 instances
                  `w-2` stands where it may not: rack `r2` is forbidden

nearest of those that cannot: r3 U1 front

error[space.weight]: rack `r3` is too heavy
  required   110 000 g   100000 g of its own + 10000 g of 1 device
  available  105 000 g   max_weight

hint: move a heavy device to another rack"""


def test_the_whole_answer_in_words():
    assert render_answer(answer("w-2")) == WORDS


def test_racks_that_the_same_rules_rule_out_are_one_group_with_its_smallest_shortage():
    # r3 lacks 5 of 110 kg, r5 8 of 110 kg
    racks = {**ESTATE.racks, "r5": rack("r5", max_weight_g=102_000)}
    nodes = {f"r5-{s}": feed(f"r5-{s}", "r5") for s in "ab"}
    of = change(ESTATE, racks=racks, power_nodes={**ESTATE.power_nodes, **nodes})
    assert (
        "2 racks cannot: r[3,5]\n"
        "  space.weight  required 110 000, available at best 105 000 g\n"
        "                rack `r3` is too heavy"
    ) in render_answer(answer("w-2", of))


def test_every_rule_is_judged_in_every_rack():
    of = change(ESTATE, racks={**ESTATE.racks, "r2": change(ESTATE.racks["r2"], max_weight_g=1)})
    (verdict,) = (v for v in answer("w-2", of).verdicts if v.rack == "r2")
    assert verdict.rules == ("space.weight", "tenancy.places")


def test_where_it_is_now_is_judged_and_marked():
    (verdict,) = answer("w-1").open
    assert verdict.is_current
    assert verdict.place == LAYOUT.placements["w-1"].place
    assert "  r4  U1 front  (where it is)" in render_answer(answer("w-1"))


def test_the_place_with_a_free_cording_is_found():
    # Node r4-a has no outlet left: only a cording on b alone, twice, fits.
    full = feed("r4-a", "r4", outlets={"c13": 1})
    of = change(ESTATE, power_nodes={**ESTATE.power_nodes, "r4-a": full})
    (verdict,) = answer("w-2", of).open
    assert [cord.node for cord in verdict.place.cords] == ["r4-b", "r4-b"]


def test_soft_rules_do_not_rule_out_but_are_told():
    tall = change(ESTATE.racks["r4"], growth_half=84)
    soft = change(ESTATE.policy, soft={"space.growth": 1})
    of = change(ESTATE, racks={**ESTATE.racks, "r4": tall}, policy=soft)
    result = answer("w-2", of)
    assert [verdict.rack for verdict in result.open] == ["r4"]
    assert "  r4  U2 front  (soft: space.growth)" in render_answer(result)


def test_nearest_is_where_the_smallest_share_is_missing():
    # r3 lacks 5 of 110 kg, r1 two of two half units: 1/22 before 1
    assert [verdict.rack for verdict in answer("w-2").nearest][:2] == ["r3", "r1"]


def test_as_data():
    data = answer_json(answer("w-2"), violation_json)
    assert data["num_racks"] == 4
    assert data["num_open"] == 1
    assert data["current"] is None
    by_rack = {item["rack"]: item for item in data["racks"]}
    assert by_rack["r4"]["holds"]
    assert by_rack["r3"]["violations"][0]["amount"] == 5000
    assert by_rack["r2"]["rules"] == ["tenancy.places"]


def test_no_rack_at_all():
    of = without(ESTATE, "r4", "r4-a", "r4-b")
    text = render_answer(answer("w-2", of, layout({})), num_nearest=0)
    assert "no rack can take it" not in text  # r1 is free now
    of = without(of, "r1", "r1-a", "r1-b")
    text = render_answer(answer("w-2", of, layout({})), num_nearest=0)
    assert "\n\nno rack can take it\n\n1 rack cannot: r3\n" in text
    assert "nearest" not in text


def test_a_whole_estate_is_answered_in_seconds():
    """72 racks beside 125 standing devices; processor time, since other work only adds to it."""
    inventory = load_estate(Path(__file__).parents[2] / "inventory/muenster")
    standing = {key: item.place for key, item in inventory.as_built.standing.items()}
    beside = layout(standing, standing=standing, estate="muenster")
    began = time.process_time()
    result = explain(Probe(inventory.estate, beside, date(2026, 11, 1), "lwl/mail-1"))
    assert time.process_time() - began < 5
    assert len(result.verdicts) == 72
