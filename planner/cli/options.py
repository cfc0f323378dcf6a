"""Options and types that several verbs share, and what a shell completes for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

_F = TypeVar("_F", bound=Callable[..., Any])

#: Where click's context keeps the actions of `--with`.
ACTIONS = "planner.actions"


class Day(click.ParamType[date]):
    """A day as `YYYY-MM-DD`."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the day, or fail with what was expected."""
        if isinstance(value, date):
            return value
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fail(f"`{value}` is no date: expected YYYY-MM-DD, e.g. 2026-11-01", param, ctx)


class Seconds(click.ParamType[int]):
    """A duration: `90`, `90s`, `5m` or `1h`; seconds where no unit is given."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return milliseconds."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,3}))?\s*(s|m|h)?", str(value))
        if match:
            whole, part, unit = match.groups()
            factor = {"s": 1, "m": 60, "h": 3600}[unit or "s"]
            milliseconds = (int(whole) * 1000 + int((part or "").ljust(3, "0"))) * factor
            if milliseconds > 0:
                return milliseconds
        self.fail(f"`{value}` is no duration: expected e.g. 20, 20s, 5m or 1h", param, ctx)


def _estate_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete `-e` with the estates under `inventory/`, from the folder names alone."""
    from planner.cli.completing import estate_names

    return [CompletionItem(name) for name in estate_names() if name.startswith(incomplete)]


def complete_ids(*kinds: str) -> Callable[..., list[CompletionItem]]:
    """Return a completer for ids of these kinds (`rack`, `row`, `room`, `workload`, `instance`)."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from planner.cli.completing import ids

        found = ids(kinds, ctx.params.get("estate"))
        return [CompletionItem(key) for key in found if key.startswith(incomplete)]

    return complete


_FILE = click.Path(path_type=Path, dir_okay=False)

_ESTATE = click.option(
    "-e", "--estate", metavar="NAME|DIR", shell_complete=_estate_names,
    help="Estate: a folder, or a name under inventory/.  [default: the folder upward with"
    " estate.yaml, else $PLANNER_ESTATE, else the only one under inventory/]",
)  # fmt: skip
_PATCH = click.option(
    "--patch", "patches", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True, metavar="FILE", help="Overlay a file on the estate; may be given several times.",
)  # fmt: skip


def _keep_actions(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    ctx.meta[ACTIONS] = value


# Not handed to the verb: it is read where the estate is loaded, so no verb can take and forget it.
_WITH = click.option(
    "--with", "actions", multiple=True, metavar="ID", expose_value=False, callback=_keep_actions,
    shell_complete=complete_ids("action"),
    help="As if this action of the estate were carried out; may be given several times.",
)  # fmt: skip
_LAYOUT = click.option(
    "-l", "--layout", type=_FILE, metavar="FILE",
    help="Layout lock.  [default: layouts/<estate>.lock.yaml]",
)  # fmt: skip
_AS_OF = click.option(
    "--as-of", type=Day(), metavar="DATE", help="The day it is.  [default: today]"
)
_FORMAT = click.option(
    "--format", "fmt", type=click.Choice(["text", "json"]), default="text",
    help="Form of the answer on stdout.",
)  # fmt: skip


def with_options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    """Apply options so that `--help` lists them in the order given."""

    def apply(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return apply


estate_options = with_options(_ESTATE, _PATCH, _WITH)
layout_option = with_options(_LAYOUT)
as_of_option = with_options(_AS_OF)
format_option = with_options(_FORMAT)
