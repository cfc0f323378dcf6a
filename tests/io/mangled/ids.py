"""Ranges, duplicates and ids that point nowhere."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "huge-range",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[1-999999999]"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `t[1-999999999]` stands for more than 20000 items
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "huge-product",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[1-999][1-999]"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `t[1-999][1-999]` stands for more than 20000 items
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "backward-range",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[9-1]"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `9-1` in `t[9-1]` runs backwards
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "unclosed-range",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[1-9"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `t[1-9` holds a bracket that is not closed
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "empty-range",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[]"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `[]` in `t[]` is no range
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "range-of-two-widths",
        {
            "bad.yaml": """\
tenants:
  - {id: "t[01-100]"}
""",
        },
        """\
bad.yaml:2:10: error[range]: `01-100` in `t[01-100]` is written with different widths
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "ranges-of-unequal-length",
        {
            "bad.yaml": """\
power:
  - {id: "x[1-3]", kind: feed, from: pan, kva: 1, rack: "h1-a[01-04]"}
""",
        },
        """\
bad.yaml:2:57: error[range]: `h1-a[01-04]` stands for 4 items, the id of its item for 3
  hint: ranges of one item run in parallel: make them equally long
""",
    ),
    Case(
        "range-without-a-range-in-the-id",
        {
            "bad.yaml": """\
power:
  - {id: x, kind: feed, from: pan, kva: 1, rack: "h1-a[01-04]"}
""",
        },
        """\
bad.yaml:2:50: error[range]: `rack` holds the range `h1-a[01-04]`, the id of its item holds none
  hint: write one item for each, or a range in the id, too
""",
    ),
    Case(
        "duplicate-id",
        {
            "bad.yaml": """\
tenants:
  - {id: acme}
""",
        },
        """\
estate.yaml:2:16: error[id-duplicate]: tenant `acme` is declared twice, first at bad.yaml:2
  hint: rename one of the two, or delete it
""",
    ),
    Case(
        "duplicate-id-by-range",
        {
            "bad.yaml": """\
power:
  - {id: "h1-a[04-05]-A", kind: panel, from: pan, kva: 1}
""",
        },
        """\
site.yaml:7:10: error[id-duplicate]: power node `h1-a04-A` is declared twice, first at bad.yaml:2
  hint: rename one of the two, or delete it
""",
    ),
    Case(
        "duplicate-rack",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: h2-a, racks: "h1-a[04-05]", type: r42}]}
""",
        },
        """\
bad.yaml:2:61: error[id-duplicate]: rack `h1-a04` is declared twice, first at site.yaml:3
  hint: rename one of the two, or delete it
""",
    ),
    Case(
        "duplicate-row",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: h1-a, racks: "h2-a[1-2]", type: r42}]}
""",
        },
        """\
bad.yaml:2:48: error[id-duplicate]: row `h1-a` is declared twice, first at site.yaml:3
  hint: rename one of the two, or delete it
""",
    ),
    Case(
        "duplicate-policy",
        {
            "bad.yaml": "policy: {kappa: 0.8}\n",
            "more.yaml": "policy: {kappa: 0.7}\n",
        },
        """\
more.yaml:1:9: error[id-duplicate]: `policy` stands twice, first at bad.yaml:1
  hint: merge the two
""",
    ),
    Case(
        "second-estate",
        {
            "bad.yaml": "estate: {id: other}\n",
        },
        """\
estate.yaml:1:9: error[id-duplicate]: `estate` stands twice, first at bad.yaml:1
  hint: merge the two
""",
    ),
    Case(
        "no-estate",
        {
            "estate.yaml": """\
tenants: [{id: acme}]
rack_types: [{id: r42, u_height: 42, weight_kg: 120}]
""",
        },
        """\
estate.yaml: error[key-missing]: missing key `estate`
  hint: add `estate: {id: ..., name: ...}`
""",
    ),
    Case(
        "unknown-rack-type",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: h2-a, racks: "h2-a[1-2]", type: r24}]}
""",
        },
        """\
bad.yaml:2:80: error[id-unknown]: unknown rack type `r24`
  hint: did you mean `r42`?
""",
    ),
    Case(
        "unknown-rack-override",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a05, status: planned}
""",
        },
        """\
bad.yaml:2:10: error[id-unknown]: unknown rack `h1-a05`
  hint: did you mean `h1-a01`?
""",
    ),
    Case(
        "unknown-site",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, site: s9, fire_compartment: f2}
""",
        },
        """\
bad.yaml:2:20: error[id-unknown]: unknown site `s9`
  hint: known: `s1`
""",
    ),
    Case(
        "no-site",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2}
""",
            "more.yaml": "sites: [{id: s2}]\n",
        },
        """\
bad.yaml:2:5: error[key-missing]: room `h2` names no site
  hint: add `site: ID` to it, or once at the top of its file
""",
    ),
    Case(
        "no-tenant",
        {
            "bad.yaml": """\
workloads:
  - {id: web, type: srv}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: workload `web` names no tenant
  hint: add `tenant: ID` to it, or once at the top of its file
""",
    ),
    Case(
        "unknown-tenant",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acmee, type: srv}
""",
        },
        """\
bad.yaml:2:23: error[id-unknown]: unknown tenant `acmee`
  hint: did you mean `acme`?
""",
    ),
    Case(
        "unknown-device-type",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: dell-poweredge-r65}
""",
        },
        """\
bad.yaml:2:35: error[id-unknown]: unknown device type `dell-poweredge-r65`
  hint: did you mean `dell-poweredge-r650` or `dell-poweredge-r6515` or `dell-poweredge-r6525`? Else declare it under `device_types`
""",
    ),
    Case(
        "unknown-certificate",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, certificates: [bsi]}
