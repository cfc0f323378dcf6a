"""JUnit XML: a test case for each violation, and one that passes for each rule that holds.

The format has no schema of its own; this keeps to what the schema of Jenkins' xUnit plugin
(`junit-10.xsd`) allows. That has no attribute for file and line, so the message begins with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from planner.gate.findings import Finding, Level, statement_of


def render(found: Sequence[Finding], rules: Iterable[str], suite: str) -> str:
    """Return the report.

    Parameters
    ----------
    rules
        Slugs of all rules that were checked; a rule without a finding is a passed test.
    suite
        Name of the test suite, e.g. `rackplan muenster`.
    """
    judged = [f for f in found if f.level is not Level.WARNING]
    warned = [f for f in found if f.level is Level.WARNING]
    broken = {f.rule for f in judged}
    passed = [rule for rule in rules if rule not in broken]
    failures = sum(f.level is Level.ERROR for f in judged)
    numbers = {
        "tests": str(len(judged) + len(passed)),
        "failures": str(failures),
        "errors": "0",
    }
    skipped = str(len(judged) - failures)
    root = ElementTree.Element("testsuites", numbers)
    element = ElementTree.SubElement(
        root, "testsuite", {"name": suite, **numbers, "skipped": skipped}
    )
    for finding in judged:
        _case(element, finding)
    for rule in passed:
        ElementTree.SubElement(element, "testcase", {"classname": rule, "name": statement_of(rule)})
    if warned:
        out = ElementTree.SubElement(element, "system-out")
        out.text = _clean("\n\n".join(f.text for f in warned))
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'


def _case(suite: ElementTree.Element, finding: Finding) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", {"classname": finding.rule, "name": _clean(finding.subject)}
    )
    if finding.level is Level.ERROR:
        message = f"{finding.where}: {finding.sentence}"
        kind = {"message": _clean(message), "type": finding.rule}
        ElementTree.SubElement(case, "failure", kind).text = _clean(finding.text)
        return
    why = "known: in the baseline" if finding.level is Level.KNOWN else f"waived: {finding.reason}"
    ElementTree.SubElement(case, "skipped", {"message": _clean(why)})


def _clean(text: str) -> str:
    """Return the text without characters that XML 1.0 cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or c >= " ")
