"""`planner import register`: adopt what stands, before a stack declares it.

Owns the two halves of an adoption: the rows in the as-built register, and the file with which
`pulumi import` takes all of them into a stack at once. A row that the register has already is never
written over.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from planner.cli.options import estate_options, format_option, with_options
from planner.cli.output import print_json, say, talk

if TYPE_CHECKING:
    from planner.cli.context import Target
    from planner.model.estate import Estate
    from planner.model.layout import AsBuilt, Place
    from planner.register import Register


class Differs(NamedTuple):
    """A row that the register has with another content than the source."""

    instance: str
    register: Place
    source: Place


class Seeded(NamedTuple):
    """What became of each standing instance: in the register, and in the file for Pulumi.

    Attributes
    ----------
    foreign
        Instance -> the other owner, whose stack declares it already; not in the file.
    agreed
        Keys of the contracts and reservations that the register has now and no other owner
        declares, and how many of them were added.
    """

    added: tuple[str, ...]
    same: tuple[str, ...]
    differs: tuple[Differs, ...]
    foreign: dict[str, str]
    agreed: frozenset[str]
    num_agreed_added: int


@click.command(name="register")
@with_options(estate_options)
@click.option(
    "--from",
    "source",
    metavar="FILE|register",
    help="What stands: a snapshot, an earlier lock, or what the register holds already."
    "  [default: the estate's `standing`]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file for `pulumi import`.  [default: import-<estate>.json beside the register]",
)
@click.option(
    "--owner",
    metavar="PROJECT/STACK",
    help="Whose the new rows are.  [default: nobody's, until a stack changes them]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@format_option
def command(
    estate: str | None,
    patches: tuple[Path, ...],
    source: str | None,
    output: Path | None,
    owner: str | None,
    dry_run: bool,
    fmt: str,
) -> int:
    """Put what stands into the as-built register, and write the file for `pulumi import`.

    The register is `$RACKPLAN_REGISTER`, else `.state/register.db` beside `Pulumi.yaml`. Rows that
    it has already stay as they are; where they differ from the source they are listed, and the exit
    code is 1.
    """
    from planner.cli.context import load_snapshot, load_target, shown
    from planner.errors import UsageError
    from planner.register import open_register

    if owner is not None and owner.count("/") != 1:
        raise UsageError(f"`{owner}` is no owner", hint="an owner reads `rackplan/<stack>`")
    target = load_target(estate, patches)
    as_built = load_snapshot(source, target)
    if not as_built.standing:
        raise UsageError(
            f"nothing stands in `{target.estate.id}`: it has no section `standing`",
            hint="name what stands with `--from`, e.g. a layout lock",
        )
    register = open_register()
    try:
        seeded = seed(register, target.estate, as_built, owner, dry_run=dry_run)
    finally:
        register.close()
    path = shown(output or register.path.parent / f"import-{target.estate.id}.json")
    document = import_document(target.estate, as_built, seeded)
    is_written = not dry_run and len(seeded.foreign) < len(as_built.standing)
    if is_written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if fmt == "json":
        _show_json(target, as_built, seeded, path if is_written else None)
    else:
        _show_text(target, as_built, seeded, shown(register.path), path, dry_run)
    return 1 if seeded.differs else 0


def seed(
    register: Register, estate: Estate, as_built: AsBuilt, owner: str | None, *, dry_run: bool
) -> Seeded:
    """Write a row for each standing instance that the register does not have."""
    from planner.register import PLACEMENT
    from planner.register.values import place_of, values_of

    found = {row.key: row for row in register.rows(PLACEMENT, estate.id)}
    added, same, differs = [], [], []
    foreign: dict[str, str] = {}
    for instance, standing in as_built.standing.items():
        row = found.get(instance)
        if row is None:
            added.append(instance)
            if not dry_run:
                values = values_of(estate, instance, standing.place)
                register.write(PLACEMENT, estate.id, instance, values, owner=owner)
            continue
        place = place_of(row.values)
        # What a source does not know about cords is no difference.
        known = place if standing.place.cords is None else standing.place
        if standing.place.model_copy(update={"cords": known.cords}) == place:
            same.append(instance)
        else:
            differs.append(Differs(instance, place, standing.place))
        if row.owner not in (None, owner):
            foreign[instance] = str(row.owner)
    agreed, num_added = _seed_agreed(register, estate, owner, dry_run=dry_run)
    return Seeded(tuple(added), tuple(same), tuple(differs), foreign, agreed, num_added)


def _seed_agreed(
    register: Register, estate: Estate, owner: str | None, *, dry_run: bool
) -> tuple[frozenset[str], int]:
    """Write a row for each contract and reservation of the estate that the register lacks."""
    from planner.register import POWER_ALLOCATION, RACK_RESERVATION
    from planner.register.values import contracts_of, reservation_values

    wanted = [(POWER_ALLOCATION, item.key, item._asdict()) for item in contracts_of(estate)]
    wanted += [
        (RACK_RESERVATION, item.id, reservation_values(item))
        for item in estate.reservations.values()
    ]
    keys, num_added = set(), 0
    for kind, key, values in wanted:
        row = register.read(kind, estate.id, key)
        if row is None:
            num_added += 1
            if not dry_run:
                register.write(kind, estate.id, key, values, owner=owner)
        if row is None or row.owner in (None, owner):
            keys.add(f"{kind.name} {key}")
    return frozenset(keys), num_added


def import_document(estate: Estate, as_built: AsBuilt, seeded: Seeded) -> dict[str, Any]:
    """Return the file for `pulumi import --file`: what stands, and the racks and sites around it.

    A resource's `name` is only for references within the file, so it says the kind, too: a site
    and a rack may share an id.
    """
    sites = [
        {"type": "rackplan:index:Site", "name": f"site {site}", "logicalName": site}
        for site in estate.sites
    ]
    racks = [
        {
            "type": "rackplan:index:Rack",
            "name": f"rack {rack.id}",
            "logicalName": rack.id,
            "parent": f"site {rack.site}",
        }
        for rack in estate.racks.values()
    ]
    placements = [
        {
            "type": "rackplan:index:Placement",
            "name": f"placement {instance}",
            "logicalName": instance,
            "id": f"{estate.id}:{instance}",
            "parent": f"rack {standing.place.rack}",
        }
        for instance, standing in as_built.standing.items()
        if instance not in seeded.foreign
    ]
    tenants, agreed = _agreed_resources(estate, seeded.agreed)
    components = [{**item, "component": True} for item in (*sites, *racks, *tenants)]
    return {"resources": [*components, *placements, *agreed]}


def _agreed_resources(
    estate: Estate, agreed: frozenset[str]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the tenants' components, and the contracts and reservations."""
    from planner.register.values import contracts_of

    found = [
        ("PowerAllocation", f"power allocation {item.key}", item.key, f"tenant {item.tenant}")
        for item in contracts_of(estate)
    ]
    tenants = list(dict.fromkeys(parent for *_, parent in found))
    found += [
        ("RackReservation", f"rack reservation {item.id}", item.id, f"rack {item.rack}")
        for item in estate.reservations.values()
    ]
    resources = [
        {
            "type": f"rackplan:index:{kind}",
            "name": name,
            "logicalName": key,
            "id": f"{estate.id}:{key}",
            "parent": parent,
        }
        for kind, name, key, parent in found
        if name in agreed
    ]
    components = [
        {
            "type": "rackplan:index:TenantAllocation",
            "name": tenant,
            "logicalName": tenant.removeprefix("tenant "),
        }
        for tenant in tenants
    ]
    return components, resources


