"""The scenario specification: what fails, and what follows. Evaluated twice, apart.

`planner.problem` and `planner.check` each derive the consequences for themselves from this page.

What fails
    The normal state; the loss of every single power node, cooling unit, rack, row, room, fire
    compartment and site (`iter_scenarios`); named combinations of these and of network domains;
    each member of a continuity group *alone* (`iter_alone`): every other site of the estate is
    lost, combined with the loss of every single domain of the survivor whose kind the emergency
    does not give up. Losing a rack, row, room, fire compartment or site loses the racks in it, the
    power nodes and cooling units that stand in it (`rack`, `room`, `site` fields), and the
    instances in those racks; losing a site loses its network nodes as well. Ducts, network nodes
    and carriers are lost one by one, too (`iter_network_losses`): that touches only paths.

What follows
    1. *Dead nodes (sustained look).* A lost node is dead. A node whose parent is dead is dead. A
       transfer switch is fed through `preferred` while that is alive, else through `alternate`
       while that is alive, else it is dead. A UPS with a dead parent is dead in both looks.
    2. *Gap.* `gap(n)` is the dropout in ms that n sees. Utility: 0. Generator: 0 if in the normal
       state it feeds any other node, else `1000 * start_s`. Other nodes: the gap of what feeds
       them; a switch that changed to its alternate adds `transfer_ms`. A UPS whose input gap is
       positive and at most its autonomy runs *on battery*: its own gap is 0.
    3. *Two looks.* If in the sustained look any switch is fed through its alternate although it is
       fed through its preferred parent in the normal state, the scenario is looked at twice:
       `interruption` and `sustained`; otherwise once (`sustained`). In the interruption a node is
       live iff it is alive and `gap <= RIDE_THROUGH_MS`; in the sustained look iff it is alive.
    4. *Devices.* A cord is live iff its node is live in that look and the device's rack is not
       lost. A device is up iff it has at least `psus_required` live cords (a device with no
       inlets: iff its rack is not lost). Up devices draw their budget, shared evenly by the live
       cords (active-active) or by the first `psus_required` live cords in order of the inlets
       (active-standby). Down devices draw nothing.
    5. *Loads.* A node's load is `own_w` + the cords on it + for each live child fed through it
       `load(child) * (1000 + loss_permille) / 1000 + input_w(child)`, plus `recharge_w(child)` in
       the sustained look of a scenario in which that UPS ran on battery. `own_w` counts while the
       node is live. A UPS on battery in the interruption draws nothing from its parent. VA: a
       cord's W / power factor; `own_w`, `input_w` and `recharge_w` at power factor 1; the parent
       of a UPS sees its whole input W / `input_pf`.
    6. *Cooling units* run iff at least `cords_required` of their nodes are live (always, when they
       have none) and they are not lost; a running unit draws `draw_w`, shared evenly by its live
       cords. In the interruption a unit that is fed again in the sustained look also counts as
       running for its zone (yet draws nothing) if it restarts in time: the `cords_required`-th
       smallest gap of its nodes, rounded up to seconds, plus `restart_s` is at most
       `ride_through_s` of its zone.

Cords are listed in the order of the device's inlets. Heat of an up device = its draw.

Diversity: the sum of what a node's cords and children take is multiplied by
`policy.diversity_permille[kind] / 1000` of the node's kind (default 1) before `own_w` is added.

Legs: a node with `legs` (a bank with line-to-line or three-phase outlets) adds its load (W and VA,
diversity included) times `LEG_SHARE_PERMILLE / 1000` to each of these legs that is live. That
share ends at the leg: what feeds the leg does not see it.

Services and what depends on them (sustained look only)
    7. *Pools.* A host of a pool is an instance of one of its `hosts` that stands at its site; its
       storage is offered by the instances of `storage_on` at its site, or by the hosts. A pool is
       alive iff a host is up and, with `storage_on`, one of those is up. It offers, per host that
       is up, `vcpu_milli * overcommit / 1000` (floored) and `ram_mib`; `storage_gib` per storage
       instance that is up; its licences while it is alive.
    8. *Service instances.* An instance runs on its pool while that is alive, else on the first
       alive pool of `standby`, else it is down. It never leaves a pool that is alive.
    9. *Critical.* Critical for a continuity group: each workload marked `critical` and each one
       that a process with `criticality >= critical_from` of that group (or of none named) depends
       on, transitively through `depends_on`; and the `hosts` and `storage_on` of every pool that a
       critical service may use (`pools`, empty = every pool). Critical at all: the same of all
       critical processes, whatever group they name. The loss of a site that is in no group of
       two or more need not be survived (`must_survive`).
    10. *Level.* In the loss of a room, fire compartment or site, in a combination, and alone, a
       critical service needs only the largest `emergency_permille` of the critical processes that
       depend on it (1000 for a workload marked `critical`): its vcpu and RAM times that, rounded
       up per instance; storage and licences in full. In every other scenario all of it. The draw
       of equipment does not shrink.
    11. *Alone.* Only critical equipment draws; what is not critical is off. Usable capacity of a
       power node: its own `kappa_emergency_permille`, else the emergency's, else the policy's, else
       as after any loss.
    12. *Moving.* An instance moves to member m when m stands alone and its pool is elsewhere. It
       is `takeover_min` (+ `restart_min` in mode `single`) when its quorum needs nobody or holds,
       else `manual_min` (+ the same). Quorum `majority`: one vote a member site and one of the
       group's witness, if it names one; m has its own vote, and the witness's iff the witness is
       reached from m with all other sites lost; it holds iff that is more than half of all votes.
    13. *Restart chain.* Workloads that depend on each other in a cycle are one unit. A unit takes
       the sum over its members of the longest move of their placed instances, plus the longest of
       the units it depends on. A process takes the longest of what it depends on.
    14. *Paths.* Vertices: sites and network nodes (a node with a `site` is linked to that site).
       Two paths between the same ends are independent iff they share no duct, no vertex but the
       ends, no carrier, no building `entry` of a duct. RTT of a link: `2 * 5 us/km * fibre km +
       equipment_us`, rounded up; fibre: `fibre_m`, else air distance of its ends * detour. The RTT
       of a pair of sites: of every choice of as many independent paths as its path requirement
       asks for (without one: of one path), the least longest RTT.
    15. *Shares.* A site's survivable share of a resource is the least, over the scenarios in which
       it is alone and over the subjects with critical load, of (emergency capacity - fixed) /
       critical load. Fixed is what the subject carries with no device at all.

Cords are listed in the order of the device's inlets. Heat of an up device = its draw.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from planner.model.continuity import Domain
from planner.model.estate import Estate
from planner.model.power import PowerKind

#: Levels of place, from small to large.
PLACE_LEVELS = ("rack", "row", "room", "fire_compartment", "site")

#: Levels at which a workload may ask to survive a loss.
SURVIVE_LEVELS = (*(kind.value for kind in PowerKind), "cooling_unit", *PLACE_LEVELS)

#: Levels over which instances may be spread or kept together.
SPREAD_LEVELS = PLACE_LEVELS

#: Kinds of network domains.
NETWORK_KINDS = ("duct", "network_node", "carrier")

#: Kinds of all failure domains.
DOMAIN_KINDS = (*SURVIVE_LEVELS, *NETWORK_KINDS)

#: Kinds of losses in which critical services fall back to their emergency level.
EMERGENCY_KINDS = frozenset({"room", "fire_compartment", "site", "combination"})

NORMAL = "normal"


class Look(StrEnum):
    """When a scenario is looked at."""

    INTERRUPTION = "interruption"
    SUSTAINED = "sustained"


class Scenario(NamedTuple):
    """The normal state, or a loss.

    Attributes
    ----------
    kind, lost
        Kind and id of the one domain that is lost; of a combination `combination` and its name; of
        a pair `pair` and both ids; empty `lost` where nothing is lost but the other sites.
    alone
        The member that stands alone, all other sites being lost; empty = no site is.
    domains
        What a combination or a pair loses.
    """

    kind: str
    lost: str = ""
    alone: str = ""
    domains: tuple[Domain, ...] = ()

    @property
    def id(self) -> str:
        """Return e.g. `normal`, `loss of rack r1`, `site a alone`, `site a alone, loss of ...`."""
        parts = [f"site {self.alone} alone"] if self.alone else []
        if self.lost:
            parts.append(f"loss of {self.kind} {self.lost}")
        return ", ".join(parts) or NORMAL

    @property
    def losses(self) -> tuple[Domain, ...]:
        """Return the domains that are lost beside the other sites."""
        if self.domains:
            return self.domains
        return (Domain(self.kind, self.lost),) if self.lost else ()


def iter_scenarios(estate: Estate) -> Iterable[Scenario]:
    """Yield the normal state, every single loss of equipment, and the named combinations."""
    yield Scenario(NORMAL)
    for domain in iter_domains(estate):
        if domain.kind not in NETWORK_KINDS:
            yield Scenario(domain.kind, domain.id)
    for combination in estate.combinations.values():
        yield Scenario("combination", combination.id, domains=combination.domains)


def iter_network_losses(estate: Estate) -> Iterable[Scenario]:
    """Yield the loss of every single duct, network node and carrier."""
    for domain in iter_domains(estate):
        if domain.kind in NETWORK_KINDS:
            yield Scenario(domain.kind, domain.id)


def iter_alone(estate: Estate) -> Iterable[Scenario]:
    """Yield every member alone, then with each loss at it of a kind that is not given up."""
    for key, sites in estate.members.items():
        if len(sites) < 2:
            continue
        emergency = estate.continuity_groups[key].emergency
        given_up = () if emergency is None else emergency.gives_up
        for site in sites:
            yield Scenario("site", alone=site)
            for domain in iter_domains(estate):
                if domain.kind in given_up or domain.kind == "site":
                    continue
                if domain.kind in NETWORK_KINDS or _site_of(estate, domain) == site:
                    yield Scenario(domain.kind, domain.id, alone=site)


def must_survive(estate: Estate, scenario: Scenario) -> bool:
    """Whether what is critical must be up in a loss.

    Always, but for the loss of a site that no other stands in for.
    """
    if scenario.kind != "site" or scenario.alone:
        return True
    return any(scenario.lost in sites and len(sites) > 1 for sites in estate.members.values())


def iter_domains(estate: Estate) -> Iterable[Domain]:
    """Yield every single failure domain, in canonical order."""
    for node in estate.power_nodes.values():
        yield Domain(node.kind.value, node.id)
    for kind, ids in (
        ("cooling_unit", estate.cooling_units),
        ("rack", estate.racks),
        ("row", estate.rows),
        ("room", estate.rooms),
        ("fire_compartment", estate.fire_compartments),
        ("site", estate.sites),
        ("duct", estate.ducts),
        ("network_node", estate.network_nodes),
        ("carrier", estate.carriers),
    ):
        for key in ids:
            yield Domain(kind, key)


def _site_of(estate: Estate, domain: Domain) -> str:
    """Return the site of a domain; of a fire compartment, that of its first room."""
    kind, key = domain
    if kind == "cooling_unit":
        return estate.cooling_units[key].site
    if kind == "rack":
        return estate.racks[key].site
    if kind == "row":
        return estate.rooms[estate.rows[key].room].site
    if kind == "room":
        return estate.rooms[key].site
    if kind == "fire_compartment":
        return estate.rooms[estate.fire_compartments[key][0]].site
    return estate.power_nodes[key].site
