"""The power graph: nodes with their raw figures, checked kind by kind, cycles named."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from planner.io.build.context import Context
from planner.io.expansion import Entry
from planner.io.findings import Origin
from planner.io.items.power import PowerItem
from planner.io.rounding import down, down_or_none, up, up_or_none
from planner.model.power import LEG_SHARE_PERMILLE, SOURCE_KINDS, PowerKind, PowerNode, UpsModules
from planner.model.space import Rack, Room

#: Line-to-line voltages that are likely a line-to-neutral one: 230 V (IEC 60038) +/- 5 %.
SUSPECT_VOLTS = (Decimal(218), Decimal(242))
#: Line-to-line over line-to-neutral voltage is sqrt(3) = 1.732; nominal pairs round, e.g. 400/230.
LL_PER_LN = (Decimal("1.65"), Decimal("1.82"))


def build_power(
    context: Context, rooms: dict[str, Room], racks: dict[str, Rack]
) -> dict[str, PowerNode]:
    """Return all power nodes by id."""
    entries = context.entries["power"]
    sites = {key: _site(context, entry, rooms, racks) for key, entry in entries.items()}
    legs_of = Counter(e.item.from_ for e in entries.values() if e.item.kind == "leg")
    nodes: dict[str, PowerNode] = {}
    for key in sorted(entries):
        entry = entries[key]
        _check_parents(context, entry, sites)
        _check_place(context, entry, sites[key], rooms, racks)
        _check_capacity(context, entry)
        _check_voltage(context, entry)
        _check_legs(context, entry)
        if entry.item.imbalance is not None and legs_of[key] < 2:
            message = f"power node `{key}` gives `imbalance` and has fewer than two legs"
            hint = "give it at the node that two or three nodes of `kind: leg` name in `from`"
            context.findings.add(entry.origin.where("imbalance"), "power-legs", message, hint)
        nodes[key] = _node(entry, sites[key])
    _report_cycles(context, nodes)
    return nodes


def _site(context: Context, entry: Entry, rooms: dict[str, Room], racks: dict[str, Rack]) -> str:
    """Return the node's own site, else that of its rack or room, else its file's."""
    item: PowerItem = entry.item
    if item.site is None and item.rack in racks:
        return racks[item.rack].site
    if item.site is None and item.room in rooms:
        return rooms[item.room].site
    return context.site_of(entry, "power node")


def _check_place(
    context: Context, entry: Entry, site: str, rooms: dict[str, Room], racks: dict[str, Rack]
) -> None:
    item: PowerItem = entry.item
    context.require_in(racks, "rack", item.rack, entry.origin, "rack")
    context.require("rooms", item.room, entry.origin, "room")
    for key, places, noun in ((item.rack, racks, "rack"), (item.room, rooms, "room")):
        place = places.get(key or "")
        if place is not None and site and place.site and place.site != site:
            other = f"its {noun} `{key}` in `{place.site}`"
            message = f"power node `{entry.key}` is in site `{site}`, {other}"
            context.findings.add(entry.origin.where(noun), "site-mismatch", message)
    if item.outlets and item.rack is None:
        message = f"power node `{entry.key}` has outlets but no rack"
        context.findings.add(entry.origin.where("outlets"), "power-rack", message, "add `rack: ID`")
    parent = context.entries["power"].get(item.from_ or "")
    if parent is None or parent.item.rack is None or item.rack == parent.item.rack:
        return
    message = (
        f"power node `{entry.key}` serves {f'rack `{item.rack}`' if item.rack else 'no rack'},"
        f" its parent `{item.from_}` rack `{parent.item.rack}`"
    )
    context.findings.add(
        entry.origin.where("rack"),
        "power-rack",
        message,
        "below a rack's node all nodes serve that rack",
    )


def _check_parents(context: Context, entry: Entry, sites: dict[str, str]) -> None:
    item: PowerItem = entry.item
    given = {"from": item.from_, "preferred": item.preferred, "alternate": item.alternate}
    kind = PowerKind(item.kind)
    wanted: tuple[str, ...] = ("from",)
    if kind is PowerKind.TRANSFER_SWITCH:
        wanted = ("preferred", "alternate")
    elif kind in SOURCE_KINDS:
        wanted = ()
    noun = kind.value.replace("_", " ")
    for key, parent in given.items():
        if parent is not None and key not in wanted:
            hint = "it has no parent" if not wanted else f"it takes `{'` and `'.join(wanted)}`"
            message = f"{noun} `{entry.key}` takes no `{key}`"
            context.findings.add(entry.origin.where(key), "power-parent", message, hint)
        elif parent is None and key in wanted:
            message = f"{noun} `{entry.key}` needs `{key}`, the node that feeds it"
            context.findings.add(entry.origin.where(), "power-parent", message, f"add `{key}: ID`")
        elif parent is not None and context.require("power", parent, entry.origin, key):
            _check_same_site(context, entry, key, parent, sites)
    if "preferred" in wanted and item.preferred is not None and item.preferred == item.alternate:
        same = f"the same preferred and alternate node `{item.preferred}`"
        message = f"transfer switch `{entry.key}` has {same}"
        context.findings.add(entry.origin.where("alternate"), "power-parent", message)


def _check_same_site(
    context: Context, entry: Entry, key: str, parent: str, sites: dict[str, str]
) -> None:
    own, other = sites[entry.key], sites[parent]
    if own and other and own != other:
        message = (
            f"power node `{entry.key}` is in site `{own}`, its `{key}` `{parent}` in `{other}`"
        )
        context.findings.add(entry.origin.where(key), "site-mismatch", message)


def _check_capacity(context: Context, entry: Entry) -> None:
    item: PowerItem = entry.item
    if item.kva is None and item.kw is None and item.modules is None and item.amps is None:
        message = f"power node `{entry.key}` has no capacity figure"
        hint = "give `kva`, `kw`, `modules`, or `amps` with voltage and phases"
        context.findings.add(entry.origin.where(), "power-capacity", message, hint)
    if item.amps is not None and item.volts_ll is None and item.volts_ln is None:
        message = f"power node `{entry.key}` gives `amps` without a voltage"
        context.findings.add(
            entry.origin.where("amps"), "power-capacity", message, "add `volts_ll` or `volts_ln`"
        )
    if item.amps is not None and item.phases is None:
        message = f"power node `{entry.key}` gives `amps` without `phases`"
        context.findings.add(
            entry.origin.where("amps"), "power-capacity", message, "add `phases: 1` or `phases: 3`"
        )
    _check_kw_kva(context, entry.key, item.kw, item.kva, entry.origin, "kw")
    modules = item.modules
    if modules is None:
        return
    if modules.kw is None and modules.kva is None:
        message = f"modules of `{entry.key}` have neither `kw` nor `kva`"
        context.findings.add(
            entry.origin.where("modules"),
            "power-capacity",
            message,
            "give the figures of one module",
        )
    if modules.needed > modules.count:
        message = f"modules of `{entry.key}`: {modules.needed} needed of {modules.count}"
        context.findings.add(
            entry.origin.where("modules", "needed"),
            "value-range",
            message,
            "`needed` is at most `count`",
        )
    _check_kw_kva(context, entry.key, modules.kw, modules.kva, entry.origin.inner("modules"), "kw")


def _check_kw_kva(
    context: Context, key: str, kw: Decimal | None, kva: Decimal | None, origin: Origin, path: str
) -> None:
    if kw is not None and kva is not None and kw > kva:
        message = f"power node `{key}` gives {kw} kW but only {kva} kVA"
        context.findings.add(
            origin.where(path), "power-capacity", message, "kW is at most kVA: swap the two?"
        )


def _check_voltage(context: Context, entry: Entry) -> None:
    item: PowerItem = entry.item
    ll, ln = item.volts_ll, item.volts_ln
    if (
        item.phases == 3
        and ll is not None
        and not item.accept_voltage
        and SUSPECT_VOLTS[0] <= ll <= SUSPECT_VOLTS[1]
    ):
        # 16 A at 80 %: sqrt(3) * 230 V = 5.1 kVA, sqrt(3) * 400 V = 8.9 kVA.
        message = (
            f"three phases with {ll} V line to line: likely the voltage to neutral"
            " (16 A at 80 % would show 5.1 kVA where 400 V gives 8.9)"
        )
        hint = f"write `volts_ll: 400`, or `volts_ln: {ll}`, or confirm with `accept_voltage: true`"
        context.findings.add(entry.origin.where("volts_ll"), "power-voltage", message, hint)
    if (
        ll is not None
        and ln is not None
        and item.phases == 3
        and not LL_PER_LN[0] <= ll / ln <= LL_PER_LN[1]
    ):
        message = (
            f"{ll} V line to line and {ln} V to neutral do not go together: the ratio is sqrt(3)"
        )
        context.findings.add(
            entry.origin.where("volts_ln"), "power-voltage", message, "correct one of the two"
        )


def _check_legs(context: Context, entry: Entry) -> None:
    """Note `legs` that are not two or three legs beside the node, below the same parent."""
    item: PowerItem = entry.item
    if not item.legs:
        return
    where = entry.origin.where("legs")
    if item.kind == "leg":
        message = f"leg `{entry.key}` takes no `legs`"
        hint = "give them at the node with the outlets that load several legs"
        context.findings.add(where, "power-legs", message, hint)
        return
    if len(item.legs) != len(set(item.legs)) or len(item.legs) not in LEG_SHARE_PERMILLE:
        found = ", ".join(f"`{leg}`" for leg in item.legs)
        message = f"`legs` of `{entry.key}`: expected two or three different legs, found {found}"
        hint = "two where its outlets are line to line, three where they are three-phase"
        context.findings.add(where, "power-legs", message, hint)
    for leg in dict.fromkeys(item.legs):
        if not context.require("power", leg, entry.origin, "legs"):
            continue
        other: PowerItem = context.entries["power"][leg].item
        if other.kind != "leg":
            message = f"`legs` of `{entry.key}`: `{leg}` is a {other.kind.replace('_', ' ')}"
            context.findings.add(where, "power-legs", message, "name nodes of `kind: leg`")
        elif other.from_ != item.from_:
            message = f"`legs` of `{entry.key}`: `{leg}` hangs on `{other.from_}`"
            hint = f"name legs that hang on `{item.from_}`, as the node itself does"
            context.findings.add(where, "power-legs", message, hint)


def _node(entry: Entry, site: str) -> PowerNode:
    item: PowerItem = entry.item
    modules = item.modules
    return PowerNode(
        id=item.id,
        site=site,
        kind=PowerKind(item.kind),
        room=item.room,
        rack=item.rack,
        parent=item.from_,
        preferred=item.preferred,
        alternate=item.alternate,
        phases=item.phases,
        volts_ll=down_or_none(item.volts_ll),
        volts_ln=down_or_none(item.volts_ln),
        amps_ma=down_or_none(item.amps, 1000),
        rated_va=down_or_none(item.kva, 1000),
        rated_w=down_or_none(item.kw, 1000),
        modules=None
        if modules is None
        else UpsModules(
            count=modules.count,
            needed=modules.needed,
            w=down_or_none(modules.kw, 1000),
            va=down_or_none(modules.kva, 1000),
        ),
        kappa_permille=down_or_none(item.kappa, 1000),
        kappa_fail_permille=down_or_none(item.kappa_fail, 1000),
        kappa_emergency_permille=down_or_none(item.kappa_emergency, 1000),
        loss_permille=item.loss_permille,
        input_w=up(item.no_load_w),
        input_pf_permille=max(1, down(item.input_pf, 1000)),
        recharge_w=up(item.recharge_w),
        own_w=up(item.own_w),
        autonomy_min=down(item.autonomy_min),
        start_s=up(item.start_s),
        transfer_ms=up(item.transfer_ms),
        tank_ml=down_or_none(item.tank_l, 1000),
        fuel_ml_per_kwh=up_or_none(item.l_per_kwh, 1000),
        legs=tuple(sorted(set(item.legs))),
        imbalance_permille=down_or_none(item.imbalance, 1000),
        outlets={key: item.outlets[key] for key in sorted(item.outlets)},
        outlet_reserve=item.outlet_reserve,
        at=entry.origin.where(),
    )


def _parents(node: PowerNode) -> list[str]:
    return [p for p in (node.parent, node.preferred, node.alternate) if p is not None]


def _report_cycles(context: Context, nodes: dict[str, PowerNode]) -> None:
    """Note every cycle once, in the order in which power would have to flow, smallest id first."""
    done: set[str] = set()
    seen: set[tuple[str, ...]] = set()
    for start in nodes:
        if start in done:
            continue
        path: list[str] = [start]
        index_of = {start: 0}
        pending = [iter(_parents(nodes[start]))]
        while path:
            parent = next(pending[-1], None)
            if parent is None:
                done.add(path[-1])
                del index_of[path.pop()]
                pending.pop()
            elif parent in index_of:
                _report_cycle(context, path[index_of[parent] :], seen)
            elif parent in nodes and parent not in done:
                index_of[parent] = len(path)
                path.append(parent)
                pending.append(iter(_parents(nodes[parent])))


def _report_cycle(context: Context, cycle: list[str], seen: set[tuple[str, ...]]) -> None:
    smallest = cycle.index(min(cycle))
    ordered = tuple(cycle[smallest:] + cycle[:smallest])
    if ordered in seen:
        return
    seen.add(ordered)
    text = " from ".join(f"`{key}`" for key in (*ordered, ordered[0]))
    entry, fed_by = context.entries["power"][ordered[0]], (*ordered, ordered[0])[1]
    keys = {entry.item.preferred: "preferred", entry.item.alternate: "alternate"}
    where = entry.origin.where(keys.get(fed_by, "from"))
    context.findings.add(
        where,
        "power-cycle",
        f"power nodes feed each other in a cycle: {text}",
        "break it at one of them",
    )
