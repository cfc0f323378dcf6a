from datetime import date

import pytest

from planner.model.estate import Assumption
from planner.model.space import Airflow, Face, PortCount
from planner.model.workload import Draw, PsuMode, Spread
from tests.io.writing import load


def _workload(tmp_path, line, more=""):
    estate = load(tmp_path / "e", extra=f"tenant: acme\nworkloads:\n  - {line}\n{more}").estate
    return estate.workloads["web"], {a.figure: a for a in estate.assumptions if a.subject == "web"}


def test_what_is_declared_is_taken(tmp_path):
    line = """\
{id: web, type: dell-poweredge-r650, count: 3, role: server, from: 2026-01-01, until: 2027-01-01,
     priority: 5, critical: true, partial: true, pinned: true, disruption: 4, weight_kg: 21.5001,
     psus_required: 2, psu_mode: active-standby, face: any, airflow: rear-to-front,
     draw: {budget_w: 500.1, nameplate_w: 800, p95_w: 300, standby_w: 90, power_factor: 0.9555},
     ports: [{type: sfp28, gbps: 25, count: 2}, {type: rj45, gbps: 0.1, count: 1}, {type: sfp28, gbps: 25, count: 1}],
     survive: {feed: all, rack: 2}, spread: {rack: {max_per_domain: 1}, site: {max_skew: 0}},
     together_with: {row: db}, protection: {integrity: hoch}, isolation: rack, forbidden: {rack: [h1-a04]}}"""
    web, assumed = _workload(tmp_path, line)
    equipment = web.equipment
    assert assumed == {}
    assert web.assumed == ()
    assert (web.count, web.tenant, web.priority, web.disruption) == (3, "acme", 5, 4)
    assert (web.valid_from, web.valid_until) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (web.critical, web.partial, web.isolation) == (True, True, True)
    assert web.pinned == {1, 2, 3}
    assert equipment.draw == Draw(
        budget_w=501, nameplate_w=800, p95_w=300, standby_w=90, power_factor_permille=955
    )
    assert (equipment.mass_g, equipment.psus_required) == (21_501, 2)
    assert equipment.psu_mode is PsuMode.ACTIVE_STANDBY
    assert (equipment.face, equipment.airflow) == ("any", Airflow.REAR_TO_FRONT)
    assert equipment.ports == (
        PortCount(type="rj45", speed_mbps=100, count=1),
        PortCount(type="sfp28", speed_mbps=25_000, count=3),
    )
    assert web.survive == {"feed": 3, "rack": 2}
    assert web.spread == {"rack": Spread(max_per_domain=1), "site": Spread(max_skew=0)}
    assert web.together_with == {"row": "db"}
    assert web.forbidden.rack == ("h1-a04",)


def test_missing_figures_of_a_server_are_assumed_and_listed(tmp_path):
    # Catalogue: R650 has two C14 supplies of 800 W, no weight, no airflow.
    web, assumed = _workload(tmp_path, "{id: web, type: dell-poweredge-r650}")
    equipment = web.equipment
    assert [(i.name, i.type, i.rating_w) for i in equipment.inlets] == [
        ("PSU1", "c14", 800),
        ("PSU2", "c14", 800),
    ]
    # one supply required, so nameplate 1 x 800 W; 80 % of it is 640 W
    assert equipment.psus_required == 1
    assert (equipment.draw.nameplate_w, equipment.draw.budget_w) == (800, 640)
    assert equipment.mass_g == 17_640
    assert (equipment.airflow, equipment.face) == (Airflow.FRONT_TO_REAR, Face.FRONT)
    assert assumed == {
        "psus_required": Assumption(
            "web", "psus_required", "1", "half of 2 power ports, rounded up"
        ),
        "budget_w": Assumption("web", "budget_w", "640 W", "80 % of nameplate 800 W"),
        "mass_g": Assumption(
            "web", "mass_g", "17640 g", "no weight: usual mass of role `server` at 1U"
        ),
        "airflow": Assumption(
            "web", "airflow", "front-to-rear", "usual direction of role `server`"
        ),
    }
    assert sorted(web.assumed) == sorted(assumed)


def test_nameplate_counts_the_required_supplies_once(tmp_path):
    # Four supplies of 2000 W, two required: 2 x 2000 W, not 8000 W.
    web, _ = _workload(tmp_path, "{id: web, type: arista-dcs-7368, role: switch, weight_kg: 60}")
    assert (web.equipment.psus_required, web.equipment.draw.nameplate_w) == (2, 4000)
    assert {inlet.type for inlet in web.equipment.inlets} == {"c20"}


def test_the_share_of_the_nameplate_is_policy_and_rounds_up(tmp_path):
    web, assumed = _workload(
        tmp_path,
        "{id: web, type: srv, draw: {nameplate_w: 333}}",
        "policy: {budget_share: 0.7}\n",
    )
    assert web.equipment.draw.budget_w == 234  # 333 x 0.7 = 233.1
    assert assumed["budget_w"].reason == "70 % of nameplate 333 W"


def test_without_a_nameplate_role_and_height_decide(tmp_path):
    # 4U server: 689 W at 2U and 345 W for each of two more = 1379 W; 25.1 kg + 2 x 12.5 kg = 50.1 kg
    more = "device_types: [{slug: tall, u_height: 4, inlets: [{name: A, type: c14}]}]\n"
    web, assumed = _workload(tmp_path, "{id: web, type: tall}", more)
    assert web.equipment.draw == Draw(budget_w=1379, nameplate_w=None)
    assert web.equipment.mass_g == 50_100
    assert assumed["budget_w"].reason == "no nameplate: usual draw of role `server` at 4U"


