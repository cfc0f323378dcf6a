"""`planner --help` beside an empty Python, in one run: it answers within 150 ms."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

LIMIT_MS = 150
ROUNDS = 15


def median_ms(command):
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def test_help_answers_within_its_limit():
    empty = median_ms([sys.executable, "-c", "pass"])
    answer = median_ms([Path(sys.executable).with_name("planner"), "--help"])
    print(f"\nplanner --help {answer:.0f} ms, empty Python {empty:.0f} ms (medians of {ROUNDS})")
    assert answer <= LIMIT_MS
