"""`planner completion`: the completion script of a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from planner.cli.output import say

SHELLS = ("bash", "zsh", "fish")

HELP = """Print the completion script of a shell.

\b
bash   eval "$(planner completion bash)"         in ~/.bashrc
zsh    eval "$(planner completion zsh)"          in ~/.zshrc, after compinit
fish   planner completion fish | source          in ~/.config/fish/config.fish
"""


@click.command(name="completion", help=HELP)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the script; verbs, options, estates and ids are completed."""
    script = get_completion_class(shell)
    assert script is not None, "click knows the three shells"
    root = ctx.find_root().command
    say(script(root, {}, "planner", "_PLANNER_COMPLETE").source())
    return 0
