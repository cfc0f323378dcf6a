"""Random tiny estates for the brute force: every rule family, capacities close to what is needed.

An estate is drawn from a seed alone. It has a few *themes*: only what belongs to them is scarce,
so that rules interfere and yet most estates have layouts. Demand comes first; supply is then cut to
fit it more or less.
"""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Place
from planner.model.policy import TIERS, FrozenWindow
from planner.model.power import PowerKind, UpsModules
from planner.model.space import Airflow, Face, PortCount, RackStatus
from planner.model.workload import Places, PsuMode, Spread, Workload
from tests.builders import (
    DAY,
    as_built,
    certificate,
    change,
    estate,
    feed,
    needs,
    node,
    rack,
    reservation,
    room,
    switch,
    tenant,
    unit,
    units,
    waiver,
    workload,
    zone,
)
from tests.oracle.brute_force import Way, num_choices, ways_of
from tests.oracle.packing import Item, Packer

#: Most choices of an estate, and of nine estates in ten.
MAX_CHOICES = 3000
USUAL_CHOICES = 250

MAY, JUNE, JULY, HORIZON = (date(2026, m, 1) for m in (5, 6, 7, 12))

#: What may be scarce, or asked for, in an estate.
THEMES = (
    "airflow", "cooling", "cords", "depth", "growth", "isolation", "mass", "outlets", "places",
    "ports", "power", "power", "spread", "survive", "together", "units",
)  # fmt: skip

PORT = {"type": "rj45", "speed_mbps": 1000}


@dataclass(frozen=True)
class Tiny:
    """An estate and what stands in it."""

    seed: int
    estate: Estate
    as_built: AsBuilt
    as_of: date = DAY


def tiny(seed: int) -> Tiny:
    """Return the estate of a seed, with at most `MAX_CHOICES` layouts."""
    draws = Random(seed)
    while True:
        drawn = _Draw(Random(draws.getrandbits(32)))
        found = drawn.estate()
        standing = drawn.standing(found)
        size = num_choices(found, standing, DAY)
        if 4 <= size <= (MAX_CHOICES if draws.random() < 0.1 else USUAL_CHOICES):
            return Tiny(seed, drawn.finish(found, standing), as_built(standing))


