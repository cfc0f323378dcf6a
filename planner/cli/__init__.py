"""The command `planner`: one module a verb, each imported when its verb is typed."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from planner.cli.app import run

    sys.exit(run(sys.argv[1:]))
