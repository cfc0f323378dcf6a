"""Every placement rule: slug, title, statement, unit. The specification only, no code.

A rule has a solver constraint (`planner/solve/constraints/<family>.py`), a checker
(`planner/check/<family>.py`), a page (`docs/rules/<slug>.md`), a mutant and a fixed-variable test
pair. Rules about the estate alone (`about_estate`) have checker, page and a mutant estate.
"""

from __future__ import annotations

from typing import NamedTuple

FAMILIES = (
    "space",
    "power",
    "cooling",
    "compute",
    "redundancy",
    "continuity",
    "tenancy",
    "network",
    "stability",
)


class Rule(NamedTuple):
    """One rule; `may_be_soft` tells whether a policy may turn it into a weighted amount."""

    slug: str
    title: str
    statement: str
    unit: str
    about_estate: bool = False
    may_be_soft: bool = False

    @property
    def family(self) -> str:
        """Return the part before the dot."""
        return self.slug.partition(".")[0]


_RULES = (
    # structure: the layout as such, before any arithmetic
    Rule(
        "structure.unknown",
        "Known ids",
        "Every instance, rack, node and inlet of a layout exists in the estate.",
        "ids",
    ),
    Rule(
        "structure.missing",
        "Nothing forgotten",
        "Every instance of an active workload is placed or listed as unplaced, and not both.",
        "instances",
    ),
    Rule(
        "structure.shape",
        "Complete placement",
        "A placement names position and face iff the device takes units, and each inlet once.",
        "fields",
    ),
    # space
    Rule(
        "space.bounds",
        "Inside the rack",
        "A device stands wholly inside the units of its rack, on the half-U grid and on a face "
        "its workload allows.",
        "half U",
    ),
    Rule(
        "space.overlap",
        "One device a unit",
        "No two devices that stand at the same time share a unit of a face; a full-depth device "
        "takes both faces.",
        "half U",
    ),
    Rule(
        "space.reserved",
        "Reserved and blocked units",
        "No device takes a blocked unit, or a reserved one while the reservation lasts.",
        "half U",
    ),
    Rule(
        "space.status",
        "Open racks",
        "An instance that does not stand there already takes only racks that are active or "
        "available.",
        "instances",
    ),
    Rule(
        "space.weight",
        "Rack weight",
        "The rack's own mass plus its devices is at most max_weight.",
        "g",
    ),
    Rule(
        "space.floor",
        "Floor point load",
        "A third of the rack's total mass is at most the rating of a tile.",
        "g",
    ),
    Rule(
        "space.gravity",
        "Centre of gravity",
        "The centre of gravity of a rack's devices is not above the highest allowed.",
        "g x quarter U",
    ),
    Rule(
        "space.outlets",
        "Outlets by type",
        "The cords on a power node need at most its outlets of each type, less its reserve.",
        "outlets",
    ),
    Rule(
        "space.ports",
        "Switch ports",
        "The devices in a rack need at most the ports of each type and speed that the rack and "
        "its switches offer, less the reserve.",
        "ports",
    ),
    Rule(
        "space.airflow",
        "Airflow",
        "The direction of the air through a device, as mounted, is one that its rack takes.",
        "devices",
    ),
    Rule(
        "space.growth",
        "Growth reserve",
        "The units (front face), mass and design power that a rack keeps free stay free.",
        "half U, g or W",
        may_be_soft=True,
    ),
    # power
    Rule(
        "power.cord",
        "Cords fit",
        "Every inlet is on an outlet of its type at a power node of its rack, and in every state "
        "each live cord stays within supply and outlet rating.",
        "W, VA or cords",
    ),
    Rule(
        "power.normal",
        "Normal load",
        "In the normal state every power node carries its load within its usable capacity.",
        "W or VA",
    ),
    Rule(
        "power.failover",
        "Load after a loss",
        "After any single loss every remaining power node carries its load within its failure "
        "capacity, at both looks.",
        "W or VA",
    ),
    Rule(
        "power.imbalance",
        "Legs in balance",
        "In the normal state no leg of a feed carries more than the average of its legs by more "
        "than the allowed share of a leg's rating.",
        "VA",
        may_be_soft=True,
    ),
    Rule(
        "power.strands",
        "Strands evenly loaded",
        "In the normal state the loads of two strands of a site differ by at most the allowed "
        "share of the site's load.",
        "W",
        may_be_soft=True,
    ),
    Rule(
        "power.partners",
        "Partners on different strands",
        "Single-corded instances that stand in for each other do not all hang on one strand.",
        "instances",
    ),
    # cooling
    Rule(
        "cooling.zone",
        "Heat of a zone",
        "In every scenario the heat of a zone is at most the capacity of its units that run.",
        "W",
    ),
    Rule(
        "cooling.rack",
        "Heat of a rack",
        "The draw of a rack's devices is at most its design power.",
        "W",
        may_be_soft=True,
    ),
    # compute
    Rule(
        "compute.place",
        "Pools a service may use",
        "A service runs on a pool it may use; its mirrors are on one pool of every other site of "
        "its continuity group.",
        "pools",
    ),
    Rule(
        "compute.pool",
        "Pool capacity",
        "What runs on a pool, and the mirrors and warm copies it keeps, fit on its hosts less the "
        "spare ones.",
        "vcpu/1000, MiB, GiB or licences",
    ),
    # redundancy
    Rule(
        "redundancy.survive",
        "Survives a loss",
        "After the loss of any one domain of a level, and at both looks, at least the stated "
        "number of instances is up.",
        "instances",
    ),
    Rule(
        "redundancy.spread",
        "Spread",
        "Instances of a workload are spread over the domains of a level as stated.",
        "instances",
        may_be_soft=True,
    ),
    Rule(
        "redundancy.together",
        "Kept together",
        "Each instance stands in a domain that holds an instance of the stated workload.",
        "instances",
    ),
    Rule(
        "redundancy.whole",
        "All or nothing",
        "A workload is placed whole or not at all, unless it is partial.",
        "instances",
    ),
    # continuity
    Rule(
        "continuity.survivor",
        "Up after any loss, on each site alone",
        "After any single loss, and on each member of a continuity group alone, as many instances "
        "of each critical workload are up or taken over as are needed.",
        "instances",
    ),
    Rule(
        "continuity.data",
        "Data at hand",
        "A critical service that a site takes over has its data there, no further behind than the "
        "recovery point objective of the processes that depend on it.",
        "min",
    ),
    Rule(
        "continuity.quorum",
        "Quorum",
        "A critical service that a site takes over has a majority of votes there, or a manual "
        "procedure.",
        "votes",
    ),
    Rule(
        "continuity.restart",
        "Restart chain",
        "On each site alone the moves of all that a process depends on end within its recovery "
        "time objective.",
        "min",
    ),
    Rule(
        "continuity.protection",
        "Security level in an emergency",
        "What is critical and runs on a site alone is covered by what its rooms may host then.",
        "levels",
    ),
    Rule(
        "continuity.compute",
        "Pools after a loss",
        "After any single loss, and on each site alone, what is critical and runs on a pool fits "
        "on its hosts that are up.",
        "vcpu/1000, MiB, GiB or licences",
    ),
    Rule(
        "continuity.power",
        "Power of a site alone",
        "On each site alone, in every state not given up, every power node carries the critical "
        "load within its emergency capacity.",
        "W or VA",
    ),
    Rule(
        "continuity.cooling",
        "Cooling of a site alone",
        "On each site alone, in every state not given up, the heat of the critical devices of a "
        "zone is at most the capacity of its units that run.",
        "W",
    ),
    Rule(
        "continuity.fuel",
        "Fuel for the hours",
        "On each site alone the tank of a generator lasts for the hours of the emergency.",
        "ml",
    ),
    Rule(
        "continuity.times",
        "Times that fit together",
        "The recovery time objective of a process is at most its maximum tolerable downtime.",
        "min",
        about_estate=True,
    ),
    # network
    Rule(
        "network.paths",
        "Independent paths",
        "A pair of ends has as many paths as it asks for that share no duct, node, building entry "
        "or carrier.",
        "paths",
        about_estate=True,
    ),
    Rule(
        "network.delay",
        "Delay of a path",
        "The longest of a pair's independent paths is no slower than the pair asks for.",
        "us",
        about_estate=True,
    ),
    Rule(
        "network.mirror",
        "Mirrors near enough",
        "A synchronous mirror is no further away, over the worse path, than its storage and the "
        "service stand.",
        "us",
    ),
    Rule(
        "network.access",
        "Access networks",
        "A site that runs a workload reaches the access networks it requires; a critical one "
        "after any single loss in the network and alone, too.",
        "paths",
    ),
    Rule(
        "network.distance",
        "Distance of redundant sites",
        "Sites that claim geo-redundancy are at least 200 km apart; less, not below 100 km, takes "
        "a waiver.",
        "m",
        about_estate=True,
    ),
    # tenancy
    Rule(
        "tenancy.protection",
        "Protection need",
        "A room hosts only what its confidentiality, integrity and availability levels cover.",
        "levels",
    ),
    Rule(
        "tenancy.certificate",
        "Certified room",
        "A room that hosts a workload holds every certificate the workload requires, valid from "
        "as-of to the horizon.",
        "certificates",
    ),
    Rule(
        "tenancy.expiry",
        "Certificates in force",
        "No certificate that a room holds expires between as-of and the planning horizon.",
        "days",
        about_estate=True,
    ),
    Rule(
        "tenancy.places",
        "Allowed and forbidden places",
        "An instance stands only where its workload allows, and nowhere it forbids.",
        "instances",
    ),
    Rule(
        "tenancy.exclusive",
        "Exclusive racks",
        "A rack that hosts an isolated tenant or workload hosts nobody else; a tenant's own rack "
        "hosts only that tenant.",
        "instances",
    ),
    Rule(
        "tenancy.quota",
        "Contracted quota",
        "A tenant uses at most the power per strand, the units and the share of each pool that it "
        "has contracted.",
        "W, half U or per mille",
    ),
    Rule(
        "tenancy.cumulation",
        "Cumulated protection need",
        "A room in which so many workloads of one level stand that they count one level higher may "
        "host that level.",
        "workloads",
    ),
    # stability
    Rule("stability.standing", "Never evicted", "What stands stays placed.", "instances"),
    Rule(
        "stability.pinned",
        "Pinned",
        "A pinned instance keeps its rack, position, face and cords.",
        "instances",
    ),
    Rule(
        "stability.budget",
        "Move budget",
        "At most so many standing instances move, and none in a frozen window.",
        "moves",
    ),
    Rule(
        "stability.worse",
        "Never worse",
        "What as-built already breaks is broken by no more than before.",
        "as the rule broken",
    ),
    # waivers
    Rule("waiver.expired", "Waivers in force", "No waiver has expired.", "days", about_estate=True),
    Rule(
        "waiver.unknown",
        "Waivers name a rule",
        "Every waiver names a known rule.",
        "waivers",
        about_estate=True,
    ),
)

#: Every rule by slug, in the order above.
RULES: dict[str, Rule] = {rule.slug: rule for rule in _RULES}
