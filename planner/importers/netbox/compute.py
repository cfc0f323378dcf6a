"""Clusters and virtual machines of NetBox -> pools and services."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from planner.importers.contract import Data
from planner.importers.netbox.devices import Devices
from planner.importers.netbox.job import Job, file_of, known
from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.tables import Row

#: NetBox counts memory in MB, and disks in GB, since 4.1 in MB.
DISK_IN_MB_SINCE = (4, 1)


def convert_compute(job: Job, devices: Devices) -> None:
    """Write a pool for each cluster and a service for each virtual machine."""
    hosts = job.tables.of("dcim.device", "cluster")
    guests = job.tables.of("virtualization.virtualmachine", "cluster")
    pools: dict[int, str] = {}
    for row in job.tables.all("virtualization.cluster"):
        named = [
            devices.workload_of[d.pk] for d in hosts.get(row.pk, []) if d.pk in devices.workload_of
        ]
        if not named and not guests.get(row.pk):
            job.find(
                row.place, "note", "cluster-empty", "it has no hosts and no machines", "left out"
            )
            continue
        pools[row.pk] = _pool(job, row, sorted(set(named)))
    disk_mb = _disk_in_mb(job)
    missing: Counter[str] = Counter()
    for row in job.tables.all("virtualization.virtualmachine"):
        missing.update(_service(job, row, pools, disk_mb))
    for figure, count in sorted(missing.items()):
        message = f"{figure} 0 of {count} virtual machines: NetBox has none"
        job.find("virtualization.virtualmachine", "imputed", "vm-figures", message)


def _pool(job: Job, row: Row, hosts: list[str]) -> str:
    name = job.ids.take("pool", plain(row.name), pk=row.pk)
    item = {"id": name, **known(name=row.name, hosts=hosts)}
    job.section("pools.yaml", "pools").append(item)
    if not hosts:
        message = "its hosts are not in the data, so it offers nothing"
        job.find(
            row.place,
            "warning",
            "cluster-hosts",
            message,
            "add `hosts`, `vcpu` and `ram_gib` of one host",
        )
    else:
        message = "vcpu and ram_gib of one host 0: NetBox has none"
        job.find(
            row.place, "imputed", "pool-figures", message, "write the real ones", ("pools", name)
        )
    return name


def _disk_in_mb(job: Job) -> bool:
    """Tell by the version, else by the size of the disks: no machine has 10 TB, few have 10 GB."""
    parts = job.tables.version.split(".")
    if len(parts) >= 2 and parts[0].isdigit() and parts[1].isdigit():
        return (int(parts[0]), int(parts[1])) >= DISK_IN_MB_SINCE
    rows = job.tables.all("virtualization.virtualmachine")
    disks = [disk for row in rows if (disk := row.decimal("disk")) is not None]
    is_mb = bool(disks) and max(disks) >= 10_000
    if disks:
        unit = "MB" if is_mb else "GB"
        message = f"disks of virtual machines are taken as {unit}: the largest is {max(disks):f}"
        job.find("virtualization.virtualmachine", "imputed", "vm-disk-unit", message)
    return is_mb


def _service(job: Job, row: Row, pools: dict[int, str], disk_mb: bool) -> list[str]:
    """Write one service and return which of its figures are not known."""
    cluster = job.tables.get("virtualization.cluster", row["cluster"])
    site = job.tables.get("dcim.site", job.tables.scope(cluster) if cluster else row["site"])
    tenant = job.tenant_of(row, cluster, site)
    owner = inside(tenant, plain(cluster.name), "/") if cluster is not None else tenant
    name = job.ids.take("workload", inside(owner, row.name or f"vm-{row.pk}", "/"), pk=row.pk)
    memory, disk = row.decimal("memory"), row.decimal("disk")
    figures: dict[str, Data] = {
        "vcpu": row.decimal("vcpus"),
        "ram_gib": memory / 1024 if memory is not None else None,
        "storage_gib": disk / 1024 if disk is not None and disk_mb else disk,
    }
    missing = [key for key, value in figures.items() if value is None]
    given = {key: _short(value) for key, value in figures.items() if value is not None}
    pool = [pools[row["cluster"]]] if row["cluster"] in pools else []
    service = {"vcpu": 0, **given, **known(pools=pool)}
    file = file_of("workloads", tenant)
    job.documents.setdefault(file, {"tenant": tenant})
    job.section(file, "workloads").append(
        {
            "id": name,
            "kind": "service",
            **known(role=_role(job, row), description=str(row["description"] or "")),
            "service": service,
        }
    )
    return missing


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), rounding="ROUND_CEILING").normalize()


def _role(job: Job, row: Row) -> str:
    role = job.tables.get("dcim.devicerole", row["role"])
    return plain(str(role["slug"])) if role is not None and role["slug"] else ""