class _Draw:
    """One draw; methods are called in this order: estate, standing, finish."""

    def __init__(self, random: Random, scale: int = 1) -> None:
        self.random = random
        self.scale = scale
        self.pinned = 0.2
        self.themes = set(random.sample(THEMES, random.choice((3, 4, 5))))
        self.dated = self.odds(0.3)
        self.workloads = self._workloads()
        self.total_w = sum(w.count * w.equipment.draw.budget_w for w in self.workloads)
        self.num = sum(w.count for w in self.workloads)

    def odds(self, probability: float) -> bool:
        return self.random.random() < probability

    def has(self, theme: str, probability: float = 0.6) -> bool:
        """Return whether a feature of a theme is drawn."""
        return theme in self.themes and self.odds(probability)

    def near(self, figure: int, low: int = 600, high: int = 1300) -> int:
        """Return a figure times a factor in per mille."""
        return max(1, figure * self.random.randint(low, high) // 1000)

    # --- demand

    def _workloads(self) -> list[Workload]:
        keys = list("xyzuvstq")[: self.random.choice((2, 2, 3)) * self.scale]
        return [self._workload(key, [k for k in keys if k != key]) for key in keys]

    def _workload(self, key: str, others: list[str]) -> Workload:
        pick = self.random.choice
        count = pick((1, 1, 2, 2, 3)) * self.random.randint(1, self.scale)
        cords = pick((1, 1, 2, 2, 2))
        fields: dict[str, Any] = {
            "u": pick((0.5, 1, 1, 1, 1.5, 2, 0) if self.odds(0.3) else (1, 1, 2)),
            "draw_w": pick((200, 300, 400, 500, 700)),
            "pf": pick((1000, 950, 900)),
            "mass_g": pick((5_000, 10_000, 20_000)),
            "cords": cords,
            "psus_required": pick((1, cords)),
            "priority": pick((0, 0, 1)),
            "disruption": pick((1, 1, 3)),
            "partial": self.odds(0.65),
        }
        if self.has("cords", 0.25):
            cords = fields["cords"] = pick((0, 3))
            fields["psus_required"] = pick((0, cords))
        if cords == 2 and self.odds(0.3):
            fields["psu_mode"] = PsuMode.ACTIVE_STANDBY
        if self.has("cords"):
            fields["rating_w"] = self.near(fields["draw_w"])
        if self.has("depth"):
            fields["is_full_depth"] = False
            fields["face"] = pick((Face.FRONT, Face.REAR, "any"))
        if self.has("airflow"):
            fields["airflow"] = pick(tuple(Airflow))
        if self.has("outlets", 0.2):
            fields["inlet"] = "c20"
        self._network(fields)
        self._places(fields, count, others)
        if self.dated and self.odds(0.5):
            if self.odds(0.5):
                fields["valid_until"] = pick((MAY, JUNE))
            else:
                fields["valid_from"] = pick((JUNE, JULY))
        return workload(key, count, **fields)

    def _network(self, fields: dict[str, Any]) -> None:
        if self.has("ports", 0.3):
            fields["provides_ports"] = (PortCount(count=2, **PORT),)
        elif self.has("ports"):
            fields["ports"] = (PortCount(count=1, **PORT),)

    def _places(self, fields: dict[str, Any], count: int, others: list[str]) -> None:
        pick = self.random.choice
        if self.has("survive"):
            levels = ("feed", "rack", "site", "room", "ups", "fire_compartment", "cooling_unit")
            level = pick((*levels, "feed", "rack", "utility"))
            fields["survive"] = {level: pick((1, 1, count))}
        if self.has("spread"):
            kind = pick(("max_per_domain", "min_domains", "max_skew"))
            spread = Spread(**{kind: pick((1, 1, 2))})
            fields["spread"] = {pick(("rack", "room", "site")): spread}
        if self.has("together", 0.4):
            fields["together_with"] = {pick(("rack", "room", "row")): pick(others)}
        if self.has("places", 0.4):
            fields["protection"] = needs(*(pick((1, 1, 2)) for _ in range(3)))
        if self.has("places", 0.3):
            fields["certificates"] = ("iso",)
        if self.has("places", 0.2):
            fields["allowed"] = Places(rack=("r1",)) if self.odds(0.5) else Places(room=("room1",))
        if self.has("places", 0.3):
            fields["forbidden"] = Places(rack=(pick(("r1", "r2")),))
        if self.has("isolation", 0.3):
            fields["isolation"] = True
        if self.odds(0.3):
            fields["tenant"] = "other"

    # --- supply

    def estate(self) -> Estate:
        self.racks = [f"r{n}" for n in range(1, self.random.choice((2, 2, 3)) * self.scale + 1)]
        items: list[Any] = [
            *self.workloads,
            tenant("t"),
            tenant("other", isolation="rack" if self.has("isolation", 0.5) else "none"),
        ]
        items += self._rooms()
        priced = self.odds(0.3)
        zoned = self.has("cooling", 0.9)
        rooms = self.random.choices(("room1", "room2"), k=len(self.racks))
        self.sites = {"room1": "s1", "room2": self.room2_site}
        self.room_of = dict(zip(self.racks, rooms, strict=True))
        items += [self._rack(key, priced=priced, zoned=zoned) for key in self.racks]
        power = self._power()
        items += power
        if zoned:
            items += self._cooling([n.id for n in power])
        if self.odds(0.15):
            items.append(
                reservation(
                    "kept",
                    self.random.choice(self.racks),
                    units(2, 2, self.random.choice((None, Face.FRONT))),
                    valid_from=self.random.choice((None, JUNE)) if self.dated else None,
                )
            )
        until = self.random.choice((date(2027, 1, 1), date(2026, 6, 15)))
        items.append(certificate("iso", until))
        return estate(*items, **self._policy())

    def _rooms(self) -> list[Any]:
        self.room2_site = self.random.choice(("s1", "s1", "s2"))
        shared = self.room2_site == "s1" and self.odds(0.4)
        return [
            room(
                key,
                site,
                fire_compartment="fc" if shared else f"{key}-fc",
                may_host=needs(*(self.random.choice((1, 2, 2)) for _ in range(3))),
                certificates=("iso",) if self.odds(0.6) else (),
                tile_rating_g=self.near(40_000, 900, 1300) if self.has("mass", 0.4) else None,
            )
            for key, site in (("room1", "s1"), ("room2", self.room2_site))
        ]

    def _rack(self, key: str, *, priced: bool, zoned: bool) -> Any:
        pick = self.random.choice
        here = self.room_of[key]
        height = pick((2, 3, 3, 4) if "units" in self.themes else (4, 5, 6))
        share = -(-self.total_w // len(self.racks))
        fields: dict[str, Any] = {"u_height": height}
        if self.odds(0.15):
            fields["starting_unit"] = 2
        if self.has("units"):
            u = pick(range(1, height + 1))
            fields["blocked"] = (units(u, u, pick((None, Face.FRONT, Face.REAR))),)
        if self.has("units", 0.3):
            fields["gravity_max_quarter"] = pick((4, 5, 6, 7))
        if self.has("mass"):
            fields["max_weight_g"] = 100_000 + pick((10, 20, 25, 30, 40)) * 1000
        if self.has("cooling") or self.has("growth"):
            fields["max_power_w"] = self.near(share, 800, 2000)
        if self.has("growth"):
            fields["growth_half"] = pick((1, 2, 6))
            fields["growth_g"] = 5000
            fields["growth_w"] = 100
        if self.has("ports"):
            fields["ports"] = (PortCount(count=pick((1, 2, 3)), **PORT),)
            fields["growth_ports"] = pick((0, 0, 1))
        if self.has("airflow"):
            fields["airflow"] = (
                Airflow.FRONT_TO_REAR,
                pick((Airflow.MIXED, Airflow.REAR_TO_FRONT)),
            )
        if self.has("places", 0.15):
            fields["status"] = RackStatus.PLANNED
        if self.has("isolation", 0.15):
            fields["tenant"] = "other"
        if priced:
            fields["price_cents_year"] = pick((100, 250, 0))
        if zoned:
            fields["cooling_zone"] = pick(("z1", "z1", f"z-{self.sites[here]}"))
        return rack(key, f"row-{here}", here, self.sites[here], **fields)

    def _power(self) -> list[Any]:
        """Two strands, made in one of several ways, with one feed of each in most racks."""
        shape = self.random.choice(("bare", "ups", "ups", "panel", "utility", "catcher"))
        nodes: list[Any] = []
        strands: list[str | None] = ["A", "B"]
        if shape == "bare":
            strands = [None, None]
        elif shape == "utility":
            nodes += self._behind_generator()
        elif shape == "catcher":
            nodes += [self._ups("ups-a"), self._ups("ups-c")]
            ms = self.random.choice((10, 30))
            nodes += [switch("A", "ups-a", "ups-c", ms), self._ups("B")]
        else:
            kind = PowerKind.UPS if shape == "ups" else PowerKind.PANEL
            nodes += [self._node(key, kind) for key in ("A", "B")]
        for key in self.racks:
            for letter, strand in zip("ab", strands, strict=True):
                if letter == "b" and self.odds(0.1):
                    continue
                nodes.append(self._feed(f"{letter}-{key}", key, strand))
        return nodes

    def _behind_generator(self) -> list[Any]:
        start = self.random.choice((10, 15))
        parts = [
            node("u", PowerKind.UTILITY, **self._limit(1000)),
            node("g", PowerKind.GENERATOR, start_s=start, **self._limit(1000)),
            switch("sw", "u", "g", self.random.choice((0, 500))),
            self._ups("A", "sw"),
        ]
        if self.odds(0.6):
            return [*parts, self._ups("B", "sw")]
        return [*parts, node("B", PowerKind.PANEL, "sw", **self._limit(700))]

    def _ups(self, key: str, parent: str | None = None) -> Any:
        return self._node(key, PowerKind.UPS, parent)

    def _node(self, key: str, kind: PowerKind, parent: str | None = None) -> Any:
        pick = self.random.choice
        fields: dict[str, Any] = self._limit(pick((600, 1000)))
        if kind is PowerKind.UPS:
            fields |= {
                "loss_permille": pick((0, 30, 77)),
                "input_w": pick((0, 25)),
                "input_pf_permille": pick((1000, 970)),
                "recharge_w": pick((0, 150)),
                "autonomy_min": pick((0, 5, 5)),
                "own_w": pick((0, 0, 40)),
            }
        return node(key, kind, parent, **fields)

    def _limit(self, share_permille: int) -> dict[str, Any]:
        """Return capacity figures near a share of all demand."""
        carried = self.total_w * share_permille // 1000
        kinds = ("w", "va", "w", "va", "modules", "amps", "none")
        kind = self.random.choice(kinds) if "power" in self.themes else "none"
        fields: dict[str, Any] = {}
        if self.odds(0.5):
            fields["kappa_permille"] = self.random.choice((1000, 900))
        if kind == "w":
            fields["rated_w"] = self.near(carried, 600, 1500)
        elif kind == "va":
            fields["rated_va"] = self.near(carried, 600, 1500)
        elif kind == "modules":
            one = self.near(carried, 300, 800)
            fields["modules"] = UpsModules(count=3, needed=2, w=one, va=one * 11 // 10)
        elif kind == "amps":
            fields |= {"volts_ll": 400, "phases": 3, "amps_ma": self.near(carried * 3, 400, 1000)}
        return fields

    def _feed(self, key: str, where: str, strand: str | None) -> Any:
        pick = self.random.choice
        outlets = {"c13": pick((1, 2, 3, 4) if "outlets" in self.themes else (6, 8))}
        if self.has("outlets"):
            outlets["c19"] = pick((1, 2))
        fields: dict[str, Any] = {
            "outlets": outlets,
            "outlet_reserve": pick((0, 0, 0, 1)),
            "site": self.sites[self.room_of[where]],
        }
        if self.odds(0.6 if strand is None else 0.3):
            fields |= self._limit(1100 // len(self.racks))
        if self.odds(0.2):
            fields["room"] = self.room_of[where]
        return feed(key, where, strand, **fields)

    def _cooling(self, nodes: list[str]) -> list[Any]:
        found: list[Any] = []
        for key in ("z1", "z-s1", f"z-{self.room2_site}"):
            if any(z.id == key for z in found):
                continue
            found.append(zone(key, ride_through_s=self.random.choice((0, 60, 120))))
            for n in range(self.random.choice((1, 2, 3))):
                cords = self.random.sample(nodes, self.random.choice((0, 1, 2)))
                found.append(
                    unit(
                        f"{key}-ac{n}",
                        self.near(self.total_w, 600, 2500),
                        key,
                        *cords,
                        draw_w=self.random.choice((0, 60)),
                        power_factor_permille=900,
                        cords_required=max(1, self.random.randint(0, len(cords))),
                        restart_s=self.random.choice((30, 90)),
                        room=self.random.choice((None, "room1")),
                    )
                )
        return found

    def _policy(self) -> dict[str, Any]:
        policy: dict[str, Any] = {}
        if self.dated:
            policy["planning_horizon"] = HORIZON
        if self.odds(0.2):
            rule = self.random.choice(("space.growth", "cooling.rack", "redundancy.spread"))
            policy["soft"] = {rule: self.random.choice((1, 3))}
        if self.odds(0.2):
            tiers = list(TIERS)
            self.random.shuffle(tiers)
            policy["tiers"] = tuple(tiers)
        if self.odds(0.3):
            policy["kappa_permille"] = 1000
        return policy

    # --- what stands

    def standing(self, of: Estate) -> dict[str, Place]:
        """Let some instances stand where there is room for them, whatever else they break there."""
        if self.odds(0.5):
            return {}
        packer = Packer(self._without_gravity(of), DAY, {})
        chosen: list[tuple[str, Workload, Way]] = []
        places: dict[str, Place] = {}
        for one in self.workloads:
            ways = ways_of(of, one)
            for instance in one.instance_ids():
                if not ways or self.odds(0.45):
                    continue
                way = self.random.choice(ways)
                here = [c for c in chosen if c[2].rack == way.rack] + [(instance, one, way)]
                positions = list(
                    packer.packings(way.rack, [Item(i, w, s.face) for i, w, s in here])
                )
                if not positions:
                    continue
                chosen.append((instance, one, way))
                for (key, _, stands), half in zip(here, self.random.choice(positions), strict=True):
                    places[key] = Place(
                        rack=stands.rack, position_half=half, face=stands.face, cords=stands.cords
                    )
        if self.odds(0.15):
            places = {key: change(place, cords=None) for key, place in places.items()}
        if self.odds(0.15):
            self.pinned = 0.7
            return {key: self._misrecorded(place) for key, place in places.items()}
        return places

    def _without_gravity(self, of: Estate) -> Estate:
        """Return the estate, with no limit for the centre of gravity now and then."""
        if self.odds(0.6):
            return of
        racks = {key: change(one, gravity_max_quarter=None) for key, one in of.racks.items()}
        return change(of, racks=racks)

    def _misrecorded(self, place: Place) -> Place:
        """Return the same place at the lowest unit: several there overlap."""
        return place if place.position_half is None else change(place, position_half=2)

    def finish(self, of: Estate, standing: dict[str, Place]) -> Estate:
        """Pin some of what stands, limit moves, and waive something now and then."""
        fields: dict[str, Any] = {}
        workloads = dict(of.workloads)
        for key, one in of.workloads.items():
            pinned = {
                n
                for n, i in enumerate(one.instance_ids(), 1)
                if i in standing and self.odds(self.pinned)
            }
            workloads[key] = one.model_copy(update={"pinned": frozenset(pinned)})
        if standing and self.odds(0.4):
            fields["move_budget"] = self.random.choice((0, 1, 1, 2))
        if standing and self.odds(0.08):
            fields["frozen_windows"] = (FrozenWindow(start=DAY, end=DAY),)
        waivers = {}
        if self.odds(0.25):
            waivers = {"w": self._waiver(of)}
        return of.model_copy(
            update={
                "workloads": workloads,
                "policy": of.policy.model_copy(update=fields),
                "waivers": waivers,
            }
        )

    def _waiver(self, of: Estate) -> Any:
        pick = self.random.choice
        limited = [n.id for n in of.power_nodes.values() if n.rated_w or n.rated_va or n.modules]
        subjects = [
            ("space.weight", pick(self.racks), 5000),
            ("cooling.rack", pick(self.racks), pick((100, 200))),
            *(("power.failover", key, 100) for key in limited),
            *(("power.normal", key, 100) for key in limited),
            ("tenancy.protection", "x-1", 1),
            ("space.outlets", pick(list(of.power_nodes)), 1),
            ("space.gravity", pick(self.racks), 20_000),
            ("stability.budget", of.id, 1),
            ("redundancy.whole", "x", 1),
            ("redundancy.together", "x-1:rack", 1),
            ("redundancy.survive", "x:feed", 1),
            ("tenancy.exclusive", pick(self.racks), 1),
        ]
        rule, subject, amount = pick(subjects)
        return waiver(rule, subject, amount, id="w")


def larger(seed: int) -> Tiny:
    """Return an estate of a few dozen instances, too large to try all layouts."""
    drawn = _Draw(Random(seed), scale=3)
    found = drawn.estate()
    standing = drawn.standing(found)
    return Tiny(seed, drawn.finish(found, standing), as_built(standing))
