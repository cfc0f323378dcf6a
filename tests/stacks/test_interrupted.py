"""An `up` that is stopped half way, by Ctrl-C or kill -9, and the one more `up` that mends it."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from planner.io import load_layout
from tests.stacks.conftest import STACK

pytestmark = pytest.mark.pulumi

UP = ("up", "--yes", "--skip-preview")
#: How long to wait for something that takes a few seconds.
PATIENCE_S = 180
NUM_MOMENTS = 20


class Running:
    """A `pulumi up` in the background."""

    def __init__(self, project, *options):
        self._log = (project.folder / "up.log").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["pulumi", *UP, "--stack", STACK, "--non-interactive", *options],
            cwd=project.folder,
            env=project.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def stop(self, number):
        """Send a signal, wait for the end, return the exit code and what was said."""
        self.process.send_signal(number)
        return self.end()

    def end(self):
        code = self.process.wait(PATIENCE_S)
        with self._log:
            self._log.seek(0)
            return code, self._log.read()

    def is_at_work(self):
        return self.process.poll() is None


def num_written(project):
    """Return how many changes the register has seen."""
    if not project.register.exists():
        return 0
    try:
        return project.sql("SELECT COUNT(*) FROM history")[0][0]
    except sqlite3.OperationalError:  # It is just being created.
        return 0


def until(condition):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def out_of(result):
    return result.stdout + result.stderr


def state_of(project):
    file = project.folder / ".state" / ".pulumi" / "stacks" / "rackplan" / f"{STACK}.json"
    return json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]


def planned_places(project):
    return {
        key: (p.place.rack, p.place.position_half / 2)
        for key, p in load_layout(project.lock).placements.items()
    }


def assert_right(project):
    """Register and state both say what the lock says.

    Pulumi keeps a note of a creation that was interrupted until a refresh clears it; what it names
    must be there by now, and nothing else may be left pending.
    """
    wanted = planned_places(project)
    rows = project.sql("SELECT instance, rack, position, owner FROM placements")
    assert {key: (rack, position) for key, rack, position, _ in rows} == wanted
    assert {owner for *_, owner in rows} == {f"rackplan/{STACK}"}
    state = state_of(project)
    pending = state.get("pending_operations") or []
    assert {item["type"] for item in pending} <= {"creating"}
    known = {resource["urn"] for resource in state["resources"]}
    assert {item["resource"]["urn"] for item in pending} <= known
    inputs = [r["inputs"] for r in state["resources"] if r["type"].endswith(":Placement")]
    assert {i["instance"]: (i["rack"], i["position"]) for i in inputs} == wanted


@pytest.fixture(scope="session")
def empty(planned, cli, tmp_path_factory):
    project = planned.copy(tmp_path_factory.mktemp("empty") / "project", cli)
    created = project.run("pulumi", "stack", "init", STACK, "--non-interactive")
    assert created.returncode == 0, created.stderr
    return project


@pytest.fixture
def fresh(empty, cli, tmp_path):
    """A stack without resources."""
    return empty.copy(tmp_path / "project", cli)


@pytest.fixture
def busy(fresh):
    """An `up` of a fresh stack that waits for the register with two resources under way."""
    fresh.register.parent.mkdir(exist_ok=True)
    assert (
        fresh.planner("import", "register", "-e", STACK, "--from", str(fresh.lock)).returncode == 0
    )
    with closing(sqlite3.connect(fresh.register, isolation_level=None)) as editor:
        editor.execute("DELETE FROM placements")
        editor.execute("DELETE FROM history")
        editor.execute("BEGIN IMMEDIATE")
        run = Running(fresh, "--parallel", "2")
        log = fresh.folder / "up.log"
        until(lambda: log.read_text(encoding="utf-8").count("Placement") >= 2)
        yield fresh, run, editor
    if run.is_at_work():
        run.stop(signal.SIGKILL)


def test_ctrl_c_lets_what_is_under_way_end_and_leaves_no_lock(busy):
    stack, run, editor = busy
    run.process.send_signal(signal.SIGINT)
    until(lambda: "cancelling" in (stack.folder / "up.log").read_text(encoding="utf-8"))
    editor.execute("ROLLBACK")
    code, told = run.end()

    assert code != 0
    assert "update canceled" in told
    # Two were under way and are in register and state alike; seven were not begun.
    assert num_written(stack) == 2
    assert not state_of(stack).get("pending_operations")

    again = stack.pulumi(*UP)
    assert again.returncode == 0, out_of(again)
    assert "+ 7 created" in out_of(again)
    assert_right(stack)


def test_kill_leaves_a_lock_and_pending_operations_and_the_next_commands_say_so(busy):
    stack, run, editor = busy
    run.stop(signal.SIGKILL)
    editor.execute("ROLLBACK")
    # Two were under way; the second may not have been noted yet.
    pending = len(state_of(stack)["pending_operations"])
    assert pending in (1, 2)

    locked = stack.pulumi(*UP)
    assert locked.returncode != 0
    assert "the stack is currently locked by 1 lock(s)" in out_of(locked)
    assert "delete the lock file with `pulumi cancel`" in out_of(locked)
    # Looking is allowed all the time.
    assert stack.pulumi("preview").returncode == 0

    cancelled = stack.pulumi("cancel", "--yes")
    assert cancelled.returncode == 0, out_of(cancelled)
    again = stack.pulumi(*UP)

    assert again.returncode == 0, out_of(again)
    assert f"with {pending} pending operations from previous deployment" in out_of(again)
    assert out_of(again).count("interrupted while creating") >= pending
    assert_right(stack)

    # The note stays, and is told again, until it is cleared.
    cleared = stack.pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates")
    assert cleared.returncode == 0, out_of(cleared)
    settled = stack.pulumi("preview", "--refresh", "--expect-no-changes")
    assert settled.returncode == 0, out_of(settled)
    assert "pending operations" not in out_of(settled)
    assert not state_of(stack).get("pending_operations")
    assert_right(stack)


def test_state_has_no_file_that_is_not_written_in_one_go(applied):
    """A kill while such a file is written would leave a stack that no command can read."""
    state = applied.folder / ".state" / ".pulumi"
    assert list(state.rglob("small*.json"))
    assert list(state.rglob("*.attrs")) == []


def moments():
    """Return, per moment, a seed, whether the stack stands already, after how many changes, ms."""
    chance = random.Random(2026)
    for seed in range(NUM_MOMENTS):
        stands = seed % 2 == 1
        changes = chance.randrange(0, 4 if stands else 9)
        # Before the first change the program is loading: kill anywhere there.
        delay_ms = chance.randrange(0, 30) if changes else chance.randrange(0, 2_500)
        yield pytest.param(stands, changes, delay_ms, id=f"{seed}-{changes}+{delay_ms}ms")


def rearrange(stack):
    """Two servers swap, one goes into an empty rack, one shelf is left out: four changes."""
    lines = stack.lock.read_text(encoding="utf-8").splitlines(keepends=True)
    line_of = {line.split(": ")[0].strip(): k for k, line in enumerate(lines)}
    one, other = line_of["town/vm-host-3"], line_of["town/vm-host-4"]
    lines[one], lines[other] = (
        lines[other].replace("vm-host-4", "vm-host-3"),
        lines[one].replace("vm-host-3", "vm-host-4"),
    )
    moved = line_of["town/vm-host-5"]
    lines[moved] = lines[moved].replace("hall-2-a03", "hall-2-a02")
    del lines[line_of["neighbour/backup-1"]]
    text = "".join(lines)
    assert "unplaced: {}" in text
    unplaced = 'unplaced:\n  neighbour/backup-1: {reason: "left out"}'
    stack.lock.write_text(text.replace("unplaced: {}", unplaced), encoding="utf-8")
    config = stack.folder / f"Pulumi.{STACK}.yaml"
    stack.edit(config, ("config:\n", 'config:\n  rackplan:allowUnplaced: "true"\n'))
    return 4


@pytest.mark.parametrize(("stands", "changes", "delay_ms"), list(moments()))
def test_one_more_up_mends_what_was_killed_at_any_moment(request, stands, changes, delay_ms):
    stack = request.getfixturevalue("stack" if stands else "fresh")
    before = num_written(stack)
    to_do = rearrange(stack) if stands else 9

    run = Running(stack, "--parallel", "2")
    until(lambda: num_written(stack) >= before + changes or not run.is_at_work())
    time.sleep(delay_ms / 1000)
    run.stop(signal.SIGKILL)
    if list((stack.folder / ".state" / ".pulumi" / "locks").rglob("*.json")):
        cancelled = stack.pulumi("cancel", "--yes")
        assert cancelled.returncode == 0, out_of(cancelled)
    again = stack.pulumi(*UP)

    assert again.returncode == 0, out_of(again)
    assert_right(stack)
    # What was done before the kill is not done twice.
    assert num_written(stack) == before + to_do
