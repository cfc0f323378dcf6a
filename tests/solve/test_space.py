"""Space rules in the solver: one fixed layout forbidden, one allowed, one figure apart."""

from planner.model.space import Airflow, Face, PortCount, RackStatus
from tests.builders import at, change, estate, feed, rack, reservation, room, units, workload
from tests.solve.fixing import allows, pair


def one_server(of_rack, of_server=None, *items):
    """One server on feeds `a` and `b` of one rack."""
    return estate(of_rack, feed("a"), feed("b"), of_server or workload(), *items)


@pair("space.bounds", "u", forbidden=4.5, allowed=4)
def test_device_stands_inside_its_rack(u, says):
    # 4 U: half units 2 to 9; 1 U from unit 4.5 takes 9 and 10, from unit 4 it takes 8 and 9.
    e = one_server(rack(u_height=4))
    assert allows(e, {"w-1": at("r1", u, "a", "b")}) is says


@pair("space.bounds", "u_height", forbidden=2, allowed=3)
def test_device_is_no_higher_than_its_rack(u_height, says):
    e = one_server(rack(u_height=u_height), workload(u=3))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.bounds", "starting_unit", forbidden=2, allowed=1)
def test_units_count_from_the_starting_unit(starting_unit, says):
    e = one_server(rack(u_height=4, starting_unit=starting_unit))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.overlap", "u", forbidden=2, allowed=3)
def test_devices_share_no_unit(u, says):
    # 2 U from unit 1 take units 1 and 2.
    e = one_server(rack(), workload(count=2, u=2))
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", u, "a", "b")}
    assert allows(e, places) is says


@pair("space.overlap", "is_full_depth", forbidden=True, allowed=False)
def test_full_depth_takes_both_faces(is_full_depth, says):
    front = workload("front", is_full_depth=is_full_depth)
    rear = workload("rear", is_full_depth=False, face=Face.REAR, airflow=Airflow.PASSIVE)
    e = one_server(rack(), front, rear)
    places = {
        "front-1": at("r1", 1, "a", "b"),
        "rear-1": at("r1", 1, "a", "b", face=Face.REAR),
    }
    assert allows(e, places) is says


@pair("space.reserved", "blocked_face", forbidden=Face.FRONT, allowed=Face.REAR)
def test_device_takes_no_blocked_unit(blocked_face, says):
    e = one_server(rack(blocked=(units(1, 1, blocked_face),)), workload(is_full_depth=False))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.reserved", "u", forbidden=2, allowed=3)
def test_device_takes_no_reserved_unit(u, says):
    e = one_server(rack(), None, reservation("kept", "r1", units(1, 2)))
    assert allows(e, {"w-1": at("r1", u, "a", "b")}) is says


@pair("space.status", "status", forbidden=RackStatus.PLANNED, allowed=RackStatus.AVAILABLE)
def test_new_devices_take_open_racks(status, says):
    e = one_server(rack(status=status))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.status", "home", forbidden="r2", allowed="r1")
def test_what_stands_in_a_closed_rack_may_stay(home, says):
    e = estate(
        rack("r1", status=RackStatus.DEPRECATED),
        rack("r2"),
        feed("a"),
        feed("b"),
        feed("c", "r2"),
        feed("d", "r2"),
        workload(),
    )
    stands = at("r1", 1, "a", "b") if home == "r1" else at("r2", 1, "c", "d")
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}, {"w-1": stands}) is says


@pair("space.weight", "max_weight_g", forbidden=119_999, allowed=120_000)
def test_rack_weight(max_weight_g, says):
    # 100 kg of its own + 2 x 10 kg = 120,000 g
    e = one_server(rack(max_weight_g=max_weight_g), workload(count=2))
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")}
    assert allows(e, places) is says


@pair("space.floor", "mass_g", forbidden=10_001, allowed=10_000)
def test_floor_point_load(mass_g, says):
    # (110 kg + 10 kg) / 3 = 40,000 g on a tile of 40,000 g; 1 g more is 40,000.33 g.
    e = one_server(rack(own_mass_g=110_000), workload(mass_g=mass_g), room(tile_rating_g=40_000))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.gravity", "u", forbidden=3.5, allowed=3)
def test_centre_of_gravity(u, says):
    # Middle of 1 U from unit 3: 2 * (6 - 2) + 2 = 10 quarter U; half a unit higher: 12. Of two
    # devices of the same mass, one at unit 1 (2 quarter U): (2 + 10) / 2 = 6, (2 + 12) / 2 = 7.
    e = one_server(rack(gravity_max_quarter=6), workload(count=2))
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", u, "a", "b")}
    assert allows(e, places) is says


