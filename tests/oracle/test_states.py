"""The two evaluations of the scenarios are the same: what is live, what is up, what is loaded.

`planner.problem` and `planner.check` each follow the specification for themselves; here both are
asked about the same layouts, in every scenario, each member alone included.
"""

from fractions import Fraction

import pytest

from planner.check.case import Case
from planner.check.critical import Dependence
from planner.check.sweep import sweep, sweep_alone
from planner.problem import compile_estate
from planner.problem.cordings import pattern_of
from planner.problem.loads import LoadModel
from tests.builders import as_built
from tests.check.random_cases import random_case
from tests.check.random_continuity import random_continuity

NUM, CHUNK = 60, 10
NUM_FULL = 1200


class Recorder:
    """Remembers by scenario, look and day the loads of live nodes, and what is up."""

    def __init__(self):
        self.seen = {}

    def _see(self, sight):
        model, off = sight.model, sight.moment.off
        loads = dict(enumerate(model.normal.loads)) | sight.change.loads
        carrying = dict(enumerate(model.normal.carrying)) | sight.change.carrying
        key = (sight.moment.scenario, sight.moment.look, sight.span.day)
        self.seen[key] = (
            {
                node.id: (
                    Fraction(loads[n].w, model.scale),
                    Fraction(loads[n].va, model.scale),
                )
                for n, node in enumerate(model.grid.nodes)
                if n not in off
            },
            {d.instance for i, d in enumerate(model.devices) if carrying[i] is not None},
        )

    normal = loss = alone = _see

    def base(self, sight):
        """Nothing is judged there."""

    def violations(self):
        return ()

    tightest = violations


def judged(estate, layout, as_of):
    """Return what the judge sees, and the devices of each day."""
    case = Case.of_layout(estate, layout, as_of)
    recorder = Recorder()
    swept = sweep(case, [recorder])
    sweep_alone(case, Dependence(estate), swept, [recorder])
    return recorder.seen, case.spans


def solved(estate, as_of, spans):
    """Return what the solver derives for the same devices."""
    problem = compile_estate(estate, as_built(), as_of)
    graph, seen = problem.graph, {}
    for span in spans:
        patterns = [
            pattern_of(d.rack.id, d.equipment, tuple(graph.index_of[c.node] for c in d.cords))
            for d in span.devices
        ]
        loads = LoadModel(graph, patterns)
        for state in (*graph.states, *graph.alone_states):
            on = range(len(patterns))
            if state.scenario.alone:
                group = estate.sites[state.scenario.alone].continuity_group
                critical = problem.continuity.critical(group).workloads
                on = [i for i in on if span.devices[i].workload.id in critical]
            up = [i for i in on if loads.is_up(patterns[i], state)]
            total = dict.fromkeys(range(len(graph.nodes)), (Fraction(0), Fraction(0)))
            total |= loads.fixed(state)
            for i in up:
                watts = span.devices[i].draw_w
                for n, (w, va) in loads._contribution(patterns[i], state).items():
                    total[n] = (total[n][0] + watts * w, total[n][1] + watts * va)
            seen[state.scenario, state.look, span.day] = (
                {node.id: total[n] for n, node in enumerate(graph.nodes) if state.live[n]},
                {span.devices[i].instance for i in up},
            )
    return seen


def compare(case):
    estate, layout, as_of = case
    expected, spans = judged(estate, layout, as_of)
    assert solved(estate, as_of, spans) == expected
    return len(expected)


@pytest.mark.parametrize("first", range(0, NUM, CHUNK))
def test_solver_and_judge_see_the_same(first):
    for seed in range(first, first + CHUNK):
        assert compare(random_continuity(seed)) > 10
        assert compare(random_case(seed)) > 1


@pytest.mark.full
@pytest.mark.parametrize("first", range(NUM, NUM_FULL, 50))
def test_solver_and_judge_see_the_same_at_length(first):
    for seed in range(first, first + 50):
        compare(random_continuity(seed))
        compare(random_case(seed))
