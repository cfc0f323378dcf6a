"""NetBox -> an import: from a dump, from the REST API, or from a folder that was exported."""

from planner.importers.netbox.convert import SOURCE, convert

__all__ = ["SOURCE", "convert"]
