"""YAML <-> model: reads an inventory, a layout lock and an as-built snapshot; writes locks and exports."""

from planner.io.digest import as_built_digest, estate_digest
from planner.io.estate import Inventory, load_estate
from planner.io.files import find_estate

__all__ = ["Inventory", "as_built_digest", "estate_digest", "find_estate", "load_estate"]
