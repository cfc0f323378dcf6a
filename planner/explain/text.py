"""The judge's findings as text, the same on the command line and in a Pulumi preview.

Rendered from fields, never parsed back. Needs the model and the standard library only. Colour is a
caller's matter: `paint(text, role)` may add it, and what it adds is also said in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from planner.errors import StaleLayoutError
from planner.model.layout import Layout, Place, TierResult, Unplaced
from planner.model.violation import Report, SurvivableShare, Tightest, Violation

_COMMAND = re.compile(r"`(planner [a-z]+[^`]*)`")

_KINDS = {"ups": "UPS", "pdu": "PDU"}

Paint = Callable[[str, str], str]


def plain(text: str, role: str) -> str:
    """Return the text without colour, whatever its role."""
    return text


def grouped(number: int) -> str:
    """Return a number with its thousands set apart from five digits on: `9400`, `77 120`."""
    return f"{number:,}".replace(",", " ") if abs(number) >= 10_000 else str(number)


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Return `1 move`, `2 moves`."""
    return f"{grouped(count)} {noun if count == 1 else nouns or noun + 's'}"


def in_ranges(ids: Iterable[str]) -> list[str]:
    """Return ids shortly, as ranges of an inventory: `h1-a[01-06]`, `town/vm-host-[3,7-9]`."""
    by_prefix: dict[str, list[str]] = {}
    for key in ids:
        prefix = key.rstrip("0123456789")
        by_prefix.setdefault(prefix, []).append(key.removeprefix(prefix))
    short = []
    for prefix, numbers in by_prefix.items():
        runs: list[list[str]] = []
        for number in sorted(numbers, key=lambda text: (int(text or -1), text)):
            if runs and runs[-1][-1] and number == _next(runs[-1]):
                runs[-1].append(number)
            else:
                runs.append([number])
        parts = [part for run in runs for part in _as_parts(run)]
        short.append(f"{prefix}{parts[0]}" if len(numbers) == 1 else f"{prefix}[{','.join(parts)}]")
    return short


def _next(run: list[str]) -> str:
    """Return the number after the last one of a run, as wide as its first."""
    return str(int(run[-1]) + 1).zfill(len(run[0]))


def _as_parts(run: list[str]) -> list[str]:
    return [f"{run[0]}-{run[-1]}"] if len(run) > 2 else run


def unit_label(half: int) -> str:
    """Return a half-U index as a rack unit: `U12`, `U12.5`."""
    return f"U{half // 2}.5" if half % 2 else f"U{half // 2}"


def render_place(place: Place) -> str:
    """Return `h1-r07 U12 front`, or `h1-r07 (no unit)` for a device that takes none."""
    if place.position_half is None:
        return f"{place.rack} (no unit)"
    face = f" {place.face.value}" if place.face is not None else ""
    return f"{place.rack} {unit_label(place.position_half)}{face}"


def render_violation(
    violation: Violation, *, level: str = "error", options: str = "", paint: Paint = plain
) -> str:
    """Return one finding with its arithmetic, its place in the files and a hint.

    Parameters
    ----------
    options
        What a command that the hint names needs besides, e.g. `-e muenster`.
    """
    lines = [f"{paint(f'{level}[{violation.rule}]', level)}: {_sentence(violation)}"]
    figures = [f"{grouped(n)} {violation.unit}" for n in (violation.required, violation.available)]
    width = max(len(figure) for figure in figures)
    notes = (violation.required_note, violation.available_note)
    for label, figure, note in zip(("required ", "available"), figures, notes, strict=True):
        lines.append(f"  {label}  {figure:<{width}}   {note}".rstrip())
    if violation.inherited:
        lines.append("  inherited  as-built breaks it already, by at least as much")
    if violation.where is not None:
        lines.append(f"  at         {violation.where}")
    text = "\n".join(lines)
    if not violation.hint:
        return text
    return f"{text}\n\n{paint('hint', 'hint')}: {with_options(violation.hint, options)}"


def with_options(hint: str, options: str) -> str:
    """Return a hint whose commands of ours carry the options, so that they can be typed."""
    return _COMMAND.sub(rf"`\1 {options}`", hint) if options else hint


def _sentence(violation: Violation) -> str:
    """Return the message, or a plain statement of it where a finding has none."""
    if violation.message:
        return violation.message
    return f"`{violation.subject}` breaks the rule, scenario {violation.scenario}"


def render_findings(report: Report, *, options: str = "", paint: Paint = plain) -> str:
    """Return every violation, then warnings, soft amounts and waived violations, each a block."""
    blocks = [render_violation(v, options=options, paint=paint) for v in report.violations]
    blocks += [
        render_violation(v, level="warning", options=options, paint=paint) for v in report.warnings
    ]
    blocks += [_one_line(v, "soft", f"counts {grouped(v.amount)}") for v in report.soft]
    blocks += [_one_line(v, "waived", f"{grouped(v.amount)} {v.unit}") for v in report.waived]
    return "\n\n".join(blocks)


def render_known(violations: Iterable[Violation]) -> str:
    """Return the violations that a baseline lists, one line each."""
    return "\n".join(_one_line(v, "known", f"{grouped(v.amount)} {v.unit}") for v in violations)


def _one_line(violation: Violation, word: str, amount: str) -> str:
    return f"{word}[{violation.rule}]: {_sentence(violation)} ({amount})"


