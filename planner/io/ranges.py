"""Ranges in ids: `rack-[01-12]` stands for rack-01 to rack-12.

Inside the brackets: numbers `01-12` (as wide as the first is written), letters `a-f`, lists
`1,3,7-9`. Several brackets in one text multiply, the leftmost slowest. Which fields run in parallel
is decided in `planner.io.expansion`.
"""

from __future__ import annotations

import itertools
import re

#: Items that one range may stand for.
MAX_RANGE = 20_000

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_PART = re.compile(
    r"(?:([0-9]{1,9})-([0-9]{1,9})|([a-z])-([a-z])|([A-Z])-([A-Z])|([A-Za-z0-9]{1,32}))\Z"
)


class RangeError(ValueError):
    """A bracket that is no range, or ranges that do not go together."""

    def __init__(self, message: str, hint: str = 'write for example "rack-[01-12]"') -> None:
        super().__init__(message)
        self.hint = hint


#: What to do about ranges of one item that are not equally long.
PARALLEL_HINT = "ranges of one item run in parallel: make them equally long"


def has_range(text: str) -> bool:
    """Tell whether `text` holds a bracket."""
    return "[" in text or "]" in text


def expand(text: str) -> list[str]:
    """Return what `text` stands for, in order; itself where it holds no bracket.

    Raises
    ------
    RangeError
        When a bracket is not closed, empty, runs backwards, or stands for too much.
    """
    if not has_range(text):
        return [text]
    pieces: list[list[str]] = []
    end = total = 0
    for match in _BRACKETS.finditer(text):
        _refuse_stray(text[end : match.start()], text)
        values = _values(match.group(1), text)
        total = max(total, 1) * len(values)
        if total > MAX_RANGE:
            raise RangeError(f"`{text}` stands for more than {MAX_RANGE} items")
        pieces += [[text[end : match.start()]], values]
        end = match.end()
    _refuse_stray(text[end:], text)
    pieces.append([text[end:]])
    return ["".join(parts) for parts in itertools.product(*pieces)]


def _refuse_stray(piece: str, text: str) -> None:
    if has_range(piece):
        raise RangeError(f"`{text}` holds a bracket that is not closed")


def _values(content: str, text: str) -> list[str]:
    values: list[str] = []
    for part in content.split(","):
        match = _PART.match(part)
        if not match:
            raise RangeError(f"`[{content}]` in `{text}` is no range")
        values += _span(match, text)
        if len(values) > MAX_RANGE:
            raise RangeError(f"`{text}` stands for more than {MAX_RANGE} items")
    if len(set(values)) != len(values):
        raise RangeError(f"`[{content}]` in `{text}` names something twice")
    return values


def _span(match: re.Match[str], text: str) -> list[str]:
    low, high, *letters, single = match.groups()
    if single is not None:
        return [single]
    if low is None:
        first, last = (letters[0], letters[1]) if letters[0] else (letters[2], letters[3])
        span = [chr(code) for code in range(ord(first), ord(last) + 1)]
    else:
        if int(high) - int(low) >= MAX_RANGE:
            raise RangeError(f"`{text}` stands for more than {MAX_RANGE} items")
        if len(low) > len(high) or (low[0] == "0" and len(low) > 1 and len(low) != len(high)):
            raise RangeError(f"`{low}-{high}` in `{text}` is written with different widths")
        span = [f"{number:0{len(low)}d}" for number in range(int(low), int(high) + 1)]
    if not span:
        raise RangeError(f"`{match.group()}` in `{text}` runs backwards")
    return span
