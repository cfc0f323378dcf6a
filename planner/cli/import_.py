"""`planner import`: the sources that an estate can come from, one module each, imported lazily."""

from __future__ import annotations

import difflib
import importlib
import importlib.util

import click

#: Source -> what it reads, in the order of the help.
SOURCES = {
    "csv": "read devices, racks and feeds from spreadsheets",
    "netbox": "read a NetBox dump, its REST API, or an exported folder",
    "racksdb": "read a RacksDB database, a file or a folder",
    "register": "put what stands into the register, and write the file for `pulumi import`",
}


class Sources(click.Group):
    """A group that imports a source's module only when the source is typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the sources in the order of the table."""
        return [name for name in SOURCES if importlib.util.find_spec(_module(name)) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import `planner.cli.import_<source>` and return its `command`."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(_module(cmd_name)).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest source when the typed one does not exist."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], known, n=1)
            listed = ", ".join(f"`{name}`" for name in known)
            hint = f"did you mean `planner import {near[0]}`?" if near else f"known: {listed}"
            raise click.UsageError(f"no source `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sources from the table, without importing them."""
        rows = [(name, SOURCES[name]) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Sources"):
                formatter.write_dl(rows)


def _module(source: str) -> str:
    return f"planner.cli.import_{source}"


@click.group(name="import", cls=Sources, no_args_is_help=False, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Bring an estate from another tool, and bring it again after changes there.

    An import writes a folder of YAML files that validates. Repeated, it changes what has changed
    at the source, keeps what people have edited by hand, and lists where both have changed.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
