"""Services, pools, continuity groups, networks and evidence that cannot be."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "service-with-keys-of-equipment",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2}, draw: {budget_w: 5}, weight_kg: 2,
     psus_required: 1, psu_mode: active-active, face: any, airflow: passive, disruption: 2,
     ports: [{type: rj45, gbps: 1, count: 1}]}
""",
        },
        """\
bad.yaml:2:70: error[workload-kind]: workload `web` is a service and takes no `draw`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:2:96: error[workload-kind]: workload `web` is a service and takes no `weight_kg`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:3:21: error[workload-kind]: workload `web` is a service and takes no `psus_required`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:3:34: error[workload-kind]: workload `web` is a service and takes no `psu_mode`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:3:55: error[workload-kind]: workload `web` is a service and takes no `face`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:3:69: error[workload-kind]: workload `web` is a service and takes no `airflow`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
bad.yaml:3:90: error[workload-kind]: workload `web` is a service and takes no `disruption`
  hint: remove it: a change of pool is no move
bad.yaml:4:13: error[workload-kind]: workload `web` is a service and takes no `ports`
  hint: remove it: the hosts of its pools are workloads of their own, with their figures
""",
    ),
    Case(
        "service-with-rules-of-equipment",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2}, survive: {feed: all},
     spread: {site: {min_domains: 2}}, together_with: {row: db}, pinned: true, isolation: rack}
""",
        },
        """\
bad.yaml:2:73: error[workload-kind]: workload `web` is a service and takes no `survive`
  hint: write with `needed` how many must be up, and name it in a process's `depends_on`
bad.yaml:3:14: error[workload-kind]: workload `web` is a service and takes no `spread`
  hint: name the pools in `service: {pools: [...]}`; a standby is at another site anyway
bad.yaml:3:55: error[workload-kind]: workload `web` is a service and takes no `together_with`
  hint: write with `depends_on` what it needs, or name the pools it may run on
bad.yaml:3:74: error[workload-kind]: workload `web` is a service and takes no `pinned`
  hint: it never stands; name one pool in `service: {pools: [...]}` to keep it there
bad.yaml:3:91: error[workload-kind]: workload `web` is a service and takes no `isolation`
  hint: set `isolation` at the hosts of its pools
""",
    ),
    Case(
        "service-placed-by-room",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2}, allowed: {site: [s1], room: [h1]},
     forbidden: {rack: [h1-a01]}}
""",
        },
        """\
bad.yaml:2:92: error[workload-kind]: workload `web` is a service and takes no `allowed.room`
  hint: name sites, or the pools in `service: {pools: [...]}`
bad.yaml:3:24: error[workload-kind]: workload `web` is a service and takes no `forbidden.rack`
  hint: name sites, or the pools in `service: {pools: [...]}`
""",
    ),
    Case(
        "together-with-a-service",
        {
            "bad.yaml": """\
workloads:
  - {id: app, tenant: acme, kind: service, service: {vcpu: 2}}
  - {id: web, tenant: acme, type: srv, together_with: {row: app}}
""",
        },
        """\
bad.yaml:3:61: error[workload-kind]: `together_with.row` of `web` names `app`, a service
  hint: name a workload of devices, e.g. the hosts of a pool
""",
    ),
    Case(
        "manual-quorum-without-minutes",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2, quorum: manual}}
""",
        },
        """\
bad.yaml:2:71: error[key-missing]: `quorum: manual` of `web` without `manual_min`
  hint: add `manual_min`, the minutes in which people take it over
""",
    ),
    Case(
        "async-mirror-without-lag",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2, replication: async}}
""",
        },
        """\
bad.yaml:2:76: error[key-missing]: `replication: async` of `web` without `lag_min`
  hint: add `lag_min`, the minutes that its mirror is behind
""",
    ),
    Case(
        "lag-of-a-synchronous-mirror",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2, replication: sync, lag_min: 5}}
""",
        },
        """\
bad.yaml:2:91: error[replication]: `lag_min` of `web`, whose replication is `sync`
  hint: write `replication: async`, or remove `lag_min`
""",
    ),
    Case(
        "licence-of-no-pool",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, kind: service, service: {vcpu: 2, licences: {orcale: 1}}}
pools: [{id: p, hosts: [db], licences: {oracle: 4}}]
""",
        },
        """\
bad.yaml:2:82: error[id-unknown]: unknown licence `orcale`
  hint: did you mean `oracle`?
""",
    ),
    Case(
        "needed-more-than-count",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, count: 2, needed: 3}
""",
        },
        """\
bad.yaml:2:58: error[value-range]: `needed` 3 of `web`, it has 2 instances
  hint: write 1 to 2
