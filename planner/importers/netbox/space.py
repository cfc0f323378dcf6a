"""Sites, locations, racks and reservations of NetBox -> rooms, rows, racks."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.netbox.job import Job, known, marked
from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.tables import Row, units, whole_numbers

#: A location whose name says that it is a row of racks, and not a room.
_ROW = re.compile(r"(?i)(?:\A|[^a-z])(?:row|reihe|schrankreihe|aisle|gang)(?:[^a-z]|\Z)")
_NUMBERED = re.compile(r"(.*?)([0-9]+)\Z")
#: Own mass of an empty rack per unit, kg, where NetBox has none: cabinets by the shipped APC
#: AR3100 (42U, 125 kg), open frames by a third of that.
KG_PER_UNIT = {"cabinet": Decimal(3), "frame": Decimal(1)}
STATUSES = frozenset({"active", "available", "reserved", "planned", "deprecated"})
AIRFLOWS = frozenset({"front-to-rear", "rear-to-front"})


class Rack(NamedTuple):
    """A rack: its id, its site, and its units."""

    id: str
    row: Row
    site: int
    first: int
    height: int
    is_descending: bool

    def ascending(self, position: Decimal, height: Decimal) -> Decimal:
        """Return a position counted from the bottom."""
        if not self.is_descending:
            return position
        return self.first + self.height - height - (position - self.first)


class _Spot(NamedTuple):
    """Where a rack stands: room, row, and rack type."""

    room: str
    row: str
    type: str


def convert_space(job: Job) -> dict[int, Rack]:
    """Write sites, rooms, rows, racks and reservations; return the racks by NetBox's id."""
    for pk in job.sites:
        _site(job, pk)
    racks: dict[int, Rack] = {}
    spots: dict[_Spot, list[Rack]] = defaultdict(list)
    for row in job.tables.all("dcim.rack"):
        rack = _rack(job, row)
        if rack is not None:
            racks[row.pk] = rack
            spots[_spot(job, rack)].append(rack)
    _rooms(job, spots)
    for row in job.tables.all("dcim.rackreservation"):
        _reservation(job, row, racks)
    return racks


def _site(job: Job, pk: int) -> None:
    row = job.tables.get("dcim.site", pk)
    assert row is not None
    lat, lon = row.decimal("latitude"), row.decimal("longitude")
    site = known(id=job.sites[pk], name=row.name)
    if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180:
        site |= {"lat": lat, "lon": lon}
    job.documents[job.site_file(pk)] = {"site": site}


def _rack(job: Job, row: Row) -> Rack | None:
    site = job.site_of(row)
    if site is None:
        job.find(row.place, "error", "rack-site", "its site is not in the data", "left out")
        return None
    kind = job.tables.get("dcim.racktype", row["rack_type"])
    height = row.whole("u_height") or (kind.whole("u_height") if kind else None)
    if height is None or not 1 <= height <= 100:
        message = f"its height is {height if height is not None else 'no whole number of'} units"
        job.find(row.place, "error", "rack-height", message, "left out; 1 to 100 are taken")
        return None
    first = row.whole("starting_unit") or (kind.whole("starting_unit") if kind else None) or 1
    if first > 100:
        job.find(row.place, "error", "rack-start", f"its first unit is {first}", "taken as 1")
        first = 1
    location = job.tables.get("dcim.location", row["location"])
    names = [marked(row, "rack") or job.inside_site(site, row.name or f"rack-{row.pk}")]
    if location is not None:
        names.append(job.inside_site(site, f"{location['slug']}-{row.name}"))
    name = job.ids.take("rack", *names, pk=row.pk)
    if name != names[0]:
        job.find(
            row.place,
            "warning",
            "rack-name",
            "another rack of its site has its name",
            f"its id is `{name}`",
        )
    if row["desc_units"]:
        message = "its units are counted from the top"
        job.find(
            row.place,
            "note",
            "rack-descending",
            message,
            "positions are counted from the bottom here",
        )
    return Rack(name, row, site, first, height, bool(row["desc_units"]))


