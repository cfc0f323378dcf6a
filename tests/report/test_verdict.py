"""The verdict on one page: facts, HTML and JSON."""

import json
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from planner.check import check
from planner.model.estate import Assumption
from planner.model.layout import TierResult
from planner.model.workload import Places
from planner.report.groups import Distance, group_facts
from planner.report.page import by_level, figures, further, levels, losses, percent, render_page
from planner.report.processes import GIVEN_UP, RUNS, STOPS, Alone
from planner.report.verdict import assumed_permille, verdict
from planner.report.verdict_data import verdict_json
from planner.simulate.simulator import Simulator
from tests.builders import (
    DAY,
    at,
    change,
    estate,
    feed,
    group,
    layout,
    link,
    needs,
    pool,
    process,
    rack,
    room,
    service,
    site,
    waiver,
    workload,
)

COMMANDS = {verb: f"planner {verb}" for verb in ("report", "check", "fail", "validate")}
SAME = "sha256:0"

#: Elements that HTML leaves without an end tag.
VOID = {"meta", "br"}


def small(*items, **policy):
    return estate(rack("r1"), feed("a"), feed("b", rated_va=2000), workload(), *items, **policy)


PLAN = layout({"w-1": at("r1", 1, "a", "b")})


def two_sites(*items, services=(), hours=72, **sites):
    """A critical host at each of two sites about 4.4 km apart (0.04 degrees of latitude)."""
    made = estate(
        rack("r1"), feed("f1", rated_va=2000),
        room("room2", "s2"), rack("r2", "row2", "room2", "s2"), feed("f2", "r2", site="s2"),
        site("s1", continuity_group="g", lat_udeg=51_960_000, lon_udeg=7_630_000, **sites),
        site("s2", continuity_group="g", lat_udeg=52_000_000, lon_udeg=7_630_000),
        group(hours=hours, gives_up=("feed", "fire_compartment", "rack", "room", "row")),
        link("l", "s1", "s2"),
        workload("host", 2, cords=1), pool("p1", hosts="host"), pool("p2", "s2", hosts="host"),
        *items,
    )  # fmt: skip
    places = {"host-1": at("r1", 1, "f1"), "host-2": at("r2", 1, "f2")}
    return made, layout(places, services=dict(services))


MAILING = (
    service("mail", storage_gib=50, replication="async", lag_min=15, takeover_min=5,
            restart_min=10),
    process("post", "mail", criticality=2, rto_min=12, rpo_min=10, name="letters & parcels"),
    process("fun", "mail", criticality=0),
)  # fmt: skip


def mailing(**fields):
    return two_sites(*MAILING, services={"mail-1": ("p1", "p2")}, **fields)


