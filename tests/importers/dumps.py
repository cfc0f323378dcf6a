"""A small NetBox, object by object, as a dump holds it."""

from planner.importers.netbox import convert
from planner.importers.netbox.tables import Tables


class Dump:
    """Objects that are added one by one; ids count up by model."""

    def __init__(self):
        self.objects = []
        self.counts = {}

    def add(self, model, /, **fields):
        pk = self.counts[model] = self.counts.get(model, 0) + 1
        self.objects.append({"model": model, "pk": pk, "fields": fields})
        return pk

    def site(self, slug="city", **fields):
        return self.add("dcim.site", name=slug.title(), slug=slug, **fields)

    def rack(self, site, name="r1", u_height=42, **fields):
        return self.add(
            "dcim.rack", name=name, site=site, u_height=u_height, status="active", **fields
        )

    def maker(self, name="Acme"):
        return self.add("dcim.manufacturer", name=name, slug=name.lower())

    def type(self, slug="box", u_height="1.0", maker=None, **fields):
        fields = {"is_full_depth": True, "model": slug.title(), **fields}
        return self.add(
            "dcim.devicetype", slug=slug, u_height=u_height, manufacturer=maker, **fields
        )

    def device(self, name, kind, site, rack, position="1.0", face="front", **fields):
        fields = {"status": "active", **fields}
        return self.add(
            "dcim.device", name=name, device_type=kind, site=site, rack=rack,
            position=position, face=face, **fields,
        )  # fmt: skip

    def port(self, device, name="PSU1", type="iec-60320-c14", maximum=None, allocated=None):
        return self.add(
            "dcim.powerport", device=device, name=name, type=type,
            maximum_draw=maximum, allocated_draw=allocated,
        )  # fmt: skip

    def outlet(self, device, name, type="iec-60320-c13", power_port=None, leg=""):
        return self.add(
            "dcim.poweroutlet", device=device, name=name, type=type,
            power_port=power_port, feed_leg=leg,
        )  # fmt: skip

    def panel(self, site, name="P1"):
        return self.add("dcim.powerpanel", site=site, name=name)

    def feed(self, panel, name, rack=None, volts=230, amps=16, phase="single-phase", **fields):
        fields = {"status": "active", "supply": "ac", "max_utilization": 80, **fields}
        return self.add(
            "dcim.powerfeed", power_panel=panel, name=name, rack=rack,
            voltage=volts, amperage=amps, phase=phase, **fields,
        )  # fmt: skip

    def cable(self, a, b):
        """Connect two ends, each a model and an id."""
        pk = self.add("dcim.cable")
        for side, (model, end) in (("A", a), ("B", b)):
            self.add(
                "dcim.cabletermination", cable=pk, cable_end=side,
                termination_type=["dcim", model], termination_id=end,
            )  # fmt: skip

    def pdu(self, site, rack, feed=None, name="pdu", outlets=4, **fields):
        """Add a 0U PDU with C13 outlets; return the ids of the outlets."""
        kind = self.type(f"type-{name}", "0.0", is_full_depth=False)
        device = self.device(name, kind, site, rack, position=None, face="", **fields)
        supply = self.port(device, "Input", "")
        if feed is not None:
            self.cable(("powerport", supply), ("powerfeed", feed))
        return [self.outlet(device, f"{n}", power_port=supply) for n in range(1, outlets + 1)]

    def tables(self):
        tables = Tables("test")
        for one in self.objects:
            tables.add(one["model"], one["pk"], dict(one["fields"]))
        return tables

    def convert(self):
        return convert(self.tables(), "test")


def items(imported, section):
    """Return the items of a section of all documents, by id."""
    key = {"device_types": "slug", "standing": "instance"}.get(section, "id")
    return {
        item[key]: item
        for document in imported.documents.values()
        for item in document.get(section, [])
    }


def found(imported, slug):
    """Return the findings of one kind."""
    return [finding for finding in imported.findings if finding.slug == slug]
