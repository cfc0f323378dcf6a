"""The fields of the three kinds of table, and the headings that people give them.

How a heading is compared with these words is decided in `planner.importers.csv.headings`; which of
several fields an ambiguous one means (`HE`, `Typ`) in `planner.importers.csv.guess`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from planner.importers.csv.cells import (
    AMPS,
    COUNTS,
    HEIGHT,
    MILLIMETRES,
    MONEY,
    POWER,
    SUPPLY,
    VOLTS,
    WEIGHT,
    Unit,
)

Kind: TypeAlias = Literal["devices", "racks", "feeds"]
KINDS: tuple[Kind, ...] = ("devices", "racks", "feeds")
#: What a row of each kind is called in messages.
NOUN: dict[str, str] = {"devices": "device", "racks": "rack", "feeds": "feed"}
#: A column that is known and deliberately left out.
IGNORE = "ignore"


class Field(NamedTuple):
    """One field: its headings; the unit of a bare figure; whether merged cells are filled down."""

    name: str
    headings: tuple[str, ...]
    meaning: str
    unit: Unit | None = None
    is_merged: bool = False


def _field(
    name: str, meaning: str, headings: str, unit: Unit | None = None, *, is_merged: bool = False
) -> Field:
    return Field(name, tuple(h.strip() for h in headings.split(",")), meaning, unit, is_merged)


_PLACE = (
    _field(
        "site", "site",
        "Standort, Site, Liegenschaft, Gebäude, Location, RZ, Rechenzentrum, Building,"
        " Data Center, DataCenter, DataCenterID",
        is_merged=True,
    ),
    _field(
        "room", "room",
        "Raum, Room, Serverraum, Technikraum, Raumnummer, Saal, Halle",
        is_merged=True,
    ),
)  # fmt: skip
_TENANT = _field(
              "tenant", "who owns it",
              "Mandant, Tenant, Kunde, Eigentümer, Kommune, Owner, Customer, Besitzer, Nutzer,"
              " Amt, Organisation, Kostenträger, Gemeinde",
              is_merged=True,
          )  # fmt: skip

DEVICES = (
    _field(
        "name", "the device's name, its id",
        "Gerätename, Hostname, Name, Gerät, Device, Systemname, Host, Device Name,"
        " Bezeichnung, Rechnername, Servername, Komponente, Gerätebezeichnung, System, Label",
    ),
    _field(
        "asset_tag", "inventory number, goes into the description",
        "Inventarnummer, Inventarnr, Inv Nr, Inventar, Asset Tag, Asset, Anlagennummer,"
        " Anlagennr, Anlagen Nr, Inventar Nr, Inventory Number, Assettag, InvNr",
    ),
    _field(
        "serial", "serial number, goes into the description",
        "Seriennummer, Serial, Serial Number, S/N, SN, Serien Nr, Seriennr, Service Tag, Ser"
        " Nr",
    ),
    _field(
        "manufacturer", "manufacturer",
        "Hersteller, Manufacturer, Vendor, Marke, Fabrikat",
    ),
    _field(
        "model", "device type, as the manufacturer calls it",
        "Modell, Model, Hersteller Modell, Hersteller Typ, Hersteller und Modell, Gerätetyp,"
        " Typ, Type, Device Type, Produkt, Modellbezeichnung, Baureihe, Typbezeichnung,"
        " Gerätemodell, Artikel",
    ),
    _field(
        "part_number", "part number",
        "Artikelnummer, Part Number, Teilenummer, P/N, PN, Bestellnummer, Produktnummer,"
        " Artikelnr",
    ),
    _field(
        "role", "what it is: Server, Switch, Storage, ...",
        "Rolle, Role, Funktion, Art, Kategorie, Geräteart, Klasse, Typ, Gruppe, Gerätegruppe,"
        " Category, Geräteklasse, Verwendung",
    ),
    *_PLACE,
    _field(
        "rack", "rack it stands in",
        "Schrank, Rack, Cabinet, Serverschrank, Netzwerkschrank, Schranknummer, Schrank Nr,"
        " Racknummer, Rack Nr, Schrankname, Rackname",
        is_merged=True,
    ),
    _field(
        "position", "lowest unit it takes, or from-to",
        "Position, HE, HE von, Einbauhöhe, Einbauposition, Einbauplatz, HE Position, Pos, U,"
        " Unit, Höheneinheit, Rack Position, Unterste HE, Start HE, Ab HE, HE Nr, von HE, Lage,"
        " Platz, Rack Unit, RU, Position HE, U Position",
    ),
    _field(
        "u_height", "height in units",
        "Höhe, Höheneinheiten, HE, Anzahl HE, Höhe HE, Bauhöhe, Größe, Height, U Height,"
        " Units, Höheneinheit, HE Anzahl, Größe HE, HE Größe, Benötigte HE, Belegte HE, Rack"
        " Units, U",
        HEIGHT,
    ),
    _field(
        "face", "front or rear",
        "Seite, Face, Einbauseite, Front Rear, Ausrichtung, Vorne Hinten, Montageseite, Side,"
        " Vorder Rückseite, Rackseite, Schrankseite",
    ),
    _field(
        "full_depth", "whether it takes both faces",
        "Volle Tiefe, Full Depth, Is Full Depth, Volltiefe, Durchgehend, Ganze Tiefe",
    ),
    _field(
        "power", "planned draw",
        "Leistung, Leistungsaufnahme, Verbrauch, Stromverbrauch, Power, Draw, Leistungsbedarf,"
        " Elektrische Leistung, Aufnahme, Planleistung, Wattage, Leistung typ, Stromaufnahme,"
        " Watt, W, kW, NominalWatts",
        POWER,
    ),
    _field(
        "nameplate", "rating on the type plate",
        "Nennleistung, Max Leistung, Maximalleistung, Anschlussleistung, Nameplate,"
        " Typenschild, Leistung max, Maximale Leistung, Max Power, Leistung Typenschild,"
        " Anschlusswert",
        POWER,
    ),
    _field(
        "measured", "measured draw",
        "Gemessen, Messwert, Gemessene Leistung, Measured, P95, Ist Leistung, Leistung"
        " gemessen",
        POWER,
    ),
    _field(
        "weight", "weight",
        "Gewicht, Weight, Masse, Mass, Kg, Eigengewicht, Gerätegewicht",
        WEIGHT,
    ),
    _field(
        "supplies", "power supplies: 2, 1+1, 2x 800W",
        "Netzteile, Anzahl Netzteile, PSU, PSUs, Netzteil, Power Supplies, Stromversorgung,"
        " NT, Anz Netzteile, Netzteilanzahl, NumPower",
    ),
    _field(
        "feed_a", "feed of the first supply",
        "Feed A, Einspeisung A, Strom A, Netz A, PDU A, Stromkreis A, A Feed, Versorgung A,"
        " Pfad A, Strang A, Stromversorgung A, Power A, Zuleitung A, Einspeisung 1, PDU 1,"
        " Netzteil 1",
    ),
    _field(
        "feed_b", "feed of the second supply",
        "Feed B, Einspeisung B, Strom B, Netz B, PDU B, Stromkreis B, B Feed, Versorgung B,"
        " Pfad B, Strang B, Stromversorgung B, Power B, Zuleitung B, Einspeisung 2, PDU 2,"
        " Netzteil 2",
    ),
    _field(
        "feeds", "feeds of all supplies: A+B, or ids",
        "Einspeisung, Feed, Feeds, Stromkreis, Stromkreise, Einspeisungen, Strang, PDU,"
        " Strompfad, Stromanschluss, Power Feed, Versorgung, Stromzuführung",
    ),
    _TENANT,
    _field(
        "status", "in use, planned, in store, gone",
        "Status, Zustand, State, Betriebsstatus, Lebenszyklus, Betriebszustand",
    ),
    _field(
        "count", "how many equal devices a row stands for; only without a place",
        "Anzahl, Menge, Stück, Stk, Count, Quantity, Anzahl Geräte, Stückzahl",
        COUNTS,
    ),
    _field(
        "workload", "rows of one workload that stand in for each other",
        "Workload, Verbund, Cluster, Dienst, Service, Anwendung, Verfahren, Fachverfahren,"
        " Pool",
    ),
    _field(
        "critical", "whether its workload, of two devices at least, must be up after any loss",
        "Kritisch, Critical, Geschäftskritisch, KRITIS",
    ),
    _field(
        "pinned", "whether it must stay where it stands",
        "Fest, Pinned, Fixiert, Unverrückbar, Nicht verschieben, Ortsfest",
    ),
    _field(
        "from", "first day of need",
        "Ab, Von, From, Geplant ab, Inbetriebnahme geplant, Gültig ab, Bedarf ab",
    ),
    _field(
        "until", "last day of need",
        "Bis, Until, Geplant bis, Außerbetriebnahme, Gültig bis, Abbau, End of Life, EOL,"
        " Bedarf bis",
    ),
    _field(
        "airflow", "direction of the air",
        "Luftstrom, Airflow, Luftführung, Luftrichtung, Kühlrichtung",
    ),
    _field(
        IGNORE, "nothing that is planned",
        "Bemerkung, Bemerkungen, Kommentar, Notiz, Notizen, Comment, Comments, Remarks,"
        " Hinweis, Anmerkung, Kaufdatum, Anschaffung, Anschaffungsdatum, Garantie, Garantie"
        " bis, IP, IP Adresse, MAC, MAC Adresse, Betriebssystem, OS, Ansprechpartner,"
        " Zuständig, Verantwortlich, Lieferant, Preis, Kosten, Wartung, Wartungsvertrag,"
        " Inbetriebnahme, Lfd Nr, Nr, Pos Nr, Laufende Nummer, Beschaffung, Support bis,"
        " Beschreibung, Description, Kostenstelle, Baujahr, Stand",
    ),
)  # fmt: skip

RACKS = (
    _field(
        "name", "the rack's name, its id",
        "Schrank, Rack, Name, Schrankname, Rackname, Schranknummer, Schrank Nr, Bezeichnung,"
        " Cabinet, Racknummer, Rack Nr, Serverschrank, Schrankbezeichnung, Rackbezeichnung, Label",
    ),
    *_PLACE,
    _field(
        "row", "row of racks",
        "Reihe, Row, Schrankreihe, Gang, Zeile, Rackreihe",
        is_merged=True,
    ),
    _field(
        "fire_compartment", "fire compartment of the room",
        "Brandabschnitt, Fire Compartment, Brandbereich, BA",
        is_merged=True,
    ),
    _field(
        "u_height", "height in units",
        "HE, Höhe, Höheneinheiten, Anzahl HE, U Height, Height, Units, Höhe HE, Nutzbare HE,"
        " U, Bauhöhe, Größe",
        HEIGHT,
    ),
    _field(
        "model", "rack type, as the manufacturer calls it",
        "Schranktyp, Typ, Modell, Racktyp, Rack Type, Model, Type, Hersteller Typ",
    ),
    _field(
        "manufacturer", "manufacturer",
        "Hersteller, Manufacturer, Fabrikat, Marke",
    ),
    _field(
        "weight", "the empty rack",
        "Leergewicht, Eigengewicht, Gewicht, Weight, Gewicht leer, Schrankgewicht",
        WEIGHT,
    ),
    _field(
        "max_weight", "rack and devices together",
        "Traglast, Max Gewicht, Maximalgewicht, Max Weight, Belastbarkeit, Zulässiges Gewicht,"
        " Tragfähigkeit, Max Last, Max Traglast, Maximale Last, Zul Gesamtgewicht,"
        " Gesamtgewicht",
        WEIGHT,
    ),
    _field(
        "max_power", "design power, and so heat, of the rack",
        "Max Leistung, Leistung, Kühlleistung, Max Power, Max Wärmelast, Leistungsgrenze,"
        " Auslegungsleistung, Wärmelast, Anschlussleistung, Leistung max, MaxkW",
        POWER,
    ),
    _field(
        "tenant", "only this tenant's workloads may stand here",
        "Mandant, Tenant, Kunde, Exklusiv für, Eigentümer, Kommune, Nutzer, Reserviert für, Owner",
    ),
    _field(
        "status", "in use, reserved, planned, no longer filled",
        "Status, Zustand, State, Betriebsstatus",
    ),
    _field(
        "blocked", "units that take no device: 42, or 40-42, or 1+42",
        "Gesperrte HE, Gesperrt, Blockierte HE, Blocked, Nicht nutzbar, Reservierte HE,"
        " Blockiert",
    ),
    _field(
        "x", "floor coordinate",
        "X, X mm, Position X, X Koordinate",
        MILLIMETRES,
    ),
    _field(
        "y", "floor coordinate",
        "Y, Y mm, Position Y, Y Koordinate",
        MILLIMETRES,
    ),
    _field(
        "price", "what a rack in use costs a year",
        "Preis, Preis Jahr, Jahresmiete, Kosten Jahr, Miete, Price, Kosten pro Jahr, Miete"
        " Jahr",
        MONEY,
    ),
    _field(
        IGNORE, "nothing that is planned",
        "Bemerkung, Bemerkungen, Kommentar, Notiz, Comment, Hinweis, Anmerkung, Lfd Nr, Nr,"
        " Inventarnummer, Asset Tag, Seriennummer, Schlüssel, Schloss, Breite, Tiefe, Belegte"
        " HE, Freie HE, Belegung, Frei, Baujahr, Ansprechpartner, Stand",
    ),
)  # fmt: skip

FEEDS = (
    _field(
        "name", "the feed's name, its id",
        "Einspeisung, Feed, Name, Stromkreis, Bezeichnung, Power Feed, Zuleitung,"
        " Stromkreisnummer, Abgang, Kennzeichnung, Sicherung Nr, Feed Name, Stromkreis Nr",
    ),
    _field(
        "kind", "Einspeisung, Verteiler, USV, Trafo, Netz, NEA; a feed where blank",
        "Art, Kind, Anlagenteil, Komponente, Ebene, Typ",
    ),
    _field(
        "parent", "what feeds it",
        "Gespeist von, Quelle, Parent, Vorgelagert, Versorgt aus, Source, Speisung aus",
    ),
    _field(
        "site", "site",
        "Standort, Site, Liegenschaft, Gebäude, RZ, Rechenzentrum",
        is_merged=True,
    ),
    _field(
        "rack", "rack it serves",
        "Schrank, Rack, Cabinet, Serverschrank, Schranknummer, Schrank Nr, Rack Nr, Ziel,"
        " Verbraucher",
        is_merged=True,
    ),
    _field(
        "strand", "strand: A or B",
        "Strang, Pfad, A B, A/B, Strand, Netz, Versorgungspfad, Seite",
    ),
    _field(
        "panel", "panel that feeds it",
        "Verteiler, Unterverteilung, UV, Verteilung, Panel, Power Panel, Unterverteiler,"
        " Schaltschrank, Stromverteiler",
        is_merged=True,
    ),
    _field(
        "ups", "UPS above the panel",
        "USV, UPS, USV Anlage, USV Strang",
        is_merged=True,
    ),
    _field(
        "fuse", "16A, 3x16A, CEE 32, C16",
        "Absicherung, Sicherung, Fuse, Leitungsschutz, LS, Breaker, Vorsicherung, Stromstärke,"
        " Anschluss, Stecker, Nennstrom, Steckverbinder",
    ),
    _field(
        "amps", "rated current",
        "Ampere, Amps, Amperage, Strom, A",
        AMPS,
    ),
    _field(
        "volts", "voltage",
        "Spannung, Volt, Voltage, V",
        VOLTS,
    ),
    _field(
        "phases", "1 or 3",
        "Phasen, Phase, Phases, Anzahl Phasen, Phasenzahl",
    ),
    _field(
        "kva", "rated power",
        "Leistung, KVA, KW, Nennleistung, Max Leistung, Scheinleistung, Power",
        SUPPLY,
    ),
    _field(
        "outlets", "24x C13, 4x C19",
        "Steckdosen, Outlets, Dosen, Ausgänge, Anschlüsse, Steckplätze",
    ),
    _field(
        "c13", "outlets C13",
        "C13, Anzahl C13, C13 Dosen, Steckdosen C13",
        COUNTS,
    ),
    _field(
        "c19", "outlets C19",
        "C19, Anzahl C19, C19 Dosen, Steckdosen C19",
        COUNTS,
    ),
    _field(
        IGNORE, "nothing that is planned",
        "Bemerkung, Bemerkungen, Kommentar, Notiz, Comment, Hinweis, Anmerkung, Lfd Nr, Nr,"
        " Kabel, Kabeltyp, Querschnitt, Länge, Zähler, Zählernummer, Raum, Room, Messwert,"
        " Auslastung, Prüfung, DGUV, Prüfdatum, Stand, PDU, PDU Modell",
    ),
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {"devices": DEVICES, "racks": RACKS, "feeds": FEEDS}
BY_NAME: dict[str, dict[str, Field]] = {k: {f.name: f for f in v} for k, v in FIELDS.items()}