def _pulumi_command(path: Path) -> str:
    options = "--generate-code=false --protect=false"
    return f"pulumi import --file {shlex.quote(str(path))} {options}"


def _show_text(
    target: Target, as_built: AsBuilt, seeded: Seeded, register: Path, path: Path, dry_run: bool
) -> None:
    from planner.explain.text import plural, render_place

    standing = plural(len(as_built.standing), "instance")
    say(f"{target.estate.id}: {standing} of {_source_words(as_built.source)}")
    counts = f"{len(seeded.added)} added, {len(seeded.same)} there already"
    differing = f", {len(seeded.differs)} left as they are though they differ"
    say(f"register {register}: {counts}{differing if seeded.differs else ''}")
    if seeded.num_agreed_added:
        num = seeded.num_agreed_added
        say(f"  also     {plural(num, 'contract or reservation', 'contracts and reservations')}")
    for item in seeded.differs:
        places = f"register {render_place(item.register)}, source {render_place(item.source)}"
        say(f"  differs  {item.instance}  {places}")
    for owner in sorted(set(seeded.foreign.values())):
        count = sum(found == owner for found in seeded.foreign.values())
        say(f"  owned    {plural(count, 'instance')} by `{owner}`, so not in the file")
    if dry_run:
        say(f"dry run: {register} and {path} are left as they are")
        return
    if len(seeded.foreign) == len(as_built.standing):
        say("nothing is left to import, so no file is written")
        return
    say(f"wrote {path}")
    talk(f"next: {_pulumi_command(path)}")


def _source_words(source: str) -> str:
    return {"register": "the register", "inventory": "the inventory's `standing`"}.get(
        source, source
    )


def _show_json(target: Target, as_built: AsBuilt, seeded: Seeded, path: Path | None) -> None:
    from planner.explain.diff import place_json

    print_json(
        "import-register",
        {
            "estate": target.estate.id,
            "source": as_built.source,
            "wrote": str(path) if path else None,
            "added": list(seeded.added),
            "same": list(seeded.same),
            "differs": [
                {
                    "instance": item.instance,
                    "register": place_json(item.register),
                    "source": place_json(item.source),
                }
                for item in seeded.differs
            ],
            "foreign": seeded.foreign,
            "contracts_and_reservations_added": seeded.num_agreed_added,
            "next": _pulumi_command(path) if path else None,
        },
    )
