"""Writes and reads layout locks: canonical order, one line a placement, atomic, exact both ways."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from planner.errors import LayoutError, Problem
from planner.io.collector import paused
from planner.io.files import display_path
from planner.io.lock_document import LOCK_VERSION, CordItem, LockDocument, PlaceItem
from planner.io.lock_lines import Lines, read_lines
from planner.io.rounding import halves
from planner.io.validation import validate
from planner.io.yaml_text import flow, half_units, text, truth
from planner.io.yaml_tree import Mark, YamlProblemError, read_yaml
from planner.model.base import Where
from planner.model.layout import (
    Cord,
    Layout,
    Place,
    Placement,
    Provenance,
    ServicePlacement,
    TierResult,
    Unplaced,
)
from planner.model.space import Face
from planner.model.workload import split_instance_id

ItemT = TypeVar("ItemT")

HEADER = """\
# Layout lock of rackplan. Written by `planner plan`; commit it, do not edit it by hand.
# `planner check` judges it, `planner diff` compares it, the stack declares it.
"""


# -- writing --------------------------------------------------------------------------------------


def instance_order(instance: str) -> tuple[str, int]:
    """Return the sort key of an instance: its workload, then its number."""
    try:
        return split_instance_id(instance)
    except ValueError:
        return instance, 0


def layout_text(layout: Layout) -> str:
    """Return the lock's text, the same for equal layouts."""
    return "".join(f"{line}\n" for line in _lines(layout))


def _lines(layout: Layout) -> Iterator[str]:
    yield f"version: {LOCK_VERSION}"
    yield HEADER.rstrip("\n")
    yield f"estate: {text(layout.estate)}"
    yield "provenance:"
    yield from _provenance(layout.provenance)
    if layout.tiers:
        yield "tiers:"
        yield from (f"  - {_tier(tier)}" for tier in layout.tiers)
    else:
        yield "tiers: []"
    yield "placements:" if layout.placements else "placements: {}"
    for key in sorted(layout.placements, key=instance_order):
        yield f"  {text(key)}: {_placement(layout.placements[key])}"
    # Left out where there are none: a lock without services keeps its bytes.
    if layout.services:
        yield "services:"
    for key in sorted(layout.services, key=instance_order):
        yield f"  {text(key)}: {_service(layout.services[key])}"
    yield "unplaced:" if layout.unplaced else "unplaced: {}"
    for key in sorted(layout.unplaced, key=instance_order):
        yield f"  {text(key)}: {_unplaced(layout.unplaced[key])}"


def _provenance(provenance: Provenance) -> Iterator[str]:
    for key, value in provenance:
        if isinstance(value, bool):
            yield f"  {key}: {truth(value)}"
        elif isinstance(value, str):
            yield f"  {key}: {text(value)}"
        elif value is not None:
            yield f"  {key}: {value}"


def _tier(tier: TierResult) -> str:
    return flow(
        {
            "tier": text(tier.tier),
            "unit": text(tier.unit),
            "objective": str(tier.objective),
            "bound": str(tier.bound),
            "conditional": truth(tier.conditional),
        }
    )


def _placement(placement: Placement) -> str:
    fields = _place(placement.place)
    if placement.standing:
        fields["standing"] = "true"
    if placement.was is not None:
        fields["was"] = flow(_place(placement.was))
    return flow(fields)


def _service(service: ServicePlacement) -> str:
    fields = {"pool": text(service.pool)}
    if service.standby:
        fields["standby"] = f"[{', '.join(text(pool) for pool in service.standby)}]"
    return flow(fields)


def _unplaced(unplaced: Unplaced) -> str:
    fields = {"reason": text(unplaced.reason)}
    if unplaced.was is not None:
        fields["was"] = flow(_place(unplaced.was))
    return flow(fields)


def _place(place: Place) -> dict[str, str]:
    fields = {"rack": text(place.rack)}
    if place.position_half is not None:
        fields["position"] = half_units(place.position_half)
    if place.face is not None:
        fields["face"] = place.face.value
    if place.cords is not None:
        fields["cords"] = flow({cord.inlet: _cord(cord) for cord in place.cords})
    return fields


def _cord(cord: Cord) -> str:
    if cord.leg is None:
        return text(cord.node)
    return flow({"node": text(cord.node), "leg": text(cord.leg)})


def write_layout(path: Path, layout: Layout) -> None:
    """Write the lock, all of it or nothing: a crash leaves the old file as it was."""
    write_atomically(Path(path), layout_text(layout))


