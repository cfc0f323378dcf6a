"""The resources and components that a stack declares.

Property names are those of the wire, as the provider's schema has them; a resource's name is the id
of the thing, never its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


class Site(pulumi.ComponentResource):
    """A site of the estate."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rackplan:index:Site", name, None, opts)


class Rack(pulumi.ComponentResource):
    """A rack of a site; every rack is declared, so that a move is one change and not three."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rackplan:index:Rack", name, None, opts)


class TenantAllocation(pulumi.ComponentResource):
    """What a tenant has contracted."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rackplan:index:TenantAllocation", name, None, opts)


class RegisterResource(pulumi.CustomResource):
    """A resource that is one row of the as-built register."""

    def __init__(
        self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        # Outputs that no input sets must be named for the SDK to fill them in.
        super().__init__(token, name, {**inputs, "owner": None}, opts)

    @property
    def owner(self) -> pulumi.Output[str]:
        """The `<project>/<stack>` that owns the row."""
        owner: pulumi.Output[str] = pulumi.get(self, "owner")
        return owner


class Placement(RegisterResource):
    """One instance in its rack; named after the instance."""

    def __init__(
        self,
        name: str,
        *,
        estate: str,
        rack: str,
        position: float | None,
        face: str | None,
        cords: Sequence[Mapping[str, str]] | None,
        tenant: str,
        device_type: str | None,
        lock_digest: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "estate": estate,
            "instance": name,
            "rack": rack,
            "position": position,
            "face": face,
            "cords": cords,
            "tenant": tenant,
            "deviceType": device_type,
            "lockDigest": lock_digest,
        }
        super().__init__("rackplan:index:Placement", name, inputs, opts)


class PowerAllocation(RegisterResource):
    """Power that a tenant has contracted on a strand; named `<tenant>/<strand>`."""

    def __init__(
        self,
        name: str,
        *,
        estate: str,
        tenant: str,
        strand: str,
        power_w: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "estate": estate,
            "allocation": name,
            "tenant": tenant,
            "strand": strand,
            "powerW": power_w,
        }
        super().__init__("rackplan:index:PowerAllocation", name, inputs, opts)


class RackReservation(RegisterResource):
    """Units of a rack kept for something else; named after the reservation."""

    def __init__(
        self,
        name: str,
        *,
        estate: str,
        rack: str,
        units: Sequence[Mapping[str, Any]],
        description: str | None,
        tenant: str | None,
        valid_from: str | None,
        valid_until: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "estate": estate,
            "reservation": name,
            "rack": rack,
            "units": units,
            "description": description,
            "tenant": tenant,
            "validFrom": valid_from,
            "validUntil": valid_until,
        }
        super().__init__("rackplan:index:RackReservation", name, inputs, opts)