""",
    ),
    Case(
        "depends-on-itself",
        {
            "bad.yaml": """\
workloads:
  - {id: web, tenant: acme, type: srv, depends_on: [db, web]}
""",
        },
        """\
bad.yaml:2:52: error[depends-on]: `depends_on` of `web` names itself
  hint: name what else it needs; workloads may need each other in a cycle
""",
    ),
    Case(
        "pool-without-hosts",
        {
            "bad.yaml": """\
pools: [{id: p, vcpu: 8}]
""",
        },
        """\
bad.yaml:1:9: error[key-missing]: pool `p` has no hosts
  hint: add `hosts: [...]`, the workloads whose devices it runs on
""",
    ),
    Case(
        "pool-names-a-workload-twice",
        {
            "bad.yaml": """\
workloads: [{id: san, tenant: acme, type: srv}]
pools:
  - {id: p, hosts: [db, db], storage_on: [san, db, san]}
""",
        },
        """\
bad.yaml:3:20: error[id-duplicate]: `hosts` of pool `p` names `db` twice
  hint: name it once: all its instances at the site of the pool count
bad.yaml:3:42: error[id-duplicate]: `storage_on` of pool `p` names `san` twice
  hint: name it once: all its instances at the site of the pool count
""",
    ),
    Case(
        "host-of-two-pools",
        {
            "bad.yaml": """\
pools:
  - {id: p, hosts: [db]}
  - {id: q, hosts: [db]}
""",
        },
        """\
bad.yaml:3:20: error[pool-hosts]: `db` is host of pools `p` and `q` of one site
  hint: keep it in one of them, or split the workload
""",
    ),
    Case(
        "group-without-sites",
        {
            "bad.yaml": """\
continuity_groups: [{id: g}]
""",
        },
        """\
bad.yaml:1:21: error[continuity-group]: continuity group `g` has no site
  hint: name it at two sites at least: `site: {id: ..., continuity_group: g}`
""",
    ),
    Case(
        "group-of-one-site",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, emergency: {hours: 72}}]
sites: [{id: s2, continuity_group: g}]
""",
        },
        """\
bad.yaml:1:21: error[continuity-group]: continuity group `g` has only site `s2`
  hint: name it at two sites at least: `site: {id: ..., continuity_group: g}`
""",
    ),
    Case(
        "site-given-up",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, emergency: {hours: 72, gives_up: [ups, site]}}]
sites: [{id: "s[2-3]", continuity_group: g}]
""",
        },
        """\
bad.yaml:1:62: error[emergency]: `gives_up` of continuity group `g` holds `site`
  hint: remove it: which site is lost is what standing alone is about
""",
    ),
    Case(
        "emergency-protection-in-part",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, emergency: {hours: 72, max_protection: {integrity: hoch}}}]
sites: [{id: "s[2-3]", continuity_group: g}]
""",
        },
        """\
bad.yaml:1:68: error[key-missing]: missing keys `availability`, `confidentiality`
""",
    ),
    Case(
        "unknown-kind-given-up",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, emergency: {hours: 72, gives_up: [upss]}}]
sites: [{id: "s[2-3]", continuity_group: g}]
""",
        },
        """\
bad.yaml:1:63: error[value-choice]: an element of `gives_up`: expected `utility`, `transformer`, `generator`, `transfer_switch`, `ups`, `panel`, `feed`, `leg`, `pdu`, `bank`, `cooling_unit`, `rack`, `row`, `room`, `fire_compartment`, `site`, `duct`, `network_node` or `carrier`, found the text `upss`
  hint: did you mean `ups`?
