"""Loads an estate: all its files, one model; everything that is wrong is raised at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from planner.errors import UsageError
from planner.io.build.actions import build_actions
from planner.io.build.context import Context
from planner.io.build.continuity import (
    build_combinations,
    build_continuity_groups,
    build_processes,
)
from planner.io.build.cooling import build_cooling
from planner.io.build.demand import build_demand
from planner.io.build.network import (
    build_ducts,
    build_links,
    build_network_nodes,
    build_path_requirements,
)
from planner.io.build.policy import build_policy
from planner.io.build.pools import build_pools
from planner.io.build.power import build_power
from planner.io.build.space import build_space
from planner.io.build.standing import build_standing
from planner.io.build.tenancy import build_certificates, build_tenants, build_waivers
from planner.io.catalogue import build_device_types
from planner.io.collector import paused
from planner.io.documents import RemoveItem
from planner.io.expansion import SECTIONS, Entry, Loaded, expand_section
from planner.io.files import ESTATE_FILE, display_path, estate_files, read_document
from planner.io.findings import Findings, Origin, nearest
from planner.io.items.policy import EstateItem, PolicyItem
from planner.io.patch import Singles, apply_patch, read_patch
from planner.model.action import Action, clashes, missing, with_required
from planner.model.base import Where
from planner.model.estate import Estate
from planner.model.layout import AsBuilt
from planner.model.scenarios import DOMAIN_KINDS, iter_domains


class Inventory(NamedTuple):
    """An estate as loaded: the model, where things stand, and what it came from."""

    estate: Estate
    as_built: AsBuilt
    root: Path
    files: tuple[Path, ...]
    actions: tuple[str, ...] = ()


class Parsed(NamedTuple):
    """The items of an estate's files, patches laid over them: read once, built with any actions."""

    root: Path
    files: tuple[Path, ...]
    entries: dict[str, dict[str, Entry]]
    singles: Singles

    def build(self, actions: Sequence[str] = ()) -> Inventory:
        """Return the estate after some of its actions, in whatever order they are given.

        Raises
        ------
        UsageError
            When an action is not declared, lacks one that it requires, or excludes another.
        InventoryError
            With every problem found, sorted by place.
        """
        with paused():
            return _build_with(self, actions)


def load_estate(path: Path, patches: Sequence[Path] = (), actions: Sequence[str] = ()) -> Inventory:
    """Return the estate in the folder `path`: patches laid over it in their order, then actions.

    Raises
    ------
    UsageError
        When `path` is no folder with an `estate.yaml`, or the actions do not go together.
    InventoryError
        With every problem found, sorted by place.
    """
    return parse_estate(path, patches).build(actions)


def parse_estate(path: Path, patches: Sequence[Path] = ()) -> Parsed:
    """Return the items in the folder `path`, with patches laid over them in their order.

    Raises
    ------
    UsageError
        When `path` is no folder with an `estate.yaml`.
    InventoryError
        When files cannot be read as items.
    """
    root = Path(path)
    if not (root / ESTATE_FILE).is_file():
        hint = f"an estate is a folder with a file `{ESTATE_FILE}`"
        raise UsageError(f"no estate in `{display_path(root)}`", hint=hint)
    with paused():
        return _parse(root, patches)


def _parse(root: Path, patches: Sequence[Path]) -> Parsed:
    findings = Findings()
    files = estate_files(root, findings)
    loaded = [document for file in files if (document := read_document(file, findings)) is not None]
    findings.raise_if_any()
    _refuse_remove(loaded, findings)
    singles = Singles(_single("estate", loaded, findings), _single("policy", loaded, findings))
    entries = {name: expand_section(name, loaded, findings) for name in SECTIONS}
    findings.raise_if_any()
    for path in patches:
        patch = read_patch(Path(path), findings)
        if patch is not None:
            singles = apply_patch(*patch, entries, singles, findings)
        findings.raise_if_any()
    return Parsed(root, tuple(files), entries, singles)


