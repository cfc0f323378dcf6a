"""Which power node each inlet of a device is plugged into: by the cables, else in turn."""

from __future__ import annotations

from planner.importers.contract import Data
from planner.importers.netbox.graph import Graph
from planner.importers.netbox.job import Job
from planner.importers.netbox.space import Rack
from planner.importers.netbox.tables import Row
from planner.importers.netbox.types import Kind, Types, inlet_of, ports_of
from planner.model.power import OUTLET_FOR_INLET


class Cords:
    """Finds the cords of standing devices."""

    def __init__(self, job: Job, types: Types, graph: Graph) -> None:
        self.job = job
        self.types = types
        self.graph = graph

    def of(self, row: Row, kind: Kind, rack: Rack, instance: str) -> dict[str, Data] | None:
        """Return a node for each inlet; None where not all of them are known."""
        wanted = kind.inlets
        if not wanted or kind.distributes:
            return None
        cords: dict[str, Data] = {}
        for port in self.types.ports.get(row.pk, []):
            ends = self.graph.peers.get((port.model, port.pk), ())
            node = next(
                (self.graph.node_of[end] for end in ends if end in self.graph.node_of),
                None,
            )
            if node is None or port.name not in wanted:
                continue
            if self.graph.rack_of[node] != rack.id:
                message = (
                    f"`{port.name}` is plugged into `{node}`, which is not in rack `{rack.id}`"
                )
                self.job.find(port.place, "warning", "cord-rack", message, "the cord is left out")
                continue
            outlet = OUTLET_FOR_INLET.get(inlet_of(ports_of([port])[0]).type, "")
            if outlet not in self.graph.items[node].get("outlets", {}):
                message = f"`{port.name}` ({port['type']}) does not fit an outlet of `{node}`"
                self.job.find(port.place, "error", "cord-outlet", message, "the cord is left out")
                continue
            cords[port.name] = node
        if len(cords) == len(wanted):
            return {name: cords[name] for name in wanted}
        return self._imputed(row, kind, rack, instance, cords)

    def _imputed(
        self, row: Row, kind: Kind, rack: Rack, instance: str, known_cords: dict[str, Data]
    ) -> dict[str, Data] | None:
        """Return cords that take turns over the rack's nodes where no cable tells where they go."""
        inlets = {port.name: inlet_of(port).type for port in self.types.rating(row)}
        cords: dict[str, Data] = {}
        for index, name in enumerate(kind.inlets):
            outlet = OUTLET_FOR_INLET.get(inlets.get(name, ""), "")
            nodes = self.graph.outlets_in(rack.id, outlet)
            if not nodes and name not in known_cords:
                return None
            cords[name] = known_cords.get(name) or nodes[index % len(nodes)]
        missing = ", ".join(f"`{name}`" for name in cords if name not in known_cords)
        message = f"cords of {missing}, in turn over the feeds of the rack: no cable is known"
        item = ("standing", instance)
        self.job.find(row.place, "imputed", "device-cords", message, "", item)
        return cords
