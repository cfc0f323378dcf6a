"""Actions: their prices, what they require and exclude; their patches stay in the items."""

from __future__ import annotations

from collections.abc import Mapping

from planner.io.expansion import SECTIONS, Entry
from planner.io.findings import Findings
from planner.io.rounding import up
from planner.model.action import Action, clashes, with_required


def build_actions(entries: Mapping[str, Entry], findings: Findings) -> dict[str, Action]:
    """Return actions by id; what they name and nobody declared, and what can never be, is noted."""
    actions = {
        key: Action(
            id=key,
            name=entry.item.name or key,
            cost_cents=up(entry.item.eur, 100),
            days=entry.item.days,
            requires=tuple(sorted(set(entry.item.requires))),
            excludes=tuple(sorted(set(entry.item.excludes))),
            at=entry.origin.where(),
        )
        for key, entry in sorted(entries.items())
    }
    for entry in entries.values():
        if _check_names(entry, actions, findings):
            _check_possible(entry, actions, findings)
        _check_patch(entry, findings)
    return actions


def _check_names(entry: Entry, actions: Mapping[str, Action], findings: Findings) -> bool:
    """Note ids that are no other action; tell whether there are none."""
    before = len(findings.problems)
    for field in ("requires", "excludes"):
        for other in getattr(entry.item, field):
            where = entry.origin.where(field)
            if other not in actions:
                findings.unknown(where, SECTIONS["actions"].noun, other, actions.keys())
            elif other == entry.key:
                findings.add(where, "action", f"action `{other}` names itself in `{field}`")
    return len(findings.problems) == before


def _check_possible(entry: Entry, actions: Mapping[str, Action], findings: Findings) -> None:
    """Note an action that excludes something that it requires, or that excludes another such."""
    needed = with_required(actions, [entry.key])
    for one, other in clashes(actions, needed):
        message = f"action `{entry.key}` can never be carried out: `{one}` excludes `{other}`"
        hint = f"it requires {' and '.join(f'`{k}`' for k in needed if k != entry.key)}"
        findings.add(entry.origin.where("requires"), "action", message, hint)
        return


def _check_patch(entry: Entry, findings: Findings) -> None:
    """Note actions inside of an action."""
    patch = entry.item.patch
    removed = patch.get("remove")
    for path, holder in (("patch",), patch), (("patch", "remove"), removed):
        if not isinstance(holder, dict) or "actions" not in holder:
            continue
        message = f"the patch of action `{entry.key}` changes actions"
        hint = "`excludes` keeps an action from being carried out beside another"
        findings.add(entry.origin.where(*path, "actions"), "action", message, hint)
