"""What the rules about the network make of plain paths."""

from __future__ import annotations

from collections.abc import Iterator

from planner.model.estate import Estate
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Scenario,
    iter_alone,
    iter_network_losses,
)
from planner.model.workload import Workload
from tests.check.plain import Finding, losses
from tests.check.plain_network import PlainNetwork, air_m
from tests.check.plain_services import PlainService, PlainServices


def path_findings(estate: Estate) -> Iterator[Finding]:
    network = PlainNetwork(estate)
    for need in estate.path_requirements.values():
        found = network.num_independent(*need.ends, need.independent_paths)
        if found < need.independent_paths:
            wanted = need.independent_paths
            yield Finding("network.paths", need.id, "paths", NORMAL, wanted, found)
        rtt_us = network.rtt_us(*need.ends, need.independent_paths)
        if rtt_us is not None and need.max_rtt_us is not None and rtt_us > need.max_rtt_us:
            yield Finding("network.delay", need.id, "us", NORMAL, rtt_us, need.max_rtt_us)


def distance_findings(estate: Estate) -> Iterator[Finding]:
    for group in estate.continuity_groups.values():
        if not group.geo_redundancy:
            continue
        sites = [estate.sites[key] for key in estate.members[group.id]]
        apart = [air_m(a, b) for n, a in enumerate(sites) for b in sites[n + 1 :]]
        if apart and min(apart) < 200_000:
            yield Finding("network.distance", group.id, "m", NORMAL, 200_000, min(apart))


def access_findings(on: PlainServices) -> Iterator[Finding]:
    estate = on.estate
    for workload in on.active:
        sites = {d.rack.site for d in on.devices if d.workload == workload}
        own = [s for s in on.services if s.workload == workload]
        sites |= {estate.pools[s.pool].site for s in own}
        for name in workload.access_networks:
            ends = [n.id for n in estate.network_nodes.values() if n.access_network == name]
            subject = f"{workload.id}:{name}"
            for scenario in _access_scenarios(on, workload):
                lost = losses(estate, scenario)
                network = PlainNetwork(estate, lost.network, lost.sites)
                running = {
                    site
                    for site in estate.sites
                    if site not in lost.sites
                    and (
                        site in sites or (scenario.alone and any(on.moves_to(s, site) for s in own))
                    )
                }
                if any(not network.reaches(site, ends) for site in running):
                    yield Finding("network.access", subject, "paths", scenario.id, 1, 0)


def _access_scenarios(on: PlainServices, workload: Workload) -> Iterator[Scenario]:
    estate = on.estate
    yield Scenario(NORMAL)
    if workload.id in on.critical_equipment(None):
        yield from iter_network_losses(estate)
        for key in estate.sites:
            yield Scenario("site", key)
    for scenario in iter_alone(estate):
        is_judged = not scenario.lost or scenario.kind in NETWORK_KINDS
        group = on.group_of(scenario.alone)
        if is_judged and workload.id in on.critical_equipment(group):
            yield scenario


def mirror_findings(estate: Estate, service: PlainService) -> Iterator[Finding]:
    home = estate.pools[service.pool]
    if service.figures.replication != "sync":
        return
    network = PlainNetwork(estate)
    for key in service.standby:
        pool = estate.pools[key]
        given = (service.figures.max_rtt_us, home.sync_max_rtt_us, pool.sync_max_rtt_us)
        limit = min((us for us in given if us is not None), default=None)
        if limit is None:
            continue
        ends = {home.site, pool.site}
        needs = (r for r in estate.path_requirements.values() if set(r.ends) == ends)
        asked = max((r.independent_paths for r in needs), default=1)
        # Over fewer paths where there are no more: network.paths says so.
        number = network.num_independent(home.site, pool.site, asked)
        rtt_us = network.rtt_us(home.site, pool.site, max(1, number))
        if rtt_us is None:
            yield Finding("network.mirror", service.instance, "paths", NORMAL, 1, 0)
        elif rtt_us > limit:
            yield Finding("network.mirror", service.instance, "us", NORMAL, rtt_us, limit)
