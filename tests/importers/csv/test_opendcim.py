"""Sheets with the headings of openDCIM's bulk importers, which its users have at hand."""

from click.testing import CliRunner

from planner.cli.import_csv import command
from planner.io import load_estate

CABINETS = """\
DataCenter,Label,Owner,Zone,Row,Height,Model,U1Position,MaxkW,MaxWeight
Rathaus,A01,,,A,42,NetShelter,Bottom,5,1000
Rathaus,A02,,,A,42,NetShelter,Bottom,5,1000
"""

DEVICES = """\
DataCenterID,Cabinet,Position,Label,Height,Manufacturer,Model,SerialNo,AssetTag,Owner,NominalWatts
Rathaus,A01,10,srv-db-1,2,Dell,PowerEdge R740,S1,T1,Hauptamt,450
Rathaus,A02,12,srv-db-2,2,Dell,PowerEdge R740,S2,T2,Hauptamt,450
"""


def test_bulk_sheets_of_opendcim_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cabinets.csv").write_text(CABINETS, encoding="utf-8")
    (tmp_path / "devices.csv").write_text(DEVICES, encoding="utf-8")
    done = CliRunner().invoke(command, ["cabinets.csv", "devices.csv", "-o", "rathaus"])
    assert done.exception is None
    found = load_estate(tmp_path / "inventory" / "rathaus")
    # 5 kW, 1000 kg and 42 U of each cabinet.
    assert [
        (r.id, r.u_height, r.max_power_w, r.max_weight_g) for r in found.estate.racks.values()
    ] == [
        ("A01", 42, 5000, 1_000_000),
        ("A02", 42, 5000, 1_000_000),
    ]
    assert {w.id: w.equipment.draw.budget_w for w in found.estate.workloads.values()} == {
        "hauptamt/srv-db-1": 450,
        "hauptamt/srv-db-2": 450,
    }
    assert {
        key: (s.place.rack, s.place.position_half) for key, s in found.as_built.standing.items()
    } == {
        "hauptamt/srv-db-1-1": ("A01", 20),
        "hauptamt/srv-db-2-1": ("A02", 24),
    }
