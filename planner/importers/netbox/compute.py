"""Clusters and virtual machines of NetBox -> pools and services."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from planner.importers.netbox.devices import Devices
from planner.importers.netbox.job import Job, file_of, known
from planner.importers.netbox.names import inside, plain
from planner.importers.netbox.tables import MAX_FIGURE, Row
from planner.io.rounding import up

#: NetBox counts memory in MB, and disks in GB, since 4.1 in MB.
DISK_IN_MB_SINCE = (4, 1)

#: Figures of a machine and how many of the model's units one is: 1/1000 vCPU, MiB, GiB.
SCALES = {"vcpu": 1000, "ram_gib": 1024, "storage_gib": 1}


def convert_compute(job: Job, devices: Devices) -> None:
    """Write pools for each cluster with hosts, and a service for each virtual machine."""
    guests = job.tables.of("virtualization.virtualmachine", "cluster")
    disk_mb = _disk_in_mb(job)
    pools: dict[int, list[str]] = {}
    for row in job.tables.all("virtualization.cluster"):
        hosts = _hosts(job, devices, row)
        machines = guests.get(row.pk, [])
        if hosts:
            pools[row.pk] = _pools(job, row, hosts, [_figures(m, disk_mb) for m in machines])
        elif machines:
            message = f"its hosts are not in the data, so its {len(machines)} machines run nowhere"
            action = "left out with its machines: give its devices the cluster, and import again"
            job.find(row.place, "warning", "cluster-hosts", message, action)
        else:
            message = "it has no hosts and no machines"
            job.find(row.place, "note", "cluster-empty", message, "left out")
    missing: Counter[str] = Counter()
    for row in job.tables.all("virtualization.virtualmachine"):
        if row["cluster"] in pools:
            missing.update(_service(job, row, pools[row["cluster"]], disk_mb))
        elif job.tables.get("virtualization.cluster", row["cluster"]) is None:
            job.find(row.place, "warning", "vm-cluster", "it is in no cluster", "left out")
    for figure, count in sorted(missing.items()):
        message = f"{figure} 0 of {count} virtual machines: NetBox has none"
        job.find("virtualization.virtualmachine", "imputed", "vm-figures", message)


def _hosts(job: Job, devices: Devices, cluster: Row) -> dict[int, list[str]]:
    """Return the workloads of a cluster's devices, by the site they stand at."""
    hosts: dict[int, list[str]] = {}
    for device in job.tables.of("dcim.device", "cluster").get(cluster.pk, []):
        site = job.site_of(device)
        if device.pk in devices.workload_of and site is not None:
            hosts.setdefault(site, []).append(devices.workload_of[device.pk])
    return hosts


def _pools(
    job: Job, row: Row, hosts: dict[int, list[str]], machines: list[dict[str, Decimal | None]]
) -> list[str]:
    """Write a pool at each site of a cluster's hosts; return their ids.

    NetBox knows no figures of a host: each is taken to offer its share of what the machines take,
    which they do today.
    """
    num_hosts = sum(len(named) for named in hosts.values())
    figures = {}
    for key, scale in SCALES.items():
        # As loading rounds them, so that what runs there today fits.
        taken = sum(up(_short(value), scale) for m in machines if (value := m[key]) is not None)
        figures[key] = min(-(-taken // (scale * num_hosts)), MAX_FIGURE)
    names = []
    for site, named in hosts.items():
        wanted = plain(row.name) if len(hosts) == 1 else f"{plain(row.name)}-at-{job.sites[site]}"
        name = job.ids.take("pool", wanted, pk=row.pk)
        item = {"id": name, "site": job.sites[site], **known(name=row.name)}
        item |= {"hosts": sorted(set(named)), **figures}
        job.section("pools.yaml", "pools").append(item)
        told = ", ".join(f"{key} {value}" for key, value in figures.items())
        message = f"{told} of one host: NetBox has none, so what the machines take"
        job.find(
            row.place, "imputed", "pool-figures", message, "write the real ones", ("pools", name)
        )
        names.append(name)
    return names


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


def _figures(row: Row, disk_mb: bool) -> dict[str, Decimal | None]:
    """Return what a virtual machine takes; None where NetBox does not know."""
    memory, disk = row.decimal("memory"), row.decimal("disk")
    return {
        "vcpu": row.decimal("vcpus"),
        "ram_gib": memory / 1024 if memory is not None else None,
        "storage_gib": disk / 1024 if disk is not None and disk_mb else disk,
    }


def _service(job: Job, row: Row, pools: list[str], disk_mb: bool) -> list[str]:
    """Write one service and return which of its figures are not known."""
    cluster = job.tables.get("virtualization.cluster", row["cluster"])
    site = job.tables.get("dcim.site", job.tables.scope(cluster) if cluster else row["site"])
    tenant = job.tenant_of(row, cluster, site)
    owner = inside(tenant, plain(cluster.name), "/") if cluster is not None else tenant
    name = job.ids.take("workload", inside(owner, row.name or f"vm-{row.pk}", "/"), pk=row.pk)
    figures = _figures(row, disk_mb)
    missing = [key for key, value in figures.items() if value is None]
    given = {key: _short(value) for key, value in figures.items() if value is not None}
    file = file_of("workloads", tenant)
    job.documents.setdefault(file, {"tenant": tenant})
    job.section(file, "workloads").append(
        {
            "id": name,
            "kind": "service",
            **known(role=_role(job, row), description=str(row["description"] or "")),
            "service": {"vcpu": 0, **given, "pools": pools},
        }
    )
    return missing


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"), rounding="ROUND_CEILING").normalize()


def _role(job: Job, row: Row) -> str:
    role = job.tables.get("dcim.devicerole", row["role"])
    return plain(str(role["slug"])) if role is not None and role["slug"] else ""
