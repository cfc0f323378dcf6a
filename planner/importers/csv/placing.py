"""Where a row's device stands: rack, units and face checked against the rack and its neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from planner.importers.csv import cells
from planner.importers.csv.feeds import Node, Power, strand_of
from planner.importers.csv.headings import fold
from planner.importers.csv.racks import Rack, Space
from planner.importers.csv.roles import Standing
from planner.importers.csv.tables import Record
from planner.importers.csv.types import Model


@dataclass
class Place:
    """A device's place; what does not stand is to be planned, in its rack where it has one."""

    rack: Rack | None = None
    position_half: int | None = None
    face: str = "front"
    is_standing: bool = False


@dataclass
class Feeds:
    """What a row says of its feeds: cells that name one, and the nodes they stand for."""

    asked: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)


def find_rack(record: Record, space: Space, state: Standing) -> tuple[Rack | None, bool]:
    """Return the rack that a row names, and whether the row can be taken (the reason is noted)."""
    text = record.text("rack")
    if not text:
        if record.text("position") and state == "standing":
            message = f"no rack, but units `{record.text('position')}`"
            record.note("error", "rack-missing", "rack", message, "the device is left out")
            return None, False
        if state == "standing":
            record.note(
                "warning",
                "place-missing",
                "rack",
                "neither rack nor units",
                "imported to be placed",
            )
        return None, True
    hit = space.names.find(text)
    if hit is None:
        if not space.is_read and not space.racks_declared:
            return space.assumed_rack(record), True
        record.note(
            "error", "rack-unknown", "rack", f"unknown rack `{text}`", "the device is left out"
        )
        return None, False
    if not hit.is_exact:
        record.note("note", "name-spelling", "rack", f"`{text}` is taken as rack `{hit.value.id}`")
    _check_room(record, hit.value, space)
    return hit.value, True


def _check_room(record: Record, rack: Rack, space: Space) -> None:
    room = space.rooms.get(rack.room)
    text = record.text("room")
    known = {fold(text) for text in (room.id, room.name)} if room is not None else set()
    if text and room is not None and room.name and fold(text) not in known:
        message = f"rack `{rack.id}` stands in `{room.name}`, the row says `{text}`"
        record.note("warning", "room-differs", "room", message, "the rack's room is taken")


def side_of(record: Record) -> cells.Side | None:
    """Return the face that a row names: in its own column, else beside the units."""
    if record.text("face"):
        return record.read("face", cells.face, "taken as front")
    try:
        found = cells.position(record.text("position"), record.table.decimal).value
    except cells.CellError:
        return None
    return None if found.face is None else cells.Side(found.face)


def read_place(
    record: Record, rack: Rack | None, model: Model, side: cells.Side | None, is_planned: bool
) -> Place:
    """Return the place of a row, neighbours aside; what cannot be is to be planned instead."""
    place = Place(rack, face=side.face if side is not None else "front")
    if rack is None or is_planned:
        return place
    if model.u_height_half == 0:
        if record.text("position"):
            record.note(
                "note", "place-zero-u", "position", "a device of 0 U takes no units", "left out"
            )
        place.is_standing = True
        return place
    again = "imported to be placed in its rack"
    found = record.read("position", partial(cells.position, decimal=record.table.decimal), again)
    if found is None:
        if not record.text("position"):
            record.note(
                "error", "position-missing", "position", f"no units in rack `{rack.id}`", again
            )
        return place
    low = int(2 * found.low)
    if found.high is not None:
        _check_span(record, found.low, found.high, model)
    end = low + model.u_height_half
    if low < 2 * rack.starting_unit or end > 2 * (rack.starting_unit + rack.u_height):
        last = rack.starting_unit + rack.u_height - 1
        message = (
            f"unit {found.low} with {_units(model.u_height_half)} U is outside rack `{rack.id}`,"
            f" which has {rack.starting_unit} to {last}"
        )
        record.note("error", "place-outside", "position", message, again)
        return place
    place.position_half, place.is_standing = low, True
    return place


def _check_span(record: Record, low: Decimal, high: Decimal, model: Model) -> None:
    half = int(2 * (high - low)) + 2
    if half != model.u_height_half:
        message = (
            f"units {low} to {high} are {_units(half)} U, the device has"
            f" {_units(model.u_height_half)} U"
        )
        record.note("error", "place-height", "position", message, f"taken from unit {low}")


def _units(half: int) -> str:
    return f"{half // 2}{'.5' if half % 2 else ''}"


