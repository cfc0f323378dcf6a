"""What holds the project together: pins, make targets, CI, the environment script, start-up."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_dependency_is_pinned_exactly():
    pins = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        pins += extra
    assert [pin for pin in pins if not PIN.fullmatch(pin)] == []

    constraints = {line for line in read("tools/constraints.txt").splitlines() if line[0] != "#"}
    assert [line for line in constraints if not PIN.fullmatch(line)] == []
    assert set(pins) <= constraints


def test_readme_names_the_command_that_ci_runs():
    assert read(".ci/run").splitlines()[-1] == "make test"
    assert "make test" in read("README.md")
    assert "make demo" in read("README.md")


def test_make_lists_every_target():
    listed = subprocess.run(
        ["make", "--no-print-directory", "-C", ROOT],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = [line.split()[1] for line in listed.splitlines()]
    assert names == ["help", "demo", "preview", "test", "test-full", "lint", "bench"]


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh"])
def test_environment_script_works_in_every_shell(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    fake = tmp_path / "bin"
    fake.mkdir()
    for name, text in (("pulumi", "#!/bin/sh\necho v3.300.0\n"), ("pulumi-language-python", "")):
        (fake / name).write_text(text, encoding="utf-8")
        (fake / name).chmod(0o755)
    names = ["PULUMI_HOME", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_OPTION_CWD"]
    program = "set -u; . tools/env.sh; " + "; ".join(f'echo "{name}=${name}"' for name in names)

    result = subprocess.run(
        [shell, "-c", program],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "PATH": f"{fake}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert result.stdout.splitlines() == [
        f"PULUMI_HOME={ROOT}/.pulumi-home",
        "PULUMI_CONFIG_PASSPHRASE=",
        f"PULUMI_OPTION_CWD={ROOT}",
    ]
    assert result.stderr == ""


def test_help_imports_nothing_heavy():
    """Solver, model and terminal libraries are imported by the command that needs them."""
    program = (
        "import json, sys\n"
        "sys.argv = ['planner', '--help']\n"
        "from planner.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert "plan" in result.stdout
    loaded = {name.split(".")[0] for name in json.loads(result.stderr.splitlines()[-1])}
    heavy = {"numpy", "ortools", "pandas", "pulumi", "pydantic", "rich", "sqlite3", "yaml"}
    assert loaded & heavy == set()
