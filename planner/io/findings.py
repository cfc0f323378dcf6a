"""Collects what is wrong in an inventory, with place, expectation and the nearest known name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import NamedTuple

from planner.errors import InventoryError, Problem
from planner.io.yaml_tree import Mark, Part
from planner.model.base import Where

#: Nearest names are looked up for so many problems; the search is slow in large estates.
MAX_SUGGESTIONS = 200


class Origin(NamedTuple):
    """Where an item is declared; `base` is the declaration that a patch changes."""

    file: str
    mark: Mark
    base: Origin | None = None

    def where(self, *path: Part) -> Where:
        """Return the place of the value at `path`, or of the nearest thing around it."""
        if self.base is not None and path and path[0] not in self.mark.children:
            return self.base.where(*path)
        place = self.mark.find(path).place
        return Where(self.file, place.line, place.column)

    def inner(self, *path: Part) -> Origin:
        """Return the origin of the value at `path`."""
        if self.base is not None and path and path[0] not in self.mark.children:
            return self.base.inner(*path)
        return Origin(self.file, self.mark.find(path))


class Findings:
    """The problems found so far; raised all at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._suggestions = 0

    def add(self, where: Where, slug: str, message: str, hint: str | None = None) -> None:
        """Note one problem."""
        self.problems.append(Problem(where.file, where.line, where.column, slug, message, hint))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self.problems.extend(problems)

    def unknown(self, where: Where, noun: str, found: str, known: Collection[str]) -> None:
        """Note an id that is declared nowhere, with the nearest known one."""
        self.add(where, "id-unknown", f"unknown {noun} `{found}`", self.suggest(noun, found, known))

    def suggest(self, noun: str, found: str, known: Collection[str]) -> str:
        """Return a hint that names the nearest of the `known` ids."""
        if not known:
            return f"no {noun} is declared"
        near = self.nearest(found, known)
        if near:
            return "did you mean " + " or ".join(f"`{name}`" for name in near) + "?"
        sample = sorted(known)
        if len(sample) <= 8:
            return "known: " + ", ".join(f"`{name}`" for name in sample)
        return f"none of the {len(sample)} declared is similar"

    def nearest(self, found: str, known: Collection[str], count: int = 1) -> list[str]:
        """Return the names most like `found`, the nearest first."""
        self._suggestions += 1
        if self._suggestions > MAX_SUGGESTIONS:
            return []
        return nearest(found, known, count)

    def raise_if_any(self) -> None:
        """Raise everything found.

        Raises
        ------
        InventoryError
            When anything was found.
        """
        if self.problems:
            raise InventoryError(_grouped(self.problems))


def _grouped(problems: Iterable[Problem]) -> list[Problem]:
    """Say once what is equally wrong with several items of one line, as those of a range are."""
    groups: dict[tuple[object, ...], list[Problem]] = {}
    for problem in problems:
        skeleton = _QUOTED.sub("``", problem.message)
        place = (problem.file, problem.line, problem.column)
        groups.setdefault((*place, problem.slug, skeleton), []).append(problem)
    return [_likewise(group) for group in groups.values()]


_QUOTED = re.compile(r"`[^`]*`")


def _likewise(group: list[Problem]) -> Problem:
    first = group[0]
    own = _QUOTED.findall(first.message)
    others: list[str] = []
    for problem in group[1:]:
        names = _QUOTED.findall(problem.message)
        different = [name for name, old in zip(names, own, strict=True) if name != old]
        others += [name for name in different[:1] if name not in others]
    if not others:
        return first
    text = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
    return replace(first, message=f"{first.message}; likewise {text}")


def nearest(found: str, known: Collection[str], count: int = 1) -> list[str]:
    """Return the names most like `found`, the nearest first; ties in alphabetical order."""
    names = sorted(set(known))
    if len(names) > 5000:
        names = [name for name in names if name[:2] == found[:2]]
    near = difflib.get_close_matches(found, names, n=20, cutoff=0.6)
    ratio = difflib.SequenceMatcher(None, "", found)

    def distance(name: str) -> tuple[float, str]:
        ratio.set_seq1(name)
        return -ratio.ratio(), name

    return sorted(near, key=distance)[:count]
