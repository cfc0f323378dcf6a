"""Usable capacity of a power node: every figure, derated, floored once to whole W or VA."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt
from typing import NamedTuple

from planner.check.wording import amperes, percent
from planner.model.continuity import Emergency
from planner.model.policy import Policy
from planner.model.power import DEFAULT_VOLTS_LN, PANEL_AND_BELOW, PowerNode

W = "W"
VA = "VA"


class Limit(NamedTuple):
    """The smallest of a node's figures in one unit: usable so much, and how that comes about."""

    unit: str
    usable: int
    note: str


def kappa_normal(node: PowerNode, policy: Policy) -> int:
    """Return the usable share in the normal state, per mille."""
    return policy.kappa_permille if node.kappa_permille is None else node.kappa_permille


def kappa_failure(node: PowerNode, policy: Policy) -> int:
    """Return the usable share after a loss, per mille: 800 for panel and below, 1000 above."""
    for declared in (node.kappa_fail_permille, policy.kappa_fail_permille):
        if declared is not None:
            return declared
    return 800 if node.kind in PANEL_AND_BELOW else 1000


def kappa_emergency(node: PowerNode, policy: Policy, emergency: Emergency | None) -> int:
    """Return the usable share while a site stands alone, per mille."""
    for declared in (
        node.kappa_emergency_permille,
        None if emergency is None else emergency.kappa_emergency_permille,
        policy.kappa_emergency_permille,
    ):
        if declared is not None:
            return declared
    return kappa_failure(node, policy)


def at_once_permille(node: PowerNode, policy: Policy) -> int:
    """Return the share of the sum below a node that is drawn at once (diversity), per mille."""
    return policy.diversity_permille.get(node.kind.value, 1000)


def limits(node: PowerNode, kappa_permille: int) -> tuple[Limit, ...]:
    """Return what `node` may carry at `kappa_permille`: at most one limit in W and one in VA."""
    smallest: dict[str, Limit] = {}
    for limit in _figures(node, kappa_permille):
        if limit.unit not in smallest or limit.usable < smallest[limit.unit].usable:
            smallest[limit.unit] = limit
    return tuple(smallest[unit] for unit in (W, VA) if unit in smallest)


def _figures(node: PowerNode, kappa: int) -> Iterator[Limit]:
    share = percent(kappa)
    for unit, rated in ((W, node.rated_w), (VA, node.rated_va)):
        if rated is not None:
            yield Limit(unit, rated * kappa // 1000, f"{rated} {unit} x {share}")
    if node.modules is not None:
        needed = node.modules.needed
        for unit, one in ((W, node.modules.w), (VA, node.modules.va)):
            if one is not None:
                note = f"{needed} modules x {one} {unit} x {share}"
                yield Limit(unit, needed * one * kappa // 1000, note)
    if node.amps_ma is not None:
        yield _circuit(node, node.amps_ma, kappa, share)


def _circuit(node: PowerNode, amps_ma: int, kappa: int, share: str) -> Limit:
    """Return V x I, times sqrt(3) with a line-to-line and 3 with a line-to-neutral voltage."""
    current = amperes(amps_ma)
    if node.phases == 3 and node.volts_ll is not None:
        millionths = node.volts_ll * amps_ma * kappa
        # floor(sqrt(3) * x / 10^6) = isqrt(3 * x^2 // 10^12)
        usable = isqrt(3 * millionths**2 // 10**12)
        return Limit(VA, usable, f"{node.volts_ll} V x {current} x sqrt(3) x {share}")
    volts = node.volts_ln or (node.phases != 3 and node.volts_ll) or DEFAULT_VOLTS_LN
    wires = 3 if node.phases == 3 else 1
    note = f"{volts} V x {current} x {share}"
    return Limit(
        VA, wires * volts * amps_ma * kappa // 10**6, f"3 x {note}" if wires == 3 else note
    )


def volts_at_outlet(node: PowerNode) -> int:
    """Return the line-to-neutral voltage of a node's outlets, V, V_LL / sqrt(3) floored."""
    if node.volts_ln is not None:
        return node.volts_ln
    if node.volts_ll is not None:
        return isqrt(node.volts_ll**2 // 3)
    return DEFAULT_VOLTS_LN
