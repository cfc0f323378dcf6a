"""`planner explain --way-out`: the cheapest actions that mend what is wrong."""

from __future__ import annotations

import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from planner.cli.output import paint, print_json, say
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.cli.progress import ProgressLine
    from planner.explain.wayout import WaysOut
    from planner.model.estate import Estate
    from planner.model.layout import AsBuilt
    from planner.solve.options import Options

#: Seconds between two reports: sets may be decided faster than anybody reads.
_REPORT_S = 1.0


def way_out(
    target: Target,
    subject: str | None,
    as_of: date | None,
    time_limit_ms: int | None,
    alternatives: int | None,
    max_actions: int | None,
    fmt: str,
) -> int:
    """Say what it would take; 0 where there is a way, 1 where there is none, 4 where unknown.

    Raises
    ------
    UsageError
        When the estate prices no action, or the subject is no workload of it.
    """
    from planner.cli.context import today
    from planner.cli.report_json import violation_json
    from planner.explain.wayout import DEFAULT_ALTERNATIVES, DEFAULT_LIMIT_MS, Status
    from planner.explain.wayout_text import render_ways_out, ways_out_json
    from planner.solve.options import Options

    actions = target.estate.actions
    if not actions:
        raise UsageError(
            f"`{target.estate.id}` prices no actions", hint="declare some under `actions:`"
        )
    day = as_of or today()
    options = Options(time_limit_ms=time_limit_ms or DEFAULT_LIMIT_MS)
    wanted = DEFAULT_ALTERNATIVES if alternatives is None else alternatives
    answer = _find(target, _workload(target, subject), day, options, wanted, max_actions)

    def command(chosen: tuple[str, ...]) -> str:
        on_day = ("--as-of", as_of.isoformat()) if as_of is not None else ()
        words = [word for key in chosen for word in ("--with", key)]
        return " ".join([target.command("plan", "--dry-run", *on_day), *words])

    if fmt == "json":
        head = {"estate": target.estate.id, "as_of": day.isoformat()}
        as_json = partial(violation_json, options=target.options)
        print_json("way-out", {**head, **ways_out_json(answer, actions, command, as_json)})
    else:
        say(render_ways_out(answer, actions, command, max_actions=max_actions, paint=paint))
    if options.stop_event.is_set():
        return 130
    return {Status.NONE: 1, Status.NOT_FOUND: 4}.get(answer.status, 0)


def _workload(target: Target, subject: str | None) -> str | None:
    """Return the workload that a person means by an instance's or a workload's id."""
    from planner.model.workload import split_instance_id

    if subject is None or subject in target.estate.workloads:
        return subject
    try:
        name = split_instance_id(subject)[0]
    except ValueError:
        name = subject
    if name not in target.estate.workloads:
        raise UsageError(f"`{subject}` is no workload or instance of `{target.estate.id}`")
    return name


def _find(
    target: Target,
    workload: str | None,
    day: date,
    options: Options,
    alternatives: int,
    max_actions: int | None,
) -> WaysOut:
    """Search beside the main thread, which stays free for Ctrl-C: what is found is kept."""
    from planner.cli.interrupt import run_interruptible
    from planner.cli.progress import ProgressLine
    from planner.explain.wayout import ways_out
    from planner.io import parse_estate

    done = target.inventory.actions
    parsed = parse_estate(target.inventory.root, target.patches)

    def estate_with(chosen: tuple[str, ...]) -> tuple[Estate, AsBuilt]:
        inventory = parsed.build((*done, *chosen))
        return inventory.estate, inventory.as_built

    with ProgressLine() as line:

        def work() -> WaysOut:
            return ways_out(
                estate_with,
                day,
                options,
                subject=workload,
                alternatives=alternatives,
                max_actions=max_actions,
                done=frozenset(done),
                on_progress=_Reporter(line),
            )

        return run_interruptible(work, options.stop_event, line.note)


class _Reporter:
    """Hands on what is looked at, at most once a second."""

    def __init__(self, line: ProgressLine) -> None:
        self._line = line
        self._last = 0.0

    def __call__(self, text: str) -> None:
        from planner.solve.progress import Progress

        if time.monotonic() - self._last >= _REPORT_S:
            self._last = time.monotonic()
            self._line.update(Progress(text, None, None, 0.0, ""))
