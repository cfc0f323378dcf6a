"""Cooling zones and the units that cool them; units are consumers of the power graph."""

from __future__ import annotations

from planner.model.base import Declared


class CoolingZone(Declared):
    """Racks that share cooling; `ride_through_s` is how long they stay cool without any."""

    id: str
    site: str
    ride_through_s: int = 0


class CoolingUnit(Declared):
    """A unit that removes `capacity_w` of heat from its zone while it runs and is fed.

    `nodes` are the power nodes it is corded to, one cord each; it runs while at least
    `cords_required` of them are fed and draws `draw_w`, shared by its live cords.
    """

    id: str
    site: str
    zone: str
    room: str | None = None
    capacity_w: int
    draw_w: int = 0
    power_factor_permille: int = 1000
    nodes: tuple[str, ...] = ()
    cords_required: int = 1
    restart_s: int = 0