def _build_with(parsed: Parsed, actions: Sequence[str]) -> Inventory:
    findings = Findings()
    entries = {name: dict(section) for name, section in parsed.entries.items()}
    singles = parsed.singles
    declared = build_actions(entries["actions"], findings)
    if actions:
        findings.raise_if_any()
        _check_together(declared, actions)
    for key in with_required(declared, actions):
        item, origin = entries["actions"][key].item, entries["actions"][key].origin
        singles = apply_patch(item.patch, origin.inner("patch"), entries, singles, findings)
        findings.raise_if_any()
    estate = _build(parsed.root, entries, singles, findings)
    standing = build_standing(entries["standing"], estate, findings)
    findings.raise_if_any()
    source = "inventory" if standing else "none"
    return Inventory(
        estate.model_copy(update={"actions": declared}),
        AsBuilt(source=source, standing=standing),
        parsed.root,
        parsed.files,
        tuple(sorted(set(actions))),
    )


def _check_together(declared: dict[str, Action], actions: Sequence[str]) -> None:
    """Refuse actions that are not declared, or do not go together.

    Raises
    ------
    UsageError
        When it is so.
    """
    for key in actions:
        if key not in declared:
            near = nearest(key, declared)
            known = "known: " + ", ".join(f"`{name}`" for name in declared)
            hint = f"did you mean `{near[0]}`?" if near else known
            raise UsageError(
                f"unknown action `{key}`", hint=hint if declared else "the estate declares none"
            )
    for key, other in missing(declared, actions):
        raise UsageError(f"action `{key}` requires `{other}`", hint=f"add `--with {other}`")
    for key, other in clashes(declared, actions):
        raise UsageError(f"action `{key}` excludes `{other}`", hint="leave one of the two out")


def _refuse_remove(loaded: list[Loaded], findings: Findings) -> None:
    for file in loaded:
        if file.document.remove != RemoveItem():
            hint = "apply this file with `--patch`, or delete the items themselves"
            findings.add(
                file.origin.where("remove"), "remove", "`remove` stands only in a patch", hint
            )


def _single(name: str, loaded: list[Loaded], findings: Findings) -> tuple[Any, Origin] | None:
    """Return the one item of a section that stands once, with its place."""
    found = [
        (item, file.origin.inner(name))
        for file in loaded
        if (item := getattr(file.document, name)) is not None
    ]
    for _, origin in found[1:]:
        message = f"`{name}` stands twice, first at {found[0][1].where()}"
        findings.add(origin.where(), "id-duplicate", message, "merge the two")
    return found[0] if found else None


def _build(
    root: Path, entries: dict[str, dict[str, Entry]], singles: Singles, findings: Findings
) -> Estate:
    """Return the model; ids that point nowhere are noted and left as they are."""
    item: EstateItem | None = None
    origin: Origin | None = None
    if singles.estate is None:
        where = Where(display_path(root / ESTATE_FILE))
        findings.add(
            where, "key-missing", "missing key `estate`", "add `estate: {id: ..., name: ...}`"
        )
    else:
        item, origin = singles.estate
    policy_item, policy_origin = singles.policy or (PolicyItem(), None)
    context = Context(entries, policy_item, policy_origin, findings, root)
    space = build_space(context)
    nodes = build_power(context, space.rooms, space.racks)
    zones, units = build_cooling(context, nodes)
    types = build_device_types(context)
    demand = build_demand(context, space, types)
    network_nodes = build_network_nodes(context, space.sites)
    estate = Estate(
        id=item.id if item else "",
        name=item.name if item else "",
        at=origin.where() if origin else None,
        policy=build_policy(policy_item, policy_origin, findings),
        sites=space.sites,
        rooms=space.rooms,
        rows=space.rows,
        racks=space.racks,
        reservations=space.reservations,
        power_nodes=nodes,
        cooling_zones=zones,
        cooling_units=units,
        tenants=build_tenants(context),
        certificates=build_certificates(context),
        waivers=build_waivers(context),
        device_types=types,
        workloads=demand.workloads,
        pools=build_pools(context),
        processes=build_processes(context),
        continuity_groups=build_continuity_groups(context, space.sites),
        network_nodes=network_nodes,
        ducts=build_ducts(context),
        links=build_links(context, space.sites, network_nodes),
        path_requirements=build_path_requirements(context),
        assumptions=demand.assumptions,
    )
    known: dict[str, set[str]] = {}
    for domain in iter_domains(estate):
        known.setdefault(domain.kind, set()).add(domain.id)
    combinations = build_combinations(
        context, {kind: known.get(kind, set()) for kind in DOMAIN_KINDS}
    )
    return estate.model_copy(update={"combinations": combinations})
