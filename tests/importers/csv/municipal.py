"""A made-up municipal set of spreadsheets: 300 devices, 20 racks, 40 feeds, and their faults.

Three sheets as a town would export them: devices by Excel as `CSV` (Windows-1252, semicolons),
racks as `CSV UTF-8` (with its mark), feeds as `Unicode Text` (UTF-16, tabs). Everything is computed
from row numbers, so the files are the same in every run. `python -m tests.importers.csv.municipal
FOLDER` writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

DEVICES, RACKS, FEEDS = "Geraeteliste.csv", "Schraenke.csv", "Einspeisungen.txt"

#: Racks of the town hall (two rooms) and of the fire station.
RACK_NAMES = [f"R-{n:02}" for n in range(1, 13)] + [f"F-{n:02}" for n in range(1, 9)]

DEVICE_HEADINGS = [
    "Gerätename", "Inventarnummer", "Seriennummer", "Hersteller", "Modell", "Art", "Schrank",
    "Position", "HE", "Seite", "Leistung [W]", "Gewicht (kg)", "Netzteile", "Einspeisung A",
    "Einspeisung B", "Mandant", "Status", "Kritisch", "Bemerkung",
]  # fmt: skip
RACK_HEADINGS = [
    "Schrank", "Standort", "Raum", "Reihe", "Brandabschnitt", "HE", "Leergewicht", "Traglast",
    "max. Leistung (kW)", "Bemerkung",
]  # fmt: skip
FEED_HEADINGS = [
    "Einspeisung", "Schrank", "Strang", "Verteiler", "USV", "Absicherung", "Spannung", "C13",
    "C19", "Bemerkung",
]  # fmt: skip

#: What stands in every rack, from the bottom: stem, maker, model, role, U, W, kg, supplies.
KIT = (
    ("sto", "NetApp", "FAS2750", "Storage", 2, 450, "26", 2),
    ("bak", "Fujitsu", "PRIMERGY RX2540 M4", "Backup-Server", 2, 380, "25", 2),
    ("vm", "Dell", "PowerEdge R740", "Server", 2, 420, "28,6", 2),
    ("db", "Dell", "PowerEdge R740", "Server", 2, 410, "28,6", 2),
    ("fil", "HPE", "ProLiant DL380 Gen10", "Server", 2, 360, "23,6", 2),
    ("web", "Dell", "PowerEdge R640", "Server", 1, 290, "21,9", 2),
    ("app", "Dell", "PowerEdge R640", "Server", 1, 300, "21,9", 2),
    ("dir", "HPE", "ProLiant DL360 Gen10", "Server", 1, 240, "16,3", 2),
    ("mon", "HPE", "ProLiant DL360 Gen10", "Server", 1, 230, "16,3", 2),
    ("geo", "Fujitsu", "PRIMERGY RX2530 M6", "Server", 1, 310, "18,2", 2),
    ("fw", "Fortinet", "FortiGate 100F", "Firewall", 1, 39, "3,3", 2),
    ("sw", "Cisco", "Catalyst 9300-48P", "Switch", 1, 210, "7,5", 2),
    ("mgm", "Cisco", "Catalyst 9300-24T", "Switch", 1, 90, "7,1", 1),
    ("alm", "Beispielwerk", "Alarmserver 100", "Server", 1, 45, "4,2", 1),
    ("pp", "Datwyler", "Patch Panel KS 24x Black", "Patchpanel", 1, 0, "0,93", 0),
)
TENANTS = ("Stadt Mühlbach", "Gemeinde Kleinau", "Amt Nordfeld")


def device_rows() -> list[list[str]]:
    """Return 300 rows, as the sheet shows them; spreadsheet row 4 is the first."""
    rows = []
    for number, rack in enumerate(RACK_NAMES):
        unit = 1
        for place, (stem, maker, model, role, height, watts, weight, supplies) in enumerate(KIT):
            serial = number * len(KIT) + place
            is_first = place == 0
            feeds = [f"{rack}-A", f"{rack}-B"][:supplies]
            if supplies == 1 and number % 2:
                feeds = ["", f"{rack}-B"]
            rows.append(
                [
                    f"{stem}-{rack.lower().replace('-', '')}",
                    f"BH{10000 + serial}",
                    f"SN{7919 * (serial + 1) % 999983:06}",
                    maker,
                    model,
                    role,
                    rack if is_first else "",
                    str(unit),
                    str(height),
                    "vorne",
                    str(watts + number) if watts else "",
                    weight,
                    str(supplies) if supplies else "",
                    feeds[0] if feeds else "",
                    feeds[1] if len(feeds) > 1 else "",
                    TENANTS[number % 3],
                    "in Betrieb",
                    "ja" if stem in ("sto", "db") else "nein",
                    "",
                ]
            )
            unit += height + (1 if place in (4, 9) else 0)
    return rows


def rack_rows() -> list[list[str]]:
    """Return 20 racks; site, room, row and compartment stand once a block, as merged cells do."""
    rows = []
    blocks = {0: ("Rathaus", "U.01", "A", "BA 1"), 6: ("", "U.02", "A", "BA 2"),
              12: ("Feuerwache", "Technik 1", "A", "BA 1")}  # fmt: skip
    for number, rack in enumerate(RACK_NAMES):
        site, room, row, compartment = blocks.get(number, ("", "", "", ""))
        limit = "1.000" if number < 12 else "800"
        rows.append([rack, site, room, row, compartment, "42", "140", limit, "6,5", ""])
    return rows


def feed_rows() -> list[list[str]]:
    """Return two feeds a rack."""
    rows = []
    for number, rack in enumerate(RACK_NAMES):
        house = "R" if number < 12 else "F"
        for strand in "AB":
            rows.append(
                [f"{rack}-{strand}", rack, strand, f"UV-{house}-{strand}", f"USV-{house}-{strand}",
                 "3x16A", "400", "36", "6", ""]
            )  # fmt: skip
    return rows


class Fault(NamedTuple):
    """A cell as somebody filled it in: sheet, spreadsheet row, column letter, text."""

    file: str
    row: int
    column: str
    text: str


#: The first device is in row 4, each rack has fifteen; rows from 154 on stand two lower.
FAULTS = [
    Fault(DEVICES, 5, "I", "2 HE"),
    Fault(DEVICES, 6, "K", "1,5 kW"),
    Fault(DEVICES, 7, "A", "db-r01  "),
    Fault(DEVICES, 9, "E", "PowerEgde R640"),
    Fault(DEVICES, 13, "L", "18200 g"),
    Fault(DEVICES, 20, "B", "BH10001"),
    Fault(DEVICES, 21, "H", "5-6"),
    Fault(DEVICES, 22, "H", "HE 7"),
    Fault(DEVICES, 24, "H", "12. Dez"),
    Fault(DEVICES, 26, "A", "app-r02"),
    Fault(DEVICES, 27, "P", "Gemeinde\u00a0Kleinau "),
    Fault(DEVICES, 38, "H", "8"),
    Fault(DEVICES, 40, "K", "siehe Datenblatt"),
    Fault(DEVICES, 48, "G", "R-30"),
    Fault(DEVICES, 49, "G", "R 4"),
    Fault(DEVICES, 52, "H", "42-43"),
    Fault(DEVICES, 55, "K", "#NV"),
    Fault(DEVICES, 58, "J", "oben"),
    Fault(DEVICES, 66, "N", "R-04-A"),
    Fault(DEVICES, 68, "O", "R-05-C"),
    Fault(DEVICES, 69, "I", "2"),
    Fault(DEVICES, 76, "O", "R-05-B"),
    Fault(DEVICES, 81, "K", "350 kW"),
    Fault(DEVICES, 83, "K", "250-300"),
    Fault(DEVICES, 85, "Q", "ausgemustert"),
    Fault(DEVICES, 87, "Q", "Leihstellung"),
    Fault(DEVICES, 94, "P", "Stadt MÃ¼hlbach"),
    Fault(DEVICES, 98, "H", ""),
    Fault(DEVICES, 99, "K", ""),
    Fault(DEVICES, 101, "M", "zwo"),
    Fault(DEVICES, 112, "L", "-16,3"),
    Fault(DEVICES, 114, "K", "1.150"),
    Fault(DEVICES, 116, "A", ""),
    Fault(DEVICES, 120, "S", "alt; ersetzen"),
    Fault(DEVICES, 130, "I", "drei"),
    Fault(DEVICES, 131, "H", "14-16"),
    Fault(DEVICES, 160, "C", "SN007919"),
    Fault(RACKS, 7, "F", "zweiundvierzig"),
    Fault(RACKS, 9, "H", "100"),
    Fault(RACKS, 11, "G", "140kg"),
    Fault(FEEDS, 5, "F", "2x16A"),
    Fault(FEEDS, 8, "F", "CEE 16"),
    Fault(FEEDS, 8, "G", ""),
    Fault(FEEDS, 10, "G", "230"),
    Fault(FEEDS, 31, "F", ""),
]


def _devices() -> list[list[str]]:
    width = len(DEVICE_HEADINGS)
    rows = device_rows()
    sheet = [["Geräteliste der Stadt Mühlbach"], [], DEVICE_HEADINGS, *rows]
    sheet += [[""] * width]
    total = sum(int(row[10] or 0) for row in rows)
    sheet += [["Summe", *[""] * 9, f"{total // 1000}.{total % 1000:03}"]]
    sheet += [["Stand: 01.10.2026, Angaben ohne Gewähr"]]
    # A printed list repeats its headings, and somebody left a line free.
    sheet[153:153] = [DEVICE_HEADINGS, [""] * width]
    return sheet


def _racks() -> list[list[str]]:
    rows = rack_rows()
    return [RACK_HEADINGS, *rows, ["F-08", "", "", "", "", "42", "140", "800", "6,5", "doppelt?"]]


def _feeds() -> list[list[str]]:
    rows = feed_rows()
    return [
        FEED_HEADINGS,
        *rows,
        ["R-99-A", "R-99", "A", "UV-R-A", "USV-R-A", "3x16A", "400", "36", "6"],
    ]


def sheets(with_faults: bool = True) -> dict[str, list[list[str]]]:
    """Return the three sheets; without faults the bare rows only."""
    if not with_faults:
        clean = device_rows()
        for index, row in enumerate(clean):
            row[6] = RACK_NAMES[index // len(KIT)]
        return {
            DEVICES: [list(DEVICE_HEADINGS), *clean],
            RACKS: [list(RACK_HEADINGS), *rack_rows()],
            FEEDS: [list(FEED_HEADINGS), *feed_rows()],
        }
    made = {DEVICES: _devices(), RACKS: _racks(), FEEDS: _feeds()}
    found = {name: [list(row) for row in rows] for name, rows in made.items()}
    for fault in FAULTS:
        found[fault.file][fault.row - 1][ord(fault.column) - ord("A")] = fault.text
    return found


def write(folder: Path, with_faults: bool = True) -> list[Path]:
    """Write the three files into a folder and return them."""
    made = sheets(with_faults)
    forms = {DEVICES: (";", "cp1252"), RACKS: (";", "utf-8-sig"), FEEDS: ("\t", "utf-16")}
    paths = []
    for name, (separator, encoding) in forms.items():
        text = "".join(separator.join(row) + "\r\n" for row in made[name])
        path = folder / name
        path.write_bytes(text.encode(encoding))
        paths.append(path)
    return paths


if __name__ == "__main__":
    write(Path(sys.argv[1]))
