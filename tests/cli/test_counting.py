"""The line of work that is counted: rewritten on a terminal, sparse elsewhere."""

import io
import threading

from planner.cli import counting
from planner.cli.counting import CountLine


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_sees_the_count_and_a_clean_line_in_the_end():
    stream = Terminal()
    with CountLine("pairs", threading.Event(), stream) as line:
        assert not line.watch(12_000, 52_003)
    assert stream.getvalue() == (
        "\r\x1b[K12 000 of 52 003 pairs  0 s  (Ctrl-C shows what was found)\r\x1b[K"
    )


def test_short_work_says_nothing_elsewhere():
    stream = io.StringIO()
    with CountLine("losses", threading.Event(), stream) as line:
        line.watch(1, 2)
    assert stream.getvalue() == ""


def test_long_work_says_so_now_and_then_elsewhere(monkeypatch):
    monkeypatch.setattr(counting, "QUIET_S", 0)
    stream = io.StringIO()
    with CountLine("losses", threading.Event(), stream) as line:
        line.watch(1, 3)
        line.watch(2, 3)
    assert stream.getvalue() == "1 of 3 losses  0 s\n"


def test_the_work_is_asked_to_stop():
    stop, stream = threading.Event(), io.StringIO()
    line = CountLine("losses", stop, stream)
    stop.set()
    assert line.watch(1, 3)
    line.note()
    assert stream.getvalue() == "stopping, what was found is shown (Ctrl-C again aborts)\n"
