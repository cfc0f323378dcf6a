import csv
import statistics
from decimal import Decimal

from planner.io.assume import BUDGET_W, MASS_G
from planner.io.catalogue import CATALOGUE_FILE, catalogue_slugs, catalogue_type, is_child
from planner.model.space import Airflow
from tests.io.writing import load


def _rows():
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_shipped_type_can_be_read():
    slugs = catalogue_slugs()
    assert len(slugs) == 4449
    types = [catalogue_type(slug) for slug in slugs]
    assert all(t.u_height_half >= 0 and t.manufacturer and t.model for t in types)
    # no weight in 2042 types, 0 kg in one
    assert sum(t.mass_g is None for t in types) == 2043


def test_a_type_has_the_figures_of_its_row():
    device = catalogue_type("dell-poweredge-r640")
    assert (device.manufacturer, device.model) == ("Dell", "PowerEdge R640")
    assert (device.u_height_half, device.is_full_depth, device.mass_g) == (2, True, 29_000)
    assert [(i.name, i.type, i.rating_w) for i in device.inlets] == [
        ("PSU1", "c14", 750),
        ("PSU2", "c14", 750),
    ]
    assert catalogue_type("arista-dcs-7050sx3-48yc8-f").airflow is Airflow.FRONT_TO_REAR
    assert catalogue_type("adva-fsp-150-xg120pro-sh").inlets[0].allocated_w == 85
    assert catalogue_type("no-such-type") is None


def test_children_of_a_chassis_are_known():
    assert is_child("check-point-sg3600")
    assert not is_child("dell-poweredge-r640")
    assert not is_child("no-such-type")


def test_licence_and_source_ship_with_it():
    folder = CATALOGUE_FILE.parent
    assert "CC0 1.0 Universal" in (folder / "LICENSE.txt").read_text(encoding="utf-8")
    assert "0bfacdc13182e597ddcc735161d579282bd49940" in (folder / "README.md").read_text(
        encoding="utf-8"
    )


def _nameplates(height, is_wanted=lambda row: True):
    """Sum of the largest ratings of half of the power ports, rounded up, per type."""
    found = []
    for row in _rows():
        ratings = sorted(
            (Decimal(p) for p in row["max_draw_w_per_port"].split("|") if p), reverse=True
        )
        if not ratings or row["subdevice_role"] == "child" or Decimal(row["u_height"]) != height:
            continue
        if is_wanted(row):
            found.append(sum(ratings[: -(-int(row["n_power_ports"]) // 2)]))
    return found


def test_assumed_draws_are_80_percent_of_the_catalogue_medians():
    # 0U 24 W -> 19.2 W, taken as 20; 1U 98 W -> 78.4 W, 79; 2U 595 W -> 476 W
    assert [statistics.median(_nameplates(height)) for height in (0, 1, 2)] == [24, 98, 595]
    assert BUDGET_W["other"][:3] == (20, 79, 476)

    def is_network(row):
        return int(row["n_interfaces"]) >= 8 and row["manufacturer"] not in (
            "Dell",
            "HPE",
            "Supermicro",
        )

    # 115 W -> 92 W
    assert statistics.median(_nameplates(1, is_network)) == 115
    assert BUDGET_W["network"].one == 92


def test_assumed_masses_are_those_of_the_catalogue():
    rows = [row for row in _rows() if Decimal(row["weight_kg"] or 0) and Decimal(row["u_height"])]
    per_unit = [Decimal(row["weight_kg"]) / Decimal(row["u_height"]) for row in rows]
    deciles = statistics.quantiles(per_unit, n=10)
    assert MASS_G["network"].one == deciles[4] * 1000 == 5_900
    assert MASS_G["other"].one == deciles[8] * 1000 == 12_500
    series = ("dell-poweredge-r", "hpe-proliant-dl", "lenovo-thinksystem-sr")
    for height, mass_g in ((1, MASS_G["server"].one), (2, MASS_G["server"].two)):
        masses = [
            Decimal(row["weight_kg"]) * 1000
            for row in rows
            if row["slug"].startswith(series)
            and row["is_full_depth"] == "True"
            and Decimal(row["u_height"]) == height
        ]
        assert mass_g == statistics.median(masses)


def test_an_estate_overrides_single_figures_and_adds_types(tmp_path):
    extra = """\
device_types:
  - {slug: dell-poweredge-r640, weight_kg: 22.1, psus_required: 2, airflow: front-to-rear}
  - slug: tor
    manufacturer: Example
    u_height: 1.5
    is_full_depth: false
    inlets: [{name: "P[1-2]", type: C14, maximum_draw: 250, allocated_draw: 100}]
    provides_ports: [{type: sfp28, gbps: 25, count: 48}]
workloads: [{id: w, tenant: acme, type: dell-poweredge-r640}, {id: t, tenant: acme, type: tor}]
"""
    estate = load(tmp_path / "e", extra=extra).estate
    server, tor = estate.device_types["dell-poweredge-r640"], estate.device_types["tor"]
    assert (server.mass_g, server.psus_required, server.u_height_half) == (22_100, 2, 2)
    assert [inlet.rating_w for inlet in server.inlets] == [750, 750]
    assert (tor.u_height_half, tor.is_full_depth, tor.model) == (3, False, "tor")
    assert [(i.name, i.type, i.rating_w, i.allocated_w) for i in tor.inlets] == [
        ("P1", "c14", 250, 100),
        ("P2", "c14", 250, 100),
    ]
    assert estate.workloads["t"].equipment.provides_ports[0].count == 48
    assert estate.workloads["w"].equipment.draw.nameplate_w == 1500


def test_only_types_in_use_are_part_of_the_estate(tmp_path):
    assert list(load(tmp_path / "e").estate.device_types) == ["srv"]
