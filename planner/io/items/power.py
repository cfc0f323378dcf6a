"""The power graph and cooling."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from planner.io.items.fields import (
    Amount,
    Count,
    Id,
    Item,
    OutletName,
    Positive,
    PowerFactor,
    PowerKindName,
    Share,
    no_bool,
)


class ModulesItem(Item):
    """Parallel UPS modules; figures are for one module."""

    count: Annotated[int, Field(ge=1, le=100)]
    needed: Annotated[int, Field(ge=1, le=100)]
    kw: Positive | None = None
    kva: Positive | None = None


class PowerItem(Item):
    """One node of the power graph, or a range of them."""

    id: Id
    kind: PowerKindName
    site: Id | None = None
    room: Id | None = Field(None, description="where it stands; lost with it")
    rack: Id | None = Field(None, description="the rack it serves")
    from_: Id | None = Field(None, alias="from", description="its parent")
    preferred: Id | None = None
    alternate: Id | None = None
    phases: Annotated[Literal[1, 3], BeforeValidator(no_bool)] | None = None
    volts_ll: Positive | None = Field(None, description="line to line")
    volts_ln: Positive | None = Field(None, description="line to neutral")
    amps: Positive | None = None
    kva: Positive | None = None
    kw: Positive | None = None
    modules: ModulesItem | None = None
    kappa: Share | None = Field(
        None, description="usable share of its capacity, normal state; left out: the policy's"
    )
    kappa_fail: Share | None = Field(None, description="after a loss")
    kappa_emergency: Share | None = Field(None, description="while its site stands alone")
    loss_permille: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="share of the output"
    )
    no_load_w: Amount = Decimal(0)
    input_pf: PowerFactor = Decimal(1)
    recharge_w: Amount = Decimal(0)
    own_w: Amount = Field(
        Decimal(0), description="fixed draw at the node itself: lighting, building"
    )
    autonomy_min: Amount = Decimal(0)
    start_s: Amount = Decimal(0)
    transfer_ms: Amount = Decimal(0)
    tank_l: Positive | None = Field(None, description="usable fuel of a generator")
    l_per_kwh: Positive | None = Field(None, description="fuel of a generator, litres a kWh")
    legs: list[Id] = Field(
        [],
        description="`leg` nodes beside it that its outlets load: two line to line, three "
        "three-phase",
    )
    imbalance: Share | None = Field(
        None, description="of what feeds legs: as the policy's `leg_imbalance`"
    )
    outlets: dict[OutletName, Count] = {}
    outlet_reserve: Count = 0
    accept_voltage: bool = Field(
        False, description="three phases with 230 V line to line are meant"
    )


class ZoneItem(Item):
    """A cooling zone."""

    id: Id
    site: Id | None = None
    ride_through_s: Amount = Decimal(0)


class UnitItem(Item):
    """A cooling unit."""

    id: Id
    site: Id | None = None
    zone: Id
    room: Id | None = None
    kw: Positive = Field(description="heat it removes")
    draw_w: Amount = Decimal(0)
    power_factor: PowerFactor = Decimal(1)
    cords: list[Id] = Field([], description="power nodes it is corded to")
    cords_required: Annotated[int, Field(ge=1, le=8)] = 1
    restart_s: Amount = Decimal(0)


class CoolingItem(Item):
    """Zones and units."""

    zones: list[ZoneItem] = []
    units: list[UnitItem] = []
