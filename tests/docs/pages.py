"""Pages of the documentation, taken apart: console blocks, links, headings.

A block of a shown session is fenced as `console`. Lines with `$ ` are commands, `> ` continues one,
the lines after are its output, and a line `...` stands for any lines. The words after `console`
change how a block is run:

`exit=N`   the last command exits with N instead of 0
`pulumi`   the commands drive Pulumi, and run only where its engine is at hand

A page with the comment `<!-- starts in an empty folder -->` does so; the others start with copies
of `inventory/` and `layouts/`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```(\w+)?(.*)$")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_EMPTY = "<!-- starts in an empty folder -->"


class Command(NamedTuple):
    """One command of a block and the output shown under it."""

    line: int
    text: str
    output: tuple[str, ...]
    exit_code: int


class Block(NamedTuple):
    """One fenced block."""

    line: int
    language: str
    words: tuple[str, ...]
    lines: tuple[str, ...]


def pages() -> list[Path]:
    """Return every page, the project's own files first."""
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [
        *top,
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "inventory").rglob("*.md")),
    ]


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    found: list[Block] = []
    inside: list[str] | None = None
    start, language, words = 0, "", ()
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence and inside is None:
            inside, start = [], number
            language, words = fence[1] or "", tuple(fence[2].split())
        elif fence and inside is not None:
            found.append(Block(start, language, words, tuple(inside)))
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"the block of line {start} is not closed"
    return found


def commands(block: Block) -> list[Command]:
    """Return the commands of a console block, each with its output."""
    found: list[tuple[int, list[str], list[str]]] = []
    for number, line in enumerate(block.lines, block.line + 1):
        if line.startswith("$ "):
            found.append((number, [line[2:]], []))
        elif line.startswith("> ") and found and not found[-1][2]:
            found[-1][1].append(line[2:])
        else:
            assert found, f"line {number}: output before any command"
            found[-1][2].append(line)
    last = next((int(w.removeprefix("exit=")) for w in block.words if w.startswith("exit=")), 0)
    return [
        Command(number, "\n".join(text), tuple(output), last if index == len(found) - 1 else 0)
        for index, (number, text, output) in enumerate(found)
    ]


def is_empty_start(text: str) -> bool:
    """Whether the page's session starts in an empty folder."""
    return _EMPTY in text


def links(text: str) -> list[str]:
    """Return the targets of all links outside fenced blocks."""
    outside: list[str] = []
    is_inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            is_inside = not is_inside
        elif not is_inside:
            outside.append(line)
    return _LINK.findall("\n".join(outside))


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of the page's headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def mismatch(expected: tuple[str, ...], actual: list[str]) -> str | None:
    """Return the first expected line that the output does not have in its place, or None."""
    position, is_free = 0, False
    for wanted in (line.rstrip() for line in expected):
        if wanted == "...":
            is_free = True
            continue
        while is_free and position < len(actual) and actual[position].rstrip() != wanted:
            position += 1
        if position >= len(actual) or actual[position].rstrip() != wanted:
            return wanted
        position, is_free = position + 1, False
    if expected and not is_free and any(line.strip() for line in actual[position:]):
        return f"(no more output, yet there is) {actual[position]}"
    return None