class Occupied:
    """The half units that are taken, by rack and face."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str, int], Record] = {}

    def take(self, record: Record, place: Place, model: Model, is_full_depth: bool) -> None:
        """Take a place, or make it one to be planned where another device has it already."""
        if place.rack is None or place.position_half is None:
            return
        faces = ("front", "rear") if is_full_depth else (place.face,)
        start = place.position_half
        cells_taken = [
            (place.rack.id, face, half)
            for face in faces
            for half in range(start, start + model.u_height_half)
        ]
        for cell in cells_taken:
            other = self._taken.get(cell)
            if other is not None:
                unit = _units(cell[2])
                message = (
                    f"unit {unit} ({cell[1]}) of rack `{place.rack.id}` is taken by"
                    f" `{other.text('name')}` of row {other.row}"
                )
                action = "imported to be placed in its rack"
                record.note("error", "place-overlap", "position", message, action)
                place.position_half, place.is_standing = None, False
                return
        for cell in cells_taken:
            self._taken[cell] = record


def note_duplicates(records: Sequence[Record], name: str, slug: str, noun: str) -> None:
    """Note numbers that two rows share; both rows stay."""
    first: dict[str, Record] = {}
    for record in records:
        key = re.sub(r"\s", "", record.text(name)).casefold()
        if not key:
            continue
        other = first.setdefault(key, record)
        if other is not record:
            message = f"{noun} `{record.text(name)}` stands in row {other.row} already"
            record.note("error", slug, name, message, "both devices are imported")


# -- feeds ----------------------------------------------------------------------------------------


def wanted_feeds(record: Record, rack: Rack | None, power: Power) -> Feeds:
    """Return the feeds of a row: of `feed_a` and `feed_b`, else of `feeds` (`A+B`)."""
    found = Feeds()
    pairs = [(name, text) for name in ("feed_a", "feed_b") if (text := record.text(name))]
    pairs = [(name, text) for name, text in pairs if text.casefold() not in ("nein", "no", "0")]
    if not pairs and (text := record.text("feeds")):
        parts = re.split(r"\s*(?:\+|/|,|;|&|\bund\b|\band\b)\s*", text)
        pairs = [("feeds", part) for part in parts if part]
    for name, text in pairs:
        found.asked.append(text)
        node = _feed(record, name, text, rack, power) if rack is not None else None
        if node is not None:
            found.nodes.append(node.id)
    return found


def _feed(record: Record, name: str, text: str, rack: Rack, power: Power) -> Node | None:
    """Return the feed that a cell names, None where there is none of that name in the rack."""
    hit = power.names.find(text)
    in_rack = power.of_rack(rack.id)
    if hit is not None and hit.value.kind == "feed":
        if hit.value.rack == rack.id:
            return hit.value
        message = (
            f"feed `{hit.value.id}` serves rack `{hit.value.rack}`,"
            f" the device stands in `{rack.id}`"
        )
        record.note("error", "feed-elsewhere", name, message, "its cords are left out")
        return None
    is_mark = text.casefold() in ("x", "ja", "yes", "1", "2", "✓")
    strand = {"feed_a": "A", "feed_b": "B"}.get(name, "") if is_mark else strand_of(text)
    of_strand = [node for node in in_rack if strand and node.strand == strand]
    if len(of_strand) == 1:
        return of_strand[0]
    if (gone := power.left_out.find(text)) is not None:
        message = f"feed `{text}` was left out ({gone.value})"
        record.note("warning", "feed-left-out", name, message, "its cords are left out")
    elif power.nodes:
        known = ", ".join(f"`{node.id}`" for node in in_rack) or "none"
        message = f"no feed `{text}` in rack `{rack.id}`; it has {known}"
        record.note("error", "feed-unknown", name, message, "its cords are left out")
    return None


def cords_of(
    record: Record, feeds: Feeds, inlets: Sequence[tuple[str, str]], power: Power
) -> dict[str, str] | None:
    """Return inlet -> feed, None where they are not known."""
    asked, nodes = feeds.asked, feeds.nodes
    if not inlets or not asked or len(nodes) != len(asked):
        return None
    name = "feeds" if record.text("feeds") else ("feed_b" if len(asked) > 1 else "feed_a")
    if len(asked) > len(inlets):
        message = f"{len(asked)} feeds for {len(inlets)} power supply"
        record.note("error", "feed-supplies", name, message, "its cords are left out")
        return None
    if len(inlets) % len(asked):
        message = f"{len(asked)} feeds for {len(inlets)} power supplies"
        record.note(
            "error",
            "feed-supplies",
            name,
            message,
            "its cords are left out: which cord on which feed?",
        )
        return None
    if len(asked) < len(inlets):
        noun = "feed" if len(asked) == 1 else "feeds"
        message = f"{len(inlets)} power supplies on {len(asked)} {noun}: corded in turn"
        record.note("imputed", "feed-turn", name, message)
    cords = {}
    for index, (inlet, kind) in enumerate(inlets):
        node = power.nodes[nodes[index % len(nodes)]]
        outlet = {"c14": "c13", "c20": "c19", "c8": "c7", "c6": "c5", "": "c13"}[kind]
        if outlet not in node.outlets:
            message = f"feed `{node.id}` has no outlet {outlet.upper()} for `{inlet}`"
            record.note("error", "feed-outlet", name, message, "its cords are left out")
            return None
        cords[inlet] = node.id
    return cords
