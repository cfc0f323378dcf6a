"""Effects in words, in full."""

from datetime import date

from planner.model.continuity import Domain
from planner.model.scenarios import Look, Scenario
from planner.simulate.data import effect_json
from planner.simulate.detail import Detail, detail
from planner.simulate.detail_text import render_detail
from planner.simulate.effect import (
    AccessLost,
    Effect,
    FewerPaths,
    Move,
    Overload,
    Recovery,
    Short,
    Stopped,
)
from planner.simulate.losses import pair_of
from planner.simulate.simulator import Simulator
from planner.simulate.text import (
    critical_share,
    harmless_in_words,
    moves_in_words,
    render_before,
    render_effect,
    summary,
    title,
)
from tests.builders import DAY, at, estate, feed, layout, rack, service, workload

CAUSE = Short("t/db", 0, 1)
EFFECT = Effect(
    Scenario("site", alone="s1"),
    date(2026, 2, 1),
    down=("t/w-1", "t/w-2", "t/w-10"),
    interrupted=("t/v-1",),
    off=("t/u-1",),
    overloads=(
        Overload("a", "ups", "W", Look.INTERRUPTION, 40_000, 77_120, 60_000),
        Overload("p", "pool", "vcpu/1000", Look.SUSTAINED, 5000, 12_500, 8000),
        Overload("z", "cooling_zone", "W", Look.SUSTAINED, 1, 2, 0),
        Overload("q", "pool", "MiB", Look.SUSTAINED, 1024, 2048, 1024),
        Overload("f", "feed", "VA", Look.SUSTAINED, 1, 2, 1),
    ),
    services_down=("t/db-1",),
    services_shed=("t/web-1", "t/web-2"),
    moves=(
        Move("t/mail-1", "p1", "p2", 60, is_by_hand=True),
        Move("t/mail-2", "p1", "p2", 60, is_by_hand=True),
        Move("t/file-1", "p1", "p2", 5, is_by_hand=False),
    ),
    short=(CAUSE,),
    stopped=(
        Stopped("t/pay", 3, is_critical=True, is_shed=False, causes=(CAUSE,)),
        Stopped("t/fun", 0, is_critical=False, is_shed=True, causes=()),
    ),
    recoveries=(
        Recovery("t/post", 60, 30, (("t/mail", 60),)),
        Recovery("t/office", 65, 480, (("t/mail", 60), ("t/file", 5))),
        Recovery("t/other", 5, None, (("t/file", 5),)),
    ),
    access=(AccessLost("s1", "doi", ("t/gate",)), AccessLost("s1", "wan", ("t/a", "t/b"))),
    paths=(FewerPaths("s1-s2", 1, 2, 2),),
    tenants=("t", "u"),
)


def test_a_block_with_every_kind_of_line():
    assert render_effect(EFFECT, DAY) == (
        "site `s1` alone, on 2026-02-01\n"
        "   processes   1 stops, critical: `t/pay`; 1 is given up: `t/fun`; "
        "1 back too late: `t/post` after 60 of 30 min\n"
        "   services    1 down: `t/db-1`; 2 given up: `t/web-1`, `t/web-2`; "
        "3 taken over within 60 min, 2 by hand\n"
        "   equipment   3 down, 1 down until the transfer, 1 switched off\n"
        "   too few     `t/db` 0 of 1 up\n"
        "   overloaded  UPS `a` 77 120 of 60 000 W before the transfer; "
        "pool `p` 12.5 of 8 vCPU; cooling zone `z` 2 of 0 W; pool `q` 2 of 1 GiB; 1 more\n"
        "   access      site `s1` does not reach `doi`, which `t/gate` requires; "
        "site `s1` does not reach `wan`, which `t/a`, `t/b` require\n"
        "   paths       `s1-s2` keeps 1 of 2\n"
        "   tenants     t, u"
    )


def test_the_same_day_is_not_said():
    empty = Effect(Scenario("rack", "r"), DAY, down=("w-1",))
    assert render_effect(empty, DAY) == "loss of rack `r`\n   equipment   1 down"
    before = Effect(Scenario("normal"), DAY, down=("w-1",))
    assert render_before(before, DAY) == "without any loss\n   equipment   1 down"


def test_many_tenants_are_counted():
    many = Effect(Scenario("rack", "r"), DAY, tenants=tuple("abcdefghij"))
    assert render_effect(many, DAY).endswith("tenants     a, b, c, d, e, f, g, h and 2 more")
    eight = many._replace(tenants=tuple("abcdefgh"))
    assert render_effect(eight, DAY).endswith("tenants     a, b, c, d, e, f, g, h")


def test_titles():
    both = pair_of(Domain("ups", "a"), Domain("rack", "r"))
    assert title(both) == "loss of UPS `a` and rack `r`"
    assert title(Scenario("combination", "flood", domains=both.domains)) == (
        "loss of combination `flood`"
    )
    assert title(Scenario("duct", "d", alone="s1")) == "site `s1` alone, loss of duct `d`"


