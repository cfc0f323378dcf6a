"""Plain YAML text for the files that rackplan writes: scalars quoted only where they must be."""

from __future__ import annotations

import json
import re

#: Texts that stand unquoted: they begin with a letter and hold nothing that YAML reads otherwise.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+@-]*(?::[A-Za-z0-9_./+@-]+)*\Z")
#: What YAML does not take as it is, or takes for the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
#: Words that some YAML version reads as a truth value or as nothing.
WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def text(value: str) -> str:
    """Return `value` as a scalar, quoted where it could be read as something else."""
    if _PLAIN.match(value) and value.lower() not in WORDS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)


def flow(items: dict[str, str]) -> str:
    """Return `{key: value, ...}`; the values are YAML text already."""
    return "{" + ", ".join(f"{text(key)}: {value}" for key, value in items.items()) + "}"


def truth(value: bool) -> str:
    """Return `true` or `false`."""
    return "true" if value else "false"


def half_units(position_half: int) -> str:
    """Return a position in units: `12` or `12.5`."""
    return f"{position_half // 2}{'.5' if position_half % 2 else ''}"
