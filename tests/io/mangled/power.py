"""Power graphs and cooling units that cannot be."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "unknown-parent",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: pen, kva: 5}
""",
        },
        """\
bad.yaml:2:33: error[id-unknown]: unknown power node `pen`
  hint: did you mean `pan`?
""",
    ),
    Case(
        "cycle",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: p4, kva: 5}
  - {id: p3, kind: panel, from: p2, kva: 5}
  - {id: p4, kind: panel, from: p3, kva: 5}
""",
        },
        """\
bad.yaml:2:33: error[power-cycle]: power nodes feed each other in a cycle: `p2` from `p4` from `p3` from `p2`
  hint: break it at one of them
""",
    ),
    Case(
        "cycle-through-a-switch",
        {
            "bad.yaml": """\
power:
  - {id: ts, kind: transfer_switch, preferred: grid, alternate: p2, kva: 5}
  - {id: p2, kind: panel, from: ts, kva: 5}
""",
        },
        """\
bad.yaml:3:33: error[power-cycle]: power nodes feed each other in a cycle: `p2` from `ts` from `p2`
  hint: break it at one of them
""",
    ),
    Case(
        "parent-of-itself",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: p2, kva: 5}
""",
        },
        """\
bad.yaml:2:33: error[power-cycle]: power nodes feed each other in a cycle: `p2` from `p2`
  hint: break it at one of them
""",
    ),
    Case(
        "no-parent",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, kva: 5}
""",
        },
        """\
bad.yaml:2:5: error[power-parent]: panel `p2` needs `from`, the node that feeds it
  hint: add `from: ID`
""",
    ),
    Case(
        "source-with-a-parent",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: generator, from: grid, kva: 5}
""",
        },
        """\
bad.yaml:2:37: error[power-parent]: generator `g2` takes no `from`
  hint: it has no parent
""",
    ),
    Case(
        "switch-without-alternate",
        {
            "bad.yaml": """\
power:
  - {id: ts, kind: transfer_switch, preferred: grid, kva: 5}
""",
        },
        """\
bad.yaml:2:5: error[power-parent]: transfer switch `ts` needs `alternate`, the node that feeds it
  hint: add `alternate: ID`
""",
    ),
    Case(
        "switch-with-from",
        {
            "bad.yaml": """\
power:
  - {id: ts, kind: transfer_switch, from: grid, preferred: grid, alternate: pan, kva: 5}
""",
        },
        """\
bad.yaml:2:43: error[power-parent]: transfer switch `ts` takes no `from`
  hint: it takes `preferred` and `alternate`
""",
    ),
    Case(
        "switch-twice-the-same",
        {
            "bad.yaml": """\
power:
  - {id: ts, kind: transfer_switch, preferred: grid, alternate: grid, kva: 5}
""",
        },
        """\
bad.yaml:2:65: error[power-parent]: transfer switch `ts` has the same preferred and alternate node `grid`
""",
    ),
    Case(
        "panel-with-preferred",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, preferred: grid, kva: 5}
""",
        },
        """\
bad.yaml:2:50: error[power-parent]: panel `p2` takes no `preferred`
  hint: it takes `from`
""",
    ),
    Case(
        "parent-in-another-site",
        {
            "bad.yaml": """\
sites: [{id: s2}]
power:
  - {id: p2, site: s2, kind: panel, from: grid, kva: 5}
""",
        },
        """\
bad.yaml:3:43: error[site-mismatch]: power node `p2` is in site `s2`, its `from` `grid` in `s1`
""",
    ),
    Case(
        "no-capacity",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid}
""",
        },
        """\
bad.yaml:2:5: error[power-capacity]: power node `p2` has no capacity figure
  hint: give `kva`, `kw`, `modules`, or `amps` with voltage and phases
""",
    ),
    Case(
        "amps-without-volts",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, amps: 16, phases: 1}
""",
        },
        """\
bad.yaml:2:45: error[power-capacity]: power node `p2` gives `amps` without a voltage
  hint: add `volts_ll` or `volts_ln`
""",
    ),
    Case(
        "amps-without-phases",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, amps: 16, volts_ln: 230}
""",
        },
        """\
bad.yaml:2:45: error[power-capacity]: power node `p2` gives `amps` without `phases`
  hint: add `phases: 1` or `phases: 3`
""",
    ),
    Case(
        "three-phases-with-230-volts",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, amps: 16, volts_ll: 230, phases: 3}
""",
        },
        """\
bad.yaml:2:59: error[power-voltage]: three phases with 230 V line to line: likely the voltage to neutral (16 A at 80 % would show 5.1 kVA where 400 V gives 8.9)
  hint: write `volts_ll: 400`, or `volts_ln: 230`, or confirm with `accept_voltage: true`
