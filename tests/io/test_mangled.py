"""Every mangled inventory is answered with exactly its text: place, slug, message, hint."""

import pytest

from planner.errors import InventoryError
from planner.io import load_estate
from tests.io.mangled import CASES, Case


def test_the_base_is_valid(tmp_path):
    Case("base", {}, "").write(tmp_path)
    assert load_estate(tmp_path).estate.id == "demo"


def test_names_are_unique_and_many():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= 70


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mangled(case, tmp_path, monkeypatch):
    case.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InventoryError, match=r"^\d+ problems? in the inventory$") as caught:
        load_estate(tmp_path)
    text, _, count = caught.value.render().rpartition("\n\n")
    assert text + "\n" == case.expected
    noun = "problem" if text.count(": error[") == 1 else "problems"
    assert count == f"{text.count(': error[')} {noun} in the inventory"
