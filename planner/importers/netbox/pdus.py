"""Devices that hand power on (PDUs, rack transfer switches) -> power nodes with outlets."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from planner.importers.contract import Data
from planner.importers.netbox.graph import SQRT3, Graph, in_kva
from planner.importers.netbox.job import Job, marked
from planner.importers.netbox.space import Rack
from planner.importers.netbox.tables import Row
from planner.importers.netbox.types import Types, ports_of
from planner.io.catalogue import short_type
from planner.model.power import DEFAULT_VOLTS_LN, OUTLET_RATED_MA

#: Transfer time of a rack transfer switch with relays, ms; usual figures are 8 to 16.
TRANSFER_MS = 16
#: What says what a node carries.
CAPACITY = ("amps", "volts_ln", "volts_ll", "phases", "kva", "kw", "kappa", "kappa_fail")
LEGS = {"A": "L1", "B": "L2", "C": "L3"}


class Pdus:
    """Writes everything with outlets."""

    def __init__(self, job: Job, racks: dict[int, Rack], types: Types, graph: Graph) -> None:
        self.job = job
        self.racks = racks
        self.types = types
        self.graph = graph
        self.tables = job.tables
        self.outlets = job.tables.of("dcim.poweroutlet", "device")

    def convert(self) -> None:
        """Write each device after what it is plugged into."""
        for row in self._pdus():
            self._pdu(row)

    def _pdus(self) -> list[Row]:
        """Return what hands power on, each after what it is plugged into."""
        pending = {
            row.pk: row
            for row in self.tables.all("dcim.device")
            if row["device_type"] in self.types.distributors and self.outlets.get(row.pk)
        }
        ordered: list[Row] = []
        while pending:
            free = [row for row in pending.values() if not self._above(row) & pending.keys()]
            for row in free or list(pending.values())[:1]:
                ordered.append(pending.pop(row.pk))
        return ordered

    def _above(self, device: Row) -> set[int]:
        """Return the devices whose outlets a device is plugged into, itself left out."""
        found = set()
        for port in self.types.ports.get(device.pk, []):
            for model, pk in self.graph.peers.get((port.model, port.pk), ()):
                outlet = self.tables.get(model, pk) if model == "dcim.poweroutlet" else None
                if outlet is not None and outlet["device"] != device.pk:
                    found.add(int(outlet["device"]))
        return found

    def _pdu(self, device: Row) -> None:
        """Write a device with outlets as power nodes: one for each supply that its outlets name."""
        rack = self.racks.get(device["rack"])
        if rack is None:
            message = "it hands power on, and stands in no rack"
            self.job.find(device.place, "warning", "pdu-rack", message, "left out as a power node")
            return
        ports = self.types.ports.get(device.pk, [])
        groups: dict[Data, list[Row]] = defaultdict(list)
        for outlet in self.outlets[device.pk]:
            groups[outlet["power_port"]].append(outlet)
        known_ports = [row for row in ports if row.pk in groups]
        if len(known_ports) < 2:
            outlets = [row for rows in groups.values() for row in rows]
            self._node(device, rack, ports, outlets, "")
            return
        loose = [
            row for key, rows in groups.items() for row in rows if key not in {p.pk for p in ports}
        ]
        for index, port in enumerate(known_ports):
            outlets = groups[port.pk] + (loose if not index else [])
            self._node(device, rack, [port], outlets, f"-{port.name}")

    def _node(
        self, device: Row, rack: Rack, ports: list[Row], outlets: list[Row], suffix: str
    ) -> None:
        """Write one node, its legs below it, and remember which outlet belongs to which."""
        graph = self.graph
        parents = [parent for port in ports if (parent := self._parent(port, rack))]
        label = self.job.inside_site(rack.site, device.name or f"pdu-{device.pk}")
        wanted = (marked(device, "node") or label) + suffix
        legs = self._legs(outlets, parents)
        counts = self._counts(device, [outlet for outlet in outlets if outlet not in legs])
        name = self._folded(wanted, parents, rack)
        if name is not None:
            graph.items[name] |= {"outlets": counts} if counts else {}
        else:
            name = self.job.ids.take("power", wanted, f"{wanted}-pdu", pk=device.pk)
            fields: dict[str, Data] = {"id": name, "kind": "pdu", "rack": rack.id}
            fields |= self._parents(device, name, rack, parents)
            va, capacity = self._capacity(device, name, ports, parents, outlets)
            graph.add(rack.site, va, {**fields, **capacity, "outlets": counts})
            if not parents:
                graph.above[graph.grid(rack.site)] += va
        graph.node_of |= {("dcim.poweroutlet", outlet.pk): name for outlet in outlets}
        if legs:
            self._write_legs(device, rack, name, legs)

    def _parent(self, port: Row, rack: Rack) -> str | None:
        """Return the node that a supply is plugged into."""
        ends = self.graph.peers.get((port.model, port.pk), ())
        name = next((self.graph.node_of[end] for end in ends if end in self.graph.node_of), None)
        if name is not None and self.graph.rack_of[name] not in (None, rack.id):
            message = f"`{name}` of rack `{self.graph.rack_of[name]}` feeds a PDU in `{rack.id}`"
            self.job.find(port.place, "warning", "feed-rack", message, "its rack is left out")
            self.graph.free_rack(name)
        return name

    def _folded(self, wanted: str, parents: list[str], rack: Rack) -> str | None:
        """Return the feed that a PDU is one circuit with: of its name, and for its rack."""
        if len(parents) != 1:
            return None
        feed = self.graph.items[parents[0]]
        is_same = feed["id"] == wanted and feed["kind"] == "feed"
        return parents[0] if is_same and feed.get("rack") == rack.id else None

    def _parents(self, device: Row, name: str, rack: Rack, parents: list[str]) -> dict[str, Data]:
        if len(set(parents)) > 1:
            message = f"transfer_ms {TRANSFER_MS}: it has two supplies and one set of outlets"
            self.job.find(device.place, "imputed", "pdu-transfer", message, "", ("power", name))
            return {
                "kind": "transfer_switch",
                "preferred": parents[0],
                "alternate": next(parent for parent in parents if parent != parents[0]),
                "transfer_ms": TRANSFER_MS,
            }
        if parents:
            return {"from": parents[0]}
        grid = self.graph.grid(rack.site)
        message = "its supply is connected to no feed"
        self.job.find(device.place, "warning", "pdu-parent", message, f"fed from `{grid}`")
        return {"from": grid}

    def _capacity(
        self, device: Row, name: str, ports: list[Row], parents: list[str], outlets: list[Row]
    ) -> tuple[Decimal, dict[str, Data]]:
        """Return VA and figures: of its own supply, else of its feed, else of its outlets."""
        item = ("power", name)
        rated = max((port.maximum for port in ports_of(ports) if port.maximum), default=None)
        if rated is not None:
            return rated, {"kw": rated / 1000}
        if parents:
            upper = self.graph.items[parents[0]]
            message = "its capacity is that of its feed"
            self.job.find(device.place, "imputed", "pdu-limit", message, "", item)
            return self.graph.va[parents[0]], {key: upper[key] for key in CAPACITY if key in upper}
        counts = self._counts(device, outlets, quiet=True)
        rating = sum(OUTLET_RATED_MA[k] * n * DEFAULT_VOLTS_LN for k, n in counts.items())
        va = Decimal(rating) / 1000
        message = "kva, the sum of its outlets' ratings: its supply has no rating"
        action = "it never binds; write the real one"
        self.job.find(device.place, "imputed", "pdu-limit", message, action, item)
        return va, {"kva": in_kva(va)}

    def _counts(self, device: Row, outlets: list[Row], quiet: bool = False) -> dict[str, int]:
        """Return outlets by type; those of a country are counted by what is plugged into them."""
        counts: Counter[str] = Counter()
        others: Counter[str] = Counter()
        for outlet in outlets:
            kind = short_type(str(outlet["type"] or ""))
            if kind not in OUTLET_RATED_MA:
                others[kind or "no type"] += 1
                kind = self.graph.plugged(outlet) or "c13"
            counts[kind] += 1
        if others and not quiet:
            names = ", ".join(f"{count} `{kind}`" for kind, count in sorted(others.items()))
            message = f"outlets {names} are counted as {', '.join(sorted(counts))}"
            self.job.find(device.place, "imputed", "outlet-type", message)
        return dict(sorted(counts.items()))

    # -- legs -------------------------------------------------------------------------------------

    def _legs(self, outlets: list[Row], parents: list[str]) -> list[Row]:
        """Return the outlets that hang on one phase of a three-phase supply."""
        if not parents or self.graph.items[parents[0]].get("phases") != 3:
            return []
        return [outlet for outlet in outlets if outlet["feed_leg"] in LEGS]

    def _write_legs(self, device: Row, rack: Rack, name: str, legs: list[Row]) -> None:
        """Write a node for each phase in use: a third of what is above it."""
        upper, va = self.graph.items[name], self.graph.va[name] / 3
        capacity: dict[str, Data] = {"kva": in_kva(va)}
        if "amps" in upper:
            volts = upper.get("volts_ln") or (upper["volts_ll"] / SQRT3).quantize(Decimal(1))
            capacity = {"amps": upper["amps"], "volts_ln": volts, "phases": 1}
        for letter, mark in LEGS.items():
            outlets = [outlet for outlet in legs if outlet["feed_leg"] == letter]
            if not outlets:
                continue
            leg = self.job.ids.take("power", f"{name}-{mark}", pk=device.pk)
            fields: dict[str, Data] = {"id": leg, "kind": "leg", "from": name, "rack": rack.id}
            counts = self._counts(device, outlets)
            self.graph.add(rack.site, va, {**fields, **capacity, "outlets": counts})
            self.graph.node_of |= {("dcim.poweroutlet", outlet.pk): leg for outlet in outlets}
