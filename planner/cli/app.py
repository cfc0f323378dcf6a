"""The table of verbs, and the one place where exceptions become texts and exit codes.

Importing this module costs click and nothing else of weight: `planner --help` lists the verbs from
the table below without importing one of them.
"""

from __future__ import annotations

import difflib
import importlib
import itertools
import keyword
import os
import shlex
import sys
from collections.abc import Sequence

import click

from planner import __version__
from planner.cli.output import error_json, print_json, session, talk
from planner.errors import PlannerError

#: Verb -> what it does, in the order of `planner --help`.
VERBS = {
    "init": "write a small starter estate that plans at once",
    "validate": "read an estate's files and report every mistake in them",
    "schema": "print the JSON Schema of the files",
    "plan": "place every workload and write the layout lock",
    "check": "judge a layout by every rule, apart from the solver",
    "baseline": "remember known violations, so that a gate fails on new ones only",
    "diff": "list moves, additions and removals between two layouts",
    "explain": "say for every rack, or pool, why an instance may be there or not",
    "where": "name the best places for one new workload",
    "headroom": "say how many more of a workload fit, and what stops the next",
    "fail": "say what happens when something fails, the worst first",
    "report": "write the verdict on one page: holds or not, and why",
    "show": "draw racks as text, list pools with their services",
    "import": "bring an estate from spreadsheets or NetBox, again and again",
    "export": "write estate and layout fully expanded, for other tools",
    "completion": "print the completion script of a shell",
}

#: Exit code of a defect of rackplan (sysexits: EX_SOFTWARE), of Ctrl-C, and of a closed pipe.
EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is typed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import `planner.cli.<verb>` and return its `command`."""
        if cmd_name not in VERBS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"planner.cli.{name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb when the typed one does not exist."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], VERBS, n=1)
            hint = f"did you mean `planner {near[0]}`?" if near else "`planner --help` lists them"
            raise click.UsageError(f"no verb `{args[0]}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs from the table, without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


EPILOG = """\b
Exit codes: 0 holds; 1 violations, something unplaced, or infeasible; 2 bad input;
3 stale lock; 4 unknown (time-out without a layout); 130 interrupted, best layout saved.
"""


@click.group(
    cls=Verbs,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="planner", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
@click.pass_context
def app(ctx: click.Context, debug: bool) -> None:
    """Plan where workloads stand in shared data centres.

    An estate is a folder of YAML files with an `estate.yaml`. `planner init` writes one to start
    from, `planner plan` places its workloads, `planner check` judges the layout.
    """
    session().debug = debug
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; no exception leaves here."""
    session().reset()
    session().json = _asks_for_json(args)
    _prepare_streams()
    try:
        code = app.main(list(args), prog_name="planner", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _usage(error)
    except PlannerError as error:
        return _refuse(error)
    except (KeyboardInterrupt, click.Abort):
        talk("interrupted")
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # click turns a closed pipe into an exit of its own, and exits by itself for nothing else
        _abandon_stdout()
        return EXIT_PIPE
    except OSError as error:
        return _unusable(error)
    except Exception as error:
        return _defect(error, args)
    return code if isinstance(code, int) else 0


def _asks_for_json(args: Sequence[str]) -> bool:
    """Whether `--format json` is among the words, whatever else is wrong with them."""
    return "--format=json" in args or ("--format", "json") in itertools.pairwise(args)


def _prepare_streams() -> None:
    """Replace what a terminal's encoding cannot show instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _usage(error: click.ClickException) -> int:
    """Report wrong options or arguments in the form of every other error."""
    ctx = getattr(error, "ctx", None)
    hint = f"`{ctx.command_path} --help` lists what it takes" if ctx is not None else None
    message = error.format_message().rstrip(".")
    text = f"error[usage]: {message}"
    talk(f"{text}\n\nhint: {hint}" if hint else text)
    if session().json:
        print_json("error", error_json("usage", message, hint))
    return 2


def _refuse(error: PlannerError) -> int:
    """Report an error that a person can act upon."""
    talk(error.render())
    if session().json:
        problems = getattr(error, "problems", ())
        payload = error_json(error.slug, error.message, error.hint)
        payload["problems"] = [problem.__dict__ for problem in problems]
        print_json("error", payload)
    return error.exit_code


def _abandon_stdout() -> None:
    """Give the interpreter somewhere to flush to, since nobody takes what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unusable(error: OSError) -> int:
    """Report a file that cannot be read or written, or a stdout that takes no more."""
    if session().debug:
        import traceback

        traceback.print_exc()
    what = f"cannot use `{error.filename}`" if error.filename else "cannot write"
    message = f"{what}: {error.strerror or error}"
    talk(f"error[file]: {message}")
    try:
        if session().json:
            print_json("error", error_json("file", message, None))
        sys.stdout.flush()
    except OSError:
        _abandon_stdout()
    return 2


def _defect(error: Exception, args: Sequence[str]) -> int:
    """Say that rackplan is at fault, and how to see where."""
    if session().debug:
        import traceback

        traceback.print_exc()
    message = f"{type(error).__name__}: {error}".rstrip(": ")
    again = shlex.join(["planner", "--debug", *(arg for arg in args if arg != "--debug")])
    hint = (
        "please report it with the traceback above"
        if session().debug
        else f"`{again}` shows the traceback"
    )
    talk(
        f"error[defect]: {message}\n  this is a defect of rackplan, not of your input\n\n"
        f"hint: {hint}"
    )
    if session().json:
        print_json("error", error_json("defect", message, hint))
    return EXIT_DEFECT
