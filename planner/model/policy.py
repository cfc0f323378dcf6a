"""Policy of an estate: derating, reserves, objective order, horizon."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from planner.model.base import Declared, Frozen

#: Objective tiers in their default order.
TIERS = ("unplaced", "soft", "moves", "cost", "balance")


class FrozenWindow(Frozen):
    """Days (both included) on which nothing that stands is moved."""

    start: date
    end: date
    reason: str = ""


class Policy(Declared):
    """How an estate is planned; the defaults are those of the design page.

    `kappa_*`: per mille of a node's capacity that may be used in the normal, failure and emergency
    state, unless the node says otherwise; `kappa_fail_permille` None = 800 for panel and below,
    1000 above.
    """

    kappa_permille: int = 800
    kappa_fail_permille: int | None = None
    kappa_emergency_permille: int | None = None
    budget_share_permille: int = Field(
        default=800, description="assumed budget, share of nameplate"
    )
    power_factor_permille: int = 950
    tiers: tuple[str, ...] = TIERS
    diversity_permille: dict[str, int] = Field(
        default={}, description="power kind -> share of the sum below that is drawn at once"
    )
    imbalance_permille: int = Field(
        default=100, description="largest leg imbalance, share of a leg's rating"
    )
    strand_imbalance_permille: int | None = Field(
        default=None, description="largest difference of two strands, share of the site's load"
    )
    cumulation: dict[str, int] = Field(
        default={}, description="level -> so many workloads of it in a room count one level higher"
    )
    critical_from: int = Field(default=1, description="criticality from which a process must run")
    detour_permille: int = Field(default=1400, description="fibre length / air distance, assumed")
    soft: dict[str, int] = Field(
        default={}, description="rule slug -> weight of one unit of amount"
    )
    move_budget: int | None = None
    frozen_windows: tuple[FrozenWindow, ...] = ()
    planning_horizon: date | None = None
