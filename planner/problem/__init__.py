"""From ids to indices: groups, cordings, planning days, states of the power graph, load rows."""

from planner.problem.problem import Group, Problem, compile_estate

__all__ = ["Group", "Problem", "compile_estate"]
