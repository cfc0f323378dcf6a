"""Pydantic's findings as problems: place, offending value, what was expected, nearest key."""

from __future__ import annotations

import types
import typing
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from planner.errors import Problem
from planner.io.findings import nearest
from planner.io.yaml_tree import Data, Mark, Part, Place

ModelT = TypeVar("ModelT", bound=BaseModel)

#: What a value should have been, by pydantic's error type.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing_size": "a smaller number",
    "bool_type": "`true` or `false`",
    "figure_type": "a number",
    "date_type": "a day as YYYY-MM-DD",
    "date_from_datetime_inexact": "a day as YYYY-MM-DD",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "finite_number": "a finite number",
    "decimal_type": "a number",
    "decimal_max_digits": "fewer digits",
    "is_instance_of": "a number",
    "none_required": "nothing",
}
_LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


_LENGTHS = frozenset({"string_too_long", "string_too_short", "too_long", "too_short"})
#: So many known keys are listed where none is similar.
_MAX_LISTED = 12


class _Fault(NamedTuple):
    """One pydantic error, with the part of its path that the file really has."""

    path: tuple[Part, ...]
    depth: int
    kind: str
    found: Any
    context: dict[str, Any]
    key: str


def validate(
    data: Data, mark: Mark, model: type[ModelT], file: str
) -> tuple[ModelT | None, list[Problem]]:
    """Return the validated item, or None and what is wrong with it."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        faults = [_fault(data, raw) for raw in error.errors(include_url=False)]
    groups: dict[tuple[Part, ...], list[_Fault]] = {}
    for fault in faults:
        groups.setdefault(fault.path, []).append(fault)
    outer = {fault.path[:depth] for fault in faults for depth in range(len(fault.path))}
    problems = []
    for path in sorted(groups, key=str):
        if not _is_outdone(groups[path], path in outer):
            problems += _problem(groups[path], mark, model, file)
    return None, problems


def _fault(data: Data, raw: ErrorDetails) -> _Fault:
    """Split pydantic's path into what the data has; the rest names union branches."""
    kind, loc = raw["type"], list(raw["loc"])
    key = ""
    if kind in ("extra_forbidden", "missing"):
        key = str(loc.pop())
    is_key = bool(loc) and loc[-1] == "[key]"
    if is_key:
        loc.pop()
    path: list[Part] = []
    value = data
    for part in loc:
        if _has(value, part):
            value = value[part]
            path.append(part)
    if kind == "extra_forbidden":
        path.append(key)
    if is_key:
        kind, key = "key_choice", str(path[-1])
    return _Fault(tuple(path), len(loc), kind, raw["input"], raw.get("ctx", {}), key)


def _has(value: Data, part: Part) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _is_outdone(group: list[_Fault], is_outer: bool) -> bool:
    """Tell whether another branch of the same union fits better: one that got further inside."""
    return (
        is_outer
        and isinstance(group[0].found, dict | list)
        and all(f.kind not in ("extra_forbidden", "missing", "key_choice") for f in group)
    )


def _problem(group: list[_Fault], mark: Mark, model: type[BaseModel], file: str) -> list[Problem]:
    """Return what is wrong at one place: one problem, or none where it follows from another."""
    path = group[0].path
    here = mark.find(path)
    kinds = {fault.kind for fault in group}
    if kinds & {"extra_forbidden", "key_choice"}:
        fault = next(f for f in group if f.kind in ("extra_forbidden", "key_choice"))
        is_choice = fault.kind == "key_choice"
        known = _choices(fault.context) if is_choice else _known_keys(model, path[:-1])
        place = mark.find_key(path)
        message = f"unknown key `{fault.key}`"
        return [_make(file, place, "key-unknown", message, _key_hint(fault.key, known))]
    if "missing" in kinds:
        if here.is_incomplete:
            return []
        missing = sorted({f.key for f in group if f.kind == "missing"})
        keys = ", ".join(f"`{key}`" for key in missing)
        noun = "key" if len(missing) == 1 else "keys"
        return [_make(file, here.place, "key-missing", f"missing {noun} {keys}", None)]
    return [_value_problem(group, here, file)]


