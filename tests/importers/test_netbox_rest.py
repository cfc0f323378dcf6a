"""The REST API, read with pynetbox from a small server on this machine."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from planner.errors import UsageError
from planner.importers.netbox import convert
from planner.importers.netbox.dump import read_dump
from planner.importers.netbox.rest import ENDPOINTS, read_rest

pytest.importorskip("pynetbox")

DUMP = Path(__file__).parent / "data" / "netbox-demo-v3.6.json.gz"
TOKEN = "0123456789abcdef"
#: Fields that the API gives as a choice: value and label.
CHOICES = frozenset(
    {
        "status", "face", "airflow", "type", "weight_unit", "phase", "supply", "feed_leg",
        "subdevice_role", "form_factor",
    }
)  # fmt: skip
#: Foreign keys: the API gives a small object of each.
KEYS = frozenset(
    {
        "site", "location", "parent", "tenant", "role", "manufacturer", "device_type", "rack",
        "power_panel", "device", "power_port", "cluster", "module_type", "module_bay", "module",
        "installed_device", "cable",
    }
)  # fmt: skip


def as_api(name, value):
    if name == "cluster_type":
        return value
    if name in CHOICES and isinstance(value, str):
        return {"value": value, "label": value.title()} if value else None
    if name in KEYS and isinstance(value, int):
        return {"id": value, "url": f"/api/dcim/x/{value}/", "display": f"{name} {value}"}
    return value


class FakeNetBox(BaseHTTPRequestHandler):
    """Answers lists of objects, two pages each, as NetBox does."""

    records: dict = {}

    def do_GET(self):
        parts = urlsplit(self.path)
        if self.headers.get("Authorization") not in (f"Token {TOKEN}", f"Bearer {TOKEN}"):
            return self.answer(403, {"detail": "Invalid token"})
        if parts.path in ("/api/", "/api"):
            return self.answer(200, {})
        records = self.records.get(parts.path.strip("/").removeprefix("api/"))
        if records is None:
            return self.answer(404, {"detail": "Not found."})
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        limit = min(int(query.get("limit") or 50) or 50, 50)
        offset = int(query.get("offset") or 0)
        more = offset + limit < len(records)
        base = f"http://{self.headers['Host']}{parts.path}"
        following = f"{base}?limit={limit}&offset={offset + limit}" if more else None
        return self.answer(
            200,
            {
                "count": len(records),
                "next": following,
                "previous": None,
                "results": records[offset : offset + limit],
            },
        )

    def answer(self, status, payload):
        body = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("API-Version", "3.6")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def records_of(objects):
    """Return the objects of a dump as the API has them, by path."""
    ends = {}
    for fields in (o["fields"] for o in objects if o["model"] == "dcim.cabletermination"):
        side = "a_terminations" if fields["cable_end"] == "A" else "b_terminations"
        end = {
            "object_type": ".".join(fields["termination_type"]),
            "object_id": fields["termination_id"],
        }
        ends.setdefault(fields["cable"], {}).setdefault(side, []).append(end)
    paths = {model: f"{app}/{name.replace('_', '-')}" for model, (app, name) in ENDPOINTS.items()}
    found = {path: [] for path in paths.values()}
    for one in objects:
        path = paths.get(one["model"])
        if path is not None:
            found[path].append(
                {"id": one["pk"], "url": f"/api/{path}/{one['pk']}/", "display": "x"}
                | {key: as_api(key, value) for key, value in one["fields"].items()}
                | (ends.get(one["pk"], {}) if one["model"] == "dcim.cable" else {})
            )
    # NetBox 3.6 knows no rack types.
    del found["dcim/rack-types"]
    return found


@pytest.fixture
def server():
    """Return the address of a NetBox with the demo data."""
    objects = json.loads(gzip.decompress(DUMP.read_bytes()))
    handler = type("Handler", (FakeNetBox,), {"records": records_of(objects)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("suffix", ["", "/", "/api", "/api/"])
def test_the_api_gives_the_same_import_as_the_dump(server, suffix):
    by_dump = convert(read_dump(DUMP), "demo")
    by_api = convert(read_rest(server + suffix, TOKEN), "demo")
    assert by_api.documents == by_dump.documents
    assert by_api.findings == by_dump.findings


def test_a_wrong_token_is_refused_with_the_way_out(server):
    with pytest.raises(UsageError, match="refuses with status 403") as caught:
        read_rest(server, "wrong")
    assert caught.value.hint == "set `NETBOX_TOKEN` to a token that may read"


def test_what_is_no_netbox_is_said(server):
    with pytest.raises(UsageError, match=r"refuses with status 404|does not answer as a NetBox"):
        read_rest(f"{server}/elsewhere", TOKEN)


def test_nobody_listening_is_said():
    with pytest.raises(UsageError, match="does not answer as a NetBox: ConnectionError"):
        read_rest("http://127.0.0.1:9", TOKEN)
