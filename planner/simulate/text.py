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
from planner.simulate.alone import SweepAlone
from planner.simulate.effect import Effect, Move, Overload, Stopped
from planner.simulate.losses import COMBINATION
from planner.simulate.pairs import Pair, Pairs
from planner.simulate.sweep import Sweep

#: As many findings of one kind as a line lists before it counts the rest.
LISTED = 4
LISTED_TENANTS = 8

_WIDTH = 12


def title(scenario: Scenario) -> str:
    """Return `loss of UPS `a``, `site `x` alone`, `site `x` alone, loss of rack `r``."""
    parts = [f"site `{scenario.alone}` alone"] if scenario.alone else []
    if scenario.lost:
        parts.append(f"loss of {_lost(scenario)}")
    return ", ".join(parts) or "without any loss"


def _lost(scenario: Scenario) -> str:
    if scenario.kind == COMBINATION:
        return f"combination `{scenario.lost}`"
    every = [domain_name(domain) for domain in scenario.losses]
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def domain_name(domain: Domain) -> str:
    """Return `UPS `a``."""
    return f"{kind_word(domain.kind)} `{domain.id}`"


def render_sweep(swept: Sweep, shown: Sequence[Effect], estate: str, as_of: date) -> str:
    """Return the losses shown, then how many more do something and how many do nothing."""
    num_effects = len(swept.effects)
    left = f", {grouped(swept.num_left)} not looked at" if swept.num_left else ""
    head = f"{estate} on {as_of}: {plural(swept.num_swept, 'loss', 'losses')}{left}"
    worst = ", the worst first" if num_effects > 1 else ""
    blocks = [f"{head}; {grouped(num_effects)} with an effect{worst}"]
    blocks += _numbered(render_effect(effect, as_of) for effect in shown)
    end = []
    if num_effects > len(shown):
        more = num_effects - len(shown)
        end.append(f"{plural(more, 'more loss', 'more losses')} with an effect; --top 0 lists all")
    if swept.harmless:
        end.append(harmless_in_words(swept.harmless))
    return "\n\n".join([*blocks, *(["\n".join(end)] if end else [])])


def render_alone(swept: SweepAlone, top: int, estate: str, as_of: date) -> str:
    """Return each site alone, then the further losses that add most, and how many add nothing."""
    left = f", {grouped(swept.num_left)} not looked at" if swept.num_left else ""
    head = f"{estate} on {as_of}: {plural(len(swept.alone), 'site')} alone"
    num_losses = swept.num_swept - len(swept.alone)
    losses = plural(num_losses, "further loss", "further losses")
    verb = "adds" if len(swept.further) == 1 else "add"
    blocks = [f"{head}, {losses} there{left}; {grouped(len(swept.further))} {verb} something"]
    shown = swept.further[:top] if top else swept.further
    blocks += _numbered(
        [
            *(render_effect(effect, as_of) for effect in swept.alone),
            *(_pair(pair, as_of) for pair in shown),
        ]
    )
    end = []
    if more := len(swept.further) - len(shown):
        noun = plural(more, "more loss", "more losses")
        end.append(f"{noun} that {'adds' if more == 1 else 'add'} something; --top 0 lists all")
    if swept.harmless:
        end.append(harmless_in_words(swept.harmless, "without further effect"))
    return "\n\n".join([*blocks, *(["\n".join(end)] if end else [])])


def render_pairs(found: Pairs, estate: str, as_of: date) -> str:
    """Return the worst pairs with what they do beyond their halves, and how many there are."""
    done = found.num_beyond + found.num_alike
    left = f", {grouped(found.num_left)} not looked at" if found.num_left else ""
    worst = ", the worst first" if found.num_beyond > 1 else ""
    verb = "does" if found.num_beyond == 1 else "do"
    head = f"{estate} on {as_of}: {plural(done, 'pair')} of losses{left}"
    blocks = [f"{head}; {grouped(found.num_beyond)} {verb} more than both alone{worst}"]
    blocks += _numbered(_pair(pair, as_of) for pair in found.worst)
    more = found.num_beyond - len(found.worst)
    if more:
        blocks.append(f"{plural(more, 'more pair')} of that kind; --top 0 lists all")
    return "\n\n".join(blocks)


def _pair(pair: Pair, as_of: date) -> str:
    head = _head(pair.effect, as_of)
    return "\n".join([head, *lines(pair.beyond), _line("in all", summary(pair.effect))])


def _numbered(blocks: Iterable[str]) -> Iterator[str]:
    for number, block in enumerate(blocks, start=1):
        yield f"{number}. {block}"


def render_before(before: Effect, as_of: date) -> str:
    """Return what is wrong without any loss; it is no effect of one."""
    return "\n".join([_head(before, as_of), *lines(before)])


def render_effect(effect: Effect, as_of: date) -> str:
    """Return a block: the loss, and a line for each kind of thing that it does."""
    return "\n".join([_head(effect, as_of), *(list(lines(effect)) or ["   nothing changes"])])


