"""Files that cannot be read as one YAML document, or hold what YAML versions read differently."""

from tests.io.mangled.case import Case

CASES = (
    Case(
        "empty-file",
        {
            "bad.yaml": "",
        },
        """\
bad.yaml:1:1: error[yaml-empty]: the file is empty
  hint: fill it or delete it
""",
    ),
    Case(
        "only-comments",
        {
            "bad.yaml": "# nothing yet\n",
        },
        """\
bad.yaml:1:1: error[yaml-empty]: the file is empty
  hint: fill it or delete it
""",
    ),
    Case(
        "only-null",
        {
            "bad.yaml": "~\n",
        },
        """\
bad.yaml:1:1: error[value-type]: expected a mapping of sections
  hint: begin with a key such as `rooms:`
""",
    ),
    Case(
        "not-utf8",
        {
            "bad.yaml": b"tenants:\n  - {id: m\xfcnster}\n",
        },
        """\
bad.yaml:2:11: error[yaml-encoding]: byte 0xfc is no UTF-8
  hint: save the file as UTF-8
""",
    ),
    Case(
        "utf16",
        {
            "bad.yaml": b"\xff\xfet\x00e\x00n\x00a\x00n\x00t\x00s\x00:\x00 \x00[\x00]\x00\n\x00",
        },
        """\
bad.yaml:1:1: error[yaml-encoding]: byte 0xff is no UTF-8
  hint: save the file as UTF-8
""",
    ),
    Case(
        "nul-byte",
        {
            "bad.yaml": b"tenants:\n  - {id: a\x00b}\n",
        },
        """\
bad.yaml:2:11: error[yaml-encoding]: character U+0000 is not allowed in YAML
  hint: remove it, or save as UTF-8
""",
    ),
    Case(
        "tab-indentation",
        {
            "bad.yaml": """\
tenants:
\t- {id: b}
""",
        },
        """\
bad.yaml:2:1: error[yaml-syntax]: found character that cannot start any token while scanning for the next token
  hint: indent with spaces, not with tabs
""",
    ),
    Case(
        "unclosed-bracket",
        {
            "bad.yaml": """\
tenants: [{id: b}
power: []
""",
        },
        """\
bad.yaml:2:1: error[yaml-syntax]: did not find expected ',' or ']' while parsing a flow sequence
  hint: check quotes, brackets and indentation here and in the line before
""",
    ),
    Case(
        "unclosed-quote",
        {
            "bad.yaml": """\
tenants:
  - {id: "b}
""",
        },
        """\
bad.yaml:3:1: error[yaml-syntax]: found unexpected end of stream while scanning a quoted scalar
  hint: check quotes, brackets and indentation here and in the line before
""",
    ),
    Case(
        "wrong-indentation",
        {
            "bad.yaml": """\
rooms:
  - id: h2
   fire_compartment: f2
""",
        },
        """\
bad.yaml:3:4: error[yaml-syntax]: did not find expected '-' indicator while parsing a block collection
  hint: check quotes, brackets and indentation here and in the line before
""",
    ),
    Case(
        "two-documents",
        {
            "bad.yaml": """\
tenants: []
---
tenants: []
""",
        },
        """\
bad.yaml:2:1: error[yaml-documents]: a second document begins here
  hint: one file holds one document: remove `---` or split the file
""",
    ),
    Case(
        "list-at-the-top",
        {
            "bad.yaml": "- {id: b}\n",
        },
        """\
bad.yaml:1:1: error[value-type]: expected a mapping of sections
  hint: begin with a key such as `rooms:`
""",
    ),
    Case(
        "text-at-the-top",
        {
            "bad.yaml": "tenants\n",
        },
        """\
bad.yaml:1:1: error[value-type]: expected a mapping of sections
  hint: begin with a key such as `rooms:`
""",
    ),
    Case(
        "duplicate-key",
        {
            "bad.yaml": """\
tenants:
  - id: b
    name: B
    id: c
""",
        },
        """\
bad.yaml:4:5: error[key-duplicate]: key `id` stands twice, first in line 2
  hint: keep one of the two
""",
    ),
    Case(
        "duplicate-section",
        {
            "bad.yaml": """\
tenants: []
pools: []
tenants: []
""",
        },
        """\
bad.yaml:3:1: error[key-duplicate]: key `tenants` stands twice, first in line 1
  hint: keep one of the two
""",
    ),
    Case(
        "deep-nesting",
        {
            "bad.yaml": "tenants: " + "[" * 40 + "]" * 40 + "\n",
        },
        """\
bad.yaml:1:41: error[yaml-depth]: nested deeper than 32 levels
  hint: no inventory needs this: flatten it
""",
    ),
    Case(
        "alias-bomb",
        {
            "bad.yaml": """\
a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
""",
        },
        """\
bad.yaml:4:36: error[yaml-alias]: aliases stand for more than 10000 values
  hint: use a range instead
""",
    ),
    Case(
        "alias-of-itself",
        {
            "bad.yaml": """\
tenants: &t
  - *t
""",
        },
        """\
bad.yaml:2:5: error[yaml-alias]: alias `*t` stands inside its own anchor
  hint: write the value out
""",
    ),
    Case(
        "unknown-alias",
        {
            "bad.yaml": "tenants: *nobody\n",
        },
        """\
bad.yaml:1:10: error[yaml-alias]: alias `*nobody` has no anchor `&nobody` before it
""",
    ),
    Case(
        "python-tag",
        {
            "bad.yaml": "tenants: !!python/object/apply:os.system [ls]\n",
        },
        """\
bad.yaml:1:10: error[yaml-tag]: tag `!!python/object/apply:os.system` is not read
  hint: remove it; put text in quotes
bad.yaml:1:43: error[value-type]: an element of `tenants`: expected a mapping, found the text `ls`
""",
    ),
    Case(
        "merge-key",
        {
            "bad.yaml": """\
tenants:
  - &b {id: b}
  - {<<: *b, name: C}
""",
        },
        """\
bad.yaml:3:6: error[yaml-merge]: merge keys (`<<`) are not read
  hint: use a range, a rack type or a device type
""",
    ),
    Case(
        "key-is-a-list",
        {
            "bad.yaml": """\
? [a, b]
: tenants
""",
        },
        """\
bad.yaml:1:3: error[yaml-key]: a list or mapping as a key
  hint: a key is one word of text
""",
    ),
    Case(
        "key-is-a-number",
        {
            "bad.yaml": """\
tenants:
  - {id: b, 7: x}
""",
        },
        """\
bad.yaml:2:13: error[yaml-key]: a key is text, found `7`
  hint: quote it: `"7"`
""",
    ),
    Case(
        "key-is-a-truth-value",
        {
            "bad.yaml": """\
tenants:
  - {id: b, on: x}
""",
        },
        """\
bad.yaml:2:13: error[yaml-surprise]: `on` is a truth value in some YAML versions, text in others
  hint: write `true` for a truth value, `"on"` for text
""",
    ),
    Case(
        "truth-word",
        {
            "bad.yaml": """\
tenants:
  - {id: b, name: no}
""",
        },
        """\
bad.yaml:2:19: error[yaml-surprise]: `no` is a truth value in some YAML versions, text in others
  hint: write `false` for a truth value, `"no"` for text
""",
    ),
    Case(
        "octal-number",
        {
            "bad.yaml": """\
tenants:
  - {id: 0123}
""",
        },
        """\
bad.yaml:2:10: error[yaml-surprise]: `0123` is a number that YAML versions read differently
  hint: write it plainly, or `"0123"` for text
""",
    ),
    Case(
        "base-60-number",
        {
            "bad.yaml": """\
tenants:
  - {id: b, name: 22:30}
""",
        },
        """\
bad.yaml:2:19: error[yaml-surprise]: `22:30` is a number to base 60 in some YAML versions
  hint: quote it: `"22:30"`
""",
    ),
    Case(
        "no-such-day",
        {
            "bad.yaml": """\
certificates:
  - {id: iso, until: 2027-02-30}
""",
        },
        """\
bad.yaml:2:22: error[yaml-surprise]: `2027-02-30` is no day of the calendar
  hint: write YYYY-MM-DD, or quote text
""",
    ),
    Case(
        "infinite",
        {
            "bad.yaml": """\
power:
  - {id: g2, kind: utility, kva: .inf}
""",
        },
        """\
bad.yaml:2:34: error[yaml-surprise]: `.inf` is no figure
  hint: leave the key out where there is no figure
""",
    ),
    Case(
        "wrong-suffix",
        {
            "bad.yml": "tenants: []\n",
        },
        """\
bad.yml: error[file-name]: only `*.yaml` files are read
  hint: rename it to `bad.yaml`
""",
    ),
)
