"""How long `planner fail` takes on Münster: every single loss, and every pair of them."""

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
DAY = "2026-11-01"

#: All single losses, combinations and sites alone, the whole command.
LIMIT_SINGLES_S = 3
#: All pairs of single losses, the whole command.
LIMIT_PAIRS_S = 60


def seconds(what, *words):
    """Return how long `planner fail` takes, and the first line of what it says."""
    start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("planner"),
            "fail",
            "-e",
            "muenster",
            "--as-of",
            DAY,
            *words,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    taken, now = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    head = done.stdout.partition("\n")[0]
    print(f"\n{what}: {taken:.1f} s, {cpu:.1f} s of processor time; {head}")
    return taken


def test_all_single_losses():
    assert seconds("singles") <= LIMIT_SINGLES_S


def test_all_pairs():
    assert seconds("pairs", "--pairs") <= LIMIT_PAIRS_S


def test_sites_alone():
    # No limit is promised; the search for what to give up takes most of it.
    seconds("sites alone", "--site-alone")
