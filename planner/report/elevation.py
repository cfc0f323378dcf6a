"""Racks drawn as text, front and rear, on the half-U grid.

A rack whose devices or blocked units begin on half units is drawn with two lines a unit. Everything
is said in characters: `[name]` a device, `[= name]` the other side of a full-depth device,
`[/ blocked]`, `[~ id]` a reservation, `[! a + b]` two devices in one unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from planner.explain.text import grouped, unit_label
from planner.model.space import Face
from planner.report.usage import Cell, Device, RackUsage

#: Narrowest cell that still shows a useful part of an instance's id.
MIN_CELL = 14
MAX_CELL = 34

LEGEND = (
    "[name] device   [= name] its other side   [/ blocked]   [~ id] reserved   [! a + b] conflict"
)


class Mark(NamedTuple):
    """What fills a cell: the text on its topmost line, and what tells it from its neighbour."""

    text: str
    key: str


def marks(usage: RackUsage) -> dict[Cell, Mark]:
    """Return what fills each cell of a rack; free cells are missing."""
    found: dict[Cell, Mark] = dict.fromkeys(usage.blocked, Mark("/ blocked", "/"))
    for cell, reservation in usage.reserved.items():
        found[cell] = Mark(f"~ {reservation}", f"~{reservation}")
    owners: dict[Cell, list[Device]] = {}
    for device in usage.devices:
        for cell in device.cells:
            owners.setdefault(cell, []).append(device)
    for (half, face), devices in owners.items():
        if len(devices) > 1:
            names = " + ".join(sorted(device.instance for device in devices))
            found[half, face] = Mark(f"! {names}", f"!{names}")
        else:
            device = devices[0]
            is_back = device.place.face is not face
            found[half, face] = Mark(f"{'= ' if is_back else ''}{device.instance}", device.instance)
    return found


def draw(usages: Sequence[RackUsage], width: int, faces: Sequence[Face] = tuple(Face)) -> str:
    """Return the racks side by side, in as many bands as `width` columns need."""
    if not usages:
        return ""
    per_rack = len(faces) * (MIN_CELL + 3) + 2
    per_band = max(1, (width - 6) // per_rack)
    bands = [usages[i : i + per_band] for i in range(0, len(usages), per_band)]
    widest = max(len(band) for band in bands)
    cell = min(MAX_CELL, ((width - 6) // widest - 2) // len(faces) - 3)
    return "\n\n".join(_band(band, max(cell, MIN_CELL), faces) for band in bands)


def _band(band: Sequence[RackUsage], cell: int, faces: Sequence[Face]) -> str:
    rack_width = len(faces) * (cell + 3)
    filled = [marks(usage) for usage in band]
    step = 1 if any(map(_needs_halves, filled, band)) else 2
    top = max(usage.span.stop for usage in band) - step
    bottom = min(usage.span.start for usage in band)
    names = "  ".join(f"{usage.rack.id:<{rack_width}}" for usage in band)
    heads = "".join(f" {face.value:<{cell + 2}}" for face in faces)
    lines = [f"{'':6}{names}".rstrip(), f"{'':6}{'  '.join([heads] * len(band))}".rstrip()]
    for half in range(top, bottom - 1, -step):
        row = "  ".join(
            "".join(_cell(usage, found, half, step, face, cell) for face in faces)
            for usage, found in zip(band, filled, strict=True)
        )
        lines.append(f"{unit_label(half):>5} {row}".rstrip())
    return "\n".join([*lines, *_footer(band)])


def _needs_halves(found: dict[Cell, Mark], usage: RackUsage) -> bool:
    """Whether the two halves of some unit differ."""
    return any(
        found.get((half, face)) != found.get((half + 1, face))
        for half in usage.span[::2]
        for face in Face
    )


def _cell(
    usage: RackUsage, found: dict[Cell, Mark], half: int, step: int, face: Face, width: int
) -> str:
    """Return one cell; the mark's text stands on the topmost line it fills."""
    if half not in usage.span:
        return " " * (width + 3)
    mark = found.get((half, face))
    if mark is None:
        return f" {'.':<{width + 2}}"
    above = found.get((half + step, face))
    text = "" if above is not None and above.key == mark.key else shortened(mark.text, width)
    return f"[{text:<{width}}] "


def shortened(text: str, width: int) -> str:
    """Return the text in at most `width` characters; its end is kept, it tells instances apart."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}~{text[-tail:]}"


def _footer(band: Sequence[RackUsage]) -> list[str]:
    """Return what stands in no unit, and what stands there only on other days."""
    lines = []
    for usage in band:
        zero_u = [d.instance for d in usage.devices if not d.cells]
        if zero_u:
            lines.append(f"      {usage.rack.id}, in no unit: {', '.join(zero_u)}")
        for device in usage.later:
            lines.append(
                f"      {usage.rack.id}, not on this day: {device.instance} {_dates(device)}"
            )
    return lines


def _dates(device: Device) -> str:
    begin, end = device.workload.valid_from, device.workload.valid_until
    dates = [f"from {begin}" if begin else "", f"until {end}" if end else ""]
    where = unit_label(device.place.position_half) if device.place.position_half is not None else ""
    return " ".join(filter(None, [where, *dates]))


def figures(usage: RackUsage) -> str:
    """Return what of a rack is in use: units at the front, mass, draw, each of its limit."""
    rack = usage.rack
    mass = f"{grouped(-(-usage.mass_g // 1000))}"
    mass += f" of {grouped(rack.max_weight_g // 1000)} kg" if rack.max_weight_g else " kg"
    power = f"{grouped(usage.draw_w)}"
    power += f" of {grouped(rack.max_power_w)} W" if rack.max_power_w else " W"
    return f"{_units(usage.used_front_half)} of {rack.u_height} U, {mass}, {power}"


def _units(half: int) -> str:
    return f"{half // 2}.5" if half % 2 else str(half // 2)


def overview(usages: Sequence[RackUsage]) -> str:
    """Return a line for each rack: where it is, and what of it is in use."""
    rows = [
        (u.rack.id, u.rack.row, u.rack.status.value, str(len(u.devices)), figures(u))
        for u in usages
    ]
    head = ("rack", "row", "status", "devices", "in use")
    widths = [max(len(row[k]) for row in [head, *rows]) for k in range(4)]
    return "\n".join(
        "  ".join([*(f"{text:<{w}}" for text, w in zip(row, widths, strict=False)), row[4]])
        for row in [head, *rows]
    )