def _value_problem(group: list[_Fault], mark: Mark, file: str) -> Problem:
    found = group[0].found
    expected = " or ".join(dict.fromkeys(_expected(f) for f in group))
    message = f"{_label(group[0].path)}expected {expected}, found {show(found, mark)}"
    slug, hint = "value-type", None
    choices = [c for f in group if f.kind == "literal_error" for c in _choices(f.context)]
    if all(f.kind in _LIMITS or f.kind in _LENGTHS for f in group):
        slug, hint = "value-range", _share_hint(group[0])
    elif choices and isinstance(found, str):
        near = nearest(found, choices)
        slug, hint = "value-choice", f"did you mean `{near[0]}`?" if near else None
    elif choices and len(group) == 1:
        slug = "value-choice"
    elif any(f.kind == "string_pattern_mismatch" for f in group):
        slug = "id-malformed"
        hint = "letters, digits and `. _ - : / + @`, the first a letter, a digit or `_`"
    elif isinstance(found, bool | int | Decimal | date) and any(
        f.kind == "string_type" for f in group
    ):
        hint = "quote it to make it text"
    elif isinstance(found, str) and _is_unquoted_figure(found):
        hint = "remove the quotes"
    return _make(file, mark.place, slug, message, hint)


def _share_hint(fault: _Fault) -> str | None:
    """Return what a percentage is as a share."""
    is_share = fault.kind == "less_than_equal" and fault.context["le"] == 1
    if not is_share or not isinstance(fault.found, int | Decimal) or fault.found > 100:
        return None
    return f"a share: {Decimal(fault.found) / 100} for {fault.found} %"


def _is_unquoted_figure(text: str) -> bool:
    return text in ("true", "false") or text.replace(".", "", 1).removeprefix("-").isdecimal()


def _make(file: str, place: Place, slug: str, message: str, hint: str | None) -> Problem:
    return Problem(file, place.line, place.column, slug, message, hint)


def _expected(fault: _Fault) -> str:
    if fault.kind in _LIMITS:
        word, key = _LIMITS[fault.kind]
        return f"{word} {fault.context[key]}"
    if fault.kind == "literal_error":
        *others, last = [f"`{choice}`" for choice in _choices(fault.context)]
        return f"{', '.join(others)} or {last}" if others else last
    if fault.kind == "string_pattern_mismatch":
        is_digest = str(fault.context.get("pattern", "")).startswith("^sha256")
        return "a digest `sha256:...`" if is_digest else "an id"
    if fault.kind in _LENGTHS:
        word = "at most" if fault.kind.endswith("long") else "at least"
        limit = fault.context.get("max_length", fault.context.get("min_length"))
        return f"{word} {limit} {'characters' if fault.kind.startswith('string') else 'elements'}"
    return _EXPECTED.get(fault.kind, fault.kind.replace("_", " "))


def _choices(context: dict[str, Any]) -> list[str]:
    """Return the words of pydantic's `'a', 'b' or 'c'`."""
    text = str(context.get("expected", "")).replace(" or ", ", ")
    return [part.strip("'") for part in text.split(", ") if part]


def _label(path: tuple[Part, ...]) -> str:
    """Return `key: `, dotted below the innermost list element; a list's own element is named so."""
    inner = len(path)
    while inner and isinstance(path[inner - 1], str):
        inner -= 1
    if inner < len(path):
        return f"`{'.'.join(str(part) for part in path[inner:])}`: "
    names = [part for part in path if isinstance(part, str)]
    return f"an element of `{names[-1]}`: " if names else ""


def show(value: Data, mark: Mark | None = None) -> str:
    """Return a short text for a value of a file."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = mark.text if mark is not None and mark.text is not None else str(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    if isinstance(value, bool):
        return f"the truth value `{text}`"
    if isinstance(value, int | Decimal):
        return f"the number `{text}`"
    if isinstance(value, date):
        return f"the date `{text}`"
    return f"the text `{text}`"


def _key_hint(found: str, known: list[str]) -> str | None:
    near = nearest(found, known)
    if near:
        return f"did you mean `{near[0]}`?"
    if len(known) > _MAX_LISTED:
        return "`planner schema` lists the keys"
    return "known keys: " + ", ".join(f"`{key}`" for key in sorted(known)) if known else None


def _known_keys(model: type[BaseModel], path: tuple[Part, ...]) -> list[str]:
    """Return the keys that the model at `path` knows."""
    models = [model]
    for part in path:
        if isinstance(part, int):
            continue
        found: list[type[BaseModel]] = []
        for current in models:
            for name, info in current.model_fields.items():
                if (info.alias or name) == part:
                    found.extend(_models_in(info.annotation))
        models = found or models
    return sorted({info.alias or name for m in models for name, info in m.model_fields.items()})


def _models_in(annotation: object) -> list[type[BaseModel]]:
    origin = typing.get_origin(annotation)
    if origin is None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return [annotation]
        return []
    if origin is Annotated or origin in (list, dict, typing.Union, types.UnionType):
        return [m for arg in typing.get_args(annotation) for m in _models_in(arg)]
    return []
