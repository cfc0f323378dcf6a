"""The frame of the command line: help, wrong words, defects, pipes, colours, start-up."""

import os
import resource
import subprocess
import sys

import pytest

from planner.cli.app import VERBS
from planner.cli.output import paint


def python(*words, **env):
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1", **env},
    )


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_help_lists_every_verb_with_what_it_does(planner, words):
    ran = planner(*words)
    assert ran.code == 0
    for verb, what in VERBS.items():
        assert f"  {verb:<10}  {what}" in ran.out.splitlines()
    assert "Exit codes: 0 holds; 1 violations" in ran.out
    assert "130 interrupted, best layout saved." in ran.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_help(planner, verb):
    ran = planner(verb, "--help")
    assert ran.code == 0
    assert ran.out.startswith(f"Usage: planner {verb} [OPTIONS]")
    assert ran.err == ""


def test_version(planner):
    assert planner("--version").out == "planner 0.1.0\n"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            ["chek"],
            "error[usage]: no verb `chek`; did you mean `planner check`?\n\n"
            "hint: `planner --help` lists what it takes\n",
        ),
        (
            ["xyzzy"],
            "error[usage]: no verb `xyzzy`; `planner --help` lists them\n\n"
            "hint: `planner --help` lists what it takes\n",
        ),
        (
            ["check", "--bogus"],
            "error[usage]: No such option '--bogus'\n\n"
            "hint: `planner check --help` lists what it takes\n",
        ),
        (
            ["check", "--as-of", "2026-02-30"],
            "error[usage]: Invalid value for '--as-of': `2026-02-30` is no date:"
            " expected YYYY-MM-DD, e.g. 2026-11-01\n\n"
            "hint: `planner check --help` lists what it takes\n",
        ),
        (
            ["plan", "--time-limit", "soon"],
            "error[usage]: Invalid value for '--time-limit': `soon` is no duration:"
            " expected e.g. 20, 20s, 5m or 1h\n\n"
            "hint: `planner plan --help` lists what it takes\n",
        ),
        (
            ["check", "--patch", "nowhere.yaml"],
            "error[usage]: Invalid value for '--patch': File 'nowhere.yaml' does not exist\n\n"
            "hint: `planner check --help` lists what it takes\n",
        ),
    ],
)
def test_wrong_words_exit_2_with_a_hint(planner, tmp_path, monkeypatch, words, text):
    monkeypatch.chdir(tmp_path)
    ran = planner(*words)
    assert (ran.code, ran.err, ran.out) == (2, text, "")


def test_an_error_is_json_as_well_when_json_was_asked_for(planner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = planner("check", "--format", "json", "--bogus")
    assert ran.code == 2
    assert ran.json == {
        "version": 1,
        "kind": "error",
        "error": "usage",
        "message": "No such option '--bogus'",
        "hint": "`planner check --help` lists what it takes",
    }


def test_no_estate_is_a_usage_error(planner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = planner("validate")
    assert ran.code == 2
    assert ran.err.startswith("error[usage]: no estate")


def test_an_unexpected_exception_is_called_a_defect(planner, starter, monkeypatch):
    def broken(*words, **options):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("planner.io.load_estate", broken)
    ran = planner("validate", "-e", "first", "--format", "json")
    assert ran.code == 70
    assert ran.err == (
        "error[defect]: ZeroDivisionError: by zero\n"
        "  this is a defect of rackplan, not of your input\n\n"
        "hint: `planner --debug validate -e first --format json` shows the traceback\n"
    )
    assert ran.json["error"] == "defect"


def test_debug_shows_the_traceback(starter):
    program = (
        "import sys, planner.io\n"
        "def broken(*words, **options): raise ZeroDivisionError('by zero')\n"
        "planner.io.load_estate = broken\n"
        "from planner.cli.app import run\n"
        "sys.exit(run(['--debug', 'validate']))\n"
    )
    done = python("-c", program)
    assert done.returncode == 70
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.endswith("hint: please report it with the traceback above\n")


def test_a_reader_that_leaves_is_no_error(starter):
    done = subprocess.run(
        ["bash", "-c", 'set -o pipefail; "$0" -m planner schema | head -1', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{\n"
    assert done.stderr == ""
    # 141 where the reader left before all was written, 0 where it took it all.
    assert done.returncode in (0, 141)


def test_a_full_disk_is_no_defect(planner, starter):
    ran = planner("export", "json", "-o", "/dev/full")
    assert ran.code == 2
    assert ran.err == "error[file]: cannot write: No space left on device\n"
    full = subprocess.run(
        ["bash", "-c", '"$0" -m planner schema > /dev/full', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 2
    assert full.stderr == "error[file]: cannot write: No space left on device\n"


def test_a_file_that_cannot_be_written_is_no_defect(planner, starter):
    ran = planner("export", "json", "-o", "nowhere/all.json")
    assert ran.code == 2
    assert ran.err == "error[file]: cannot use `nowhere/all.json`: No such file or directory\n"


def test_interrupted_elsewhere_exits_130(planner, starter, monkeypatch):
    def interrupted(*words, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("planner.io.load_estate", interrupted)
    ran = planner("validate")
    assert (ran.code, ran.err.strip()) == (130, "interrupted")


class Terminal:
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({"NO_COLOR": "", "TERM": "xterm"}, "\x1b[1;31mno\x1b[0m"),
        ({"NO_COLOR": "1", "TERM": "xterm"}, "no"),
        ({"NO_COLOR": "", "TERM": "dumb"}, "no"),
    ],
)
def test_colours_only_on_a_terminal_that_wants_them(monkeypatch, env, text):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Terminal())
    assert paint("no", "error") == text


def test_no_colours_in_a_pipe(monkeypatch, capsys):
    monkeypatch.delenv("NO_COLOR")
    assert paint("no", "error") == "no"


def processor_s(*words):
    """Return the processor time of a Python, s; other work on the machine hardly changes it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert python(*words).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def test_help_answers_within_150_ms():
    empty = min(processor_s("-c", "pass") for _ in range(5))
    full = min(processor_s("-m", "planner", "--help") for _ in range(5))
    assert full < 0.150, f"{full:.3f} s, an empty Python {empty:.3f} s"


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_imports_nothing_heavy(verb):
    program = (
        "import sys\n"
        "from planner.cli.app import run\n"
        f"assert run([{verb!r}, '--help']) == 0\n"
        "heavy = {'numpy', 'ortools', 'pydantic', 'rich', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    assert python("-c", program).stderr == "[]\n"


def test_check_never_imports_the_solver(planned):
    program = (
        "import sys\n"
        "from planner.cli.app import run\n"
        "assert run(['check', '--as-of', '2026-11-01']) == 0\n"
        "print(sorted({'ortools', 'planner.solve'} & set(sys.modules)), file=sys.stderr)\n"
    )
    assert python("-c", program).stderr == "[]\n"
