"""How figures and things are written in messages and notes."""

from __future__ import annotations

from collections.abc import Iterable

from planner.model.scenarios import Look, Scenario

_WORDS = {"ups": "UPS", "pdu": "PDU"}

#: As many names as a message lists before it says how many more there are.
LISTED = 4


def kind_word(kind: str) -> str:
    """Return the word for a kind or level: `transfer_switch` -> `transfer switch`."""
    return _WORDS.get(kind, kind.replace("_", " "))


def lost(scenario: Scenario) -> str:
    """Return `feed `a` is lost`, `site `x` stands alone and rack `r` is lost`."""
    parts = [f"site `{scenario.alone}` stands alone"] if scenario.alone else []
    if scenario.kind == "pair":
        both = " and ".join(f"{kind_word(d.kind)} `{d.id}`" for d in scenario.domains)
        parts.append(f"{both} are lost")
    elif scenario.lost:
        parts.append(f"{kind_word(scenario.kind)} `{scenario.lost}` is lost")
    return " and ".join(parts)


def label(scenario: Scenario, look: Look) -> str:
    """Return the scenario's id, marked where it is looked at before the transfer is over."""
    return f"{scenario.id} (interruption)" if look is Look.INTERRUPTION else scenario.id


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return `1 cord`, `2 cords`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def names(ids: Iterable[str]) -> str:
    """Return the ids in backticks, the first few of many."""
    every = list(ids)
    shown = ", ".join(f"`{key}`" for key in every[:LISTED])
    return shown if len(every) <= LISTED else f"{shown} and {len(every) - LISTED} more"


def percent(permille: int) -> str:
    """Return `80 %`, `82.5 %`."""
    return f"{_scaled(permille, 10)} %"


def ratio(permille: int) -> str:
    """Return `0.95`, `1`."""
    return _scaled(permille, 1000)


def amperes(milliamperes: int) -> str:
    """Return `16 A`, `2.5 A`."""
    return f"{_scaled(milliamperes, 1000)} A"


def height(half_units: int) -> str:
    """Return `2 U`, `0.5 U`."""
    return f"{unit_number(half_units)} U"


def unit_number(half_index: int) -> str:
    """Return a half index as a unit: 24 -> `12`, 25 -> `12.5`."""
    return _scaled(half_index, 2)


def _scaled(value: int, scale: int) -> str:
    whole, rest = divmod(value, scale)
    if not rest:
        return str(whole)
    digits = str(rest * 1000 // scale).rjust(3, "0").rstrip("0")
    return f"{whole}.{digits}"
