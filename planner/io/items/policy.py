"""How an estate is planned."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from planner.io.items.fields import (
    Amount,
    Count,
    Day,
    Id,
    Item,
    Level,
    Positive,
    PowerFactor,
    PowerKindName,
    Share,
    SoftRule,
    Tier,
)


class EstateItem(Item):
    """The estate itself; stands once, in `estate.yaml`."""

    id: Id
    name: str = ""


class GrowthItem(Item):
    """What every rack keeps free."""

    u: Amount = Decimal(0)
    kg: Amount = Decimal(0)
    w: Amount = Decimal(0)
    ports: Count = 0


class FrozenWindowItem(Item):
    """Days on which nothing that stands is moved (both included)."""

    start: Day
    end: Day
    reason: str = ""


class PolicyItem(Item):
    """How the estate is planned."""

    kappa: Share = Field(
        Decimal("0.8"), description="usable share of a node's capacity, normal state"
    )
    kappa_fail: Share | None = Field(
        None, description="after a loss; default 0.8 for panel and below, 1.0 above"
    )
    kappa_emergency: Share | None = Field(
        None, description="while a site stands alone; left out: as after a loss"
    )
    budget_share: Share = Field(Decimal("0.8"), description="assumed draw as a share of nameplate")
    power_factor: PowerFactor = Decimal("0.95")
    diversity: dict[PowerKindName, Share] = Field(
        {},
        description="power kind: share of the sum below a node that is drawn at once; left out: 1",
    )
    leg_imbalance: Share = Field(
        Decimal("0.1"),
        description="most by which a leg may exceed the average of its legs, share of its rating",
    )
    strand_imbalance: Share | None = Field(
        None,
        description="most by which two strands of a site may differ, share of its load; left out: "
        "not judged",
    )
    cumulation: dict[Level, Annotated[int, Field(ge=2)]] = Field(
        {}, description="level: so many workloads of it in one room count one level higher"
    )
    critical_from: Count = Field(
        1, description="criticality from which a process must run on each site alone"
    )
    fibre_detour: Positive = Field(
        Decimal("1.4"),
        description="fibre length / distance as the crow flies, where no length is given",
    )
    tiers: list[Tier] | None = None
    soft: dict[SoftRule, Annotated[int, Field(ge=1, le=10**6)]] = Field(
        {}, description="rule slug: weight of one unit"
    )
    move_budget: Count | None = None
    frozen_windows: list[FrozenWindowItem] = []
    planning_horizon: Day | None = None
    growth: GrowthItem = GrowthItem()
    gravity_max_u: Positive | None = Field(
        None, description="highest centre of gravity above the first unit"
    )
