"""YAML <-> model: inventories, layout locks and as-built snapshots; exports and their schemas."""

from planner.io.as_built import as_built_of, load_as_built
from planner.io.digest import as_built_digest, estate_digest
from planner.io.estate import Inventory, Parsed, load_estate, parse_estate
from planner.io.export import export_json
from planner.io.files import find_estate
from planner.io.layout import layout_text, load_layout, parse_layout, write_layout
from planner.io.schema import export_schema, inventory_schema, schema_text, write_schema

__all__ = [
    "Inventory",
    "Parsed",
    "as_built_digest",
    "as_built_of",
    "estate_digest",
    "export_json",
    "export_schema",
    "find_estate",
    "inventory_schema",
    "layout_text",
    "load_as_built",
    "load_estate",
    "load_layout",
    "parse_estate",
    "parse_layout",
    "schema_text",
    "write_layout",
    "write_schema",
]
