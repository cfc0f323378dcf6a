"""What a stack declares, under Pulumi's mocks.

`pulumi.runtime.test` waits for every registration; what was registered is compared afterwards, in
plain Python, so that no assertion can be forgotten in an output that nobody awaits.
"""

from datetime import date

import pulumi
import pytest

from planner.provider.properties import SPECS
from stacks.declare import declare, is_pinned
from stacks.resources import PowerAllocation
from tests.builders import (
    Cord,
    Place,
    at,
    estate,
    feed,
    layout,
    rack,
    reservation,
    tenant,
    units,
    workload,
)

DIGEST = "sha256:abc"
PREFIX = "urn:pulumi:muenster::rackplan::"


class Recorder(pulumi.runtime.Mocks):
    """Remembers every registration and makes it succeed, as the provider would."""

    def __init__(self):
        self.inputs = {}
        self.types = {}

    def new_resource(self, args):
        if args.typ in self.types.get(args.name, ()):
            raise AssertionError(f"{args.typ} `{args.name}` is declared twice")
        self.types.setdefault(args.name, []).append(args.typ)
        self.inputs[args.typ, args.name] = args.inputs
        return args.name, {**args.inputs, "owner": "rackplan/muenster"}

    def call(self, args):
        raise AssertionError(f"unexpected call of {args.token}")


class Declared:
    """What a program registered: inputs by type and name, URNs, stack outputs."""

    def __init__(self, of, planned, **options):
        recorder = Recorder()
        monitor = pulumi.runtime.mocks.MockMonitor(recorder)
        pulumi.runtime.set_mocks(recorder, "rackplan", "muenster", preview=True, monitor=monitor)

        @pulumi.runtime.test
        def program():
            declare(of, planned, DIGEST, **options)

        program()
        self._inputs = recorder.inputs
        # The stack itself is registered once a process.
        self.urns = {
            urn.removeprefix(PREFIX) for urn in monitor.resources if "rackplan:index:" in urn
        }
        self.outputs = pulumi.runtime.stack.get_root_resource().outputs

    def of_type(self, name):
        found = f"rackplan:index:{name}"
        return {key: inputs for (kind, key), inputs in self._inputs.items() if kind == found}


@pytest.fixture
def declared():
    return Declared(
        estate(
            rack("r1"),
            rack("r2", row="row2", room="room2", site="s2"),
            feed("a"),
            workload("acme/db", count=3, tenant="acme", type="dell-r650"),
            reservation(
                "res-1",
                "r2",
                units(40, 42),
                units(1, 1, "rear"),
                description="patch panels",
                valid_until=date(2027, 1, 31),
            ),
            tenant("acme", quota={"strand_w": {"ups-b": 4_000, "ups-a": 5_000}}),
            tenant("quiet"),
        ),
        layout(
            {
                "acme/db-1": at("r1", 12.5, "a", "b", face="rear"),
                "acme/db-2": Place(
                    rack="r2", position_half=2, face="front", cords=(Cord("psu1", "a", "L1"),)
                ),
            },
            unplaced=("acme/db-3",),
        ),
    )


def test_placements_carry_rack_position_face_cords_tenant_and_type(declared):
    assert declared.of_type("Placement") == {
        "acme/db-1": {
            "estate": "e",
            "instance": "acme/db-1",
            "rack": "r1",
            "position": 12.5,
            "face": "rear",
            "cords": [{"inlet": "psu1", "node": "a"}, {"inlet": "psu2", "node": "b"}],
            "tenant": "acme",
            "deviceType": "dell-r650",
            "lockDigest": DIGEST,
        },
        "acme/db-2": {
            "estate": "e",
            "instance": "acme/db-2",
            "rack": "r2",
            "position": 1,
            "face": "front",
            "cords": [{"inlet": "psu1", "node": "a", "leg": "L1"}],
            "tenant": "acme",
            "deviceType": "dell-r650",
            "lockDigest": DIGEST,
        },
    }


def test_device_without_unit_or_known_cords_says_neither():
    place = Place(rack="r1", cords=None)
    found = Declared(estate(rack("r1"), workload("w", u=0)), layout({"w-1": place}))
    (inputs,) = found.of_type("Placement").values()
    assert inputs.keys() == {"estate", "instance", "rack", "tenant", "deviceType", "lockDigest"}


