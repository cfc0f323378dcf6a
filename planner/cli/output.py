"""What goes to stdout (data) and to stderr (talk), colours, and the versioned JSON envelope."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

#: Version of every JSON document the command line prints; a change of meaning raises it.
JSON_VERSION = 1

#: ANSI codes by role; every role is also said in words.
_CODES = {"error": "1;31", "warning": "1;33", "good": "32", "hint": "36", "strong": "1", "dim": "2"}


class Session:
    """What one run of the command has been told about its output."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the run before."""
        self.debug = False
        self.json = False


_SESSION = Session()


def session() -> Session:
    """Return the settings of this run."""
    return _SESSION


def has_colour(stream: IO[str]) -> bool:
    """Whether `stream` is a terminal that wants colours (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def paint(text: str, role: str) -> str:
    """Colour `text` for stdout."""
    return _paint(text, role, sys.stdout)


def _paint(text: str, role: str, stream: IO[str]) -> str:
    if not has_colour(stream):
        return text
    return f"\x1b[{_CODES[role]}m{text}\x1b[0m"


def say(text: str = "") -> None:
    """Print data to stdout."""
    sys.stdout.write(f"{text}\n")


def talk(text: str) -> None:
    """Print a remark to stderr; the word before the first `:` is coloured where it says error."""
    head, colon, rest = text.partition(": ")
    if colon and head.startswith("error["):
        text = f"{_paint(head, 'error', sys.stderr)}: {rest}"
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_json(kind: str, payload: dict[str, Any]) -> None:
    """Print one JSON document: version and kind first."""
    import json

    document = {"version": JSON_VERSION, "kind": kind, **payload}
    say(json.dumps(document, indent=2, ensure_ascii=False))


def error_json(slug: str, message: str, hint: str | None) -> dict[str, Any]:
    """Return the payload of a document of kind `error`."""
    return {"error": slug, "message": message, "hint": hint}
