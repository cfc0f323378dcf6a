import json
from datetime import date
from functools import cache
from typing import get_args

import jsonschema
import pytest
import yaml

from planner.errors import UsageError
from planner.io import export_json, export_schema, inventory_schema, layout_text, write_schema
from planner.io.items import fields
from planner.io.schema import layout_schema, schema_text
from planner.model.policy import TIERS
from planner.model.power import OUTLET_RATED_MA, PowerKind
from planner.model.scenarios import DOMAIN_KINDS, SPREAD_LEVELS, SURVIVE_LEVELS
from planner.model.space import Airflow
from planner.model.tenancy import Protection
from tests.io.mangled import BASE, CASES
from tests.io.test_layout import FULL, SERVICES
from tests.io.writing import load

VALIDATOR = jsonschema.Draft202012Validator


@pytest.mark.parametrize("kind", ["inventory", "layout", "export"])
def test_schemas_are_valid_schemas(kind):
    VALIDATOR.check_schema(json.loads(schema_text(kind)))


def test_unknown_schema():
    with pytest.raises(UsageError, match="no schema `estate`"):
        schema_text("estate")


def test_words_of_the_format_are_those_of_the_model():
    assert get_args(fields.PowerKindName) == tuple(kind.value for kind in PowerKind)
    assert get_args(fields.LossLevel) == SURVIVE_LEVELS
    assert get_args(fields.DomainKindName) == DOMAIN_KINDS
    assert get_args(fields.PlaceLevel) == SPREAD_LEVELS
    assert get_args(fields.AirflowName) == tuple(Airflow)
    assert get_args(fields.Level) == tuple(level.label for level in Protection)
    assert get_args(fields.OutletName) == tuple(OUTLET_RATED_MA)
    assert get_args(fields.Tier) == TIERS


def _plain(text):
    """Read YAML as an editor does: days are text."""
    return json.loads(json.dumps(yaml.safe_load(text), default=date.isoformat))


@cache
def _inventory():
    return VALIDATOR(inventory_schema())


def _faults(text):
    return [error.json_path for error in _inventory().iter_errors(_plain(text))]


def test_the_base_estate_fits_the_schema():
    assert [_faults(text) for text in BASE.values()] == [[], [], []]


#: Mangled inventories whose fault an editor sees: wrong keys, types, words, figures.
SEEN = [
    case
    for case in CASES
    if "error[value-" in case.expected or "error[key-unknown]" in case.expected
    if "error[yaml" not in case.expected
]


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_what_the_loader_refuses_an_editor_marks(case):
    beyond_a_schema = {
        "more-modules-needed-than-there-are",
        "cooling-needs-more-cords",
        "growth-off-the-grid",
        "device-off-the-grid",
        "too-many-supplies-required",
        "survive-more-than-count",
        "needed-more-than-count",
        "pinned-beyond-count",
        "standing-off-the-grid",
        "too-many-instances",
        "date-for-an-id",  # text in the YAML version that editors read
    }
    faults = _faults(case.files["bad.yaml"])
    assert bool(faults) == (case.name not in beyond_a_schema)


def test_figures_are_numbers_with_their_limits():
    power = inventory_schema()["$defs"]["PowerItem"]["properties"]
    assert power["kva"]["anyOf"][0] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": 10**9,
    }
    assert power["loss_permille"]["default"] == 0
    assert power["from"]["description"] == "its parent"


def test_write_schema(tmp_path):
    write_schema(tmp_path / "schema.json")
    text = (tmp_path / "schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == inventory_schema()
    assert text.endswith("}\n")


def test_locks_fit_their_schema():
    placed = FULL.model_copy(update={"services": SERVICES})
    document = _plain(layout_text(placed))
    assert document["services"]["portal-1"] == {"pool": "city-vm", "standby": ["lwl-vm"]}
    VALIDATOR(layout_schema()).validate(document)
    document["placements"]["db-1"]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        VALIDATOR(layout_schema()).validate(document)


def test_the_export_fits_its_schema_and_keeps_raw_figures(tmp_path):
    extra = "workloads: [{id: web, tenant: acme, type: srv, count: 3, pinned: [3, 1], from: 2026-01-01}]\n"
    inventory = load(tmp_path / "e", extra=extra)
    placed = FULL.model_copy(update={"services": SERVICES})
    export = json.loads(json.dumps(export_json(inventory, placed)))
    VALIDATOR(export_schema()).validate(export)
    assert (export["format"], export["version"]) == ("rackplan-export", 1)
    assert export["estate"]["power_nodes"]["h1-a03-A"]["rated_va"] == 11_000
    assert export["estate"]["power_nodes"]["h1-a03-A"]["outlets"] == {"c13": 8}
    assert export["estate"]["workloads"]["web"]["pinned"] == [1, 3]
    assert export["layout"]["placements"]["db-2"]["place"]["cords"] == [
        ["PSU1", "h1-a01-A", None],
        ["PSU2", "h1-a01-B", "L1"],
    ]
    assert export["layout"]["services"]["portal-1"] == {
        "instance": "portal-1",
        "pool": "city-vm",
        "standby": ["lwl-vm"],
    }
    assert export_json(inventory)["layout"] is None


def test_the_export_refuses_other_keys(tmp_path):
    export = export_json(load(tmp_path / "e"))
    export["estate"]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError, match="colour"):
        VALIDATOR(export_schema()).validate(export)


def test_the_export_has_no_places_in_files(tmp_path):
    assert '"at"' not in json.dumps(export_json(load(tmp_path / "e")))
