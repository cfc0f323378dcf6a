"""A small valid estate, and what a mangled one is: some more files, and what is said about them."""

from typing import NamedTuple

#: Every mangled inventory is this one with files added or replaced.
BASE = {
    "estate.yaml": """\
estate: {id: demo}
tenants: [{id: acme}]
rack_types: [{id: r42, u_height: 42, weight_kg: 120}]
""",
    "site.yaml": """\
site: {id: s1}
rooms:
  - {id: h1, fire_compartment: f1, rows: [{id: h1-a, racks: "h1-a[01-04]", type: r42}]}
power:
  - {id: grid, kind: utility, kva: 100}
  - {id: pan, kind: panel, from: grid, kva: 100}
  - {id: "h1-a[01-04]-A", kind: feed, from: pan, kva: 11, rack: "h1-a[01-04]", outlets: {c13: 8}}
  - {id: "h1-a[01-04]-B", kind: feed, from: pan, kva: 11, rack: "h1-a[01-04]", outlets: {c13: 8}}
cooling: {zones: [{id: z1}]}
device_types:
  - {slug: srv, u_height: 1, weight_kg: 20, airflow: front-to-rear, inlets: [{name: "PSU[1-2]", type: c14}]}
""",
    "acme.yaml": """\
tenant: acme
workloads:
  - {id: db, type: srv, count: 4, psus_required: 1, draw: {budget_w: 300}}
""",
}


class Case(NamedTuple):
    """One kind of fault.

    Attributes
    ----------
    name
        What is wrong, as an id of the test.
    files
        File name to content, laid over `BASE`.
    expected
        Every problem as printed, with its hint, without the closing count.
    """

    name: str
    files: dict[str, str | bytes]
    expected: str

    def write(self, folder):
        """Write the inventory to a folder."""
        for name, content in {**BASE, **self.files}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (folder / name).write_bytes(data)
