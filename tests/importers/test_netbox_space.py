"""Sites, locations, racks and reservations of NetBox."""

from decimal import Decimal

import pytest

from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.space import folded
from planner.importers.writer import apply
from planner.io import load_estate
from planner.io.ranges import expand
from tests.importers.dumps import Dump, found, items


@pytest.fixture
def dump():
    return Dump()


def loaded(dump, folder):
    apply(folder / "test", dump.convert())
    return load_estate(folder / "test")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("R101", "R101"),
        ("Comms closet", "comms-closet"),
        ("Schrank Ä/1 (Süd)", "schrank-ae/1-sued"),
        ("[1-3]", "1-3"),
        ("  ", "x"),
        ("-a-", "a"),
        ("日本", "x"),
    ],
)
def test_names_become_ids(name, expected):
    assert plain(name) == expected


def test_a_name_that_begins_with_its_owner_is_not_told_twice():
    assert inside("city", "r1") == "city-r1"
    assert inside("city", "city-r1") == "city-r1"
    assert inside("city", "cityhall") == "city-cityhall"
    assert inside("acme", "acme/db", "/") == "acme/db"


@pytest.mark.parametrize(
    ("names", "ranges"),
    [
        (["r1", "r2", "r3"], ["r[1-3]"]),
        (["r08", "r09", "r10"], ["r[08-10]"]),
        (["r8", "r9", "r10"], ["r[8-10]"]),
        (["r1", "r3"], ["r[1,3]"]),
        (["r9", "r010"], ["r[9,010]"]),
        (["r1"], ["r1"]),
        (["a", "b7", "b8"], ["a", "b[7-8]"]),
    ],
)
def test_racks_of_a_row_are_folded_and_unfold_to_the_same(names, ranges):
    assert folded(names) == ranges
    assert sorted(name for one in ranges for name in expand(one)) == sorted(names)


def test_a_location_is_a_row_or_a_room_by_its_name(dump, tmp_path):
    site = dump.site()
    hall = dump.add("dcim.location", name="Hall", slug="hall", site=site, parent=None)
    row = dump.add("dcim.location", name="Row 1", slug="row-1", site=site, parent=hall)
    dump.rack(site, "a", location=row)
    dump.rack(site, "b", location=hall)
    dump.rack(site, "c")
    racks = loaded(dump, tmp_path).estate.racks
    assert (racks["city-a"].room, racks["city-a"].row) == ("city-hall", "city-row-1")
    assert (racks["city-b"].room, racks["city-b"].row) == ("city-hall", "city-hall-racks")
    assert (racks["city-c"].room, racks["city-c"].row) == ("city-room", "city-room-racks")


def test_racks_of_one_name_in_two_locations_are_told_apart(dump, tmp_path):
    site = dump.site()
    rooms = [
        dump.add("dcim.location", name=name, slug=name, site=site, parent=None) for name in "xy"
    ]
    for room in rooms:
        dump.rack(site, "r1", location=room)
    assert sorted(loaded(dump, tmp_path).estate.racks) == ["city-r1", "city-y-r1"]
    assert len(found(dump.convert(), "rack-name")) == 1


@pytest.mark.parametrize(
    ("unit", "grams"),
    [
        ("kg", 100_000),
        ("g", 100),
        # 100 lb = 45.359237 kg and 100 oz = 2.8349523125 kg, to the gram and rounded up.
        ("lb", 45_360),
        ("oz", 2_835),
    ],
)
def test_weights_in_any_unit(dump, tmp_path, unit, grams):
    dump.rack(dump.site(), weight="100.00", weight_unit=unit)
    assert loaded(dump, tmp_path).estate.racks["city-r1"].own_mass_g == grams


def test_a_weight_that_is_missing_is_imputed_and_said(dump):
    dump.rack(dump.site(), u_height=42)
    dump.rack(1, "r2", u_height=42, form_factor="2-post-frame", max_weight=600, weight_unit="kg")
    types = items(dump.convert(), "rack_types")
    # 3 kg a unit for a cabinet, 1 kg for a frame.
    assert types["cabinet-42u"]["weight_kg"] == 126
    assert types["2-post-frame-42u"]["weight_kg"] == 42
    assert types["2-post-frame-42u"]["max_weight_kg"] == 600
    assert [f.item[1] for f in found(dump.convert(), "rack-weight")] == list(types)
    assert len(found(dump.convert(), "rack-max-weight")) == 1


def test_rack_types_of_netbox_4_are_kept(dump, tmp_path):
    kind = dump.add(
        "dcim.racktype", model="TS IT", slug="ts-it", manufacturer=dump.maker("Rittal"),
        u_height=47, starting_unit=2, weight=150, max_weight=1200, weight_unit="kg",
        form_factor="4-post-cabinet",
    )  # fmt: skip
    dump.add("dcim.rack", name="r1", site=dump.site(), rack_type=kind, status="active")
    rack = loaded(dump, tmp_path).estate.racks["city-r1"]
    assert (rack.type, rack.u_height, rack.starting_unit) == ("ts-it", 47, 2)
    assert (rack.own_mass_g, rack.max_weight_g) == (150_000, 1_200_000)


