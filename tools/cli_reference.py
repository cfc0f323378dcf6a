"""Write `docs/reference/cli.md` from the help texts of the command line.

With `--check` it writes nothing and exits with 1 when the page is out of date.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from planner.cli.app import VERBS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "cli.md"

HEAD = """# Command line

<!-- Written by `python tools/cli_reference.py` from the help texts in `planner/cli/`. -->

`planner VERB [OPTIONS]`. The same for all verbs:

- **Estate**: `-e NAME|DIR`; without it the folder upward that has an `estate.yaml`, else
  `$PLANNER_ESTATE`, else the only estate under `inventory/`.
- **Layout**: `-l FILE`; without it `layouts/<estate>.lock.yaml`.
- **Day**: `--as-of DATE`; without it today.
- **Output**: stdout is data, stderr is talk. `--format json` prints one versioned document. Nothing
  is said by colour alone; `NO_COLOR` turns it off.
- **Exit codes**: [listed here](exit-codes.md).
"""


def _help(*words: str) -> str:
    """Return a console block with the command and its help text."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "planner", *words, "--help"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    command = " ".join(["planner", *words, "--help"])
    return f"```console\n$ {command}\n{done.stdout.rstrip()}\n```\n"


def render() -> str:
    """Return the page."""
    return "\n".join([HEAD, _help(), *(f"## {verb}\n\n{_help(verb)}" for verb in VERBS)])


def main(args: list[str]) -> int:
    text = render()
    if args == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} is out of date: run `python tools/cli_reference.py`\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
