"""Keys and values of the wrong name, type or size."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "unknown-section",
        {
            "bad.yaml": "worklods: []\n",
        },
        """\
bad.yaml:1:1: error[key-unknown]: unknown key `worklods`
  hint: did you mean `workloads`?
""",
    ),
    Case(
        "unknown-key",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: 10, colour: red}
""",
        },
        """\
bad.yaml:2:38: error[key-unknown]: unknown key `colour`
  hint: `planner schema` lists the keys
""",
    ),
    Case(
        "misspelt-key",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kvva: 10}
""",
        },
        """\
bad.yaml:2:29: error[key-unknown]: unknown key `kvva`
  hint: did you mean `kva`?
""",
    ),
    Case(
        "misspelt-nested-key",
        {
            "bad.yaml": """\
rooms:
  - {id: h2, fire_compartment: f2, rows: [{id: h2-a, racks: "h2-a[1-2]", typ: r42}]}
""",
        },
        """\
bad.yaml:2:43: error[key-missing]: missing key `type`
bad.yaml:2:74: error[key-unknown]: unknown key `typ`
  hint: did you mean `type`?
""",
    ),
    Case(
        "missing-key",
        {
            "bad.yaml": """\
tenants:
  - {name: B}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: missing key `id`
""",
    ),
    Case(
        "two-missing-keys",
        {
            "bad.yaml": """\
rack_types:
  - {id: r47}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: missing keys `u_height`, `weight_kg`
""",
    ),
    Case(
        "section-is-a-mapping",
        {
            "bad.yaml": "tenants: {id: b}\n",
        },
        """\
bad.yaml:1:10: error[value-type]: `tenants`: expected a list, found a mapping
""",
    ),
    Case(
        "item-is-text",
        {
            "bad.yaml": """\
tenants:
  - b
""",
        },
        """\
bad.yaml:2:5: error[value-type]: an element of `tenants`: expected a mapping, found the text `b`
""",
    ),
    Case(
        "text-for-a-number",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: lots}
""",
        },
        """\
bad.yaml:2:34: error[value-type]: `kva`: expected a number, found the text `lots`
""",
    ),
    Case(
        "quoted-number",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: "100"}
""",
        },
        """\
bad.yaml:2:34: error[value-type]: `kva`: expected a number, found the text `100`
  hint: remove the quotes
""",
    ),
    Case(
        "number-for-an-id",
        {
            "bad.yaml": """\
tenants:
  - {id: 42}
""",
        },
        """\
bad.yaml:2:10: error[value-type]: `id`: expected text, found the number `42`
  hint: quote it to make it text
""",
    ),
    Case(
        "date-for-an-id",
        {
            "bad.yaml": """\
tenants:
  - {id: 2026-01-01}
""",
        },
        """\
bad.yaml:2:10: error[value-type]: `id`: expected text, found the date `2026-01-01`
  hint: quote it to make it text
""",
    ),
    Case(
        "decimal-for-a-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 2.5}
""",
        },
        """\
bad.yaml:2:47: error[value-type]: `count`: expected a whole number, found the number `2.5`
""",
    ),
    Case(
        "truth-value-for-a-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: true}
""",
        },
        """\
bad.yaml:2:47: error[value-type]: `count`: expected a whole number, found the truth value `true`
""",
    ),
    Case(
        "truth-value-for-phases",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, amps: 16, volts_ln: 230, phases: true}
""",
        },
        """\
bad.yaml:2:62: error[value-type]: `phases`: expected a number, found the truth value `true`
""",
    ),
    Case(
        "number-for-a-day",
        {
            "bad.yaml": """\
certificates:
  - {id: iso, until: 20270101}
""",
        },
        """\
bad.yaml:2:22: error[value-type]: `until`: expected a day as YYYY-MM-DD, found the number `20270101`
""",
    ),
    Case(
        "text-for-a-truth-value",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, critical: "true"}
""",
        },
        """\
bad.yaml:2:50: error[value-type]: `critical`: expected `true` or `false`, found the text `true`
  hint: remove the quotes
""",
    ),
    Case(
        "negative-capacity",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: -5}
""",
        },
        """\
bad.yaml:2:34: error[value-range]: `kva`: expected more than 0, found the number `-5`
""",
    ),
    Case(
        "zero-capacity",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: 0}
""",
        },
        """\
