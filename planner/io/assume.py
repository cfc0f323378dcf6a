"""Figures that nobody declared: what is assumed for them, and why. Every one is listed."""

from __future__ import annotations

from typing import NamedTuple

from planner.model.device import DeviceType, Inlet
from planner.model.power import DEFAULT_VOLTS_LN, OUTLET_FOR_INLET, OUTLET_RATED_MA
from planner.model.space import Airflow


class ByHeight(NamedTuple):
    """A figure for no unit, one unit, two units, and each further one."""

    zero: int
    one: int
    two: int
    further: int

    def of(self, u_height_half: int) -> int:
        """Return the figure for a height; a half unit counts as a whole one."""
        units = -(-u_height_half // 2)
        return self[units] if units <= 2 else self.two + (units - 2) * self.further


#: Kinds of role that figures are assumed by; every other role counts as `other`.
ROLE_KINDS = {
    **dict.fromkeys(("server", "host", "compute", "hypervisor", "appliance", "hsm"), "server"),
    **dict.fromkeys(("storage", "backup", "tape", "san"), "storage"),
    **dict.fromkeys(("switch", "router", "firewall", "load-balancer", "kvm", "console"), "network"),
    **dict.fromkeys(("patch-panel", "shelf", "cable-management", "blank", "pdu"), "passive"),
}

#: Planned draw in W where there is no nameplate either.
#: server: SPECpower_ssj2008 results, median power of two-socket systems at 100 % load, published
#: 2020-21 (459 W, taken for 1U) and 2022-23 (689 W, for 2U); half of that for each further unit.
#: others: 80 % of the median nameplate in the shipped catalogue, which a test recomputes: all types
#: of 0U 24 W, 1U 98 W, 2U 595 W; for network types of 1U with at least 8 interfaces, 115 W. Storage
#: of 1U takes half of 2U; each further unit half of 2U.
BUDGET_W = {
    "server": ByHeight(20, 459, 689, 345),
    "storage": ByHeight(20, 238, 476, 238),
    "network": ByHeight(20, 92, 476, 238),
    "passive": ByHeight(0, 0, 0, 0),
    "other": ByHeight(20, 79, 476, 238),
}

#: Mass in g, from the shipped catalogue, which a test recomputes. Servers (full-depth types of the
#: series PowerEdge R, ProLiant DL, ThinkSystem SR with a weight): median of 1U 17.64 kg, of 2U
#: 25.1 kg. All types with a weight, per unit: median 5.9 kg, ninth decile 12.5 kg (for what is
#: likely heavy).
MASS_G = {
    "server": ByHeight(5_900, 17_640, 25_100, 12_500),
    "storage": ByHeight(5_900, 12_500, 25_000, 12_500),
    "network": ByHeight(5_900, 5_900, 11_800, 5_900),
    "passive": ByHeight(5_900, 5_900, 11_800, 5_900),
    "other": ByHeight(5_900, 12_500, 25_000, 12_500),
}

#: Direction of the air by kind of role: IT equipment blows from the cold aisle to the hot one.
AIRFLOW = {
    "server": Airflow.FRONT_TO_REAR,
    "storage": Airflow.FRONT_TO_REAR,
    "network": Airflow.FRONT_TO_REAR,
    "passive": Airflow.PASSIVE,
    "other": Airflow.FRONT_TO_REAR,
}


class Assumed(NamedTuple):
    """A value and why it was taken."""

    value: int
    reason: str


def role_kind(role: str) -> str:
    """Return the kind that a role's figures are assumed by."""
    return ROLE_KINDS.get(role, "other")


def cordable(inlets: tuple[Inlet, ...]) -> tuple[Inlet, ...]:
    """Return the inlets that an outlet of a power node takes."""
    return tuple(inlet for inlet in inlets if inlet.type in OUTLET_FOR_INLET)


def is_unpowered(device: DeviceType, role: str) -> bool:
    """Tell whether a device without power ports draws nothing: a patch panel, a shelf."""
    return role_kind(role) == "passive" or device.airflow is Airflow.PASSIVE


def assumed_inlets(budget_w: int) -> tuple[Inlet, ...]:
    """Return two supplies, each able to carry the whole draw; catalogues often leave them out."""
    # A C13 outlet carries 10 A, 2300 W at 230 V; what draws more has C20 inlets.
    kind = "c14" if budget_w * 1000 <= OUTLET_RATED_MA["c13"] * DEFAULT_VOLTS_LN else "c20"
    return (Inlet(name="PSU1", type=kind), Inlet(name="PSU2", type=kind))


def psus_required(inlets: tuple[Inlet, ...]) -> Assumed:
    """Return half of the power ports, rounded up."""
    return Assumed(-(-len(inlets) // 2), f"half of {len(inlets)} power ports, rounded up")


def nameplate_w(inlets: tuple[Inlet, ...], required: int) -> int | None:
    """Return the largest ratings of `required` supplies, or None where one is missing."""
    ratings = sorted((i.rating_w for i in inlets if i.rating_w is not None), reverse=True)
    return sum(ratings[:required]) if required and len(ratings) >= required else None


def budget_w(nameplate: int | None, share_permille: int, role: str, u_height_half: int) -> Assumed:
    """Return a share of the nameplate, or the table's figure by role and height."""
    if nameplate is not None:
        percent = f"{share_permille / 10:g} %"
        return Assumed(
            -(-nameplate * share_permille // 1000), f"{percent} of nameplate {nameplate} W"
        )
    kind = role_kind(role)
    value = BUDGET_W[kind].of(u_height_half)
    return Assumed(value, f"no nameplate: usual draw of role `{role}` at {_units(u_height_half)}")


def mass_g(role: str, u_height_half: int) -> Assumed:
    """Return the table's mass by role and height."""
    value = MASS_G[role_kind(role)].of(u_height_half)
    return Assumed(value, f"no weight: usual mass of role `{role}` at {_units(u_height_half)}")


def _units(u_height_half: int) -> str:
    return f"{u_height_half // 2}{'.5' if u_height_half % 2 else ''}U"