""",
        },
        """\
bad.yaml:2:50: error[id-unknown]: unknown certificate `bsi`
  hint: no certificate is declared
""",
    ),
    Case(
        "unknown-cooling-zone",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a01, cooling_zone: z2}
""",
        },
        """\
bad.yaml:2:32: error[id-unknown]: unknown cooling zone `z2`
  hint: known: `z1`
""",
    ),
    Case(
        "unknown-place",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, allowed: {room: [h7]}}
""",
        },
        """\
bad.yaml:2:56: error[id-unknown]: unknown room `h7`
  hint: known: `h1`
""",
    ),
    Case(
        "unknown-together",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, together_with: {rack: dbb}}
""",
        },
        """\
bad.yaml:2:62: error[id-unknown]: unknown workload `dbb`
  hint: did you mean `db`?
""",
    ),
    Case(
        "unknown-pool-host",
        {
            "bad.yaml": """\
pools:
  - {id: p, hosts: [dbs]}
""",
        },
        """\
bad.yaml:2:20: error[id-unknown]: unknown workload `dbs`
  hint: did you mean `db`?
""",
    ),
    Case(
        "unknown-process-dependency",
        {
            "bad.yaml": """\
processes:
  - {id: pay, tenant: acme, depends_on: [payroll]}
""",
        },
        """\
bad.yaml:2:41: error[id-unknown]: unknown workload `payroll`
  hint: known: `db`
""",
    ),
    Case(
        "unknown-duct",
        {
            "bad.yaml": "network: {links: [{id: l1, fibre_km: 2, ends: [s1, s2], ducts: [d1]}]}\n",
            "more.yaml": """\
sites: [{id: s2, name: Two}]
network: {nodes: [{id: n1, site: s1}]}
""",
        },
        """\
bad.yaml:1:64: error[id-unknown]: unknown duct `d1`
  hint: no duct is declared
""",
    ),
    Case(
        "remove-outside-a-patch",
        {
            "bad.yaml": "remove: {workloads: [db]}\n",
        },
        """\
bad.yaml:1:9: error[remove]: `remove` stands only in a patch
  hint: apply this file with `--patch`, or delete the items themselves
""",
    ),
    Case(
        "range-in-a-room-id",
        {
            "bad.yaml": """\
rooms:
  - {id: "h[2-3]", fire_compartment: f2}
""",
        },
        """\
bad.yaml:2:10: error[range]: a room's id holds no range, found `h[2-3]`
""",
    ),
    Case(
        "range-in-a-row-id",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: "h2-[a-b]", racks: "h2-a[1-2]", type: r42}]}
""",
        },
        """\
bad.yaml:2:48: error[range]: a row's id holds no range, found `h2-[a-b]`
  hint: write one line for each row
""",
    ),
    Case(
        "bad-range-of-racks",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: h2-a, racks: "h2-a[2-1]", type: r42}]}
""",
        },
        """\
bad.yaml:2:61: error[range]: `2-1` in `h2-a[2-1]` runs backwards
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "bad-range-beside-a-good-one",
        {
            "bad.yaml": """\
power:
  - {id: "x[1-2]", kind: feed, from: pan, kva: 1, rack: "h1-a[02-01]"}
""",
        },
        """\
bad.yaml:2:57: error[range]: `02-01` in `h1-a[02-01]` runs backwards
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "bad-range-in-a-list",
        {
            "bad.yaml": """\
pools:
  - {id: p, hosts: ["db["]}
""",
        },
        """\
bad.yaml:2:21: error[range]: `db[` holds a bracket that is not closed
  hint: write for example "rack-[01-12]"
""",
    ),
    Case(
        "range-in-a-nested-key",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, together_with: {row: "db[1-2]"}}
""",
        },
        """\
bad.yaml:2:61: error[range]: `row` holds the range `db[1-2]`, the id of its item holds none
  hint: write one item for each, or a range in the id, too
""",
    ),
    Case(
        "unknown-quota-strand",
        {
            "bad.yaml": """\
tenants:
  - {id: b, quota: {strand_kw: {pann: 5}, pool_share: {vm: 0.5}}}
""",
        },
        """\
bad.yaml:2:39: error[id-unknown]: unknown power node `pann`
  hint: did you mean `pan`?
bad.yaml:2:60: error[id-unknown]: unknown pool `vm`
  hint: no pool is declared
""",
    ),
    Case(
        "unknown-continuity-group",
        {
            "bad.yaml": """\
sites:
  - {id: s2, continuity_group: g}
""",
        },
        """\
bad.yaml:2:32: error[id-unknown]: unknown continuity group `g`
  hint: no continuity group is declared
""",
    ),
    Case(
        "unknown-end-of-a-link",
        {
            "bad.yaml": "network: {links: [{id: l1, ends: [s1, n9]}]}\n",
        },
        """\
bad.yaml:1:39: error[id-unknown]: unknown site or network node `n9`
  hint: known: `s1`
""",
    ),
    Case(
        "unknown-site-of-a-network-node",
        {
            "bad.yaml": "network: {nodes: [{id: n1, site: s9}]}\n",
        },
        """\
bad.yaml:1:34: error[id-unknown]: unknown site `s9`
  hint: known: `s1`
""",
    ),
)
