"""Rows of the tables in an estate's README, computed."""

from __future__ import annotations

from planner.io.estate import Inventory
from planner.model.estate import Estate
from planner.model.layout import Layout
from planner.model.scenarios import iter_alone, iter_scenarios
from planner.model.violation import SurvivableShare
from tests.inventory import figures
from tests.inventory.tables import grouped

#: First lines of the tables.
ESTATE_HEAD = "| what | number |"
SITES_HEAD = "| site | instances | draw on the busiest day | racks in use | one UPS alone |"
SHARES_HEAD = (
    "| site alone | resource | share | what binds | beside the other site, lost | capacity |"
    " critical load |"
)
ALONE_HEAD = (
    "| site alone | critical processes carried | services there | of them taken over | slowest |"
)
FUEL_HEAD = "| site alone, without the grid | fuel for the hours | tank |"


def estate_rows(inventory: Inventory) -> list[str]:
    estate = inventory.estate
    services = [w for w in estate.workloads.values() if w.service]
    equipment = [w for w in estate.workloads.values() if w.equipment]
    numbers = {
        "sites": len(estate.sites),
        "racks": len(estate.racks),
        "power nodes": len(estate.power_nodes),
        "cooling units": len(estate.cooling_units),
        "ducts, network nodes and carriers": sum(
            map(len, (estate.ducts, estate.network_nodes, estate.carriers))
        ),
        "scenarios": len(list(iter_scenarios(estate))),
        "scenarios of a site alone": len(list(iter_alone(estate))),
        "tenants": len(estate.tenants),
        "workloads of equipment": len(equipment),
        "their instances": sum(w.count for w in equipment),
        "instances that stand today": len(inventory.as_built.standing),
        "pinned instances": sum(len(w.pinned) for w in equipment),
        "pools": len(estate.pools),
        "services": len(services),
        "instances of services": sum(w.count for w in services),
        "processes": len(estate.processes),
        "critical processes": len(figures.critical_processes(estate)),
        "planning days": len(figures.planning_days(estate)),
    }
    return [f"| {name} | {number} |" for name, number in numbers.items()]


def site_rows(estate: Estate, layout: Layout) -> list[str]:
    rows = []
    for site in sorted(estate.sites):
        days = {
            day: figures.at_site(estate, layout, site, day) for day in figures.planning_days(estate)
        }
        draws = {
            day: sum(
                figures.workload_of(estate, p.instance).equipment.draw.budget_w for p in placements
            )
            for day, placements in days.items()
        }
        busiest = max(draws, key=draws.__getitem__)
        units = [n for n in estate.power_nodes.values() if n.site == site and n.kind == "ups"]
        load = max(
            figures.load_alone_va(estate, placements, ups.id)
            for ups in units
            for placements in days.values()
        )
        usable = figures.usable_alone_va(units[0])
        racks = {p.place.rack for placements in days.values() for p in placements}
        rows.append(
            f"| `{site}` | {len(days[busiest])} | {grouped(draws[busiest])} W | {len(racks)}"
            f" | {grouped(-(-load // 1))} of {grouped(usable)} VA, {load * 100 // usable} % |"
        )
    return rows


def share_rows(shares: tuple[SurvivableShare, ...]) -> list[str]:
    rows = []
    for share in shares:
        beside = share.scenario.removeprefix(f"site {share.site} alone").removeprefix(", loss of ")
        unit = share.unit.removeprefix("licences ")
        rows.append(
            f"| `{share.site}` | {share.resource} | {share.permille // 10}.{share.permille % 10} %"
            f" | `{share.subject}` | {beside.replace('_', ' ') or 'nothing'}"
            f" | {grouped(share.available)} {unit} | {grouped(share.critical)} {unit} |"
        )
    return rows


def alone_rows(estate: Estate, layout: Layout, sites: tuple[str, ...]) -> list[str]:
    rows = []
    critical = figures.critical_processes(estate)
    for site in sites:
        carried = figures.carried_processes(estate, layout, site)
        minutes = {
            key: figures.restart_min(estate, layout, site, estate.processes[key].depends_on)
            for key in critical
        }
        slowest = max(minutes, key=minutes.__getitem__)
        limit = estate.processes[slowest].rto_min
        rows.append(
            f"| `{site}` | {len(carried)} of {len(critical)}"
            f" | {len(figures.runs_alone(estate, layout, site))}"
            f" | {len(figures.moved_alone(estate, layout, site))}"
            f" | `{slowest}`, {minutes[slowest]} of {limit} min |"
        )
    return rows


def fuel_rows(estate: Estate, layout: Layout, sites: tuple[str, ...]) -> list[str]:
    rows = []
    for site in sites:
        needed, tank = figures.fuel_ml(estate, layout, site)
        rows.append(f"| `{site}` | {grouped(-(-needed // 1000))} l | {grouped(tank // 1000)} l |")
    return rows
