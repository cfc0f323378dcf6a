"""A patch over an estate: known ids change in the given fields, new ids add, `remove` removes.

Mappings are merged key by key, lists and values replaced. Applied to single items, ranges expanded,
so one line of a patch may change a range of items or one item out of a range. A patch is a file, or
what an action holds as its `patch`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from planner.io.documents import Document, RemoveItem
from planner.io.expansion import RAW_FIELDS, SECTIONS, Entry, Section
from planner.io.files import display_path, read_tree
from planner.io.findings import Findings, Origin
from planner.io.items.policy import EstateItem, PolicyItem
from planner.io.ranges import PARALLEL_HINT, RangeError, expand, has_range
from planner.io.validation import ModelT, validate
from planner.io.yaml_tree import Data, Mark

#: Sections of `remove` by the section whose items they remove.
REMOVABLE = tuple(RemoveItem.model_fields)


class Singles(NamedTuple):
    """What stands once in an estate: the estate itself and its policy, each with its place."""

    estate: tuple[EstateItem, Origin] | None
    policy: tuple[PolicyItem, Origin] | None


class _Patch(NamedTuple):
    """A patch being applied."""

    data: dict[str, Data]
    origin: Origin
    site: str | None
    tenant: str | None


def read_patch(path: Path, findings: Findings) -> tuple[Data, Origin] | None:
    """Return what a patch file holds, or None where it cannot be read."""
    tree = read_tree(path, findings)
    return None if tree is None else (tree.data, Origin(display_path(path), tree.mark))


def apply_patch(
    data: dict[str, Data],
    origin: Origin,
    entries: dict[str, dict[str, Entry]],
    singles: Singles,
    findings: Findings,
) -> Singles:
    """Change `entries` as the patch says; return what stands once, changed likewise."""
    if not _check_keys(data, origin.mark, origin.file, findings):
        return singles
    site = data.get("site")
    patch = _Patch(
        data,
        origin,
        site.get("id") if isinstance(site, dict) else site,
        data.get("tenant"),
    )
    _remove(patch, entries, findings)
    for section_name, section in SECTIONS.items():
        _apply_section(patch, entries[section_name], section, section_name, findings)
    return Singles(
        _apply_single(patch, "estate", EstateItem, singles.estate, findings),
        _apply_single(patch, "policy", PolicyItem, singles.policy, findings),
    )


def _check_keys(data: dict[str, Data], mark: Mark, name: str, findings: Findings) -> bool:
    """Note what is wrong with the shape of a patch, items aside; tell whether nothing is."""
    shape = {key: _hollow(key, value) for key, value in data.items()}
    for key in ("estate", "policy", "site"):
        if isinstance(shape.get(key), dict):
            del shape[key]
    _, problems = validate(shape, mark, Document, name)
    findings.extend(problems)
    return not problems


def _hollow(key: str, value: Data) -> Data:
    """Return a section without its items: those are validated once they are merged."""
    nested = _NESTED.get(key)
    if nested is not None and isinstance(value, dict):
        return {k: [] if k in nested and isinstance(v, list) else v for k, v in value.items()}
    return [] if key in _LISTS and isinstance(value, list) else value


_LISTS = frozenset(s.path[0] for s in SECTIONS.values() if len(s.path) == 1)
_NESTED = {
    top: frozenset(s.path[1] for s in SECTIONS.values() if s.path[0] == top)
    for top in {s.path[0] for s in SECTIONS.values() if len(s.path) > 1}
}


def _remove(patch: _Patch, entries: dict[str, dict[str, Entry]], findings: Findings) -> None:
    for section_name, ids in patch.data.get("remove", {}).items():
        section = entries[section_name]
        for index, text in enumerate(ids):
            where = patch.origin.where("remove", section_name, index)
            try:
                keys = expand(text)
            except RangeError as error:
                findings.add(where, "range", str(error), error.hint)
                continue
            for key in keys:
                if section.pop(key, None) is None:
                    findings.unknown(where, SECTIONS[section_name].noun, key, section.keys())


def _apply_section(
    patch: _Patch, entries: dict[str, Entry], section: Section, name: str, findings: Findings
) -> None:
    if name == "sites" and isinstance(patch.data.get("site"), dict):
        _apply_item(
            patch, entries, section, patch.data["site"], patch.origin.inner("site"), findings
        )
    value: Data = patch.data
    for part in section.path:
        value = value.get(part, {}) if isinstance(value, dict) else {}
    origin = patch.origin.inner(*section.path)
    for index, raw in enumerate(value if isinstance(value, list) else []):
        _apply_item(patch, entries, section, raw, origin.inner(index), findings)


def _apply_item(
    patch: _Patch,
    entries: dict[str, Entry],
    section: Section,
    raw: Data,
    origin: Origin,
    findings: Findings,
) -> None:
    """Lay one item of a patch over the items it names, or add it."""
    if not isinstance(raw, dict) or not isinstance(raw.get(section.key), str):
        _, problems = validate(raw, origin.mark, section.item, origin.file)
        findings.extend(problems)
        return
    try:
        keys = expand(raw[section.key])
        copies = [_resolved(raw, index, len(keys)) for index in range(len(keys))]
    except RangeError as error:
        findings.add(origin.where(section.key), "range", str(error), error.hint)
        return
    for key, copy in zip(keys, copies, strict=True):
        base = entries.get(key)
        merged, place = copy, origin
        if base is not None:
            merged = _merge(base.item.model_dump(by_alias=True, exclude_unset=True), copy)
            place = origin._replace(base=base.origin)
        item, problems = validate(merged, origin.mark, section.item, origin.file)
        findings.extend(problems)
        if item is not None:
            site = base.site if base else patch.site
            tenant = base.tenant if base else patch.tenant
            entries[key] = Entry(key, item, place, site, tenant)


def _resolved(value: Data, index: int, count: int, key: object = None) -> Data:
    """Return `value` with the ranges of the item `index` of `count` resolved."""
    if isinstance(value, dict):
        return {
            k: v if k in RAW_FIELDS and count == 1 else _resolved(v, index, count, k)
            for k, v in value.items()
        }
    if isinstance(value, list):
        spelt: list[Data] = []
        for element in value:
            is_list_range = count == 1 and isinstance(element, str) and has_range(element)
            spelt += expand(element) if is_list_range else [_resolved(element, index, count, key)]
        return spelt
    if isinstance(value, str) and has_range(value) and key != "racks":
        values = expand(value)
        if len(values) == count:
            return values[index]
        message = f"`{value}` stands for {len(values)} items, the id of its item for {count}"
        raise RangeError(message, PARALLEL_HINT)
    return value


def _merge(base: dict[str, Data], change: dict[str, Data]) -> dict[str, Data]:
    """Return `base` with `change` laid over it; None takes a value away."""
    merged = dict(base)
    for key, value in change.items():
        old = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def _apply_single(
    patch: _Patch,
    name: str,
    model: type[ModelT],
    base: tuple[ModelT, Origin] | None,
    findings: Findings,
) -> tuple[ModelT, Origin] | None:
    raw = patch.data.get(name)
    if not isinstance(raw, dict):
        return base
    origin = patch.origin.inner(name)
    merged = raw
    if base is not None:
        merged = _merge(base[0].model_dump(by_alias=True, exclude_unset=True), raw)
        origin = origin._replace(base=base[1])
    item, problems = validate(merged, origin.mark, model, origin.file)
    findings.extend(problems)
    return base if item is None else (item, origin)