def write_atomically(path: Path, content: str) -> None:
    """Write `content` beside `path`, flush it to the disk, then put it in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        # A temporary file is private; the lock is as readable as any new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# -- reading --------------------------------------------------------------------------------------


def load_layout(path: Path) -> Layout:
    """Return the layout in a lock file.

    Raises
    ------
    LayoutError
        When it cannot be read, with file, line and column of each fault.
    """
    path = Path(path)
    name = display_path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LayoutError(f"`{name}`: {error.strerror or 'cannot be read'}", hint=_RENEW) from None
    with paused():
        return parse_layout(raw, name)


_RENEW = "restore it from version control, or write it anew with `planner plan`"


def parse_layout(raw: bytes, name: str) -> Layout:
    """Return the layout that a lock's bytes hold; `name` is used in messages.

    Raises
    ------
    LayoutError
        When they are no lock.
    """
    lines = _canonical_lines(raw, name)
    try:
        tree = read_yaml(raw if lines is None else lines.rest.encode(), name)
    except YamlProblemError as error:
        raise _error(error.problems) from None
    if not isinstance(tree.data, dict):
        raise LayoutError(f"`{name}` is no layout lock", hint=_RENEW)
    version = tree.data.get("version")
    if version != LOCK_VERSION:
        found = "no version" if version is None else f"version `{version}`"
        raise LayoutError(
            f"`{name}` is no layout lock of version {LOCK_VERSION}: found {found}", hint=_RENEW
        )
    document, problems = validate(tree.data, tree.mark, LockDocument, name)
    problems = [*tree.problems, *problems]
    if document is None or problems:
        raise _error(problems)
    layout = _Reader(document, tree.mark, name).layout()
    if lines is None:
        return layout
    return layout.model_copy(update={"placements": lines.placements, "services": lines.services})


def _canonical_lines(raw: bytes, name: str) -> Lines | None:
    """Return what a lock places, as rackplan writes it, or None for any other text."""
    try:
        lines = read_lines(raw.decode("utf-8"), name)
        if lines is not None:
            for key in (*lines.placements, *lines.services):
                split_instance_id(key)
    except ValueError:
        return None
    if lines is None or any(
        p.was is not None and not p.standing for p in lines.placements.values()
    ):
        return None
    return lines


def _error(problems: list[Problem]) -> LayoutError:
    ordered = sorted(set(problems), key=lambda p: (p.line, p.column, p.slug, p.message))
    lines = [f"{p.file}:{p.line}:{p.column}: {p.message}" for p in ordered]
    return LayoutError("\n".join(lines), hint=_RENEW)


class _Reader:
    """Turns a validated lock into a layout; faults are collected and raised together."""

    def __init__(self, document: LockDocument, mark: Mark, name: str) -> None:
        self.document = document
        self.mark = mark
        self.name = name
        self.problems: list[Problem] = []

    def layout(self) -> Layout:
        document = self.document
        layout = Layout(
            estate=document.estate,
            provenance=Provenance(**document.provenance.model_dump()),
            tiers=tuple(TierResult(**tier.model_dump()) for tier in document.tiers),
            placements=self.placements(),
            services={
                key: ServicePlacement(
                    instance=self.instance("services", key),
                    pool=item.pool,
                    standby=tuple(item.standby),
                    at=self.at("services", key),
                )
                for key, item in _ordered(document.services)
            },
            unplaced={
                key: Unplaced(
                    instance=key,
                    reason=item.reason,
                    was=None if item.was is None else self.place(item.was, ("unplaced", key)),
                    at=self.at("unplaced", key),
                )
                for key, item in _ordered(document.unplaced)
            },
        )
        if self.problems:
            raise _error(self.problems)
        return layout

    def at(self, *path: str) -> Where:
        return Where(self.name, *self.mark.find_key(path))

    def placements(self) -> dict[str, Placement]:
        placements = {}
        for key, item in _ordered(self.document.placements):
            self.instance("placements", key)
            if item.was is not None and not item.standing:
                self.add(("placements", key, "was"), f"`{key}` has `was` without `standing: true`")
            placements[key] = Placement(
                instance=key,
                place=self.place(item, ("placements", key)),
                standing=item.standing,
                was=None if item.was is None else self.place(item.was, ("placements", key, "was")),
                at=self.at("placements", key),
            )
        return placements

    def instance(self, section: str, key: str) -> str:
        """Return `key`; what is no instance id is noted."""
        try:
            split_instance_id(key)
        except ValueError as error:
            self.add((section, key), str(error))
        return key

    def add(self, path: tuple[str, ...], message: str) -> None:
        line, column = self.mark.find_key(path)
        self.problems.append(Problem(self.name, line, column, "layout", message))

    def place(self, item: PlaceItem, path: tuple[str, ...]) -> Place:
        half = None if item.position is None else halves(item.position)
        if item.position is not None and half is None:
            message = f"`position`: expected a multiple of 0.5, found `{item.position}`"
            self.add((*path, "position"), message)
        cords = None
        if item.cords is not None:
            cords = tuple(_read_cord(inlet, value) for inlet, value in item.cords.items())
        face = None if item.face is None else Face(item.face)
        return Place(rack=item.rack, position_half=half, face=face, cords=cords)


def _read_cord(inlet: str, value: str | CordItem) -> Cord:
    return Cord(inlet, value.node, value.leg) if isinstance(value, CordItem) else Cord(inlet, value)


def _ordered(items: Mapping[str, ItemT]) -> list[tuple[str, ItemT]]:
    return sorted(items.items(), key=lambda pair: instance_order(pair[0]))
