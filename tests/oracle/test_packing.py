"""The brute force's own packing: what it takes for packed is what the checker takes for packed."""

from itertools import product
from random import Random

import pytest

from planner.check import check
from planner.model.layout import Place
from planner.model.space import Face
from tests.builders import DAY, change, estate, layout, rack, units, workload
from tests.oracle.packing import Item, Packer, positions_to_try

RULES = {"space.bounds", "space.overlap", "space.reserved", "space.gravity"}


def random_filling(random):
    """Return a rack of 2 or 3 U and up to three devices to stand in it."""
    height = random.choice((2, 3))
    blocked = units(1, 1, random.choice((None, Face.FRONT, Face.REAR)))
    one = rack(
        u_height=height,
        starting_unit=random.choice((1, 2)),
        blocked=(blocked,) if random.random() < 0.5 else (),
        gravity_max_quarter=random.choice((None, 3, 4, 6)),
        airflow=("passive",),
    )
    devices = [
        workload(
            f"w{n}",
            cords=0,
            airflow="passive",
            u=random.choice((0.5, 1, 1.5, 2)),
            mass_g=random.choice((1000, 3000, 9000)),
            is_full_depth=random.random() < 0.5,
            face="any",
        )
        for n in range(random.choice((1, 2, 2, 3)))
    ]
    return one, devices


@pytest.mark.parametrize("seed", range(40))
def test_packed_is_what_the_checker_takes_for_packed(seed):
    random = Random(seed)
    one, devices = random_filling(random)
    e = estate(one, *devices)
    items = [Item(f"{w.id}-1", w, random.choice(list(Face))) for w in devices]
    packer = Packer(e, DAY, {})
    expected = set()
    for positions in product(positions_to_try(one), repeat=len(items)):
        places = {
            item.instance: Place(rack="r1", position_half=half, face=item.face)
            for item, half in zip(items, positions, strict=True)
        }
        broken = {v.rule for v in check(e, layout(places), DAY).violations}
        assert broken <= RULES
        if not broken:
            expected.add(positions)
    assert set(packer.packings("r1", items)) == expected


def test_what_stands_too_high_may_stay_so_high():
    # 1 U of 10 kg from unit 3: middle 2 x (6 - 2) + 2 = 10 quarter U, 4 allowed: 60,000 too much.
    e = estate(rack(u_height=3, gravity_max_quarter=4), workload(cords=0), workload("x", cords=0))
    home = Place(rack="r1", position_half=6, face=Face.FRONT)
    packer = Packer(e, DAY, {"w-1": home})
    stays = Item("w-1", e.workloads["w"], Face.FRONT, 6)
    # Another 1 U at 2 takes 20,000 of it away; half a unit up it is at 4, a unit up it adds 20,000.
    new = Item("x-1", e.workloads["x"], Face.FRONT)
    assert list(packer.packings("r1", [stays, new])) == [(6, 2), (6, 3)]


def test_packing_is_remembered_for_devices_that_are_alike():
    e = estate(rack(u_height=1), workload(count=2, cords=0))
    packer = Packer(e, DAY, {})
    items = [Item(f"w-{n}", change(e.workloads["w"]), Face.FRONT) for n in (1, 2)]
    assert packer.pack("r1", items[:1]) == packer.pack("r1", items[1:]) == (2,)
    assert packer.pack("r1", items) is None
