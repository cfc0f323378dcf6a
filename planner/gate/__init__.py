"""The gate: the judge's answer as findings that a CI system shows, and what it knew before.

One module a format; `findings` makes the list that all of them show, `baseline` remembers which
violations are known.
"""
