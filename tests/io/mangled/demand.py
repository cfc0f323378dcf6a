"""Workloads, policies and waivers that contradict themselves."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "no-device-type",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: workload `web` has no device type
  hint: add `type: SLUG`, or `kind: service`
""",
    ),
    Case(
        "service-with-a-device-type",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, type: srv, service: {vcpu: 2}}
""",
        },
        """\
bad.yaml:2:50: error[workload-kind]: workload `web` is a service and takes no `type`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
""",
    ),
    Case(
        "service-without-needs",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service}
""",
        },
        """\
bad.yaml:2:5: error[key-missing]: workload `web` is a service and says not what it needs
  hint: add `service: {vcpu: ..., ram_gib: ...}`
""",
    ),
    Case(
        "equipment-with-a-service",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, service: {vcpu: 2}}
""",
        },
        """\
bad.yaml:2:49: error[workload-kind]: workload `web` is equipment and has a `service`
  hint: add `kind: service`
""",
    ),
    Case(
        "device-of-a-chassis",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: check-point-sg3600}
""",
        },
        """\
bad.yaml:2:35: error[device-type]: `check-point-sg3600` goes into a chassis, not into a rack
  hint: place the chassis instead
bad.yaml:2:35: error[inlet]: `check-point-sg3600` has inlets of type `dc-terminal` only, which no outlet takes
  hint: declare `device_types: [{slug: check-point-sg3600, inlets: [...]}]`; `inlets: []` where it needs no cord
""",
    ),
    Case(
        "no-fitting-inlet",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: apc-ap8886}
""",
        },
        """\
bad.yaml:2:35: error[inlet]: `apc-ap8886` has inlets of type `iec-60309-3p-n-e-9h` only, which no outlet takes
  hint: declare `device_types: [{slug: apc-ap8886, inlets: [...]}]`; `inlets: []` where it needs no cord
""",
    ),
    Case(
        "too-many-supplies-required",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, psus_required: 3}
""",
        },
        """\
bad.yaml:2:55: error[value-range]: `psus_required` 3 of `web`: `srv` has 2 power supplies
  hint: write 1 to 2
""",
    ),
    Case(
        "survive-more-than-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 2, survive: {rack: 3}}
""",
        },
        """\
bad.yaml:2:66: error[value-range]: `survive.rack`: 3 instances of `web` shall be up, it has 2
  hint: write `all`, or at most the count
""",
    ),
    Case(
        "spread-without-a-figure",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, spread: {rack: {}}}
""",
        },
        """\
bad.yaml:2:55: error[key-missing]: `spread.rack` says nothing
  hint: give `max_per_domain`, `min_domains` or `max_skew`
""",
    ),
    Case(
        "together-with-itself",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, together_with: {row: web}}
""",
        },
        """\
bad.yaml:2:61: error[together]: `together_with.row` of `web` names itself
  hint: name another workload
""",
    ),
    Case(
        "pinned-beyond-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 2, pinned: [3]}
""",
        },
        """\
bad.yaml:2:59: error[value-range]: `pinned`: `web` has no instance 3, its count is 2
""",
    ),
    Case(
        "pinned-but-not-standing",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 2, pinned: [2]}
standing:
  - {instance: web-1, rack: h1-a01, position: 1}
""",
        },
        """\
bad.yaml:2:59: error[pinned]: `pinned`: instance `web-2` does not stand, so it cannot be pinned
  hint: add it under `standing`, or name its place in `allowed`
""",
    ),
    Case(
        "workload-dates-backwards",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, from: 2027-01-01, until: 2026-01-01}
""",
        },
        """\
bad.yaml:2:65: error[dates]: `until` 2026-01-01 is before `from` 2027-01-01
  hint: swap the two days, or correct one
""",
    ),
    Case(
        "hard-rule-made-soft",
        {
            "bad.yaml": "policy: {soft: {space.weight: 1}}\n",
        },
        """\
bad.yaml:1:31: error[policy-soft]: rule `space.weight` may not be soft
  hint: may be soft: `space.growth`, `power.imbalance`, `power.strands`, `cooling.rack`, `redundancy.spread`
""",
    ),
    Case(
        "unknown-soft-rule",
        {
            "bad.yaml": "policy: {soft: {space.grwth: 1}}\n",
        },
        """\
bad.yaml:1:30: error[id-unknown]: unknown rule `space.grwth`
  hint: did you mean `space.growth`?
""",
    ),
    Case(
        "tier-missing",
        {
            "bad.yaml": "policy: {tiers: [unplaced, moves, cost, balance]}\n",
        },
        """\
bad.yaml:1:17: error[policy-tiers]: `tiers`: expected each tier once, found `unplaced`, `moves`, `cost`, `balance`
  hint: tiers: `unplaced`, `soft`, `moves`, `cost`, `balance`
""",
    ),
    Case(
        "tier-twice",
        {
            "bad.yaml": "policy: {tiers: [unplaced, soft, moves, moves, cost, balance]}\n",
        },
        """\
bad.yaml:1:17: error[policy-tiers]: `tiers`: expected each tier once, found `unplaced`, `soft`, `moves`, `moves`, `cost`, `balance`
  hint: tiers: `unplaced`, `soft`, `moves`, `cost`, `balance`
""",
    ),
    Case(
        "frozen-window-backwards",
        {
            "bad.yaml": "policy: {frozen_windows: [{start: 2026-05-02, end: 2026-05-01}]}\n",
        },
        """\
bad.yaml:1:52: error[dates]: `end` 2026-05-01 is before `start` 2026-05-02
  hint: swap the two days, or correct one
""",
    ),
    Case(
        "waiver-twice",
        {
            "bad.yaml": """\
waivers:
  - {id: w1, rule: space.weight, subject: h1-a01, amount: 5, reason: r, author: a, expires: 2027-01-01}
  - {id: w2, rule: space.weight, subject: h1-a01, amount: 5, reason: r, author: a, expires: 2027-01-01}
""",
        },
        """\
bad.yaml:3:43: error[waiver]: waivers `w1` and `w2` cover the same rule and subject
  hint: keep one, with the amount that is meant
""",
    ),
    Case(
        "unknown-access-network",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, access_networks: [doi]}
""",
        },
        """\
bad.yaml:2:57: error[id-unknown]: unknown access network `doi`
  hint: no access network is declared
""",
    ),
    Case(
        "link-to-itself",
        {
            "bad.yaml": "network: {links: [{id: l1, ends: [s1, s1]}]}\n",
        },
        """\
bad.yaml:1:34: error[ends]: both ends of `l1` are `s1`
  hint: name two different ends
""",
    ),
    Case(
        "pool-host-that-is-a-service",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2}}
pools:
  - {id: p, hosts: [web]}
""",
        },
        """\
bad.yaml:4:20: error[workload-kind]: `web` in `hosts` of pool `p` is a service
  hint: name workloads of devices
""",
    ),
    Case(
        "too-many-instances",
        {
            "bad.yaml": """\
workloads:
  - {id: "w[1-11]", tenant: acme, type: srv, count: 100000}
""",
        },
        """\
bad.yaml:2:53: error[value-range]: more than 1000000 instances in one estate
""",
    ),
    Case(
        "service-of-unknown-pool",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2, pools: [vm]}, depends_on: [dbb]}
""",
        },
        """\
bad.yaml:2:70: error[id-unknown]: unknown pool `vm`
  hint: no pool is declared
bad.yaml:2:89: error[id-unknown]: unknown workload `dbb`
  hint: did you mean `db`?
""",
    ),
)