""",
    ),
    Case(
        "volts-that-do-not-match",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, amps: 16, volts_ll: 400, volts_ln: 120, phases: 3}
""",
        },
        """\
bad.yaml:2:74: error[power-voltage]: 400 V line to line and 120 V to neutral do not go together: the ratio is sqrt(3)
  hint: correct one of the two
""",
    ),
    Case(
        "kw-above-kva",
        {
            "bad.yaml": """\
power:
  - {id: p2, kind: panel, from: grid, kw: 6, kva: 5}
""",
        },
        """\
bad.yaml:2:43: error[power-capacity]: power node `p2` gives 6 kW but only 5 kVA
  hint: kW is at most kVA: swap the two?
""",
    ),
    Case(
        "more-modules-needed-than-there-are",
        {
            "bad.yaml": """\
power:
  - {id: u, kind: ups, from: grid, modules: {count: 2, needed: 3, kw: 5}}
""",
        },
        """\
bad.yaml:2:64: error[value-range]: modules of `u`: 3 needed of 2
  hint: `needed` is at most `count`
""",
    ),
    Case(
        "modules-without-figures",
        {
            "bad.yaml": """\
power:
  - {id: u, kind: ups, from: grid, modules: {count: 2, needed: 1}}
""",
        },
        """\
bad.yaml:2:45: error[power-capacity]: modules of `u` have neither `kw` nor `kva`
  hint: give the figures of one module
""",
    ),
    Case(
        "outlets-without-a-rack",
        {
            "bad.yaml": """\
power:
  - {id: f, kind: feed, from: pan, kva: 5, outlets: {c13: 4}}
""",
        },
        """\
bad.yaml:2:53: error[power-rack]: power node `f` has outlets but no rack
  hint: add `rack: ID`
""",
    ),
    Case(
        "unknown-outlet-type",
        {
            "bad.yaml": """\
power:
  - {id: f, kind: feed, from: pan, kva: 5, rack: h1-a01, outlets: {c14: 4}}
""",
        },
        """\
bad.yaml:2:68: error[key-unknown]: unknown key `c14`
  hint: did you mean `c13`?
""",
    ),
    Case(
        "child-in-another-rack",
        {
            "bad.yaml": """\
power:
  - {id: f, kind: pdu, from: h1-a01-A, kva: 5, rack: h1-a02}
""",
        },
        """\
bad.yaml:2:54: error[power-rack]: power node `f` serves rack `h1-a02`, its parent `h1-a01-A` rack `h1-a01`
  hint: below a rack's node all nodes serve that rack
""",
    ),
    Case(
        "cooling-cord-to-nowhere",
        {
            "bad.yaml": """\
cooling: {units: [{id: c1, zone: z1, kw: 10, draw_w: 900, cords: [pann]}]}
""",
        },
        """\
bad.yaml:1:66: error[id-unknown]: unknown power node `pann`
  hint: did you mean `pan`?
""",
    ),
    Case(
        "cooling-unit-without-cords",
        {
            "bad.yaml": "cooling: {units: [{id: c1, zone: z1, kw: 10, draw_w: 900}]}\n",
        },
        """\
bad.yaml:1:19: error[key-missing]: cooling unit `c1` draws 900 W and has no cords
  hint: add `cords: [power node, ...]`
""",
    ),
    Case(
        "cooling-needs-more-cords",
        {
            "bad.yaml": """\
cooling: {units: [{id: c1, zone: z1, kw: 10, cords: [pan], cords_required: 2}]}
""",
        },
        """\
bad.yaml:1:76: error[value-range]: cooling unit `c1` needs 2 live cords and has 1
""",
    ),
    Case(
        "rack-in-another-site",
        {
            "bad.yaml": """\
sites: [{id: s2}]
power:
  - {id: f, site: s2, kind: feed, from: pan, kva: 5, rack: h1-a01}
""",
        },
        """\
bad.yaml:3:41: error[site-mismatch]: power node `f` is in site `s2`, its `from` `pan` in `s1`
bad.yaml:3:60: error[site-mismatch]: power node `f` is in site `s2`, its rack `h1-a01` in `s1`
""",
    ),
    Case(
        "cooling-unit-in-another-site",
        {
            "bad.yaml": """\
sites: [{id: s2}]
cooling: {units: [{id: c1, site: s2, zone: z1, room: h1, kw: 10, cords: [pan]}]}
""",
        },
        """\
bad.yaml:2:44: error[site-mismatch]: cooling unit `c1` is in site `s2`, `z1` in `s1`
bad.yaml:2:54: error[site-mismatch]: cooling unit `c1` is in site `s2`, `h1` in `s1`
bad.yaml:2:73: error[site-mismatch]: cooling unit `c1` is in site `s2`, `pan` in `s1`
""",
    ),
    Case(
        "unknown-zone-of-a-cooling-unit",
        {
            "bad.yaml": "cooling: {units: [{id: c1, zone: z9, site: s1, kw: 10}]}\n",
        },
        """\
bad.yaml:1:34: error[id-unknown]: unknown cooling zone `z9`
  hint: known: `z1`
""",
    ),
    Case(
        "two-cycles",
        {
            "bad.yaml": """\
power:
  - {id: a1, kind: transfer_switch, preferred: a2, alternate: a3, kva: 5}
  - {id: a2, kind: panel, from: a1, kva: 5}
  - {id: a3, kind: panel, from: a1, kva: 5}
""",
        },
        """\
bad.yaml:2:48: error[power-cycle]: power nodes feed each other in a cycle: `a1` from `a2` from `a1`
  hint: break it at one of them
bad.yaml:2:63: error[power-cycle]: power nodes feed each other in a cycle: `a1` from `a3` from `a1`
  hint: break it at one of them
""",
    ),
    Case(
        "quota-of-no-strand",
        {
            "bad.yaml": """\
power:
  - {id: ups, kind: ups, from: grid, kva: 50}
  - {id: sub, kind: panel, from: ups, kva: 50}
tenants:
  - {id: b, quota: {strand_kw: {ups: 5, pan: 5, sub: 5, h1-a01-A: 5, grid: 5}}}
""",
        },
        """\
bad.yaml:5:54: error[quota]: `sub` is a panel, no strand
  hint: a strand is named by the UPS it hangs on: `ups`
bad.yaml:5:67: error[quota]: `h1-a01-A` is a feed, no strand
  hint: name the UPS (where there is none, the panel) that the tenant's feeds hang on
bad.yaml:5:76: error[quota]: `grid` is a utility, no strand
  hint: name the UPS (where there is none, the panel) that the tenant's feeds hang on
""",
    ),
    Case(
        "one-leg",
        {
            "bad.yaml": """\
power:
  - {id: l1, kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01}
  - {id: bank, kind: bank, from: h1-a01-A, kva: 5, rack: h1-a01, legs: [l1]}
""",
        },
        """\
bad.yaml:3:72: error[power-legs]: `legs` of `bank`: expected two or three different legs, found `l1`
  hint: two where its outlets are line to line, three where they are three-phase
""",
    ),
    Case(
        "leg-twice",
        {
            "bad.yaml": """\
power:
  - {id: l1, kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01}
  - {id: bank, kind: bank, from: h1-a01-A, kva: 5, rack: h1-a01, legs: [l1, l1]}
""",
        },
        """\
bad.yaml:3:72: error[power-legs]: `legs` of `bank`: expected two or three different legs, found `l1`, `l1`
  hint: two where its outlets are line to line, three where they are three-phase
""",
    ),
    Case(
        "legs-elsewhere",
        {
            "bad.yaml": """\
power:
  - {id: l1, kind: leg, from: h1-a01-B, kva: 3, rack: h1-a01}
  - {id: bank, kind: bank, from: h1-a01-A, kva: 5, rack: h1-a01, legs: [l1, pan, l9]}
""",
        },
        """\
bad.yaml:3:72: error[id-unknown]: unknown power node `l9`
  hint: none of the 12 declared is similar
bad.yaml:3:72: error[power-legs]: `legs` of `bank`: `l1` hangs on `h1-a01-B`
  hint: name legs that hang on `h1-a01-A`, as the node itself does
bad.yaml:3:72: error[power-legs]: `legs` of `bank`: `pan` is a panel
  hint: name nodes of `kind: leg`
""",
    ),
    Case(
        "legs-of-a-leg",
        {
            "bad.yaml": """\
power:
  - {id: "l[1-2]", kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01}
  - {id: l3, kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01, legs: [l1, l2]}
""",
        },
        """\
bad.yaml:3:69: error[power-legs]: leg `l3` takes no `legs`
  hint: give them at the node with the outlets that load several legs
""",
    ),
    Case(
        "imbalance-without-legs",
        {
            "bad.yaml": """\
power:
  - {id: l1, kind: leg, from: h1-a01-A, kva: 3, rack: h1-a01, imbalance: 0.2}
  - {id: p2, kind: panel, from: pan, kva: 5, imbalance: 0.1}
  - {id: l2, kind: leg, from: p2, kva: 3}
""",
        },
        """\
bad.yaml:2:74: error[power-legs]: power node `l1` gives `imbalance` and has fewer than two legs
  hint: give it at the node that two or three nodes of `kind: leg` name in `from`
bad.yaml:3:57: error[power-legs]: power node `p2` gives `imbalance` and has fewer than two legs
  hint: give it at the node that two or three nodes of `kind: leg` name in `from`
""",
    ),
)
