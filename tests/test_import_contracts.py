"""The import contracts of pyproject.toml hold, and they bite."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("check", "cli", "io", "model", "problem", "provider", "register", "solve")


def run_import_linter(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it as `make lint` does; the current folder comes first on its path."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_are_kept():
    result = run_import_linter(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture
def bare_tree(tmp_path):
    """Every package of ours, empty but for imports that are allowed, under our contracts."""
    for package in ("planner", "stacks", *(f"planner/{name}" for name in PACKAGES)):
        folder = tmp_path / package
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()
    (tmp_path / "planner/errors.py").touch()
    (tmp_path / "planner/cli/solving.py").write_text("import planner.solve\n", encoding="utf-8")
    (tmp_path / "planner/check/good.py").write_text("import planner.model\n", encoding="utf-8")
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(contracts, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "imported", "contract"),
    [
        ("planner/model/bad.py", "planner.errors", "model"),
        ("planner/model/bad.py", "planner.io", "model"),
        ("planner/check/bad.py", "planner.errors", "check"),
        ("planner/check/bad.py", "planner.io", "check"),
        ("planner/check/bad.py", "planner.problem", "check"),
        ("planner/solve/bad.py", "planner.check", "solve"),
        ("planner/problem/bad.py", "planner.check", "solve"),
        ("planner/register/bad.py", "planner.solve", "declare"),
        ("planner/provider/bad.py", "planner.problem", "declare"),
        ("stacks/bad.py", "planner.solve", "declare"),
        ("stacks/bad.py", "planner.cli.solving", "declare"),  # by way of another module
    ],
)
def test_forbidden_import_breaks_its_contract(file, imported, contract, bare_tree):
    assert run_import_linter(bare_tree, "--contract", contract).returncode == 0

    (bare_tree / file).write_text(f"import {imported}\n", encoding="utf-8")
    result = run_import_linter(bare_tree, "--contract", contract)

    assert result.returncode == 1
    assert f"is not allowed to import {imported.replace('cli.solving', 'solve')}" in result.stdout
