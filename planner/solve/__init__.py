"""The optimizer: variables, constraints, objective tiers, engines, outcome."""

from planner.solve.options import Options
from planner.solve.outcome import Outcome
from planner.solve.plan import plan
from planner.solve.progress import Progress

__all__ = ["Options", "Outcome", "Progress", "plan"]