def test_racks_of_one_type_with_other_figures_are_another_type(dump, tmp_path):
    site = dump.site()
    dump.rack(site, "r1", max_weight=600, weight_unit="kg")
    dump.rack(site, "r2", max_weight=800, weight_unit="kg")
    racks = loaded(dump, tmp_path).estate.racks
    assert [racks[key].type for key in ("city-r1", "city-r2")] == ["cabinet-42u", "cabinet-42u-2"]
    assert racks["city-r2"].max_weight_g == 800_000


def test_units_counted_from_the_top_are_turned_around(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site, u_height=42, desc_units=True)
    dump.device("two", dump.type("two", "2.0"), site, rack, position="1.0")
    dump.add("dcim.rackreservation", rack=rack, units=[41, 42], description="x")
    inventory = loaded(dump, tmp_path)
    # The topmost two of 42 units: 41 and 42 from the bottom; units 41 and 42 from the top are 1, 2.
    assert inventory.as_built.standing["unassigned/two-1"].place.position_half == 82
    (units,) = inventory.estate.reservations["city-r1-u1"].units
    assert (units.start_half, units.end_half) == (2, 6)


def test_reservations_outside_their_rack_are_cut_and_said(dump, tmp_path):
    rack = dump.rack(dump.site(), u_height=10)
    dump.add("dcim.rackreservation", rack=rack, units=[9, 10, 11], description="x")
    (finding,) = found(dump.convert(), "reservation-units")
    assert (finding.severity, finding.message) == (
        "error", "units 11 are outside rack `city-r1`",
    )  # fmt: skip
    (units,) = loaded(dump, tmp_path).estate.reservations["city-r1-u9"].units
    assert (units.start_half, units.end_half) == (18, 22)


@pytest.mark.parametrize(
    ("model", "fields", "slug"),
    [
        ("dcim.rack", {"name": "r", "site": 99, "u_height": 42}, "rack-site"),
        ("dcim.rack", {"name": "r", "site": 1, "u_height": 0}, "rack-height"),
        ("dcim.rackreservation", {"rack": 99, "units": [1]}, "reservation-rack"),
        ("dcim.powerpanel", {"name": "p", "site": 99}, "panel-site"),
        ("dcim.powerfeed", {"name": "f", "power_panel": 99}, "feed-panel"),
    ],
)
def test_what_refers_to_nothing_is_left_out_and_said(dump, tmp_path, model, fields, slug):
    dump.site()
    dump.rack(1)
    dump.add(model, **fields)
    if slug == "panel-site":
        dump.feed(1, "A")
    (finding,) = found(dump.convert(), slug)
    assert finding.severity == "error"
    assert len(loaded(dump, tmp_path).estate.racks) == 1


def test_a_rack_is_kept_for_its_tenant_unless_others_stand_in_it(dump, tmp_path):
    site = dump.site()
    tenants = [dump.add("tenancy.tenant", name=name, slug=name) for name in ("acme", "bcme")]
    one, two = dump.rack(site, "r1", tenant=tenants[0]), dump.rack(site, "r2", tenant=tenants[0])
    kind = dump.type()
    dump.device("a", kind, site, one, tenant=tenants[0])
    dump.device("b", kind, site, two, tenant=tenants[1])
    racks = loaded(dump, tmp_path).estate.racks
    assert (racks["city-r1"].tenant, racks["city-r2"].tenant) == ("acme", None)
    assert "devices of `bcme`" in found(dump.convert(), "rack-tenant")[0].message


def test_coordinates_come_along(dump, tmp_path):
    dump.site(latitude="51.942", longitude="7.643")
    site = loaded(dump, tmp_path).estate.sites["city"]
    assert (site.lat_udeg, site.lon_udeg) == (51_942_000, 7_643_000)
    assert items(dump.convert(), "tenants") == {}
    assert Decimal("51.942") == dump.convert().documents["sites/city.yaml"]["site"]["lat"]


def test_units_of_old_dumps_are_text(dump, tmp_path):
    rack = dump.rack(dump.site(), u_height=10)
    dump.add("dcim.rackreservation", rack=rack, units="[9, 10]", description="x")
    (units,) = loaded(dump, tmp_path).estate.reservations["city-r1-u9"].units
    assert (units.start_half, units.end_half) == (18, 22)


def test_no_name_leads_out_of_the_estate(dump, tmp_path):
    site = dump.site("a/../../../x")
    tenant = dump.add("tenancy.tenant", name="t", slug="../../t")
    dump.device("db", dump.type(), site, dump.rack(site), tenant=tenant)
    loaded(dump, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["schema.json", "test"]
    assert (tmp_path / "test" / "sites" / "a-..-..-..-x.yaml").exists()


def test_what_a_field_cannot_hold_is_said(dump, tmp_path):
    dump.site()
    dump.rack(1, name=["x"], max_weight="heavy", weight_unit="kg")
    messages = [f.message for f in found(dump.convert(), "field-malformed")]
    assert messages == ["field `name` holds ['x']", "field `max_weight` holds 'heavy'"]
    assert list(loaded(dump, tmp_path).estate.racks) == ["city-rack-1"]
