"""Power panels, feeds and PDUs of NetBox -> the power graph.

NetBox's power data have traps, each of which is said as a finding:

1. The voltage of a three-phase feed is line to line in its formula; 230 V with three phases is most
   likely the voltage to neutral (`feed-voltage`).
2. Its rack utilisation adds up all feeds, and asks not what holds after one is lost
   (`rack-two-feeds`).
3. Equal draws at both supplies of a device count twice (`device-supplies`, in `devices`).
4. Draws are VA in its code and W in its forms (`draw-unit`, in `devices`).
5. Nothing above the panel is known, and no panel has a limit (`panel-limit`, `grid`).
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.netbox.graph import SQRT3, Graph, in_kva
from planner.importers.netbox.job import Job
from planner.importers.netbox.pdus import Pdus
from planner.importers.netbox.space import Rack
from planner.importers.netbox.tables import Row
from planner.importers.netbox.types import Types
from planner.model.power import DEFAULT_VOLTS_LN

#: Nominal voltages to neutral, V, with 5 %: 100-127 (America, Japan), 220-240, 277 (IEC 60038).
LINE_TO_NEUTRAL = ((95, 134), (218, 242), (263, 291))
#: A feed without a PDU in the data gets the outlets of a usual 0U PDU, by phases and current:
#: typical models of the shipped catalogue for 1 x 16/32 A, 3 x 16 A and 3 x 32 A.
USUAL_OUTLETS = {
    "single": {"c13": 21, "c19": 3},
    "three": {"c13": 36, "c19": 6},
    "three-large": {"c13": 30, "c19": 12},
}
#: Supply of a rack whose feed is not in the data: large enough for any rack, 3 x 63 A at 400 V.
UNKNOWN_KVA = Decimal("43.7")


class Feed(NamedTuple):
    """A feed as written, and what it carries, VA."""

    id: str
    row: Row
    rack: Rack | None
    va: Decimal
    phases: int


class Power:
    """The power graph of one NetBox, and which node each outlet belongs to."""

    def __init__(self, job: Job, racks: dict[int, Rack], types: Types) -> None:
        self.job = job
        self.racks = racks
        self.types = types
        self.tables = job.tables
        self.feeds: dict[int, Feed] = {}
        self.graph = Graph(job)

    def convert(self) -> None:
        """Write every node."""
        panels = {row.pk: row for row in self.tables.all("dcim.powerpanel")}
        by_panel = self.tables.of("dcim.powerfeed", "power_panel")
        for pk, row in panels.items():
            self._panel(row, by_panel.get(pk, []))
        for row in self.tables.all("dcim.powerfeed"):
            if row["power_panel"] not in panels:
                self.job.find(
                    row.place, "error", "feed-panel", "its panel is not in the data", "left out"
                )
        Pdus(self.job, self.racks, self.types, self.graph).convert()
        self._feed_outlets()
        self._supply_the_rest()
        self._grids()
        self._say_two_feeds()

    # -- panels and feeds -------------------------------------------------------------------------

    def _panel(self, row: Row, feeds: list[Row]) -> None:
        site = self.job.site_of(row)
        if site is None:
            self.job.find(
                row.place, "error", "panel-site", "its site is not in the data", "left out"
            )
            return
        live = [feed for feed in feeds if self._is_live(feed)]
        if not live:
            self.job.find(row.place, "note", "panel-empty", "it has no feed in use", "left out")
            return
        wanted = self.job.node_id(site, row)
        name = self.job.ids.take("power", wanted, f"{wanted}-panel", pk=row.pk)
        fields: dict[str, Data] = {"id": name, "kind": "panel", "from": self.graph.grid(site)}
        item = self.graph.add(site, Decimal(0), fields)
        for feed in live:
            # A feed may be used up to its own share, above the panel's default of 80 %.
            share = max(self._share(feed), Decimal(80))
            self.graph.va[name] += self._feed(feed, site, name) * share / 80
        item["kva"] = in_kva(self.graph.va[name])
        self.graph.above[self.graph.grid(site)] += self.graph.va[name]
        message = "kva, the sum of its feeds: NetBox knows no limit of a panel"
        self.job.find(
            row.place,
            "imputed",
            "panel-limit",
            message,
            "it never binds; write the real one",
            ("power", name),
        )

    def _is_live(self, row: Row) -> bool:
        if str(row["status"] or "active") == "active":
            return True
        message = f"its status is `{row['status']}`"
        self.job.find(row.place, "warning", "feed-status", message, "left out: it carries nothing")
        return False

    def _feed(self, row: Row, site: int, panel: str) -> Decimal:
        """Write one feed and return what it carries, VA."""
        job = self.job
        rack = self.racks.get(row["rack"])
        if rack is not None and rack.site != site:
            message = f"its rack `{rack.id}` is in another site than its panel"
            job.find(row.place, "error", "feed-site", message, "its rack is left out")
            rack = None
        wanted = job.node_id(site, row)
        name = job.ids.take("power", wanted, f"{panel}-{row.name}", pk=row.pk)
        volts = abs(row.decimal("voltage") or Decimal(DEFAULT_VOLTS_LN))
        amps = row.decimal("amperage") or Decimal(0)
        if amps <= 0:
            amps = Decimal(16)
            job.find(
                row.place, "imputed", "feed-amps", "amps 16: NetBox has none", "", ("power", name)
            )
        phases = 3 if row["phase"] == "three-phase" else 1
        if row["supply"] == "dc":
            job.find(
                row.place, "note", "feed-dc", "it carries direct current", "written as one phase"
            )
        figures, va = self._figures(row, name, volts, amps, phases)
        share = self._share(row)
        kappa = share / 100 if share != 80 else None
        fields: dict[str, Data] = {
            "id": name, "kind": "feed", "from": panel, "rack": rack.id if rack else None,
            "amps": amps, **figures, "phases": phases, "kappa": kappa,
            "kappa_fail": kappa if kappa is not None and kappa > Decimal("0.8") else None,
        }  # fmt: skip
        self.graph.add(site, va, fields)
        self.feeds[row.pk] = Feed(name, row, rack, va, phases)
        self.graph.node_of["dcim.powerfeed", row.pk] = name
        return va

    def _share(self, row: Row) -> Decimal:
        """Return how much of a feed may be used, in percent."""
        share = row.decimal("max_utilization")
        return share if share is not None and 0 < share <= 100 else Decimal(80)

    def _figures(
        self, row: Row, name: str, volts: Decimal, amps: Decimal, phases: int
    ) -> tuple[dict[str, Data], Decimal]:
        """Return the voltage as the format has it, and VA."""
        if phases == 1:
            return {"volts_ln": volts}, volts * amps
        if not any(low <= volts <= high for low, high in LINE_TO_NEUTRAL):
            return {"volts_ll": volts}, SQRT3 * volts * amps
        # 230 V, 16 A, 80 %: sqrt(3) * 230 = 5.1 kVA in NetBox, 3 * 230 = 8.8 kVA.
        shown, meant = SQRT3 * volts * amps, 3 * volts * amps
        message = (
            f"three phases with {volts:f} V: NetBox takes it line to line and counts"
            f" {in_kva(shown)} kVA; read as the voltage to neutral it carries {in_kva(meant)} kVA"
        )
        action = (
            f"written as `volts_ln: {volts:f}`; where {volts:f} V between the lines is meant, write"
            f" `volts_ll: {volts:f}` and `accept_voltage: true`"
        )
        self.job.find(row.place, "warning", "feed-voltage", message, action)
        note = f"volts_ln: {volts:f} V with three phases is read as the voltage to neutral"
        self.job.find(row.place, "imputed", "feed-voltage-ln", note, "", ("power", name))
        return {"volts_ln": volts}, meant

    # -- what is missing --------------------------------------------------------------------------

    def _feed_outlets(self) -> None:
        """Give outlets to feeds of a rack that no PDU hangs on."""
        parents = {
            item.get(key)
            for item in self.graph.items.values()
            for key in ("from", "preferred", "alternate")
        }
        for feed in self.feeds.values():
            item = self.graph.items[feed.id]
            if "outlets" in item or feed.id in parents or "rack" not in item:
                continue
            plugged = self.graph.plugged(feed.row)
            if plugged is not None:
                item["outlets"] = {plugged: 1}
                continue
            is_large = feed.phases == 3 and item["amps"] > 16
            kind = "single" if feed.phases == 1 else "three-large" if is_large else "three"
            item["outlets"] = dict(USUAL_OUTLETS[kind])
            message = "outlets of a usual PDU: NetBox has none at this feed"
            self.job.find(
                feed.row.place, "imputed", "feed-outlets", message, "", ("power", feed.id)
            )

    def _supply_the_rest(self) -> None:
        """Give a feed to racks with devices and without one, so that cords can be planned."""
        fed = {item["rack"] for item in self.graph.items.values() if item.get("outlets")}
        for pk, rack in self.racks.items():
            devices = self.job.devices_by_rack.get(pk, [])
            powered = [row for row in devices if self._is_powered(row)]
            if rack.id in fed or not powered:
                continue
            name = self.job.ids.take("power", f"{rack.id}-feed", pk=pk)
            grid = self.graph.grid(rack.site)
            fields: dict[str, Data] = {
                "id": name, "kind": "feed", "from": grid, "rack": rack.id,
                "kva": UNKNOWN_KVA, "outlets": dict(USUAL_OUTLETS["three-large"]),
            }  # fmt: skip
            self.graph.add(rack.site, UNKNOWN_KVA * 1000, fields)
            self.graph.above[grid] += UNKNOWN_KVA * 1000
            message = "the whole feed: devices stand in its rack, and NetBox has no feed for it"
            self.job.find(
                rack.row.place,
                "imputed",
                "feed-missing",
                message,
                "it never binds; write the real one",
                ("power", name),
            )

    def _is_powered(self, row: Row) -> bool:
        kind = self.types.kind_of(row)
        return kind is not None and bool(kind.inlets) and not kind.distributes

    def _grids(self) -> None:
        """Write one source a site, above everything that NetBox knows."""
        for site in self.job.sites:
            name = self.graph.grid(site)
            if name not in self.graph.above:
                continue
            kva = in_kva(self.graph.above[name])
            item = {"id": name, "kind": "utility", "kva": kva}
            self.job.section(self.job.site_file(site), "power").insert(0, item)
            message = "the whole node: NetBox knows no utility, generator or UPS above its panels"
            self.job.find(
                f"dcim.site {site} {self.job.sites[site]}", "imputed", "grid", message,
                "it never binds; write what there is", ("power", name),
            )  # fmt: skip

    def _say_two_feeds(self) -> None:
        count = sum(1 for feeds in self.by_rack().values() if len(feeds) > 1)
        if count:
            message = (
                f"racks with more than one feed: {count}; NetBox's utilisation adds their feeds up,"
                " as if none could fail"
            )
            self.job.find(
                "dcim.powerfeed",
                "note",
                "rack-two-feeds",
                message,
                "the rule power.failover judges every loss",
            )

    def by_rack(self) -> dict[str, list[Feed]]:
        """Return the feeds of each rack."""
        found: dict[str, list[Feed]] = defaultdict(list)
        for feed in self.feeds.values():
            if feed.rack is not None:
                found[feed.rack.id].append(feed)
        return found
