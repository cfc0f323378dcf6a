"""The register's history as text and as data: who placed what, when, by which lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from planner.explain.diff import changed_cords, place_json
from planner.explain.drift import digest_words, time_words
from planner.explain.text import render_place
from planner.model.layout import Place
from planner.register.values import place_of

if TYPE_CHECKING:
    from planner.register import Change


def select(
    history: Iterable[Change], instances: Collection[str], racks: Collection[str]
) -> list[Change]:
    """Return the entries of these instances, and those that touch these racks."""
    return [
        entry
        for entry in history
        if entry.key in instances
        or any(content["rack"] in racks for content in (entry.before, entry.after) if content)
    ]


def render_history(entries: Collection[Change]) -> str:
    """Return a line an entry, oldest first: when, what, the instance, where, who."""
    rows = [(_what(entry), entry) for entry in entries]
    verbs = max((len(verb) for (verb, _), _ in rows), default=0)
    keys = max((len(entry.key) for entry in entries), default=0)
    return "\n".join(
        f"{time_words(entry.at)}  {verb:<{verbs}}  {entry.key:<{keys}}  {where}  {_who(entry)}"
        for (verb, where), entry in rows
    )


def history_json(entries: Iterable[Change]) -> list[dict[str, Any]]:
    """Return the entries as JSON-ready data."""
    return [
        {
            "at": entry.at,
            "action": entry.action,
            "instance": entry.key,
            "by": entry.by,
            "owner": (entry.after or entry.before or {}).get("owner"),
            "lock_digest": (entry.after or {}).get("lock_digest"),
            "before": place_json(_place(entry.before)),
            "after": place_json(_place(entry.after)),
        }
        for entry in entries
    ]


def _place(content: Any) -> Place | None:  # noqa: ANN401
    return None if content is None else place_of(content)


def _what(entry: Change) -> tuple[str, str]:
    """Return the verb and the place, or both places."""
    before, after = _place(entry.before), _place(entry.after)
    if before is None and after is not None:
        return "placed", render_place(after)
    if after is None and before is not None:
        return "removed", render_place(before)
    assert before is not None
    assert after is not None
    if render_place(before) != render_place(after):
        return "moved", f"{render_place(before)} -> {render_place(after)}"
    cords = changed_cords(before, after)
    if cords:
        moved = ", ".join(f"{inlet} {old} -> {new}" for inlet, (old, new) in cords.items())
        return "corded", f"{render_place(after)}: {moved}"
    owners = [(content or {}).get("owner") for content in (entry.before, entry.after)]
    if owners[0] != owners[1]:
        return "taken", f"{render_place(after)}: {owners[0] or 'nobody'} -> {owners[1] or 'nobody'}"
    return "changed", render_place(after)


def _who(entry: Change) -> str:
    lock = digest_words(entry.after) if entry.by not in ("outside", "import") else ""
    return f"by {entry.by}{f', {lock}' if lock else ''}"
