"""The smallest conflict on the command line: found beside the main thread, shown in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from planner.cli.output import paint, print_json, say

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.explain.conflict import Conflict
    from planner.model.layout import AsBuilt, Layout
    from planner.solve.options import Options

#: Limit of the search, ms.
DEFAULT_LIMIT_MS = 30_000


def missing_in(layout: Layout) -> list[str]:
    """Return the workloads with an instance that the layout leaves unplaced."""
    from planner.model.workload import split_instance_id

    return sorted({split_instance_id(key)[0] for key in layout.unplaced})


def conflict_between(
    target: Target, as_built: AsBuilt, day: date, missing: Sequence[str], options: Options
) -> Conflict:
    """Find the conflict, with a progress line; Ctrl-C ends the search."""
    from planner.cli.interrupt import run_interruptible
    from planner.cli.progress import ProgressLine
    from planner.explain.conflict import Conflict, Status, find_conflict
    from planner.problem import compile_estate
    from planner.solve.progress import Progress
    from planner.solve.standing import Infeasible, Undecided, as_built_amounts

    with ProgressLine() as line:

        def work() -> Conflict:
            problem = compile_estate(target.estate, as_built, day)
            try:
                amounts = as_built_amounts(problem) if as_built.standing else {}
            except (Infeasible, Undecided):
                amounts = {}
            return find_conflict(
                problem,
                missing,
                amounts,
                options,
                lambda asked: line.update(Progress(f"question {asked}", None, None, 0.0, "")),
            )

        found = run_interruptible(work, options.stop_event, line.note)
    if options.stop_event.is_set() and found.status is Status.NONE:
        return Conflict(Status.NOT_FOUND, num_asked=found.num_asked)
    return found


def show_conflict(target: Target, found: Conflict, day: date, fmt: str) -> int:
    """Print a conflict; 0 where there is none, 4 where that is not known, else 1."""
    from planner.explain.conflict import Status
    from planner.explain.conflict_text import conflict_json, render_conflict

    if fmt == "json":
        head = {"estate": target.estate.id, "as_of": day.isoformat()}
        print_json("conflict", {**head, **conflict_json(found, target.estate)})
    else:
        say(render_conflict(found, target.estate, paint=paint))
    return {Status.NONE: 0, Status.NOT_FOUND: 4}.get(found.status, 1)
