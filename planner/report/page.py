"""The verdict as one HTML page: self-contained, without script, printable on A4."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from planner.check.wording import kind_word
from planner.explain.quantity import quantity, said
from planner.explain.text import grouped, plural, render_scenario, tier_label, tier_verdict
from planner.model.layout import TierResult
from planner.model.tenancy import HostingClass
from planner.model.violation import SurvivableShare
from planner.report.failures import SITE_ALONE, SITE_ALONE_AND_LOSS
from planner.report.verdict import Verdict
from planner.simulate.text import counted_kind, title

TEMPLATES = Path(__file__).parent / "templates"

#: Failing losses, violations and assumptions listed before the rest is counted.
MAX_ROWS = 200


def render_page(verdict: Verdict, commands: dict[str, str]) -> str:
    """Return the page.

    Parameters
    ----------
    commands
        What to type for more: verb -> command.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        quantity=lambda amount, unit: quantity(amount, unit),
        grouped=grouped,
        percent=percent,
        kinds=lambda kinds: ", ".join(kind_word(kind) for kind in kinds),
        title=title,
        scenario=render_scenario,
        levels=levels,
        by_level=by_level,
        further=further,
        scenario_words=scenario_words,
        figures=figures,
        resource=lambda name: {"vcpu": "vCPU", "ram": "RAM"}.get(name, name),
        km=lambda metres: f"{grouped(metres // 1000)}.{metres % 1000 // 100} km",
        minutes=lambda value: "" if value is None else grouped(value),
        plural=plural,
        losses=losses,
        optimal=tier_verdict,
    )
    is_only = sum(t.tier.startswith("unplaced[") for t in verdict.layout.tiers) <= 1

    def label(tier: TierResult) -> str:
        return tier_label(tier, is_only=is_only)

    return environment.get_template("verdict.html").render(
        v=verdict, label=label, max_rows=MAX_ROWS, commands=commands
    )


def percent(permille: int) -> str:
    """Return `122.0 %`, floored to 0.1 %."""
    return f"{permille // 10}.{permille % 10} %"


def losses(count: int, kind: str) -> str:
    """Return `144 feeds`, `2 sites alone`, `170 times a site alone with a further loss`."""
    if kind == SITE_ALONE:
        return f"{plural(count, 'site')} alone"
    if kind == SITE_ALONE_AND_LOSS:
        return f"{plural(count, 'further loss', 'further losses')} with a site alone"
    return counted_kind(kind, count)


def scenario_words(label: str) -> str:
    """Return a scenario as the judge labels it, kinds in words: `loss of transfer switch a`."""
    head, loss, rest = label.partition("loss of ")
    if not loss:
        return label
    kind, _, lost = rest.partition(" ")
    return f"{head}loss of {kind_word(kind)} {lost}"


def further(share: SurvivableShare) -> str:
    """Return what is lost beside the other sites where a share binds."""
    label = share.scenario.removeprefix(f"site {share.site} alone").removeprefix(", ")
    return scenario_words(label) if label.startswith("loss of ") else f"no further loss{label}"


def figures(share: SurvivableShare) -> tuple[str, str]:
    """Return what is available, rounded down, and what is critical, rounded up, in one unit."""
    available, critical = share.available, share.critical
    if share.unit == "MiB":
        available, critical = available // 1024 * 1024, -(-critical // 1024) * 1024
    unit, numbers = said(share.unit, available, critical)
    word = "" if unit.startswith("licences") else f" {unit}"
    return f"{numbers[0]}{word}", f"{numbers[1]}{word}"


def levels(hosting: HostingClass) -> str:
    """Return the three levels in words, once where they are the same."""
    found = {level: getattr(hosting, level).label for level in HostingClass.model_fields}
    if len(set(found.values())) == 1:
        return f"{next(iter(found.values()))} in all three values"
    return ", ".join(f"{level} {label}" for level, label in found.items())


def by_level(rooms: Iterable[tuple[str, HostingClass]]) -> list[tuple[str, list[str]]]:
    """Return levels in words with the rooms that have them."""
    alike: dict[str, list[str]] = {}
    for key, hosting in rooms:
        alike.setdefault(levels(hosting), []).append(key)
    return list(alike.items())