def test_reservations_are_declared_in_their_rack(declared):
    assert declared.of_type("RackReservation") == {
        "res-1": {
            "estate": "e",
            "reservation": "res-1",
            "rack": "r2",
            "units": [{"start": 40, "end": 43}, {"start": 1, "end": 2, "face": "rear"}],
            "description": "patch panels",
            "validUntil": "2027-01-31",
        }
    }


def test_contracted_power_is_declared_for_each_strand(declared):
    assert declared.of_type("PowerAllocation") == {
        f"acme/{strand}": {
            "estate": "e",
            "allocation": f"acme/{strand}",
            "tenant": "acme",
            "strand": strand,
            "powerW": power_w,
        }
        for strand, power_w in (("ups-a", 5_000), ("ups-b", 4_000))
    }


def test_types_nest_and_names_are_ids(declared):
    """A name holds no place, and a URN no parent's name: a move keeps both."""
    stack, site, in_rack = "pulumi:pulumi:Stack", "rackplan:index:Site", "rackplan:index:Rack"
    in_tenant = "rackplan:index:TenantAllocation"
    assert declared.urns == {
        f"{stack}${site}::s1",
        f"{stack}${site}::s2",
        f"{site}${in_rack}::r1",
        f"{site}${in_rack}::r2",
        f"{in_rack}$rackplan:index:Placement::acme/db-1",
        f"{in_rack}$rackplan:index:Placement::acme/db-2",
        f"{in_rack}$rackplan:index:RackReservation::res-1",
        f"{stack}${in_tenant}::acme",
        f"{in_tenant}$rackplan:index:PowerAllocation::acme/ups-a",
        f"{in_tenant}$rackplan:index:PowerAllocation::acme/ups-b",
    }


def test_empty_racks_are_declared_too():
    """Otherwise a move into an empty rack would be two changes."""
    found = Declared(estate(rack("r1"), rack("r2")), layout({}))
    assert found.of_type("Rack").keys() == {"r1", "r2"}


def test_stack_says_what_it_declared(declared):
    assert declared.outputs == {
        "estate": "e",
        "layout": DIGEST,
        "placements": 2,
        "unplaced": ["acme/db-3"],
    }


def test_places_are_exported_on_request():
    found = Declared(
        estate(rack("r1", site="s2"), workload("acme/db", count=2, tenant="acme")),
        layout({"acme/db-1": at("r1", 12.5, face="rear"), "acme/db-2": Place(rack="r1")}),
        export_places=True,
    )
    assert found.outputs["places"] == {
        "acme/db-1": {
            "site": "s2",
            "rack": "r1",
            "position": 12.5,
            "face": "rear",
            "tenant": "acme",
        },
        "acme/db-2": {
            "site": "s2",
            "rack": "r1",
            "position": None,
            "face": None,
            "tenant": "acme",
        },
    }


def test_only_the_pinned_instances_of_a_workload_are_pinned():
    of = estate(rack("r1"), workload("acme/db", count=3, pinned={2}))
    assert [is_pinned(of, f"acme/db-{n}") for n in (1, 2, 3)] == [False, True, False]


def test_every_input_is_a_property_of_the_provider(declared):
    for spec in SPECS:
        known = {"estate", spec.key, "lockDigest", *(p.name for p in spec.properties)}
        needed = {"estate", spec.key, *(p.name for p in spec.properties if p.required)}
        found = declared.of_type(spec.token.rpartition(":")[2])
        assert found
        for inputs in found.values():
            assert needed <= inputs.keys() <= known


@pytest.mark.xfail(strict=True, reason="canary: an assertion about an output must be able to fail")
def test_canary():
    pulumi.runtime.set_mocks(Recorder(), "rackplan", "muenster")

    @pulumi.runtime.test
    def program():
        allocation = PowerAllocation("x", estate="e", tenant="t", strand="ups-a", power_w=1)

        def is_wrong(owner):
            assert owner == "somebody else"

        return allocation.owner.apply(is_wrong)

    program()


def test_outputs_arrive():
    pulumi.runtime.set_mocks(Recorder(), "rackplan", "muenster")

    @pulumi.runtime.test
    def program():
        allocation = PowerAllocation("x", estate="e", tenant="t", strand="ups-a", power_w=1)

        def is_right(owner):
            assert owner == "rackplan/muenster"

        return allocation.owner.apply(is_right)

    program()
