"""What a shell completes: names of estates from the folders, ids from the estate's files.

A completion never fails and never talks: where something is wrong it offers nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

#: Estates of more bytes than this are not read for a completion: it would keep the shell waiting.
MAX_BYTES = 400_000


def estate_names(start: Path | None = None) -> list[str]:
    """Return the estates under the nearest `inventory/` upward."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        found = sorted(path.parent.name for path in folder.glob("inventory/*/estate.yaml"))
        if found:
            return found
    return []


def ids(kinds: Sequence[str], estate: str | None) -> list[str]:
    """Return the ids of these kinds in an estate, sorted; none where it cannot be read at once."""
    try:
        return sorted(set(_ids(kinds, estate)))
    except Exception:
        return []


def _ids(kinds: Sequence[str], estate: str | None) -> Iterable[str]:
    from planner.io import find_estate, load_estate
    from planner.model.scenarios import iter_domains

    root = find_estate(estate)
    if sum(path.stat().st_size for path in root.rglob("*.yaml")) > MAX_BYTES:
        return
    found = load_estate(root).estate
    sections: dict[str, Iterable[str]] = {
        "rack": found.racks,
        "row": found.rows,
        "room": found.rooms,
        "site": found.sites,
        "pool": found.pools,
        "domain": [*(domain.id for domain in iter_domains(found)), *found.combinations],
        "action": found.actions,
    }
    for kind in kinds:
        if kind == "workload":
            yield from found.workloads
        elif kind == "instance":
            for workload in found.workloads.values():
                yield from workload.instance_ids()
        else:
            yield from sections[kind]
