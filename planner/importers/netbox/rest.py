"""A NetBox on the network, read through its REST API with pynetbox (extra `netbox`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.errors import UsageError
from planner.importers.contract import Data
from planner.importers.netbox.tables import Tables

if TYPE_CHECKING:
    import pynetbox
    import requests

#: Seconds that one page may take.
TIMEOUT_S = 60
#: Model -> app and endpoint.
ENDPOINTS = {
    "dcim.manufacturer": ("dcim", "manufacturers"),
    "dcim.site": ("dcim", "sites"),
    "dcim.location": ("dcim", "locations"),
    "dcim.racktype": ("dcim", "rack_types"),
    "dcim.rack": ("dcim", "racks"),
    "dcim.rackreservation": ("dcim", "rack_reservations"),
    "dcim.devicetype": ("dcim", "device_types"),
    "dcim.powerporttemplate": ("dcim", "power_port_templates"),
    "dcim.poweroutlettemplate": ("dcim", "power_outlet_templates"),
    "dcim.devicerole": ("dcim", "device_roles"),
    "dcim.device": ("dcim", "devices"),
    "dcim.devicebay": ("dcim", "device_bays"),
    "dcim.module": ("dcim", "modules"),
    "dcim.moduletype": ("dcim", "module_types"),
    "dcim.powerpanel": ("dcim", "power_panels"),
    "dcim.powerfeed": ("dcim", "power_feeds"),
    "dcim.powerport": ("dcim", "power_ports"),
    "dcim.poweroutlet": ("dcim", "power_outlets"),
    "dcim.cable": ("dcim", "cables"),
    "tenancy.tenant": ("tenancy", "tenants"),
    "virtualization.cluster": ("virtualization", "clusters"),
    "virtualization.virtualmachine": ("virtualization", "virtual_machines"),
}
#: Models that older NetBox do not have: rack types came with 4.1, modules with 3.2.
OPTIONAL = frozenset({"dcim.racktype", "dcim.module", "dcim.moduletype"})


def read_rest(url: str, token: str) -> Tables:
    """Return the objects of a NetBox.

    Raises
    ------
    UsageError
        When pynetbox is not installed, or NetBox does not answer or refuses.
    """
    try:
        import pynetbox
        import requests
    except ImportError:
        hint = "`pip install 'rackplan[netbox]'`, or import a dump"
        raise UsageError("reading a NetBox needs pynetbox", hint=hint) from None
    try:
        api = _open(url, token)
        tables = Tables(url, str(api.version or ""))
        for model in ENDPOINTS:
            for record in _records(api, model, pynetbox.RequestError):
                _add(tables, model, record)
    except pynetbox.RequestError as error:
        code = error.req.status_code
        refused = "set `NETBOX_TOKEN` to a token that may read" if code in (401, 403) else None
        raise UsageError(f"`{url}` refuses with status {code}", hint=refused) from None
    except (pynetbox.ContentError, requests.exceptions.RequestException) as error:
        message = f"`{url}` does not answer as a NetBox: {type(error).__name__}"
        raise UsageError(message, hint="name its address, without `/api`") from None
    return tables


def _open(url: str, token: str) -> pynetbox.api:
    """Return a NetBox none of whose requests waits for ever."""
    import pynetbox
    import requests

    class Patient(requests.Session):
        """A session with a time limit."""

        def send(self, request: requests.PreparedRequest, **kwargs: Data) -> requests.Response:
            kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT_S
            return super().send(request, **kwargs)

    api = pynetbox.api(url.rstrip("/").removesuffix("/api"), token=token or None)
    api.http_session = Patient()
    return api


def _records(
    api: pynetbox.api, model: str, refused: type[pynetbox.RequestError]
) -> Iterator[dict[str, Data]]:
    app, name = ENDPOINTS[model]
    endpoint = getattr(getattr(api, app), name)
    # A device's configuration context can be large, and is of no use here.
    is_large = model in ("dcim.device", "virtualization.virtualmachine")
    found = endpoint.filter(exclude="config_context") if is_large else endpoint.all()
    try:
        yield from map(dict, found)
    except refused as error:
        if model not in OPTIONAL or error.req.status_code != 404:
            raise


def _add(tables: Tables, model: str, record: dict[str, Data]) -> None:
    """Add one record: choices become their values, nested objects their ids."""
    pk = record["id"]
    tables.add(model, pk, {name: _flat(value) for name, value in record.items()})
    for side in ("A", "B") if model == "dcim.cable" else ():
        for number, end in enumerate(record.get(f"{side.lower()}_terminations") or ()):
            fields = {
                "cable": pk,
                "cable_end": side,
                "termination_type": end["object_type"],
                "termination_id": end["object_id"],
            }
            tables.add("dcim.cabletermination", 1000 * pk + 500 * (side == "B") + number, fields)


def _flat(value: Data) -> Data:
    if not isinstance(value, dict):
        return value
    return value["value"] if "value" in value else value.get("id")
