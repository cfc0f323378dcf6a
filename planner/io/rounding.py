"""How declared figures become integers: demand rounds up, capacity rounds down.

The one place where this happens. Derived capacities and loads are no business of this module.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext


def _scaled(value: Decimal, scale: int, rounding: str) -> int:
    # 60 digits hold any figure the format allows (1e9, 28 decimals) times any scale exactly.
    with localcontext() as context:
        context.prec = 60
        return int((value * scale).to_integral_value(rounding=rounding))


def up(value: Decimal, scale: int = 1) -> int:
    """Return a demand: `value * scale`, rounded up."""
    return _scaled(value, scale, ROUND_CEILING)


def down(value: Decimal, scale: int = 1) -> int:
    """Return a capacity: `value * scale`, rounded down."""
    return _scaled(value, scale, ROUND_FLOOR)


def nearest(value: Decimal, scale: int = 1) -> int:
    """Return what is neither demand nor capacity (a coordinate), rounded half to even."""
    return _scaled(value, scale, ROUND_HALF_EVEN)


def halves(value: Decimal) -> int | None:
    """Return a height or position in half units, or None where it is off the half-unit grid."""
    doubled = value * 2
    return int(doubled) if doubled == doubled.to_integral_value() else None


def up_or_none(value: Decimal | None, scale: int = 1) -> int | None:
    """Return `up`, or None where nothing is declared."""
    return None if value is None else up(value, scale)


def down_or_none(value: Decimal | None, scale: int = 1) -> int | None:
    """Return `down`, or None where nothing is declared."""
    return None if value is None else down(value, scale)
