"""Tiny estates of two sites that stand in for each other, for the brute force.

One or two racks a site, one or two hosts a pool, one to three services, one or two processes. As in
`tests.oracle.estates` an estate has a few *themes*, and only what belongs to them is scarce. In a
*robust* one each pool survives any single loss but that of its room or site: what runs on it then
moves at its emergency level.
"""

from random import Random
from typing import Any

from planner.model.base import Declared
from planner.model.estate import Estate
from planner.model.layout import Cord, Place
from planner.model.scenarios import NETWORK_KINDS
from planner.model.space import Face
from planner.model.tenancy import Quota
from planner.model.workload import Places, Spread
from tests.builders import (
    DAY,
    as_built,
    certificate,
    combination,
    estate,
    feed,
    group,
    link,
    needs,
    network_node,
    node,
    paths,
    pool,
    process,
    rack,
    room,
    service,
    site,
    switch,
    tenant,
    unit,
    waiver,
    with_items,
    workload,
)
from tests.oracle.brute_force import num_choices
from tests.oracle.estates import JUNE, MAY, Tiny

#: Most choices of an estate, and of most estates.
MAX_CHOICES = 500
USUAL_CHOICES = 120

THEMES = (
    "access", "cage", "capacity", "capacity", "capacity", "capacity", "cooling", "cooling",
    "cumulation", "cumulation", "data", "data", "data", "dates", "fuel", "fuel", "legs", "legs",
    "legs", "licences", "mirror", "mirror", "partners", "partners", "partners", "partners", "power",
    "power", "power", "protection", "protection", "quorum", "quorum", "quorum", "quota", "quota",
    "restart", "restart", "robust", "robust", "robust", "robust", "robust", "sites", "storage",
    "strands", "strands", "survivor",
)  # fmt: skip

NET = "doi"
SITES = ("s1", "s2")


def tiny_three_sites(seed: int) -> Tiny:
    """Return an estate with a third site, where hosts stand and services have two standby pools."""
    return tiny_continuity(seed, (*SITES, "s3"))


def tiny_continuity(seed: int, sites: tuple[str, ...] = SITES) -> Tiny:
    """Return the estate of a seed, with at most `MAX_CHOICES` layouts to try."""
    draws = Random(seed)
    while True:
        drawn = _Draw(Random(draws.getrandbits(32)), sites)
        found = drawn.estate()
        standing = drawn.standing(found)
        size = num_choices(found, standing, DAY)
        usual = USUAL_CHOICES if sites == SITES else MAX_CHOICES
        if 4 <= size <= (MAX_CHOICES if draws.random() < 0.2 else usual):
            return Tiny(seed, found, as_built(standing))


