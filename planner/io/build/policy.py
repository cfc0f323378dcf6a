"""The policy: how the estate is planned."""

from __future__ import annotations

from planner.io.findings import Findings, Origin
from planner.io.items.policy import PolicyItem
from planner.io.rounding import down, down_or_none, up
from planner.model.policy import TIERS, FrozenWindow, Policy
from planner.model.rules import RULES


def build_policy(item: PolicyItem, origin: Origin | None, findings: Findings) -> Policy:
    """Return the policy; `origin` is None where no file declares one."""
    if origin is not None:
        _check(item, origin, findings)
    return Policy(
        kappa_permille=down(item.kappa, 1000),
        kappa_fail_permille=down_or_none(item.kappa_fail, 1000),
        kappa_emergency_permille=down_or_none(item.kappa_emergency, 1000),
        budget_share_permille=up(item.budget_share, 1000),
        power_factor_permille=max(1, down(item.power_factor, 1000)),
        diversity_permille={k: up(v, 1000) for k, v in sorted(item.diversity.items())},
        imbalance_permille=down(item.leg_imbalance, 1000),
        strand_imbalance_permille=down_or_none(item.strand_imbalance, 1000),
        cumulation=dict(sorted(item.cumulation.items())),
        critical_from=item.critical_from,
        detour_permille=up(item.fibre_detour, 1000),
        tiers=TIERS if item.tiers is None else tuple(item.tiers),
        soft=dict(sorted(item.soft.items())),
        move_budget=item.move_budget,
        frozen_windows=tuple(
            FrozenWindow(start=w.start, end=w.end, reason=w.reason)
            for w in sorted(item.frozen_windows, key=lambda w: (w.start, w.end, w.reason))
        ),
        planning_horizon=item.planning_horizon,
        at=None if origin is None else origin.where(),
    )


def _check(item: PolicyItem, origin: Origin, findings: Findings) -> None:
    for index, window in enumerate(item.frozen_windows):
        if window.end < window.start:
            where = origin.where("frozen_windows", index, "end")
            message = f"`end` {window.end} is before `start` {window.start}"
            findings.add(where, "dates", message, "swap the two days, or correct one")
    may_be_soft = [rule.slug for rule in RULES.values() if rule.may_be_soft]
    for slug in item.soft:
        if slug in may_be_soft:
            continue
        where = origin.where("soft", slug)
        if slug in RULES:
            hint = "may be soft: " + ", ".join(f"`{name}`" for name in may_be_soft)
            findings.add(where, "policy-soft", f"rule `{slug}` may not be soft", hint)
        else:
            findings.unknown(where, "rule", slug, may_be_soft)
    if item.tiers is not None and sorted(item.tiers) != sorted(TIERS):
        found = ", ".join(f"`{tier}`" for tier in item.tiers)
        message = f"`tiers`: expected each tier once, found {found or 'none'}"
        hint = "tiers: " + ", ".join(f"`{tier}`" for tier in TIERS)
        findings.add(origin.where("tiers"), "policy-tiers", message, hint)