class Page(HTMLParser):
    """Takes a page apart: text, tags, and whether every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.text, self.tags, self.attributes = [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


def scored(made, plan):
    """Return the layout with the score that the judge finds."""
    tiers = tuple(
        TierResult(tier=tier, unit="", objective=value, bound=value)
        for tier, value in check(made, plan, DAY).score
    )
    return change(plan, tiers=tiers)


def judged(made, plan=PLAN, digest=SAME):
    return verdict(made, scored(made, plan), DAY, digest)


def page_of(made, plan, digest=SAME):
    html = render_page(judged(made, plan, digest), COMMANDS)
    assert "<script" not in html
    assert "http" not in html.replace("</html>", "").replace('lang="en"', "")
    return Page(html)


# --- the sentence


def test_it_holds():
    found = judged(small())
    assert found.word == "holds"
    assert found.sentence.startswith("e holds on 2026-01-01: ")
    assert found.sentence.endswith(" scenarios, no violation, everything is placed.")
    assert found.more == ()


def test_it_holds_up_to_the_horizon():
    later = DAY + timedelta(days=30)
    found = judged(small(planning_horizon=later))
    assert found.sentence.startswith("e holds on every day from 2026-01-01 to 2026-01-31: ")


def test_it_does_not_hold():
    made = small(feed("b", rated_va=400), workload("v", partial=True))
    plan = layout({"w-1": at("r1", 1, "a", "b")}, unplaced=("v-1",))
    found = judged(made, plan)
    assert found.word == "does not hold"
    # 500 W on `b` alone: 500 of 320 VA after the loss of `a`.
    assert found.sentence.startswith(
        "e does not hold (2026-01-01): 1 violation, 1 instance unplaced"
    )
    words = page_of(made, plan).words
    assert "power.failover b loss of feed a 500 VA 320 VA rack r1 overloads feed b" in words
    assert "v-1 no reason given" in words
    assert "Not survived: 1 feed" in words


def test_a_stale_layout_is_said_to_be_stale():
    found = judged(small(), PLAN, "sha256:1")
    assert (found.word, found.holds, found.is_stale) == ("holds, stale", True, True)
    assert found.more == (
        "The layout is stale: it was planned from other demand, supply, policy or catalogue than "
        "the estate has now.",
    )
    assert "sha256:1 (another: the layout is stale)" in page_of(small(), PLAN, "sha256:1").words


def test_another_score_than_stated_does_not_hold():
    found = verdict(small(), PLAN, DAY, SAME)
    assert found.sentence.startswith("e does not hold (2026-01-01): 5 tiers with another score; ")
    page = Page(render_page(found, COMMANDS))
    assert (
        "Score: stated and recomputed tier stated recomputed unplaced[0] no value 0" in page.words
    )
    # What was planned as of another day, or from other content, states another score anyhow.
    assert not verdict(small(), PLAN, DAY + timedelta(days=1), SAME).differences
    assert not verdict(small(), PLAN, DAY, "sha256:1").differences


# --- each site alone


def test_either_site_alone():
    made, plan = two_sites()
    found = judged(made, plan)
    assert found.more == ("Either of s1 and s2 alone carries all that is critical for 72 hours.",)
    assert found.shares == ()
    assert "Nothing critical draws on any resource." in page_of(made, plan).words


def test_a_site_that_cannot_carry_all_that_is_critical():
    # 15 minutes of 12, and a mirror 15 minutes behind of 10, both on s2 alone.
    found = judged(*mailing())
    assert found.sites_alone == {"s1": 0, "s2": 2}
    assert found.more == (
        "Not every site alone carries all that is critical for 72 hours; findings: s2 (2).",
    )


def test_shares_with_what_binds_and_the_least_of_a_site():
    found = judged(*mailing())
    rows = {(r.share.site, r.share.resource): r for r in found.shares}
    # One host of 500 W on a feed of 2000 VA x 80 %: 1600 / 500 = 3.2.
    power = rows["s1", "power"]
    assert (power.share.subject, power.share.permille, power.assumed_permille) == ("f1", 3200, 0)
    # 100 GiB for 50: the least of s1; 8 vCPU for 1, 16 GiB for 1.
    assert (rows["s1", "storage"].share.permille, rows["s1", "storage"].is_least) == (2000, True)
    assert not power.is_least
    words = page_of(*mailing()).words
    assert "s1 power 320.0 % f1 no further loss 1600 VA 500 VA" in words
    assert "s1 storage 200.0 % p1 no further loss 100 GiB 50 GiB" in words


def test_the_share_of_the_draw_that_is_assumed():
    made = estate(
        rack("r1"), feed("a"), workload("w", cords=1, draw_w=300),
        workload("v", cords=1, draw_w=100, assumed=("budget_w",)),
    )  # fmt: skip
    plan = layout({"w-1": at("r1", 1, "a"), "v-1": at("r1", 2, "a")})
    assert assumed_permille(Simulator(made, plan, DAY), "a") == 250
    assert assumed_permille(Simulator(made, layout({}), DAY), "a") == 0


# --- groups


def test_near_sites_are_operational_redundancy():
    (facts,) = group_facts(two_sites()[0])
    # 0.04 degrees of latitude on a sphere of 6 371 009 m: 2 pi r * 0.04 / 360 = 4447 m.
    assert facts.distances == (Distance("s1", "s2", 4447),)
    assert not facts.distances[0].is_geo
    words = page_of(*two_sites()).words
    assert (
        "s1 to s2 4.4 km: operational redundancy , not geo-redundancy, which asks for 200 km "
        "(BSI site criteria)" in words
    )
    assert (
        "given up meanwhile the loss of any further feed, fire compartment, rack, room, row"
        in words
    )
    assert "unchanged: every room hosts only what it hosts otherwise" in words


def test_far_sites_and_sites_without_coordinates():
    far = site("s1", continuity_group="g", lat_udeg=49_000_000, lon_udeg=7_630_000)
    made, plan = two_sites(far)
    # 3 degrees of latitude: 333 585 m.
    assert "s1 to s2 333.5 km: far enough apart for geo-redundancy" in page_of(made, plan).words
    nowhere = site("s1", continuity_group="g")
    made, plan = two_sites(nowhere)
    assert "s1 to s2 distance not stated" in page_of(made, plan).words


def test_the_security_level_in_an_emergency():
    made, plan = two_sites(
        group(hours=24, max_protection=needs(3, 3, 3)), room("room2", "s2", may_host=needs(1, 2, 2))
    )
    (facts,) = group_facts(made)
    assert [key for key, _ in facts.raised] == ["room1", "room2"]
    assert (
        "every room may host sehr-hoch in all three values; otherwise room1: normal in all three "
        "values; room2: confidentiality normal, integrity hoch, availability hoch"
        in page_of(made, plan).words
    )


# --- processes


def test_processes_with_minutes_per_site_and_lag():
    found = judged(*mailing())
    post, fun = found.processes
    assert (post.process.id, post.is_critical, post.lag_min) == ("post", True, 15)
    assert post.alone == (Alone("s1", RUNS, 0), Alone("s2", RUNS, 15))
    assert (post.is_late, post.is_behind) == (True, True)
    assert not fun.is_critical
    words = page_of(*mailing()).words
    assert "post letters & parcels 2 100 % 0 15, late 12 15, too far 10" in words


def test_a_process_that_stops_or_is_given_up_on_a_site_alone():
    made, plan = two_sites(
        service("big", vcpu_milli=7000), service("small", vcpu_milli=2000),
        process("a", "big", weight=2), process("b", "small"), process("c", "here"),
        workload("here", cords=1, allowed=Places(site=("s1",))),
        services={"big-1": ("p1", "p2"), "small-1": ("p2", "p1")},
    )  # fmt: skip
    plan = change(plan, placements={
        **plan.placements, **layout({"here-1": at("r1", 2, "f1")}).placements,
    })  # fmt: skip
    states = {
        row.process.id: [one.state for one in row.alone] for row in judged(made, plan).processes
    }
    assert states == {"a": [RUNS, RUNS], "b": [GIVEN_UP, GIVEN_UP], "c": [RUNS, STOPS]}


def test_a_process_of_another_group_is_not_asked_for():
    made, plan = two_sites(group("h"), process("p", "host", continuity_group="h"))
    (row,) = judged(made, plan).processes
    assert row.alone == ()
    assert "p 1 100 % – –" in page_of(made, plan).words


# --- what it rests on


def test_assumptions_waivers_and_warnings():
    made = small(
        waiver("power.failover", "b", 180, DAY + timedelta(days=10), reason="new feed in May"),
        feed("b", rated_va=400),
    )
    made = change(made, assumptions=(Assumption("w", "budget_w", "459 W", "no nameplate"),))
    words = page_of(made, PLAN).words
    assert "e holds on 2026-01-01" in words
    assert "1 figure that nobody declared; the planner assumed them." in words
    assert "w budget_w 459 W no nameplate" in words
    assert "power.failover b 180 new feed in May somebody 2026-01-11 1 violation waived" in words
    assert "Warnings" in words


def test_without_assumptions_and_waivers():
    words = page_of(small(), PLAN).words
    assert "The planner assumed no figure: every one is declared." in words
    assert "Waivers None." in words
    assert "Each site alone" not in words
    assert "Business processes" not in words


def test_names_are_escaped():
    made = change(small(), name="<script>alert(1)</script> & Söhne")
    html = render_page(judged(made), COMMANDS)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne" in html


def test_long_lists_are_cut_and_say_so(monkeypatch):
    monkeypatch.setattr("planner.report.page.MAX_ROWS", 2)
    listed = tuple(Assumption(f"w{n}", "mass_g", "1 g", "why") for n in range(5))
    made = change(small(), assumptions=listed)
    words = page_of(made, PLAN).words
    assert "w1 mass_g" in words
    assert "w2 mass_g" not in words
    assert "3 more; planner validate lists every assumption." in words


# --- small words, and data


def test_small_words():
    assert (percent(1220), percent(999), percent(5)) == ("122.0 %", "99.9 %", "0.5 %")
    assert losses(2, "site alone") == "2 sites alone"
    assert losses(1, "site alone with a further loss") == "1 further loss with a site alone"
    assert losses(3, "transfer_switch") == "3 transfer switches"
    assert levels(needs(1, 1, 1)) == "normal in all three values"
    assert by_level([("a", needs()), ("b", needs(2)), ("c", needs())])[0][1] == ["a", "c"]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("site s1 alone", "no further loss"),
        ("site s1 alone, loss of transfer_switch a", "loss of transfer switch a"),
        ("site s1 alone (interruption)", "no further loss (interruption)"),
    ],
)
def test_what_else_is_lost(scenario, words):
    share = judged(*mailing()).shares[0].share
    assert further(share._replace(scenario=scenario)) == words


def test_figures_of_a_share_in_one_unit():
    share = judged(*mailing()).shares[0].share
    ram = share._replace(unit="MiB", available=4097, critical=2049)
    assert figures(ram) == ("4 GiB", "3 GiB")
    assert figures(share._replace(unit="licences db", available=4, critical=3)) == ("4", "3")


def test_data_are_ready_for_json():
    found = verdict_json(judged(*mailing()))
    assert json.loads(json.dumps(found)) == found
    assert found["holds"] is False
    assert found["sites_alone"] == {"s1": 0, "s2": 2}
    assert found["groups"][0]["distances"] == [
        {"one": "s1", "other": "s2", "apart_m": 4447, "geo_redundant": False}
    ]
    assert found["processes"][0]["alone"][1] == {"site": "s2", "state": "runs", "minutes": 15}
    assert {"kind": "site alone", "losses": 2, "not_survived": 1} in found["failures"]["by_kind"]
