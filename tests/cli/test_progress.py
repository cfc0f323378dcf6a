"""The progress line: sparse lines elsewhere, one live line on a terminal."""

import io
import re
import time

import pytest

from planner.cli.progress import ProgressLine, describe
from planner.solve.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("planner.cli.progress.QUIET_S", 0)


def test_short_work_is_done_in_silence(monkeypatch):
    monkeypatch.setattr("planner.cli.progress.QUIET_S", 60)
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line.update(Progress("moves", 9, 1, 0.0, "search"))
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (
            Progress("unplaced[10]", 2, 0, 1.0, ""),
            "unplaced, priority 10  objective 2  bound 0  gap 100.0 %  3 s",
        ),
        (Progress("", None, None, 0.1, "compile"), "start (compile)  3 s"),
        (Progress("moves", 14, None, 1.0, ""), "moves  objective 14  3 s"),
        # (31 - 30) / 31 = 3.2 %
        (
            Progress("cost", 31, 30, 2.0, "search"),
            "cost (search)  objective 31  bound 30  gap 3.2 %  3 s",
        ),
    ],
)
def test_a_report_in_one_line(progress, text):
    assert describe(progress, 3) == text


def test_elsewhere_a_line_is_written_when_tier_or_phase_changes():
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        for objective in (9, 8, 7):
            line.update(Progress("moves", objective, 1, 0.0, "search"))
        line.update(Progress("cost", 5, 5, 0.0, "search"))
    assert [text.split("  ")[:2] for text in stream.getvalue().splitlines()] == [
        ["moves (search)", "objective 9"],
        ["cost (search)", "objective 5"],
    ]
    assert "\r" not in stream.getvalue()


def test_elsewhere_a_long_tier_is_heard_of_again(monkeypatch):
    monkeypatch.setattr("planner.cli.progress.SPARSE_S", 0.01)
    stream = io.StringIO()
    with ProgressLine(stream) as line:
        line.update(Progress("moves", 9, 1, 0.0, "search"))
        time.sleep(0.02)
        line.update(Progress("moves", 8, 1, 0.0, "search"))
    assert stream.getvalue().count("\n") == 2


def test_on_a_terminal_one_line_is_redrawn_and_wiped_at_the_end(monkeypatch):
    monkeypatch.setattr("planner.cli.progress.REDRAW_S", 0.01)
    stream = Terminal()
    with ProgressLine(stream) as line:
        time.sleep(0.05)
        line.update(Progress("moves", 9, 1, 0.0, "search"))
        time.sleep(0.05)
        line.note("stopping")
        time.sleep(0.05)
    text = stream.getvalue()
    assert "\n" not in text
    assert text.endswith("\r\x1b[K")
    assert re.search(r"reading the problem  0 s  \(Ctrl-C keeps the best layout\)", text)
    assert re.search(r"moves \(search\)  objective 9  bound 1  gap 88\.9 %  0 s  \(Ctrl-C", text)
    assert re.search(r"gap 88\.9 %  0 s  stopping", text)


def test_a_line_never_runs_over_the_edge_of_the_terminal(monkeypatch):
    monkeypatch.setattr("planner.cli.progress.REDRAW_S", 0.01)
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    with ProgressLine(stream) as line:
        line.update(Progress("moves", 9, 1, 0.0, "search"))
        time.sleep(0.05)
    for drawn in stream.getvalue().split("\r\x1b[K"):
        assert len(drawn) <= 19
