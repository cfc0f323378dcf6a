"""The table of feeds: circuits of racks, and rows of panels, UPS and supply where there are any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from planner.importers.csv import cells, circuits
from planner.importers.csv.findings import Findings, Spot
from planner.importers.csv.ids import Names, make_id, spelling
from planner.importers.csv.mapping import DefaultsItem
from planner.importers.csv.racks import Rack, Space
from planner.importers.csv.roles import power_kind
from planner.importers.csv.tables import Record

#: Line-to-neutral and line-to-line voltage of the public grid, V (IEC 60038).
VOLTS_LN, VOLTS_LL = Decimal(230), Decimal(400)
#: Voltages up to this are line to neutral.
MAX_LN = Decimal(260)
#: Outlets of a usual rack PDU by phases and amperes, each from the shipped catalogue: APC AP8858
#: (16 A, one phase), AP8853 (32 A, one phase), AP8881 (16 A, three), AP8886 (32 A, three).
OUTLETS = {
    (1, False): ({"c13": 18, "c19": 2}, "APC AP8858"),
    (1, True): ({"c13": 35, "c19": 7}, "APC AP8853"),
    (3, False): ({"c13": 36, "c19": 6}, "APC AP8881"),
    (3, True): ({"c13": 30, "c19": 12}, "APC AP8886"),
}


@dataclass
class Node:
    """A power node as the table has it, or as it was added above the feeds."""

    id: str
    kind: str
    site: str
    rack: str | None = None
    strand: str = ""
    parent: str | None = None
    phases: int | None = None
    amps: Decimal | None = None
    volts_ll: Decimal | None = None
    volts_ln: Decimal | None = None
    kva: Decimal | None = None
    outlets: dict[str, int] = field(default_factory=dict)
    is_declared: bool = False

    def rating_kva(self) -> Decimal:
        """Return the rated power: the given one, or that of the circuit."""
        if self.kva is not None:
            return self.kva
        if self.amps is None:
            return Decimal(0)
        if self.phases == 3:
            # sqrt(3) * V_LL * I, and 3 * V_LN * I where the voltage to neutral is given.
            volts = (
                self.volts_ln * 3
                if self.volts_ln
                else (self.volts_ll or VOLTS_LL) * Decimal("1.7321")
            )
        else:
            volts = self.volts_ln or self.volts_ll or VOLTS_LN
        return volts * self.amps / 1000


@dataclass
class Power:
    """All power nodes, and the feeds of each rack by strand and by name."""

    defaults: DefaultsItem
    findings: Findings
    nodes: dict[str, Node] = field(default_factory=dict)
    names: Names[Node] = field(default_factory=Names)
    is_read: bool = False
    left_out: Names[Spot] = field(default_factory=Names)
    by_rack: dict[str, list[Node]] = field(default_factory=dict)

    def add(self, node: Node, *names: str) -> None:
        """Make a node known."""
        self.nodes[node.id] = node
        if node.rack is not None:
            self.by_rack.setdefault(node.rack, []).append(node)
        for name in (node.id, *names):
            self.names.add(name, node)

    def of_rack(self, rack: str) -> list[Node]:
        """Return the nodes of a rack that have outlets, in the order of their strands."""
        found = [n for n in self.by_rack.get(rack, ()) if n.outlets]
        return sorted(found, key=lambda node: (node.strand or "~", node.id))


def read_feeds(records: Sequence[Record], space: Space, power: Power) -> list[tuple[Node, Record]]:
    """Add the nodes of a table and return them with their rows; what feeds them is left open."""
    power.is_read = True
    is_unique = _are_names_unique(records)
    rows: dict[str, int] = {}
    children: list[tuple[Node, Record]] = []
    for record in records:
        node = _node(record, space, power, is_unique)
        if node is None:
            power.left_out.add(record.text("name"), record.spot("name"))
            continue
        if node.id in rows:
            message = f"feed `{node.id}` stands in row {rows[node.id]} already"
            record.note("error", "id-duplicate", "name", message, "this row is left out")
            continue
        rows[node.id] = record.row
        power.add(node, record.text("name"))
        children.append((node, record))
    return children


def _are_names_unique(records: Sequence[Record]) -> bool:
    """Tell whether feeds are named one by one, not `A` and `B` in every rack."""
    names = [spelling(record.text("name")) for record in records if record.text("name")]
    return len(set(names)) * 10 > len(names) * 6


def _node(record: Record, space: Space, power: Power, is_unique: bool) -> Node | None:
    kind = "feed"
    if text := record.text("kind"):
        kind = power_kind(text) or ""
    if not kind:
        message = f"`{text}` is no part of a power supply"
        record.note(
            "error", "cell-word", "kind", message, "left out: write Einspeisung, Verteiler or USV"
        )
        return None
    rack = _rack(record, space) if kind == "feed" else None
    if kind == "feed" and rack is None:
        return None
    strand = _strand(record)
    name = record.text("name")
    key = make_id(name)
    if rack is not None and (not key or not is_unique or spelling(name) in (("a",), ("b",))):
        key = f"{rack.id}-{strand or key or 'feed'}"
    if not key:
        record.note("error", "feed-unnamed", "name", "no name", "left out")
        return None
    site = rack.site if rack is not None else _own_site(record, space)
    node = Node(key, kind, site, rack.id if rack else None, strand)
    if not _circuit(record, node, power.defaults):
        return None
    if rack is not None:
        node.outlets = _outlets(record, node)
    return node


def _own_site(record: Record, space: Space) -> str:
    """Return the site that a row of a panel or UPS names, empty where its feeds decide."""
    return space.site_of(record).id if record.text("site") else ""


def _rack(record: Record, space: Space) -> Rack | None:
    text = record.text("rack")
    if not text:
        record.note(
            "error", "rack-missing", "rack", "no rack that it serves", "the feed is left out"
        )
        return None
    hit = space.names.find(text)
    if hit is None:
        if not space.is_read and not space.racks_declared:
            return space.assumed_rack(record)
        message = f"unknown rack `{text}`"
        record.note("error", "rack-unknown", "rack", message, "the feed is left out")
        return None
    if not hit.is_exact:
        record.note("note", "name-spelling", "rack", f"`{text}` is taken as rack `{hit.value.id}`")
    return hit.value


def strand_of(text: str) -> str:
    """Return `A` or `B` where a name holds the one or the other as a word of its own."""
    words = re.findall(r"[a-z]+|[0-9]+", text.casefold())
    found = {word for word in words if word in ("a", "b")}
    return found.pop().upper() if len(found) == 1 else ""


def _strand(record: Record) -> str:
    text = record.text("strand")
    if text:
        return strand_of(text) or {"1": "A", "2": "B"}.get(text, make_id(text))
    name = record.text("name")
    tail = re.search(r"(?:^|[^A-Za-z])([AB])$|^([AB])(?=[^A-Za-z])", name)
    return (tail[1] or tail[2]) if tail else ""


# -- circuits -------------------------------------------------------------------------------------


def _circuit(record: Record, node: Node, defaults: DefaultsItem) -> bool:
    """Set the figures of a node; tell whether it has any."""
    is_only = not record.text("amps") and not record.text("kva") and node.kind == "feed"
    fuse = record.read("fuse", circuits.fuse, "the feed is left out" if is_only else "left out")
    amps = record.figure("amps") or (fuse.amps if fuse else None)
    node.kva = record.figure("kva") or None
    phases = _phases(record)
    if fuse is not None and fuse.phases is not None:
        if phases is not None and phases != fuse.phases:
            message = f"{phases} phases, and `{record.text('fuse')}` says {fuse.phases}"
            record.note("warning", "feed-phases", "phases", message, "the fuse is taken")
        phases = fuse.phases
    if amps is not None:
        node.amps = amps
        volts = _volts(record) or (fuse.volts if fuse else None)
        node.phases = phases or _assumed_phases(record, fuse, volts, node, defaults)
        _set_volts(record, node, volts)
    elif node.kva is None and node.kind == "feed":
        if not (is_only and record.text("fuse")):
            message = "neither fuse nor current nor rating"
            record.note("error", "feed-rating", "fuse", message, "the feed is left out")
        return False
    return True


def _phases(record: Record) -> int | None:
    text = record.text("phases")
    if not text:
        return None
    words = {"1": 1, "3": 3, "l1": 1, "l2": 1, "l3": 1, "einphasig": 1, "dreiphasig": 3, "3~": 3,
             "1~": 1, "l1-l3": 3, "l1l2l3": 3, "l1/l2/l3": 3, "l1,l2,l3": 3, "drehstrom": 3,
             "wechselstrom": 1, "1-phasig": 1, "3-phasig": 3, "1ph": 1, "3ph": 3}  # fmt: skip
    found = words.get(text.casefold().replace(" ", ""))
    if found is None:
        record.note(
            "error", "cell-phases", "phases", f"`{text}` is no number of phases", "write 1 or 3"
        )
    return found


def _volts(record: Record) -> Decimal | None:
    """Return the voltage; of `230/400 V` the larger."""

    def volts(text: str) -> cells.Read[Decimal]:
        pair = re.fullmatch(r"(\d{3}) ?/ ?(\d{3}) ?v?", text.casefold())
        return cells.quantity(pair[2] if pair else text, cells.VOLTS, record.table.decimal)

    return record.read("volts", volts, "left out")


def _assumed_phases(
    record: Record,
    fuse: circuits.Fuse | None,
    volts: Decimal | None,
    node: Node,
    defaults: DefaultsItem,
) -> int:
    text = record.text("fuse") or record.text("amps")
    if fuse is not None and fuse.is_cee:
        if volts is not None:
            return 3 if volts > MAX_LN else 1
        phases = defaults.cee_phases
        message = f"`{text}` does not say its phases: taken as {phases} x {node.amps} A"
        action = "write CEE 32 rot (three) or CEE 32 blau (one)"
        record.note("imputed", "feed-phases", "fuse", message, action, ("power", node.id))
        return phases
    if volts is not None and volts > MAX_LN:
        message = f"`{text}` at {volts} V does not say its phases: taken as one"
        action = f"write 3x{node.amps}A if it has three"
        record.note("warning", "feed-phases", "fuse", message, action)
    return 1


def _set_volts(record: Record, node: Node, volts: Decimal | None) -> None:
    if volts is None:
        if node.phases == 3:
            node.volts_ll = VOLTS_LL
        else:
            node.volts_ln = VOLTS_LN
    elif volts > MAX_LN and node.phases == 3:
        node.volts_ll = volts
    elif volts > MAX_LN:
        node.volts_ln = VOLTS_LN
    else:
        node.volts_ln = volts
        if node.phases == 3:
            message = f"three phases at {volts} V: taken as the voltage to neutral"
            record.note(
                "warning",
                "feed-voltage",
                "volts",
                message,
                "write 400 V, the voltage between lines",
            )


def _outlets(record: Record, node: Node) -> dict[str, int]:
    given = record.read("outlets", circuits.outlets, "left out") or {}
    for kind in ("c13", "c19"):
        count = record.figure(kind)
        if count:
            given[kind] = int(count)
    if given:
        return given
    usual, source = OUTLETS[node.phases or 1, (node.amps or 0) > 20]
    words = " and ".join(f"{count} {kind.upper()}" for kind, count in usual.items())
    item = ("power", node.id)
    record.note(
        "imputed",
        "feed-outlets",
        "outlets",
        f"no outlets: taken as {words}, as {source} has",
        "",
        item,
    )
    return dict(usual)