def _head(effect: Effect, as_of: date) -> str:
    day = "" if effect.day == as_of else f", on {effect.day}"
    return f"{title(effect.scenario)}{day}"


def lines(effect: Effect) -> Iterator[str]:
    """Yield a line for each kind of thing that an effect holds."""
    for label, text in _parts(effect):
        if text:
            yield _line(label, text)


def _line(label: str, text: str) -> str:
    return f"   {label:<{_WIDTH}}{text}"


def _parts(effect: Effect) -> Iterator[tuple[str, str]]:
    yield "processes", _processes(effect)
    yield "services", _services(effect)
    yield "equipment", _equipment(effect)
    yield "too few", listed(f"`{s.workload}` {s.up} of {s.needed} up" for s in effect.short)
    yield "overloaded", listed(overload(item) for item in effect.overloads)
    yield "access", listed(access_lost(effect))
    yield (
        "paths",
        listed(
            f"`{item.requirement}` keeps {item.left} of {item.required}" for item in effect.paths
        ),
    )
    yield "tenants", _tenants(effect.tenants)


def _tenants(tenants: Sequence[str]) -> str:
    shown = ", ".join(tenants[:LISTED_TENANTS])
    more = len(tenants) - LISTED_TENANTS
    return f"{shown} and {grouped(more)} more" if more > 0 else shown


def access_lost(effect: Effect) -> Iterator[str]:
    """Yield which site does not reach which access network, and who asks for it."""
    for item in effect.access:
        verb = "requires" if len(item.workloads) == 1 else "require"
        who = f"{names(item.workloads)} {verb}"
        yield f"site `{item.site}` does not reach `{item.network}`, which {who}"


def listed(items: Iterable[str]) -> str:
    """Return the first few items, and how many more there are."""
    every = list(items)
    shown = "; ".join(every[:LISTED])
    return shown if len(every) <= LISTED else f"{shown}; {grouped(len(every) - LISTED)} more"


def _processes(effect: Effect) -> str:
    parts = []
    for is_shed, (verb, verbs) in ((False, ("stops", "stop")), (True, _GIVEN_UP)):
        found = [item for item in effect.stopped if item.is_shed is is_shed]
        if found:
            parts.append(
                f"{len(found)} {verb if len(found) == 1 else verbs}{critical_share(found)}: "
                f"{names(item.process for item in found)}"
            )
    late = [item for item in effect.recoveries if item.is_late]
    if late:
        first = late[0]
        parts.append(
            f"{len(late)} back too late: `{first.process}` after {first.minutes} of "
            f"{first.rto_min} min"
        )
    return "; ".join(parts)


_GIVEN_UP = ("is given up", "are given up")


def critical_share(stopped: Sequence[Stopped]) -> str:
    """Return `, critical`, `, all critical`, `, 2 critical`, nothing if none is."""
    critical = sum(item.is_critical for item in stopped)
    if not critical:
        return ""
    if critical < len(stopped):
        return f", {critical} critical"
    return ", critical" if critical == 1 else ", all critical"


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
    return f"{grouped(len(moves))} taken over {f'within {last} min' if last else 'at once'}{hand}"


def _equipment(effect: Effect) -> str:
    found = (
        (effect.down, "down"),
        (effect.interrupted, "down until the transfer"),
        (effect.off, "switched off"),
    )
    return ", ".join(f"{grouped(len(ids))} {what}" for ids, what in found if ids)


def overload(item: Overload) -> str:
    """Return `UPS `a` 77 120 of 60 000 W`."""
    until = " before the transfer" if item.look is Look.INTERRUPTION else ""
    figures = of_limit(item.load, item.limit, item.unit)
    return f"{kind_word(item.kind)} `{item.subject}` {figures}{until}"


def summary(effect: Effect) -> str:
    """Return how much of each kind an effect holds, in one line."""
    counts = (
        (len(effect.stopped), "process that does not run", "processes that do not run"),
        (len({item.subject for item in effect.overloads}), "overload", "overloads"),
        (len(effect.services_down), "service instance down", "service instances down"),
        (len(effect.services_shed), "given up", "given up"),
        (len(effect.moves), "taken over", "taken over"),
        (len(effect.down), "instance of equipment down", "instances of equipment down"),
    )
    return ", ".join(plural(*count) for count in counts if count[0]) or "nothing down or overloaded"


def harmless_in_words(harmless: Mapping[str, int], what: str = "without effect") -> str:
    """Return `229 losses without effect: 144 feeds, 30 racks`."""
    total = sum(harmless.values())
    kinds = ", ".join(counted_kind(kind, count) for kind, count in Counter(harmless).most_common())
    return f"{plural(total, 'loss', 'losses')} {what}: {kinds}"


def counted_kind(kind: str, count: int) -> str:
    """Return `1 UPS`, `2 utilities`, `3 transfer switches`."""
    word = kind_word(kind)
    if word.endswith("y"):
        return plural(count, word, f"{word[:-1]}ies")
    return plural(count, word, word if word == "UPS" else f"{word}es" if word[-1] == "h" else None)
