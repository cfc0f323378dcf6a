"""Panels, feeds, PDUs and cables of `export netbox`.

Each node with outlets becomes a 0U PDU in its rack: in NetBox only a device has outlets. Legs of a
PDU become outlets with a `feed_leg`. What stands above the panels has no place in NetBox.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from planner.exporters.places import Placed
from planner.model.estate import Estate
from planner.model.power import DEFAULT_VOLTS_LN, OUTLET_FOR_INLET, PowerKind, PowerNode

Table: TypeAlias = list[dict[str, str]]
#: Nominal voltages: to neutral -> line to line (IEC 60038, and 120/208 V of America).
LINE_TO_LINE = {120: 208, 127: 220, 220: 380, 230: 400, 240: 415, 277: 480}
LEG_MARKS = {"L1": "A", "L2": "B", "L3": "C"}
_LEG = re.compile(r"-(L[123])\Z")
#: Below a PDU: nodes that are a part of it.
PARTS = frozenset({PowerKind.LEG, PowerKind.BANK})


class Outlet(NamedTuple):
    """One outlet of a PDU, and the node that it belongs to."""

    pdu: str
    name: str
    type: str
    leg: str
    node: str


class PowerTables:
    """Builds the tables of power."""

    def __init__(
        self,
        estate: Estate,
        rows: list[Placed],
        sites: dict[str, str],
        names: dict[str, str],
        remarks: list[str],
    ) -> None:
        self.estate = estate
        self.nodes = estate.power_nodes
        self.rows = rows
        self.sites = sites
        self.names = names
        self.remarks = remarks
        self.pdus = self._pdus()
        self.slots = self._slots()
        self.panel_of = {key: self._panel(node) for key, node in self._feeds().items()}
        self._remark_upstream()

    def _feeds(self) -> dict[str, PowerNode]:
        return {key: node for key, node in self.nodes.items() if node.kind is PowerKind.FEED}

    def _pdus(self) -> list[str]:
        """Return the nodes that become a PDU: those with outlets, and what they are parts of."""
        found = {self._whole(node) for node in self.nodes.values() if node.outlets}
        return sorted(found)

    def _whole(self, node: PowerNode) -> str:
        while node.kind in PARTS and node.parent in self.nodes:
            node = self.nodes[node.parent]
        return node.id

    def _slots(self) -> list[Outlet]:
        slots: list[Outlet] = []
        numbers: Counter[tuple[str, str]] = Counter()
        for key in sorted(self.nodes):
            node, pdu = self.nodes[key], self._whole(self.nodes[key])
            mark = _LEG.search(key) if node.kind is PowerKind.LEG else None
            for kind, count in sorted(node.outlets.items()):
                for _ in range(count):
                    numbers[pdu, kind] += 1
                    name = f"{kind.upper()} {numbers[pdu, kind]:02d}"
                    leg = LEG_MARKS[mark[1]] if mark is not None else ""
                    slots.append(Outlet(pdu, name, kind, leg, key))
        return slots

    def _panel(self, feed: PowerNode) -> str:
        """Return the panel above a feed; what feeds it where there is none."""
        node = feed
        while node.parent is not None and node.parent in self.nodes:
            node = self.nodes[node.parent]
            if node.kind is PowerKind.PANEL:
                return node.id
        return feed.parent or f"{feed.site}-grid"

    def _remark_upstream(self) -> None:
        known = set(self.panel_of) | set(self.panel_of.values()) | set(self.pdus)
        known |= {key for key, node in self.nodes.items() if node.kind in PARTS}
        count = len(self.nodes.keys() - known)
        if count:
            self.remarks.append(
                f"{count} power nodes above the panels: NetBox has no place for them"
            )

    # -- tables -----------------------------------------------------------------------------------

    def _place_of(self, node: PowerNode, place: Callable[[str], dict[str, str]]) -> dict[str, str]:
        if node.rack is None:
            return {"site": self.sites[node.site], "location": "", "rack": ""}
        return place(node.rack)

    def panels(self) -> Table:
        """Return a row for each panel that a feed hangs on."""
        sites = {panel: self.nodes[feed].site for feed, panel in self.panel_of.items()}
        return [
            {"site": self.sites[site], "name": panel, "comments": f"rackplan node {panel}"}
            for panel, site in sorted(sites.items())
        ]

    def feeds(self, place: Callable[[str], dict[str, str]]) -> Table:
        """Return a row for each feed; NetBox counts three phases line to line."""
        rows = []
        for key, panel in sorted(self.panel_of.items()):
            node = self.nodes[key]
            where = self._place_of(node, place)
            phases = 3 if node.phases == 3 else 1
            volts, amps = self._figures(node, phases)
            kappa = node.kappa_permille
            share = (kappa if kappa is not None else self.estate.policy.kappa_permille) // 10
            rows.append(
                {
                    "site": where["site"],
                    "power_panel": panel,
                    "location": where["location"],
                    "rack": where["rack"],
                    "name": key,
                    "status": "active",
                    "type": "primary",
                    "supply": "ac",
                    "phase": "three-phase" if phases == 3 else "single-phase",
                    "voltage": str(volts),
                    "amperage": str(amps),
                    "max_utilization": str(max(1, share)),
                    "comments": f"rackplan node {key}",
                }
            )
        return rows

    def _figures(self, node: PowerNode, phases: int) -> tuple[int, int]:
        """Return volts and whole amperes, rounded down."""
        neutral = node.volts_ln or DEFAULT_VOLTS_LN
        if phases == 3:
            # sqrt(3) = 1.7320508; a nominal pair where there is one.
            near = LINE_TO_LINE.get(neutral, neutral * 17_320_508 // 10_000_000)
            volts = node.volts_ll if node.volts_ll is not None else near
            per_volt = 17_320_508
        else:
            volts = node.volts_ln or node.volts_ll or DEFAULT_VOLTS_LN
            per_volt = 10_000_000
        if node.amps_ma is not None:
            return volts, max(1, node.amps_ma // 1000)
        va = min(figure for figure in (node.rated_va, node.rated_w, 10**9) if figure is not None)
        return volts, max(1, min(32_767, va * 10_000_000 // (volts * per_volt)))

    def device_types(self) -> Table:
        """Return one type that all PDUs have."""
        if not self.pdus:
            return []
        row = {"manufacturer": "Unknown", "model": "0U PDU", "slug": "rackplan-0u-pdu"}
        rest = {"part_number": "", "u_height": "0", "is_full_depth": "false", "airflow": ""}
        return [{**row, **rest, "weight": "", "weight_unit": ""}]

    def devices(self, place: Callable[[str], dict[str, str]]) -> Table:
        """Return a row for each PDU."""
        return [
            {
                "name": pdu,
                "role": "pdu",
                "tenant": "",
                "manufacturer": "Unknown",
                "device_type": "0U PDU",
                "status": "active",
                **self._place_of(self.nodes[pdu], place),
                "position": "",
                "face": "",
                "airflow": "",
                "comments": f"rackplan node {pdu}",
            }
            for pdu in self.pdus
        ]

    def ports(self) -> Table:
        """Return the supply of each PDU."""
        blank = {"type": "", "maximum_draw": "", "allocated_draw": ""}
        return [{"device": pdu, "name": "Input", **blank} for pdu in self.pdus]

    def outlets(self) -> Table:
        """Return every outlet."""
        return [
            {
                "device": slot.pdu,
                "name": slot.name,
                "type": f"iec-60320-{slot.type}",
                "power_port": "Input",
                "feed_leg": slot.leg,
            }
            for slot in self.slots
        ]

    def cables(self) -> Table:
        """Return a cable for each cord, and one from each PDU to its feed."""
        free: dict[tuple[str, str], list[Outlet]] = {}
        for slot in reversed(self.slots):
            free.setdefault((slot.node, slot.type), []).append(slot)
        rows: Table = []
        lost = 0
        for one in self.rows:
            equipment = one.workload.equipment
            kinds = {inlet.name: inlet.type for inlet in equipment.inlets} if equipment else {}
            site = self.sites[self.estate.racks[one.place.rack].site]
            for cord in one.place.cords or ():
                slots = free.get((cord.node, OUTLET_FOR_INLET.get(kinds.get(cord.inlet, ""), "")))
                if not slots:
                    lost += 1
                    continue
                slot = slots.pop()
                a = {"site": site, "device": self.names[one.instance], "panel": ""}
                b = {"site": site, "device": slot.pdu, "panel": ""}
                rows.append(_cable(a, "powerport", cord.inlet, b, "poweroutlet", slot.name))
        if lost:
            self.remarks.append(f"{lost} cords: their power node has no outlet left for them")
        return rows + self._supplies()

    def _supplies(self) -> Table:
        rows: Table = []
        used: set[str] = set()
        for pdu in self.pdus:
            node = self.nodes[pdu]
            feed = node
            while feed.kind is not PowerKind.FEED and feed.parent in self.nodes:
                feed = self.nodes[feed.parent]
            if feed.id not in self.panel_of or feed.id in used:
                self.remarks.append(
                    f"supply of PDU `{pdu}`: no feed, or NetBox's one cable of it is taken"
                )
                continue
            used.add(feed.id)
            site = self.sites[node.site]
            a = {"site": site, "device": pdu, "panel": ""}
            b = {"site": site, "device": "", "panel": self.panel_of[feed.id]}
            rows.append(_cable(a, "powerport", "Input", b, "powerfeed", feed.id))
        return rows


def _cable(
    a: dict[str, str], a_type: str, a_name: str, b: dict[str, str], b_type: str, b_name: str
) -> dict[str, str]:
    row: dict[str, str] = {}
    for side, end, kind, name in (("a", a, a_type, a_name), ("b", b, b_type, b_name)):
        row |= {
            f"side_{side}_site": end["site"],
            f"side_{side}_device": end["device"],
            f"side_{side}_power_panel": end["panel"],
            f"side_{side}_type": f"dcim.{kind}",
            f"side_{side}_name": name,
        }
    return row | {"type": "power", "status": "connected"}
