"""Every command that a page shows runs, and prints what the page says."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Command, blocks, commands, is_empty_start, mismatch, pages

#: What a page may show without our running it: it would run this very test, or change the machine.
MAKE_ONLY_CHECKED = {"test", "test-full", "lint", "bench", "help"}


def _shown(page: Path) -> list[tuple[Command, bool]]:
    """Return the page's commands in order, each with whether it drives Pulumi."""
    found = [b for b in blocks(page.read_text(encoding="utf-8")) if b.language == "console"]
    return [(command, "pulumi" in block.words) for block in found for command in commands(block)]


WITH_COMMANDS = [page for page in pages() if page.exists() and _shown(page)]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def session(tmp_path):
    """Return a function that runs a command line as a reader would, from a copy of the estates."""
    programs = tmp_path / "bin"
    programs.mkdir()
    planner = programs / "planner"
    planner.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m planner "$@"\n')
    planner.chmod(planner.stat().st_mode | stat.S_IXUSR)
    folder = tmp_path / "work"
    folder.mkdir()
    foreign = ("PLANNER_", "PULUMI_", "RACKPLAN_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
    environment = {
        **kept,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "COLUMNS": "100",
    }

    def run(text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f"set -o pipefail; {text}"],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    run.folder = folder
    return run


def _lines_of_make(target: str) -> str:
    """Return the planner and pulumi commands in the recipe of a target."""
    recipe = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    starts = (".venv/bin/planner ", ". tools/env.sh && pulumi ")
    found = [line for line in recipe.splitlines() if line.startswith(starts)]
    assert found, f"`make {target}` calls neither planner nor pulumi"
    return " && ".join(line.removeprefix(".venv/bin/") for line in found)


def _run(session, command: Command) -> subprocess.CompletedProcess[str] | None:
    words = command.text.split()
    if words[0] != "make":
        return session(command.text)
    if words[1] in MAKE_ONLY_CHECKED:
        subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=True)
        return None
    return session(_lines_of_make(words[1]))


def _check(done: subprocess.CompletedProcess[str], command: Command, page: Path) -> None:
    """Compare what was printed: stdout, or stderr where stdout is empty."""
    where = f"{_name(page)}:{command.line}: `{command.text}`\n{done.stdout}{done.stderr}"
    assert done.returncode == command.exit_code, where
    wrong = mismatch(command.output, (done.stdout or done.stderr).splitlines())
    assert wrong is None, f"expected: {wrong}\n{where}"


def _run_page(session, page: Path, drives_pulumi: bool) -> None:
    for command, is_for_pulumi in _shown(page):
        if is_for_pulumi == drives_pulumi and (done := _run(session, command)) is not None:
            _check(done, command, page)


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=_name)
def test_commands_of_a_page(page, session):
    if not is_empty_start(page.read_text(encoding="utf-8")):
        _copy(session.folder, "inventory", "layouts")
    _run_page(session, page, drives_pulumi=False)


@pytest.mark.pulumi
@pytest.mark.parametrize(
    "page", [p for p in WITH_COMMANDS if any(flag for _, flag in _shown(p))], ids=_name
)
def test_pulumi_commands_of_a_page(page, session):
    found = subprocess.run([ROOT / "tools" / "pulumi-cli"], capture_output=True, text=True)
    if found.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(found.stderr)
    _copy(session.folder, "inventory", "layouts", "stacks", "Pulumi.yaml", "Pulumi.muenster.yaml")
    (session.folder / "tools").symlink_to(ROOT / "tools")
    (session.folder / ".venv").symlink_to(sys.prefix)
    _run_page(session, page, drives_pulumi=True)


def _copy(folder: Path, *names: str) -> None:
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, folder)


def test_the_comparison_sees_a_difference():
    assert mismatch(("a", "...", "c"), ["a", "b", "c"]) is None
    assert mismatch(("a", "..."), ["a", "b"]) is None
    assert mismatch(("a", "d"), ["a", "b"]) == "d"
    assert mismatch(("b",), ["a", "b"]) == "b"
    assert mismatch(("a",), ["a", "b"]) == "(no more output, yet there is) b"


def test_the_readme_shows_the_two_commands():
    shown = {command.text for command, _ in _shown(ROOT / "README.md")}
    assert {"make demo", "make test"} <= shown
