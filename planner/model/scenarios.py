"""The scenario specification: what fails, and what follows. Evaluated twice, apart.

`planner.problem` and `planner.check` each derive the consequences for themselves from this page.

What fails
    The normal state; the loss of every single power node, cooling unit, rack, row, room, fire
    compartment and site. Losing a rack, row, room, fire compartment or site loses the racks in it,
    the power nodes and cooling units that stand in it (`rack`, `room`, `site` fields), and the
    instances in those racks.

What follows
    1. *Dead nodes (sustained look).* A lost node is dead. A node whose parent is dead is dead. A
       transfer switch is fed through `preferred` while that is alive, else through `alternate`
       while that is alive, else it is dead. A UPS with a dead parent is dead in both looks.
    2. *Gap.* `gap(n)` is the dropout in ms that n sees. Utility: 0. Generator: 0 if in the normal
       state it feeds any other node, else `1000 * start_s`. Other nodes: the gap of what feeds
       them; a switch that changed to its alternate adds `transfer_ms`. A UPS whose input gap is
       positive and at most its autonomy runs *on battery*: its own gap is 0.
    3. *Two looks.* If in the sustained look any switch is fed through its alternate although it is
       fed through its preferred parent in the normal state, the scenario is looked at twice:
       `interruption` and `sustained`; otherwise once (`sustained`). In the interruption a node is
       live iff it is alive and `gap <= RIDE_THROUGH_MS`; in the sustained look iff it is alive.
    4. *Devices.* A cord is live iff its node is live in that look and the device's rack is not
       lost. A device is up iff it has at least `psus_required` live cords (a device with no
       inlets: iff its rack is not lost). Up devices draw their budget, shared evenly by the live
       cords (active-active) or by the first `psus_required` live cords in order of the inlets
       (active-standby). Down devices draw nothing.
    5. *Loads.* A node's load is `own_w` + the cords on it + for each live child fed through it
       `load(child) * (1000 + loss_permille) / 1000 + input_w(child)`, plus `recharge_w(child)` in
       the sustained look of a scenario in which that UPS ran on battery. `own_w` counts while the
       node is live. A UPS on battery in the interruption draws nothing from its parent. VA: a
       cord's W / power factor; `own_w`, `input_w` and `recharge_w` at power factor 1; the parent
       of a UPS sees its whole input W / `input_pf`.
    6. *Cooling units* run iff at least `cords_required` of their nodes are live (always, when they
       have none) and they are not lost; a running unit draws `draw_w`, shared evenly by its live
       cords. In the interruption a unit that is fed again in the sustained look also counts as
       running for its zone (yet draws nothing) if it restarts in time: the `cords_required`-th
       smallest gap of its nodes, rounded up to seconds, plus `restart_s` is at most
       `ride_through_s` of its zone.

Cords are listed in the order of the device's inlets. Heat of an up device = its draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from planner.model.estate import Estate
from planner.model.power import PowerKind

#: Levels of place, from small to large.
PLACE_LEVELS = ("rack", "row", "room", "fire_compartment", "site")

#: Levels at which a workload may ask to survive a loss.
SURVIVE_LEVELS = (*(kind.value for kind in PowerKind), "cooling_unit", *PLACE_LEVELS)

#: Levels over which instances may be spread or kept together.
SPREAD_LEVELS = PLACE_LEVELS

NORMAL = "normal"


class Look(StrEnum):
    """When a scenario is looked at."""

    INTERRUPTION = "interruption"
    SUSTAINED = "sustained"


class Scenario(NamedTuple):
    """The normal state, or the loss of one domain `lost` of a `kind`."""

    kind: str
    lost: str = ""

    @property
    def id(self) -> str:
        """Return `normal` or `loss of <kind> <id>`."""
        return f"loss of {self.kind} {self.lost}" if self.lost else NORMAL


def iter_scenarios(estate: Estate) -> Iterable[Scenario]:
    """Yield the normal state, then the loss of every single domain, in canonical order."""
    yield Scenario(NORMAL)
    for node in estate.power_nodes.values():
        yield Scenario(node.kind.value, node.id)
    for kind, ids in (
        ("cooling_unit", estate.cooling_units),
        ("rack", estate.racks),
        ("row", estate.rows),
        ("room", estate.rooms),
        ("fire_compartment", estate.fire_compartments),
        ("site", estate.sites),
    ):
        for key in ids:
            yield Scenario(kind, key)
