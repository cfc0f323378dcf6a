"""Usable capacity of a power node, floored once to whole W and VA."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

from planner.model.continuity import Emergency
from planner.model.policy import Policy
from planner.model.power import (
    DEFAULT_VOLTS_LN,
    OUTLET_RATED_MA,
    PANEL_AND_BELOW,
    PowerNode,
)


class Usable(NamedTuple):
    """Usable capacity in W and in VA; None = no such limit."""

    w: int | None
    va: int | None


def _current_va(node: PowerNode, kappa: int) -> int | None:
    """Return the usable VA from voltage, current and phases, None where no current is given.

    `sqrt(3) * V_LL * I * kappa` is floored through an integer square root:
    `floor(sqrt(3 x^2) / 10^6)` with x in V * mA * per mille.
    """
    if node.amps_ma is None:
        return None
    if node.phases == 3 and node.volts_ll is not None:
        return isqrt(3 * (node.volts_ll * node.amps_ma * kappa) ** 2) // 10**6
    if node.volts_ln is not None:
        volts = node.volts_ln
    elif node.phases != 3 and node.volts_ll is not None:
        volts = node.volts_ll
    else:
        volts = DEFAULT_VOLTS_LN
    return (3 if node.phases == 3 else 1) * volts * node.amps_ma * kappa // 10**6


def usable(node: PowerNode, kappa_permille: int) -> Usable:
    """Return what a node may carry at a derating of `kappa_permille`."""
    va = [_current_va(node, kappa_permille)]
    w: list[int | None] = []
    if node.rated_va is not None:
        va.append(kappa_permille * node.rated_va // 1000)
    if node.rated_w is not None:
        w.append(kappa_permille * node.rated_w // 1000)
    if node.modules is not None:
        if node.modules.va is not None:
            va.append(kappa_permille * node.modules.needed * node.modules.va // 1000)
        if node.modules.w is not None:
            w.append(kappa_permille * node.modules.needed * node.modules.w // 1000)
    return Usable(
        min((x for x in w if x is not None), default=None),
        min((x for x in va if x is not None), default=None),
    )


def kappa_normal(node: PowerNode, policy: Policy) -> int:
    """Return the derating in the normal state, per mille."""
    return policy.kappa_permille if node.kappa_permille is None else node.kappa_permille


def kappa_fail(node: PowerNode, policy: Policy) -> int:
    """Return the derating after a loss, per mille."""
    if node.kappa_fail_permille is not None:
        return node.kappa_fail_permille
    if policy.kappa_fail_permille is not None:
        return policy.kappa_fail_permille
    return 800 if node.kind in PANEL_AND_BELOW else 1000


def kappa_emergency(node: PowerNode, policy: Policy, emergency: Emergency | None) -> int:
    """Return the derating while a site stands alone, per mille."""
    for given in (
        node.kappa_emergency_permille,
        emergency.kappa_emergency_permille if emergency is not None else None,
        policy.kappa_emergency_permille,
    ):
        if given is not None:
            return given
    return kappa_fail(node, policy)


def outlet_va(node: PowerNode, outlet: str) -> int | None:
    """Return the VA that one outlet of a type carries at a node, or None for an unknown type."""
    rated_ma = OUTLET_RATED_MA.get(outlet)
    if rated_ma is None:
        return None
    if node.volts_ln is not None:
        volts = node.volts_ln
    elif node.volts_ll is not None:
        volts = isqrt(node.volts_ll**2 // 3)
    else:
        volts = DEFAULT_VOLTS_LN
    return rated_ma * volts // 1000
