"""Completion scripts, and what they complete."""

import os
import shutil
import subprocess
import sys

import pytest

from planner.cli.completing import estate_names, ids

RACKS = [f"hall-{hall}-a0{n}" for hall in (1, 2) for n in (1, 2, 3)]


@pytest.fixture
def path(tmp_path):
    """A search path on which `planner` is this one."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "planner"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m planner "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return f"{programs}{os.pathsep}{os.environ['PATH']}"


def complete(path, *words):
    """Return what bash offers for the last word."""
    listed = " ".join(f'"{word}"' for word in ("planner", *words))
    program = (
        'eval "$(planner completion bash)"\n'
        f"COMP_WORDS=({listed}); COMP_CWORD={len(words)}\n"
        '_planner_completion planner; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_its_script(planner, shell):
    ran = planner("completion", shell)
    assert ran.code == 0
    assert "_PLANNER_COMPLETE" in ran.out


def test_an_unknown_shell(planner):
    ran = planner("completion", "tcsh")
    assert ran.code == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in ran.err


def test_verbs_options_estates_and_ids(starter, path):
    assert complete(path, "ex") == ["explain", "export"]
    assert complete(path, "check", "--for") == ["--format"]
    assert complete(path, "check", "-e", "") == ["first"]
    assert complete(path, "show", "hall-1-a0") == RACKS[:3]
    assert complete(path, "explain", "town/st") == [
        "town/storage", "town/storage-1", "town/storage-2",
    ]  # fmt: skip


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_its_script(path):
    done = subprocess.run(
        [
            "zsh",
            "-f",
            "-c",
            'autoload -U compinit; compinit -u -D; eval "$(planner completion zsh)"',
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_estates_are_found_upward(starter):
    deep = starter / "inventory/first/sites"
    assert estate_names(deep) == ["first"]


def test_ids_by_kind(starter):
    assert ids(("rack",), None) == RACKS
    assert ids(("row", "room", "site"), None) == [
        "hall-1", "hall-1-a", "hall-2", "hall-2-a", "main",
    ]  # fmt: skip


def test_a_completion_never_fails(tmp_path, monkeypatch, planned):
    (planned / "inventory/first/estate.yaml").write_text("]", encoding="utf-8")
    assert ids(("rack",), None) == []
    monkeypatch.chdir(tmp_path)
    assert ids(("rack",), "nowhere") == []


def test_a_huge_estate_does_not_keep_the_shell_waiting(starter, monkeypatch):
    monkeypatch.setattr("planner.cli.completing.MAX_BYTES", 100)
    assert ids(("rack",), None) == []
