"""Types of equipment of RacksDB -> types of the catalogue, or device types of the estate."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from planner.importers.contract import Data
from planner.importers.netbox.job import known
from planner.importers.netbox.names import plain
from planner.importers.racksdb.job import Job, in_units
from planner.importers.racksdb.reading import Node
from planner.io.assume import BUDGET_W, role_kind
from planner.io.catalogue import catalogue_slugs, catalogue_type, is_child

#: Sections of equipment -> the role that missing figures are assumed by.
ROLES = {"nodes": "server", "storage": "storage", "network": "switch", "misc": "misc"}
MAX_HEIGHT = 100
_WIDTH = re.compile(r"(?:[0-9]{1,4}(?:/[1-9][0-9]{0,3})?|[0-9]?\.[0-9]{1,6})\Z")
#: Most pieces of equipment side by side.
MAX_ABREAST = 48


class Kind(NamedTuple):
    """A type of equipment; `abreast` is how many of it stand side by side."""

    slug: str
    section: str
    height: int
    abreast: int

    def draw_w(self, count: int) -> int:
        """Return the usual draw of several pieces side by side, each as one of one unit."""
        return count * BUDGET_W[role_kind(ROLES[self.section])].one


class Types:
    """The types of a database; those that are asked for are declared."""

    def __init__(self, job: Job, root: Node) -> None:
        self.job = job
        self._nodes: dict[tuple[str, str], Node] = {}
        self._kinds: dict[tuple[str, str], Kind | None] = {}
        types = root.get("types")
        for section in ROLES:
            for name, node in types.items(section, "id"):
                if (section, name) in self._nodes:
                    message = f"type `{name}` stands there twice"
                    job.find(node.place, "error", "type-twice", message, "the first one counts")
                    continue
                self._nodes[section, name] = node

    def kind_of(self, section: str, name: str) -> Kind | None:
        """Return a type by its id; None where it is unknown or has no height."""
        key = (section, name)
        if key not in self._nodes:
            return None
        if key not in self._kinds:
            self._kinds[key] = self._declared(section, name, self._nodes[key])
        return self._kinds[key]

    def _declared(self, section: str, name: str, node: Node) -> Kind | None:
        job = self.job
        height = in_units(node, "height")
        if height is None or height > MAX_HEIGHT:
            message = f"type `{name}` has height `{node.value('height')}`"
            job.find(node.place, "error", "type-height", message, "write for example `2u`")
            return None
        abreast = self._abreast(name, node)
        model = node.value("model")
        found = _in_catalogue(name, model, height) if abreast == 1 else None
        if found is not None:
            slug = job.ids.take("type", found, pk=1)
            if slug == found:
                message = f"type `{name}` ({model}) is taken as `{found}` of the catalogue"
                job.find(node.place, "note", "type-matched", message)
                return Kind(slug, section, height, 1)
        wanted = plain(name) if abreast == 1 else f"{plain(name)}-x{abreast}"
        slug = job.ids.take("type", wanted, f"{wanted}-{section}", pk=2)
        fields: dict[str, Data] = known(model=model if abreast == 1 else f"{abreast} x {model}")
        job.section("device-types.yaml", "device_types").append(
            {"slug": slug, **fields, "u_height": height, "is_full_depth": True}
        )
        if abreast > 1:
            message = f"{abreast} of type `{name}` stand side by side (width {node.value('width')})"
            job.find(node.place, "note", "type-abreast", message, f"one device of type `{slug}`")
        return Kind(slug, section, height, abreast)

    def _abreast(self, name: str, node: Node) -> int:
        text = node.value("width")
        if text in ("", "full"):
            return 1
        width = Fraction(text) if _WIDTH.match(text) else Fraction(0)
        if not Fraction(1, MAX_ABREAST) <= width <= 1:
            message = f"type `{name}` has width `{text}`"
            self.job.find(node.place, "error", "type-width", message, "taken as `full`")
            return 1
        return int(1 / width)


def _in_catalogue(name: str, model: str, height: int) -> str | None:
    """Return the catalogue's type of a slug or of a maker and model, if it is as high."""
    slug = name if name in catalogue_slugs() else _by_model().get(_plain(model))
    base = catalogue_type(slug) if slug is not None else None
    if slug is None or base is None or is_child(slug) or base.u_height_half != 2 * height:
        return None
    return slug


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())


@cache
def _by_model() -> dict[str, str]:
    """Return slugs by manufacturer and model in one text."""
    slugs: dict[str, str] = {}
    for slug in sorted(catalogue_slugs()):
        device = catalogue_type(slug)
        if device is not None and device.model:
            slugs.setdefault(_plain(f"{device.manufacturer} {device.model}"), slug)
    return slugs
