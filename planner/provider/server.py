"""Pulumi's provider protocol over gRPC, for the resource handlers.

A raw servicer and not the SDK's experimental server: it is handed the old inputs, it lets an error
reach the user as the sentence it is (and not with a Python stack), and it starts faster.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
)

from planner import __version__
from planner.errors import PlannerError
from planner.provider.handlers import TAKEN_BY, ResourceHandler, RowHandler
from planner.provider.properties import SPECS, schema
from planner.register import Register, default_path, open_register

Q = TypeVar("Q")
A = TypeVar("A")

#: Messages up to 400 MB, as the engine has it.
_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024)]

_CHANGE_KINDS = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


class Urn:
    """The parts of a resource's unique name that matter here."""

    def __init__(self, urn: str) -> None:
        head, project, types, self.name = urn.split("::", 3)
        self.owner = f"{project}/{head.removeprefix('urn:pulumi:')}"
        self.token = types.rpartition("$")[2]


def to_dict(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a message's content; a whole number comes back as an int."""
    return {name: _to_value(value) for name, value in struct.fields.items()}


def _to_value(value: struct_pb2.Value) -> object:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "struct_value":
            return to_dict(value.struct_value)
        case "list_value":
            return [_to_value(item) for item in value.list_value.values]
    return None


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a dict as a message."""
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


def _explained(method: Callable[[Any, Q, grpc.ServicerContext], A]) -> Callable[..., A]:
    """Let an error reach the user as its own text."""

    @functools.wraps(method)
    def call(self: ProviderServicer, request: Q, context: grpc.ServicerContext) -> A:
        try:
            return method(self, request, context)
        except PlannerError as error:
            text = f"{error.message}\nhint: {error.hint}" if error.hint else error.message
            # `abort` raises.
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"[{error.slug}] {text}")
            raise

    return call


class ProviderServicer(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process: configured once, then asked about one resource after another."""

    def __init__(self, engine_address: str | None = None) -> None:
        self._engine: engine_pb2_grpc.EngineStub | None = None
        self._register: Register | None = None
        self._handlers: dict[str, ResourceHandler] = {}
        if engine_address:
            self._attach(engine_address)

    def _attach(self, engine_address: str) -> None:
        channel = grpc.insecure_channel(engine_address, options=_OPTIONS)
        self._engine = engine_pb2_grpc.EngineStub(channel)

    def _open(self, path: Path) -> None:
        self.close()
        self._register = open_register(path)
        self._handlers = {spec.token: RowHandler(spec, self._register) for spec in SPECS}

    def close(self) -> None:
        """Let go of the register."""
        if self._register is not None:
            self._register.close()

    def _handler(self, urn: Urn) -> ResourceHandler:
        if urn.token not in self._handlers:
            known = ", ".join(f"`{token}`" for token in self._handlers)
            raise PlannerError(f"there is no resource `{urn.token}`", hint=f"there is {known}")
        return self._handlers[urn.token]

    def _say(self, urn: str, text: str) -> None:
        """Show a line beside a resource."""
        if self._engine is not None:
            self._engine.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn))

    # The provider as such.

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Take the engine's address; accept plain values only."""
        if request.engine_address:
            self._attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse()

    def Attach(
        self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Take the engine's address, when it finds this process running already."""
        self._attach(request.address)
        return empty_pb2.Empty()

    def GetPluginInfo(
        self, request: empty_pb2.Empty, context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """Return the version."""
        return plugin_pb2.PluginInfo(version=__version__)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        """Return the schema, as `pulumi package get-schema` prints it."""
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema(__version__)))

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Do nothing: every operation is one short transaction, none needs to be broken off."""
        return empty_pb2.Empty()

    # Its configuration: the project's namespace is the provider's, so other keys come along.

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Take the configuration as it is."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Only another register is a change; it replaces nothing."""
        old, new = (to_dict(struct).get("register") for struct in (request.olds, request.news))
        if old == new:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME, diffs=["register"]
        )

    @_explained
    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Open the register."""
        path = to_dict(request.args).get("register")
        self._open(Path(path) if path else default_path())
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    # Its resources.

    @_explained
    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Say what is wrong with the inputs."""
        urn = Urn(request.urn)
        inputs, failures = self._handler(urn).check(urn.name, to_dict(request.news))
        return provider_pb2.CheckResponse(
            inputs=to_struct(inputs),
            failures=[
                provider_pb2.CheckFailure(property=failure.property, reason=failure.reason)
                for failure in failures
            ],
        )

    @_explained
    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say what changes, property by property, and a move in one line."""
        urn = Urn(request.urn)
        outputs = to_dict(request.olds)
        # Engines before 3.68 send no old inputs; the outputs hold the same values.
        old_inputs = to_dict(request.old_inputs) or outputs
        diff = self._handler(urn).diff(urn.owner, old_inputs, outputs, to_dict(request.news))
        if diff.note:
            self._say(request.urn, diff.note)
        detailed = {
            path: provider_pb2.PropertyDiff(
                kind=_CHANGE_KINDS[change][path in diff.replaces], inputDiff=path != TAKEN_BY
            )
            for path, change in diff.changes.items()
        }
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some if detailed else none,
            # Both are needed: `replaceOnChanges` looks at the one, the display at the other.
            diffs=sorted({path.split("[")[0].split(".")[0] for path in detailed}),
            detailedDiff=detailed,
            hasDetailedDiff=True,
            replaces=diff.replaces,
        )

    @_explained
    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create; in a preview only say how it would be."""
        urn = Urn(request.urn)
        state = self._handler(urn).create(
            urn.owner, to_dict(request.properties), preview=request.preview
        )
        return provider_pb2.CreateResponse(id=state.id, properties=to_struct(state.outputs))

    @_explained
    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Return how it is now; without an id when it is gone."""
        state = self._handler(Urn(request.urn)).read(
            request.id, to_dict(request.inputs), to_dict(request.properties)
        )
        if state is None:
            return provider_pb2.ReadResponse(id="")
        return provider_pb2.ReadResponse(
            id=state.id, inputs=to_struct(state.inputs), properties=to_struct(state.outputs)
        )

    @_explained
    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update; in a preview only say how it would be."""
        urn = Urn(request.urn)
        state = self._handler(urn).update(
            urn.owner, to_dict(request.olds), to_dict(request.news), preview=request.preview
        )
        return provider_pb2.UpdateResponse(properties=to_struct(state.outputs))

    @_explained
    def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Delete."""
        urn = Urn(request.urn)
        self._handler(urn).delete(urn.owner, request.id, to_dict(request.properties))
        return empty_pb2.Empty()


def serve(engine_address: str | None) -> None:
    """Serve until the engine is gone; the first line on stdout is the port."""
    servicer = ProviderServicer(engine_address)
    server = grpc.server(ThreadPoolExecutor(max_workers=4), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    # The engine asks with SIGINT and kills after 5 s; it keeps a user's Ctrl-C from this process.
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    server.start()
    print(port, flush=True)

    engine = os.getppid()
    while not stopped.wait(timeout=1) and os.getppid() == engine:
        pass
    server.stop(grace=None)
    servicer.close()


def main() -> None:
    """Run as the engine starts it: its address is the first argument that is no option."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    serve(addresses[0] if addresses else None)
