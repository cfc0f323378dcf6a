"""The items of an inventory file, one module a topic; `planner.io.documents` puts them together."""
