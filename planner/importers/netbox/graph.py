"""The power graph while it is written: nodes, what they carry, and what is plugged in where."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from planner.importers.contract import Data
from planner.importers.netbox.job import Job
from planner.importers.netbox.tables import End, Row
from planner.importers.netbox.types import inlet_of, ports_of
from planner.model.power import OUTLET_FOR_INLET

#: sqrt(3), rounded up: only for limits that are imputed so that they never bind.
SQRT3 = Decimal("1.7321")


class Graph:
    """Power nodes by id, in the order in which they are added.

    Attributes
    ----------
    node_of
        The node that an outlet or a feed of NetBox belongs to.
    above
        VA below each site's grid.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.peers = job.tables.peers()
        self.items: dict[str, dict[str, Data]] = {}
        self.va: dict[str, Decimal] = {}
        self.rack_of: dict[str, str | None] = {}
        self.node_of: dict[End, str] = {}
        self.above: dict[str, Decimal] = defaultdict(Decimal)
        self._in_rack: dict[tuple[str, str], list[str]] = defaultdict(list)
        for pk, site in job.sites.items():
            job.ids.take("power", f"{site}-grid", pk=pk)

    def grid(self, site: int) -> str:
        """Return the source of a site, above everything that NetBox knows."""
        return f"{self.job.sites[site]}-grid"

    def add(self, site: int, va: Decimal, fields: dict[str, Data]) -> dict[str, Data]:
        """Add a node that carries `va`; what is not known is left out."""
        item = {key: value for key, value in fields.items() if value not in (None, {})}
        name = str(item["id"])
        self.items[name] = item
        self.va[name] = va
        self.rack_of[name] = item.get("rack")
        self.job.section(self.job.site_file(site), "power").append(item)
        return item

    def free_rack(self, name: str) -> None:
        """Take the rack from a node that serves another one, too."""
        self.items[name].pop("rack", None)
        self.rack_of[name] = None

    def plugged(self, row: Row) -> str | None:
        """Return the outlet type that the inlet at the other end of a cable needs."""
        for model, pk in self.peers.get((row.model, row.pk), ()):
            port = self.job.tables.get(model, pk)
            if port is not None and model == "dcim.powerport":
                return OUTLET_FOR_INLET.get(inlet_of(ports_of([port])[0]).type)
        return None

    def outlets_in(self, rack: str, kind: str) -> list[str]:
        """Return the nodes of a rack that have outlets of a type, as they were added."""
        if not self._in_rack:
            for name, item in self.items.items():
                for outlet in item.get("outlets", {}):
                    self._in_rack[str(item["rack"]), outlet].append(name)
        return self._in_rack.get((rack, kind), [])


def in_kva(va: Decimal) -> Decimal:
    """Return kVA, to the VA and rounded up."""
    return (va / 1000).quantize(Decimal("0.001"), rounding="ROUND_CEILING")