@pytest.mark.parametrize(
    ("role", "budget_w", "mass_g"),
    [("switch", 92, 5_900), ("storage", 238, 12_500), ("mystery", 79, 12_500)],
)
def test_roles(tmp_path, role, budget_w, mass_g):
    more = "device_types: [{slug: box, u_height: 1, inlets: [{name: A, type: c14}]}]\n"
    web, _ = _workload(tmp_path, f"{{id: web, type: box, role: {role}}}", more)
    assert (web.equipment.draw.budget_w, web.equipment.mass_g) == (budget_w, mass_g)


@pytest.mark.parametrize(("budget", "kind"), [(2300, "c14"), (2301, "c20")])
def test_supplies_that_the_catalogue_leaves_out_are_assumed(tmp_path, budget, kind):
    # A C13 outlet gives 10 A, at 230 V 2300 W.
    line = f"{{id: web, type: hpe-proliant-dl380-gen10, draw: {{budget_w: {budget}}}}}"
    web, assumed = _workload(tmp_path, line)
    assert [(i.name, i.type) for i in web.equipment.inlets] == [("PSU1", kind), ("PSU2", kind)]
    assert web.equipment.psus_required == 1
    assert assumed["inlets"].value == f"2 x {kind}"
    assert assumed["inlets"].reason == (
        "the catalogue lists no power port of `hpe-proliant-dl380-gen10`"
    )


def test_assumed_supplies_respect_what_is_required(tmp_path):
    line = "{id: web, type: hpe-proliant-dl380-gen10, psus_required: 2, draw: {budget_w: 500}}"
    web, assumed = _workload(tmp_path, line)
    assert web.equipment.psus_required == 2
    assert "psus_required" not in assumed


def test_a_panel_needs_no_power(tmp_path):
    more = "device_types: [{slug: box, u_height: 1, airflow: passive}]\n"
    web, assumed = _workload(tmp_path, "{id: web, type: box, role: patch-panel}", more)
    assert (web.equipment.inlets, web.equipment.psus_required) == ((), 0)
    assert web.equipment.draw.budget_w == 0
    assert assumed["budget_w"].reason == "it has no power port"


def test_declared_to_have_no_inlets(tmp_path):
    more = "device_types: [{slug: box, u_height: 1, inlets: []}]\n"
    web, assumed = _workload(tmp_path, "{id: web, type: box, draw: {budget_w: 50}}", more)
    assert (web.equipment.inlets, web.equipment.draw.budget_w) == ((), 50)
    assert "inlets" not in assumed


def test_inlets_that_take_no_cord_are_left_out_and_listed(tmp_path):
    more = (
        "device_types: [{slug: box, u_height: 1, inlets: [{name: AC, type: iec-60320-c14,"
        " maximum_draw: 90.5}, {name: DC, type: dc-terminal}]}]\n"
    )
    web, assumed = _workload(tmp_path, "{id: web, type: box, role: switch}", more)
    assert [(i.name, i.type, i.rating_w) for i in web.equipment.inlets] == [("AC", "c14", 91)]
    assert web.equipment.psus_required == 1
    assert assumed["inlets"] == Assumption(
        "web", "inlets", "1 of 2", "no outlet takes DC (dc-terminal)"
    )


def test_services(tmp_path):
    line = """\
{id: web, kind: service, count: 2, service: {vcpu: 2.0001, ram_gib: 1.5, storage_gib: 10.1,
     pools: [vm, vm], licences: {ora: 1}, mode: active-standby, replication: async, lag_min: 4.1,
     max_rtt_ms: 1.5009, restart_min: 1.1, quorum: manual, takeover_min: 0.5, manual_min: 20.2},
     depends_on: [db, db], needed: 1}"""
    web, _ = _workload(tmp_path, line, "pools: [{id: vm, hosts: [db], licences: {ora: 4}}]\n")
    service = web.service
    assert web.equipment is None
    assert (service.vcpu_milli, service.ram_mib, service.storage_gib) == (2001, 1536, 11)
    assert (service.pools, service.licences) == (("vm",), {"ora": 1})
    assert (service.mode, service.replication, service.quorum) == (
        "active-standby",
        "async",
        "manual",
    )
    # what is needed rounds up, a limit down
    assert (service.lag_min, service.restart_min) == (5, 2)
    assert (service.takeover_min, service.manual_min) == (1, 21)
    assert service.max_rtt_us == 1500
    assert (web.depends_on, web.needed) == (("db",), 1)


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("{id: web, type: srv, count: 3}", 1),
        ("{id: web, kind: service, count: 3, service: {vcpu: 1}}", 3),
        ("{id: web, kind: service, count: 3, service: {vcpu: 1, mode: active-standby}}", 3),
        ("{id: web, kind: service, count: 3, service: {vcpu: 1, mode: active-active}}", 1),
    ],
)
def test_how_many_are_needed_unless_it_is_said(tmp_path, line, needed):
    assert _workload(tmp_path, line)[0].needed == needed


def test_pinned_numbers_need_a_snapshot_only_where_there_is_one(tmp_path):
    web, _ = _workload(tmp_path, "{id: web, type: srv, count: 3, pinned: [1, 3]}")
    assert web.pinned == {1, 3}
