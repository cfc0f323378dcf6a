"""Figures of an estate and its layout, by arithmetic of its own.

Neither the solver's rows nor the checker's loads are used. It is no second checker: it relies on
what these estates have in common (between a UPS and the cords below it there is no loss and no
draw; every host has a cord on both strands; quorums hold).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from planner.model.continuity import Pool
from planner.model.estate import Estate
from planner.model.layout import Layout, Placement
from planner.model.workload import Workload, split_instance_id

AS_OF = date(2026, 11, 1)


class Share(NamedTuple):
    """Emergency capacity of one resource and the critical load on it."""

    available: int
    critical: Fraction

    @property
    def permille(self) -> int:
        return int(self.available * 1000 / self.critical)


def workload_of(estate: Estate, instance: str) -> Workload:
    return estate.workloads[split_instance_id(instance)[0]]


def is_active(workload: Workload, day: date) -> bool:
    first, last = workload.valid_from or date.min, workload.valid_until or date.max
    return first <= day <= last


def planning_days(estate: Estate) -> list[date]:
    """Return as-of and the days up to the horizon on which something begins or has ended."""
    spans = [(w.valid_from, w.valid_until) for w in estate.workloads.values()]
    spans += [(r.valid_from, r.valid_until) for r in estate.reservations.values()]
    days = {d for start, end in spans for d in (start, end and end + timedelta(days=1)) if d}
    horizon = estate.policy.planning_horizon
    return sorted({AS_OF} | {day for day in days if AS_OF < day <= horizon})


def at_site(estate: Estate, layout: Layout, site: str, day: date) -> list[Placement]:
    return [
        p
        for p in layout.placements.values()
        if estate.racks[p.place.rack].site == site
        and is_active(workload_of(estate, p.instance), day)
    ]


# ---------------------------------------------------------------- what is critical


def critical_processes(estate: Estate) -> list[str]:
    return [k for k, p in estate.processes.items() if p.criticality >= estate.policy.critical_from]


def needs(estate: Estate, workloads: tuple[str, ...]) -> set[str]:
    """Return the workloads and all that they depend on."""
    found: set[str] = set()
    todo = list(workloads)
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += estate.workloads[key].depends_on
    return found


def levels(estate: Estate) -> dict[str, int]:
    """Return the largest emergency share, per mille, of each workload critical processes need."""
    level: dict[str, int] = {}
    for key in critical_processes(estate):
        process = estate.processes[key]
        for workload in needs(estate, process.depends_on):
            level[workload] = max(level.get(workload, 0), process.emergency_permille)
    return level


def critical_equipment(estate: Estate) -> set[str]:
    """Return what draws while a site stands alone: what processes need, and hosts and storage."""
    wanted = levels(estate)
    pools = {p for key in wanted if (s := estate.workloads[key].service) for p in s.pools}
    hosts = {h for p in pools for h in (*estate.pools[p].hosts, *estate.pools[p].storage_on)}
    return {key for key in {*wanted, *hosts} if estate.workloads[key].equipment}


# ---------------------------------------------------------------- one site alone


def runs_alone(estate: Estate, layout: Layout, site: str) -> dict[str, str]:
    """Return, per service instance that is up while `site` stands alone, the pool it runs on."""
    pools: dict[str, str] = {}
    for key, placed in layout.services.items():
        here = [p for p in (placed.pool, *placed.standby) if estate.pools[p].site == site]
        if here:
            pools[key] = here[0]
    return pools


def moved_alone(estate: Estate, layout: Layout, site: str) -> list[str]:
    running = runs_alone(estate, layout, site)
    return [key for key, pool in running.items() if layout.services[key].pool != pool]


def carried_processes(estate: Estate, layout: Layout, site: str) -> list[str]:
    """Return the critical processes all whose workloads have enough instances up at `site`."""
    up: dict[str, int] = {}
    for key in runs_alone(estate, layout, site):
        name = split_instance_id(key)[0]
        up[name] = up.get(name, 0) + 1
    for key, placement in layout.placements.items():
        if estate.racks[placement.place.rack].site == site:
            name = split_instance_id(key)[0]
            up[name] = up.get(name, 0) + 1
    return [
        key
        for key in critical_processes(estate)
        if all(
            up.get(w, 0) >= estate.workloads[w].needed
            for w in needs(estate, estate.processes[key].depends_on)
        )
    ]


def restart_min(estate: Estate, layout: Layout, site: str, workloads: tuple[str, ...]) -> int:
    """Return the minutes until these workloads are up at `site`; no quorum fails."""
    moved = {split_instance_id(key)[0] for key in moved_alone(estate, layout, site)}

    def chain(key: str) -> int:
        workload = estate.workloads[key]
        own = 0
        if key in moved and (service := workload.service) is not None:
            by_hand = service.quorum == "manual"
            own = service.manual_min if by_hand else service.takeover_min
            own += service.restart_min if service.mode == "single" else 0
        return own + max(map(chain, workload.depends_on), default=0)

    return max(map(chain, workloads))


# ---------------------------------------------------------------- survivable shares


def strands_above(estate: Estate, node: str) -> str:
    """Return the UPS that feeds a node; every feed of these estates has one."""
    while estate.power_nodes[node].kind != "ups":
        node = estate.power_nodes[node].parent
    return node


def usable_alone_va(ups) -> int:
    """Return what a UPS may carry after a loss: 100 % of its rating, or of the modules it needs."""
    return ups.modules.needed * ups.modules.va if ups.modules else ups.rated_va


def load_alone_va(estate: Estate, placements: list[Placement], ups: str) -> Fraction:
    """Return what one UPS carries when its twin is lost: all devices with enough cords on it.

    Between the UPS and the cords of these estates there are only panels, feeds and legs without
    loss or draw of their own, so the load is the sum of W / power factor.
    """
    total = Fraction(0)
    for placement in placements:
        equipment = workload_of(estate, placement.instance).equipment
        live = sum(strands_above(estate, cord.node) == ups for cord in placement.place.cords)
        if live >= equipment.psus_required:
            draw = equipment.draw
            total += Fraction(draw.budget_w * 1000, draw.power_factor_permille)
    return total


def critical_at(estate: Estate, layout: Layout, site: str, day: date) -> list[Placement]:
    critical = critical_equipment(estate)
    placements = at_site(estate, layout, site, day)
    return [p for p in placements if split_instance_id(p.instance)[0] in critical]


def power_share(estate: Estate, layout: Layout, site: str) -> Share:
    """Return the share of the UPS that is tightest when its twin is lost."""
    shares = [
        Share(usable_alone_va(ups), load)
        for day in planning_days(estate)
        for ups in estate.power_nodes.values()
        if ups.site == site and ups.kind == "ups"
        if (load := load_alone_va(estate, critical_at(estate, layout, site, day), ups.id))
    ]
    return min(shares, key=lambda share: share.permille)


def cooling_share(estate: Estate, layout: Layout, site: str) -> Share:
    """Return the share of the zone that is tightest when its largest unit is lost."""
    shares = []
    for zone in (z.id for z in estate.cooling_zones.values() if z.site == site):
        units = [u.capacity_w for u in estate.cooling_units.values() if u.zone == zone]
        heats = [
            sum(
                workload_of(estate, p.instance).equipment.draw.budget_w
                for p in critical_at(estate, layout, site, day)
                if estate.racks[p.place.rack].cooling_zone == zone
            )
            for day in planning_days(estate)
        ]
        if max(heats):
            shares.append(Share(sum(units) - max(units), Fraction(max(heats))))
    return min(shares, key=lambda share: share.permille)


def pool_shares(estate: Estate, layout: Layout, site: str) -> dict[str, Share]:
    """Return the least share per resource of the pools of a site, over days and lost racks."""
    gives_up = estate.continuity_groups[estate.sites[site].continuity_group].emergency.gives_up
    racks = [] if "rack" in gives_up else [r.id for r in estate.racks.values() if r.site == site]
    found: dict[str, Share] = {}
    for day in planning_days(estate):
        for pool in (p for p in estate.pools.values() if p.site == site):
            need = _pool_need(estate, layout, pool, site, day)
            for rack in ("", *racks):
                offer = pool_offer(estate, layout, pool, day, rack)
                for resource, load in need.items():
                    share = Share(offer[resource], load)
                    best = found.get(resource)
                    if load and (best is None or share.permille < best.permille):
                        found[resource] = share
    return found


def shares(estate: Estate, layout: Layout, site: str) -> dict[str, Share]:
    """Return the survivable share of each resource of a site that stands alone."""
    return {
        "power": power_share(estate, layout, site),
        "cooling": cooling_share(estate, layout, site),
        **pool_shares(estate, layout, site),
    }


def _pool_need(
    estate: Estate, layout: Layout, pool: Pool, site: str, day: date
) -> dict[str, Fraction]:
    need: dict[str, Fraction] = {}
    level = levels(estate)
    for key, where in runs_alone(estate, layout, site).items():
        workload = workload_of(estate, key)
        if where != pool.id or workload.id not in level or not is_active(workload, day):
            continue
        service = workload.service
        wanted = {
            "vcpu": -(-service.vcpu_milli * level[workload.id] // 1000),
            "ram": -(-service.ram_mib * level[workload.id] // 1000),
            "storage": service.storage_gib,
            **{f"licence {name}": n for name, n in service.licences.items()},
        }
        for resource, amount in wanted.items():
            need[resource] = need.get(resource, Fraction(0)) + amount
    return need


def pool_offer(
    estate: Estate, layout: Layout, pool: Pool, day: date, lost_rack: str = ""
) -> dict[str, int]:
    def up(workloads: tuple[str, ...]) -> Iterator[Placement]:
        for placement in at_site(estate, layout, pool.site, day):
            if split_instance_id(placement.instance)[0] in workloads:
                strands = {strands_above(estate, c.node) for c in placement.place.cords}
                assert len(strands) == 2, placement.instance
                if placement.place.rack != lost_rack:
                    yield placement

    hosts = len(list(up(pool.hosts)))
    stores = len(list(up(pool.storage_on))) if pool.storage_on else hosts
    return {
        "vcpu": hosts * (pool.vcpu_milli * pool.vcpu_overcommit_permille // 1000),
        "ram": hosts * pool.ram_mib,
        "storage": stores * pool.storage_gib,
        **{f"licence {name}": number for name, number in pool.licences.items()},
    }


# ---------------------------------------------------------------- fuel


def fuel_ml(estate: Estate, layout: Layout, site: str) -> tuple[int, int]:
    """Return the fuel that a site alone needs without the grid, and what its tank holds, ml.

    The generator feeds the transfer switches; on them hang the UPS (critical load with its loss,
    and recharge), and the panel for cooling and building.
    """
    nodes = [n for n in estate.power_nodes.values() if n.site == site]
    (generator,) = [n for n in nodes if n.kind == "generator"]
    ups = [n for n in nodes if n.kind == "ups"]
    (loss,) = {n.loss_permille for n in ups}
    fixed = sum(n.own_w for n in nodes) + sum(n.recharge_w for n in ups)
    fixed += sum(u.draw_w for u in estate.cooling_units.values() if u.site == site)
    critical_w = max(
        sum(
            workload_of(estate, p.instance).equipment.draw.budget_w
            for p in critical_at(estate, layout, site, day)
        )
        for day in planning_days(estate)
    )
    load_w = Fraction(critical_w * (1000 + loss), 1000) + fixed
    hours = estate.continuity_groups[estate.sites[site].continuity_group].emergency.hours
    needed = load_w * hours * generator.fuel_ml_per_kwh / 1000
    return -(-needed // 1), generator.tank_ml


# ---------------------------------------------------------------- network


def rtt_us(estate: Estate, *links: str) -> int:
    """Return the round trip over links with a declared length: 10 us a km, and their equipment."""
    found = [estate.links[key] for key in links]
    return sum(-(-link.fibre_m * 10 // 1000) + link.equipment_us for link in found)


def reaches(estate: Estate, site: str, network: str, lost: str = "") -> bool:
    """Tell whether a site reaches an access network while another site is lost."""
    seen, todo = {site, lost}, [site]
    while todo:
        end = todo.pop()
        node = estate.network_nodes.get(end)
        if node is not None and node.access_network == network:
            return True
        for link in estate.links.values():
            if end in link.ends:
                (other,) = set(link.ends) - {end}
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
    return False
