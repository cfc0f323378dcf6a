"""The network between sites: nodes, ducts, links and the paths that are asked for."""

from __future__ import annotations

from collections.abc import Mapping

from planner.io.build.context import Context, coordinates
from planner.io.expansion import Entry
from planner.io.items.continuity import LinkItem
from planner.io.rounding import down_or_none, up, up_or_none
from planner.model.network import Duct, Link, NetworkNode, PathRequirement
from planner.model.space import Site


def build_network_nodes(context: Context, sites: Mapping[str, Site]) -> dict[str, NetworkNode]:
    """Return network nodes by id; one without coordinates has those of its site."""
    nodes = {}
    for key, entry in sorted(context.entries["network_nodes"].items()):
        item = entry.item
        context.require("sites", item.site, entry.origin, "site")
        if key in sites:
            message = f"network node `{key}` has the id of a site"
            hint = "rename it: ends of links are sites or network nodes"
            context.findings.add(entry.origin.where("id"), "id-duplicate", message, hint)
        lat, lon = coordinates(context, entry, f"network node `{key}`")
        site = sites.get(item.site or "")
        if site is not None and item.lat is None and item.lon is None:
            lat, lon = site.lat_udeg, site.lon_udeg
        nodes[key] = NetworkNode(
            id=key,
            name=item.name,
            site=item.site,
            lat_udeg=lat,
            lon_udeg=lon,
            access_network=item.access_network,
            at=entry.origin.where(),
        )
    return nodes


def build_ducts(context: Context) -> dict[str, Duct]:
    """Return ducts by id."""
    return {
        key: Duct(id=key, name=e.item.name, entry=e.item.entry, at=e.origin.where())
        for key, e in sorted(context.entries["ducts"].items())
    }


def build_links(
    context: Context, sites: Mapping[str, Site], nodes: Mapping[str, NetworkNode]
) -> dict[str, Link]:
    """Return links by id."""
    links = {}
    for key, entry in sorted(context.entries["links"].items()):
        item: LinkItem = entry.item
        context.require_all("ducts", item.ducts, entry.origin, "ducts")
        ends = _ends(context, entry)
        if item.fibre_km is None:
            _check_length(context, entry, ends, sites, nodes)
        links[key] = Link(
            id=key,
            ends=ends,
            ducts=tuple(sorted(set(item.ducts))),
            carrier=item.carrier,
            fibre_m=up_or_none(item.fibre_km, 1000),
            detour_permille=up_or_none(item.detour, 1000),
            equipment_us=up(item.equipment_ms, 1000),
            capacity_mbps=down_or_none(item.gbps, 1000),
            at=entry.origin.where(),
        )
    return links


def _check_length(
    context: Context,
    entry: Entry,
    ends: tuple[str, str],
    sites: Mapping[str, Site],
    nodes: Mapping[str, NetworkNode],
) -> None:
    """Note a link between two places of which nobody can tell the length."""
    known = [place for end in ends if (place := nodes.get(end) or sites.get(end)) is not None]
    sites_of = {place.site if isinstance(place, NetworkNode) else place.id for place in known}
    if len(known) < 2 or (len(sites_of) == 1 and None not in sites_of):
        return
    missing = [place.id for place in known if place.lat_udeg is None]
    if missing:
        names = " and ".join(f"`{end}`" for end in missing)
        lack = "have" if len(missing) > 1 else "has"
        message = f"link `{entry.key}` gives no `fibre_km`, and {names} {lack} no coordinates"
        hint = "add `fibre_km`, or `lat` and `lon` of its ends"
        context.findings.add(entry.origin.where(), "link-length", message, hint)


def build_path_requirements(context: Context) -> dict[str, PathRequirement]:
    """Return path requirements by id."""
    paths = {}
    first_of: dict[tuple[str, str], str] = {}
    for key, entry in sorted(context.entries["paths"].items()):
        ends = _ends(context, entry)
        first = first_of.setdefault(ends, key)
        if first != key:
            message = f"path requirements `{first}` and `{key}` have the same ends"
            hint = "keep one, with what is meant"
            context.findings.add(entry.origin.where("ends"), "ends", message, hint)
        paths[key] = PathRequirement(
            id=key,
            ends=ends,
            independent_paths=entry.item.independent_paths,
            max_rtt_us=down_or_none(entry.item.max_rtt_ms, 1000),
            at=entry.origin.where(),
        )
    return paths


def _ends(context: Context, entry: Entry) -> tuple[str, str]:
    """Return both ends, the smaller first: sites or network nodes."""
    known = context.entries["sites"].keys() | context.entries["network_nodes"].keys()
    for index, end in enumerate(entry.item.ends):
        context.require_in(known, "site or network node", end, entry.origin, "ends", index)
    first, second = sorted(entry.item.ends)
    if first == second:
        message = f"both ends of `{entry.key}` are `{first}`"
        context.findings.add(entry.origin.where("ends"), "ends", message, "name two different ends")
    return first, second
