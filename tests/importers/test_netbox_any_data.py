"""Whatever stands in a dump, it is imported or said; what is imported validates."""

import copy
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.importers.netbox import convert
from planner.importers.netbox.tables import Tables
from planner.importers.writer import apply
from planner.io import load_estate

DUMP = Path(__file__).parent / "data" / "netbox-demo-v3.6.json.gz"
OBJECTS = json.loads(gzip.decompress(DUMP.read_bytes()))
#: One of each model and some more, so that an example is quick.
FEW = [
    one
    for one in OBJECTS
    if one["fields"].get("site") in (None, 2, 21, 22) and one["model"] != "dcim.poweroutlet"
]
BY_MODEL = {}
for _number, _one in enumerate(FEW):
    BY_MODEL.setdefault(_one["model"], []).append(_number)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 60),
    st.sampled_from([10**12, -1, 0, 1.5, 1e300, float("inf")]),
    st.sampled_from(
        ["", "0", "-7.5", "1e9", "NaN", "[1,2]", "[", "a/b", "[1-3]", "ä ö", "x" * 300, "null"]
    ),
    st.sampled_from([[], [1, 2], [None], ["a"], {}, {"id": 1}, [[1]]]),
)


@st.composite
def edits(draw):
    """Return which field of which object becomes what; None as a field deletes the object."""
    model = draw(st.sampled_from(sorted(BY_MODEL)))
    number = draw(st.sampled_from(BY_MODEL[model]))
    field = draw(st.sampled_from([None, *sorted(FEW[number]["fields"])]))
    return number, field, draw(VALUES)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("estates")
    (root / "schema.json").write_text("{}")

    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    numbers = iter(range(10**6))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.importers.writer.write_atomically", write)
        yield lambda: root / f"x{next(numbers)}"


@given(st.lists(edits(), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_field_may_hold_anything(folders, changes):
    objects = copy.deepcopy(FEW)
    for number, field, value in changes:
        if field is None:
            objects[number]["model"] = "gone"
        else:
            objects[number]["fields"][field] = value
    tables = Tables("any")
    for one in objects:
        tables.add(one["model"], one["pk"], one["fields"])
    folder = folders()
    apply(folder, convert(tables, "any"))
    load_estate(folder)
