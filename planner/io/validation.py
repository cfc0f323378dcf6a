"""Pydantic's findings as problems: place, offending value, what was expected, the nearest known key."""

from __future__ import annotations

import types
import typing
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from planner.errors import Problem
from planner.io.findings import nearest
from planner.io.yaml_tree import Mark, Place

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


class _Fault(NamedTuple):
    """One pydantic error, with the part of its path that the file really has."""

    path: tuple[Any, ...]
    depth: int
    kind: str
    found: Any
    context: dict[str, Any]
    key: str


def validate(
    data: Any, mark: Mark, model: type[ModelT], file: str
) -> tuple[ModelT | None, list[Problem]]:
    """Return the validated item, or None and what is wrong with it."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        faults = [_fault(data, raw) for raw in error.errors(include_url=False)]
    problems = []
    for path in sorted({fault.path for fault in faults}, key=str):
        group = [fault for fault in faults if fault.path == path]
        if _is_outdone(path, group, faults):
            continue
        problems.append(_problem(group, data, mark, model, file))
    return None, problems


def _fault(data: Any, raw: Any) -> _Fault:
    """Split pydantic's path into what the data has; the rest names union branches."""
    kind, loc = raw["type"], list(raw["loc"])
    key = ""
    if kind in ("extra_forbidden", "missing"):
        key = str(loc.pop())
    is_key = bool(loc) and loc[-1] == "[key]"
    if is_key:
        loc.pop()
    path: list[Any] = []
    value = data
    for part in loc:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            continue
        path.append(part)
    if kind == "extra_forbidden":
        path.append(key)
    if is_key:
        kind, key = "key_choice", str(path[-1])
    return _Fault(tuple(path), len(loc), kind, raw["input"], raw.get("ctx", {}), key)


def _is_outdone(path: tuple[Any, ...], group: list[_Fault], faults: list[_Fault]) -> bool:
    """Tell whether another branch of the same union fits better: one that got further inside."""
    if any(f.kind in ("extra_forbidden", "missing", "key_choice") for f in group):
        return False
    if not isinstance(group[0].found, dict | list):
        return False
    return any(len(f.path) > len(path) and f.path[: len(path)] == path for f in faults) or any(
        f.path == path and f.kind == "missing" for f in faults
    )


def _problem(
    group: list[_Fault], data: Any, mark: Mark, model: type[BaseModel], file: str
) -> Problem:
    fault = next((f for f in group if f.kind in ("missing", "extra_forbidden")), group[0])
    path = fault.path
    place = mark.find(path).place
    if fault.kind == "extra_forbidden":
        place = mark.find_key(path)
        known = _known_keys(model, path[:-1])
        return _make(
            file, place, "key-unknown", f"unknown key `{fault.key}`", _key_hint(fault.key, known)
        )
    if fault.kind == "key_choice":
        place = mark.find_key(path)
        choices = _choices(fault.context)
        hint = _key_hint(fault.key, choices)
        return _make(file, place, "key-unknown", f"unknown key `{fault.key}`", hint)
    if fault.kind == "missing":
        missing = sorted({f.key for f in group if f.kind == "missing"})
        keys = ", ".join(f"`{key}`" for key in missing)
        noun = "key" if len(missing) == 1 else "keys"
        return _make(file, place, "key-missing", f"missing {noun} {keys}", None)
    return _value_problem(group, _label(path), show(fault.found, mark.find(path)), place, file)


def _value_problem(group: list[_Fault], label: str, found: str, place: Place, file: str) -> Problem:
    fault = group[0]
    expected = " or ".join(dict.fromkeys(_expected(f) for f in group))
    message = f"{label}expected {expected}, found {found}"
    if all(f.kind in _LIMITS or f.kind == "too_short" or f.kind == "too_long" for f in group):
        return _make(file, place, "value-range", message, None)
    choices = [c for f in group if f.kind == "literal_error" for c in _choices(f.context)]
    if choices and isinstance(fault.found, str):
        near = nearest(fault.found, choices)
        return _make(
            file, place, "value-choice", message, f"did you mean `{near[0]}`?" if near else None
        )
    if any(f.kind == "string_pattern_mismatch" for f in group):
        hint = "letters, digits and `. _ - : / + @`, the first a letter, a digit or `_`"
        return _make(file, place, "id-malformed", message, hint)
    hint = None
    is_scalar = isinstance(fault.found, bool | int | Decimal | date)
    if is_scalar and any(f.kind == "string_type" for f in group):
        hint = "quote it to make it text"
    return _make(file, place, "value-type", message, hint)


def _make(file: str, place: Place, slug: str, message: str, hint: str | None) -> Problem:
    return Problem(file, place.line, place.column, slug, message, hint)


def _expected(fault: _Fault) -> str:
    if fault.kind in _LIMITS:
        word, key = _LIMITS[fault.kind]
        return f"{word} {fault.context[key]}"
    if fault.kind == "literal_error":
        return ", ".join(f"`{choice}`" for choice in _choices(fault.context))
    if fault.kind == "string_pattern_mismatch":
        return "an id"
    if fault.kind in ("string_too_long", "string_too_short", "too_long", "too_short"):
        word = "at most" if fault.kind.endswith("long") else "at least"
        limit = fault.context.get("max_length", fault.context.get("min_length"))
        return f"{word} {limit} {'characters' if fault.kind.startswith('string') else 'elements'}"
    return _EXPECTED.get(fault.kind, fault.kind.replace("_", " "))


def _choices(context: dict[str, Any]) -> list[str]:
    """Return the words of pydantic's `'a', 'b' or 'c'`."""
    text = str(context.get("expected", "")).replace(" or ", ", ")
    return [part.strip("'") for part in text.split(", ") if part]


def _label(path: tuple[Any, ...]) -> str:
    """Return `key: `, dotted below the innermost list element."""
    names = [part for part in path if isinstance(part, str)]
    for index in range(len(path) - 1, -1, -1):
        if isinstance(path[index], int):
            names = [part for part in path[index + 1 :] if isinstance(part, str)] or names[-1:]
            break
    return f"`{'.'.join(names)}`: " if names else ""


def show(value: Any, mark: Mark | None = None) -> str:
    """Return a short text for a value of a file."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = mark.text if mark is not None and mark.text is not None else str(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    if isinstance(value, bool):
        return f"the truth value `{text}`"
    if isinstance(value, int | Decimal):
        return f"the number `{text}`"
    if isinstance(value, date):
        return f"the date `{text}`"
    return f"`{text}`"


def _key_hint(found: str, known: list[str]) -> str | None:
    near = nearest(found, known)
    if near:
        return f"did you mean `{near[0]}`?"
    return "known keys: " + ", ".join(f"`{key}`" for key in sorted(known)) if known else None


def _known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
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


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    origin = typing.get_origin(annotation)
    if origin is None:
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        return [annotation] if is_model else []
    if origin is Annotated or origin in (list, dict, typing.Union, types.UnionType):
        return [m for arg in typing.get_args(annotation) for m in _models_in(arg)]
    return []
