"""Ctrl-C: the first one asks the work to stop, the second one leaves at once."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from planner.cli.interrupt import run_interruptible


def test_the_result_and_the_handlers_come_back():
    before = signal.getsignal(signal.SIGINT)
    assert run_interruptible(lambda: 7, threading.Event(), print) == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_what_the_work_raises_is_raised():
    def work():
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        run_interruptible(work, threading.Event(), print)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_the_work_to_stop(number):
    stop, notes = threading.Event(), []

    def work():
        os.kill(os.getpid(), number)
        assert stop.wait(10)
        return "the best so far"

    assert run_interruptible(work, stop, notes.append) == "the best so far"
    assert notes == ["stopping with the best layout so far (Ctrl-C again aborts)"]


STUBBORN = """
import os, signal, threading, time
from planner.cli.interrupt import run_interruptible

stop = threading.Event()

def work():
    os.kill(os.getpid(), signal.SIGINT)
    stop.wait()
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)

run_interruptible(work, stop, print)
"""


def test_the_second_signal_leaves_at_once_with_130():
    done = subprocess.run(
        [sys.executable, "-c", STUBBORN], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "\naborted, nothing is written\n"
