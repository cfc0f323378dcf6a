"""What happens when something fails: sweeps of losses with the judge's evaluator.

A question and no gate: it says who is down, what is overloaded and who takes over, and leaves the
verdict to the rules. Nothing of the solver is used here.
"""
