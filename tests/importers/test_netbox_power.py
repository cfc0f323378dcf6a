"""The traps of NetBox's power data, and cords, PDUs and what is missing above the panel."""

from decimal import Decimal

import pytest

from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.dumps import Dump, found, items


def loaded(dump, folder):
    """Write the import and load it: whatever is imported has to validate."""
    apply(folder / "test", dump.convert())
    return load_estate(folder / "test")


@pytest.fixture
def dump():
    return Dump()


# -- trap 1: three phases, line to line ---


@pytest.mark.parametrize("volts", [120, 230, 240, 277])
def test_three_phases_with_a_voltage_to_neutral_are_read_so_and_said(dump, tmp_path, volts):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site), volts=volts, amps=16, phase="three-phase")
    imported = dump.convert()
    feed = items(imported, "power")["city-A"]
    assert feed["volts_ln"] == volts
    assert "volts_ll" not in feed
    (finding,) = found(imported, "feed-voltage")
    assert finding.severity == "warning"
    assert f"volts_ll: {volts}" in finding.action
    node = loaded(dump, tmp_path).estate.power_nodes["city-A"]
    assert (node.volts_ln, node.volts_ll, node.phases) == (volts, None, 3)


def test_the_finding_states_both_figures(dump):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site), volts=230, amps=16, phase="three-phase")
    (finding,) = found(dump.convert(), "feed-voltage")
    # sqrt(3), rounded up to 1.7321, x 230 V x 16 A = 6374.128 VA; 3 x 230 V x 16 A = 11 040 VA.
    assert finding.message == (
        "three phases with 230 V: NetBox takes it line to line and counts 6.375 kVA;"
        " read as the voltage to neutral it carries 11.040 kVA"
    )


@pytest.mark.parametrize("volts", [208, 380, 400, 415, 480])
def test_a_voltage_between_the_lines_stays(dump, tmp_path, volts):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site), volts=volts, phase="three-phase")
    imported = dump.convert()
    assert items(imported, "power")["city-A"]["volts_ll"] == volts
    assert not found(imported, "feed-voltage")
    assert loaded(dump, tmp_path).estate.power_nodes["city-A"].volts_ll == volts


# -- trap 2: both feeds summed ---


def two_feeds(dump, draw, supplies=2):
    """One rack with two feeds of 230 V x 16 A, and one device with a draw at each supply."""
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    nodes = [dump.pdu(site, rack, dump.feed(panel, name, rack), f"pdu-{name}") for name in "AB"]
    device = dump.device("db", dump.type(), site, rack)
    for number in range(supplies):
        port = dump.port(device, f"PSU{number + 1}", maximum=draw, allocated=draw)
        dump.cable(("powerport", port), ("poweroutlet", nodes[number % 2][0]))
    return dump.convert()


def test_what_is_left_after_the_loss_of_a_feed_is_said(dump):
    imported = two_feeds(dump, 3000)
    (finding,) = found(imported, "rack-failover")
    # 3000 W / 0.95 = 3158 VA; each feed 230 V x 16 A x 80 % = 2944 VA: 3158/5888 = 54 %, and
    # 3158/2944 = 107 % of the one that is left.
    assert finding.severity == "warning"
    assert finding.message == (
        "3158 VA are 54 % of all its feeds together, as NetBox counts,"
        " and 107 % of what is left after the loss of one"
    )


def test_a_rack_that_holds_with_one_feed_is_only_noted(dump):
    (finding,) = found(two_feeds(dump, 600), "rack-failover")
    # 600 W / 0.95 = 632 VA: 632/5888 = 11 %, 632/2944 = 21 %.
    assert finding.severity == "note"
    assert "11 % of all its feeds" in finding.message
    assert "21 % of what is left" in finding.message
    assert len(found(two_feeds(Dump(), 600), "rack-two-feeds")) == 1


# -- trap 3: draws at both supplies ---


def test_two_supplies_with_the_same_draw_count_once(dump, tmp_path):
    imported = two_feeds(dump, 750)
    assert items(imported, "workloads")["unassigned/db"]["draw"] == {
        "budget_w": 750,
        "nameplate_w": 750,
    }
    (finding,) = found(imported, "device-supplies")
    assert "NetBox adds them up to 1500 W" in finding.message
    assert "750 W (1 of 2)" in finding.message
    equipment = loaded(dump, tmp_path).estate.workloads["unassigned/db"].equipment
    assert (equipment.draw.budget_w, equipment.psus_required) == (750, 1)


def test_of_four_supplies_the_two_that_must_be_fed_count(dump):
    imported = two_feeds(dump, 1000, supplies=4)
    assert items(imported, "workloads")["unassigned/db"]["draw"]["budget_w"] == 2000
    assert "adds them up to 4000 W" in found(imported, "device-supplies")[0].message


