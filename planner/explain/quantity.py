"""Amounts with their units, as people say them: whole vCPU instead of thousandths; always exact."""

from __future__ import annotations

from planner.explain.text import grouped

#: Unit of the rules -> unit that people say, and how many of the first make one of it.
_SAID = {"vcpu/1000": ("vCPU", 1000), "MiB": ("GiB", 1024), "half U": ("U", 2), "ml": ("l", 1000)}

#: Most digits after the point; what needs more is said in the unit of the rules.
_DIGITS = 3


def said(unit: str, *amounts: int) -> tuple[str, tuple[str, ...]]:
    """Return the unit and the numbers as people say them: `vCPU`, `12.5`."""
    said_unit, scale = _SAID.get(unit, (unit, 1))
    if any(amount * 10**_DIGITS % scale for amount in amounts):
        said_unit, scale = unit, 1
    return said_unit, tuple(_number(amount, scale) for amount in amounts)


def _number(amount: int, scale: int) -> str:
    whole, rest = divmod(abs(amount), scale)
    digits = str(rest * 10**_DIGITS // scale).zfill(_DIGITS).rstrip("0") if rest else ""
    return f"{'-' if amount < 0 else ''}{grouped(whole)}{'.' if digits else ''}{digits}"


def quantity(amount: int, unit: str) -> str:
    """Return `12.5 vCPU`, `77 120 W`."""
    said_unit, (number,) = said(unit, amount)
    return f"{number} {said_unit}"


def of_limit(amount: int, limit: int, unit: str) -> str:
    """Return `77 120 of 80 000 W`."""
    said_unit, (number, most) = said(unit, amount, limit)
    return f"{number} of {most} {said_unit}"
