"""`planner show`: racks drawn as text, and pools with what runs on them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.cli.options import (
    as_of_option,
    complete_ids,
    estate_options,
    format_option,
    layout_option,
    with_options,
)
from planner.cli.output import print_json, say

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.model.estate import Estate
    from planner.report.usage import Device, RackUsage

#: Columns where stdout is no terminal.
DEFAULT_WIDTH = 100


@click.command(name="show")
@click.argument(
    "places", nargs=-1, shell_complete=complete_ids("rack", "row", "room", "site", "pool")
)
@with_options(estate_options, layout_option, as_of_option)
@click.option("--as-built", is_flag=True, help="What stands now, instead of the layout.")
@click.option(
    "--face",
    type=click.Choice(["both", "front", "rear"]),
    default="both",
    show_default=True,
    help="Which faces to draw.",
)
@click.option(
    "--history", is_flag=True, help="Who placed what when, by which lock, from the register."
)
@click.option("--width", type=click.IntRange(40, 1000), help="Columns.  [default: the terminal's]")
@format_option
def command(
    places: tuple[str, ...],
    estate: str | None,
    patches: tuple[Path, ...],
    layout: Path | None,
    as_of: date | None,
    as_built: bool,
    face: str,
    history: bool,
    width: int | None,
    fmt: str,
) -> int:
    """Draw racks as text, front and rear; list pools with the services on them.

    PLACES are ids of racks, rows, rooms, sites or pools. Without any, a line for each rack and each
    pool of the estate. With --history they may be ids of instances and workloads, too, also of
    former ones.
    """
    from planner.cli.context import load_lock, load_target, today
    from planner.explain.diff import places_of
    from planner.report.elevation import overview
    from planner.report.pools import pool_json, pool_usage, pools_overview, render_pool
    from planner.report.usage import usage

    target = load_target(estate, patches, layout)
    if history:
        return _history(target, places, fmt)
    day = as_of or today()
    lock = None if as_built else load_lock(target)
    source = target.inventory.as_built if lock is None else lock
    pools = pools_of(target.estate, places, as_built)
    rest = tuple(place for place in places if place not in target.estate.pools)
    racks = racks_of(target.estate, rest) if places else list(target.estate.racks)
    usages = usage(target.estate, places_of(source), racks, day)
    on_pools = [] if lock is None else pool_usage(target.estate, lock, pools, day)
    if fmt == "json":
        name = "as-built" if as_built else str(target.layout_path)
        payload = {"estate": target.estate.id, "layout": name, "as_of": day.isoformat()}
        found = {
            "racks": [_rack_json(item) for item in usages],
            "pools": [pool_json(item) for item in on_pools],
        }
        print_json("show", {**payload, **found})
    elif places:
        if usages:
            _draw(usages, width, face)
        blocks = [render_pool(item) for item in on_pools]
        say("\n\n".join(blocks if not usages or not blocks else ["", *blocks]))
    else:
        say(overview(usages))
        if on_pools:
            say(f"\n{pools_overview(on_pools)}")
    return 0


def pools_of(estate: Estate, places: tuple[str, ...], as_built: bool) -> list[str]:
    """Return the pools that are named, and those at the named sites; all without a name.

    Raises
    ------
    UsageError
        When a pool is asked for as built: services do not stand.
    """
    from planner.errors import UsageError

    if as_built:
        for place in places:
            if place in estate.pools:
                raise UsageError(f"no service stands on `{place}`", hint="leave --as-built out")
        return []
    return [p.id for p in estate.pools.values() if not places or {p.id, p.site} & {*places}]


def _history(target: Target, places: tuple[str, ...], fmt: str) -> int:
    from planner.cli.context import load_register, shown
    from planner.report.history import history_json, render_history, select

    path, _, entries = load_register(target.estate)
    if places:
        workload_of = {entry.key: entry.key.rpartition("-")[0] for entry in entries}
        instances = {
            key for key, workload in workload_of.items() if key in places or workload in places
        }
        known = {*workload_of, *workload_of.values(), *target.estate.workloads}
        inside = tuple(place for place in places if place not in known)
        racks = racks_of(target.estate, inside) if inside else []
        entries = tuple(select(entries, instances, racks))
    if fmt == "json":
        payload = {"estate": target.estate.id, "register": str(shown(path))}
        print_json("history", {**payload, "entries": history_json(entries)})
    else:
        say(render_history(entries) if entries else "no entry")
    return 0


def _draw(usages: list[RackUsage], width: int | None, face: str) -> None:
    import shutil

    from planner.model.space import Face
    from planner.report.elevation import LEGEND, draw, figures

    columns = width or shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    faces = tuple(Face) if face == "both" else (Face(face),)
    say(draw(usages, columns, faces))
    say(f"\n{LEGEND}")
    for item in usages:
        say(f"{item.rack.id}: {figures(item)}")


def racks_of(estate: Estate, places: tuple[str, ...]) -> list[str]:
    """Return the racks in the named racks, rows, rooms and sites, in order, each once.

    Raises
    ------
    UsageError
        When a name is none of these; the nearest one is named.
    """
    import difflib

    from planner.errors import UsageError

    found: dict[str, None] = {}
    for place in places:
        inside = [r.id for r in estate.racks.values() if place in (r.id, r.row, r.room, r.site)]
        if not inside:
            known = [*estate.racks, *estate.rows, *estate.rooms, *estate.sites, *estate.pools]
            near = difflib.get_close_matches(place, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`planner show` lists all racks"
            what = "holds no rack" if place in known else "is no rack, row, room, site or pool"
            raise UsageError(f"`{place}` {what} of `{estate.id}`", hint=hint)
        found.update(dict.fromkeys(inside))
    return list(found)


def _rack_json(usage: RackUsage) -> dict[str, Any]:
    rack = usage.rack
    return {
        "id": rack.id,
        "row": rack.row,
        "room": rack.room,
        "site": rack.site,
        "u_height": rack.u_height,
        "starting_unit": rack.starting_unit,
        "used_front_half": usage.used_front_half,
        "mass_g": usage.mass_g,
        "max_weight_g": rack.max_weight_g,
        "draw_w": usage.draw_w,
        "max_power_w": rack.max_power_w,
        "devices": [_device_json(device) for device in usage.devices],
        "other_days": [_device_json(device) for device in usage.later],
        "blocked": [units.model_dump(mode="json") for units in rack.blocked],
        "reservations": [item.model_dump(mode="json") for item in usage.reservations],
    }


def _device_json(device: Device) -> dict[str, Any]:
    from planner.explain.diff import place_json

    return {
        "instance": device.instance,
        "type": device.equipment.type,
        "u_height_half": device.equipment.u_height_half,
        "is_full_depth": device.equipment.is_full_depth,
        "place": place_json(device.place),
    }
