"""The ready files for CI systems are what these systems read, and hold commands that exist."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from planner.cli.app import app

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("tools/ci/github-workflow.yml", "vendor.github-workflows"),
        ("tools/ci/gitlab-ci.yml", "vendor.gitlab-ci"),
    ],
)
def test_valid_by_the_published_schema(file, schema):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, file]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_hooks_are_a_valid_manifest():
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def commands():
    """Return every `planner ...` command in the ready files."""
    github = yaml.safe_load((ROOT / "tools/ci/github-workflow.yml").read_text(encoding="utf-8"))
    gitlab = yaml.safe_load((ROOT / "tools/ci/gitlab-ci.yml").read_text(encoding="utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    lines = [step["run"] for step in github["jobs"]["check"]["steps"] if "run" in step]
    lines += gitlab["placement"]["script"] + [hook["entry"] for hook in hooks]
    return [part for line in lines for part in re.findall(r"planner [^>|&\n]+", line)]


def test_every_command_exists_with_its_options():
    found = commands()
    assert len(found) >= 8
    for command in found:
        _, verb, *words = shlex.split(command)
        verbs = app.get_command(None, verb)
        assert verbs is not None, command
        verbs.make_context(verb, words)  # raises where an option or a choice is unknown
