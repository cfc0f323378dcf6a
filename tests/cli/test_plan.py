"""`plan`: every way it can end, with exit code, texts and what is written."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from datetime import date

import pytest

from planner.io import load_layout
from planner.solve.outcome import Outcome
from planner.solve.progress import Progress
from tests.builders import change
from tests.cli.conftest import DAY

LOCK = "layouts/first.lock.yaml"

BLOCK = """\
first: 1 site, 6 racks, 9 instances of 3 workloads, 40 scenarios
engine cp-sat, 2 workers, seed 1, reproducible
  unplaced           0   bound 0     optimal
  soft rules         0   bound 0     optimal
  moves              0   bound 0     optimal
  racks opened       4   bound 4     optimal
  balance            0   bound 0     optimal
"""


@pytest.fixture
def solver(monkeypatch):
    """Return a function that puts a function in place of the solver."""

    def replace(function):
        def plan(estate, as_built, as_of, options, on_progress, **digests):
            return function(options, on_progress)

        monkeypatch.setattr("planner.solve.plan", plan)

    return replace


@pytest.fixture
def good(planned):
    """The layout of the planned starter estate."""
    return load_layout(planned / LOCK)


# --- the real solver


def test_the_block_and_the_lock(planner, starter):
    ran = planner("plan", "--reproducible", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out.startswith(BLOCK)
    rest = ran.out.removeprefix(BLOCK).splitlines()
    assert re.fullmatch(r"checked: \d+ rules, no violation; tightest: .* of .* (W|VA)", rest[0])
    assert rest[1:] == [f"wrote {LOCK}"]
    lock = load_layout(starter / LOCK)
    assert lock.provenance.as_of == date.fromisoformat(DAY)
    assert lock.provenance.reproducible


def test_planning_again_moves_nothing_and_writes_the_same_bytes(planner, planned):
    before = (planned / LOCK).read_bytes()
    assert planner("plan", "--reproducible", "--as-of", DAY).code == 0
    assert (planned / LOCK).read_bytes() == before


def test_from_a_lock_keeps_what_stands(planner, planned):
    ran = planner("plan", "--as-of", DAY, "--from", LOCK, "-l", "again.yaml", "--format", "json")
    assert ran.code == 0
    assert ran.json["diff"]["counts"] == {
        "move": 0, "cords": 0, "add": 0, "remove": 0, "unchanged": 9,
    }  # fmt: skip
    assert ran.json["layout"] == "again.yaml"


def test_the_answer_as_json(planner, starter):
    found = planner("plan", "--as-of", DAY, "--seed", "7", "--format", "json").json
    assert (found["version"], found["kind"], found["estate"]) == (1, "plan", "first")
    assert found["status"] == "OPTIMAL"
    assert found["layout"] == LOCK
    assert [tier["tier"] for tier in found["tiers"]] == [
        "unplaced[0]", "soft", "moves", "cost", "balance",
    ]  # fmt: skip
    assert all(tier["optimal"] and tier["gap"] == 0 for tier in found["tiers"])
    assert found["engine"]["seed"] == 7
    assert found["check"]["holds"]
    assert found["diff"]["counts"]["add"] == 9


def test_dry_run_writes_nothing(planner, starter):
    ran = planner("plan", "--as-of", DAY, "--dry-run")
    assert ran.code == 0
    assert ran.out.endswith(f"dry run: {LOCK} is left as it is\n")
    assert not (starter / "layouts").exists()


def test_something_unplaced_is_told_with_its_reason_and_exit_1(planner, starter, edit):
    # A backup shelf that may only stand in a room of its own kind: there is none.
    edit(starter / "inventory/first/workloads/town.yaml", "availability: hoch", "integrity: hoch")
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 1
    assert re.search(r"^unplaced `neighbour/backup-1`  \S", ran.out, re.MULTILINE)
    assert f"wrote {LOCK}" in ran.out
    assert ran.err.endswith(
        "1 instance unplaced; `planner explain neighbour/backup-1` says why, rack by rack,"
        " `planner explain --conflict` what cannot hold together\n"
    )
    explained = planner("explain", "neighbour/backup-1", "--as-of", DAY)
    assert "no rack can take it" in explained.out
    assert "tenancy.protection" in explained.out


# --- options


def test_reproducible_needs_the_day(planner, starter):
    ran = planner("plan", "--reproducible")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: --reproducible needs the day as well:"
        " tomorrow's `today` is another input\n\n"
        f"hint: add `--as-of {date.today()}`\n"
    )


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("20", 20_000), ("20s", 20_000), ("1.5", 1500), ("5m", 300_000), ("1h", 3_600_000)],
)
def test_options_reach_the_solver(planner, planned, good, solver, text, milliseconds):
    seen = []
    solver(lambda options, _: seen.append(options) or Outcome("OPTIMAL", good))
    words = ("--time-limit", text, "--workers", "3", "--seed", "5", "--as-of", DAY)
    assert planner("plan", *words).code == 0
    (options,) = seen
    assert (options.time_limit_ms, options.workers, options.seed) == (milliseconds, 3, 5)


def test_the_workers_of_a_reproducible_run_do_not_depend_on_the_machine(
    planner, planned, good, solver, monkeypatch
):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(48)), raising=False)
    seen = []
    solver(lambda options, _: seen.append(options.workers) or Outcome("OPTIMAL", good))
    planner("plan", "--as-of", DAY)
    planner("plan", "--as-of", DAY, "--reproducible")
    assert seen == [48, 2]


def test_the_default_time_limit_is_the_one_that_help_names(planner):
    from planner.solve.options import DEFAULT_TIME_LIMIT_MS

    assert f"[default: {DEFAULT_TIME_LIMIT_MS // 1000}s]" in planner("plan", "--help").out


# --- how a solve can end


def test_time_out_without_a_layout_exits_4_and_leaves_the_lock(planner, planned, solver):
    before = (planned / LOCK).read_bytes()
    solver(lambda *_: Outcome("UNKNOWN"))
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 4
    assert ran.err == (
        "error[unknown]: time ran out before a first layout was found\n\n"
        "hint: give it more with `--time-limit`\n"
        f"{LOCK} is left as it is\n"
    )
    assert (planned / LOCK).read_bytes() == before


def test_infeasible_exits_1_without_a_lock(planner, starter, solver):
    solver(
        lambda *_: Outcome("INFEASIBLE", infeasible_reason="`w-1` is pinned in a rack that burns")
    )
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 1
    assert ran.err == (
        "error[infeasible]: no layout exists: `w-1` is pinned in a rack that burns\n\n"
        "hint: `planner explain --conflict` names what cannot hold together\n"
        f"{LOCK} is not written\n"
    )
    assert not (starter / LOCK).exists()
    found = planner("plan", "--as-of", DAY, "--format", "json").json
    assert (found["status"], found["layout"], found["check"]) == ("INFEASIBLE", None, None)


def test_interrupted_with_a_layout_saves_it_and_exits_130(planner, planned, good, solver):
    (planned / LOCK).unlink()
    solver(lambda *_: Outcome("FEASIBLE", good, interrupted=True))
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 130
    assert ran.out.endswith(f"wrote {LOCK}\n")
    assert ran.err.endswith("interrupted: this is the best layout so far\n")
    assert load_layout(planned / LOCK) == good


def test_interrupted_without_a_layout_exits_130(planner, starter, solver):
    solver(lambda *_: Outcome("UNKNOWN", interrupted=True))
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 130
    assert ran.err == (f"interrupted before a first layout was found\n{LOCK} is not written\n")


def test_notes_are_talk(planner, planned, good, solver):
    solver(lambda *_: Outcome("OPTIMAL", good, notes=("3 coefficients are rounded up",)))
    ran = planner("plan", "--as-of", DAY)
    assert ran.err == "note: 3 coefficients are rounded up\n"
    assert "rounded" not in ran.out


def test_another_score_than_the_judges_is_a_defect_and_writes_nothing(
    planner, planned, good, solver
):
    before = (planned / LOCK).read_bytes()
    tiers = tuple(
        change(tier, objective=3, bound=3) if tier.tier == "cost" else tier for tier in good.tiers
    )
    solver(lambda *_: Outcome("OPTIMAL", change(good, tiers=tiers)))
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 1
    assert ran.err == (
        "error[score-mismatch]: checker and solver disagree about this layout,"
        " so nothing is written\n\n"
        "  tier `cost`: stated 3, recomputed 4\n\n"
        "hint: this is a defect of rackplan, not of your input; please report it with the estate\n"
    )
    assert (planned / LOCK).read_bytes() == before


def test_a_layout_that_the_judge_refuses_is_a_defect_and_writes_nothing(
    planner, planned, good, solver
):
    (planned / LOCK).unlink()
    first = good.placements["neighbour/backup-1"]
    place = change(first.place, position_half=400)
    broken = {**good.placements, first.instance: change(first, place=place)}
    solver(lambda *_: Outcome("OPTIMAL", change(good, placements=broken)))
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 1
    assert ran.err.startswith("error[score-mismatch]: checker and solver disagree")
    assert "error[space.bounds]: " in ran.err
    assert not (planned / LOCK).exists()


def test_what_the_estate_alone_breaks_is_told_but_planned(planner, starter, edit):
    edit(
        starter / "inventory/first/estate.yaml",
        "tenants:",
        "waivers:\n"
        "  - {id: old, rule: space.weight, subject: hall-1-a01, amount: 1, reason: r, author: a,"
        " expires: 2020-01-01}\n"
        "tenants:",
    )
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 1
    assert "error[waiver.expired]: " in ran.out
    assert f"wrote {LOCK}" in ran.out


def test_nothing_to_place(planner, starter):
    (starter / "inventory/first/workloads/town.yaml").unlink()
    ran = planner("plan")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: `first` has no equipment to place\n\nhint: declare a workload first\n"
    )


def test_an_unreadable_snapshot_is_bad_input(planner, starter):
    (starter / "old.yaml").write_text("version: 1\nestate: {", encoding="utf-8")
    ran = planner("plan", "--as-of", DAY, "--from", "old.yaml")
    assert ran.code == 2
    assert "old.yaml" in ran.err
    ran = planner("plan", "--as-of", DAY, "--from", "nowhere.yaml")
    assert ran.code == 2
    assert "no file `nowhere.yaml`" in ran.err


def test_progress_goes_to_stderr_and_data_to_stdout(planner, planned, good, solver, monkeypatch):
    monkeypatch.setattr("planner.cli.progress.QUIET_S", 0)

    def solve(options, on_progress):
        on_progress(Progress("cost", 5, 4, 0.5, "search"))
        return Outcome("OPTIMAL", good)

    solver(solve)
    ran = planner("plan", "--as-of", DAY)
    assert ran.err == "cost (search)  objective 5  bound 4  gap 20.0 %  0 s\n"
    assert "gap 20" not in ran.out


# --- a terminal


SLOW = """
import sys
from pathlib import Path
import planner.solve
from planner.io import load_layout
from planner.solve.outcome import Outcome
from planner.solve.progress import Progress

