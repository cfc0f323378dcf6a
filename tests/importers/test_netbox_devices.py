"""Devices, their types, and clusters with virtual machines of NetBox."""

from decimal import Decimal

import pytest

from planner.importers.writer import apply
from planner.io import load_estate
from tests.importers.dumps import Dump, found, items


@pytest.fixture
def dump():
    return Dump()


def loaded(dump, folder):
    apply(folder / "test", dump.convert())
    return load_estate(folder / "test")


@pytest.fixture
def rack(dump):
    """Add a site and a rack; return their ids."""
    site = dump.site()
    return site, dump.rack(site)


# -- places ---


@pytest.mark.parametrize(("given", "half"), [("7.0", 14), ("7.5", 15), (7, 14), (7.5, 15)])
def test_positions_on_the_half_unit_grid(dump, rack, tmp_path, given, half):
    dump.device("db", dump.type("half", "1.5"), *rack, position=given, face="rear")
    place = loaded(dump, tmp_path).as_built.standing["unassigned/db-1"].place
    assert (place.rack, place.position_half, place.face) == ("city-r1", half, "rear")


@pytest.mark.parametrize("position", ["42.0", "0.5", "7.25", "-1", "99"])
def test_a_position_outside_the_rack_is_said_and_planned_anew(dump, rack, tmp_path, position):
    dump.device("db", dump.type("two", "2.0"), *rack, position=position)
    (finding,) = found(dump.convert(), "device-position")
    assert (finding.severity, finding.action) == ("error", "to be placed in rack `city-r1`")
    inventory = loaded(dump, tmp_path)
    assert not inventory.as_built.standing
    assert inventory.estate.workloads["unassigned/db"].allowed.rack == ("city-r1",)


def test_two_devices_in_one_unit_are_said_and_the_first_stays(dump, rack, tmp_path):
    kind = dump.type("two", "2.0")
    dump.device("a", kind, *rack, position="5.0")
    dump.device("b", kind, *rack, position="6.0", face="rear")
    (finding,) = found(dump.convert(), "device-overlap")
    assert finding.message == "at 6 it takes units of `unassigned/a-1`"
    assert list(loaded(dump, tmp_path).as_built.standing) == ["unassigned/a-1"]


def test_half_depth_devices_share_a_unit_by_face(dump, rack, tmp_path):
    kind = dump.type("flat", is_full_depth=False)
    for name, face in (("a", "front"), ("b", "rear")):
        dump.device(name, kind, *rack, position="5.0", face=face, airflow="passive")
    assert len(loaded(dump, tmp_path).as_built.standing) == 2


def test_a_device_without_a_position_is_to_be_placed_in_its_rack(dump, rack, tmp_path):
    dump.device("db", dump.type(), *rack, position=None)
    assert found(dump.convert(), "device-position")[0].severity == "warning"
    assert not loaded(dump, tmp_path).as_built.standing


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"status": "inventory"}, "device-stored"),
        ({"device_type": 99}, "device-type"),
    ],
)
def test_what_does_not_stand_is_left_out_and_said(dump, rack, tmp_path, fields, slug):
    dump.device("db", dump.type(), *rack)
    dump.objects[-1]["fields"] |= fields
    assert len(found(dump.convert(), slug)) == 1
    assert not loaded(dump, tmp_path).estate.workloads


def test_a_device_in_no_rack_is_left_out_and_said(dump, rack):
    dump.device("ap", dump.type(), rack[0], None, position=None)
    imported = dump.convert()
    assert found(imported, "device-rack")[0].message == "it stands in no rack"
    assert not items(imported, "workloads")


def test_a_planned_device_without_a_rack_is_placed_in_its_site(dump, rack, tmp_path):
    dump.device("new", dump.type(), rack[0], None, position=None, status="planned")
    workload = loaded(dump, tmp_path).estate.workloads["unassigned/new"]
    assert workload.allowed.site == ("city",)


def test_a_planned_device_with_a_place_keeps_it(dump, rack, tmp_path):
    dump.device("new", dump.type(), *rack, position="3.0", status="planned")
    assert found(dump.convert(), "device-planned")[0].action == "it counts as standing"
    assert loaded(dump, tmp_path).as_built.standing["unassigned/new-1"].place.position_half == 6


