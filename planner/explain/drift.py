"""Why the register differs from a layout: who wrote a row last, when, and by which lock.

Owns the words for one difference; what differs is found in `planner.explain.diff`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.explain.diff import Diff
from planner.explain.text import render_place
from planner.model.estate import Estate
from planner.model.layout import Place
from planner.register.values import place_of

if TYPE_CHECKING:
    from planner.register import Change

#: Hexadecimal digits of a digest that are shown.
_DIGEST_DIGITS = 12

_PAST = {"create": "entered", "update": "edited", "delete": "removed"}


class Last(NamedTuple):
    """The last entry of an instance in the register's history, if any, and what the estate says.

    Attributes
    ----------
    is_declared
        Whether the estate declares the instance.
    unknown_rack
        The rack where the register has it, when the estate has no such rack.
    """

    entry: Change | None
    is_declared: bool
    unknown_rack: str | None

    @property
    def is_outside(self) -> bool:
        """Whether somebody wrote past the register."""
        return self.entry is not None and self.entry.by == "outside"


def last_entries(
    diff: Diff, estate: Estate, history: tuple[Change, ...], standing: Mapping[str, Place]
) -> dict[str, Last]:
    """Return what is known of each difference.

    Parameters
    ----------
    standing
        Where the register has each instance.
    """
    declared = {key for workload in estate.workloads.values() for key in workload.instance_ids()}
    entries = {entry.key: entry for entry in history}
    found = {}
    for change in diff.changes:
        place = standing.get(change.instance)
        unknown = place.rack if place is not None and place.rack not in estate.racks else None
        is_declared = change.instance in declared
        found[change.instance] = Last(entries.get(change.instance), is_declared, unknown)
    return found


def render_drift(diff: Diff, estate: Estate, last: Mapping[str, Last]) -> dict[str, str]:
    """Return instance -> why it differs, in a sentence."""
    notes = {}
    for change in diff.changes:
        found = last[change.instance]
        parts = [_last_words(found.entry)]
        if found.unknown_rack:
            parts.append(f"`{estate.id}` has no rack `{found.unknown_rack}`")
        if not found.is_declared:
            parts.append(f"`{estate.id}` no longer declares it")
        if change.before is not None and change.after is not None:
            parts.append(_far_words(estate, change.before, change.after))
        notes[change.instance] = "; ".join(filter(None, parts))
    return notes


def _last_words(entry: Change | None) -> str:
    """Return who wrote last, when, and what was there before an edit from outside."""
    if entry is None:
        return "the register never had it"
    when = time_words(entry.at)
    if entry.by == "outside":
        words = f"{_PAST[entry.action]} past the stack on {when}"
        if entry.action != "create" and entry.before is not None:
            words += f", it was {render_place(place_of(entry.before))}"
        return words
    if entry.action == "delete":
        return f"removed by `{entry.by}` on {when}"
    if entry.by == "import":
        return f"imported on {when}, no stack has changed it since"
    lock = digest_words(entry.after)
    return f"placed by `{entry.by}` on {when}{f' by {lock}' if lock else ''}"


def _far_words(estate: Estate, before: Place, after: Place) -> str:
    """Return the site or the room on both sides where it changes."""
    old, new = estate.racks.get(before.rack), estate.racks.get(after.rack)
    if old is None or new is None:
        return ""
    if old.site != new.site:
        return f"site `{old.site}` -> `{new.site}`"
    return f"room `{old.room}` -> `{new.room}`" if old.room != new.room else ""


def time_words(at: str) -> str:
    """Return `2026-11-21 21:55:03 UTC`."""
    return f"{at[:10]} {at[11:19]} UTC"


def digest_words(content: Mapping[str, Any] | None) -> str:
    """Return `lock sha256:834f0c098321`, or nothing where none is noted."""
    digest = (content or {}).get("lock_digest")
    if not digest:
        return ""
    algorithm, colon, digits = str(digest).partition(":")
    return f"lock {algorithm}{colon}{digits[:_DIGEST_DIGITS]}"


def last_json(last: Last) -> dict[str, Any]:
    """Return what is known of one difference as JSON-ready data."""
    entry = last.entry
    return {
        "declared": last.is_declared,
        "unknown_rack": last.unknown_rack,
        "last": None
        if entry is None
        else {
            "at": entry.at,
            "action": entry.action,
            "by": entry.by,
            "lock_digest": (entry.after or {}).get("lock_digest"),
        },
    }
