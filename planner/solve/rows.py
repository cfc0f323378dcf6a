"""Capacity rows: the compact core that every engine and every capacity rule share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import NamedTuple

#: Scaled rows stay below this, so that sums of them cannot leave CP-SAT's 64-bit integers.
MAX_SCALED = 2**62


class Load(NamedTuple):
    """Watts of all devices with a pattern that are active in an epoch (index into `epochs`).

    With a continuity `group` only of those that are critical for it.
    """

    pattern: int
    epoch: int
    group: str = ""


class Key(NamedTuple):
    """What a violation is about: rows with the same key are one violation, the worst of them."""

    rule: str
    subject: str
    unit: str


@dataclass(frozen=True)
class Row:
    """`sum(options) + sum(loads) <= capacity`, all scaled by `scale` to whole numbers.

    `scenario` is for messages; `rounded_up` tells that coefficients had to be rounded up.
    `burden` is added once any of the options `bearers` holds an instance. While the rule of
    `implied_by` may not be broken at all, another row says at least as much.
    """

    key: Key
    scenario: str
    capacity: int
    options: Mapping[int, int]
    loads: Mapping[Load, int]
    scale: int = 1
    rounded_up: bool = False
    burden: int = 0
    bearers: tuple[int, ...] = ()
    implied_by: Key | None = None


def load_row(
    key: Key,
    scenario: str,
    usable: int,
    fixed: Fraction,
    loads: Mapping[Load, Fraction],
    peak_w: int,
) -> Row:
    """Scale a row of exact loads by the common denominator, or round coefficients up.

    Parameters
    ----------
    peak_w
        No load of the row exceeds this many W; bounds the scaled sum.
    """
    scale = lcm(fixed.denominator, *(c.denominator for c in loads.values()))
    held = fixed.numerator * (scale // fixed.denominator)
    scaled = {load: c.numerator * (scale // c.denominator) for load, c in loads.items()}
    limit = MAX_SCALED // (2 * (len(loads) + 2))
    largest = max(abs(held), usable * scale, peak_w * max(map(abs, scaled.values()), default=0))
    rounded_up = largest > limit
    if rounded_up:
        scale = max(1, scale * limit // largest)
        held = ceil(fixed * scale)
        scaled = {load: ceil(c * scale) for load, c in loads.items()}
    return Row(key, scenario, usable * scale - held, {}, scaled, scale, rounded_up)
