"""The one-page verdict: whether an estate's layout holds, and what that rests on.

Facts only; `planner.report.page` writes them as HTML, `planner.report.verdict_data` as JSON.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from planner.check import check
from planner.check.case import horizon
from planner.explain.score import ScoreDifference, score_differences
from planner.explain.text import grouped, is_stale, plural
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.violation import Report, SurvivableShare
from planner.report.failures import Failures, failures
from planner.report.groups import GroupFacts, group_facts
from planner.report.processes import ProcessRow, process_rows
from planner.simulate.simulator import Simulator


class ShareRow(NamedTuple):
    """A survivable share; of a power node also the share of its load that somebody assumed."""

    share: SurvivableShare
    assumed_permille: int | None
    is_least: bool


class Verdict(NamedTuple):
    """Everything that the page says.

    Attributes
    ----------
    until
        Last planning day.
    sites_alone
        Member of a continuity group -> how many findings stand against it carrying all alone.
    digest
        Of the estate as it is now; another one than the layout's makes that stale.
    """

    estate: Estate
    layout: Layout
    as_of: date
    until: date
    report: Report
    differences: tuple[ScoreDifference, ...]
    failures: Failures
    shares: tuple[ShareRow, ...]
    groups: tuple[GroupFacts, ...]
    processes: tuple[ProcessRow, ...]
    sites_alone: dict[str, int]
    digest: str

    @property
    def is_stale(self) -> bool:
        """Whether the layout was planned from other content than the estate has now."""
        return is_stale(self.layout, self.digest)

    @property
    def holds(self) -> bool:
        """Whether no rule is broken, everything is placed, and the stated score is right."""
        return self.report.holds and not self.layout.unplaced and not self.differences

    @property
    def word(self) -> str:
        """`holds`, `holds, stale` or `does not hold`."""
        if not self.holds:
            return "does not hold"
        return "holds, stale" if self.is_stale else "holds"

    @property
    def sentence(self) -> str:
        """The verdict in one sentence, with estate and dates."""
        judged = (
            f"{plural(self.report.num_rules, 'rule')} in "
            f"{plural(self.report.num_scenarios, 'scenario')}"
        )
        if self.holds:
            days = f"on {self.as_of}"
            if self.until != self.as_of:
                days = f"on every day from {self.as_of} to {self.until}"
            return f"{self.estate.id} holds {days}: {judged}, no violation, everything is placed."
        wrong = [
            plural(count, *nouns)
            for count, *nouns in (
                (len(self.report.violations), "violation"),
                (len(self.layout.unplaced), "instance unplaced", "instances unplaced"),
                (len(self.differences), "tier with another score", "tiers with another score"),
            )
            if count
        ]
        days = f"{self.as_of}" + (f" to {self.until}" if self.until != self.as_of else "")
        found = f"{self.estate.id} does not hold ({days}): {', '.join(wrong)}"
        return f"{found}; judged by {judged}."

    @property
    def more(self) -> tuple[str, ...]:
        """What else belongs to the verdict: each group's promise, and staleness."""
        sentences = [self._promise(facts) for facts in self.groups]
        if self.is_stale:
            sentences.append(
                "The layout is stale: it was planned from other demand, supply, policy or "
                "catalogue than the estate has now."
            )
        return tuple(sentences)

    def _promise(self, facts: GroupFacts) -> str:
        """Return whether each member of a group alone carries all that is critical."""
        failing = {site: n for site in facts.sites if (n := self.sites_alone[site])}
        hours = f"for {facts.hours} hours" if facts.hours is not None else "without a time limit"
        if failing:
            found = ", ".join(f"{site} ({grouped(n)})" for site, n in failing.items())
            return f"Not every site alone carries all that is critical {hours}; findings: {found}."
        sites = " and ".join(facts.sites) if len(facts.sites) == 2 else ", ".join(facts.sites)
        each = "Either" if len(facts.sites) == 2 else "Each"
        return f"{each} of {sites} alone carries all that is critical {hours}."


def verdict(estate: Estate, layout: Layout, as_of: date, digest: str) -> Verdict:
    """Judge a layout and gather what the page says.

    Parameters
    ----------
    digest
        Of the estate's content.
    """
    report = check(estate, layout, as_of)
    is_comparable = as_of == layout.provenance.as_of and not is_stale(layout, digest)
    simulator = Simulator(estate, layout, as_of)
    found = failures(estate, layout, as_of)
    return Verdict(
        estate=estate,
        layout=layout,
        as_of=as_of,
        until=horizon(estate, as_of),
        report=report,
        differences=score_differences(layout, report) if is_comparable else (),
        failures=found,
        shares=tuple(_share_rows(report.shares, simulator)),
        groups=tuple(group_facts(estate)),
        processes=tuple(process_rows(simulator)),
        sites_alone=_findings_alone(estate, report, found),
        digest=digest,
    )


def _findings_alone(estate: Estate, report: Report, found: Failures) -> dict[str, int]:
    """Return, by member, how many rules and subjects fail while it stands alone."""
    keys: dict[str, set[tuple[str, str, str]]] = {
        s: set() for m in estate.members.values() for s in m
    }
    for item in found.failing:
        if item.scenario.alone:
            keys[item.scenario.alone].update((v.rule, v.subject, v.unit) for v in item.findings)
    for site, known in keys.items():
        label = f"site {site} alone"
        known.update(
            (v.rule, v.subject, v.unit)
            for v in report.violations
            if v.scenario == label or v.scenario.startswith((f"{label},", f"{label} "))
        )
    return {site: len(known) for site, known in keys.items()}


def _share_rows(shares: tuple[SurvivableShare, ...], simulator: Simulator) -> list[ShareRow]:
    least: dict[str, int] = {}
    for share in shares:
        least[share.site] = min(share.permille, least.get(share.site, share.permille))
    return [
        ShareRow(
            share,
            assumed_permille(simulator, share.subject) if share.resource == "power" else None,
            share.permille == least[share.site],
        )
        for share in shares
    ]


def assumed_permille(simulator: Simulator, node: str) -> int:
    """Return the share of the planned draw below a node that nobody declared, floored.

    On the planning day on which most is drawn below it.
    """
    most, assumed = 0, 0
    for day in simulator.days:
        model = day.equipment.model
        below = model.below(model.grid.index[node], model.base)
        devices = [model.devices[i] for i in below if i < len(model.devices)]
        draw_w = sum(device.draw_w for device in devices)
        if draw_w > most:
            most = draw_w
            assumed = sum(d.draw_w for d in devices if "budget_w" in d.workload.assumed)
    return 1000 * assumed // most if most else 0