def test_unequal_draws_take_the_larger(dump):
    site = dump.site()
    rack = dump.rack(site)
    device = dump.device("db", dump.type(), site, rack)
    dump.port(device, "PSU1", allocated=300)
    dump.port(device, "PSU2", allocated=450)
    assert items(dump.convert(), "workloads")["unassigned/db"]["draw"] == {"budget_w": 450}


def test_a_draw_at_one_supply_of_two_is_the_device_s(dump):
    site = dump.site()
    device = dump.device("db", dump.type(), site, dump.rack(site))
    dump.port(device, "PSU1", allocated=300)
    dump.port(device, "PSU2")
    imported = dump.convert()
    assert items(imported, "workloads")["unassigned/db"]["draw"] == {"budget_w": 300}
    assert not found(imported, "device-supplies")


# -- trap 4: VA or W ---


def test_draws_are_watts_and_it_is_said(dump, tmp_path):
    imported = two_feeds(dump, 750)
    (finding,) = found(imported, "draw-unit")
    assert "W in its forms, and VA in its own sums" in finding.message
    draw = loaded(dump, tmp_path).estate.workloads["unassigned/db"].equipment.draw
    assert (draw.budget_w, draw.power_factor_permille) == (750, 950)


def test_without_draws_nothing_is_said_about_their_unit(dump):
    site = dump.site()
    dump.device("db", dump.type(), site, dump.rack(site))
    assert not found(dump.convert(), "draw-unit")


# -- trap 5: nothing above the panel ---


def test_panel_and_grid_are_imputed_and_never_bind(dump, tmp_path):
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    for name in "AB":
        dump.feed(panel, name, rack)
    imported = dump.convert()
    power = items(imported, "power")
    # Two feeds of 230 V x 16 A = 3680 VA.
    assert power["city-P1"]["kva"] == Decimal("7.36")
    assert power["city-grid"] == {"id": "city-grid", "kind": "utility", "kva": Decimal("7.36")}
    for slug, item in (("panel-limit", "city-P1"), ("grid", "city-grid")):
        (finding,) = found(imported, slug)
        assert (finding.severity, finding.item) == ("imputed", ("power", item))
    assert loaded(dump, tmp_path).estate.power_nodes["city-P1"].parent == "city-grid"


def test_a_feed_used_up_to_100_percent_does_not_meet_the_panel_s_80(dump):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site), max_utilization=100)
    power = items(dump.convert(), "power")
    assert power["city-A"]["kappa"] == power["city-A"]["kappa_fail"] == 1
    # 3680 VA x 100 % = 4600 VA x 80 %.
    assert power["city-P1"]["kva"] == Decimal("4.6")


def test_a_rack_without_any_feed_gets_one_that_never_binds(dump, tmp_path):
    site = dump.site()
    device = dump.device("db", dump.type(), site, dump.rack(site))
    dump.port(device, "PSU1")
    imported = dump.convert()
    assert items(imported, "power")["city-r1-feed"]["kva"] == Decimal("43.7")
    (finding,) = found(imported, "feed-missing")
    assert finding.severity == "imputed"
    standing = loaded(dump, tmp_path).as_built.standing["unassigned/db-1"]
    assert standing.place.cords[0].node == "city-r1-feed"


def test_an_empty_rack_gets_no_feed(dump):
    dump.rack(dump.site())
    assert not items(dump.convert(), "power")


# -- feeds, PDUs, cords ---


def test_cords_follow_the_cables_to_the_pdus(dump, tmp_path):
    two_feeds(dump, 500)
    standing = loaded(dump, tmp_path).as_built.standing["unassigned/db-1"]
    assert [(cord.inlet, cord.node) for cord in standing.place.cords] == [
        ("PSU1", "city-pdu-A"),
        ("PSU2", "city-pdu-B"),
    ]


def test_a_pdu_takes_no_cord_itself_and_hangs_on_its_feed(dump, tmp_path):
    imported = two_feeds(dump, 500)
    pdu = items(imported, "power")["city-pdu-A"]
    assert (pdu["kind"], pdu["from"], pdu["outlets"]) == ("pdu", "city-A", {"c13": 4})
    assert items(imported, "device_types")["type-pdu-A"]["inlets"] == []
    assert loaded(dump, tmp_path).estate.workloads["unassigned/pdu-A"].equipment.inlets == ()


def test_cords_without_cables_take_turns_and_are_imputed(dump, tmp_path):
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    for name in "AB":
        dump.feed(panel, name, rack)
    device = dump.device("db", dump.type(), site, rack)
    for number in (1, 2):
        dump.port(device, f"PSU{number}")
    (finding,) = found(dump.convert(), "device-cords")
    assert finding.severity == "imputed"
    cords = loaded(dump, tmp_path).as_built.standing["unassigned/db-1"].place.cords
    assert [cord.node for cord in cords] == ["city-A", "city-B"]


