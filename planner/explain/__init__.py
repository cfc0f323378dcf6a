"""Answers in words: violations, differences, and why an instance may or may not stand somewhere.

`text` and `diff` need the model and the standard library only, so that whatever declares a layout
can say the same sentences as the command line. `probe` and `whynot` build on the checker.
"""
