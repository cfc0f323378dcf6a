"""Ways out in words and as data, in full."""

from planner.explain.wayout import Status, Way, WaysOut
from planner.explain.wayout_sets import price_of
from planner.explain.wayout_text import money, render_ways_out, ways_out_json
from planner.explain.wayout_trial import Trouble
from planner.model.action import Action
from planner.model.base import Where
from planner.model.layout import Unplaced
from planner.model.violation import Violation

ACTIONS = {
    a.id: a
    for a in (
        Action(id="feed", name="Pull a 32 A feed to A3", cost_cents=120_050, days=10),
        Action(id="permit", name="permit", cost_cents=0, days=0),
        Action(id="rack", name="A new rack", cost_cents=7_712_000, days=1, requires=("permit",)),
    )
}
EXPIRED = Violation(
    "tenancy.expiry", "iso", "normal", 60, 29, "days", "certificate `iso` of `room1` expires",
    where=Where("estate.yaml", 9, 3),
)  # fmt: skip
STANDING = Violation(
    "continuity.power", "ups", "site s1 alone", 12_000, 1_500, "VA", "", inherited=True
)
TROUBLE = Trouble(
    None,
    (Unplaced(instance="w-1", reason="too heavy"), Unplaced(instance="w-2", reason="too heavy")),
    (EXPIRED, STANDING),
)


def command(chosen):
    return " ".join(["planner plan --dry-run", *(f"--with {key}" for key in chosen)])


def way(*keys):
    return Way(keys, price_of(ACTIONS, frozenset(keys)), None)


def text(answer, **options):
    return render_ways_out(answer, ACTIONS, command, **options)


def test_the_cheapest_and_another():
    answer = WaysOut(
        Status.CHEAPEST, None, TROUBLE, (way("feed"), way("permit", "rack")), 7, 3, 0, True
    )
    assert text(answer) == (
        "without any action:\n"
        "  unplaced `w-[1,2]`  too heavy\n"
        "  error[tenancy.expiry]: certificate `iso` of `room1` expires, by 31 days"
        " (estate.yaml:9)\n"
        "  error[continuity.power]: ups, by 10 500 VA, as-built already\n"
        "the cheapest way out (proven): 1200.50 EUR, 10 days\n"
        "  feed  1200.50 EUR  10 days  Pull a 32 A feed to A3\n"
        "  try it: `planner plan --dry-run --with feed`\n"
        "otherwise: 77 120 EUR, 1 day\n"
        "  permit       0 EUR  at once\n"
        "  rack    77 120 EUR    1 day  A new rack\n"
        "  try it: `planner plan --dry-run --with permit --with rack`\n"
        "7 sets of actions looked at, 3 planned with"
    )


def test_time_ended_after_the_first():
    answer = WaysOut(Status.CHEAPEST, None, TROUBLE, (way("feed"),), 7, 3, 1)
    assert text(answer).splitlines()[-4:] == [
        "the cheapest way out (proven): 1200.50 EUR, 10 days",
        "  feed  1200.50 EUR  10 days  Pull a 32 A feed to A3",
        "  try it: `planner plan --dry-run --with feed`",
        "time ended before all further sets were looked at; 7 sets of actions looked at,"
        " 3 planned with; `--time-limit` gives it more",
    ]


def test_found_but_not_proven():
    answer = WaysOut(Status.FOUND, None, Trouble("pinned"), (way("feed"),), 1, 3)
    assert text(answer) == (
        "without any action:\n"
        "  no layout exists: pinned\n"
        "a way out (not proven to be the cheapest): 1200.50 EUR, 10 days\n"
        "  feed  1200.50 EUR  10 days  Pull a 32 A feed to A3\n"
        "  try it: `planner plan --dry-run --with feed`\n"
        "time ended before the proof: others may be cheaper; 1 set of actions looked at,"
        " 3 planned with; `--time-limit` gives it more"
    )


def test_none():
    answer = WaysOut(Status.NONE, None, Trouble("pinned"), (), 12, 1, 0, True)
    assert text(answer) == (
        "without any action:\n"
        "  no layout exists: pinned\n"
        "no way out (proven): no set that goes together helps; 12 sets of actions looked at,"
        " 1 planned with"
    )
    assert "no set of at most 2 actions that goes together helps" in text(answer, max_actions=2)
    assert "no set of at most 1 action that goes together helps" in text(answer, max_actions=1)


def test_not_found():
    answer = WaysOut(Status.NOT_FOUND, None, Trouble(), (), 3, 2, 2)
    assert text(answer) == (
        "without any action:\n"
        "  no layout was found in time\n"
        "no way out found in time, nor a proof that there is none; 3 sets of actions looked at,"
        " 2 planned with; `--time-limit` gives it more"
    )


def test_nothing_to_mend():
    everything = WaysOut(Status.CHEAPEST, None, Trouble(), (way(),), 1, 1, 0, True)
    assert text(everything) == (
        "nothing to mend: everything has its place and no rule is broken, without any action"
    )
    assert text(everything._replace(subject="w")) == (
        "nothing to mend: `w` has its place without any action"
    )


def test_many_violations_are_counted():
    many = Trouble(None, (), (EXPIRED,) * 12)
    lines = text(WaysOut(Status.NONE, None, many)).splitlines()
    assert len(lines) == 13
    assert lines[-2] == "  and 2 more violations"


def test_colours_are_words_too():
    answer = WaysOut(Status.CHEAPEST, None, TROUBLE, (way("feed"),), 7, 3, 0, True)
    painted = text(answer, paint=lambda words, role: f"<{role}>{words}</{role}>")
    assert "  <error>error[tenancy.expiry]</error>: certificate" in painted
    assert "<strong>the cheapest way out (proven)</strong>: 1200.50 EUR" in painted


def test_money():
    assert [money(c) for c in (0, 5, 100, 999_999, 1_000_000)] == [
        "0 EUR", "0.05 EUR", "1 EUR", "9999.99 EUR", "10 000 EUR",
    ]  # fmt: skip


def test_as_data():
    answer = WaysOut(Status.CHEAPEST, "w", TROUBLE, (way("permit", "rack"),), 7, 3, 1)
    found = ways_out_json(answer, ACTIONS, command, lambda v: {"rule": v.rule})
    assert found == {
        "subject": "w",
        "status": "cheapest",
        "complete": False,
        "mends": {
            "infeasible": None,
            "unplaced": [
                {"instance": "w-1", "reason": "too heavy"},
                {"instance": "w-2", "reason": "too heavy"},
            ],
            "violations": [{"rule": "tenancy.expiry"}, {"rule": "continuity.power"}],
        },
        "ways": [
            {
                "cost_cents": 7_712_000,
                "days": 1,
                "actions": [
                    {"id": "permit", "name": "permit", "cost_cents": 0, "days": 0},
                    {"id": "rack", "name": "A new rack", "cost_cents": 7_712_000, "days": 1},
                ],
                "command": "planner plan --dry-run --with permit --with rack",
            }
        ],
        "num_sets": 7,
        "num_planned": 3,
        "num_undecided": 1,
    }
