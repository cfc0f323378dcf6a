"""Ways out in words: what is wrong, what mends it at which price, and the command to try it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.explain.text import Paint, grouped, plain, plural, render_unplaced
from planner.explain.wayout import Status, Way, WaysOut
from planner.explain.wayout_sets import Price
from planner.explain.wayout_trial import Trouble
from planner.model.action import Action
from planner.model.violation import Violation

#: Violations shown without any action; the judge lists all of them.
_MAX_SHOWN = 10

#: The command that tries some actions.
Command = Callable[[tuple[str, ...]], str]


def render_ways_out(
    answer: WaysOut,
    actions: Mapping[str, Action],
    command: Command,
    *,
    max_actions: int | None = None,
    paint: Paint = plain,
) -> str:
    """Return the answer in words.

    Parameters
    ----------
    command
        Returns the command that tries a set of actions.
    max_actions
        The most actions of a set that were asked for; None = any number.
    """
    if answer.ways and not answer.ways[0].actions:
        return _nothing_to_mend(answer)
    lines = ["without any action:", *_trouble(answer.trouble, paint)]
    for number, way in enumerate(answer.ways):
        lines.append(_heading(number, answer.status, way.price, paint))
        lines += _steps(way, actions)
        lines.append(f"  try it: `{command(way.actions)}`")
    lines.append(_verdict(answer, max_actions))
    return "\n".join(lines)


def _nothing_to_mend(answer: WaysOut) -> str:
    if answer.subject is not None:
        return f"nothing to mend: `{answer.subject}` has its place without any action"
    return "nothing to mend: everything has its place and no rule is broken, without any action"


def _trouble(trouble: Trouble, paint: Paint) -> list[str]:
    lines = []
    if trouble.infeasible is not None:
        lines.append(f"no layout exists: {trouble.infeasible}")
    if trouble.unplaced:
        lines += render_unplaced(trouble.unplaced, paint=paint).split("\n")
    shown = trouble.violations[:_MAX_SHOWN]
    lines += [_violation(v, paint) for v in shown]
    if len(trouble.violations) > len(shown):
        lines.append(f"and {plural(len(trouble.violations) - len(shown), 'more violation')}")
    return [f"  {line}" for line in lines or ["no layout was found in time"]]


def _violation(violation: Violation, paint: Paint) -> str:
    at = f" ({violation.where})" if violation.where is not None else ""
    old = ", as-built already" if violation.inherited else ""
    word = paint(f"error[{violation.rule}]", "error")
    amount = f"{grouped(violation.amount)} {violation.unit}"
    return f"{word}: {violation.message or violation.subject}, by {amount}{old}{at}"


def _heading(number: int, status: Status, price: Price, paint: Paint) -> str:
    if number:
        head = "otherwise"
    elif status is Status.CHEAPEST:
        head = "the cheapest way out (proven)"
    else:
        head = "a way out (not proven to be the cheapest)"
    return f"{paint(head, 'strong')}: {money(price.cost_cents)}, {_time(price.days)}"


def _steps(way: Way, actions: Mapping[str, Action]) -> list[str]:
    rows = []
    for key in way.actions:
        action = actions[key]
        name = action.name if action.name != key else ""
        rows.append((key, money(action.cost_cents), _time(action.days), name))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"  {key:<{widths[0]}}  {cost:>{widths[1]}}  {days:>{widths[2]}}  {name}".rstrip()
        for key, cost, days, name in rows
    ]


def _verdict(answer: WaysOut, max_actions: int | None) -> str:
    limit = "" if max_actions is None else f" of at most {plural(max_actions, 'action')}"
    looked = (
        f"{plural(answer.num_sets, 'set')} of actions looked at,"
        f" {grouped(answer.num_planned)} planned with"
    )
    more = "`--time-limit` gives it more"
    if answer.status is Status.NONE:
        return f"no way out (proven): no set{limit} that goes together helps; {looked}"
    if answer.status is Status.NOT_FOUND:
        return f"no way out found in time, nor a proof that there is none; {looked}; {more}"
    if answer.status is Status.FOUND:
        return f"time ended before the proof: others may be cheaper; {looked}; {more}"
    if not answer.is_complete:
        return f"time ended before all further sets were looked at; {looked}; {more}"
    return looked


def money(cents: int) -> str:
    """Return `1200 EUR`, `77 120.50 EUR`."""
    rest = f".{cents % 100:02d}" if cents % 100 else ""
    return f"{grouped(cents // 100)}{rest} EUR"


def _time(days: int) -> str:
    return plural(days, "day") if days else "at once"


def ways_out_json(
    answer: WaysOut,
    actions: Mapping[str, Action],
    command: Command,
    violation_json: Callable[[Violation], dict[str, Any]],
) -> dict[str, Any]:
    """Return the answer as JSON-ready data."""
    trouble = answer.trouble
    return {
        "subject": answer.subject,
        "status": answer.status.value,
        "complete": answer.is_complete,
        "mends": {
            "infeasible": trouble.infeasible,
            "unplaced": [
                {"instance": item.instance, "reason": item.reason} for item in trouble.unplaced
            ],
            "violations": [violation_json(v) for v in trouble.violations],
        },
        "ways": [_way_json(way, actions, command) for way in answer.ways],
        "num_sets": answer.num_sets,
        "num_planned": answer.num_planned,
        "num_undecided": answer.num_open,
    }


def _way_json(way: Way, actions: Mapping[str, Action], command: Command) -> dict[str, Any]:
    chosen = [actions[key] for key in way.actions]
    return {
        "cost_cents": way.price.cost_cents,
        "days": way.price.days,
        "actions": [
            {"id": a.id, "name": a.name, "cost_cents": a.cost_cents, "days": a.days} for a in chosen
        ],
        "command": command(way.actions),
    }