def test_blades_go_with_their_chassis(dump, rack, tmp_path):
    chassis = dump.device("chassis", dump.type("chassis", "10.0"), *rack)
    blade = dump.device("blade", dump.type("blade", "0.0"), *rack, position=None)
    dump.add("dcim.devicebay", device=chassis, name="Bay 1", installed_device=blade)
    assert list(loaded(dump, tmp_path).estate.workloads) == ["unassigned/chassis"]
    assert len(found(dump.convert(), "device-child")) == 1


# -- names, tenants, roles ---


def test_names_that_are_not_unique_are_told_apart_by_their_site(dump, tmp_path):
    kind = dump.type()
    for slug in ("city", "lwl"):
        site = dump.site(slug)
        dump.device("db", kind, site, dump.rack(site))
    assert sorted(loaded(dump, tmp_path).estate.workloads) == ["unassigned/db", "unassigned/db-lwl"]


def test_a_device_without_a_tenant_takes_its_rack_s(dump, tmp_path):
    tenant = dump.add("tenancy.tenant", name="Acme", slug="acme")
    site = dump.site()
    dump.device("db", dump.type(), site, dump.rack(site, tenant=tenant))
    assert loaded(dump, tmp_path).estate.workloads["acme/db"].tenant == "acme"
    assert len(found(dump.convert(), "device-tenant")) == 1


@pytest.mark.parametrize(
    ("slug", "role"),
    [
        ("access-switch", "switch"),
        ("application-server", "server"),
        ("patch-panel", "patch-panel"),
        ("top-of-rack-pdu", "pdu"),
        ("clock", "clock"),
    ],
)
def test_roles_are_those_that_missing_figures_are_assumed_by(dump, rack, tmp_path, slug, role):
    pk = dump.add("dcim.devicerole", name=slug, slug=slug)
    dump.device("db", dump.type(), *rack, role=pk)
    assert loaded(dump, tmp_path).estate.workloads["unassigned/db"].role == role


def test_the_role_of_old_netbox_is_read(dump, rack):
    pk = dump.add("dcim.devicerole", name="Router", slug="router")
    dump.device("db", dump.type(), *rack, device_role=pk)
    assert items(dump.convert(), "workloads")["unassigned/db"]["role"] == "router"


# -- types ---


@pytest.mark.parametrize(
    ("maker", "fields"),
    [
        ("Dell", {"slug": "dell-poweredge-r640"}),
        ("Dell", {"slug": "poweredge-r640"}),
        ("Dell", {"slug": "r640", "model": "PowerEdge R640"}),
        ("dell", {"slug": "r640", "model": "poweredge-r640"}),
    ],
)
def test_a_type_is_found_by_slug_or_model(dump, rack, tmp_path, maker, fields):
    dump.device("db", dump.type(maker=dump.maker(maker), **fields), *rack)
    equipment = loaded(dump, tmp_path).estate.workloads["unassigned/db"].equipment
    assert equipment.type == "dell-poweredge-r640"
    # The shipped catalogue has 29 kg and two C14 inlets of 750 W.
    assert equipment.mass_g == 29_000
    assert [inlet.rating_w for inlet in equipment.inlets] == [750, 750]


def test_what_netbox_says_of_a_type_of_the_catalogue_counts(dump, rack, tmp_path):
    kind = dump.type(
        "dell-poweredge-r640", "2.0", dump.maker("Dell"), weight="30.5", weight_unit="kg",
        airflow="rear-to-front",
    )  # fmt: skip
    dump.device("db", kind, *rack)
    equipment = loaded(dump, tmp_path).estate.workloads["unassigned/db"].equipment
    assert (equipment.u_height_half, equipment.mass_g) == (4, 30_500)
    assert equipment.airflow == "rear-to-front"


def test_a_type_that_the_catalogue_does_not_have_is_the_estate_s(dump, rack, tmp_path):
    kind = dump.type("made-up-9000", "3.0", dump.maker("Acme"), weight="40", weight_unit="lb")
    dump.device("db", kind, *rack)
    own = items(dump.convert(), "device_types")["made-up-9000"]
    # 40 lb = 18.1436948 kg, to the gram and rounded up.
    assert own["weight_kg"] == Decimal("18.144")
    assert own["manufacturer"] == "Acme"
    assert loaded(dump, tmp_path).estate.device_types["made-up-9000"].u_height_half == 6


