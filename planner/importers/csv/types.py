"""Device types: of the catalogue where the model is known, else of the estate, from the rows.

All rows are read before a type is settled: rows of one model that give different supplies or depths
become types of their own, and the most frequent keeps the plain name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from planner.importers.csv.cells import Side
from planner.importers.csv.circuits import Supplies
from planner.importers.csv.ids import slug
from planner.importers.csv.models import Catalogue, Match
from planner.importers.csv.tables import Record
from planner.io import assume
from planner.io.catalogue import catalogue_type, is_child
from planner.model.device import DeviceType
from planner.model.power import DEFAULT_VOLTS_LN, OUTLET_RATED_MA

#: Roles that draw nothing and are half as deep as a rack, where nothing else is said.
PASSIVE = frozenset({"patch-panel", "cable-management", "blank", "shelf"})
#: Roles that are part of the supply: what feeds them is no outlet of a rack.
SUPPLYING = frozenset({"pdu", "ups"})
#: Usual height in half units of a model whose row says nothing.
USUAL_HALF = 2


class Model(NamedTuple):
    """What a row's model is: a type of the catalogue, or one of the estate's own."""

    base: str
    manufacturer: str
    model: str
    device: DeviceType | None
    u_height_half: int


class Spec(NamedTuple):
    """What a row says about its type; rows with the same one share a type."""

    model: Model
    is_full_depth: bool
    inlets: tuple[str, ...] | None
    rating_w: Decimal | None = None


@dataclass
class Settled:
    """A type as rows refer to it, and its item of the estate, where the catalogue's does not do."""

    slug: str
    item: dict[str, Any] | None
    inlets: list[tuple[str, str]]


def find_model(record: Record, catalogue: Catalogue, role: str) -> Model | None:
    """Return what a row's model is, None where it cannot stand in a rack (noted)."""
    maker, name = record.text("manufacturer"), record.text("model")
    height = _height_half(record)
    given = catalogue.slug_named(name) if name else None
    if given is not None:
        device = catalogue_type(given)
        if device is not None:
            return _of_catalogue(record, Match(given, 100, device), height)
        return Model(given, maker, name, None, _height_or_usual(record, height, given))
    if name or record.text("part_number"):
        found = catalogue.matches(maker, name, record.text("part_number"))
        near = [m for m in found if catalogue.is_near(m)]
        if near and (match := _taken(record, near, height)) is not None:
            return _of_catalogue(record, match, height)
        _note_unknown(record, catalogue, found)
    return _own(record, maker, name, role, height)


def _taken(record: Record, near: Sequence[Match], height: int | None) -> Match | None:
    """Return the match to take; a name that is only alike must agree in height."""
    best = near[0]
    maker, name = record.text("manufacturer"), record.text("model")
    if best.percent == 100:
        return best
    title = f"{maker} {name}".strip()
    label = f"`{best.slug}` ({best.percent} % alike)"
    if height is not None and height != best.device.u_height_half:
        known = _units(best.device.u_height_half)
        message = f"`{title}` is like {label}, but {_units(height)} U and not {known} U"
        record.note("warning", "type-unlike", "model", message, "taken as a type of its own")
        return None
    if len(near) > 1 and near[1].percent == best.percent:
        others = " or ".join(f"`{match.slug}`" for match in near)
        message = f"`{title}` may be {others}"
        record.note("warning", "type-ambiguous", "model", message, "taken as a type of its own")
        return None
    action = "if it is another, name it under `models` in the mapping file"
    record.note("warning", "type-similar", "model", f"`{title}` is taken as {label}", action)
    return best


def _note_unknown(record: Record, catalogue: Catalogue, found: Sequence[Match]) -> None:
    name, maker = record.text("model"), record.text("manufacturer")
    near = found[0].slug if found else catalogue.nearest(maker, name)
    if ("model", "type-unlike") in record.noted or ("model", "type-ambiguous") in record.noted:
        return
    hint = f"; the nearest is `{near}`" if near else ""
    message = f"`{f'{maker} {name}'.strip()}` is not in the catalogue{hint}"
    record.note(
        "note", "type-unknown", "model", message, "a type of the estate, from the row's figures"
    )


def _of_catalogue(record: Record, match: Match, height: int | None) -> Model | None:
    device = match.device
    if is_child(match.slug):
        message = f"`{match.slug}` goes into a chassis, not into a rack"
        record.note("error", "type-child", "model", message, "left out: list the chassis instead")
        return None
    if height is not None and height != device.u_height_half:
        known = _units(device.u_height_half)
        message = f"{_units(height)} U, the catalogue has {known} U for `{match.slug}`"
        record.note("error", "type-height", "u_height", message, "the catalogue's height is taken")
    return Model(match.slug, device.manufacturer, device.model, device, device.u_height_half)


