"""The one-page verdict as JSON-ready data."""

from __future__ import annotations

from typing import Any

from planner.model.tenancy import HostingClass
from planner.report.failures import Failures
from planner.report.groups import GroupFacts
from planner.report.processes import ProcessRow
from planner.report.verdict import ShareRow, Verdict


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return what the page says, without the judge's findings themselves and the layout's tiers."""
    return {
        "estate": verdict.estate.id,
        "name": verdict.estate.name or None,
        "as_of": verdict.as_of.isoformat(),
        "until": verdict.until.isoformat(),
        "holds": verdict.holds,
        "stale": verdict.is_stale,
        "sentence": verdict.sentence,
        "more": list(verdict.more),
        "sites_alone": dict(verdict.sites_alone),
        "shares": [_share(row) for row in verdict.shares],
        "failures": _failures(verdict.failures),
        "groups": [_group(facts) for facts in verdict.groups],
        "processes": [_process(row) for row in verdict.processes],
        "assumptions": [item._asdict() for item in verdict.estate.assumptions],
        "waivers": [item.model_dump(mode="json") for item in verdict.estate.waivers.values()],
        "provenance": verdict.layout.provenance.model_dump(mode="json"),
        "estate_digest": verdict.digest,
    }


def _share(row: ShareRow) -> dict[str, Any]:
    return {
        **row.share._asdict(),
        "least_of_site": row.is_least,
        "assumed_permille": row.assumed_permille,
    }


def _failures(failures: Failures) -> dict[str, Any]:
    return {
        "num_losses": failures.num_losses,
        "by_kind": [
            {"kind": t.kind, "losses": t.num_losses, "not_survived": t.num_failing}
            for t in failures.tallies
        ],
        "not_survived": [
            {
                "scenario": item.scenario.id,
                "findings": [
                    {
                        "rule": v.rule,
                        "subject": v.subject,
                        "required": v.required,
                        "available": v.available,
                        "unit": v.unit,
                    }
                    for v in item.findings
                ],
            }
            for item in failures.failing
        ],
    }


def _group(facts: GroupFacts) -> dict[str, Any]:
    return {
        "id": facts.id,
        "name": facts.name or None,
        "sites": list(facts.sites),
        "hours": facts.hours,
        "gives_up": list(facts.gives_up),
        "max_protection": _levels(facts.max_protection),
        "raised_rooms": {key: _levels(hosting) for key, hosting in facts.raised},
        "witness": facts.witness,
        "claims_geo_redundancy": facts.claims_geo_redundancy,
        "distances": [{**d._asdict(), "geo_redundant": d.is_geo} for d in facts.distances],
    }


def _levels(hosting: HostingClass | None) -> dict[str, str] | None:
    if hosting is None:
        return None
    return {level: getattr(hosting, level).label for level in HostingClass.model_fields}


def _process(row: ProcessRow) -> dict[str, Any]:
    process = row.process
    return {
        "process": process.id,
        "name": process.name or None,
        "tenant": process.tenant,
        "criticality": process.criticality,
        "critical": row.is_critical,
        "emergency_permille": process.emergency_permille,
        "rto_min": process.rto_min,
        "rpo_min": process.rpo_min,
        "mtpd_min": process.mtpd_min,
        "lag_min": row.lag_min,
        "alone": [item._asdict() for item in row.alone],
    }