def test_devices_with_other_ports_than_their_type_get_a_variant(dump, rack, tmp_path):
    kind = dump.type("made-up", weight="9", weight_unit="kg")
    for number, ports in enumerate((2, 2, 1), start=1):
        device = dump.device(f"d{number}", kind, *rack, position=str(number))
        for port in range(ports):
            dump.port(device, f"PSU{port + 1}")
    estate = loaded(dump, tmp_path).estate
    types = {key: workload.equipment.type for key, workload in estate.workloads.items()}
    assert types == {
        "unassigned/d1": "made-up",
        "unassigned/d2": "made-up",
        "unassigned/d3": "made-up-1xc14",
    }
    assert estate.device_types["made-up-1xc14"].mass_g == 9_000
    assert len(found(dump.convert(), "type-variant")) == 1


def test_a_device_without_ports_has_those_of_its_type(dump, rack, tmp_path):
    kind = dump.type("made-up")
    dump.port(dump.device("a", kind, *rack, position="1"), "in")
    dump.device("b", kind, *rack, position="2")
    workloads = loaded(dump, tmp_path).estate.workloads
    assert [i.name for i in workloads["unassigned/b"].equipment.inlets] == ["in"]
    assert not found(dump.convert(), "type-variant")


def test_a_type_of_the_catalogue_with_plugs_of_a_country_only(dump, rack, tmp_path):
    # The shipped APC AP7901B has one inlet, NEMA L5-20P: 20 A, so C20.
    dump.device("box", dump.type("apc-ap7901b", maker=dump.maker("APC")), *rack)
    (inlet,) = loaded(dump, tmp_path).estate.workloads["unassigned/box"].equipment.inlets
    assert inlet.type == "c20"


def test_a_pdu_by_its_role_takes_no_cord(dump, rack, tmp_path):
    role = dump.add("dcim.devicerole", name="PDU", slug="pdu")
    dump.device("box", dump.type("apc-ap7901b", maker=dump.maker("APC")), *rack, role=role)
    assert loaded(dump, tmp_path).estate.workloads["unassigned/box"].equipment.inlets == ()


@pytest.mark.parametrize("height", [None, "-1", "tall"])
def test_a_type_without_a_height_is_taken_as_1u_and_said(dump, rack, tmp_path, height):
    dump.device("db", dump.type("made-up", height), *rack)
    assert found(dump.convert(), "type-height")[0].severity == "error"
    assert loaded(dump, tmp_path).estate.device_types["made-up"].u_height_half == 2


@pytest.mark.parametrize(
    ("port", "inlet"),
    [("nema-5-15p", "c14"), ("nema-l6-30p", "c20"), ("iec-60309-p-n-e-6h", "c20"), ("", "c14")],
)
def test_plugs_of_a_country_are_counted_by_their_current(dump, rack, tmp_path, port, inlet):
    dump.port(dump.device("db", dump.type(), *rack), "PSU1", port)
    (found_inlet,) = loaded(dump, tmp_path).estate.workloads["unassigned/db"].equipment.inlets
    assert found_inlet.type == inlet
    assert found(dump.convert(), "inlet-type")[0].severity == "imputed"


def test_modules_weigh_with_their_device(dump, rack, tmp_path):
    device = dump.device("core", dump.type("core", weight="20", weight_unit="kg"), *rack)
    kind = dump.add("dcim.moduletype", model="card", weight="1.5", weight_unit="kg")
    for _ in range(2):
        dump.add("dcim.module", device=device, module_type=kind)
    assert loaded(dump, tmp_path).estate.workloads["unassigned/core"].equipment.mass_g == 23_000


def test_a_draw_above_the_nameplate_is_said(dump, rack):
    dump.port(dump.device("db", dump.type(), *rack), maximum=300, allocated=400)
    assert (
        "400 W is more than maximum draw 300 W" in found(dump.convert(), "device-draw")[0].message
    )


# -- clusters and virtual machines ---


