"""Pools with what runs on them: amounts, text and data."""

from datetime import timedelta

from planner.report.pools import pool_json, pool_usage, pools_overview, render_pool
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    pool,
    rack,
    room,
    service,
    site,
    workload,
)

#: p1 at s1: three hosts, one spare, storage on two shelves; p2 at s2: one host.
MADE = estate(
    rack("r1"), feed("f1"), room("room2", "s2"), rack("r2", "row2", "room2", "s2"),
    feed("f2", "r2", site="s2"),
    site("s1", continuity_group="g"), site("s2", continuity_group="g"),
    workload("host", 4, cords=1), workload("shelf", 2, cords=1),
    pool("p1", hosts="host", storage_on=("shelf",), hosts_spare=1, licences={"db": 4}),
    pool("p2", "s2", hosts="host"),
    service("mail", 2, vcpu_milli=2500, ram_mib=1536, storage_gib=40, mode="active-standby",
            replication="sync", licences={"db": 1}),
    service("desk", vcpu_milli=1000),
    service("later", valid_from=DAY + timedelta(days=9)),
    planning_horizon=DAY + timedelta(days=30),
)  # fmt: skip
PLAN = layout(
    {
        **{f"host-{n}": at("r1", n, "f1") for n in (1, 2, 3)},
        "host-4": at("r2", 1, "f2"),
        "shelf-1": at("r1", 10, "f1"),
        "shelf-2": at("r1", 11, "f1"),
    },
    services={
        "mail-1": ("p1", "p2"), "mail-2": ("p1", "p2"), "desk-1": ("p2", "p1"), "later-1": "p1",
    },
)  # fmt: skip


def test_what_is_used_against_the_hosts_less_the_spare_ones():
    p1, p2 = pool_usage(MADE, PLAN, ["p1", "p2"], DAY)
    # Two of three hosts count: 16 vCPU and 32 GiB; two shelves of 100 GiB.
    assert p1.capacity == {"vcpu": 16_000, "ram": 32_768, "storage": 200, "licence db": 4}
    assert {key: p1.used[key] for key in p1.capacity} == {
        "vcpu": 5000, "ram": 3072, "storage": 80, "licence db": 2,
    }  # fmt: skip
    # On p2 runs `desk`; two mirrors of 40 GiB with 1.5 GiB of RAM and a licence wait there.
    assert p2.used == {
        "vcpu": 1000, "ram": 1024 + 2 * 1536, "storage": 80, "licence db": 2,
    }  # fmt: skip
    assert [(share.instances, share.is_copy) for share in p2.shares] == [
        (("desk-1",), False),
        (("mail-1", "mail-2"), True),
    ]


def test_only_what_is_there_on_that_day():
    (p1,) = pool_usage(MADE, PLAN, ["p1"], DAY + timedelta(days=9))
    assert p1.used["vcpu"] == 6000


def test_a_line_for_each_pool():
    assert pools_overview(pool_usage(MADE, PLAN, ["p1", "p2"], DAY)) == (
        "pool  site  hosts       services  in use\n"
        "p1    s1    3, 1 spare  2         vCPU 5 of 16; RAM 3 of 32 GiB; storage 80 of 200 GiB; "
        "licence db 2 of 4\n"
        "p2    s2    1           1         vCPU 1 of 8; RAM 4 of 16 GiB; storage 80 of 100 GiB; "
        "licence db 2 of 0"
    )


def test_one_pool_in_full():
    p1, p2 = pool_usage(MADE, PLAN, ["p1", "p2"], DAY)
    assert render_pool(p1) == (
        "pool p1 at s1: 3 hosts, 1 of them spare\n"
        "  hosts       host-[1-3]\n"
        "  storage on  shelf-[1,2]\n"
        "  vCPU        5 of 16\n"
        "  RAM         3 of 32 GiB\n"
        "  storage     80 of 200 GiB\n"
        "  licence db  2 of 4\n"
        "  runs, each\n"
        "    mail-[1,2]  2.5 vCPU, 1.5 GiB RAM, 40 GiB storage, 1 licence db\n"
        "  keeps copies, each\n"
        "    desk-1  nothing: it is started there"
    )
    assert "    mail-[1,2]  1.5 GiB RAM, 40 GiB storage, 1 licence db" in render_pool(p2)


def test_an_empty_pool():
    made = estate(pool("p", hosts=()))
    (empty,) = pool_usage(made, layout({}), ["p"], DAY)
    assert render_pool(empty) == "pool p at s1: 0 hosts"
    assert pools_overview([empty]).splitlines()[1] == "p     s1    0      0         nothing"


def test_data():
    p1, _ = pool_usage(MADE, PLAN, ["p1", "p2"], DAY)
    found = pool_json(p1)
    assert found["hosts_spare"] == 1
    assert found["resources"][1] == {
        "resource": "ram", "unit": "MiB", "used": 3072, "capacity": 32_768,
    }  # fmt: skip
    assert found["services"][0]["instances"] == ["mail-1", "mail-2"]
    assert found["services"][1] == {
        "workload": "desk", "instances": ["desk-1"], "copy": True, "each": {},
    }  # fmt: skip
