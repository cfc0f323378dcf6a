"""Random estates of sites that stand in for each other, with layouts of which many are wrong.

Two or three sites with a power chain each, racks, pools, services, processes and a network. What a
draw leaves out has no limit; limits lie near what is needed, so that some hold and some do not.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from planner.model.base import Declared
from planner.model.estate import Estate
from planner.model.layout import Layout, Place
from planner.model.tenancy import Quota
from planner.model.workload import Places, PsuMode, Spread
from tests.builders import (
    DAY,
    at,
    combination,
    duct,
    estate,
    feed,
    group,
    layout,
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
    workload,
    zone,
)

#: Access network of every town hall in these estates.
NET = "doi"


def random_continuity(seed: int) -> tuple[Estate, Layout, date]:
    """Return an estate, a layout of it and the day it is judged on, the same for the same seed."""
    return _Draw(Random(seed)).case()


class _Draw:
    """One draw; every part adds to `items` and to the names that later parts refer to."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.items: list[Declared] = []
        self.sites = ["s1", "s2", "s3"][: rng.choice((2, 2, 3))]
        self.group_of = {"s1": "g", "s2": "g", "s3": rng.choice((None, "g", "h"))}
        self.racks: dict[str, list[str]] = {s: [] for s in self.sites}
        self.feeds: dict[str, list[str]] = {}
        self.hosts: dict[str, str] = {}
        self.pools: dict[str, str] = {}
        self.services: list[str] = []
        self.tenants = ["t", "t2"]

    def odds(self, probability: float) -> bool:
        return self.rng.random() < probability

    def maybe(self, probability: float, **fields: Any) -> dict[str, Any]:
        """Return the fields, or none of them."""
        return fields if self.odds(probability) else {}

    def case(self) -> tuple[Estate, Layout, date]:
        for s in self.sites:
            self._site(s)
        self._network()
        self._groups()
        self._equipment()
        self._pools()
        self._services()
        self._processes()
        self._tenants()
        self._combinations()
        made = estate(*self.items, **self._policy())
        return made, self._layout(made), DAY

    # --- supply

    def _site(self, s: str) -> None:
        pick = self.rng.choice
        where = {"lat_udeg": 51_000_000 + 10 * self.rng.randint(0, 300_000), "lon_udeg": 8_000_000}
        self.items.append(site(s, continuity_group=self.group_of[s], **where))
        rooms = [f"{s}-room{n}" for n in range(pick((1, 1, 2)))]
        for key in rooms:
            self.items.append(room(key, s, may_host=self._levels(3)))
        above = self._chain(s, rooms)
        self.items.append(zone(f"{s}-z", s, ride_through_s=pick((0, 60))))
        for n in range(pick((1, 2, 2))):
            nodes = self.rng.sample(above, min(len(above), pick((0, 1, 2))))
            extra = {"draw_w": pick((0, 150)), "restart_s": pick((0, 45))}
            self.items.append(
                unit(
                    f"{s}-u{n}", self.rng.randint(800, 3000), f"{s}-z", *nodes, site=s, **extra,
                    **self.maybe(0.3, room=pick(rooms)),
                )
            )  # fmt: skip
        for n in range(pick((1, 2))):
            self._rack(f"{s}-r{n}", s, pick(rooms), above)

    def _chain(self, s: str, rooms: list[str]) -> list[str]:
        """Add the supply of a site; return the nodes that feeds hang on."""
        rng, pick = self.rng, self.rng.choice
        self.items.append(node(f"{s}-grid", "utility", site=s, **self._figures(6000)))
        tank = self.maybe(0.7, tank_ml=rng.randint(2, 40) * 1000, fuel_ml_per_kwh=pick((270, 333)))
        self.items.append(
            node(f"{s}-gen", "generator", site=s, start_s=pick((0, 15)), **tank,
                 **self._figures(5000))
        )  # fmt: skip
        top = f"{s}-ts"
        ways = [f"{s}-grid", f"{s}-gen"]
        if self.odds(0.2):
            ways.reverse()
        self.items.append(switch(top, *ways, pick((0, 15, 120)), site=s, **self._figures(5000)))
        above = []
        for n in range(pick((1, 2, 2))):
            last = top if self.odds(0.8) else f"{s}-grid"
            if self.odds(0.7):
                extra = {
                    "autonomy_min": pick((0, 10)),
                    "input_pf_permille": pick((1000, 970)),
                    "recharge_w": pick((0, 100)),
                }
                where = self.maybe(0.3, room=pick(rooms))
                key = f"{s}-ups{n}"
                self.items.append(
                    node(key, "ups", last, site=s, **self._figures(4000), **extra, **where)
                )
                last = key
            if self.odds(0.6) or last == top:
                key = f"{s}-pan{n}"
                self.items.append(node(key, "panel", last, site=s, **self._figures(3000)))
                last = key
            above.append(last)
        return above

    def _rack(self, key: str, s: str, in_room: str, above: list[str]) -> None:
        pick = self.rng.choice
        self.racks[s].append(key)
        self.items.append(
            rack(key, f"{key}-row", in_room, s, cooling_zone=pick((f"{s}-z", f"{s}-z", None)))
        )
        self.feeds[key] = []
        for n in range(pick((1, 2, 2))):
            name = f"{key}-f{n}"
            parent = above[n % len(above)]
            if self.odds(0.25):
                self._legs(name, key, parent, s)
                continue
            self.items.append(feed(name, key, parent, site=s, **self._figures(2000)))
            self.feeds[key].append(name)

    def _legs(self, name: str, in_rack: str, parent: str, s: str) -> None:
        """Add a three-phase feed with legs, and sometimes a bank that presses on two of them."""
        rng = self.rng
        share = self.maybe(0.3, imbalance_permille=rng.choice((50, 300)))
        self.items.append(
            node(name, "feed", parent, site=s, rack=in_rack, **self._figures(3000), **share)
        )
        rated = self.maybe(0.8, rated_va=rng.randint(600, 1500))
        legs = [f"{name}-L{n}" for n in (1, 2, 3)]
        for leg in legs:
            own = {"own_w": rng.choice((0, 0, 20)), "outlets": {"c13": 20}}
            self.items.append(node(leg, "leg", name, site=s, rack=in_rack, **rated, **own))
        self.feeds[in_rack] += legs
        if self.odds(0.6):
            pressed = tuple(legs) if self.odds(0.4) else tuple(rng.sample(legs, 2))
            extra = {"legs": pressed, "outlets": {"c13": 20}, "rack": in_rack}
            self.items.append(node(f"{name}-b", "bank", name, site=s, **extra))
            self.feeds[in_rack] += [f"{name}-b"]

    def _figures(self, about: int) -> dict[str, Any]:
        rng = self.rng
        return {
            "loss_permille": rng.choice((0, 0, 10, 333)),
            "own_w": rng.choice((0, 0, 70)),
            "input_w": rng.choice((0, 0, 35)),
            **self.maybe(
                0.3, **{rng.choice(("rated_w", "rated_va")): rng.randint(about // 3, about)}
            ),
            **self.maybe(0.1, kappa_emergency_permille=rng.choice((700, 1100))),
        }

    # --- network

    def _network(self) -> None:
        rng, pick = self.rng, self.rng.choice
        where = {"lat_udeg": 51_500_000, "lon_udeg": 8_100_000}
        self.items.append(network_node("town", access_network=NET, **where))
        self.items.append(network_node("witness", **where))
        ends = [*self.sites, "town"]
        for n, s in enumerate(self.sites):
            if self.odds(0.5):
                net = self.maybe(0.4, access_network=NET)
                self.items.append(network_node(f"{s}-n", s, **net))
                ends.append(f"{s}-n")
            if n:
                self._link(f"l-{s}", pick((s, ends[-1])), self.sites[0])
        for n in range(rng.randint(2, 5)):
            self._link(f"l{n}", *rng.sample(ends, 2))
        if self.odds(0.8):
            self._link("l-witness", "witness", pick(ends))
        for key in ("d0", "d1", "d2", "d3"):
            self.items.append(duct(key, entry=pick((None, None, "north", "south"))))
        pairs = [("s1", "s2"), ("town", "s1"), ("s2", "town")]
        for n, (one, other) in enumerate(rng.sample(pairs, rng.randint(0, 2))):
            limit = self.maybe(0.6, max_rtt_us=rng.choice((300, 1000, 3000)))
            self.items.append(paths(f"p{n}", one, other, pick((1, 2, 2)), **limit))

    def _link(self, key: str, one: str, other: str) -> None:
        rng = self.rng
        ducts = rng.sample(["d0", "d1", "d2", "d3"], rng.choice((0, 1, 1, 2)))
        figures = {
            "carrier": rng.choice((None, None, "c1", "c2")),
            "fibre_m": rng.choice((None, 7_777, 100_000)),
            "equipment_us": rng.choice((0, 40)),
            "detour_permille": rng.choice((None, 1000)),
        }
        self.items.append(link(key, one, other, *ducts, **figures))

    def _groups(self) -> None:
        rng, pick = self.rng, self.rng.choice
        for key in sorted({g for s in self.sites if (g := self.group_of[s])}):
            emergency: dict[str, Any] = {}
            if self.odds(0.7):
                kinds = ("ups", "cooling_unit", "rack", "feed", "duct", "utility", "room")
                emergency = {
                    "hours": pick((4, 24)),
                    "gives_up": tuple(sorted(rng.sample(kinds, rng.randint(0, 3)))),
                    **self.maybe(0.4, max_protection=self._levels(3)),
                    **self.maybe(0.3, kappa_emergency_permille=pick((600, 900))),
                }
            self.items.append(
                group(
                    key,
                    witness=pick((None, "witness", "witness")),
                    geo_redundancy=self.odds(0.2),
                    **emergency,
                )
            )

    # --- demand

    def _levels(self, top: int) -> Any:
        level = self.rng.randint
        return needs(*(max(level(1, top), level(1, top)) for _ in range(3)))

    def _need(self) -> Any:
        return needs(*(self.rng.choice((1, 1, 1, 2, 3)) for _ in range(3)))

    def _equipment(self) -> None:
        for s in self.sites:
            self.hosts[s] = f"host-{s}" if self.odds(0.6) else "host"
        for key in sorted(set(self.hosts.values())):
            self._device(key, self.rng.randint(2, 5))
        if self.odds(0.6):
            self._device("store", self.rng.randint(2, 3))
        for key in ("hsm", "old"):
            if self.odds(0.6):
                self._device(key, self.rng.randint(1, 3))

    def _device(self, key: str, count: int) -> None:
        rng, pick = self.rng, self.rng.choice
        cords = pick((1, 2, 2, 3, 0))
        levels = ("feed", "ups", "room", "site", "combination")
        fields = {
            "cords": cords,
            "psus_required": rng.randint(min(1, cords), cords),
            "psu_mode": pick(list(PsuMode)),
            "draw_w": rng.randint(50, 600),
            "pf": pick((1000, 950)),
            "partial": True,
            "needed": rng.randint(1, count),
            "critical": key == "old" and self.odds(0.5),
            "tenant": pick(self.tenants),
            **self.maybe(0.3, protection=self._need()),
            **self.maybe(0.3, access_networks=(NET,)),
            **self.maybe(0.4, survive={pick(levels[:-1]): rng.randint(1, count)}),
            **self.maybe(0.1, spread={"site": Spread(max_per_domain=count)}),
            **self._dates(0.15),
        }
        self.items.append(workload(key, count, **fields))

    def _dates(self, probability: float) -> dict[str, Any]:
        day = DAY + timedelta(days=self.rng.randint(0, 20))
        return self.maybe(probability, **{self.rng.choice(("valid_from", "valid_until")): day})

    def _pools(self) -> None:
        rng, pick = self.rng, self.rng.choice
        for s in self.sites:
            for n in range(pick((1, 1, 2))):
                key = f"{s}-p{n}"
                stored = any(w.id == "store" for w in self.items if hasattr(w, "id"))
                hosts = (self.hosts[s],) if self.odds(0.9) else (self.hosts[s], "hsm")
                names = {w.id for w in self.items if hasattr(w, "equipment")}
                self.items.append(
                    pool(
                        key,
                        s,
                        tuple(h for h in hosts if h in names),
                        vcpu_milli=pick((2000, 4000)),
                        ram_mib=pick((2048, 4096)),
                        storage_gib=pick((50, 100)),
                        vcpu_overcommit_permille=pick((1000, 1333)),
                        hosts_spare=pick((0, 0, 1)),
                        **self.maybe(0.4, licences={"db": rng.randint(1, 3)}),
                        **self.maybe(0.4, sync_max_rtt_us=pick((300, 2000))),
                        **(self.maybe(0.5, storage_on=("store",)) if stored else {}),
                    )
                )
                self.pools[key] = s

    def _services(self) -> None:
        rng, pick = self.rng, self.rng.choice
        self.services = [f"v{n}" for n in range(rng.randint(1, 4))]
        equipment = [w.id for w in self.items if hasattr(w, "equipment")]
        for key in self.services:
            replication = pick(("none", "none", "async", "sync"))
            count = pick((1, 1, 2))
            depends = tuple(rng.sample([*self.services, *equipment], pick((0, 0, 1, 2))))
            fields = {
                "vcpu_milli": rng.randint(1, 30) * 100,
                "ram_mib": rng.randint(1, 30) * 77,
                "storage_gib": pick((0, 20, 45)) if replication != "none" else pick((0, 0, 30)),
                "mode": pick(("single", "single", "active-standby", "active-active")),
                "replication": replication,
                "quorum": pick(("none", "majority", "manual")),
                "takeover_min": pick((0, 5, 15)),
                "restart_min": pick((0, 10)),
                "tenant": pick(self.tenants),
                "partial": True,
                "critical": self.odds(0.15),
                "needed": rng.randint(1, count),
                "depends_on": tuple(d for d in depends if d != key),
                **self.maybe(0.5, lag_min=pick((5, 30))),
                **self.maybe(0.3, licences={"db": rng.randint(1, 2)}),
                **self.maybe(0.3, pools=tuple(sorted(rng.sample(sorted(self.pools), 2)))),
                **self.maybe(0.4, max_rtt_us=pick((300, 2000))),
                **self.maybe(0.3, protection=self._need()),
                **self.maybe(0.3, access_networks=(NET,)),
                **self._site_rules(),
                **self._dates(0.15),
            }
            if fields["quorum"] == "manual" or self.odds(0.3):
                fields["manual_min"] = pick((30, 60))
            self.items.append(service(key, count, **fields))

    def _site_rules(self) -> dict[str, Any]:
        places = Places(site=(self.rng.choice(self.sites),))
        return self.maybe(0.1, **{self.rng.choice(("allowed", "forbidden")): places})

    def _processes(self) -> None:
        rng, pick = self.rng, self.rng.choice
        needed = [*self.services, *(w.id for w in self.items if hasattr(w, "equipment"))]
        for n in range(rng.randint(1, 3)):
            groups = [None, *sorted({g for s in self.sites if (g := self.group_of[s])})]
            self.items.append(
                process(
                    f"b{n}",
                    *sorted(set(rng.choices([*self.services, *needed], k=pick((1, 2))))),
                    criticality=pick((0, 1, 2, 2)),
                    emergency_permille=pick((300, 777, 1000)),
                    continuity_group=pick(groups),
                    **self.maybe(0.6, rto_min=pick((0, 10, 30))),
                    **self.maybe(0.6, rpo_min=pick((0, 10, 60))),
                    **self.maybe(0.3, mtpd_min=pick((20, 60))),
                )
            )

    def _tenants(self) -> None:
        rng, pick = self.rng, self.rng.choice
        strands = [n.id for n in self.items if n.__class__.__name__ == "PowerNode"]
        strands = [key for key in strands if "ups" in key or "pan" in key]
        for key in self.tenants:
            quota = Quota(
                strand_w={pick(strands): rng.randint(200, 1500)} if strands else {},
                u_half=pick((None, 6, 10)),
                pool_share_permille={pick(sorted(self.pools)): pick((100, 400))},
            )
            self.items.append(tenant(key, **self.maybe(0.5, quota=quota)))

    def _combinations(self) -> None:
        rng = self.rng
        for n in range(rng.choice((0, 0, 1, 2))):
            domains = [
                ("rack", rng.choice([r for racks in self.racks.values() for r in racks])),
                ("utility", f"{rng.choice(self.sites)}-grid"),
                ("duct", "d0"),
                ("site", rng.choice(self.sites)),
                ("cooling_unit", f"{rng.choice(self.sites)}-u0"),
                ("generator", f"{rng.choice(self.sites)}-gen"),
            ]
            self.items.append(combination(f"c{n}", *rng.sample(domains, 2)))

    def _policy(self) -> dict[str, Any]:
        pick = self.rng.choice
        kinds = ("feed", "panel", "ups", "leg", "transfer_switch", "utility")
        return {
            "planning_horizon": DAY + timedelta(days=pick((0, 30))),
            **self.maybe(0.4, diversity_permille={pick(kinds): pick((700, 900))}),
            **self.maybe(0.3, strand_imbalance_permille=pick((50, 300))),
            **self.maybe(0.3, cumulation={pick(("normal", "hoch")): pick((2, 3))}),
            **self.maybe(0.2, kappa_emergency_permille=pick((700, 900))),
            **self.maybe(0.2, critical_from=2),
        }

    # --- layout

    def _layout(self, made: Estate) -> Layout:
        rng, pick = self.rng, self.rng.choice
        self.next_u = dict.fromkeys(self.feeds, 1)
        places: dict[str, Place] = {}
        on: dict[str, tuple[str, ...]] = {}
        left: list[str] = []
        for w in made.workloads.values():
            for n, key in enumerate(w.instance_ids()):
                if self.odds(0.05):
                    left.append(key)
                elif w.equipment is not None:
                    s = self.sites[n % len(self.sites)] if self.odds(0.7) else pick(self.sites)
                    if w.id.startswith("host-"):
                        s = w.id.removeprefix("host-") if self.odds(0.9) else s
                    places[key] = self._placed(pick(self.racks[s]), len(w.equipment.inlets))
                else:
                    on[key] = self._on(made, w.service)
        standing = {k: p for k, p in places.items() if rng.random() < 0.1}
        return layout(places, standing=standing, unplaced=tuple(left), services=on)

    def _placed(self, in_rack: str, cords: int) -> Place:
        """Return the next unit of a rack, corded in turn, or anyhow."""
        feeds = self.feeds[in_rack]
        plugs = [feeds[n % len(feeds)] for n in range(cords)]
        if self.odds(0.3):
            plugs = [self.rng.choice(feeds) for _ in range(cords)]
        u = self.next_u[in_rack]
        self.next_u[in_rack] += 1
        return at(in_rack, u, *plugs)

    def _on(self, made: Estate, figures: Any) -> tuple[str, ...]:
        """Return a pool and standby pools: right ones mostly, any ones sometimes."""
        pick = self.rng.choice
        if self.odds(0.15):
            return tuple(self.rng.sample(sorted(self.pools), pick((1, 2, min(3, len(self.pools))))))
        home = pick(figures.pools or sorted(self.pools))
        standby = []
        members = made.members.get(self.group_of[self.pools[home]] or "", ())
        for s in members:
            there = [p for p in (figures.pools or sorted(self.pools)) if self.pools[p] == s]
            wanted = figures.may_move and (figures.is_mirrored or self.odds(0.7))
            if s != self.pools[home] and there and wanted and self.odds(0.95):
                standby.append(pick(there))
        return (home, *sorted(standby))
