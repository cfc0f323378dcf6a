"""Devices, racks and feeds from spreadsheets that were exported as CSV."""

from planner.importers.csv.mapping import Mapping, load_mapping, mapping_text
from planner.importers.csv.reading import Known, SpreadsheetImport, read_spreadsheets

__all__ = [
    "Known",
    "Mapping",
    "SpreadsheetImport",
    "load_mapping",
    "mapping_text",
    "read_spreadsheets",
]
