"""RacksDB -> an import: from one YAML file, or from a folder of them."""

from planner.importers.racksdb.convert import SOURCE, convert
from planner.importers.racksdb.reading import read_database

__all__ = ["SOURCE", "convert", "read_database"]
