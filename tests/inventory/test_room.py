"""Room for more on the shipped estates: so many fit when planned, and one more does not."""

from datetime import date
from pathlib import Path

import pytest

from planner.explain.headroom import Base, base_of, copies_of, headroom
from planner.io import load_estate, load_layout
from planner.solve.options import Options
from planner.solve.plan import plan

DAY = date(2026, 11, 1)
ROOT = Path(__file__).resolve().parents[2]
OPTIONS = Options(time_limit_ms=60_000)

#: Estate -> a workload of which some more fit, and the tenant that would bring it.
TEMPLATES = {"muenster": ("greven/vm-host", "greven"), "owl": ("minden/gis-host", "owl-it")}


def planned(base: Base, template, count):
    """Return the layout and the status of a plan with so many copies."""
    workloads = {**base.estate.workloads, **copies_of(template, count)}
    estate = base.estate.model_copy(update={"workloads": dict(sorted(workloads.items()))})
    return plan(estate, base.as_built, DAY, OPTIONS)


@pytest.mark.full
@pytest.mark.parametrize("name", TEMPLATES)
def test_so_many_fit_and_no_more(name):
    inventory = load_estate(ROOT / "inventory" / name)
    layout = load_layout(ROOT / "layouts" / f"{name}.lock.yaml")
    base = base_of(inventory.estate, layout, DAY)
    like, tenant = TEMPLATES[name]
    template = inventory.estate.workloads[like].model_copy(update={"tenant": tenant})
    room = headroom(base, (template,), OPTIONS)
    assert room.is_proven
    assert room.at_least > 0
    fits = planned(base, template, room.at_least)
    assert fits.layout is not None
    assert not fits.layout.unplaced
    beyond = planned(base, template, room.at_least + 1)
    assert beyond.layout is not None
    missing = {key.rpartition("-")[0] for key in beyond.layout.unplaced}
    assert len(missing) == 1
    (tier,) = (t for t in beyond.layout.tiers if t.tier == "unplaced[-1]")
    assert tier.bound >= 1