class _Draw:
    """One draw: supply at both sites, hosts, pools, services, processes, network."""

    def __init__(self, random: Random, sites: tuple[str, ...]) -> None:
        self.random = random
        self.sites = sites
        self.has_third = len(sites) > 2
        self.themes = set(random.sample(THEMES, random.choice((2, 3, 3, 4))))
        self.is_robust = "robust" in self.themes and not self.has_third
        self.stands = self.is_robust or self.has_third
        self.items: list[Declared] = []
        self.racks: dict[str, list[str]] = {}
        self.strands: list[str] = []
        self.hosts: list[str] = []
        self.services: list[str] = []
        self.pools: dict[str, str] = {}

    def odds(self, probability: float) -> bool:
        return self.random.random() < probability

    def has(self, theme: str, probability: float = 0.8) -> bool:
        return theme in self.themes and self.odds(probability)

    def if_has(self, theme: str, probability: float = 0.8, **fields: Any) -> dict[str, Any]:
        """Return the fields if the theme is on, mostly."""
        return fields if self.has(theme, probability) else {}

    def estate(self) -> Estate:
        for s in self.sites:
            self._site(s)
        self._demand()
        for s in self.sites:
            self._pools(s)
        self._services()
        self._processes()
        self._network()
        self._group()
        self._tenants()
        if self.has("survivor", 0.4):
            self.items.append(self._combination())
        found = estate(*self.items, **self._policy())
        return with_items(found, self._waiver(found)) if self.odds(0.2) else found

    def standing(self, of: Estate) -> dict[str, Place]:
        """Return homes of some hosts; of all in larger estates."""
        if not self.stands and self.odds(0.6):
            return {}
        standing = {}
        used = dict.fromkeys(of.racks, 1)
        for key in self.hosts:
            w = of.workloads[key]
            for n, instance in enumerate(w.instance_ids()):
                if not self.stands and self.odds(0.4):
                    continue
                s = SITES[n % 2] if not w.allowed.site else w.allowed.site[0]
                r = self.racks[s][n if self.is_robust else 0]
                feeds = [f.id for f in of.power_nodes.values() if f.rack == r and f.outlets]
                assert w.equipment is not None
                cords = tuple(
                    Cord(inlet.name, feeds[i % len(feeds)])
                    for i, inlet in enumerate(w.equipment.inlets)
                )
                place = Place(rack=r, position_half=2 * used[r], face=Face.FRONT, cords=cords)
                standing[instance] = place
                used[r] += 1
        return standing

    # --- supply

    def _site(self, s: str) -> None:
        pick = self.random.choice
        apart = s == "s3" and self.odds(0.2)
        self.items.append(site(s, continuity_group=None if apart else "g"))
        self.items.append(
            room(
                f"{s}-room",
                s,
                may_host=self._levels() if self.themes & {"protection", "cumulation"} else needs(),
                certificates=("iso",) if self.odds(0.8) else (),
            )
        )
        feeders = self._chain(s)
        num_racks = 2 if self.is_robust else pick((1, 1, 1 if self.has_third else 2))
        self.racks[s] = [f"{s}-r{n}" for n in range(1, num_racks + 1)]
        cooled = self.has("cooling", 1)
        for n, r in enumerate(self.racks[s]):
            cage = self.if_has("cage", 0.7, cage=pick((f"{s}-cage", f"{s}-cage", f"{r}-cage")))
            zone = {"cooling_zone": f"{s}-z"} if cooled else {}
            self.items.append(
                rack(r, f"{r}-row", f"{s}-room", s, u_height=pick((4, 6)), **cage, **zone)
            )
            for letter, parent in zip("ab", feeders, strict=False):
                if self.is_robust and letter != "ab"[n]:
                    continue
                self._feed(f"{letter}-{r}", r, s, parent, legs=letter == "a" and not n)
        if cooled:
            for n in range(pick((1, 2, 2))):
                fed = pick(((), (feeders[0],), tuple(feeders)))
                if n and s == "s2" and self.odds(0.5):
                    fed = ("s1-A",)  # dead when its own site stands alone
                figures = {"draw_w": pick((0, 100)), "site": s}
                self.items.append(
                    unit(f"{s}-u{n}", pick((500, 900, 1500)), f"{s}-z", *fed, **figures)
                )

    def _chain(self, s: str) -> list[str]:
        """Add the supply of a site; return what its feeds hang on."""
        pick = self.random.choice
        self.items.append(node(f"{s}-grid", "utility", site=s, **self._limit(1500)))
        top = f"{s}-grid"
        if "fuel" in self.themes:
            fuel = {"tank_ml": pick((700, 1500, 3000)), "fuel_ml_per_kwh": 270, "start_s": 10}
            self.items.append(node(f"{s}-gen", "generator", site=s, **fuel))
            ways = (top, f"{s}-gen") if self.odds(0.7) else (f"{s}-gen", top)
            self.items.append(switch(f"{s}-ts", *ways, 10, site=s))
            top = f"{s}-ts"
        letters = pick(("A", "AB", "AB") if "strands" in self.themes else ("A", "AB"))
        feeders = []
        for letter in "AB" if self.is_robust else letters:
            key = f"{s}-{letter}"
            if self.is_robust and letter == "B":
                top = f"{s}-grid2"
                self.items.append(node(top, "utility", site=s))
            extra = {"loss_permille": pick((0, 30)), "autonomy_min": 5, **self._limit(1000)}
            self.items.append(node(key, "ups", top, site=s, **extra))
            feeders.append(key)
            self.strands.append(key)
        return feeders

    def _limit(self, about: int) -> dict[str, Any]:
        """Return a rating near `about` W, so that the loss of the other strand counts."""
        if not self.has("power", 0.7):
            return {}
        rated = {
            self.random.choice(("rated_w", "rated_va")): self.random.randint(about // 2, 2 * about)
        }
        if self.odds(0.4):
            rated["kappa_emergency_permille"] = self.random.choice((500, 700, 1200))
        return {"kappa_permille": 1000, **rated}

    def _feed(self, key: str, r: str, s: str, parent: str, *, legs: bool) -> None:
        if not (legs and "legs" in self.themes):
            self.items.append(feed(key, r, parent, site=s))
            return
        share = {"imbalance_permille": self.random.choice((100, 120, 160))}
        self.items.append(node(key, "feed", parent, site=s, rack=r, **share))
        outlets = {"outlets": {"c13": 10}, "site": s, "rack": r}
        names = [f"{key}-L{n}" for n in (1, 2)]
        for leg in names:
            self.items.append(node(leg, "leg", key, rated_va=1000, **outlets))
        if self.odds(0.3):
            self.items.append(node(f"{key}-bank", "bank", key, legs=tuple(names), **outlets))

    # --- demand

    def _levels(self) -> Any:
        return needs(*(self.random.choice((1, 2, 2)) for _ in range(3)))

    def _need(self) -> Any:
        return needs(*(self.random.choice((1, 1, 1, 2)) for _ in range(3)))

    def _demand(self) -> None:
        pick = self.random.choice
        if self.stands:
            for s in self.sites:
                pinned = {"pinned": frozenset({1, 2}), "cords": 1}
                count = 2 if self.is_robust else 1
                self._host(f"h-{s}", count, {"allowed": Places(site=(s,)), **pinned})
        elif self.odds(0.5):
            self._host("h", 2, {})
        else:
            for s in self.sites:
                count = 2 if "partners" in self.themes else pick((1, 1, 2))
                self._host(f"h-{s}", count, {"allowed": Places(site=(s,))})
        if self.has("storage", 0.5):
            self._host("store", 2, {"spread": {"site": Spread(max_per_domain=1)}})
            self.hosts.remove("store")
        if self.has("cage", 0.7) or self.odds(0.1):
            self.items.append(workload("x", cords=1, draw_w=200, tenant="t2"))

    def _host(self, key: str, count: int, fields: dict[str, Any]) -> None:
        pick = self.random.choice
        self.hosts.append(key)
        cords = 1 if "partners" in self.themes else pick((1, 1, 2))
        levels = ("feed", "ups", "rack", "site") if key == "h" else ("feed", "ups")
        if count == 2 and self.themes & {"partners", "survivor"} and "spread" not in fields:
            fields = {
                **fields,
                "survive": {pick(levels): pick((1, 1, 1, 1, 2))},
            }
        self.items.append(
            workload(
                key,
                count,
                cords=fields.pop("cords", cords),
                draw_w=pick((200, 300, 400)),
                priority=pick((0, 1)),
                partial=self.odds(0.5),
                **(
                    self.if_has("protection", 0.3, protection=self._need())
                    or self.if_has("cumulation", 0.5, protection=self._need())
                ),
                **self.if_has("access", 0.2, access_networks=(NET,)),
                **self.if_has("quota", 0.3, tenant="t2"),
                **self.if_has("dates", 0.3, valid_from=JUNE),
                **fields,
            )
        )

    def _pools(self, s: str) -> None:
        pick = self.random.choice
        hosts = tuple(h for h in self.hosts if h in ("h", f"h-{s}"))
        scarce = "capacity" in self.themes
        stored = any(getattr(w, "id", "") == "store" for w in self.items)
        for n in range(1, pick((1, 1, 1, 2)) + 1):
            key = f"{s}-p{n}"
            self.pools[key] = s
            self.items.append(
                pool(
                    key,
                    s,
                    hosts,
                    vcpu_milli=pick((1000, 1200, 2000)) if scarce else 8000,
                    ram_mib=pick((1000, 2000, 2000)) if scarce else 16_384,
                    storage_gib=pick((50, 70)) if self.has("storage", 1) else 500,
                    vcpu_overcommit_permille=pick((1000, 1333)),
                    hosts_spare=pick((0, 0, 0, 1)) if scarce else 0,
                    storage_on=("store",) if stored else (),
                    licences={"db": pick((1, 2, 3))} if "licences" in self.themes else {},
                    **self.if_has("mirror", 0.5, sync_max_rtt_us=pick((300, 500, 3000))),
                )
            )

    def _services(self) -> None:
        most = (2, 2, 3) if "capacity" in self.themes else (1, 2, 2, 3)
        self.services = ["u", "v", "w"][: self.random.choice(most)]
        for key in self.services:
            self.items.append(self._service(key))

    def _service(self, key: str) -> Any:
        pick = self.random.choice
        replicated = self.themes & {"data", "mirror", "storage", "quorum"}
        replication = pick(("none", "async", "sync") if replicated else ("none", "none", "sync"))
        if "mirror" in self.themes:
            replication = pick(("sync", "sync", "none"))
        elif "data" in self.themes:
            replication = pick(("async", "async", "sync"))
        fields: dict[str, Any] = {
            "vcpu_milli": pick((600, 1000) if "capacity" in self.themes else (400, 700, 1000)),
            "ram_mib": pick((300, 600, 1000)),
            "mode": pick(("single", "single", "active-standby")),
            "replication": replication,
            "storage_gib": pick((0, 20, 30)) if replication != "none" else 0,
            "takeover_min": pick((0, 5)),
            "restart_min": pick((0, 10)),
            "priority": pick((0, 0, 1)),
            "tenant": pick(("t", "t2")) if "quota" in self.themes else "t",
        }
        if replication == "none" and self.has("storage", 0.2):
            fields["storage_gib"] = 20
        if replication == "none" and self.odds(0.15):
            fields |= {"count": 2, "mode": "active-active", "needed": pick((1, 1, 2))}
            fields["partial"] = self.odds(0.5)
        if replication == "async":
            fields["lag_min"] = pick((5, 30))
        if self.has("quorum", 0.9):
            fields["quorum"] = pick(("majority", "majority", "manual"))
            if fields["quorum"] == "manual" or self.odds(0.2):
                fields["manual_min"] = pick((20, 60))
        if self.has("sites", 0.5):
            fields["pools"] = ("s1-p1", "s2-p1")
            if self.odds(0.3):
                fields["pools"] = tuple(self.random.sample(sorted(self.pools), pick((1, 2))))
        if self.has("sites", 0.4):
            fields[pick(("allowed", "forbidden"))] = Places(site=(pick(self.sites),))
        if self.has("licences"):
            fields["licences"] = {"db": pick((1, 1, 2))}
        if self.has("mirror", 0.7):
            fields["max_rtt_us"] = pick((300, 500, 3000))
        if self.has("protection"):
            fields["protection"] = self._need()
        if self.has("protection", 0.4) or self.has("dates", 0.3):
            fields["certificates"] = ("iso",)
        if self.has("cumulation"):
            fields["protection"] = self._need()
        if self.has("access"):
            fields["access_networks"] = (NET,)
        if self.has("dates", 0.4):
            fields[pick(("valid_from", "valid_until"))] = pick((MAY, JUNE))
        if self.has("restart", 0.5):
            fields["depends_on"] = tuple(s for s in self.services if s != key and self.odds(0.6))
        return service(key, **fields)

    def _processes(self) -> None:
        pick = self.random.choice
        for n in range(1, pick((1, 1, 2)) + 1):
            on = {pick(self.services), pick(self.services)}
            if self.has("survivor", 0.4):
                on.add(pick(self.hosts))
            self.items.append(
                process(
                    f"b{n}",
                    *sorted(on),
                    criticality=pick((0, 1, 1, 1)),
                    emergency_permille=pick((400, 700, 1000)),
                    **(
                        self.if_has("restart", rto_min=pick((5, 10, 15)))
                        or self.if_has("quorum", 0.3, rto_min=pick((15, 60)))
                    ),
                    **self.if_has("data", rpo_min=pick((0, 10, 30))),
                )
            )

    # --- network, group, tenants

    def _network(self) -> None:
        pick = self.random.choice
        ways = pick((1, 2, 2)) if "mirror" in self.themes else 1
        for n in range(1, ways + 1):
            length = pick((10_000, 40_000, 60_000))
            self.items.append(link(f"l{n}", *SITES, f"d{pick((1, n))}", fibre_m=length))
        if self.has_third and self.odds(0.9):
            length = pick((10_000, 40_000))
            self.items.append(link("l3", pick(SITES), "s3", "d3", fibre_m=length))
        if self.has("mirror", 0.6):
            self.items.append(paths("q", *SITES, pick((1, 2))))
        if "quorum" in self.themes and self.odds(0.7):
            where = pick((None, None, "s1"))
            self.items.append(network_node("third", where))
            for s in self.sites:
                if self.odds(0.6):
                    self.items.append(link(f"w-{s}", s, "third", f"dw-{s}"))
        if "access" in self.themes:
            self.items.append(network_node("doi", pick((None, None, "s1")), access_network=NET))
            for s in self.sites:
                for n in range(1, pick((0, 1, 2, 2, 2)) + 1):
                    carrier = {"carrier": pick((None, f"c{n}"))}
                    self.items.append(link(f"a{n}-{s}", s, "doi", f"da{n}-{s}", **carrier))
            if self.odds(0.6):
                self.items.append(network_node("s1-doi", "s1", access_network=NET))

    def _group(self) -> None:
        pick = self.random.choice
        gives_up = {
            "utility", "generator", "transfer_switch", "ups", "feed", "leg", "bank", "rack", "row",
            "room", "fire_compartment", "cooling_unit",
        }  # fmt: skip
        # A site of one rack and one strand survives none of these, so most must be given up.
        if self.odds(0.2):
            gives_up -= {pick(("ups", "cooling_unit", "feed", "rack", "utility", "generator"))}
        if "fuel" in self.themes:
            gives_up -= {"utility"}
        if self.has("cooling", 0.6):
            gives_up -= {"cooling_unit"}
        emergency = {
            "hours": pick((8, 24)),
            "gives_up": (*sorted(gives_up), *self.random.sample(NETWORK_KINDS, pick((0, 1)))),
            **self.if_has("protection", 0.5, max_protection=self._levels()),
            **self.if_has("power", 0.7, kappa_emergency_permille=pick((400, 600, 900))),
        }
        if self.odds(0.05):
            emergency = {}
        has_witness = any(getattr(i, "id", "") == "third" for i in self.items)
        witness = {"witness": "third"} if has_witness else {}
        self.items.append(group("g", **emergency, **witness))

    def _tenants(self) -> None:
        pick = self.random.choice
        isolation = {"isolation": pick(("cage", "cage", "rack"))} if self.has("cage", 1) else {}
        quota: dict[str, Any] = {}
        if "quota" in self.themes:
            quota = {
                "strand_w": {pick(self.strands): pick((150, 300, 500))},
                "u_half": pick((None, 2, 4)),
                "pool_share_permille": {pick(sorted(self.pools)): pick((50, 100, 500))},
            }
        self.items.append(tenant("t", **self.if_has("quota", 0.7, quota=Quota(**quota))))
        self.items.append(
            tenant("t2", **isolation, **self.if_has("quota", 0.7, quota=Quota(**quota)))
        )
        self.items.append(certificate("iso", pick((JUNE, DAY.replace(year=2027)))))

    def _combination(self) -> Declared:
        """Return the loss of two domains, mostly at one site."""
        here = self.random.choice(self.sites)
        ups = [u for u in self.strands if u.startswith(here) or self.odds(0.2)]
        domains = [("rack", r) for r in self.racks[here]] + [("ups", u) for u in ups]
        return combination("c", *self.random.sample(domains, 2))

    def _waiver(self, of: Estate) -> Declared:
        """Return a waiver of something that may be scarce."""
        pick = self.random.choice
        own, at = pick(self.services), pick(sorted(self.pools))
        node_id, room_id, s = pick(list(of.power_nodes)), pick(list(of.rooms)), pick(self.sites)
        subjects = [
            ("compute.place", f"{own}-1", 1),
            ("compute.pool", at, pick((20, 1000))),
            ("continuity.compute", at, pick((300, 1000))),
            ("continuity.cooling", f"{s}-z", 300),
            ("continuity.data", own, 20),
            ("continuity.fuel", f"{s}-gen", 1000),
            ("continuity.power", node_id, 100),
            ("continuity.protection", f"{own}-1", 1),
            ("continuity.quorum", own, 1),
            ("continuity.restart", "b1", 10),
            ("continuity.survivor", own, 1),
            ("network.access", f"{own}:{NET}", 1),
            ("network.mirror", f"{own}-1", 400),
            ("power.failover", node_id, 100),
            ("power.imbalance", f"a-{s}-r1", 20),
            ("power.partners", pick(self.hosts), 1),
            ("power.strands", s, 100),
            ("redundancy.whole", own, 1),
            ("tenancy.certificate", f"{own}-1", 1),
            ("tenancy.cumulation", f"{room_id}:integrity", 1),
            ("tenancy.exclusive", f"{s}-cage", 1),
            ("tenancy.protection", f"{own}-1", 1),
            ("tenancy.quota", f"t2:{pick((at, 'u', pick(self.strands)))}", pick((2, 100))),
        ]
        likely = [x for x in subjects if x[0].partition(".")[2] in self.themes]
        rule, subject, amount = pick(likely or subjects) if self.odds(0.5) else pick(subjects)
        return waiver(rule, subject, amount, id="w")

    def _policy(self) -> dict[str, Any]:
        pick = self.random.choice
        policy: dict[str, Any] = {}
        if "dates" in self.themes:
            policy["planning_horizon"] = DAY.replace(month=12)
        if "strands" in self.themes:
            policy["strand_imbalance_permille"] = pick((100, 300, 600))
        if "cumulation" in self.themes:
            policy["cumulation"] = {pick(("normal", "hoch")): pick((1, 2, 2, 3))}
        if self.has("power", 0.3):
            policy["diversity_permille"] = {pick(("ups", "feed", "utility")): 800}
        if self.odds(0.2):
            policy["move_budget"] = pick((0, 1))
        if self.has("strands", 0.3):
            policy["soft"] = {"power.strands": 1}
        if self.has("legs", 0.3):
            policy["soft"] = {"power.imbalance": 2}
        return policy
