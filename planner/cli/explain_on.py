"""`planner explain --on RACK`: what would break in one rack, and which moves would make room."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from planner.cli.output import paint, print_json, say
from planner.errors import UsageError

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.explain.makeroom import MadeRoom
    from planner.model.layout import Layout
    from planner.solve.options import Options

#: Limit of each plan that is tried, ms.
DEFAULT_LIMIT_MS = 30_000


def on_rack(
    target: Target,
    beside: Layout,
    day: date,
    instance: str,
    rack: str,
    time_limit_ms: int | None,
    fmt: str,
) -> int:
    """Print the verdict on one rack; 0 where the instance can stand there as things are, else 1.

    Raises
    ------
    UsageError
        When there is no such rack.
    """
    import difflib

    from planner.cli.report_json import violation_json
    from planner.explain.diff import place_json
    from planner.explain.makeroom import OF_THE_RACK, render_room
    from planner.explain.probe import Probe
    from planner.explain.text import render_place, render_violation
    from planner.explain.whynot import best_place
    from planner.solve.options import Options

    racks = target.estate.racks
    if rack not in racks:
        near = difflib.get_close_matches(rack, racks, n=1)
        hint = f"did you mean `{near[0]}`?" if near else None
        raise UsageError(f"`{rack}` is no rack of `{target.estate.id}`", hint=hint)
    probe = Probe(target.estate, beside, day, instance)
    verdict = best_place(probe, racks[rack])
    options = Options(time_limit_ms=time_limit_ms or DEFAULT_LIMIT_MS)
    of_the_rack = [rule for rule in verdict.rules if rule in OF_THE_RACK]
    room = None
    if not verdict.holds and not of_the_rack:
        room = _room(target, beside, day, instance, rack, options)
    if fmt == "json":
        print_json(
            "explain-on",
            {
                "estate": target.estate.id,
                "as_of": day.isoformat(),
                "instance": instance,
                "rack": rack,
                "holds": verdict.holds,
                "place": place_json(verdict.place),
                "violations": [violation_json(v, target.options) for v in verdict.violations],
                "make_room": None
                if room is None
                else {
                    "place": place_json(room.place),
                    "fewest": room.is_fewest,
                    "moves": {
                        key: {"before": place_json(old), "after": place_json(new)}
                        for key, (old, new) in room.moves.items()
                    },
                    "still_broken": [violation_json(v) for v in room.still_broken],
                },
            },
        )
        return 0 if verdict.holds else 1
    where = render_place(verdict.place)
    if verdict.holds:
        say(f"`{instance}` can stand at {where}: no rule is broken, or broken by more")
        return 0
    say(f"`{instance}` cannot stand in `{rack}`; at {where}, the nearest to it:\n")
    for violation in verdict.violations:
        say(f"{render_violation(violation, options=target.options, paint=paint)}\n")
    if room is None:
        say(f"no moves of others help: {', '.join(of_the_rack)} is about the rack itself")
    else:
        say(render_room(room, instance, rack))
    return 1


def _room(
    target: Target, beside: Layout, day: date, instance: str, rack: str, options: Options
) -> MadeRoom:
    """Look for moves beside the main thread, which stays free for Ctrl-C."""
    from planner.cli.interrupt import run_interruptible
    from planner.cli.progress import ProgressLine
    from planner.explain.makeroom import make_room
    from planner.solve.progress import Progress

    with ProgressLine() as line:

        def work() -> MadeRoom:
            return make_room(
                target.estate, beside, day, instance, rack, options,
                lambda scope: line.update(
                    Progress(f"moves within {scope}", None, None, 0.0, "search")
                ),
            )  # fmt: skip

        return run_interruptible(work, options.stop_event, line.note)
