"""Whatever stands in a file, the answer is data or a message, never a traceback."""

import random
import re
from functools import partial

import pytest

from planner.errors import PlannerError
from planner.io import layout_text, load_estate, parse_layout
from tests.io.mangled import BASE, Case
from tests.io.test_layout import FULL

#: Values that fit nowhere in particular.
ODD = [
    "-1", "0", "1e9", "true", "~", "[]", "{}", '"x"', "[a, b]", "{a: b}", "2026-01-01", '"a[1-3]"',
    "x[", "9" * 30, "0.5", "no", "*x", "&x 3", "!!x 3", "all", "grid", "db", "h1-a01", '"h1-a[01-04]"',
]  # fmt: skip
PATCH = """\
power: [{id: pan, kva: 50, modules: {count: 2, needed: 1, kva: 20}}]
racks: [{id: h1-a04, status: planned, growth: {u: 1}}]
workloads: [{id: db, count: 6, spread: {rack: {max_per_domain: 2}}}]
remove: {power: [h1-a01-B]}
"""


def mutate(text, rng):
    """Return `text` with one thing changed: a byte, a line, a value, a key, or a piece cut out."""
    lines = text.split("\n")
    values = list(re.finditer(r": ([^\s,{}\[\]]+)", text))
    keys = list(re.finditer(r"([a-z_]+): ", text))
    kind = rng.randrange(6)
    if kind == 0:
        at = rng.randrange(len(text))
        return text[:at] + chr(rng.randrange(1, 0x250)) + text[at + 1 :]
    if kind == 1:
        return "\n".join(lines[: (at := rng.randrange(len(lines)))] + lines[at + 1 :])
    if kind == 2:
        return "\n".join([*lines, rng.choice(lines)])
    if kind == 3:
        value = rng.choice(values)
        return text[: value.start(1)] + rng.choice(ODD) + text[value.end(1) :]
    if kind == 4:
        key, other = rng.choice(keys), rng.choice(keys)
        return text[: key.start(1)] + other.group(1) + text[key.end(1) :]
    at = rng.randrange(len(text))
    return text[:at] + text[at + rng.randrange(1, 20) :]


def _answers(load):
    """Tell whether `load` answered with data; else it was with a message that can be printed."""
    try:
        load()
    except PlannerError as error:
        return not error.render()
    return True


@pytest.mark.parametrize("seed", range(8))
def test_mangled_inventories(tmp_path, seed):
    rng = random.Random(seed)
    Case("", {}, "").write(tmp_path)
    answers = set()
    for _ in range(60):
        name = rng.choice(sorted(BASE))
        (tmp_path / name).write_text(mutate(BASE[name], rng), encoding="utf-8")
        answers.add(_answers(lambda: load_estate(tmp_path)))
        (tmp_path / name).write_text(BASE[name], encoding="utf-8")
    assert answers == {True, False}


def test_mangled_patches(tmp_path):
    rng = random.Random(1)
    folder, patch = tmp_path / "e", tmp_path / "patch.yaml"
    folder.mkdir()
    Case("", {}, "").write(folder)
    answers = set()
    for _ in range(300):
        patch.write_text(mutate(PATCH, rng), encoding="utf-8")
        answers.add(_answers(lambda: load_estate(folder, [patch])))
    assert answers == {True, False}


def test_mangled_locks():
    rng = random.Random(1)
    text = layout_text(FULL)
    raws = [mutate(text, rng).encode() for _ in range(600)]
    answers = {_answers(partial(parse_layout, raw, "x")) for raw in raws}
    assert answers == {True, False}
