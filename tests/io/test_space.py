from planner.model.space import Airflow, Face, RackStatus, UnitRange
from planner.model.tenancy import HostingClass, Protection
from tests.io.writing import load

SITE = """\
site: {id: s2, lat: 51.95, lon: -7.6300005}
rack_types:
  - id: big
    u_height: 47
    starting_unit: 3
    weight_kg: 130.0001
    max_weight_kg: 1200.9999
    max_power_w: 8000.9
    growth: {u: 1.5, kg: 10}
    blocked: [{from: 3, to: 4}]
    airflow: [mixed, front-to-rear]
rooms:
  - id: r2
    fire_compartment: f2
    cooling_zone: z2
    tile_rating_kg: 453.9999
    may_host: {confidentiality: hoch, availability: sehr-hoch}
    rows:
      - {id: r2-a, racks: "r2-a[1-3]", type: big, x_mm: 100, y_mm: 50, pitch_mm: 600, max_power_w: 6000}
      - {id: r2-b, racks: "r2-b[1-2]", type: big, x_mm: 100, y_mm: 2050, pitch_mm: 800, direction: y}
racks:
  - {id: r2-a2, max_power_w: 4000, status: planned, blocked: [], x_mm: 7, price_eur_year: 1200.005}
cooling: {zones: [{id: z2}]}
"""


def test_rows_become_racks_and_the_nearest_figure_wins(tmp_path):
    racks = load(tmp_path / "e", city=SITE).estate.racks
    first, second = racks["r2-a1"], racks["r2-a2"]
    assert (first.site, first.room, first.row, first.u_height) == ("s2", "r2", "r2-a", 47)
    # row over type; single rack over row; room where nothing nearer names a zone
    assert [racks[f"r2-a{n}"].max_power_w for n in (1, 2, 3)] == [6000, 4000, 6000]
    assert racks["r2-b1"].max_power_w == 8000  # 8000.9 W is a capacity: down
    assert first.cooling_zone == "z2"
    assert first.own_mass_g == 130_001  # 130.0001 kg is demand: up
    assert first.max_weight_g == 1_200_999
    assert (first.growth_half, first.growth_g) == (3, 10_000)
    assert first.blocked == (UnitRange(start_half=6, end_half=10),)
    assert second.blocked == ()
    assert second.status is RackStatus.PLANNED
    assert second.price_cents_year == 120_001
    assert first.airflow == (Airflow.FRONT_TO_REAR, Airflow.MIXED)


def test_coordinates_follow_the_pitch(tmp_path):
    racks = load(tmp_path / "e", city=SITE).estate.racks
    places = {key: (r.x_mm, r.y_mm) for key, r in racks.items() if key.startswith("r2")}
    assert places == {
        "r2-a1": (100, 50),
        "r2-a2": (7, 50),
        "r2-a3": (1300, 50),  # 100 + 2 x 600
        "r2-b1": (100, 2050),
        "r2-b2": (100, 2850),  # 2050 + 800
    }


def test_rooms_and_sites(tmp_path):
    estate = load(tmp_path / "e", city=SITE).estate
    assert estate.rooms["r2"].tile_rating_g == 453_999
    assert estate.rooms["r2"].may_host == HostingClass(
        confidentiality=Protection.HOCH, availability=Protection.SEHR_HOCH
    )
    # -7 630 000.5 millionths of a degree, half to even
    assert (estate.sites["s2"].lat_udeg, estate.sites["s2"].lon_udeg) == (51_950_000, -7_630_000)


def test_policy_growth_holds_where_nothing_nearer_says_otherwise(tmp_path):
    estate = load(tmp_path / "e", city=SITE, more="policy: {growth: {u: 4}}\n").estate
    assert estate.racks["h1-a01"].growth_half == 8
    assert estate.racks["r2-a1"].growth_half == 3


def test_reservations(tmp_path):
    extra = "reservations: [{id: x, rack: h1-a01, units: [{from: 5, to: 6, face: rear}, {from: 1, to: 1}]}]"
    reservation = load(tmp_path / "e", extra=extra).estate.reservations["x"]
    assert reservation.units == (
        UnitRange(start_half=2, end_half=4),
        UnitRange(start_half=10, end_half=14, face=Face.REAR),
    )


def test_where_names_the_line_of_the_declaration(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    racks = load(tmp_path / "e", city=SITE).estate.racks
    assert str(racks["r2-a1"].at) == "e/city.yaml:19"
    assert str(racks["r2-a2"].at) == "e/city.yaml:22"
