"""Random small estates with layouts: chains with switches, UPS, losses, odd cords and cooling."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from planner.model.base import Declared
from planner.model.estate import Estate
from planner.model.layout import Layout, Place
from planner.model.workload import PsuMode
from tests.builders import (
    DAY,
    at,
    estate,
    feed,
    layout,
    node,
    rack,
    room,
    switch,
    unit,
    workload,
    zone,
)


def random_case(seed: int) -> tuple[Estate, Layout, date]:
    """Return an estate, a layout of it and the day it is judged on, the same for the same seed."""
    rng = Random(seed)
    items: list[Declared] = []
    below: list[str] = []
    for s in ("s1", "s2")[: rng.randint(1, 2)]:
        below += _chain(rng, s, items)
    racks = _racks(rng, items)
    feeds: dict[str, list[str]] = {}
    for r in racks:
        for n in range(rng.randint(1, 3)):
            key = f"{r}-{n}"
            parent = rng.choice(below)
            items.append(feed(key, r, parent, site=_site(r), **_figures(rng, 1500)))
            feeds.setdefault(r, []).append(key)
            if rng.random() < 0.3:
                feeds[r] += _legs(rng, key, r, items)
    for n in range(rng.randint(0, 3)):
        nodes = rng.sample(below, rng.randint(0, min(2, len(below))))
        extra = {"cords_required": rng.randint(1, max(1, len(nodes)))}
        extra |= {"draw_w": rng.choice((0, 200, 333)), "restart_s": rng.choice((0, 45, 46))}
        where = {
            "room": rng.choice(("room1", None)),
            "power_factor_permille": rng.choice((900, 1000)),
        }
        items.append(
            unit(
                f"u{n}", rng.randint(500, 3000), rng.choice(("z1", "z2")), *nodes, **extra, **where
            )
        )
    items += [zone("z1", ride_through_s=rng.choice((0, 60))), zone("z2")]
    places = _workloads(rng, items, racks, feeds)
    kept = {k: p for k, p in places.items() if rng.random() < 0.9}
    left = tuple(sorted(places.keys() - kept.keys()))
    standing = {k: _nudged(rng, p) for k, p in kept.items() if rng.random() < 0.3}
    policy: dict[str, Any] = {"planning_horizon": DAY + timedelta(days=rng.choice((0, 30)))}
    if rng.random() < 0.5:
        kinds = ("feed", "leg", "bank", "panel", "ups", "transfer_switch", "utility")
        policy["diversity_permille"] = {
            kind: rng.choice((900, 750, 667)) for kind in rng.sample(kinds, rng.randint(1, 3))
        }
    return estate(*items, **policy), layout(kept, standing=standing, unplaced=left), DAY


def _legs(rng: Random, parent: str, r: str, items: list[Declared]) -> list[str]:
    """Add three legs to a feed, and banks that press on two or three; return those with outlets."""
    legs = [f"{parent}-l{n}" for n in (1, 2, 3)]
    banks = [f"{parent}-b{n}" for n in range(rng.randint(0, 2))]
    outlets = {"site": _site(r), "rack": r, "outlets": {"c13": 20}}
    for key in legs:
        items.append(node(key, "leg", parent, **outlets, **_figures(rng, 600)))
    for key in banks:
        pressed = tuple(sorted(rng.sample(legs, rng.choice((2, 3)))))
        items.append(node(key, "bank", parent, legs=pressed, **outlets, **_figures(rng, 1000)))
    return [*legs, *banks]


def _site(rack_id: str) -> str:
    return f"s{rack_id[1]}"


def _figures(rng: Random, about: int) -> dict[str, int]:
    """Return losses and own draws, and sometimes a limit near `about` W."""
    figures = {
        "loss_permille": rng.choice((0, 0, 10, 40, 333)),
        "own_w": rng.choice((0, 0, 70)),
        "input_w": rng.choice((0, 0, 35)),
    }
    if rng.random() < 0.5:
        figures[rng.choice(("rated_w", "rated_va"))] = rng.randint(about // 2, about * 2)
    if rng.random() < 0.2:
        figures["kappa_fail_permille"] = rng.choice((600, 1000))
    return figures


def _chain(rng: Random, s: str, items: list[Declared]) -> list[str]:
    """Add the supply of one site; return the nodes that feeds may hang on."""
    sources = [f"{s}-grid", f"{s}-gen"]
    items.append(node(sources[0], "utility", site=s, **_figures(rng, 6000)))
    items.append(
        node(
            sources[1], "generator", site=s, start_s=rng.choice((0, 15)), own_w=rng.choice((0, 40))
        )
    )
    layer = list(sources)
    used: list[str] = [sources[0]]
    for n in range(rng.randint(1, 5)):
        key = f"{s}-n{n}"
        kind = rng.choice(("transfer_switch", "ups", "panel", "transfer_switch"))
        if kind == "transfer_switch":
            preferred, alternate = rng.sample(layer, 2)
            ms = rng.choice((0, 5, 20, 21, 120))
            items.append(switch(key, preferred, alternate, ms, site=s, **_figures(rng, 4000)))
        else:
            extra = {"room": rng.choice(("room1", None))}
            if kind == "ups":
                extra |= {
                    "autonomy_min": rng.choice((0, 10)),
                    "input_pf_permille": rng.choice((1000, 900, 970)),
                    "recharge_w": rng.choice((0, 100)),
                }
            items.append(node(key, kind, rng.choice(layer), site=s, **_figures(rng, 4000), **extra))
        layer.append(key)
        used.append(key)
    return used


def _racks(rng: Random, items: list[Declared]) -> list[str]:
    racks = []
    for n in range(rng.randint(1, 4)):
        s = rng.choice((1, 2))
        key = f"r{s}-{n}"
        where = {"row": f"row{s}", "room": f"room{s}", "site": f"s{s}"}
        items.append(rack(key, cooling_zone=rng.choice(("z1", "z2", None)), **where))
        racks.append(key)
    items += [
        room("room1", "s1"),
        room("room2", "s2", fire_compartment=rng.choice(("f", "room1-fc"))),
    ]
    return racks


def _workloads(
    rng: Random, items: list[Declared], racks: list[str], feeds: dict[str, list[str]]
) -> dict[str, Place]:
    """Add workloads; return a place for each of their instances, one U after the other."""
    places: dict[str, Place] = {}
    next_u = dict.fromkeys(racks, 1)
    levels = ("feed", "ups", "utility", "rack", "room", "site", "cooling_unit", "transfer_switch")
    for n in range(rng.randint(1, 4)):
        count, cords = rng.randint(1, 4), rng.randint(0, 4)
        dates = {}
        if rng.random() < 0.3:
            dates = {
                rng.choice(("valid_from", "valid_until")): DAY + timedelta(days=rng.randint(0, 20))
            }
        items.append(
            workload(
                f"w{n}",
                count,
                cords=cords,
                draw_w=rng.randint(50, 900),
                pf=rng.choice((1000, 950, 930)),
                psus_required=rng.randint(0, cords),
                psu_mode=rng.choice(list(PsuMode)),
                rating_w=rng.choice((None, 300)),
                survive={rng.choice(levels): rng.randint(1, count)},
                partial=True,
                **dates,
            )
        )
        for key in (f"w{n}-{i}" for i in range(1, count + 1)):
            r = rng.choice(racks)
            plugs = [rng.choice(feeds[r]) for _ in range(cords)]
            places[key] = at(r, next_u[r], *plugs)
            next_u[r] += 1
    return places


def _nudged(rng: Random, place: Place) -> Place:
    """Return where it stood before: there, elsewhere in the rack, or with cords nobody knows."""
    way = rng.randrange(3)
    if way == 0:
        return place
    return place.model_copy(update={"position_half": 80} if way == 1 else {"cords": None})
