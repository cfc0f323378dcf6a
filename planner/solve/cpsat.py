"""One run of CP-SAT: parameters, progress, early stop."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import NamedTuple

from ortools.sat.python import cp_model

from planner.solve.clock import Clock
from planner.solve.options import Options

#: Bounds reported by the solver are whole numbers up to this rounding error of a double.
_BOUND_EPSILON = 1e-6


class Run(NamedTuple):
    """What a run found: `values` of all variables, or None; `bound` holds for that model."""

    status: str
    values: list[int] | None
    bound: int


class _OnSolution(cp_model.CpSolverSolutionCallback):
    def __init__(self, report: Callable[[int, int], None]) -> None:
        super().__init__()
        self._report = report

    def on_solution_callback(self) -> None:
        self._report(round(self.objective_value), _whole(self.best_objective_bound))


def _whole(bound: float) -> int:
    return max(0, math.ceil(bound - _BOUND_EPSILON)) if math.isfinite(bound) else 0


def run(
    model: cp_model.CpModel,
    budget_s: float,
    options: Options,
    clock: Clock,
    report: Callable[[int, int], None],
) -> Run:
    """Solve once within a budget; stops early when `options.stop_event` is set.

    Raises
    ------
    AssertionError
        When CP-SAT rejects the model: a defect.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = options.workers
    parameters.random_seed = options.seed
    # The caller answers Ctrl-C; CP-SAT's own handler would leave none behind.
    parameters.catch_sigint_signal = False
    if options.reproducible:
        parameters.interleave_search = True
        parameters.max_deterministic_time = budget_s
    else:
        parameters.max_time_in_seconds = budget_s
    done = threading.Event()
    watcher = threading.Thread(
        target=_stop_when_asked, args=(solver, options.stop_event, done), daemon=True
    )
    watcher.start()
    try:
        status = solver.solve(model, _OnSolution(report))
    finally:
        done.set()
        watcher.join()
    clock.add(solver.response_proto.deterministic_time)
    assert status != cp_model.MODEL_INVALID, model.validate()
    has_solution = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    values = list(solver.response_proto.solution) if has_solution else None
    return Run(solver.status_name(status), values, _whole(solver.best_objective_bound))


def _stop_when_asked(
    solver: cp_model.CpSolver, stop: threading.Event, done: threading.Event
) -> None:
    while not done.wait(0.1):
        if stop.is_set():
            solver.stop_search()
