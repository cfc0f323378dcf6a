"""Network: independent paths and their delay, mirrors near enough, access, distance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from planner.check.case import Case, ServicePlaced
from planner.check.critical import Dependence
from planner.check.network_graph import Network, air_distance_m, place_of
from planner.check.network_paths import MAX_STEPS, Found, Search
from planner.check.services import moves_to
from planner.check.wording import count, kind_word, lost, names
from planner.check.worst import worst_of
from planner.model.continuity import ContinuityGroup, Domain, Pool
from planner.model.network import PathRequirement
from planner.model.scenarios import (
    NETWORK_KINDS,
    NORMAL,
    Scenario,
    iter_alone,
    iter_network_losses,
)
from planner.model.violation import Violation
from planner.model.workload import Workload

#: Least distance of sites that claim geo-redundancy, m (BSI site criteria).
GEO_DISTANCE_M = 200_000
#: A waiver accepts less than that, but not less than this, m (BSI site criteria).
NEVER_BELOW_M = 100_000

_NOT_PROVEN = f"; the search gave up after {MAX_STEPS} steps"


def paths(case: Case) -> Iterator[Violation]:
    """network.paths: as many pairwise independent paths between two ends as they ask for."""
    network = Network(case.estate)
    for need in case.estate.path_requirements.values():
        available, is_proven = _num_independent(network, need)
        if available == need.independent_paths:
            continue
        one, other = need.ends
        shared = _names_of(network, Search(network, one, other, lambda hop: 1).on_every_path())
        yield Violation(
            "network.paths",
            need.id,
            NORMAL,
            need.independent_paths,
            available,
            "paths",
            f"`{need.id}`: between `{one}` and `{other}` there "
            f"{'is' if available == 1 else 'are'} only {count(available, 'independent path')}"
            f"{f'; every path uses {shared}' if shared else ''}"
            f"{'' if is_proven else _NOT_PROVEN}",
            "paths that share no duct, node, building entry or carrier",
            "such paths",
            need.at,
            hint="add a link in a duct, through an entry and of a carrier that no other path uses",
        )


def _names_of(network: Network, bits: int) -> str:
    """Return `duct `d1` and link `x``; of a link only what says more than its ducts."""
    risks = network.risks(bits)
    shown = [risk for risk in risks if risk[0] != "link"] or risks
    return " and ".join(f"{kind_word(kind)} `{key}`" for kind, key in shown)


def _num_independent(network: Network, need: PathRequirement) -> tuple[int, bool]:
    """Return the largest number of independent paths up to what is needed, and whether proven."""
    is_proven = True
    for number in range(need.independent_paths, 0, -1):
        found = Search(network, *need.ends, lambda hop: 1).choose(number, any_choice=True)
        if found.longest is not None:
            return number, is_proven
        is_proven = is_proven and found.is_proven
    return 0, is_proven


def _round_trip(network: Network, ends: Iterable[str], number: int) -> Found:
    """Return the least longest round trip of so many independent paths, us."""
    one, other = ends
    return Search(network, one, other, lambda hop: network.round_trip_us(hop.link)).choose(number)


def delay(case: Case) -> Iterator[Violation]:
    """network.delay: the least longest round trip over the independent paths <= max_rtt."""
    network = Network(case.estate)
    for need in case.estate.path_requirements.values():
        if need.max_rtt_us is None:
            continue
        found = _round_trip(network, need.ends, need.independent_paths)
        if found.longest is None and found.is_proven:
            continue  # network.paths says so
        longest = need.max_rtt_us + 1 if found.longest is None else found.longest
        if longest <= need.max_rtt_us:
            continue
        yield Violation(
            "network.delay",
            need.id,
            NORMAL,
            longest,
            need.max_rtt_us,
            "us",
            f"`{need.id}`: the longest of {count(need.independent_paths, 'independent path')} "
            f"between {names(need.ends)} is too slow{'' if found.is_proven else _NOT_PROVEN}",
            "round trip over the longest path, of the choice in which that is shortest",
            "max_rtt",
            need.at,
            hint="take a shorter way for the longest path, or ask for less",
        )


def mirror(case: Case) -> Iterator[Violation]:
    """network.mirror: the round trip to a synchronous mirror <= what storage and service stand."""
    synchronous = [one for one in case.services if one.service.replication == "sync"]
    if not synchronous:
        return
    network = Network(case.estate)
    known: dict[tuple[str, str], _Route] = {}
    for one in synchronous:
        too_far, unreached = [], []
        for standby in one.standbys:
            limit = _limit_us(one, standby)
            pair = (one.pool.site, standby.site)
            if limit is None:
                continue
            if pair not in known:
                known[pair] = _route(network, pair)
            route = known[pair]
            if route.us is None:
                unreached.append(_mirror(one, standby, route, 1, 0, "paths"))
            elif route.us > limit:
                too_far.append(_mirror(one, standby, route, route.us, limit, "us"))
        yield from worst_of(too_far)
        yield from worst_of(unreached)


class _Route(NamedTuple):
    """Round trip over the longest of `number` independent paths; None where there is no path."""

    us: int | None
    number: int
    is_proven: bool


def _route(network: Network, pair: tuple[str, str]) -> _Route:
    """Return the route over as many paths as the pair asks for, 1 if it does not ask.

    Over fewer where there are no more, which network.paths reports.
    """
    needs = network.estate.path_requirements.values()
    asked = max((x.independent_paths for x in needs if set(x.ends) == set(pair)), default=1)
    for number in range(asked, 0, -1):
        found = _round_trip(network, pair, number)
        if found.longest is not None or not found.is_proven:
            return _Route(found.longest, number, found.is_proven)
    return _Route(None, asked, is_proven=True)


def _limit_us(one: ServicePlaced, standby: Pool) -> int | None:
    given = (one.service.max_rtt_us, one.pool.sync_max_rtt_us, standby.sync_max_rtt_us)
    return min((us for us in given if us is not None), default=None)


def _mirror(
    one: ServicePlaced, standby: Pool, route: _Route, required: int, available: int, unit: str
) -> Violation:
    way = f"from `{one.pool.site}` to `{standby.site}`"
    where = f"the synchronous mirror of `{one.instance}` on `{standby.id}`"
    over = "the path" if route.number == 1 else f"the longest of {route.number} independent paths"
    if unit == "us":
        message = f"{where} is too far away"
        notes = (f"round trip over {over} {way}", "least that the service and both pools stand")
    else:
        message, notes = f"{where} is not reached", (f"1 path {way}", "paths")
    return Violation(
        "network.mirror",
        one.instance,
        NORMAL,
        required,
        available,
        unit,
        message + ("" if route.is_proven else _NOT_PROVEN),
        *notes,
        one.at,
        hint="mirror it to a nearer site, shorten the longest path, or mirror asynchronously",
    )


def access(case: Case) -> Iterator[Violation]:
    """network.access: each site that runs a workload reaches its access networks."""
    asking = [w for w in case.planned.values() if w.access_networks]
    sites = {w.id: found for w in asking if (found := _sites_of(case, w))}
    if not sites:
        return
    network = Network(case.estate)
    dependence = Dependence(case.estate)
    alone = [s for s in iter_alone(case.estate) if not s.lost or s.kind in NETWORK_KINDS]
    for workload in asking:
        if workload.id not in sites:
            continue
        scenarios = list(_access_scenarios(case, dependence, workload, alone))
        for name in workload.access_networks:
            ends = [n.id for n in case.estate.network_nodes.values() if n.access_network == name]
            cut = [
                (scenario, site)
                for scenario in scenarios
                for site in _running(case, workload, sites[workload.id], scenario)
                if not network.reaches(site, ends, _lost(network, scenario))
            ]
            if cut:
                yield _cut_off(workload, name, cut)


def _sites_of(case: Case, workload: Workload) -> list[str]:
    """Return the sites at which instances of a workload are placed, sorted."""
    found = {device.rack.site for device in case.of_workload.get(workload.id, ())}
    found |= {one.pool.site for one in case.services if one.workload.id == workload.id}
    return sorted(found)


def _running(case: Case, workload: Workload, sites: list[str], scenario: Scenario) -> Iterator[str]:
    """Yield the sites at which a workload runs in a scenario, as far as these are not lost."""
    if not scenario.alone:
        yield from (site for site in sites if scenario[:2] != ("site", site))
        return
    own = (one for one in case.services if one.workload.id == workload.id)
    if scenario.alone in sites or any(moves_to(one, scenario.alone) for one in own):
        yield scenario.alone


def _lost(network: Network, scenario: Scenario) -> tuple[Domain, ...]:
    others = network.alone(scenario.alone) if scenario.alone else ()
    return (*others, *scenario.losses)


def _access_scenarios(
    case: Case, dependence: Dependence, workload: Workload, alone: list[Scenario]
) -> Iterator[Scenario]:
    """Yield the scenarios in which access networks are reached: what is critical, after losses."""
    yield Scenario(NORMAL)
    if workload.id in dependence.critical().equipment:
        yield from iter_network_losses(case.estate)
        yield from (Scenario("site", key) for key in case.estate.sites)
    yield from (s for s in alone if workload.id in dependence.critical_in(s).equipment)


def _cut_off(workload: Workload, name: str, cut: list[tuple[Scenario, str]]) -> Violation:
    scenario, site = cut[0]
    when = "in the normal state" if scenario.kind == NORMAL else f"if {lost(scenario)}"
    further = len({found.id for found, _ in cut}) - 1
    others = f"; {count(further, 'further scenario')}" if further else ""
    return Violation(
        "network.access",
        f"{workload.id}:{name}",
        scenario.id,
        1,
        0,
        "paths",
        f"site `{site}` does not reach access network `{name}`, which `{workload.id}` requires, "
        f"{when}",
        f"1 path to the access network{others}",
        "paths that are left",
        workload.at,
        hint="link the site to another node of the access network, in other ducts",
    )


def distance(case: Case) -> Iterator[Violation]:
    """network.distance: sites that claim geo-redundancy are at least 200 km apart."""
    for group in case.estate.continuity_groups.values():
        if group.geo_redundancy:
            yield from worst_of(_too_near(case, group))


def _too_near(case: Case, group: ContinuityGroup) -> Iterator[Violation]:
    sites = [case.estate.sites[key] for key in case.estate.members[group.id]]
    for one, other in combinations(sites, 2):
        here, there = place_of(one), place_of(other)
        if here is None or there is None:
            continue  # the loader refuses the claim
        apart_m = air_distance_m(here, there)
        if apart_m >= GEO_DISTANCE_M:
            continue
        never = "; less than 100 km no waiver covers" if apart_m < NEVER_BELOW_M else ""
        yield Violation(
            "network.distance",
            group.id,
            NORMAL,
            GEO_DISTANCE_M,
            apart_m,
            "m",
            f"sites `{one.id}` and `{other.id}` of `{group.id}` are too near each other for "
            f"geo-redundancy{never}",
            "200 km for geo-redundant sites (BSI site criteria)",
            "air distance",
            group.at,
            hint="call it operational redundancy: `geo_redundancy: false`"
            if never
            else "state the reasons in a waiver, or call it operational redundancy",
        )
