"""Digests of canonical content: what a layout was planned from, and where things stood.

Text that nobody plans by (names, descriptions, reasons) is no part of the content, nor are actions
(what could be done changes no plan), file names, line numbers or the order in which files list
things.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from planner.model.estate import Estate
from planner.model.layout import AsBuilt

#: Fields that say something to people only.
DESCRIPTIVE = frozenset({"name", "description", "reason", "author", "evidence", "scope", "assumed"})


def estate_digest(estate: Estate) -> str:
    """Return `sha256:...` of demand, supply, policy and the device types in use."""
    used = {w.equipment.type for w in estate.workloads.values() if w.equipment is not None}
    content = estate.model_dump(mode="json", exclude={"actions", "assumptions", "device_types"})
    for workload in content["workloads"].values():
        workload["pinned"] = sorted(workload["pinned"])
    content["device_types"] = {
        key: device.model_dump(mode="json", exclude={"manufacturer", "model", "part_number"})
        for key, device in estate.device_types.items()
        if key in used
    }
    return _digest(_without_text(content))


def as_built_digest(as_built: AsBuilt) -> str:
    """Return `sha256:...` of where things stand, whatever source says so."""
    content = {
        key: standing.place.model_dump(mode="json") for key, standing in as_built.standing.items()
    }
    return _digest(content)


def _without_text(content: dict[str, Any]) -> dict[str, Any]:
    """Drop descriptive fields, of the estate, its policy and every item."""
    cleaned: dict[str, Any] = {}
    for section, value in content.items():
        if section in DESCRIPTIVE:
            continue
        if section == "policy":
            windows = [
                {k: v for k, v in w.items() if k != "reason"} for w in value["frozen_windows"]
            ]
            cleaned[section] = {**value, "frozen_windows": windows}
        elif isinstance(value, dict):
            cleaned[section] = {
                key: {k: v for k, v in item.items() if k not in DESCRIPTIVE}
                for key, item in value.items()
            }
        else:
            cleaned[section] = value
    return cleaned


def _digest(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
