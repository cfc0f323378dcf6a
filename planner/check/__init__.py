"""The judge: whether a layout holds, and its score; imports the model and nothing else of ours.

It shares no code and no precomputed number with the solver: capacities, what feeds what, loads and
scores are derived here from the declared figures alone.
"""

from planner.check.judge import check

__all__ = ["check"]