""",
    ),
    Case(
        "geo-redundancy-without-coordinates",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, geo_redundancy: true}]
sites: [{id: s2, continuity_group: g, lat: 51.9, lon: 7.6}, {id: s3, continuity_group: g}]
""",
        },
        """\
bad.yaml:1:45: error[coordinates]: `geo_redundancy` of `g`: site `s3` has no coordinates
  hint: add `lat` and `lon` to the site
""",
    ),
    Case(
        "half-a-coordinate",
        {
            "bad.yaml": """\
sites: [{id: s2, lat: 51.9}]
network: {nodes: [{id: n1, lon: 7.6}]}
""",
        },
        """\
bad.yaml:1:23: error[coordinates]: site `s2` gives `lat` without `lon`
  hint: add `lon`, in degrees
bad.yaml:2:33: error[coordinates]: network node `n1` gives `lon` without `lat`
  hint: add `lat`, in degrees
""",
    ),
    Case(
        "unknown-witness",
        {
            "bad.yaml": """\
continuity_groups: [{id: g, witness: w}]
sites: [{id: "s[2-3]", continuity_group: g}]
""",
        },
        """\
bad.yaml:1:38: error[id-unknown]: unknown network node `w`
  hint: no network node is declared
""",
    ),
    Case(
        "unknown-group-of-a-process",
        {
            "bad.yaml": """\
processes: [{id: pay, tenant: acme, continuity_group: g}]
""",
        },
        """\
bad.yaml:1:55: error[id-unknown]: unknown continuity group `g`
  hint: no continuity group is declared
""",
    ),
    Case(
        "combination-of-nothing",
        {
            "bad.yaml": """\
combinations: [{id: flood, loses: {room: []}}]
""",
        },
        """\
bad.yaml:1:35: error[key-missing]: combination `flood` loses nothing
  hint: add what is lost at once: `loses: {room: [ID], duct: [ID]}`
""",
    ),
    Case(
        "combination-of-unknown-domains",
        {
            "bad.yaml": """\
combinations:
  - {id: flood, loses: {room: [h9], duct: [d1], carrier: [telco], network_node: [n2]}}
network: {nodes: [{id: n1}]}
""",
        },
        """\
bad.yaml:2:32: error[id-unknown]: unknown room `h9`
  hint: known: `h1`
bad.yaml:2:44: error[id-unknown]: unknown duct `d1`
  hint: no duct is declared
bad.yaml:2:59: error[id-unknown]: unknown carrier `telco`
  hint: no carrier is declared
bad.yaml:2:82: error[id-unknown]: unknown network node `n2`
  hint: known: `n1`
""",
    ),
    Case(
        "network-node-named-like-a-site",
        {
            "bad.yaml": """\
network: {nodes: [{id: s1}]}
""",
        },
        """\
bad.yaml:1:24: error[id-duplicate]: network node `s1` has the id of a site
  hint: rename it: ends of links are sites or network nodes
""",
    ),
    Case(
        "link-of-unknown-length",
        {
            "bad.yaml": """\
sites: [{id: s2}, {id: s3, lat: 51.9, lon: 7.6}]
network:
  nodes: [{id: n1, site: s1}, {id: n2, site: s1}, {id: n3}]
  links:
    - {id: a, ends: [s1, s2]}
    - {id: b, ends: [s3, n1]}
    - {id: c, ends: [n1, n3], fibre_km: 2}
    - {id: d, ends: [n1, n2]}
    - {id: e, ends: [s1, n2]}
""",
        },
        """\
bad.yaml:5:7: error[link-length]: link `a` gives no `fibre_km`, and `s1` and `s2` have no coordinates
  hint: add `fibre_km`, or `lat` and `lon` of its ends
bad.yaml:6:7: error[link-length]: link `b` gives no `fibre_km`, and `n1` has no coordinates
  hint: add `fibre_km`, or `lat` and `lon` of its ends
""",
    ),
    Case(
        "path-asked-for-twice",
        {
            "bad.yaml": """\
sites: [{id: s2}]
network: {paths: [{id: a, ends: [s1, s2]}, {id: b, ends: [s2, s1], independent_paths: 3}]}
""",
        },
        """\
bad.yaml:2:58: error[ends]: path requirements `a` and `b` have the same ends
  hint: keep one, with what is meant
""",
    ),
    Case(
        "evidence-that-is-not-there",
        {
            "bad.yaml": """\
certificates:
  - {id: a, until: 2030-01-01, evidence: evidence/a.pdf}
  - {id: b, until: 2030-01-01, evidence: .}
""",
        },
        """\
bad.yaml:2:42: error[evidence]: `evidence` of certificate `a`: no file `evidence/a.pdf` in the estate's folder
  hint: put it there; the path is relative to that folder
bad.yaml:3:42: error[evidence]: `evidence` of certificate `b`: no file `.` in the estate's folder
  hint: put it there; the path is relative to that folder
""",
    ),
    Case(
        "evidence-outside-the-estate",
        {
            "bad.yaml": """\
certificates:
  - {id: a, until: 2030-01-01, evidence: ../a.pdf}
  - {id: b, until: 2030-01-01, evidence: /a.pdf}
""",
        },
        """\
bad.yaml:2:42: error[evidence]: `evidence` of certificate `a`: `../a.pdf` is outside the estate's folder
  hint: copy it into that folder and give the path relative to it
bad.yaml:3:42: error[evidence]: `evidence` of certificate `b`: `/a.pdf` is outside the estate's folder
  hint: copy it into that folder and give the path relative to it
""",
    ),
)
