"""The judge says of random estates, most of them wrong, exactly what the plain evaluation says."""

from collections import Counter

import pytest

from planner.check import check
from tests.check.plain import worst_findings
from tests.check.plain_rules import findings, planned, shares
from tests.check.random_continuity import random_continuity

#: Rules that the plain evaluation knows in full.
PLAIN_RULES = frozenset({
    "compute.place", "compute.pool", "continuity.compute", "continuity.cooling",
    "continuity.data", "continuity.fuel", "continuity.power", "continuity.protection",
    "continuity.quorum", "continuity.restart", "continuity.survivor", "continuity.times",
    "cooling.zone", "network.access", "network.delay", "network.distance", "network.mirror",
    "network.paths", "power.failover", "power.imbalance", "power.normal", "power.partners",
    "power.strands", "redundancy.survive", "tenancy.cumulation", "tenancy.quota",
})  # fmt: skip

NUM, CHUNK = 120, 12
NUM_FULL = 1500


def compare(seed: int) -> set[str]:
    """Compare judge and plain on one case; return the rules that it breaks."""
    case = random_continuity(seed)
    report, days = check(*case), planned(*case)
    expected = {
        key: finding
        for key, finding in worst_findings(findings(days)).items()
        if finding.rule in PLAIN_RULES
    }
    judged = {
        (v.rule, v.subject, v.unit): v
        for v in (*report.violations, *report.waived, *report.soft)
        if v.rule in PLAIN_RULES
    }
    assert judged.keys() == expected.keys(), seed
    for key, violation in judged.items():
        worst = expected[key]
        found = (violation.required, violation.available, violation.scenario)
        assert found == (worst.required, worst.available, worst.scenario), (seed, key)
    _compare_shares(seed, shares(days), report.shares)
    return {rule for rule, _, _ in expected}


def _compare_shares(seed, expected, reported):
    assert [(s.site, s.resource) for s in reported] == sorted(expected, key=_in_order), seed
    for share in reported:
        least = expected[share.site, share.resource]
        assert (share.permille, share.subject, share.scenario, share.unit) == (
            least.permille,
            least.subject,
            least.scenario,
            least.unit,
        ), (seed, share)
        assert share.available == least.left // 1
        assert share.critical == -(-least.critical // 1)


def _in_order(key):
    site, resource = key
    order = ("power", "cooling", "vcpu", "ram", "storage")
    return site, order.index(resource) if resource in order else len(order), resource


@pytest.fixture(scope="module")
def broken():
    """How many cases break each rule."""
    return Counter()


@pytest.mark.parametrize("first", range(0, NUM, CHUNK))
def test_judge_equals_plain(first, broken):
    for seed in range(first, first + CHUNK):
        broken.update(compare(seed))


@pytest.mark.full
@pytest.mark.parametrize("first", range(NUM, NUM_FULL, 60))
def test_judge_equals_plain_at_length(first):
    for seed in range(first, first + 60):
        compare(seed)


def test_random_cases_break_every_rule():
    seen = Counter(
        rule
        for seed in range(65)
        for rule in {f.rule for f in findings(planned(*random_continuity(seed)))}
    )
    assert PLAIN_RULES - seen.keys() == set()