def render_tally(report: Report) -> str:
    """Return `38 rules, no violation` or `38 rules, 2 violations (1 inherited), 1 warning`."""
    count = len(report.violations)
    parts = [plural(report.num_rules, "rule")]
    parts.append(plural(count, "violation") if count else "no violation")
    inherited = sum(v.inherited for v in report.violations)
    if inherited:
        parts[-1] += f" ({inherited} inherited)"
    if report.warnings:
        parts.append(plural(len(report.warnings), "warning"))
    if report.waived:
        parts.append(f"{len(report.waived)} waived")
    return ", ".join(parts)


def render_scenario(scenario: str) -> str:
    """Return `in the normal state`, `after losing UPS city-ups-b`, `with site city alone`."""
    if scenario in ("", "normal"):
        return "in the normal state"
    alone, comma, loss = scenario.partition(" alone")
    if comma and alone.startswith("site "):
        further = f" {render_scenario(loss[2:])}" if loss.startswith(", ") else loss
        return f"with {alone} alone{further}"
    kind, _, lost = scenario.removeprefix("loss of ").partition(" ")
    return f"after losing {_KINDS.get(kind, kind.replace('_', ' '))} {lost}"


def render_tightest(tightest: Sequence[Tightest]) -> str:
    """Return the capacity nearest to its limit, or that there is none."""
    if not tightest:
        return "no capacity is in use"
    nearest = tightest[0]
    return (
        f"{nearest.subject} {render_scenario(nearest.scenario)},"
        f" {grouped(nearest.load)} of {grouped(nearest.usable)} {nearest.unit}"
    )


def render_shares(shares: Iterable[SurvivableShare]) -> str:
    """Return a line for each site that can stand alone: its least share and what binds."""
    least: dict[str, SurvivableShare] = {}
    for share in shares:
        if share.site not in least or share.permille < least[share.site].permille:
            least[share.site] = share
    return "\n".join(
        f"{share.site} alone: {share.permille // 10}.{share.permille % 10} % of what is critical,"
        f" bound by {share.resource} of {share.subject}"
        for share in least.values()
    )


def render_unplaced(unplaced: Iterable[Unplaced], *, paint: Paint = plain) -> str:
    """Return the instances without a place with their reasons, those of one reason together."""
    by_reason: dict[str, list[str]] = {}
    for item in unplaced:
        by_reason.setdefault(item.reason, []).append(item.instance)
    rows = [(f"`{name}`", why) for why, ids in by_reason.items() for name in in_ranges(ids)]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"{paint('unplaced', 'error')} {name:<{width}}  {why}" for name, why in rows)


def tier_label(tier: TierResult, *, is_only: bool = True) -> str:
    """Return a tier in words: `unplaced`, `unplaced, priority 10`, `racks opened`, `cost`."""
    name, bracket, rest = tier.tier.partition("[")
    if bracket:
        return name if is_only else f"{name}, priority {rest.rstrip(']')}"
    if name == "cost":
        return "racks opened" if tier.unit == "racks" else f"cost, {tier.unit}"
    return {"soft": "soft rules"}.get(name, name)


def tier_verdict(tier: TierResult) -> str:
    """Return `optimal`, or the gap as a share of the objective, rounded to 0.1 %."""
    if tier.is_optimal:
        return "optimal"
    gap = f"gap {render_gap(tier.objective, tier.bound)}"
    return f"{gap} (conditional)" if tier.conditional else gap


def render_gap(objective: int, bound: int) -> str:
    """Return `(objective - bound) / objective` in per cent; never `0 %` unless they are equal."""
    if objective == bound:
        return "0 %"
    if objective == 0:
        return "open"
    permille = (2000 * (objective - bound) + objective) // (2 * objective)
    return f"{permille // 10}.{permille % 10} %" if permille else "below 0.1 %"


def render_tiers(tiers: Sequence[TierResult]) -> str:
    """Return a line for each tier: objective, bound, and the gap or `optimal`."""
    by_priority = sum(tier.tier.startswith("unplaced[") for tier in tiers)
    labels = [tier_label(tier, is_only=by_priority <= 1) for tier in tiers]
    objectives = [grouped(tier.objective) for tier in tiers]
    bounds = [grouped(tier.bound) for tier in tiers]
    left, middle, right = (max((*map(len, c), 4)) for c in (labels, objectives, bounds))
    left = max(left, 14)
    return "\n".join(
        f"  {label:<{left}}  {objective:>{middle}}   bound {bound:<{right}}  {tier_verdict(tier)}"
        for label, objective, bound, tier in zip(labels, objectives, bounds, tiers, strict=True)
    )


def stale_error(layout: Layout, lock: str, digest: str, renew: str) -> StaleLayoutError:
    """Return the error for a lock that was planned from other content than `digest` stands for.

    Parameters
    ----------
    lock
        The lock's path, as a person would type it.
    renew
        The command that plans it again, as it can be typed.
    """
    planned = layout.provenance.estate_digest
    return StaleLayoutError(
        f"`{lock}` was planned from other demand, supply, policy or catalogue\n"
        f"  planned from  {planned}\n"
        f"  now           {digest}",
        hint=f"`{renew}` renews it",
    )


def is_stale(layout: Layout, digest: str) -> bool:
    """Whether the layout was planned from other content than `digest` stands for."""
    return layout.provenance.estate_digest != digest
