"""As-built places that cannot be."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "two-devices-in-one-unit",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5}
  - {instance: db-2, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:3:46: error[standing-overlap]: `db-2` and `db-1` both take unit 5 (front) of rack `h1-a01`, the other is at bad.yaml:2
  hint: correct one `position`; full-depth devices take both faces
""",
    ),
    Case(
        "full-depth-behind-full-depth",
        {
            "bad.yaml": """\
workloads:
  - {id: back, tenant: acme, type: srv, face: rear}
standing:
  - {instance: db-1, rack: h1-a01, position: 5}
  - {instance: back-1, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:4:46: error[standing-overlap]: `db-1` and `back-1` both take unit 5 (front) of rack `h1-a01`, the other is at bad.yaml:5
  hint: correct one `position`; full-depth devices take both faces
""",
    ),
    Case(
        "standing-twice",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5}
  - {instance: db-1, rack: h1-a02, position: 5}
""",
        },
        """\
bad.yaml:3:16: error[id-duplicate]: standing instance `db-1` is declared twice, first at bad.yaml:2
  hint: rename one of the two, or delete it
""",
    ),
    Case(
        "standing-outside-the-rack",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 43}
""",
        },
        """\
bad.yaml:2:46: error[standing-place]: `db-1` (1U) at 43 is outside rack `h1-a01`, which has units 1 to 42
""",
    ),
    Case(
        "standing-off-the-grid",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5.3}
""",
        },
        """\
bad.yaml:2:46: error[value-range]: `position`: expected a multiple of 0.5, found `5.3`
""",
    ),
    Case(
        "standing-without-position",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: `db-1` has no `position`
  hint: add `position`, the lowest unit it takes
""",
    ),
    Case(
        "standing-in-an-unknown-rack",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a9, position: 5}
""",
        },
        """\
bad.yaml:2:28: error[id-unknown]: unknown rack `h1-a9`
  hint: did you mean `h1-a01`?
""",
    ),
    Case(
        "standing-at-the-wrong-face",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5, face: rear}
""",
        },
        """\
bad.yaml:2:55: error[standing-place]: `db-1` stands at the rear, its workload allows the front
  hint: write `face: front` here, or `face: any` at the workload
""",
    ),
    Case(
        "standing-without-a-workload",
        {
            "bad.yaml": """\
standing:
  - {instance: dbs-1, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:2:16: error[standing-undeclared]: `dbs-1` stands, but no workload `dbs` is declared
  hint: did you mean `db`? Else declare it, or delete this line
""",
    ),
    Case(
        "standing-beyond-count",
        {
            "bad.yaml": """\
standing:
  - {instance: db-5, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:2:16: error[standing-undeclared]: `db-5` stands, but `db` has only 4 instances
  hint: raise its `count`, or delete this line
""",
    ),
    Case(
        "standing-without-a-number",
        {
            "bad.yaml": """\
standing:
  - {instance: db, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:2:16: error[id-malformed]: `db` is no instance id: expected `<workload>-<n>` with n from 1
  hint: for example `acme/db-1`
""",
    ),
    Case(
        "standing-service",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2}}
standing:
  - {instance: web-1, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:4:16: error[workload-kind]: `web-1` is an instance of a service; only equipment stands in a rack
  hint: delete this line
""",
    ),
    Case(
        "cord-to-an-unknown-inlet",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5, cords: {PSU1: h1-a01-A, PSU2: h1-a01-B, PSU3: h1-a01-B}}
""",
        },
        """\
bad.yaml:2:95: error[id-unknown]: unknown inlet `PSU3` of `db-1`
  hint: did you mean `PSU1`?
""",
    ),
    Case(
        "inlet-without-a-cord",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5, cords: {PSU1: h1-a01-A}}
""",
        },
        """\
bad.yaml:2:56: error[standing-cords]: `db-1` has no cord at `PSU2`
  hint: cord every inlet, or leave `cords` out where they are not known
""",
    ),
    Case(
        "cord-to-an-unknown-node",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5, cords: {PSU1: h1-a01-A, PSU2: h1-a01-C}}
""",
        },
        """\
bad.yaml:2:79: error[id-unknown]: unknown power node `h1-a01-C`
  hint: did you mean `h1-a01-A`?
""",
    ),
    Case(
        "cord-to-another-rack",
        {
            "bad.yaml": """\
standing:
  - {instance: db-1, rack: h1-a01, position: 5, cords: {PSU1: h1-a01-A, PSU2: h1-a02-B}}
""",
        },
        """\
bad.yaml:2:79: error[standing-cords]: `db-1` stands in `h1-a01`, power node `h1-a02-B` serves rack `h1-a02`
  hint: nodes of `h1-a01`: `h1-a01-A`, `h1-a01-B`
""",
    ),
    Case(
        "cord-without-a-fitting-outlet",
        {
            "bad.yaml": """\
power:
  - {id: f19, kind: feed, from: pan, kva: 5, rack: h1-a01, outlets: {c19: 4}}
standing:
  - {instance: db-1, rack: h1-a01, position: 5, cords: {PSU1: h1-a01-A, PSU2: f19}}
""",
        },
        """\
bad.yaml:4:79: error[standing-cords]: inlet `PSU2` of `db-1` needs a `c13` outlet, `f19` has `c19`
""",
    ),
    Case(
        "zero-u-with-a-position",
        {
            "bad.yaml": """\
device_types:
  - {slug: strip, u_height: 0, inlets: []}
workloads:
  - {id: strip, tenant: acme, type: strip}
standing:
  - {instance: strip-1, rack: h1-a01, position: 5}
""",
        },
        """\
bad.yaml:6:49: error[standing-place]: `strip-1` takes no unit (`strip` is 0U) and has a `position`
  hint: remove `position`
""",
    ),
)