def _own(record: Record, maker: str, name: str, role: str, height: int | None) -> Model:
    title = f"{maker} {name}".strip()
    half = _height_or_usual(record, height, title or role)
    base = slug(f"{maker} {role} {_units(half)}u".strip())
    if slug(name):
        base = slug(title)
    if catalogue_type(base) is not None:
        base = f"{base}-{_units(half)}u".replace(".", "-")
    return Model(base, maker, name or role, None, half)


def _height_or_usual(record: Record, height: int | None, title: str) -> int:
    if height is not None:
        return height
    if not record.text("u_height"):
        item = ("device_types", slug(title))
        message = f"no height of `{title}`: taken as {_units(USUAL_HALF)} U"
        record.note("imputed", "type-height", "u_height", message, "", item)
    return USUAL_HALF


def _height_half(record: Record) -> int | None:
    """Return the height in half units: the row's figure, else that of its span of units."""
    value = record.figure("u_height", "the height is taken from elsewhere")
    if value is None:
        return None
    if 2 * value != int(2 * value):
        message = f"{value} U are no whole or half units"
        record.note("error", "cell-range", "u_height", message, "rounded up")
    return -(-int(2 * value * 10) // 10)


def _units(half: int) -> str:
    return f"{half // 2}{'.5' if half % 2 else ''}"


# -- one row's type -------------------------------------------------------------------------------


def make_spec(
    record: Record,
    model: Model,
    role: str,
    side: Side | None,
    given: Supplies | None,
    power_w: Decimal | None,
    num_feeds: int,
) -> Spec:
    """Return what a row says about its type beyond the model: depth and supplies."""
    inlets, rating = _inlets(record, model, role, given, power_w, num_feeds)
    return Spec(model, _is_full_depth(record, model, role, side), inlets, rating)


def _is_full_depth(record: Record, model: Model, role: str, side: Side | None) -> bool:
    given = record.flag("full_depth")
    if given is not None:
        return given
    if side is not None and side.is_full_depth:
        return True
    if model.device is not None:
        return model.device.is_full_depth
    return role not in PASSIVE and not (side is not None and side.face == "rear")


def _inlets(
    record: Record,
    model: Model,
    role: str,
    given: Supplies | None,
    power_w: Decimal | None,
    num_feeds: int,
) -> tuple[tuple[str, ...] | None, Decimal | None]:
    """Return the inlets' types (None: as the catalogue has them, or as loading assumes them)."""
    usable = () if model.device is None else assume.cordable(model.device.inlets)
    count = _count(record, model, role, given, power_w, num_feeds)
    required = None if given is None else given.required
    rating = None if given is None else given.rating_w
    if count is None or (usable and count == len(usable)):
        return None, None
    each = (power_w or Decimal(0)) / (required or -(-count // 2) or 1)
    limit = OUTLET_RATED_MA["c13"] * DEFAULT_VOLTS_LN // 1000
    kind = usable[0].type if usable else "c14" if each <= limit else "c20"
    return (kind,) * count, rating


def _count(
    record: Record,
    model: Model,
    role: str,
    given: Supplies | None,
    power_w: Decimal | None,
    num_feeds: int,
) -> int | None:
    """Return the number of supplies, None where the catalogue's or loading's figure does."""
    known = () if model.device is None else model.device.inlets
    usable = assume.cordable(known)
    if given is not None:
        if usable and given.number != len(usable):
            message = f"{given.number} supplies, the catalogue has {len(usable)} for `{model.base}`"
            record.note(
                "warning", "type-supplies", "supplies", message, "the row's number is taken"
            )
        return given.number
    if usable:
        if num_feeds <= len(usable):
            return None
        message = f"{num_feeds} feeds, the catalogue has {len(usable)} supply for `{model.base}`"
        name = "feeds" if record.text("feeds") else "feed_b"
        record.note("warning", "type-supplies", name, message, f"taken as {num_feeds} supplies")
        return num_feeds
    if role in SUPPLYING:
        return 0
    if known:
        count = num_feeds or 2
        message = f"inlets of `{model.base}` fit no outlet of a rack: taken as {count} x C14"
        record.note("imputed", "type-inlets", "model", message, "", ("device_types", model.base))
        return count
    if num_feeds:
        return num_feeds
    is_passive = model.device is None and role in PASSIVE and power_w is None
    return 0 if is_passive else None


# -- all rows -------------------------------------------------------------------------------------


def settle(specs: Sequence[Spec]) -> dict[Spec, Settled]:
    """Return the type of each spec; of several for one model one has its plain name."""
    by_base: dict[str, Counter[Spec]] = {}
    for spec in specs:
        by_base.setdefault(spec.model.base, Counter())[spec] += 1
    settled: dict[Spec, Settled] = {}
    for base in sorted(by_base):
        settled.update(_settle_model(base, by_base[base]))
    return settled


def _settle_model(base: str, counts: Counter[Spec]) -> dict[Spec, Settled]:
    ranked = sorted(counts, key=lambda s: (not _is_plain(s), -counts[s], _variant(s, True)))
    joined = {s: other for s in ranked if (other := _joins(s, ranked)) is not None}
    with_height = len({spec.model.u_height_half for spec in ranked}) > 1
    settled: dict[Spec, Settled] = {}
    for spec in ranked:
        if spec in joined:
            continue
        name = base if not settled else f"{base}{_variant(spec, with_height)}"
        while name in {other.slug for other in settled.values()}:
            name += "-x"
        settled[spec] = Settled(name, _item(spec, name), inlets_of(spec))
    return settled | {spec: settled[other] for spec, other in joined.items()}


def _joins(spec: Spec, ranked: Sequence[Spec]) -> Spec | None:
    """Return the spec whose supplies a row takes over that knows none, nor does the catalogue."""
    device = spec.model.device
    if spec.inlets is not None or (device is not None and device.inlets):
        return None
    alike = (s for s in ranked if s.inlets and s._replace(inlets=None) == spec)
    return next(alike, None)


def _is_plain(spec: Spec) -> bool:
    """Tell whether the catalogue's type does as it stands."""
    device = spec.model.device
    return device is not None and spec.inlets is None and spec.is_full_depth == device.is_full_depth


def _variant(spec: Spec, with_height: bool) -> str:
    text = f"-{_units(spec.model.u_height_half)}u" if with_height else ""
    if spec.inlets is not None:
        text += f"-{len(spec.inlets)}psu"
    if spec.rating_w is not None:
        text += f"-{spec.rating_w}w"
    return (text if spec.is_full_depth else f"{text}-half").replace(".", "-")


def _item(spec: Spec, name: str) -> dict[str, Any] | None:
    """Return the item of the estate: a type of its own, or what completes the catalogue's."""
    if _is_plain(spec):
        return None
    device = spec.model.device
    item: dict[str, Any] = {"slug": name}
    if device is not None and name == device.slug:
        if spec.is_full_depth != device.is_full_depth:
            item["is_full_depth"] = spec.is_full_depth
    else:
        if spec.model.manufacturer:
            item["manufacturer"] = spec.model.manufacturer
        item["model"] = spec.model.model
        item["u_height"] = Decimal(_units(spec.model.u_height_half))
        item["is_full_depth"] = spec.is_full_depth
        if device is not None:
            item |= _copied(spec, device)
    if spec.inlets is not None:
        rating = {} if spec.rating_w is None else {"maximum_draw": spec.rating_w}
        item["inlets"] = [{"name": n, "type": kind, **rating} for n, kind in inlets_of(spec)]
    return item


def _copied(spec: Spec, device: DeviceType) -> dict[str, Any]:
    """Return what a variant takes over from its type of the catalogue."""
    item: dict[str, Any] = {}
    if device.mass_g is not None:
        item["weight_kg"] = Decimal(device.mass_g) / 1000
    if device.airflow is not None:
        item["airflow"] = device.airflow.value
    if spec.inlets is None and device.inlets:
        item["inlets"] = [
            {"name": i.name, "type": i.type}
            | ({} if i.rating_w is None else {"maximum_draw": i.rating_w})
            for i in device.inlets
        ]
    return item


def inlets_of(spec: Spec) -> list[tuple[str, str]]:
    """Return names and types of the inlets that take cords, as loading will have them."""
    if spec.inlets is not None:
        return [(f"PSU{n}", kind) for n, kind in enumerate(spec.inlets, start=1)]
    device = spec.model.device
    if device is not None and device.inlets:
        return [(inlet.name, inlet.type) for inlet in assume.cordable(device.inlets)]
    return [("PSU1", ""), ("PSU2", "")]