def test_small_words():
    assert critical_share([]) == ""
    one, other = EFFECT.stopped
    assert [critical_share(x) for x in ([one], [one, one], [one, other], [other])] == [
        ", critical", ", all critical", ", 1 critical", "",
    ]  # fmt: skip
    assert moves_in_words([Move("a-1", "p", "q", 0, is_by_hand=False)]) == "1 taken over at once"
    assert harmless_in_words({"utility": 2, "transfer_switch": 3, "ups": 1}) == (
        "6 losses without effect: 3 transfer switches, 2 utilities, 1 UPS"
    )
    assert harmless_in_words({"duct": 1}) == "1 loss without effect: 1 duct"


def test_all_of_an_effect_in_one_line():
    assert summary(EFFECT) == (
        "2 processes that do not run, 5 overloads, 1 service instance down, 2 given up, "
        "3 taken over, 3 instances of equipment down"
    )
    assert summary(Effect(Scenario("duct", "d"), DAY)) == "nothing down or overloaded"


def test_one_loss_in_full_with_every_section():
    simulator = Simulator(estate(rack("r1"), workload("t/w", 10)), layout({}), DAY)
    assert render_detail(Detail(EFFECT, ()), simulator) == (
        "e: site `s1` alone, on 2026-02-01\n"
        "\n"
        "processes that stop: 1\n"
        "  `t/pay`  criticality 3, critical: `t/db` has 0 of 1\n"
        "\n"
        "processes given up for want of room: 1\n"
        "  `t/fun`  criticality 0\n"
        "\n"
        "processes that run again after a takeover: 3\n"
        "  `t/post`  60 min, too late for 30 min: `t/mail` 60\n"
        "  `t/office`  65 min of 480: `t/mail` 60, then `t/file` 5\n"
        "  `t/other`  5 min: `t/file` 5\n"
        "\n"
        "service instances down: 1\n"
        "  `t/db-1`\n"
        "\n"
        "service instances given up: 2\n"
        "  `t/web-[1,2]`\n"
        "\n"
        "service instances taken over: 3\n"
        "  `t/mail-[1,2]`  p1 -> p2, 60 min by hand\n"
        "  `t/file-1`  p1 -> p2, 5 min\n"
        "\n"
        "workloads with too few up: 1\n"
        "  `t/db`  0 up, 1 needed\n"
        "\n"
        "equipment down: 3\n"
        "  `t/w-[1,2,10]`\n"
        "\n"
        "equipment down until the transfer: 1\n"
        "  `t/v-1`\n"
        "\n"
        "equipment switched off: 1\n"
        "  `t/u-1`\n"
        "\n"
        "overloaded: 5\n"
        "  UPS `a` 77 120 of 60 000 W before the transfer\n"
        "  pool `p` 12.5 of 8 vCPU\n"
        "  cooling zone `z` 2 of 0 W\n"
        "  pool `q` 2 of 1 GiB\n"
        "  feed `f` 2 of 1 VA\n"
        "\n"
        "access networks lost: 2\n"
        "  site `s1` does not reach `doi`, which `t/gate` requires\n"
        "  site `s1` does not reach `wan`, which `t/a`, `t/b` require\n"
        "\n"
        "pairs of ends with fewer paths: 1\n"
        "  `s1-s2` keeps 1 of 2 independent paths\n"
        "\n"
        "tenants touched: t, u"
    )


def test_loads_before_and_after():
    # 500 W on two feeds: 250 each before, 500 on the other after; 80 % of 1000 VA is the limit.
    made = estate(rack("r1"), feed("a"), feed("b", rated_va=1000), workload())
    simulator = Simulator(made, layout({"w-1": at("r1", 1, "a", "b")}), DAY)
    found = detail(simulator, Scenario("feed", "a"))
    assert [load[:6] for load in found.loads] == [
        ("b", "feed", "VA", Look.SUSTAINED, 250, 500),
    ]
    assert render_detail(found, simulator) == (
        "e: loss of feed `a`, on 2026-01-01\n"
        "\n"
        "nothing is down, moved or overloaded\n"
        "\n"
        "loads that change most\n"
        "  node    before  after   limit   use\n"
        "  feed b     250    500  800 VA  62 %"
    )


def test_data_hold_all_of_an_effect():
    found = effect_json(EFFECT)
    assert found["scenario"] == {"id": "site s1 alone", "kind": "site", "alone": "s1", "lost": []}
    assert found["processes_stopped"][0] == {
        "process": "t/pay",
        "criticality": 3,
        "critical": True,
        "given_up": False,
        "causes": [{"workload": "t/db", "up": 0, "needed": 1}],
    }
    assert found["processes_delayed"][0] == {
        "process": "t/post",
        "minutes": 60,
        "rto_min": 30,
        "late": True,
        "chain": [{"workload": "t/mail", "minutes": 60}],
    }
    assert found["overloaded"][0] == {
        "subject": "a",
        "kind": "ups",
        "unit": "W",
        "look": "interruption",
        "before": 40_000,
        "load": 77_120,
        "limit": 60_000,
    }
    # Every field of the record is there, under one name or another.
    assert len(found) == len(Effect._fields)
    assert all(found[key] for key in found)


def test_services_count_in_the_estate():
    made = estate(rack("r1"), service("s"))
    assert Simulator(made, layout({}), DAY).before().short == (Short("s", 0, 1),)
