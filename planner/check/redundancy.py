"""Redundancy: what survives a loss, spread, kept together, whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from planner.check.case import Case, Device, is_active
from planner.check.sweep import Sight, Worst
from planner.check.wording import count, kind_word, names
from planner.model.scenarios import NORMAL
from planner.model.space import Rack
from planner.model.violation import Tightest, Violation
from planner.model.workload import Places, Spread, Workload


class _Down(NamedTuple):
    needed: int
    up: int
    down: tuple[str, ...]


class Survival:
    """redundancy.survive: after any one loss at most `count - k` placed instances are down."""

    rule = "redundancy.survive"

    def __init__(self, case: Case) -> None:
        self.case = case
        self.worst: dict[tuple[str, str], Worst[_Down]] = {}
        # Per span: indices of devices that are down already, by workload.
        self._down: dict[int, dict[str, set[int]]] = {}
        self._kinds = {kind for w in case.planned.values() for kind in w.survive}

    def normal(self, sight: Sight) -> None:
        """Note which devices are down without any loss."""
        down: dict[str, set[int]] = {}
        for i, device in enumerate(sight.span.devices):
            if sight.model.normal.carrying[i] is None:
                down.setdefault(device.workload.id, set()).add(i)
        self._down[id(sight.model)] = down

    def loss(self, sight: Sight) -> None:
        """Count the instances that are down of every workload that must survive this loss."""
        kind = sight.moment.scenario.kind
        if kind not in self._kinds:
            return
        before = self._down[id(sight.model)]
        down = {key: set(found) for key, found in before.items()}
        for i, nodes in sight.change.carrying.items():
            if nodes is None and i < len(sight.span.devices):
                down.setdefault(sight.span.devices[i].workload.id, set()).add(i)
        for key, found in down.items():
            workload = self.case.planned[key]
            needed = workload.survive.get(kind)
            if needed is not None and len(found) > workload.count - needed:
                self._note(workload, kind, needed, found, sight)

    def _note(
        self, workload: Workload, kind: str, needed: int, found: set[int], sight: Sight
    ) -> None:
        placed = len(self.case.of_workload[workload.id])
        needed -= workload.count - placed
        down = tuple(sorted(sight.span.devices[i].instance for i in found))
        detail = _Down(needed, placed - len(down), down)
        amount = detail.needed - detail.up
        known = self.worst.get((workload.id, kind))
        if known is None:
            self.worst[workload.id, kind] = Worst(amount, sight, detail)
        else:
            known.see(amount, sight, detail)

    def violations(self) -> Iterator[Violation]:
        """Yield one violation a workload and level."""
        for (key, kind), worst in self.worst.items():
            workload, detail, sight = self.case.planned[key], worst.detail, worst.sight
            placed = len(self.case.of_workload[key])
            missing = workload.count - placed
            less = f" less {missing} not placed" if missing else ""
            yield Violation(
                self.rule,
                f"{key}:{kind}",
                sight.label,
                detail.needed,
                detail.up,
                "instances",
                f"too few instances of `{key}` are up {sight.when}: {names(detail.down)} "
                f"{'is' if len(detail.down) == 1 else 'are'} down",
                f"survive {kind_word(kind)}: {workload.survive[kind]} of {workload.count}"
                f"{less}{worst.others}",
                f"{placed} placed less {len(detail.down)} down",
                workload.at,
                hint=f"spread them over more {kind_word(kind)}s, or cord them to both strands",
            )

    def tightest(self) -> Iterator[Tightest]:
        """Nothing: instances are no capacity."""
        return iter(())


def spread(case: Case) -> Iterator[Violation]:
    """redundancy.spread: max_per_domain, min_domains and max_skew hold at every stated level."""
    for key, devices in sorted(case.of_workload.items()):
        workload = case.planned[key]
        for level, wanted in sorted(workload.spread.items()):
            held = Counter(case.domain(device.rack, level) for device in devices)
            for asked, found in (
                ("max_per_domain", _max_per_domain(held, wanted)),
                ("min_domains", _min_domains(held, wanted, len(devices))),
                ("max_skew", _max_skew(case, workload, level, held, wanted)),
            ):
                if found is None:
                    continue
                required, available, what, required_note, available_note = found
                yield Violation(
                    "redundancy.spread",
                    f"{key}:{level}:{asked}",
                    NORMAL,
                    required,
                    available,
                    "instances",
                    f"`{key}` is not spread over {kind_word(level)}s as stated: {what}",
                    required_note,
                    available_note,
                    workload.at,
                    hint=f"move an instance to another {kind_word(level)}",
                )


_Found = tuple[int, int, str, str, str]


def _max_per_domain(held: Counter[str], wanted: Spread) -> _Found | None:
    """Return the instances in the domains that hold too many against what these may hold."""
    most = wanted.max_per_domain
    over = {domain: n for domain, n in held.items() if most is not None and n > most}
    if most is None or not over:
        return None
    return (
        sum(over.values()),
        most * len(over),
        f"{names(sorted(over))} {'holds' if len(over) == 1 else 'hold'} more than {most}",
        f"instances in {count(len(over), 'domain')} that hold too many",
        f"max_per_domain {most} x {len(over)}",
    )


def _min_domains(held: Counter[str], wanted: Spread, placed: int) -> _Found | None:
    if wanted.min_domains is None or len(held) >= min(wanted.min_domains, placed):
        return None
    return (
        min(wanted.min_domains, placed),
        len(held),
        f"only {names(sorted(held))} {'holds' if len(held) == 1 else 'hold'} one",
        f"min_domains {wanted.min_domains}, {placed} placed",
        "domains that hold an instance",
    )


def _max_skew(
    case: Case, workload: Workload, level: str, held: Counter[str], wanted: Spread
) -> _Found | None:
    """Return the difference between the fullest and the emptiest domain that may hold one."""
    if wanted.max_skew is None:
        return None
    domains = set(held) | {
        case.domain(rack, level)
        for rack in case.estate.racks.values()
        if is_allowed(case, workload, rack)
    }
    emptiest = min(sorted(domains), key=lambda domain: held[domain])
    fullest = max(sorted(domains), key=lambda domain: held[domain])
    skew = held[fullest] - held[emptiest]
    if skew <= wanted.max_skew:
        return None
    return (
        skew,
        wanted.max_skew,
        f"`{fullest}` holds {held[fullest]}, `{emptiest}` {held[emptiest]}",
        f"{held[fullest]} in `{fullest}` - {held[emptiest]} in `{emptiest}`",
        "max_skew",
    )


def is_allowed(case: Case, workload: Workload, rack: Rack) -> bool:
    """Return whether the places a workload allows and forbids admit `rack`."""
    levels = Places.model_fields
    return all(
        case.domain(rack, level) in getattr(workload.allowed, level)
        or not getattr(workload.allowed, level)
        for level in levels
    ) and not any(
        case.domain(rack, level) in getattr(workload.forbidden, level) for level in levels
    )


def together(case: Case) -> Iterator[Violation]:
    """redundancy.together: the domain of each instance holds one of the stated workload."""
    for key, devices in sorted(case.of_workload.items()):
        workload = case.planned[key]
        for level, other in sorted(workload.together_with.items()):
            days = [day for day in case.days if is_active(workload, day)]
            partner = case.planned.get(other)
            never = [day for day in days if partner is None or not is_active(partner, day)]
            domains = {case.domain(d.rack, level) for d in case.of_workload.get(other, ())}
            for device in devices:
                domain = case.domain(device.rack, level)
                if domain in domains and not never:
                    continue
                on = case.on(never[0]) if domain in domains else ""
                yield _apart(device, level, domain, other, on)


def _apart(device: Device, level: str, domain: str, other: str, on: str) -> Violation:
    word = kind_word(level)
    return Violation(
        "redundancy.together",
        f"{device.instance}:{level}",
        NORMAL,
        1,
        0,
        "instances",
        f"`{device.instance}` stands in {word} `{domain}`, which holds no `{other}`{on}",
        f"together_with {word}: `{other}`",
        f"instances of `{other}` in `{domain}`{on}",
        device.at,
        hint=f"move it to a {word} that holds an instance of `{other}`",
    )


def whole(case: Case) -> Iterator[Violation]:
    """redundancy.whole: the new instances of a workload are placed whole, unless it is partial."""
    placed = Counter(d.workload.id for d in case.devices if d.instance not in case.standing)
    placed += Counter(service.workload.id for service in case.services)
    for key, num_placed in sorted(placed.items()):
        workload = case.planned[key]
        num_new = sum(instance not in case.standing for instance in workload.instance_ids())
        if not workload.partial and num_placed < num_new:
            yield Violation(
                "redundancy.whole",
                key,
                NORMAL,
                num_new,
                num_placed,
                "instances",
                f"only {num_placed} of {num_new} new instances of `{key}` are placed",
                "all or nothing: the workload is not partial",
                "instances placed",
                workload.at,
                hint=f"place the rest, or set `partial: true` on `{key}`",
            )
