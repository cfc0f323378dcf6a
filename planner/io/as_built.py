"""As-built snapshots from files: an earlier layout lock, or YAML with a section `standing`."""

from __future__ import annotations

from pathlib import Path

from planner.errors import InventoryError, LayoutError, Problem, UsageError
from planner.io.build.standing import build_standing
from planner.io.expansion import expand_section
from planner.io.files import display_path, read_document, read_tree
from planner.io.findings import Findings
from planner.io.layout import parse_layout
from planner.model.estate import Estate
from planner.model.layout import AsBuilt, Layout, Standing


def load_as_built(source: str | Path, estate: Estate) -> AsBuilt:
    """Return where things stand, from a layout lock or a YAML file with a section `standing`.

    A lock counts as carried out: everything in it stands where it placed it. Instances that the
    estate no longer declares are left out.

    Raises
    ------
    UsageError
        When there is no such file.
    LayoutError
        When it is a lock that cannot be read or is of another estate.
    InventoryError
        When something stands where it cannot.
    """
    path = Path(source)
    if not path.is_file():
        hint = "name a layout lock, or a YAML file with `standing:`"
        raise UsageError(f"no file `{display_path(path)}`", hint=hint)
    name = display_path(path)
    findings = Findings()
    tree = read_tree(path, findings)
    findings.raise_if_any()
    if tree is not None and "version" in tree.data:
        layout = parse_layout(path.read_bytes(), name)
        if layout.estate != estate.id:
            message = f"`{name}` is a layout of estate `{layout.estate}`, not of `{estate.id}`"
            raise LayoutError(message, hint="name a lock of this estate")
        return as_built_of(layout, estate, f"lock {name}")
    document = read_document(path, findings)
    findings.raise_if_any()
    entries = expand_section("standing", [document] if document else [], findings)
    standing = build_standing(entries, estate, findings, drop_undeclared=True)
    findings.raise_if_any()
    return AsBuilt(source=f"file {name}", standing=standing)


def as_built_of(layout: Layout, estate: Estate, source: str) -> AsBuilt:
    """Return the snapshot after a layout was carried out; what is no longer declared is left out.

    Raises
    ------
    InventoryError
        When a place in it does not exist in the estate.
    """
    declared = {key for workload in estate.workloads.values() for key in workload.instance_ids()}
    problems: list[Problem] = []
    standing: dict[str, Standing] = {}
    for key, placement in layout.placements.items():
        if key not in declared:
            continue
        where = placement.at
        if placement.place.rack not in estate.racks and where is not None:
            message = (
                f"`{key}` stands in rack `{placement.place.rack}`, which the estate does not have"
            )
            hint = "declare the rack, or take another snapshot"
            problems.append(
                Problem(where.file, where.line, where.column, "id-unknown", message, hint)
            )
        standing[key] = Standing(instance=key, place=placement.place, at=where)
    if problems:
        raise InventoryError(problems)
    return AsBuilt(source=source, standing=standing)
