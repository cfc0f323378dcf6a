"""Racks, reservations and device types that contradict themselves."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "units-outside-the-rack",
        {
            "bad.yaml": """\
reservations:
  - {id: x, rack: h1-a01, units: [{from: 40, to: 43}]}
""",
        },
        """\
bad.yaml:2:35: error[units]: units 40 to 43 are outside rack `h1-a01`, which has 1 to 42
""",
    ),
    Case(
        "units-backwards",
        {
            "bad.yaml": """\
reservations:
  - {id: x, rack: h1-a01, units: [{from: 5, to: 4}]}
""",
        },
        """\
bad.yaml:2:49: error[units]: units 5 to 4 run backwards
  hint: swap `from` and `to`
""",
    ),
    Case(
        "blocked-outside-the-rack",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a01, blocked: [{from: 43, to: 44}]}
""",
        },
        """\
bad.yaml:2:28: error[units]: units 43 to 44 are outside rack `h1-a01`, which has 1 to 42
""",
    ),
    Case(
        "growth-kg-without-limit",
        {
            "bad.yaml": "policy: {growth: {kg: 50}}\n",
        },
        """\
bad.yaml:1:18: error[growth]: `growth.kg` of rack `h1-a01` needs `max_weight_kg`, which is not declared; likewise `h1-a02`, `h1-a03`, `h1-a04`
  hint: declare `max_weight_kg` at its rack type
""",
    ),
    Case(
        "growth-w-without-limit",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a01, growth: {w: 500}}
""",
        },
        """\
bad.yaml:2:26: error[growth]: `growth.w` of rack `h1-a01` needs `max_power_w`, which is not declared
  hint: declare `max_power_w` at its rack type
""",
    ),
    Case(
        "growth-off-the-grid",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a01, growth: {u: 1.3}}
""",
        },
        """\
bad.yaml:2:26: error[value-range]: `growth.u`: expected a multiple of 0.5, found `1.3`
""",
    ),
    Case(
        "fire-compartment-in-two-sites",
        {
            "bad.yaml": """\
sites: [{id: s2}]
rooms:
  - {id: h2, site: s2, fire_compartment: f1}
""",
        },
        """\
bad.yaml:3:42: error[site-mismatch]: fire compartment `f1` is in site `s2` here, in `s1` for room `h1`
  hint: a compartment lies in one site: rename one
""",
    ),
    Case(
        "zone-of-another-site",
        {
            "bad.yaml": """\
sites: [{id: s2}]
cooling: {zones: [{id: z2, site: s2}]}
racks:
  - {id: h1-a01, cooling_zone: z2}
""",
        },
        """\
bad.yaml:4:32: error[site-mismatch]: cooling zone `z2` is in site `s2`, row `h1-a` in `s1`
""",
    ),
    Case(
        "dates-backwards",
        {
            "bad.yaml": """\
reservations:
  - {id: x, rack: h1-a01, units: [{from: 1, to: 2}], from: 2027-01-01, until: 2026-01-01}
""",
        },
        """\
bad.yaml:2:79: error[dates]: `until` 2026-01-01 is before `from` 2027-01-01
  hint: swap the two days, or correct one
""",
    ),
    Case(
        "device-off-the-grid",
        {
            "bad.yaml": """\
device_types:
  - {slug: odd, u_height: 1.3}
""",
        },
        """\
bad.yaml:2:27: error[value-range]: `u_height`: expected a multiple of 0.5, found `1.3`
""",
    ),
    Case(
        "new-device-without-height",
        {
            "bad.yaml": """\
device_types:
  - {slug: dell-poweredge-r999}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: missing key `u_height`: `dell-poweredge-r999` is not in the catalogue, so it is a new device type
  hint: or did you mean to change `dell-poweredge-r940`?
""",
    ),
    Case(
        "outlet-as-inlet",
        {
            "bad.yaml": """\
device_types:
  - {slug: odd, u_height: 1, inlets: [{name: P, type: c13}]}
""",
        },
        """\
bad.yaml:2:38: error[inlet]: inlet `P` of `odd`: `c13` is an outlet
  hint: the inlet that fits it is `c14`
""",
    ),
    Case(
        "same-inlet-twice",
        {
            "bad.yaml": """\
device_types:
  - {slug: odd, u_height: 1, inlets: [{name: P, type: c14}, {name: P, type: c14}]}
""",
        },
        """\
bad.yaml:2:38: error[id-duplicate]: inlet `P` of `odd` is declared twice
""",
    ),
    Case(
        "growth-of-more-than-the-rack",
        {
            "bad.yaml": """\
racks:
  - {id: h1-a01, growth: {u: 43}}
""",
        },
        """\
bad.yaml:2:26: error[growth]: `growth.u` 43 is more than the 42 units of rack `h1-a01`
""",
    ),
)
