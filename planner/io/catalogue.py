"""The shipped device catalogue (`planner/catalogue/`), read lazily, and an estate's own types."""

from __future__ import annotations

import csv
from decimal import Decimal
from functools import cache
from pathlib import Path

from planner.io.build.context import Context, port_counts
from planner.io.expansion import Entry
from planner.io.items.demand import DeviceTypeItem, InletItem
from planner.io.rounding import halves, up, up_or_none
from planner.model.device import DeviceType, Inlet
from planner.model.space import Airflow

CATALOGUE_FILE = Path(__file__).parent.parent / "catalogue" / "device_types.csv"

#: Outlets are no inlets: what somebody who wrote the one likely meant.
INLET_FOR_OUTLET = {"c13": "c14", "c19": "c20", "c15": "c16", "c21": "c22", "c7": "c8", "c5": "c6"}


@cache
def _rows() -> tuple[dict[str, int], dict[str, list[str]]]:
    """Return column numbers, and the raw cells of every type by slug; nothing is parsed yet."""
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        columns = {name: index for index, name in enumerate(next(reader))}
        slug = columns["slug"]
        return columns, {cells[slug]: cells for cells in reader}


def catalogue_slugs() -> frozenset[str]:
    """Return the slugs of all shipped types."""
    return frozenset(_rows()[1])


@cache
def is_child(slug: str) -> bool:
    """Tell whether a shipped type goes into a chassis, not into a rack."""
    columns, rows = _rows()
    return slug in rows and rows[slug][columns["subdevice_role"]] == "child"


@cache
def catalogue_type(slug: str) -> DeviceType | None:
    """Return a shipped type, or None where there is none."""
    columns, rows = _rows()
    cells = rows.get(slug)
    if cells is None:
        return None

    def cell(name: str) -> str:
        return cells[columns[name]]

    weight = Decimal(cell("weight_kg") or 0)
    return DeviceType(
        slug=slug,
        manufacturer=cell("manufacturer"),
        model=cell("model"),
        part_number=cell("part_number"),
        u_height_half=halves(Decimal(cell("u_height"))) or 0,
        is_full_depth=cell("is_full_depth") == "True",
        mass_g=up(weight, 1000) or None,
        airflow=Airflow(cell("airflow")) if cell("airflow") else None,
        inlets=_catalogue_inlets(
            cell("port_types"), cell("max_draw_w_per_port"), cell("alloc_draw_w_per_port")
        ),
    )


def _catalogue_inlets(types: str, maximum: str, allocated: str) -> tuple[Inlet, ...]:
    if not types:
        return ()
    names = types.split("|")
    ratings = _figures(maximum, len(names))
    planned = _figures(allocated, len(names))
    return tuple(
        Inlet(name=f"PSU{n}", type=short_type(t), rating_w=r, allocated_w=a)
        for n, (t, r, a) in enumerate(zip(names, ratings, planned, strict=True), start=1)
    )


def _figures(cell: str, count: int) -> list[int | None]:
    figures = [up(Decimal(part)) or None if part else None for part in cell.split("|")]
    return figures if len(figures) == count else [None] * count


def short_type(name: str) -> str:
    """Return `c14` for NetBox's `iec-60320-c14`."""
    return name.lower().removeprefix("iec-60320-")


def build_device_types(context: Context) -> dict[str, DeviceType]:
    """Return every type that a workload names or the estate declares, by slug."""
    declared = context.entries["device_types"]
    used = {e.item.type for e in context.entries["workloads"].values() if e.item.type is not None}
    types: dict[str, DeviceType] = {}
    for slug in sorted(used | declared.keys()):
        base = catalogue_type(slug)
        entry = declared.get(slug)
        if entry is not None:
            types[slug] = _declared(context, entry, base)
        elif base is not None:
            types[slug] = base
    return types


def _declared(context: Context, entry: Entry, base: DeviceType | None) -> DeviceType:
    item: DeviceTypeItem = entry.item
    height = None if item.u_height is None else halves(item.u_height)
    if item.u_height is not None and height is None:
        message = f"`u_height`: expected a multiple of 0.5, found `{item.u_height}`"
        context.findings.add(entry.origin.where("u_height"), "value-range", message)
    if item.u_height is None and base is None:
        near = context.findings.nearest(entry.key, catalogue_slugs())
        hint = f"or did you mean to change `{near[0]}`?" if near else None
        new = f"`{entry.key}` is not in the catalogue, so it is a new device type"
        message = f"missing key `u_height`: {new}"
        context.findings.add(entry.origin.where(), "key-missing", message, hint)
    given = {
        "manufacturer": item.manufacturer,
        "model": item.model,
        "part_number": item.part_number,
        "u_height_half": height,
        "is_full_depth": item.is_full_depth,
        "mass_g": up_or_none(item.weight_kg, 1000),
        "airflow": Airflow(item.airflow) if item.airflow else None,
        "inlets": None if item.inlets is None else _inlets(context, entry, item.inlets),
        "psus_required": item.psus_required,
        "provides_ports": None if item.provides_ports is None else port_counts(item.provides_ports),
        "at": entry.origin.where(),
    }
    if base is None:
        base = DeviceType(slug=entry.key, manufacturer="", model=entry.key, u_height_half=0)
    return base.model_copy(update={key: value for key, value in given.items() if value is not None})


def _inlets(context: Context, entry: Entry, items: list[InletItem]) -> tuple[Inlet, ...]:
    inlets = []
    names: set[str] = set()
    for item in items:
        kind = short_type(item.type)
        where = entry.origin.where("inlets")
        if kind in INLET_FOR_OUTLET:
            message = f"inlet `{item.name}` of `{entry.key}`: `{kind}` is an outlet"
            hint = f"the inlet that fits it is `{INLET_FOR_OUTLET[kind]}`"
            context.findings.add(where, "inlet", message, hint)
        if item.name in names:
            context.findings.add(
                where, "id-duplicate", f"inlet `{item.name}` of `{entry.key}` is declared twice"
            )
        names.add(item.name)
        inlets.append(
            Inlet(
                name=item.name,
                type=kind,
                rating_w=up_or_none(item.maximum_draw),
                allocated_w=up_or_none(item.allocated_draw),
            )
        )
    return tuple(inlets)
