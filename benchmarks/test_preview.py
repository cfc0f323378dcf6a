"""How long a preview takes: the Münster stack as it is, and 1,000 placements without loading."""

import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: `make preview` of Münster when everything is set up.
LIMIT_MUENSTER_S = 10
#: A preview of 1,000 placements, one resource each.
LIMIT_THOUSAND_S = 8

PROGRAM = """
from stacks.declare import declare
from stacks.program import make_quick
from tests.builders import at, estate, feed, layout, rack, workload

make_quick()
racks = [rack(f"r{n}") for n in range(1, 51)]
places = {f"w-{n}": at(f"r{(n - 1) // 20 + 1}", (n - 1) % 20 + 1, "a", "b") for n in range(1, 1001)}
declare(estate(*racks, feed("a"), feed("b"), workload(count=1000)), layout(places), "sha256:0")
"""


def seconds(what, command, cwd):
    """Return how long a command takes, and what it prints."""
    start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    taken, now = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print(f"\n{what}: {taken:.1f} s, {cpu:.1f} s of processor time")
    return taken, done.stdout


def test_muenster():
    seconds("make preview of Münster, first", ["make", "preview"], ROOT)
    taken, _ = seconds("make preview of Münster, warm", ["make", "preview"], ROOT)
    assert taken <= LIMIT_MUENSTER_S


def test_thousand_placements(tmp_path):
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    (tmp_path / "stacks").mkdir()
    shutil.copytree(ROOT / "stacks" / "provider", tmp_path / "stacks" / "provider")
    (tmp_path / "stacks" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "Pulumi.bench.yaml").write_text("config: {}\n", encoding="utf-8")
    program = "unset PULUMI_HOME PULUMI_OPTION_CWD; . tools/env.sh && pulumi preview"
    taken, told = seconds("preview of 1,000 placements", ["sh", "-c", program], tmp_path)
    # The stack, 1 site, 50 racks.
    assert "+ 1052 to create" in told
    assert taken <= LIMIT_THOUSAND_S
