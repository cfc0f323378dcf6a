"""The power graph: nodes from utility to outlet, with the raw figures that were declared.

The model derives nothing: capacities, routes and loads are computed by `planner.problem` and by
`planner.check`, each for itself. The only arithmetic agreed here is the rounding rule: a usable
capacity is floored once, to whole W or VA, after all factors; loads are exact fractions.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from planner.model.base import Declared, Frozen


class PowerKind(StrEnum):
    """What a power node is; the order is from source to outlet."""

    UTILITY = "utility"
    TRANSFORMER = "transformer"
    GENERATOR = "generator"
    TRANSFER_SWITCH = "transfer_switch"
    UPS = "ups"
    PANEL = "panel"
    FEED = "feed"
    LEG = "leg"
    PDU = "pdu"
    BANK = "bank"


#: Kinds that are a source: they have no parent.
SOURCE_KINDS = frozenset({PowerKind.UTILITY, PowerKind.GENERATOR})

#: Kinds "panel and below": their failure-state derating defaults to 80 %, the others' to 100 %.
PANEL_AND_BELOW = frozenset(
    {PowerKind.PANEL, PowerKind.FEED, PowerKind.LEG, PowerKind.PDU, PowerKind.BANK}
)

#: Longest dropout that IT equipment rides through, ms (ITI (CBEMA) curve, full dropout).
RIDE_THROUGH_MS = 20

#: Outlet type that takes an inlet type (IEC 60320 pairs).
OUTLET_FOR_INLET = {"c14": "c13", "c20": "c19", "c8": "c7", "c6": "c5"}

#: Rated current of an outlet type, mA (IEC 60320: C13 10 A, C19 16 A, C7 and C5 2.5 A).
OUTLET_RATED_MA = {"c13": 10_000, "c19": 16_000, "c7": 2_500, "c5": 2_500}

#: Share of a node's VA on each leg it presses on, per mille, by number of legs. Line to line: the
#: current S / V_LL on both legs is S / sqrt(3) at the legs' voltage (rounded up).
LEG_SHARE_PERMILLE = {2: 578, 3: 334}

#: Line-to-neutral voltage of a node that declares none, V (IEC 60038).
DEFAULT_VOLTS_LN = 230


class UpsModules(Frozen):
    """Parallel modules of a UPS: `needed` of `count` carry the rated load; figures are for one."""

    count: int
    needed: int
    w: int | None = None
    va: int | None = None


class PowerNode(Declared):
    """One node of the power graph.

    A transfer switch has `preferred` and `alternate`, a source has neither, every other node has
    `parent`. Capacity comes from `rated_va`/`rated_w`, from `modules` (needed * one module), or
    from voltage, current and phases; several given figures all hold. Shares are per mille.

    Attributes
    ----------
    loss_permille, input_w
        Loss as a share of the output, and no-load loss, both seen by the parent.
    own_w
        Fixed draw at this node itself (lighting, building).
    recharge_w
        Extra input in the sustained look after the battery was used.
    start_s, transfer_ms
        Start time of a generator; switching time of a transfer switch.
    outlets
        Number of outlets by type (`c13`, `c19`), where cords plug in.
    """

    id: str
    site: str
    kind: PowerKind
    room: str | None = None
    rack: str | None = None
    parent: str | None = None
    preferred: str | None = None
    alternate: str | None = None
    phases: int | None = None
    volts_ll: int | None = None
    volts_ln: int | None = None
    amps_ma: int | None = None
    rated_va: int | None = None
    rated_w: int | None = None
    modules: UpsModules | None = None
    kappa_permille: int | None = None
    kappa_fail_permille: int | None = None
    kappa_emergency_permille: int | None = None
    loss_permille: int = 0
    input_w: int = 0
    input_pf_permille: int = Field(default=1000, description="of a UPS: input W per input VA")
    recharge_w: int = 0
    own_w: int = 0
    autonomy_min: int = 0
    start_s: int = 0
    transfer_ms: int = 0
    tank_ml: int | None = None
    fuel_ml_per_kwh: int | None = None
    legs: tuple[str, ...] = Field(
        default=(), description="legs that its load presses on: two line to line, three in phase"
    )
    imbalance_permille: int | None = Field(
        default=None, description="of a node with legs: largest imbalance, share of a leg's rating"
    )
    outlets: dict[str, int] = {}
    outlet_reserve: int = 0
