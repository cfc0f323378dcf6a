"""The gate: one change that breaks one rule is one new finding, in every format."""

import json
import re
from xml.etree import ElementTree

import pytest
import yaml
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif

from tests.cli.conftest import DAY
from tests.cli.test_judging import ESTATE, LOCK, WORKLOADS, line_of

SITE = "inventory/first/sites/main.yaml"
BASELINE = "layouts/first.baseline.yaml"


def break_protection(folder, edit):
    """The room loses the level that the neighbour's backup needs: judged where it is placed."""
    edit(folder / SITE, "may_host: {availability: hoch}", "may_host: {availability: normal}")
    return "tenancy.protection", "neighbour/backup-1", LOCK, "neighbour/backup-1:"


def break_spread(folder, edit):
    """Six hosts stand in fewer than six racks: judged where the workload is declared."""
    edit(folder / WORKLOADS, "max_per_domain: 2", "max_per_domain: 1")
    subject = "town/vm-host:rack:max_per_domain"
    return "redundancy.spread", subject, WORKLOADS, "id: town/vm-host"


@pytest.fixture(params=[break_protection, break_spread])
def broken(request, planned, edit):
    """A change to the inventory that breaks one rule: its slug, subject, file and line."""
    rule, subject, file, text = request.param(planned, edit)
    return rule, subject, file, line_of(planned / file, text)


def check(planner, *words):
    return planner("check", "--as-of", DAY, *words)


# --- one change, one new finding beside the staleness


def test_as_text(planner, broken):
    rule, _, file, line = broken
    ran = check(planner)
    assert ran.code == 1
    assert re.findall(r"^error\[(.*?)\]", ran.out, re.MULTILINE) == [rule, "layout-stale"]
    assert f"\n  at         {file}:{line}\n" in ran.out


def test_as_json(planner, broken):
    rule, subject, file, line = broken
    found = check(planner, "--format", "json").json
    (one,) = found["violations"]
    assert (one["rule"], one["subject"], one["file"], one["line"]) == (rule, subject, file, line)
    assert found["stale"]
    assert found["baseline"] is None


def test_as_junit(planner, broken):
    rule, subject, file, line = broken
    ran = check(planner, "--format", "junit")
    assert ran.code == 1
    root = ElementTree.fromstring(ran.out)
    failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [(c.get("classname"), c.get("name")) for c in failed] == [
        (rule, subject),
        ("layout-stale", "first"),
    ]
    assert failed[0].find("failure").get("message").startswith(f"{file}:{line}: ")
    suite = root.find("testsuite")
    assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("2", "0", "0")
    check_junit(root)


def test_as_sarif(planner, broken):
    rule, subject, file, line = broken
    ran = check(planner, "--format", "sarif")
    assert ran.code == 1
    Sarif.model_validate_json(ran.out)
    (run,) = json.loads(ran.out)["runs"]
    first, stale = run["results"]
    assert (first["ruleId"], stale["ruleId"]) == (rule, "layout-stale")
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == rule
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == file
    assert place["region"]["startLine"] == line
    assert subject.partition(":")[0] in first["message"]["text"]
    assert "baselineState" not in first


def test_as_github_annotations(planner, broken):
    rule, _, file, line = broken
    ran = check(planner, "--format", "github")
    first, stale = ran.out.splitlines()
    assert first.startswith(f"::error file={file},line={line},title={rule}::error[{rule}]: ")
    assert "%0A  required " in first
    assert stale.startswith(f"::error file={LOCK},line=1,title=layout-stale::")


def test_as_gitlab_code_quality(planner, broken):
    rule, _, file, line = broken
    first, stale = json.loads(check(planner, "--format", "gitlab").out)
    assert (first["check_name"], first["severity"]) == (rule, "critical")
    assert first["location"] == {"path": file, "lines": {"begin": line}}
    assert stale["check_name"] == "layout-stale"
    assert len({first["fingerprint"], stale["fingerprint"]}) == 2


# --- nothing broken


def test_a_clean_layout_in_every_format(planner, planned):
    for fmt in ("junit", "sarif", "github", "gitlab"):
        assert check(planner, "--format", fmt).code == 0
    junit = ElementTree.fromstring(check(planner, "--format", "junit").out)
    assert junit.get("failures") == "0"
    assert int(junit.get("tests")) > 30
    sarif = json.loads(check(planner, "--format", "sarif").out)
    assert sarif["runs"][0]["results"] == []
    assert check(planner, "--format", "github").out == "\n"
    assert json.loads(check(planner, "--format", "gitlab").out) == []


# --- the baseline


