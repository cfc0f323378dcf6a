"""`export csv`: one row an instance, everything about it in columns, for a spreadsheet."""

from __future__ import annotations

import csv
import io

from planner.exporters.places import Placed, placed, units
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout
from planner.model.workload import Equipment

COLUMNS = (
    "instance", "workload", "tenant", "role", "manufacturer", "model", "type", "site", "room",
    "row", "rack", "position", "face", "u_height", "budget_w", "mass_kg", "state", "cords",
)  # fmt: skip
#: What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_flat(estate: Estate, as_built: AsBuilt, layout: Layout | None) -> str:
    """Return the table as CSV (UTF-8, comma, CRLF as RFC 4180 has it)."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for one in placed(estate, as_built, layout):
        writer.writerow([_safe(cell) for cell in _row(estate, one)])
    return stream.getvalue()


def _row(estate: Estate, one: Placed) -> list[str]:
    equipment = one.workload.equipment
    assert isinstance(equipment, Equipment)
    rack, place = estate.racks[one.place.rack], one.place
    device = estate.device_types.get(equipment.type)
    return [
        one.instance,
        one.workload.id,
        one.workload.tenant,
        one.workload.role,
        device.manufacturer if device is not None else "",
        device.model if device is not None else "",
        equipment.type,
        rack.site,
        rack.room,
        rack.row,
        rack.id,
        units(place.position_half) if place.position_half is not None else "",
        place.face.value if place.face is not None else "",
        units(equipment.u_height_half),
        str(equipment.draw.budget_w),
        f"{equipment.mass_g // 1000}.{equipment.mass_g % 1000:03d}",
        one.state,
        " ".join(f"{cord.inlet}={cord.node}" for cord in place.cords or ()),
    ]


def _safe(cell: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
