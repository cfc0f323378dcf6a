"""How long previews and updates take at 100, 1,000 and 5,000 placements, without loading an estate.

`make bench` runs it; alone: `.venv/bin/pytest benchmarks/test_life_cycle.py --benchmark-enable -s`.
Times are those of the engine, the program that declares, the provider and the register. The first
`up` writes its state after every resource, so it grows with the square of their number; where that
takes too long here (`DEFAULT_UP_MAX`), only the run without these checkpoints is measured, unless
`RACKPLAN_BENCH_WHOLE=1`.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: Largest number of placements whose first `up` is measured with checkpoints.
DEFAULT_UP_MAX = 1_000

PROGRAM = """
import os
from stacks.declare import declare
from stacks.program import make_quick
from tests.builders import at, estate, feed, layout, rack, workload

make_quick()
count, moved = int(os.environ["BENCH_COUNT"]), int(os.environ.get("BENCH_MOVED", "0"))
racks = [rack(f"r{n}") for n in range(1, count // 20 + 1)]
# 20 a rack, one unit each; what has moved stands 21 units higher.
places = {
    f"w-{n}": at(f"r{(n - 1) // 20 + 1}", (n - 1) % 20 + (22 if n <= moved else 1), "a", "b")
    for n in range(1, count + 1)
}
declare(estate(*racks, feed("a"), feed("b"), workload(count=count)), layout(places), "sha256:0")
"""


class Bench:
    """A stack in a folder of its own that declares a given number of placements."""

    def __init__(self, folder, count):
        self.folder, self.count = folder, count
        shutil.copy(ROOT / "Pulumi.yaml", folder)
        (folder / "stacks").mkdir()
        shutil.copytree(ROOT / "stacks" / "provider", folder / "stacks" / "provider")
        (folder / "stacks" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        (folder / "tools").symlink_to(ROOT / "tools")
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "Pulumi.bench.yaml").write_text("config: {}\n", encoding="utf-8")

    def run(self, what, command, **extra):
        """Run a pulumi command, print what it took, and return its output."""
        start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            ["sh", "-c", f"unset PULUMI_HOME PULUMI_OPTION_CWD; . tools/env.sh && {command}"],
            cwd=self.folder,
            env={**os.environ, "BENCH_COUNT": str(self.count), **extra},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        taken, now = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        print(f"{self.count:>6}  {what:<28}{taken:>8.1f} s  {cpu:>8.1f} s of processor time")
        return done.stdout

    def forget(self):
        """Go back to a stack without resources and without a register."""
        shutil.rmtree(self.folder / ".state")
        shutil.rmtree(self.folder / ".pulumi-home")


@pytest.mark.timeout(7_200)
@pytest.mark.parametrize("count", [100, 1_000, 5_000])
def test_life_cycle(tmp_path, count):
    print()
    bench = Bench(tmp_path, count)
    # The stack, 1 site, a rack for 20 placements.
    created = 2 + count // 20 + count
    assert f"+ {created} to create" in bench.run("preview of all new", "pulumi preview")
    up = "pulumi up --yes --skip-preview --suppress-outputs --suppress-progress"
    quick = bench.run("up, without checkpoints", up, PULUMI_SKIP_CHECKPOINTS="true")
    assert f"+ {created} created" in quick
    assert f"{created} unchanged" in bench.run("preview, nothing changed", "pulumi preview")
    bench.run("preview --refresh", "pulumi preview --refresh --expect-no-changes")
    assert "~ 10 to update" in bench.run("preview of 10 moves", "pulumi preview", BENCH_MOVED="10")
    assert "~ 10 updated" in bench.run("up of 10 moves", up, BENCH_MOVED="10")
    if count <= DEFAULT_UP_MAX or os.environ.get("RACKPLAN_BENCH_WHOLE"):
        bench.forget()
        assert f"+ {created} created" in bench.run("up, with checkpoints", up)