def cluster(dump, rack, **machine):
    pk = dump.add("virtualization.cluster", name="prod", **machine.pop("cluster", {}))
    for number in (1, 2):
        dump.device(f"esx{number}", dump.type(), *rack, position=str(number), cluster=pk)
    dump.add("virtualization.virtualmachine", name="web", cluster=pk, **machine)
    return dump


def test_a_cluster_is_a_pool_of_its_hosts_and_a_machine_a_service(dump, rack, tmp_path):
    cluster(dump, rack, vcpus="2.50", memory=4096, disk=80)
    estate = loaded(dump, tmp_path).estate
    assert estate.pools["prod"].hosts == ("unassigned/esx1", "unassigned/esx2")
    service = estate.workloads["unassigned/prod/web"].service
    assert (service.vcpu_milli, service.ram_mib, service.storage_gib) == (2500, 4096, 80)
    assert service.pools == ("prod",)


def test_hosts_offer_what_the_machines_take(dump, rack, tmp_path):
    cluster(dump, rack, vcpus="2.50", memory=4096, disk=81)
    dump.add("virtualization.virtualmachine", name="app", cluster=1, vcpus="0.50", memory=2048)
    pool = loaded(dump, tmp_path).estate.pools["prod"]
    # 3 vCPUs, 6 GiB and 81 GB on two hosts, each rounded up
    assert (pool.vcpu_milli, pool.ram_mib, pool.storage_gib) == (2000, 3 * 1024, 41)
    assert [f.message for f in found(dump.convert(), "pool-figures")] == [
        "vcpu 2, ram_gib 3, storage_gib 41 of one host: NetBox has none, so what the machines take"
    ]


def test_a_cluster_over_two_sites_is_a_pool_at_each(dump, rack, tmp_path):
    cluster(dump, rack, vcpus="3.00")
    far = dump.site("far")
    dump.device("esx3", dump.type(), far, dump.rack(far, "r9"), position="1", cluster=1)
    estate = loaded(dump, tmp_path).estate
    assert {key: (p.site, p.hosts) for key, p in estate.pools.items()} == {
        "prod-at-city": ("city", ("unassigned/esx1", "unassigned/esx2")),
        "prod-at-far": ("far", ("unassigned/esx3",)),
    }
    assert estate.workloads["unassigned/prod/web"].service.pools == ("prod-at-city", "prod-at-far")


def test_machines_without_hosts_or_cluster_are_left_out(dump, rack):
    pk = dump.add("virtualization.cluster", name="cloud")
    dump.add("virtualization.virtualmachine", name="web", cluster=pk)
    dump.add("virtualization.virtualmachine", name="lone", cluster=None)
    made = dump.convert()
    assert items(made, "pools") == {}
    assert items(made, "workloads") == {}
    (finding,) = found(made, "cluster-hosts")
    assert finding.message == "its hosts are not in the data, so its 1 machines run nowhere"
    assert [f.place for f in found(made, "vm-cluster")] == ["virtualization.virtualmachine 2 lone"]


def test_disks_of_new_netbox_are_in_mb(dump, rack):
    cluster(dump, rack, vcpus=1, memory=1024, disk=81920)
    service = items(dump.convert(), "workloads")["unassigned/prod/web"]["service"]
    # 81 920 MB / 1024 = 80 GiB.
    assert service["storage_gib"] == 80
    assert "taken as MB" in found(dump.convert(), "vm-disk-unit")[0].message


def test_machines_without_figures_are_counted(dump, rack):
    cluster(dump, rack)
    messages = [f.message for f in found(dump.convert(), "vm-figures")]
    assert messages == [
        "ram_gib 0 of 1 virtual machines: NetBox has none",
        "storage_gib 0 of 1 virtual machines: NetBox has none",
        "vcpu 0 of 1 virtual machines: NetBox has none",
    ]


def test_the_tenant_of_a_machine_may_be_its_site_s(dump, rack):
    tenant = dump.add("tenancy.tenant", name="Acme", slug="acme")
    dump.objects[0]["fields"]["tenant"] = tenant
    cluster(dump, rack, cluster={"scope_type": "dcim.site", "scope_id": rack[0]})
    assert "acme/prod/web" in items(dump.convert(), "workloads")
