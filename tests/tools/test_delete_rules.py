"""No rule survives its own deletion: every one has a test that fails without it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def delete_rules(*arguments):
    return subprocess.run(
        [sys.executable, "tools/delete-rules", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deleted_rule_is_noticed():
    done = delete_rules("solve:space.weight", "check:space.weight")
    assert done.stdout.splitlines() == [
        "killed    solve:space.weight",
        "killed    check:space.weight",
        "2 rules deleted, 0 survived",
    ], done.stderr
    assert done.returncode == 0


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_no_deleted_rule_survives():
    done = delete_rules()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SURVIVED" not in done.stdout