def test_a_known_violation_passes_and_a_grown_one_fails(planner, planned, edit):
    break_spread(planned, edit)
    ran = planner("baseline", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out == f"wrote {BASELINE}: 1 known violation\n"
    assert "stale" in ran.err
    listed = yaml.safe_load((planned / BASELINE).read_text(encoding="utf-8"))
    (known,) = listed["violations"]
    assert known["rule"] == "redundancy.spread"

    # known: only the staleness is left
    ran = check(planner, "--baseline", BASELINE)
    assert ran.code == 3
    assert ran.out.startswith("known[redundancy.spread]: ")
    assert "\n1 violation known, 0 new\n" in ran.out
    sarif = check(planner, "--baseline", BASELINE, "--format", "sarif").out
    Sarif.model_validate_json(sarif)
    states = [r.get("baselineState") for r in json.loads(sarif)["runs"][0]["results"]]
    assert states == ["new", "unchanged"]  # the staleness, then the known violation
    skipped = ElementTree.fromstring(
        check(planner, "--baseline", BASELINE, "--format", "junit").out
    )
    assert skipped.find("testsuite").get("skipped") == "1"
    check_junit(skipped)

    # a second violation is new, the first is still known
    break_protection(planned, edit)
    ran = check(planner, "--baseline", BASELINE)
    assert ran.code == 1
    assert ran.out.startswith("error[tenancy.protection]: ")
    assert "\n1 violation known, 1 new\n" in ran.out

    # what grows is new: the baseline now allows one less
    edit(planned / BASELINE, f"amount: {known['amount']}", f"amount: {known['amount'] - 1}")
    found = check(planner, "--baseline", BASELINE, "--format", "json").json
    assert [v["known"] for v in found["violations"]] == [False, False]
    assert found["baseline"] == {"known": 0, "new": 2, "mended": []}


def test_what_is_mended_is_said(planner, planned, edit):
    break_spread(planned, edit)
    planner("baseline", "--as-of", DAY, "-o", "known.yaml")
    edit(planned / WORKLOADS, "max_per_domain: 1", "max_per_domain: 2")
    ran = check(planner, "--baseline", "known.yaml")
    assert ran.code == 0
    assert (
        "0 violations known, 0 new\n1 known violation mended; `planner baseline` drops" in ran.out
    )
    found = check(planner, "--baseline", "known.yaml", "--format", "json").json
    assert [key["rule"] for key in found["baseline"]["mended"]] == ["redundancy.spread"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version: 1\nestate: second\n", "is a baseline of estate `second`, not of `first`"),
        ("version: 1\nestate: first\nviolatons: []\n", "known.yaml:3:1: error[key-unknown]"),
        ("version: 2\nestate: first\n", "known.yaml:1:"),
        (
            "version: 1\nestate: first\nviolations:\n"
            "  - {rule: power.nothing, subject: x, unit: W, amount: 1}\n",
            "known.yaml:4:6: error[id-unknown]: unknown rule `power.nothing`",
        ),
        (
            "version: 1\nestate: first\nviolations:\n"
            + 2 * "  - {rule: power.normal, subject: x, unit: W, amount: 1}\n",
            "known.yaml:5:6: error[id-duplicate]: `power.normal` of `x` is listed twice",
        ),
        ("]", "known.yaml:1:"),
    ],
)
def test_a_mangled_baseline_is_bad_input(planner, planned, text, message):
    (planned / "known.yaml").write_text(text, encoding="utf-8")
    ran = check(planner, "--baseline", "known.yaml")
    assert ran.code == 2
    assert message in ran.err


def test_no_such_baseline(planner, planned):
    ran = check(planner, "--baseline", "none.yaml")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: `none.yaml`: No such file or directory\n\n"
        "hint: `planner baseline` writes one\n"
    )


# --- waivers


def test_a_waived_violation_carries_its_reason(planner, planned, edit):
    break_protection(planned, edit)
    edit(
        planned / ESTATE,
        "tenants:",
        "waivers:\n"
        "  - {id: w1, rule: tenancy.protection, subject: neighbour/backup-1, amount: 1,\n"
        "     reason: 'until, say: 100 %', author: planning, expires: 2027-01-31}\n"
        "tenants:",
    )
    assert check(planner).code == 3
    sarif = check(planner, "--format", "sarif").out
    Sarif.model_validate_json(sarif)
    waived = json.loads(sarif)["runs"][0]["results"][-1]
    assert waived["suppressions"] == [
        {
            "kind": "external",
            "justification": "until, say: 100 % (planning, until 2027-01-31)",
        }
    ]
    line = check(planner, "--format", "github").out.splitlines()[-1]
    assert line.startswith(f"::notice file={LOCK},")
    assert "::waived, until, say: 100 %25 (planning, until 2027-01-31): " in line


# --- JUnit has no schema of its own: these are the elements and attributes that the schema of
# Jenkins' xUnit plugin (junit-10.xsd) knows, as far as they are used here.

JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped"},
        {"testcase", "system-out"},
    ),
    "testcase": ({"name", "classname"}, {"failure", "skipped"}),
    "failure": ({"message", "type"}, set()),
    "skipped": ({"message", "type"}, set()),
    "system-out": (set(), set()),
}


def check_junit(root):
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes, element.tag
        assert {child.tag for child in element} <= children, element.tag