bad.yaml:2:34: error[value-range]: `kva`: expected more than 0, found the number `0`
""",
    ),
    Case(
        "absurd-capacity",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: 1e30}
""",
        },
        """\
bad.yaml:2:34: error[value-range]: `kva`: expected at most 1000000000, found the number `1e30`
""",
    ),
    Case(
        "zero-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 0}
""",
        },
        """\
bad.yaml:2:47: error[value-range]: `count`: expected at least 1, found the number `0`
""",
    ),
    Case(
        "share-in-percent",
        {
            "bad.yaml": "policy: {kappa: 80}\n",
        },
        """\
bad.yaml:1:17: error[value-range]: `policy.kappa`: expected at most 1, found the number `80`
  hint: a share: 0.8 for 80 %
""",
    ),
    Case(
        "unknown-kind",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: pannel, from: grid, kva: 5}
""",
        },
        """\
bad.yaml:2:20: error[value-choice]: `kind`: expected `utility`, `transformer`, `generator`, `transfer_switch`, `ups`, `panel`, `feed`, `leg`, `pdu` or `bank`, found the text `pannel`
  hint: did you mean `panel`?
""",
    ),
    Case(
        "two-phases",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, amps: 16, volts_ll: 400, phases: 2}
""",
        },
        """\
bad.yaml:2:62: error[value-choice]: `phases`: expected `1` or `3`, found the number `2`
""",
    ),
    Case(
        "unknown-protection-level",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, protection: {integrity: high}}
""",
        },
        """\
bad.yaml:2:64: error[value-choice]: `protection.integrity`: expected `normal`, `hoch` or `sehr-hoch`, found the text `high`
""",
    ),
    Case(
        "unknown-survive-level",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, survive: {feeds: 1}}
""",
        },
        """\
bad.yaml:2:50: error[key-unknown]: unknown key `feeds`
  hint: did you mean `feed`?
""",
    ),
    Case(
        "bad-survive-number",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, survive: {feed: most}}
""",
        },
        """\
bad.yaml:2:56: error[value-choice]: `survive.feed`: expected a whole number or `all`, found the text `most`
""",
    ),
    Case(
        "unknown-spread-level",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, spread: {cage: {max_per_domain: 1}}}
""",
        },
        """\
bad.yaml:2:49: error[key-unknown]: unknown key `cage`
  hint: known keys: `fire_compartment`, `rack`, `room`, `row`, `site`
""",
    ),
    Case(
        "spread-is-a-number",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, spread: {rack: 1}}
""",
        },
        """\
bad.yaml:2:55: error[value-type]: `spread.rack`: expected a mapping, found the number `1`
""",
    ),
    Case(
        "id-with-a-blank",
        {
            "bad.yaml": """\
tenants:
  - {id: "big city"}
""",
        },
        """\
bad.yaml:2:10: error[id-malformed]: `id`: expected an id, found the text `big city`
  hint: letters, digits and `. _ - : / + @`, the first a letter, a digit or `_`
""",
    ),
    Case(
        "id-too-long",
        {
            "bad.yaml": "tenants:\n  - {id: " + "x" * 201 + "}\n",
        },
        """\
bad.yaml:2:10: error[value-range]: `id`: expected at most 200 characters, found the text `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...`
""",
    ),
    Case(
        "one-end-of-a-link",
        {
            "bad.yaml": "network: {links: [{id: l1, ends: [s1]}]}\n",
        },
        """\
bad.yaml:1:34: error[value-range]: `ends`: expected at least 2 elements, found a list of 1
""",
    ),
    Case(
        "latitude-out-of-range",
        {
            "bad.yaml": """\
sites:
  - {id: s2, lat: 95}
""",
        },
        """\
bad.yaml:2:19: error[value-range]: `lat`: expected at most 90, found the number `95`
""",
    ),
    Case(
        "several-errors-in-one-item",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utilty, kva: -1, color: red}
""",
        },
        """\
bad.yaml:2:20: error[value-choice]: `kind`: expected `utility`, `transformer`, `generator`, `transfer_switch`, `ups`, `panel`, `feed`, `leg`, `pdu` or `bank`, found the text `utilty`
  hint: did you mean `utility`?
bad.yaml:2:33: error[value-range]: `kva`: expected more than 0, found the number `-1`
bad.yaml:2:37: error[key-unknown]: unknown key `color`
  hint: `planner schema` lists the keys
""",
    ),
)
