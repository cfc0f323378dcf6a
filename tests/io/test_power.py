from planner.model.power import PowerKind
from tests.io.writing import load

GRAPH = """\
site: {id: s2}
rooms: [{id: r2, fire_compartment: f2}]
power:
  - {id: u, kind: utility, kva: 630.9999}
  - {id: g, kind: generator, kva: 400, kw: 320, start_s: 14.2, tank_l: 2000.9999, l_per_kwh: 0.2701}
  - {id: ts, kind: transfer_switch, preferred: u, alternate: g, amps: 630, volts_ll: 400, phases: 3, transfer_ms: 119.5}
  - {id: ups, kind: ups, from: ts, room: r2, modules: {count: 3, needed: 2, kw: 40.0009, kva: 44.4449}, autonomy_min: 12.9, loss_permille: 40, no_load_w: 10.1, input_pf: 0.9999, recharge_w: 5.5}
  - {id: p, kind: panel, from: ups, amps: 15.9999, volts_ln: 230, phases: 1, kappa: 0.8005, kappa_fail: 1, own_w: 1.5}
"""


def test_figures_stay_raw_and_round_the_safe_way(tmp_path):
    nodes = load(tmp_path / "e", graph=GRAPH).estate.power_nodes
    assert nodes["u"].rated_va == 630_999  # capacity: down
    generator = nodes["g"]
    assert (generator.rated_va, generator.rated_w, generator.start_s) == (400_000, 320_000, 15)
    assert generator.tank_ml == 2_000_999  # what there is: down
    assert generator.fuel_ml_per_kwh == 271  # what it burns: up
    switch = nodes["ts"]
    assert (switch.preferred, switch.alternate, switch.transfer_ms) == ("u", "g", 120)
    assert (switch.amps_ma, switch.volts_ll, switch.phases) == (630_000, 400, 3)
    ups = nodes["ups"]
    assert (ups.modules.count, ups.modules.needed) == (3, 2)
    assert (ups.modules.w, ups.modules.va) == (40_000, 44_444)
    assert (ups.autonomy_min, ups.input_w, ups.input_pf_permille, ups.recharge_w) == (
        12,
        11,
        999,
        6,
    )
    panel = nodes["p"]
    assert (panel.amps_ma, panel.volts_ln, panel.kappa_permille) == (15_999, 230, 800)
    assert (panel.kappa_fail_permille, panel.own_w, panel.parent) == (1000, 2, "ups")


def test_the_site_comes_from_the_node_its_rack_its_room_or_its_file(tmp_path):
    files = {
        "graph": GRAPH,
        "feeds": """\
power:
  - {id: f, kind: feed, from: pan, kva: 3, rack: h1-a01}
  - {id: v, kind: panel, from: ups, kva: 3, room: r2}
  - {id: w, kind: panel, from: grid, kva: 3, site: s1}
""",
    }
    nodes = load(tmp_path / "e", **files).estate.power_nodes
    assert {key: nodes[key].site for key in ("u", "f", "v", "w")} == {
        "u": "s2", "f": "s1", "v": "s2", "w": "s1",
    }  # fmt: skip


def test_230_volts_three_phase_may_be_confirmed(tmp_path):
    extra = "power: [{id: x, kind: panel, from: grid, amps: 16, volts_ll: 230, phases: 3, accept_voltage: true}]"
    node = load(tmp_path / "e", extra=extra).estate.power_nodes["x"]
    assert (node.volts_ll, node.kind) == (230, PowerKind.PANEL)


def test_208_volts_three_phase_is_a_usual_voltage(tmp_path):
    extra = "power: [{id: x, kind: panel, from: grid, amps: 16, volts_ll: 208, volts_ln: 120, phases: 3}]"
    assert load(tmp_path / "e", extra=extra).estate.power_nodes["x"].volts_ll == 208
