from datetime import date
from decimal import Decimal

import pytest

from planner.io import yaml_tree
from planner.io.yaml_scalars import Surprise, resolve
from planner.io.yaml_tree import Place, YamlProblemError, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("+5", 5),
        ("0.1", Decimal("0.1")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal("1e3")),
        ("2026-02-28", date(2026, 2, 28)),
        ("city-h1", "city-h1"),
        ("y", "y"),  # `direction: y`; no reader in use takes it for a truth value
        ("3.9.1", "3.9.1"),
        ("2026-2-8", "2026-2-8"),
        ("9" * 50, "9" * 50),  # no figure has so many digits
    ],
)
def test_plain_scalars(text, value):
    resolved = resolve(text)
    assert resolved == value
    assert type(resolved) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "Yes", "ON", "off", "012", "0x1F", "0o17", "0b1", "1_000", "12:30", "1:02:03", ".inf",
     "-.INF", ".NaN", "2026-13-01", "00.5"],
)  # fmt: skip
def test_surprises(text):
    assert isinstance(resolve(text), Surprise)


def test_quoted_scalars_are_text():
    data = read_yaml(b"""{a: "no", b: '012', c: "2026-01-01", d: "1.5"}""", "f").data
    assert data == {"a": "no", "b": "012", "c": "2026-01-01", "d": "1.5"}


def test_places_of_keys_and_values():
    tree = read_yaml(b"a:\n  - {b: 1, c: [2,\n   3]}\n", "f")
    assert tree.data == {"a": [{"b": 1, "c": [2, 3]}]}
    assert tree.mark.find(("a", 0)).place == Place(2, 5)
    assert tree.mark.find_key(("a", 0, "c")) == Place(2, 12)
    assert tree.mark.find(("a", 0, "c", 1)).place == Place(3, 4)
    # what the file does not have has the place of what is around it
    assert tree.mark.find(("a", 0, "x")).place == Place(2, 5)


def test_an_alias_repeats_its_anchor():
    tree = read_yaml(b"a: &x {b: 1}\nc: *x\n", "f")
    assert tree.data == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_byte_order_mark_is_skipped():
    assert read_yaml("\ufeffa: 1\n".encode(), "f").data == {"a": 1}


def test_umlauts_count_as_one_column():
    tree = read_yaml("a: {ä: 1, b: 2}\n".encode(), "f")
    assert tree.mark.find_key(("a", "b")) == Place(1, 11)


def test_all_duplicate_keys_are_found():
    tree = read_yaml(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", "f")
    assert [(p.line, p.message) for p in tree.problems] == [
        (2, "key `a` stands twice, first in line 1"),
        (3, "key `c` stands twice, first in line 3"),
    ]
    assert tree.data == {"a": 1, "b": {"c": 1}}


def _refusal(raw):
    with pytest.raises(YamlProblemError, match=r".") as caught:
        read_yaml(raw, "f")
    return caught.value.problems[-1]


def test_limits(monkeypatch):
    monkeypatch.setattr(yaml_tree, "MAX_FILE_BYTES", 10)
    assert _refusal(b"a: 12345678").message == "the file has 11 bytes, more than 10"
    monkeypatch.setattr(yaml_tree, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(yaml_tree, "MAX_NODES", 4)
    # mapping, key, list, two numbers = 5 values
    assert _refusal(b"a: [1, 2]").message == "more than 4 values in one file"


def test_depth_is_counted_to_the_level():
    def nested(depth):
        return b"[" * depth + b"]" * depth

    assert read_yaml(nested(yaml_tree.MAX_DEPTH), "f").data
    assert _refusal(nested(yaml_tree.MAX_DEPTH + 1)).slug == "yaml-depth"


def test_very_deep_nesting_does_not_exhaust_the_stack():
    assert _refusal(b"[" * 200_000).slug == "yaml-depth"


def test_too_many_problems_end_the_reading(monkeypatch):
    monkeypatch.setattr(yaml_tree, "MAX_PROBLEMS", 3)
    with pytest.raises(YamlProblemError, match="truth value") as caught:
        read_yaml(b"[no, no, no, no, no]", "f")
    assert len(caught.value.problems) == 3
