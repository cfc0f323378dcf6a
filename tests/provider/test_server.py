"""The provider's contract, spoken over gRPC to a real provider process, without the Pulumi CLI."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from planner import __version__
from planner.provider.server import to_dict, to_struct

URN = "urn:pulumi:muenster::rackplan::rackplan:index:Site$rackplan:index:Rack${}::{}"
PLACEMENT = URN.format("rackplan:index:Placement", "lwl/db-1")
CONFIG_URN = "urn:pulumi:muenster::rackplan::pulumi:providers:rackplan::default"
INPUTS = {
    "estate": "muenster",
    "instance": "lwl/db-1",
    "rack": "r7",
    "position": 12.5,
    "face": "front",
    "cords": [{"inlet": "PSU1", "node": "r7-A"}],
    "tenant": "lwl",
    "deviceType": "dell-poweredge-r650",
    "lockDigest": "d1",
}
OUTPUTS = {k: v for k, v in INPUTS.items() if k != "lockDigest"} | {"owner": "rackplan/muenster"}


class Engine(engine_pb2_grpc.EngineServicer):
    """An engine that only remembers what it is told."""

    def __init__(self):
        self.said = []

    def Log(self, request, context):
        self.said.append((request.urn, request.message))
        return empty_pb2.Empty()


@pytest.fixture(scope="module")
def engine():
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    servicer = Engine()
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    servicer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield servicer
    server.stop(grace=None)


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "planner.provider", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def process(engine):
    # The engine gives options, too.
    with start("--logtostderr", engine.address) as started:
        yield started
        started.terminate()
        _, talk = started.communicate(timeout=10)
        assert talk == ""


@pytest.fixture(scope="module")
def channel(process):
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened


@pytest.fixture
def register(tmp_path):
    return tmp_path / "register.db"


@pytest.fixture
def provider(channel, register):
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    stub.Configure(
        provider_pb2.ConfigureRequest(args=to_struct({"register": str(register), "asOf": "x"}))
    )
    return stub


def create(provider, inputs=INPUTS, *, preview=False, urn=PLACEMENT):
    return provider.Create(
        provider_pb2.CreateRequest(urn=urn, properties=to_struct(inputs), preview=preview)
    )


def diff(provider, inputs, old_inputs=INPUTS, outputs=OUTPUTS):
    return provider.Diff(
        provider_pb2.DiffRequest(
            urn=PLACEMENT,
            id="muenster:lwl/db-1",
            olds=to_struct(outputs),
            old_inputs=to_struct(old_inputs),
            news=to_struct(inputs),
        )
    )


def read(provider, inputs=INPUTS, outputs=OUTPUTS):
    return provider.Read(
        provider_pb2.ReadRequest(
            urn=PLACEMENT,
            id="muenster:lwl/db-1",
            inputs=to_struct(inputs),
            properties=to_struct(outputs),
        )
    )


# --- values on the wire


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"a": "text", "b": 3, "c": 12.5, "d": True, "e": None},
        {"list": [1, "two", [3]], "object": {"x": {"y": -1.5}}},
    ],
)
def test_values_come_back_from_the_wire(values):
    back = to_dict(to_struct(values))
    assert back == values
    assert {k: type(v) for k, v in back.items()} == {k: type(v) for k, v in values.items()}


# --- the provider as such


def test_handshake_accepts_plain_values_only(provider):
    answer = provider.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert answer == provider_pb2.ProviderHandshakeResponse()


def test_version_and_schema(provider):
    assert provider.GetPluginInfo(empty_pb2.Empty()) == plugin_pb2.PluginInfo(version=__version__)
    answer = provider.GetSchema(provider_pb2.GetSchemaRequest())
    schema = json.loads(answer.schema)
    assert sorted(schema["resources"]) == [
        "rackplan:index:Placement",
        "rackplan:index:PowerAllocation",
        "rackplan:index:RackReservation",
    ]
    for resource in schema["resources"].values():
        assert {*resource["requiredInputs"]} <= resource["inputProperties"].keys()
        assert {*resource["required"]} <= resource["properties"].keys()
    types = set(re.findall(r'"#/types/([^"]+)"', answer.schema))
    assert types == schema["types"].keys()


def test_it_is_configured_for_previews(channel, register):
    stub = provider_pb2_grpc.ResourceProviderStub(channel)
    args = to_struct({"register": str(register)})
    assert stub.Configure(provider_pb2.ConfigureRequest(args=args)).supportsPreview


def test_only_another_register_is_another_configuration(provider):
    def changes(old, new):
        request = provider_pb2.DiffRequest(urn=CONFIG_URN, olds=to_struct(old), news=to_struct(new))
        answer = provider.DiffConfig(request)
        assert not answer.replaces
        return answer.changes

    none, some = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
    assert changes({"register": "a"}, {"register": "a", "asOf": "2026-11-01"}) == none
    assert changes({"register": "a"}, {"register": "b"}) == some


def test_configuration_is_taken_as_it_is(provider):
    news = to_struct({"register": "a"})
    request = provider_pb2.CheckRequest(urn=CONFIG_URN, news=news)
    assert provider.CheckConfig(request) == provider_pb2.CheckResponse(inputs=news)


# --- resources


def test_check_returns_inputs_and_failures(provider):
    request = provider_pb2.CheckRequest(urn=PLACEMENT, news=to_struct({**INPUTS, "face": "side"}))
    answer = provider.Check(request)
    assert to_dict(answer.inputs) == {**INPUTS, "face": "side"}
    assert [(f.property, f.reason) for f in answer.failures] == [
        ("face", "expected `front` or `rear`, got 'side'")
    ]


def test_unknown_resource_is_named(provider):
    urn = URN.format("rackplan:index:Cage", "c1")
    with pytest.raises(grpc.RpcError, match="there is no resource `rackplan:index:Cage`"):
        provider.Check(provider_pb2.CheckRequest(urn=urn, news=struct_pb2.Struct()))


def test_nothing_changed(provider, engine):
    said = len(engine.said)
    answer = diff(provider, {**INPUTS, "lockDigest": "d2"})
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert not answer.diffs
    assert len(engine.said) == said


def test_move_is_told_property_by_property_and_in_one_line(provider, engine):
    moved = {**INPUTS, "rack": "r8", "position": 3, "cords": [{"inlet": "PSU1", "node": "r8-A"}]}

    answer = diff(provider, moved)

    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.diffs) == ["cords", "position", "rack"]
    assert answer.hasDetailedDiff
    update = provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.UPDATE, inputDiff=True)
    assert dict(answer.detailedDiff) == {
        "rack": update,
        "position": update,
        "cords[0].node": update,
    }
    assert not answer.replaces
    assert engine.said[-1] == (
        PLACEMENT,
        "r7 U12.5 front -> r8 U3 front, PSU1 r7-A -> r8-A",
    )


def test_another_estate_replaces(provider):
    answer = diff(provider, {**INPUTS, "estate": "owl"})
    assert list(answer.replaces) == ["estate"]
    assert answer.detailedDiff["estate"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE


def test_preview_of_a_create_knows_its_outputs_and_writes_nothing(provider, register):
    answer = create(provider, preview=True)
    assert (answer.id, to_dict(answer.properties)) == ("muenster:lwl/db-1", OUTPUTS)
    assert not register.exists()


def test_life_of_a_placement(provider, register):
    create(provider)
    here = read(provider)
    assert (here.id, to_dict(here.inputs), to_dict(here.properties)) == (
        "muenster:lwl/db-1",
        INPUTS,
        OUTPUTS,
    )

    moved = {**INPUTS, "rack": "r8", "lockDigest": "d2"}
    update = provider_pb2.UpdateRequest(
        urn=PLACEMENT,
        id="muenster:lwl/db-1",
        olds=to_struct(OUTPUTS),
        old_inputs=to_struct(INPUTS),
        news=to_struct(moved),
        preview=True,
    )
    assert to_dict(provider.Update(update).properties)["rack"] == "r8"
    assert to_dict(read(provider).properties)["rack"] == "r7"
    update.preview = False
    provider.Update(update)
    assert to_dict(read(provider).properties)["rack"] == "r8"

    with closing(sqlite3.connect(register)) as file:
        found = file.execute("SELECT rack, owner, lock_digest FROM placements").fetchall()
    assert found == [("r8", "rackplan/muenster", "d2")]

    provider.Delete(provider_pb2.DeleteRequest(urn=PLACEMENT, id="muenster:lwl/db-1"))
    assert not read(provider).id


def test_row_of_another_stack_is_refused_in_words(provider):
    create(provider)
    other = PLACEMENT.replace("urn:pulumi:muenster", "urn:pulumi:other")
    with pytest.raises(grpc.RpcError) as raised:
        create(provider, preview=True, urn=other)
    assert raised.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details() == (
        "[register-foreign-row] placement `lwl/db-1` of estate `muenster` belongs to "
        "`rackplan/muenster`, not to `rackplan/other`\n"
        "hint: import it: with `pulumi config set adopt true` the stack takes over what stands"
    )


def test_import_reads_with_the_id_alone(provider):
    create(provider)
    found = read(provider, {}, {})
    assert to_dict(found.inputs) == INPUTS
    assert to_dict(found.properties) == OUTPUTS


def test_cancel_is_answered(provider):
    assert provider.Cancel(empty_pb2.Empty()) == empty_pb2.Empty()


# --- the process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_at_once_when_asked(number):
    with start() as started:
        assert int(started.stdout.readline()) > 0
        os.kill(started.pid, number)
        assert started.wait(timeout=3) == 0
