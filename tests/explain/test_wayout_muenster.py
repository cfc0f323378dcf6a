"""The cheapest way out of what was broken in the Münster estate on purpose."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from planner.explain.wayout import Status, ways_out
from planner.io import parse_estate
from planner.io.actions import try_actions
from planner.solve.options import Options

MUENSTER = Path(__file__).parents[2] / "inventory" / "muenster"
DAY = date(2026, 11, 1)

ACTIONS = """\
actions:
  - id: renew-iso
    eur: 18000
    days: 120
    patch: {certificates: [{id: iso-27001-lwl, until: 2030-11-30}]}
  - id: without-iso
    eur: 100
    days: 30
    patch: {workloads: [{id: lwl/geo-gpu, certificates: []}]}
  - id: feed
    eur: 2400
    days: 20
    patch: {power: [{id: city-h1-b01-A, amps: 32, volts_ll: 400, volts_ln: null, phases: 3}]}
  - id: ups-modules
    eur: 26000
    days: 60
    patch: {power: [{id: city-ups-b, modules: {kw: 25, kva: 25}}]}
  - id: witness
    eur: 6500
    days: 30
    patch: {continuity_groups: [{id: muenster, witness: landeshaus}]}
"""


def parsed(tmp_path, broken):
    """Return a copy of the estate with these actions only, and one thing broken."""
    folder = tmp_path / "muenster"
    shutil.copytree(MUENSTER, folder)
    (folder / "actions.yaml").write_text(ACTIONS, encoding="utf-8")
    return parse_estate(folder, [folder / "broken" / f"{broken}.yaml"])


@pytest.mark.parametrize("broken", ["certificate-expired", "feed-too-small", "no-witness"])
def test_actions_can_be_laid_over_what_is_broken(tmp_path, broken):
    assert try_actions(parsed(tmp_path, broken)) == 5


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        # The workload would do without the certificate, but the room's certificate expires, too.
        ("certificate-expired", "renew-iso"),
        ("feed-too-small", "feed"),
        ("no-witness", "witness"),
    ],
)
def test_what_was_broken_is_mended_by_what_belongs_to_it(tmp_path, broken, expected):
    of = parsed(tmp_path, broken)

    def estate_with(chosen):
        inventory = of.build(chosen)
        return inventory.estate, inventory.as_built

    answer = ways_out(estate_with, DAY, Options(time_limit_ms=900_000), alternatives=0)
    assert answer.status is Status.CHEAPEST
    assert [way.actions for way in answer.ways] == [(expected,)]
