"""Places of critical equipment and of hosts are judged on every site alone, too."""

from planner.explain.probe import Probe
from planner.explain.whole import Reach
from planner.model.tenancy import Quota
from tests.builders import DAY, at, layout, process, service, tenant, workload
from tests.explain.planted import two_sites

HOSTS = {"h-1": at("r1", 1, "a"), "h-2": at("r2", 1, "b")}


def test_the_second_site_is_asked_for():
    # Both at s1: alone s2 has none.
    e = two_sites(workload("db", count=2, cords=1, critical=True))
    beside = layout({**HOSTS, "db-1": at("r1", 3, "a")})
    probe = Probe(e, beside, DAY, "db-2")
    assert probe.violations(at("r2", 3, "b")) == []
    (found,) = probe.violations(at("r1", 5, "a"))
    assert (found.rule, found.subject) == ("continuity.survivor", "db")


def test_a_host_is_asked_for_by_the_services_on_its_pool():
    # svc runs at s1 and is taken over at s2: the host at s2 may not leave for r1.
    e = two_sites(service(), process("p", "svc"))
    beside = layout(HOSTS, services={"svc-1": ("p1", "p2")})
    probe = Probe(e, beside, DAY, "h-2")
    assert probe.violations(at("r2", 7, "b")) == []
    rules = {v.rule for v in probe.violations(at("r1", 7, "a"))}
    assert "redundancy.spread" in rules  # the first rule that says no ends it


def test_what_carries_nothing_is_not_judged_by_the_whole():
    e = two_sites(workload("x"))
    probe = Probe(e, layout(HOSTS), DAY, "x-1")
    assert probe.reach is Reach.RACK
    assert probe.violations(at("r1", 3, "a", "a")) == []


def test_a_quota_is_judged_by_the_whole():
    e = two_sites(tenant("u", quota=Quota(u_half=2)), workload("x", count=2, cords=1, tenant="u"))
    probe = Probe(e, layout({**HOSTS, "x-1": at("r1", 3, "a")}), DAY, "x-2")
    (found,) = probe.violations(at("r2", 3, "b"))
    assert (found.rule, found.subject, found.amount) == ("tenancy.quota", "u:u", 2)
