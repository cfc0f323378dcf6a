"""Effects in words: a block for each loss, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from planner.check.wording import kind_word, names
from planner.explain.quantity import of_limit
from planner.explain.text import grouped, plural
from planner.model.continuity import Domain
from planner.model.scenarios import Look, Scenario
from planner.simulate.effect import Effect, Move, Overload, Stopped
from planner.simulate.losses import COMBINATION

#: As many findings of one kind as a block lists before it counts the rest.
LISTED = 4

_WIDTH = 12


def title(scenario: Scenario) -> str:
    """Return `loss of UPS `a``, `site `x` alone`, `site `x` alone, loss of rack `r``."""
    parts = [f"site `{scenario.alone}` alone"] if scenario.alone else []
    if scenario.lost:
        parts.append(f"loss of {_lost(scenario)}")
    return ", ".join(parts)


def _lost(scenario: Scenario) -> str:
    if scenario.kind == COMBINATION:
        return f"combination `{scenario.lost}`"
    every = [domain_name(domain) for domain in scenario.losses]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def domain_name(domain: Domain) -> str:
    """Return `UPS `a``."""
    return f"{kind_word(domain.kind)} `{domain.id}`"


def render_effect(effect: Effect, as_of: date) -> str:
    """Return a block: the loss, and a line for each kind of thing that it does."""
    day = "" if effect.day == as_of else f", on {effect.day}"
    return "\n".join([f"{title(effect.scenario)}{day}", *lines(effect)])


def lines(effect: Effect) -> Iterator[str]:
    """Yield a line for each kind of thing that an effect holds."""
    for label, text in _parts(effect):
        if text:
            yield f"  {label:<{_WIDTH}}{text}"


def _parts(effect: Effect) -> Iterator[tuple[str, str]]:
    yield "processes", _processes(effect)
    yield "services", _services(effect)
    yield "equipment", _equipment(effect)
    yield "too few", listed(f"`{s.workload}` {s.up} of {s.needed}" for s in effect.short)
    yield "overloaded", listed(overload(item) for item in effect.overloads)
    yield (
        "access",
        listed(
            f"site `{item.site}` does not reach `{item.network}`, which {names(item.workloads)} "
            f"{'requires' if len(item.workloads) == 1 else 'require'}"
            for item in effect.access
        ),
    )
    yield (
        "paths",
        listed(
            f"`{item.requirement}` keeps {item.left} of {item.required}" for item in effect.paths
        ),
    )
    yield "tenants", ", ".join(effect.tenants)


def listed(items: Iterable[str]) -> str:
    """Return the first few items, and how many more there are."""
    every = list(items)
    shown = "; ".join(every[:LISTED])
    return shown if len(every) <= LISTED else f"{shown}; {grouped(len(every) - LISTED)} more"


def _processes(effect: Effect) -> str:
    parts = []
    for word, is_shed in (("stop", False), ("are given up", True)):
        found = [item for item in effect.stopped if item.is_shed is is_shed]
        if found:
            verb = {"stop": "stops", "are given up": "is given up"}[word]
            parts.append(
                f"{plural(len(found), 'process', 'processes')} "
                f"{verb if len(found) == 1 else word}{_critical(found)}: "
                f"{names(item.process for item in found)}"
            )
    late = [item for item in effect.recoveries if item.is_late]
    parts += [
        f"`{r.process}` is back after {r.minutes} min, too late for {r.rto_min}" for r in late
    ]
    return "; ".join(parts)


def _critical(stopped: Sequence[Stopped]) -> str:
    critical = sum(item.is_critical for item in stopped)
    if not critical:
        return ""
    return " (critical)" if critical == len(stopped) else f" ({critical} critical)"


def _services(effect: Effect) -> str:
    parts = []
    if effect.services_down:
        parts.append(f"{len(effect.services_down)} down: {names(effect.services_down)}")
    if effect.services_shed:
        parts.append(f"{len(effect.services_shed)} given up: {names(effect.services_shed)}")
    if effect.moves:
        parts.append(moves_in_words(effect.moves))
    return "; ".join(parts)


def moves_in_words(moves: Sequence[Move]) -> str:
    """Return how many are taken over, when the last one serves, and how many by hand."""
    last = max(move.minutes for move in moves)
    by_hand = sum(move.is_by_hand for move in moves)
    hand = f", {by_hand} by hand" if by_hand else ""
    within = f"within {last} min" if last else "at once"
    return f"{grouped(len(moves))} taken over {within}{hand}"


def _equipment(effect: Effect) -> str:
    parts = [
        f"{plural(len(found), 'instance')} {what}"
        for found, what in (
            (effect.down, "down"),
            (effect.interrupted, "down until the transfer"),
            (effect.off, "switched off, not critical"),
        )
        if found
    ]
    return ", ".join(parts)


def overload(item: Overload) -> str:
    """Return `UPS `a` 77 120 of 60 000 W`."""
    until = " before the transfer" if item.look is Look.INTERRUPTION else ""
    figures = of_limit(item.load, item.limit, item.unit)
    return f"{kind_word(item.kind)} `{item.subject}` {figures}{until}"


def harmless_in_words(harmless: Mapping[str, int]) -> str:
    """Return `229 losses do nothing: 144 feeds, 30 racks`."""
    total = sum(harmless.values())
    by_kind = Counter(harmless).most_common()
    kinds = ", ".join(_counted_kind(kind, count) for kind, count in by_kind)
    return f"{plural(total, 'loss', 'losses')} {'does' if total == 1 else 'do'} nothing: {kinds}"


def _counted_kind(kind: str, count: int) -> str:
    word = kind_word(kind)
    return plural(
        count, word, word if word == "UPS" else f"{word}es" if word.endswith("ch") else None
    )
