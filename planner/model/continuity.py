"""Pools, processes, continuity groups and named combinations of losses."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import Field

from planner.model.base import Declared, Frozen
from planner.model.tenancy import HostingClass


class Domain(NamedTuple):
    """A failure domain: something of a `kind` that is lost as a whole."""

    kind: str
    id: str


class Emergency(Frozen):
    """What a site gives up for so many hours while it stands alone."""

    hours: int
    gives_up: tuple[str, ...] = Field(
        default=(), description="scenario kinds, e.g. ups, cooling_unit"
    )
    max_protection: HostingClass | None = Field(
        default=None, description="what every room may host meanwhile, in place of its `may_host`"
    )
    kappa_emergency_permille: int | None = None


class ContinuityGroup(Declared):
    """Sites that stand in for each other.

    `witness` is a network node that has a vote in a quorum beside one a site.
    """

    id: str
    name: str = ""
    emergency: Emergency | None = None
    witness: str | None = None
    geo_redundancy: bool = Field(default=False, description="claimed; the distance rule then binds")


class Pool(Declared):
    """A cluster of host devices at one site that offers compute to services.

    Attributes
    ----------
    hosts
        Workloads whose instances are its hosts, as far as they stand at its site.
    storage_on
        Workloads whose instances at its site offer its storage; empty = the hosts do.
    vcpu_milli, ram_mib
        Of one host.
    storage_gib
        Of one host, or of one instance of `storage_on`.
    vcpu_overcommit_permille
        Vcpus sold for one real one.
    hosts_spare
        Hosts kept free in the normal state.
    licences
        Licence -> number in the whole pool.
    sync_max_rtt_us
        Longest round trip over which its storage mirrors synchronously.
    """

    id: str
    name: str = ""
    site: str
    hosts: tuple[str, ...] = ()
    storage_on: tuple[str, ...] = ()
    vcpu_milli: int = 0
    ram_mib: int = 0
    storage_gib: int = 0
    vcpu_overcommit_permille: int = 1000
    hosts_spare: int = 0
    licences: dict[str, int] = {}
    sync_max_rtt_us: int | None = None


class Process(Declared):
    """A business process; depends on services and equipment, transitively.

    Attributes
    ----------
    continuity_group
        Group whose sites must each carry it alone; None = every group of the estate.
    emergency_permille
        Emergency service level: share of the normal demand of its services.
    """

    id: str
    name: str = ""
    tenant: str
    criticality: int = Field(default=0, description="higher is kept first")
    weight: int = 1
    mtpd_min: int | None = None
    rto_min: int | None = None
    rpo_min: int | None = None
    emergency_permille: int = Field(default=1000, description="emergency share of normal demand")
    continuity_group: str | None = None
    depends_on: tuple[str, ...] = ()
    dates: tuple[str, ...] = Field(default=(), description="calendar names it must run on")


class Combination(Declared):
    """A named loss of several domains at once, in which the rules hold, too."""

    id: str
    name: str = ""
    domains: tuple[Domain, ...] = ()