def _spot(job: Job, rack: Rack) -> _Spot:
    """Return room and row of a rack: its location is the one or the other, by its name."""
    owner = job.sites[rack.site]
    location = job.tables.get("dcim.location", rack.row["location"])
    room, line = f"{owner}-room", ""
    if location is not None and _ROW.search(f"{location.name} {location['slug']}"):
        line = inside(owner, str(location["slug"]))
        location = job.tables.get("dcim.location", location["parent"])
    if location is not None:
        room = inside(owner, str(location["slug"]))
    return _Spot(room, line or f"{room}-racks", _rack_type(job, rack))


def _rack_type(job: Job, rack: Rack) -> str:
    """Return the rack type of a rack; it is declared where it is not known yet."""
    row, kind = rack.row, job.tables.get("dcim.racktype", rack.row["rack_type"])
    form = str(row["form_factor"] or (kind["form_factor"] if kind else "") or "cabinet")
    weight = row.kg() or (kind.kg() if kind else None)
    limit = row.kg("max_weight") or (kind.kg("max_weight") if kind else None)
    imputed = weight is None
    if weight is None:
        weight = KG_PER_UNIT["frame" if "frame" in form else "cabinet"] * rack.height
    slug = plain(str(kind["slug"])) if kind is not None else f"{plain(form)}-{rack.height}u"
    fields = known(
        manufacturer=_maker(job, kind),
        model=str(kind["model"] or "") if kind else "",
        u_height=rack.height,
        starting_unit=rack.first if rack.first != 1 else None,
        weight_kg=weight,
        max_weight_kg=limit,
    )
    types = job.section("estate.yaml", "rack_types")
    for name in (slug, *(f"{slug}-{number}" for number in range(2, 1000))):
        found = next((item for item in types if item["id"] == name), None)
        if found is None:
            types.append({"id": name, **fields})
            _note_type(job, name, imputed, limit)
            return name
        if {k: v for k, v in found.items() if k != "id"} == fields:
            return name
    raise AssertionError("a thousand variants of one rack type")


def _maker(job: Job, row: Row | None) -> str:
    maker = job.tables.get("dcim.manufacturer", row["manufacturer"]) if row is not None else None
    return maker.name if maker is not None else ""


def _note_type(job: Job, name: str, imputed: bool, limit: Decimal | None) -> None:
    item = ("rack_types", name)
    if imputed:
        message = "weight_kg of the empty rack, by form and height"
        job.find(f"dcim.rack of type {name}", "imputed", "rack-weight", message, "", item)
    if limit is None:
        message = "no `max_weight` is known, so the rule space.weight has no limit"
        job.find(f"dcim.rack of type {name}", "note", "rack-max-weight", message)


def _rooms(job: Job, spots: dict[_Spot, list[Rack]]) -> None:
    """Write rooms and rows; racks of one row and type are folded into ranges where they can be."""
    rooms: dict[str, dict[str, Data]] = {}
    for spot, racks in sorted(spots.items()):
        site = racks[0].site
        if spot.room not in rooms:
            compartment = f"{job.sites[site]}-f1"
            rooms[spot.room] = {"id": spot.room, "fire_compartment": compartment, "rows": []}
            job.section(job.site_file(site), "rooms").append(rooms[spot.room])
            message = "fire_compartment, one for the whole site: NetBox knows none"
            place = f"dcim.site {site} {job.sites[site]}"
            job.find(place, "imputed", "fire-compartment", message, "", ("rooms", spot.room))
        for number, names in enumerate(folded([rack.id for rack in racks])):
            wanted = spot.row if not number else f"{spot.row}-{number + 1}"
            name = job.ids.take("row", wanted, f"{wanted}-{spot.type}", pk=number + 1)
            rooms[spot.room]["rows"].append({"id": name, "racks": names, "type": spot.type})
        if number:
            message = f"the racks of row `{spot.row}` have names that no range holds"
            job.find(
                f"row {spot.row}", "note", "row-split", message, f"written as {number + 1} rows"
            )
    for racks in spots.values():
        for rack in racks:
            _overrides(job, rack)


