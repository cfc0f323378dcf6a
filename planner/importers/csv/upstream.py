"""What stands above the feeds: panels, UPS and the grid, as the rows name them.

It is seldom in a spreadsheet. It is added so that the power graph is whole, rated as the sum of
what it feeds: so it never limits, and every such figure is imputed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from planner.importers.csv.feeds import Node, Power
from planner.importers.csv.findings import Spot
from planner.importers.csv.ids import make_id
from planner.importers.csv.tables import Record

#: From outlet to source: what feeds a node is connected after the node.
_ORDER = ("feed", "panel", "ups", "transformer", "generator", "utility")
_SOURCES = ("utility", "generator")


class Upstream:
    """Connects the nodes of a table, adds what they name, and rates what has no figure."""

    def __init__(self, power: Power, default_site: str) -> None:
        self.power = power
        self.default_site = default_site
        self.records: dict[str, Record] = {}

    def connect(self, rows: Sequence[tuple[Node, Record]]) -> None:
        """Give every node its parent; a panel or UPS without a site has that of its feeds."""
        self.records = {node.id: record for node, record in rows}
        for node, record in sorted(rows, key=lambda pair: _ORDER.index(pair[0].kind)):
            node.site = node.site or self.default_site
            if node.kind not in _SOURCES:
                node.parent = self.parent(node, record)
        self.break_cycles([node for node, _ in rows])
        self.rate()

    def parent(self, node: Node, record: Record) -> str:
        """Return what feeds a node: as its row names it, else the usual one of its site."""
        names = [("parent", "panel")]
        if node.kind == "feed":
            names.append(("panel", "panel"))
        if node.kind in ("feed", "panel"):
            names.append(("ups", "ups"))
        for name, kind in names:
            if (text := record.text(name)) and (key := self.named(text, kind, node, record, name)):
                return key
        if node.kind != "feed":
            return self.grid(node.site)
        strand = f"-{make_id(node.strand).lower()}" if make_id(node.strand) else ""
        return self.node(f"{node.site}-panel{strand}", "panel", node, record).id

    def named(self, text: str, kind: str, child: Node, record: Record, name: str) -> str | None:
        """Return the node that a cell names, added where there is none; None where none can be."""
        found = self.node(text, kind, child, record)
        if found is child or found.kind == "feed" or not found.id:
            what = "itself" if found is child else "a feed" if found.id else "no name"
            message = f"`{text}` is {what}, and cannot feed `{child.id}`"
            record.note("error", "power-parent", name, message, "left out")
            return None
        if found.kind != kind and name != "parent":
            noun = found.kind.replace("_", " ")
            record.note(
                "warning", "power-kind", name, f"`{text}` is a {noun} elsewhere", "taken as that"
            )
        self.check_ups(found, record)
        return found.id

    def node(self, text: str, kind: str, child: Node, record: Record) -> Node:
        """Return a node by name at the child's site, added where there is none."""
        for name in (text, f"{child.site}-{text}"):
            hit = self.power.names.find(name)
            found = hit.value if hit is not None else self.power.nodes.get(make_id(name))
            if found is None:
                return self.added(name, kind, child, record)
            found.site = found.site or child.site
            if found.site == child.site:
                return found
        return self.added(f"{child.site}-{kind}-{child.id}", kind, child, record)

    def added(self, name: str, kind: str, child: Node, record: Record) -> Node:
        """Return a node that no row of its own has; a panel hangs on the UPS of its feed's row."""
        node = Node(make_id(name), kind, child.site, strand=child.strand)
        if not node.id:
            return node
        self.power.add(node, name)
        ups = record.text("ups") if kind == "panel" and child.kind == "feed" else ""
        key = self.named(ups, "ups", node, record, "ups") if ups else None
        node.parent = key or self.grid(child.site)
        return node

    def check_ups(self, panel: Node, record: Record) -> None:
        """Note a panel that hangs on one UPS in an earlier row and on another in this one."""
        text = record.text("ups")
        if panel.kind != "panel" or panel.id in self.records or panel.is_declared or not text:
            return
        hit = self.power.names.find(text)
        if hit is None or hit.value.id != panel.parent:
            message = f"panel `{panel.id}` hangs on `{panel.parent}` in an earlier row"
            record.note("error", "power-parent", "ups", message, "the earlier row is taken")

    def grid(self, site: str) -> str:
        """Return the utility of a site, added where there is none."""
        known = (n for n in self.power.nodes.values() if n.kind == "utility" and n.site == site)
        node = next(known, None)
        if node is None:
            node = Node(f"{site}-grid", "utility", site)
            self.power.add(node)
        return node.id

    def break_cycles(self, nodes: Sequence[Node]) -> None:
        """Hang a node that feeds itself by way of others on the grid, and note it."""
        for node in nodes:
            seen = {node.id}
            above = node.parent
            while above is not None and above not in seen:
                seen.add(above)
                above = self.power.nodes[above].parent if above in self.power.nodes else None
            if above == node.id:
                message = f"`{node.id}` feeds itself by way of `{node.parent}`"
                self.records[node.id].note(
                    "error", "power-cycle", "parent", message, "it is put on the grid"
                )
                node.parent = self.grid(node.site)

    def rate(self) -> None:
        """Give every node without a figure the sum of what it feeds, and say so."""
        children: dict[str, list[Node]] = {}
        for node in self.power.nodes.values():
            if node.parent is not None:
                children.setdefault(node.parent, []).append(node)

        def rating(node: Node) -> Decimal:
            if node.rating_kva() or node.is_declared:
                return node.rating_kva()
            below = sum((rating(child) for child in children.get(node.id, ())), Decimal(0))
            node.kva = below.to_integral_value(ROUND_CEILING) or Decimal(1)
            self.note_rating(node, len(children.get(node.id, ())))
            return node.kva

        for node in list(self.power.nodes.values()):
            rating(node)

    def note_rating(self, node: Node, count: int) -> None:
        """Note a rating that is the sum of what a node feeds."""
        noun = node.kind.replace("_", " ")
        message = (
            f"no rating of {noun} `{node.id}`: {node.kva} kVA is the sum of the {count} below,"
            " so it never limits"
        )
        self.power.findings.add(
            "imputed", "power-rating", Spot(node.id), message,
            "write its rating into the file", ("power", node.id),
        )  # fmt: skip