good = load_layout(Path("good.yaml"))

def plan(estate, as_built, as_of, options, on_progress, **digests):
    on_progress(Progress("cost", 5, 4, 0.5, "search"))
    is_stopped = options.stop_event.wait(60)
    return Outcome("FEASIBLE", good, interrupted=is_stopped)

planner.solve.plan = plan
from planner.cli.app import run
sys.exit(run(["plan", "--as-of", "2026-11-01"]))
"""


def read_until(terminal, pattern, seconds=20):
    """Return what a terminal shows up to a pattern."""
    text, deadline = "", time.monotonic() + seconds
    while not re.search(pattern, text):
        assert time.monotonic() < deadline, text
        if select.select([terminal], [], [], 0.1)[0]:
            text += os.read(terminal, 4096).decode()
    return text


def test_on_a_terminal_the_line_lives_and_ctrl_c_keeps_the_best_layout(planned):
    (planned / LOCK).rename(planned / "good.yaml")
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        text=True, env=env, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        read_until(ours, r"cost \(search\)  objective 5  bound 4  gap 20\.0 %  \d s")
        read_until(ours, r"Ctrl-C keeps the best layout")
        process.send_signal(signal.SIGINT)
        told = read_until(ours, r"interrupted: this is the best layout so far")
        out, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert process.returncode == 130
    assert "\r\x1b[K" in told
    assert out.endswith(f"wrote {LOCK}\n")
    assert (planned / LOCK).read_bytes() == (planned / "good.yaml").read_bytes()


def test_ctrl_c_while_the_real_solver_searches(starter):
    """CP-SAT's own handler would take the signal, and let it kill the process."""
    program = (
        "import os, signal, sys\n"
        "from planner.cli.app import run\n"
        "from planner.cli.progress import ProgressLine\n"
        "told = []\n"
        "def update(self, progress):\n"
        "    if progress.phase == 'search' and not told:\n"
        "        told.append(progress)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "ProgressLine.update = update\n"
        f"code = run(['plan', '--as-of', '{DAY}'])\n"
        "assert told, 'the solver never searched'\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    # 0 where the proof was finished before the solver heard of it.
    assert done.returncode in (0, 130), done.stderr
    assert done.stderr.startswith("stopping with the best layout so far")
    assert load_layout(starter / LOCK).placements
