"""NetBox's tables -> an import: the documents of an estate, and what is to know about the data."""

from __future__ import annotations

from planner.importers.contract import Import
from planner.importers.netbox.compute import convert_compute
from planner.importers.netbox.devices import Devices
from planner.importers.netbox.job import UNASSIGNED, Job, known
from planner.importers.netbox.power import Power
from planner.importers.netbox.space import convert_space
from planner.importers.netbox.tables import Tables
from planner.importers.netbox.types import Types

SOURCE = "netbox"
#: Sections of a site's file in the order in which they are written.
ORDER = ("site", "rooms", "racks", "reservations", "power", "tenant", "workloads")


def convert(tables: Tables, estate: str) -> Import:
    """Return an import of everything in the tables.

    Parameters
    ----------
    estate
        Id of the estate, for the case that it does not exist yet.
    """
    job = Job(tables, estate)
    racks = convert_space(job)
    types = Types(job)
    power = Power(job, racks, types)
    power.convert()
    devices = Devices(job, racks, types, power)
    devices.convert()
    convert_compute(job, devices)
    _tenants(job)
    return Import(
        SOURCE, {name: _ordered(job, name) for name in sorted(job.documents)}, tuple(job.findings)
    )


def _tenants(job: Job) -> None:
    for pk, name in job.tenants.items():
        row = job.tables.get("tenancy.tenant", pk)
        label = row.name if row is not None else "Nobody, in NetBox"
        job.section("estate.yaml", "tenants").append({"id": name, **known(name=label)})
        if name == UNASSIGNED and row is None:
            message = "some devices or machines have no tenant, nor their rack or site"
            job.find(
                "tenancy.tenant",
                "imputed",
                "tenant-missing",
                message,
                f"they belong to `{UNASSIGNED}`",
            )


def _ordered(job: Job, name: str) -> dict[str, object]:
    document = job.documents[name]
    keys = sorted(document, key=lambda key: ORDER.index(key) if key in ORDER else -1)
    return {key: document[key] for key in keys}