@pair("space.outlets", "outlet_reserve", forbidden=2, allowed=1)
def test_outlets_by_type(outlet_reserve, says):
    # Two servers with one cord each on feed `a`: 3 C13 outlets less the reserve. C19 do not help.
    e = estate(
        rack(),
        feed("a", outlets={"c13": 3, "c19": 9}, outlet_reserve=outlet_reserve),
        workload(count=2, cords=1),
    )
    places = {"w-1": at("r1", 1, "a"), "w-2": at("r1", 2, "a")}
    assert allows(e, places) is says


def port(count, kind="sfp28", speed_mbps=25_000):
    return PortCount(type=kind, speed_mbps=speed_mbps, count=count)


@pair("space.ports", "num_ports", forbidden=3, allowed=4)
def test_switch_ports_of_the_rack(num_ports, says):
    # Two servers need 2 ports each; ports of another speed do not count.
    e = one_server(
        rack(ports=(port(num_ports), port(9, speed_mbps=10_000))),
        workload(count=2, ports=(port(2),)),
    )
    places = {"w-1": at("r1", 1, "a", "b"), "w-2": at("r1", 2, "a", "b")}
    assert allows(e, places) is says


@pair("space.ports", "growth_ports", forbidden=3, allowed=2)
def test_switch_ports_of_a_placed_switch_less_the_reserve(growth_ports, says):
    # A switch with 4 ports, a reserve of 2 or 3, a server that needs 2.
    e = one_server(
        rack(growth_ports=growth_ports),
        workload("switch", provides_ports=(port(4),)),
        workload("server", ports=(port(2),)),
    )
    places = {"switch-1": at("r1", 1, "a", "b"), "server-1": at("r1", 2, "a", "b")}
    assert allows(e, places) is says


@pair("space.airflow", "airflow", forbidden=Airflow.REAR_TO_FRONT, allowed=Airflow.FRONT_TO_REAR)
def test_airflow_of_the_rack(airflow, says):
    e = one_server(rack(), workload(airflow=airflow))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.airflow", "face", forbidden=Face.FRONT, allowed=Face.REAR)
def test_mounting_on_the_rear_turns_the_air(face, says):
    e = one_server(rack(), workload(airflow=Airflow.REAR_TO_FRONT, face="any"))
    assert allows(e, {"w-1": at("r1", 1, "a", "b", face=face)}) is says


@pair("space.growth", "growth_half", forbidden=5, allowed=4)
def test_growth_reserve_of_units(growth_half, says):
    # 4 U = 8 half units, 1 U blocked on the front, 1 U taken: 4 stay free.
    e = one_server(rack(u_height=4, blocked=(units(4, 4, Face.FRONT),), growth_half=growth_half))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.growth", "growth_g", forbidden=40_001, allowed=40_000)
def test_growth_reserve_of_mass(growth_g, says):
    # 150 kg - 100 kg - 10 kg = 40,000 g
    e = one_server(rack(max_weight_g=150_000, growth_g=growth_g))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


@pair("space.growth", "growth_w", forbidden=501, allowed=500)
def test_growth_reserve_of_design_power(growth_w, says):
    # 1000 W - 500 W = 500 W
    e = one_server(rack(max_power_w=1000, growth_w=growth_w))
    assert allows(e, {"w-1": at("r1", 1, "a", "b")}) is says


def test_zero_u_devices_fit_beside_a_full_rack():
    shelf = change(workload("strip", cords=1), equipment=workload(u=0, cords=1).equipment)
    e = one_server(rack(u_height=1), workload(), shelf)
    places = {"w-1": at("r1", 1, "a", "b"), "strip-1": at("r1", None, "a", face=None)}
    assert allows(e, places)


@pair(
    "space.airflow",
    "airflow",
    forbidden=Airflow.SIDE_TO_REAR,
    allowed=Airflow.BOTTOM_TO_TOP,
)
def test_on_the_rear_up_stays_up_and_what_cannot_be_named_is_mixed(airflow, says):
    takes = (Airflow.SIDE_TO_REAR, Airflow.BOTTOM_TO_TOP)
    e = one_server(rack(airflow=takes), workload(airflow=airflow, face=Face.REAR))
    assert allows(e, {"w-1": at("r1", 1, "a", "b", face=Face.REAR)}) is says
