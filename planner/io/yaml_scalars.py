"""What a plain scalar means: text, number, day, truth value or nothing; surprises are told apart.

Whole numbers, decimals, days and `true`/`false` are read as every YAML version reads them. What the
versions read differently (`no`, `0123`, `22:30`) is a `Surprise`, never a guess.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

#: What a scalar may be.
Scalar: TypeAlias = str | int | Decimal | date | bool | None

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,40})\Z")
_FLOAT = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]{0,40})(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_OTHER_NUMBER = re.compile(
    r"[-+]?(?:0[0-9_]+(?:\.[0-9_]*)?|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+"
    r"|[0-9]+_[0-9_]*(?:\.[0-9_]*)?)\Z"
)
_SPECIAL = frozenset({".inf", "-.inf", "+.inf", ".nan"})
_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


class Surprise(NamedTuple):
    """A scalar that YAML versions read differently, or that is no figure."""

    message: str
    hint: str


def resolve(text: str) -> Scalar | Surprise:
    """Return what the plain scalar `text` means."""
    if not text or text in ("~", "null", "Null", "NULL"):
        return None
    lower = text.lower()
    if lower in ("true", "false"):
        return lower == "true"
    if lower in _WORDS:
        hint = f'write `{_WORDS[lower]}` for a truth value, `"{text}"` for text'
        return Surprise(f"`{text}` is a truth value in some YAML versions, text in others", hint)
    if text[0] not in "+-.0123456789":
        return text
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return Decimal(text)
    return _date(text) if _DATE.match(text) else _surprise(text)


def _date(text: str) -> Scalar | Surprise:
    try:
        return date.fromisoformat(text)
    except ValueError:
        hint = "write YYYY-MM-DD, or quote text"
        return Surprise(f"`{text}` is no day of the calendar", hint)


def _surprise(text: str) -> Scalar | Surprise:
    if _SEXAGESIMAL.match(text):
        message = f"`{text}` is a number to base 60 in some YAML versions"
        return Surprise(message, f'quote it: `"{text}"`')
    if _OTHER_NUMBER.match(text):
        message = f"`{text}` is a number that YAML versions read differently"
        return Surprise(message, f'write it plainly, or `"{text}"` for text')
    if text.lower() in _SPECIAL:
        return Surprise(f"`{text}` is no figure", "leave the key out where there is no figure")
    return text