def test_a_feed_without_a_pdu_gets_usual_outlets(dump):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site))
    imported = dump.convert()
    assert items(imported, "power")["city-A"]["outlets"] == {"c13": 21, "c19": 3}
    assert found(imported, "feed-outlets")[0].severity == "imputed"


def test_a_device_on_a_feed_itself_takes_the_only_outlet(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    feed = dump.feed(dump.panel(site), "A", rack, amps=32)
    device = dump.device("blade", dump.type(), site, rack)
    port = dump.port(device, "PSU1", "iec-60320-c20")
    dump.cable(("powerport", port), ("powerfeed", feed))
    assert items(dump.convert(), "power")["city-A"]["outlets"] == {"c19": 1}
    assert loaded(dump, tmp_path).as_built.standing["unassigned/blade-1"].place.cords


def test_a_feed_out_of_use_is_left_out_and_said(dump):
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    dump.feed(panel, "A", rack)
    dump.feed(panel, "B", rack, status="offline")
    imported = dump.convert()
    assert "city-B" not in items(imported, "power")
    assert found(imported, "feed-status")[0].message == "its status is `offline`"


def test_two_supplies_and_one_set_of_outlets_are_a_transfer_switch(dump, tmp_path):
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    feeds = [dump.feed(panel, name, rack) for name in "AB"]
    ats = dump.device("ats", dump.type("ats"), site, rack)
    for feed, name in zip(feeds, "AB", strict=True):
        dump.cable(("powerport", dump.port(ats, name)), ("powerfeed", feed))
    dump.outlet(ats, "1")
    node = loaded(dump, tmp_path).estate.power_nodes["city-ats"]
    assert (node.kind, node.preferred, node.alternate) == ("transfer_switch", "city-A", "city-B")
    assert node.transfer_ms == 16


def test_outlets_of_a_leg_hang_on_a_third_of_the_feed(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    feed = dump.feed(dump.panel(site), "A", rack, volts=400, amps=32, phase="three-phase")
    kind = dump.type("three", "0.0")
    device = dump.device("pdu", kind, site, rack, position=None, face="")
    supply = dump.port(device, "Input", "iec-60309-3p-n-e-6h")
    dump.cable(("powerport", supply), ("powerfeed", feed))
    for leg in "ABC":
        dump.outlet(device, leg, power_port=supply, leg=leg)
    nodes = loaded(dump, tmp_path).estate.power_nodes
    leg = nodes["city-pdu-L2"]
    assert (leg.kind, leg.parent, leg.phases, leg.outlets) == ("leg", "city-pdu", 1, {"c13": 1})
    # 400 V / sqrt(3) = 231 V, rounded; 32 A, as the feed.
    assert (leg.volts_ln, leg.amps_ma) == (231, 32_000)


def test_a_pdu_behind_a_pdu_is_written_after_it(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    # The inner one is added first, and so has the smaller id.
    inner = dump.pdu(site, rack, None, "inner")
    outer = dump.pdu(site, rack, dump.feed(dump.panel(site), "A", rack), "outer")
    assert inner
    supply = next(o for o in dump.objects if o["model"] == "dcim.powerport")["pk"]
    dump.cable(("powerport", supply), ("poweroutlet", outer[0]))
    assert loaded(dump, tmp_path).estate.power_nodes["city-inner"].parent == "city-outer"


def test_outlets_of_a_country_are_counted_by_what_is_plugged_in(dump):
    site = dump.site()
    rack = dump.rack(site)
    device = dump.device("pdu", dump.type("us"), site, rack, position=None)
    outlets = [dump.outlet(device, str(n), "nema-l6-20r") for n in (1, 2)]
    blade = dump.device("blade", dump.type(), site, rack)
    port = dump.port(blade, "PSU1", "iec-60320-c20")
    dump.cable(("powerport", port), ("poweroutlet", outlets[0]))
    imported = dump.convert()
    assert items(imported, "power")["city-pdu"]["outlets"] == {"c13": 1, "c19": 1}
    assert found(imported, "outlet-type")[0].severity == "imputed"


def test_a_cord_to_another_rack_is_left_out_and_said(dump, tmp_path):
    site = dump.site()
    one, two = dump.rack(site), dump.rack(site, "r2")
    panel = dump.panel(site)
    outlets = dump.pdu(site, two, dump.feed(panel, "B", two), "pdu-b")
    device = dump.device("db", dump.type(), site, one)
    dump.cable(("powerport", dump.port(device)), ("poweroutlet", outlets[0]))
    (finding,) = found(dump.convert(), "cord-rack")
    assert "`city-pdu-b`, which is not in rack `city-r1`" in finding.message
    assert loaded(dump, tmp_path).as_built.standing


def test_a_cord_that_does_not_fit_its_outlet_is_left_out_and_said(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    outlets = dump.pdu(site, rack, dump.feed(dump.panel(site), "A", rack))
    device = dump.device("blade", dump.type(), site, rack)
    dump.cable(
        ("powerport", dump.port(device, "PSU1", "iec-60320-c20")), ("poweroutlet", outlets[0])
    )
    (finding,) = found(dump.convert(), "cord-outlet")
    assert finding.severity == "error"
    assert loaded(dump, tmp_path).as_built.standing["unassigned/blade-1"].place.cords is None


def test_direct_current_takes_no_cord_and_is_said(dump, tmp_path):
    site = dump.site()
    device = dump.device("router", dump.type(), site, dump.rack(site))
    dump.port(device, "PEM0", "dc-terminal")
    (finding,) = found(dump.convert(), "inlet-cordless")
    assert finding.severity == "warning"
    assert loaded(dump, tmp_path).estate.workloads["unassigned/router"].equipment.inlets == ()


def test_cables_of_old_dumps_are_read(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    outlets = dump.pdu(site, rack, dump.feed(dump.panel(site), "A", rack))
    device = dump.device("db", dump.type(), site, rack)
    dump.add(
        "dcim.cable", termination_a_type=["dcim", "powerport"], termination_a_id=dump.port(device),
        termination_b_type=["dcim", "poweroutlet"], termination_b_id=outlets[2],
    )  # fmt: skip
    (cord,) = loaded(dump, tmp_path).as_built.standing["unassigned/db-1"].place.cords
    assert cord.node == "city-pdu"


def test_two_sets_of_outlets_are_two_nodes(dump, tmp_path):
    site = dump.site()
    rack, panel = dump.rack(site), dump.panel(site)
    device = dump.device("pdu", dump.type("two"), site, rack)
    for name in "AB":
        supply = dump.port(device, name, "iec-60320-c20")
        dump.cable(("powerport", supply), ("powerfeed", dump.feed(panel, name, rack)))
        dump.outlet(device, f"{name}1", power_port=supply)
    nodes = loaded(dump, tmp_path).estate.power_nodes
    assert {key: node.parent for key, node in nodes.items() if node.kind == "pdu"} == {
        "city-pdu-A": "city-A",
        "city-pdu-B": "city-B",
    }


def test_a_feed_of_two_racks_loses_its_rack_and_it_is_said(dump, tmp_path):
    site = dump.site()
    one, two = dump.rack(site), dump.rack(site, "r2")
    dump.pdu(site, two, dump.feed(dump.panel(site), "A", one))
    (finding,) = found(dump.convert(), "feed-rack")
    assert finding.message == "`city-A` of rack `city-r1` feeds a PDU in `city-r2`"
    nodes = loaded(dump, tmp_path).estate.power_nodes
    assert (nodes["city-A"].rack, nodes["city-pdu"].rack) == (None, "city-r2")


def test_a_pdu_in_no_rack_is_left_out_and_said(dump, tmp_path):
    site = dump.site()
    device = dump.device("pdu", dump.type("pdu", "0.0"), site, None, position=None)
    dump.outlet(device, "1")
    assert len(found(dump.convert(), "pdu-rack")) == 1
    assert not loaded(dump, tmp_path).estate.power_nodes


def test_the_rating_of_a_pdu_counts(dump, tmp_path):
    site = dump.site()
    rack = dump.rack(site)
    device = dump.device("pdu", dump.type("pdu", "0.0"), site, rack, position=None)
    supply = dump.port(device, "Input", maximum=3200)
    dump.outlet(device, "1", power_port=supply)
    nodes = loaded(dump, tmp_path).estate.power_nodes
    assert (nodes["city-pdu"].rated_w, nodes["city-pdu"].parent) == (3200, "city-grid")
    assert nodes["city-grid"].rated_va == 3200


def test_a_feed_for_a_rack_of_another_site_is_said(dump, tmp_path):
    site, other = dump.site(), dump.site("lwl")
    dump.feed(dump.panel(site), "A", dump.rack(other))
    assert found(dump.convert(), "feed-site")[0].severity == "error"
    assert loaded(dump, tmp_path).estate.power_nodes["city-A"].rack is None


def test_a_feed_without_amperes_gets_16_and_direct_current_one_phase(dump, tmp_path):
    site = dump.site()
    dump.feed(dump.panel(site), "A", dump.rack(site), volts=-48, amps=None, supply="dc")
    imported = dump.convert()
    assert [f.slug for f in imported.findings if f.slug in ("feed-amps", "feed-dc")] == [
        "feed-amps",
        "feed-dc",
    ]
    node = loaded(dump, tmp_path).estate.power_nodes["city-A"]
    assert (node.volts_ln, node.amps_ma, node.phases) == (48, 16_000, 1)
