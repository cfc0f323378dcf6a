"""Texts of violations, tiers and staleness: whole texts, as a person reads them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.explain.text import (
    grouped,
    in_ranges,
    is_stale,
    render_findings,
    render_gap,
    render_place,
    render_scenario,
    render_shares,
    render_tally,
    render_tiers,
    render_tightest,
    render_unplaced,
    render_violation,
    stale_error,
    unit_label,
)
from planner.io.ranges import expand
from planner.model.base import Where
from planner.model.layout import Place, TierResult, Unplaced
from planner.model.space import Face
from planner.model.violation import Report, SurvivableShare, Tightest, Violation
from tests.builders import layout

OVERLOAD = Violation(
    rule="power.failover",
    subject="h1-a2",
    scenario="loss of feed h1-b2",
    required=9400,
    available=8868,
    unit="VA",
    message="rack `h1-r07` overloads feed `h1-a2` if feed `h1-b2` is lost",
    required_note="4700 VA of its own + 4700 VA transferred from `h1-b2`",
    available_note="400 V x 16 A x sqrt(3) x 80 %",
    where=Where("inventory/muenster/hall-1.yaml", 41),
    hint="move `acme/db-3` (1200 VA); `planner explain acme/db-3` lists 14 racks that can take it",
)

OVERLOAD_TEXT = """\
error[power.failover]: rack `h1-r07` overloads feed `h1-a2` if feed `h1-b2` is lost
  required   9400 VA   4700 VA of its own + 4700 VA transferred from `h1-b2`
  available  8868 VA   400 V x 16 A x sqrt(3) x 80 %
  at         inventory/muenster/hall-1.yaml:41