def folded(names: list[str]) -> list[str]:
    """Return ranges that stand for the names: `r-[01-12]`; a name alone where none fits."""
    groups: dict[str, list[str]] = defaultdict(list)
    ranges: list[str] = []
    for name in names:
        match = _NUMBERED.match(name)
        if match is None or len(match[2]) > 9:
            ranges.append(name)
        else:
            groups[match[1]].append(match[2])
    for stem, numbers in groups.items():
        runs: list[list[str]] = []
        for number in sorted(numbers, key=lambda digits: (int(digits), digits)):
            if runs and _follows(runs[-1][-1], number):
                runs[-1].append(number)
            else:
                runs.append([number])
        texts = [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
        ranges.append(stem + texts[0] if len(numbers) == 1 else f"{stem}[{','.join(texts)}]")
    return sorted(ranges)


def _follows(before: str, number: str) -> bool:
    """Tell whether a range goes on: the next number, as wide or without leading zeros."""
    is_plain = before[0] != "0" and number[0] != "0"
    return int(number) == int(before) + 1 and (len(number) == len(before) or is_plain)


def _overrides(job: Job, rack: Rack) -> None:
    row = rack.row
    status = str(row["status"] or "active")
    if status not in STATUSES:
        job.find(
            row.place, "warning", "rack-status", f"unknown status `{status}`", "taken as active"
        )
        status = "active"
    airflow = [row["airflow"]] if row["airflow"] in AIRFLOWS - {"front-to-rear"} else None
    fields = known(
        status=status if status != "active" else None, tenant=_owner(job, rack), airflow=airflow
    )
    if fields:
        job.section(job.site_file(rack.site), "racks").append({"id": rack.id, **fields})


def _owner(job: Job, rack: Rack) -> str | None:
    """Return the tenant that a rack is kept for: none where others' devices stand in it, too."""
    tenant = rack.row["tenant"]
    if tenant not in job.tenants:
        return None
    others = {
        device["tenant"]
        for device in job.devices_by_rack.get(rack.row.pk, ())
        if device["tenant"] in job.tenants
    } - {tenant}
    if not others:
        return job.tenants[tenant]
    names = ", ".join(f"`{name}`" for name in sorted(job.tenants[pk] for pk in others))
    message = f"it belongs to `{job.tenants[tenant]}`, and devices of {names} stand in it"
    job.find(rack.row.place, "warning", "rack-tenant", message, "it is kept for nobody")
    return None


def _reservation(job: Job, row: Row, racks: dict[int, Rack]) -> None:
    rack = racks.get(row["rack"])
    if rack is None:
        job.find(row.place, "error", "reservation-rack", "its rack is not in the data", "left out")
        return
    last = rack.first + rack.height - 1
    wanted = whole_numbers(row["units"])
    inside_rack = [unit for unit in wanted if rack.first <= unit <= last]
    if len(inside_rack) < len(wanted):
        outside = ", ".join(str(unit) for unit in wanted if unit not in inside_rack)
        message = f"units {outside} are outside rack `{rack.id}`"
        job.find(row.place, "error", "reservation-units", message, "left out")
    if not inside_rack:
        return
    ranges = [
        (first, until)
        if not rack.is_descending
        else (rack.first + last - until, rack.first + last - first)
        for first, until in units(inside_rack)
    ]
    name = job.ids.take("reservation", f"{rack.id}-u{ranges[0][0]}", pk=row.pk)
    tenant = job.tenants.get(row["tenant"])
    job.section(job.site_file(rack.site), "reservations").append(
        {
            "id": name,
            "rack": rack.id,
            "units": [{"from": first, "to": until} for first, until in sorted(ranges)],
            **known(description=str(row["description"] or ""), tenant=tenant),
        }
    )
