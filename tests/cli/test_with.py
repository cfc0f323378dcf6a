"""`--with ID`: every verb that takes a patch takes actions of the estate, and so do its hints."""

import re

import click
import pytest

from planner.cli.app import app
from planner.cli.completing import ids
from planner.cli.context import load_target

ACTIONS = """\
# yaml-language-server: $schema=../schema.json
actions:
  - id: bigger-ups
    name: Larger UPS
    eur: 20000
    days: 90
    patch: {power: [{id: "ups-[a,b]", kw: 30, kva: 30}]}
  - id: tiny-ups
    eur: 0
    days: 0
    excludes: [bigger-ups]
    patch: {power: [{id: "ups-[a,b]", kw: 1, kva: 1}]}
"""


@pytest.fixture
def priced(planned):
    """The planned starter estate, with actions."""
    (planned / "inventory/first/actions.yaml").write_text(ACTIONS, encoding="utf-8")
    return planned


def test_every_verb_with_a_patch_has_it():
    verbs, waiting = {}, [("planner", app)]
    while waiting:
        name, command = waiting.pop()
        verbs[name.removeprefix("planner ")] = {o for p in command.params for o in p.opts}
        if isinstance(command, click.Group):
            ctx = click.Context(command)
            inner = command.list_commands(ctx)
            waiting += [(f"{name} {key}", command.get_command(ctx, key)) for key in inner]
    assert {name for name, options in verbs.items() if "--patch" in options} >= {
        "plan", "check", "explain", "diff", "show", "validate", "headroom",
    }  # fmt: skip
    for name, options in verbs.items():
        assert ("--patch" in options) == ("--with" in options), name


def test_validate_tries_every_action(planner, priced, edit):
    ran = planner("validate")
    assert ran.code == 0
    assert "2 actions priced, each tried by itself\n" in ran.out
    assert planner("validate", "--format", "json").json["num_actions"] == 2
    edit(priced / "inventory/first/actions.yaml", "kw: 1, kva: 1", "kv: 1")
    ran = planner("validate")
    assert ran.code == 2
    assert ran.err == (
        "inventory/first/actions.yaml:12:39: error[key-unknown]: with action `tiny-ups`:"
        " unknown key `kv`\n"
        "  hint: did you mean `kva`?\n"
        "\n"
        "1 problem in the inventory\n"
    )


def test_actions_do_not_make_a_lock_stale_and_those_laid_over_it_do(planner, priced):
    assert planner("check", "--as-of", "2026-11-01").code == 0
    ran = planner("check", "--as-of", "2026-11-01", "--with", "bigger-ups")
    assert ran.code == 3
    assert "`planner plan --with bigger-ups` renews it" in ran.out


def test_what_breaks_with_an_action_is_said_with_hints_that_can_be_typed(planner, priced):
    ran = planner("check", "-e", "first", "--as-of", "2026-11-01", "--with", "tiny-ups")
    assert ran.code == 1
    assert re.search(r"error\[power\.(normal|failover)\].*`ups-a`", ran.out)
    assert "-e first --with tiny-ups`" in ran.out


def test_actions_that_do_not_go_together(planner, priced):
    ran = planner("plan", "--dry-run", "--with", "tiny-ups", "--with", "bigger-ups")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: action `tiny-ups` excludes `bigger-ups`\n\nhint: leave one of the two out\n"
    )


def test_a_shell_completes_actions(priced):
    assert ids(("action",), None) == ["bigger-ups", "tiny-ups"]


def test_actions_that_nobody_hands_on_are_never_dropped_in_silence(priced):
    with pytest.raises(RuntimeError, match="no active click context"):
        load_target(None)
    assert load_target(None, actions=("bigger-ups",)).options == "--with bigger-ups"