hint: move `acme/db-3` (1200 VA); `planner explain acme/db-3` lists 14 racks that can take it"""


def report(violations=(), **fields):
    empty = dict.fromkeys(("waived", "soft", "warnings", "score", "tightest"), ())
    return Report(
        **{"violations": violations, **empty, "num_rules": 38, "num_scenarios": 611, **fields}
    )


def test_a_violation_reads_as_designed():
    assert render_violation(OVERLOAD) == OVERLOAD_TEXT


def test_a_violation_without_notes_place_or_hint_has_no_empty_lines():
    bare = Violation("space.weight", "r1", "normal", 120_000, 99_999, "g", "rack `r1` is too heavy")
    assert render_violation(bare, level="warning") == (
        "warning[space.weight]: rack `r1` is too heavy\n"
        "  required   120 000 g\n"
        "  available  99 999 g"
    )


def test_commands_in_hints_carry_the_options_that_they_need():
    text = render_violation(OVERLOAD, options="-e muenster")
    assert text.endswith(
        "hint: move `acme/db-3` (1200 VA);"
        " `planner explain acme/db-3 -e muenster` lists 14 racks that can take it"
    )


def test_an_inherited_violation_says_so():
    text = render_violation(OVERLOAD._replace(inherited=True, where=None, hint=None))
    assert text.splitlines()[-1] == "  inherited  as-built breaks it already, by at least as much"


def test_paint_only_adds_to_what_is_said_in_words():
    painted = render_violation(OVERLOAD, paint=lambda text, role: f"<{role}>{text}</>")
    assert painted.startswith("<error>error[power.failover]</>: rack")
    assert painted.replace("<error>", "").replace("<hint>", "").replace("</>", "") == OVERLOAD_TEXT


def test_findings_come_in_the_order_violations_warnings_soft_waived():
    soft = Violation("space.growth", "r1", "normal", 4, 1, "half U", "rack `r1` keeps too little")
    text = render_findings(report((OVERLOAD,), warnings=(soft,), soft=(soft,), waived=(soft,)))
    heads = [line.partition(":")[0] for line in text.splitlines() if "[" in line]
    words = ("error[power.failover]", "warning[space.growth]")
    assert heads == [*words, "soft[space.growth]", "waived[space.growth]"]
    # 4 required - 1 available = 3
    assert "soft[space.growth]: rack `r1` keeps too little (counts 3)" in text
    assert "waived[space.growth]: rack `r1` keeps too little (3 half U)" in text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (report(), "38 rules, no violation"),
        (report((OVERLOAD,)), "38 rules, 1 violation"),
        (
            report(
                (OVERLOAD, OVERLOAD._replace(inherited=True)), warnings=(OVERLOAD,), num_rules=1
            ),
            "1 rule, 2 violations (1 inherited), 1 warning",
        ),
        (report(waived=(OVERLOAD,)), "38 rules, no violation, 1 waived"),
    ],
)
def test_tally(given, text):
    assert render_tally(given) == text


def test_tightest_names_capacity_and_scenario():
    near = Tightest("power.failover", "city-ups-a", "loss of ups city-ups-b", 77_120, 80_000, "W")
    assert render_tightest([near]) == "city-ups-a after losing UPS city-ups-b, 77 120 of 80 000 W"
    switch = near._replace(scenario="loss of transfer_switch ts-a (interruption)", load=7)
    assert render_tightest([switch]) == (
        "city-ups-a after losing transfer switch ts-a (interruption), 7 of 80 000 W"
    )
    normal = near._replace(scenario="normal", load=7)
    assert render_tightest([normal]) == "city-ups-a in the normal state, 7 of 80 000 W"
    assert render_tightest([]) == "no capacity is in use"


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("site a alone", "with site a alone"),
        ("site a alone (interruption)", "with site a alone (interruption)"),
        ("site a alone, loss of ups u", "with site a alone after losing UPS u"),
    ],
)
def test_a_site_alone_is_not_lost(scenario, words):
    assert render_scenario(scenario) == words


def test_the_least_share_of_each_site():
    def share(site, resource, permille):
        return SurvivableShare(site, resource, f"{resource}-1", "", 0, 0, "W", permille)

    found = [share("a", "power", 1755), share("a", "ram", 1220), share("b", "power", 999)]
    assert render_shares(found) == (
        "a alone: 122.0 % of what is critical, bound by ram of ram-1\n"
        "b alone: 99.9 % of what is critical, bound by power of power-1"
    )
    assert render_shares([]) == ""


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9999, "9999"), (10_000, "10 000"), (-12_345, "-12 345"), (1_234_567, "1 234 567")],
)
def test_thousands_are_set_apart_from_five_digits_on(number, text):
    assert grouped(number) == text


@pytest.mark.parametrize(
    ("objective", "bound", "text"),
    [
        (31, 30, "3.2 %"),  # 1/31 = 32.26 per mille
        (412, 398, "3.4 %"),  # 14/412 = 33.98 per mille
        (20, 19, "5.0 %"),  # 1/20 = 50 per mille
        (2000, 1999, "0.1 %"),  # 0.5 per mille is rounded up
        (2001, 2000, "below 0.1 %"),  # 0.4998 per mille is rounded down, but is no 0
        (7, 7, "0 %"),
        (0, -1, "open"),
    ],
)
def test_gap(objective, bound, text):
    assert render_gap(objective, bound) == text


def tier(name, unit, objective, bound, conditional=False):
    return TierResult(
        tier=name, unit=unit, objective=objective, bound=bound, conditional=conditional
    )


def test_tiers_read_as_designed():
    tiers = [
        tier("unplaced[0]", "instances", 0, 0),
        tier("soft", "weighted", 0, 0),
        tier("moves", "moves", 14, 14),
        tier("cost", "racks", 31, 30),
        tier("balance", "permille", 412, 398, conditional=True),
    ]
    assert render_tiers(tiers) == (
        "  unplaced           0   bound 0     optimal\n"
        "  soft rules         0   bound 0     optimal\n"
        "  moves             14   bound 14    optimal\n"
        "  racks opened      31   bound 30    gap 3.2 %\n"
        "  balance          412   bound 398   gap 3.4 % (conditional)"
    )


def test_a_conditional_bound_is_never_called_optimal():
    assert "optimal" not in render_tiers([tier("moves", "moves", 3, 3, conditional=True)])


def test_several_priorities_are_told_apart_and_a_cost_names_its_unit():
    tiers = [tier("unplaced[10]", "i", 0, 0), tier("unplaced[0]", "i", 1, 0)]
    tiers.append(tier("cost", "cents/year", 123_456, 123_456))
    lines = [line.strip().partition("  ")[0] for line in render_tiers(tiers).splitlines()]
    assert lines == ["unplaced, priority 10", "unplaced, priority 0", "cost, cents/year"]


def test_unplaced_instances_come_with_their_reason():
    items = [Unplaced(instance="w-1", reason="no rack has 4 free units"),
             Unplaced(instance="web-10", reason="whole or not at all")]  # fmt: skip
    assert render_unplaced(items) == (
        "unplaced `w-1`     no rack has 4 free units\nunplaced `web-10`  whole or not at all"
    )


def test_instances_of_one_reason_are_told_together():
    items = [Unplaced(instance=f"w-{n}", reason="full") for n in (1, 10, 11, 12, 2, 5)]
    items.append(Unplaced(instance="w-3", reason="too tall"))
    assert render_unplaced(items) == (
        "unplaced `w-[1,2,5,10-12]`  full\nunplaced `w-3`              too tall"
    )


@pytest.mark.parametrize(
    ("ids", "short"),
    [
        (["r1"], ["r1"]),
        (["rack"], ["rack"]),
        (["h-a01", "h-a02", "h-a03", "h-b01"], ["h-a[01-03]", "h-b01"]),
        (["w-9", "w-10", "w-11"], ["w-[9-11]"]),
        (["r08", "r09", "r10"], ["r[08-10]"]),
        (["r1", "r01", "r2"], ["r[01,1,2]"]),
        ([], []),
    ],
)
def test_ids_in_ranges(ids, short):
    assert in_ranges(ids) == short


@given(st.lists(st.from_regex(r"[ab][-/]?[0-9]{1,3}", fullmatch=True), unique=True))
def test_ranges_stand_for_exactly_the_ids(ids):
    expanded = [key for short in in_ranges(ids) for key in expand(short)]
    assert sorted(expanded) == sorted(ids)


@pytest.mark.parametrize(("half", "text"), [(2, "U1"), (85, "U42.5"), (84, "U42")])
def test_units_on_the_half_u_grid(half, text):
    assert unit_label(half) == text


def test_places():
    assert render_place(Place(rack="r1", position_half=24, face=Face.REAR)) == "r1 U12 rear"
    assert render_place(Place(rack="r1")) == "r1 (no unit)"


def test_a_stale_lock_names_both_digests_and_the_command_that_renews_it():
    lock = layout({})
    assert not is_stale(lock, "sha256:0")
    assert is_stale(lock, "sha256:1")
    error = stale_error(lock, "layouts/e.lock.yaml", "sha256:1", "planner plan -e e")
    assert error.exit_code == 3
    assert error.render() == (
        "error[layout-stale]: `layouts/e.lock.yaml` was planned from other demand, supply, policy"
        " or catalogue\n"
        "  planned from  sha256:0\n"
        "  now           sha256:1\n\n"
        "hint: `planner plan -e e` renews it"
    )


def test_texts_need_neither_click_nor_the_solver():
    code = (
        "import sys, planner.explain.text, planner.explain.diff;"
        "print(sorted({'click', 'ortools', 'rich', 'yaml', 'planner.cli', 'planner.solve',"
        " 'planner.check', 'planner.io'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
