"""The command line run in this process, in a folder of its own."""

import json
import shutil
from typing import NamedTuple

import pytest

from planner.cli.app import run

#: The day on which these tests plan; the starter estate has no dates.
DAY = "2026-11-01"


class Ran(NamedTuple):
    """What one command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    monkeypatch.delenv("PLANNER_ESTATE", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def planner(capsys):
    """Return a function that runs one command line."""

    def ran(*words):
        capsys.readouterr()
        code = run([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code, captured.out, captured.err)

    return ran


@pytest.fixture(scope="session")
def planned_once(tmp_path_factory):
    """A folder with the starter estate and its layout lock, planned once for all tests."""
    folder = tmp_path_factory.mktemp("planned")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert run(["init", "first"]) == 0
        assert run(["plan", "--reproducible", "--as-of", DAY]) == 0
    return folder


@pytest.fixture
def starter(tmp_path, monkeypatch, planner):
    """The working directory is a folder with the starter estate `first`, not yet planned."""
    monkeypatch.chdir(tmp_path)
    assert planner("init").code == 0
    return tmp_path


@pytest.fixture
def planned(tmp_path, monkeypatch, planned_once):
    """The working directory is a copy of the planned starter estate."""
    folder = tmp_path / "copy"
    shutil.copytree(planned_once, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def edit():
    """Return a function that replaces text in a file, which must hold it."""

    def replace(path, old, new):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
