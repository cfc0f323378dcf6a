"""A small project with a planned estate, and the same with its stack applied, for each test."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STACK = "small"
AS_OF = "2026-11-01"


class Project:
    """A checkout in small: `Pulumi.yaml`, the program, the provider, an estate and its layout."""

    def __init__(self, folder: Path, cli: Path | None = None) -> None:
        self.folder = folder
        self.lock = folder / "layouts" / f"{STACK}.lock.yaml"
        self.register = folder / ".state" / "register.db"
        own = {
            "PULUMI_HOME": str(folder / ".pulumi-home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PATH": f"{Path(sys.executable).parent}:{cli}:{os.environ['PATH']}",
            "COLUMNS": "200",
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "RACKPLAN_"))}
        self.environment = kept | own

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def planner(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "planner", *arguments)

    def pulumi(self, *arguments: str, stack: str = STACK) -> subprocess.CompletedProcess[str]:
        return self.run("pulumi", *arguments, "--stack", stack, "--non-interactive")

    def edit(self, file: Path | str, *replacements: tuple[str, str]) -> None:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert text.count(old) == 1, f"{text.count(old)} times in {path}: {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def sql(self, statement: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.register)) as file, file:
            return file.execute(statement, values).fetchall()

    def copy(self, folder: Path, cli: Path | None = None) -> "Project":
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder, cli)


@pytest.fixture(scope="session")
def planned(tmp_path_factory):
    """The starter estate, planned."""
    project = Project(tmp_path_factory.mktemp("planned") / "project")
    project.folder.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", project.folder)
    shutil.copytree(ROOT / "stacks", project.folder / "stacks")
    (project.folder / "tools").symlink_to(ROOT / "tools")
    (project.folder / ".venv").symlink_to(sys.prefix)
    (project.folder / f"Pulumi.{STACK}.yaml").write_text(
        f'config:\n  rackplan:asOf: "{AS_OF}"\n', encoding="utf-8"
    )
    for arguments in (
        ("init", STACK),
        ("plan", "-e", STACK, "--reproducible", "--as-of", AS_OF),
    ):
        result = project.planner(*arguments)
        assert result.returncode == 0, result.stderr
    return project


@pytest.fixture(scope="session")
def cli():
    """The folder of the Pulumi CLI; in CI it must be there."""
    found = subprocess.run(
        [ROOT / "tools" / "pulumi-cli"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(found.stderr)
    return Path(found.stdout.strip())


@pytest.fixture(scope="session")
def applied(planned, cli, tmp_path_factory):
    """The starter estate with its stack applied."""
    project = planned.copy(tmp_path_factory.mktemp("applied") / "project", cli)
    created = project.run("pulumi", "stack", "init", STACK, "--non-interactive")
    assert created.returncode == 0, created.stderr
    result = project.pulumi("up", "--yes", "--skip-preview")
    assert result.returncode == 0, result.stdout + result.stderr
    return project


@pytest.fixture
def project(planned, tmp_path):
    """A planned project of its own, without Pulumi."""
    return planned.copy(tmp_path / "project")


@pytest.fixture
def stack(applied, cli, tmp_path):
    """An applied stack of its own."""
    return applied.copy(tmp_path / "project", cli)
