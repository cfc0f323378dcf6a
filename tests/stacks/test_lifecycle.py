"""The life of a stack under the real Pulumi engine: swaps, sites, pins, owners, adoption, the end.

`test_engine` has the first preview, a move, drift and refusals; `test_interrupted` what is killed.
"""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.stacks.conftest import AS_OF, ROOT, STACK, Project

pytestmark = pytest.mark.pulumi

UP = ("up", "--yes", "--skip-preview")
#: Nothing to change, neither against the state nor against the register.
SETTLED = ("preview", "--refresh", "--expect-no-changes")


def said(result):
    return [line.strip() for line in (result.stdout + result.stderr).splitlines()]


def ran(result):
    assert result.returncode == 0, result.stdout + result.stderr
    return said(result)


def refused(result):
    assert result.returncode != 0, result.stdout
    return "\n".join(said(result))


def place(stack, instance, rack, position):
    """Edit the lock as a new plan would: the instance goes to a rack, corded to its two feeds."""
    lines = stack.lock.read_text(encoding="utf-8").splitlines(keepends=True)
    (index,) = (k for k, line in enumerate(lines) if line.startswith(f"  {instance}: "))
    cords = f"{{PSU1: {rack}-A, PSU2: {rack}-B}}"
    lines[index] = (
        f"  {instance}: {{rack: {rack}, position: {position}, face: front, cords: {cords}}}\n"
    )
    stack.lock.write_text("".join(lines), encoding="utf-8")


def stands(stack, estate=STACK):
    """Return instance -> rack and position, from the register."""
    found = stack.sql("SELECT instance, rack, position FROM placements WHERE estate = ?", estate)
    return {instance: (rack, position) for instance, rack, position in found}


def replan(stack, *options):
    ran(stack.planner("plan", "-e", STACK, "--reproducible", "--as-of", AS_OF, *options))


def urn(instance):
    rack = "rackplan:index:Site$rackplan:index:Rack$rackplan:index:Placement"
    return f"urn:pulumi:{STACK}::rackplan::{rack}::{instance}"


# --- moves


def test_swap_is_two_changed_lines_and_ends_right(stack):
    """In between both stand in the same units, as far as the register knows; it accepts that."""
    before = stands(stack)
    one, other = "town/vm-host-3", "town/vm-host-4"
    place(stack, one, *map(_whole, before[other]))
    place(stack, other, *map(_whole, before[one]))

    preview = ran(stack.pulumi("preview"))
    assert "~ 2 to update" in preview
    changed = [line for line in preview if line.startswith("~  rackplan:index:Placement")]
    assert [line.split()[2] for line in changed] == [one, other] or [
        line.split()[2] for line in changed
    ] == [other, one]

    assert "~ 2 updated" in ran(stack.pulumi(*UP))
    assert stands(stack) == {**before, one: before[other], other: before[one]}
    ran(stack.pulumi(*SETTLED))


def test_one_takes_the_place_of_another_that_moves_on(stack):
    before = stands(stack)
    place(stack, "town/vm-host-3", *map(_whole, before["town/vm-host-4"]))
    place(stack, "town/vm-host-4", "hall-1-a02", 20.5)
    assert "~ 2 updated" in ran(stack.pulumi(*UP))
    assert stands(stack) == {
        **before,
        "town/vm-host-3": before["town/vm-host-4"],
        "town/vm-host-4": ("hall-1-a02", 20.5),
    }
    ran(stack.pulumi(*SETTLED))


def _whole(value):
    return int(value) if isinstance(value, float) else value


def test_move_between_sites_is_one_changed_line(stack):
    """A second site is built; its racks are new, the server that moves there is one change."""
    sites = stack.folder / "inventory" / STACK / "sites"
    text = (sites / "main.yaml").read_text(encoding="utf-8")
    for name in ("hall-", "fire-", "zone-", "switch-", "ups-", "panel-", "mech-", "cooler-"):
        text = text.replace(name, f"x{name}")
    for name in ("id: grid", "id: generator", "preferred: grid", "alternate: generator"):
        text = text.replace(name, name.replace(": ", ": x"))
    text = text.replace("{id: main,", "{id: annex,")
    (sites / "annex.yaml").write_text(text, encoding="utf-8")
    replan(stack, "--from", "register")
    place(stack, "town/vm-host-3", "xhall-1-a01", 7)

    preview = ran(stack.pulumi("preview"))

    changed = [line for line in preview if line[:1] in "~+-" and "rackplan:index:Placement" in line]
    assert len(changed) == 1, changed
    assert changed[0].startswith("~  rackplan:index:Placement town/vm-host-3 update")
    assert "hall-1-a03 U1 front -> xhall-1-a01 U7 front" in changed[0]
    # The new site and its six racks.
    assert {"+ 7 to create", "~ 1 to update"} <= set(preview)
    ran(stack.pulumi(*UP))
    assert stands(stack)["town/vm-host-3"] == ("xhall-1-a01", 7)
    ran(stack.pulumi(*SETTLED))


def test_removed_workload_goes_and_nothing_else_moves(stack):
    file = stack.folder / "inventory" / STACK / "workloads" / "town.yaml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("  - id: neighbour/backup"), text.index("# Where things stand now")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    replan(stack, "--from", "register")
    before = stands(stack)

    assert {"- 1 deleted", "16 unchanged"} <= set(ran(stack.pulumi(*UP)))

    del before["neighbour/backup-1"]
    assert stands(stack) == before
    shown = stack.planner("show", "--history", "neighbour/backup-1")
    assert shown.stdout.splitlines()[-1].endswith(f"  by rackplan/{STACK}")
    assert "  removed  neighbour/backup-1  " in shown.stdout


def test_target_carries_out_one_move_of_two(stack):
    before = stands(stack)
    place(stack, "town/vm-host-3", "hall-1-a02", 20)
    place(stack, "town/vm-host-4", "hall-2-a02", 20)
    ran(stack.pulumi(*UP, "--target", urn("town/vm-host-4")))
    assert stands(stack) == {**before, "town/vm-host-4": ("hall-2-a02", 20)}
    assert "~ 1 to update" in ran(stack.pulumi("preview"))
    # What is left of the plan is no drift.
    left = stack.planner("diff", "register", "-e", STACK)
    assert "1 move, 8 unchanged" in left.stdout
    assert left.stderr == ""


# --- pins


def test_pinned_instance_is_protected_and_its_move_is_refused_in_words(stack):
    town = f"inventory/{STACK}/workloads/town.yaml"
    stack.edit(
        town,
        ("    count: 6\n", "    count: 6\n    pinned: [3]\n"),
        ("# standing:\n", "standing:\n"),
        (
            "#   - {instance: town/storage-1, rack: hall-1-a01, position: 1, face: front}\n",
            "  - {instance: town/vm-host-3, rack: hall-1-a03, position: 1, face: front,"
            " cords: {PSU1: hall-1-a03-A, PSU2: hall-1-a03-B}}\n",
        ),
    )
    replan(stack)
    ran(stack.pulumi(*UP))

    def moved(old, new):
        return (
            "error[register-pinned]: the layout moves what is pinned from where the register has"
            f" it\nmove    town/vm-host-3  hall-1-a03 {old} front -> hall-1-a03 {new} front"
        )

    # A lock that says it has always stood elsewhere: only the register knows better.
    planned = stack.lock.read_text(encoding="utf-8")
    old, new = "town/vm-host-3: {rack: hall-1-a03, position: 1,", "position: 9,"
    stack.edit(stack.lock, (old, old.replace("position: 1,", new)))
    assert moved("U1", "U9") in refused(stack.pulumi("preview"))
    stack.lock.write_text(planned, encoding="utf-8")

    # A technician who moved it.
    stack.sql("UPDATE placements SET position = 9 WHERE instance = 'town/vm-host-3'")
    told = refused(stack.pulumi("preview"))
    assert moved("U9", "U1") in told
    assert "hint: correct the register where it is wrong; else take the pin away" in told
    stack.sql("UPDATE placements SET position = 1 WHERE instance = 'town/vm-host-3'")

    # Pulumi deletes nothing that is pinned.
    told = refused(stack.pulumi("destroy", "--yes", "--skip-preview"))
    assert "protected" in told
    assert stands(stack)["town/vm-host-3"] == ("hall-1-a03", 1)


# --- adoption


def test_three_hundred_standing_placements_are_adopted_without_a_planned_change(
    planned, cli, tmp_path
):
    """The Münster estate stands as its lock says; nothing has been declared yet."""
    project = planned.copy(tmp_path / "project", cli)
    shutil.copytree(ROOT / "inventory" / "muenster", project.folder / "inventory" / "muenster")
    shutil.copy(ROOT / "layouts" / "muenster.lock.yaml", project.folder / "layouts")
    shutil.copy(ROOT / "Pulumi.muenster.yaml", project.folder)
    lock = "layouts/muenster.lock.yaml"
    ran(project.run("pulumi", "stack", "init", "muenster", "--non-interactive"))

    seeded = project.planner("import", "register", "-e", "muenster", "--from", lock)
    command = seeded.stderr.split("next: ")[1].split()
    assert ran(seeded)
    assert project.sql("SELECT COUNT(*) FROM placements")[0][0] >= 300
    imported = ran(project.run(*command, "--stack", "muenster", "--yes", "--skip-preview"))

    preview = ran(project.pulumi(*SETTLED, stack="muenster"))
    # All but the stack itself came in through the import, contracts and reservations, too.
    file = project.folder / ".state" / "import-muenster.json"
    total = len(json.loads(file.read_text(encoding="utf-8"))["resources"])
    assert f"= {total} imported" in imported
    assert f"{total + 1} unchanged" in preview
    # Adopting wrote nothing over what stands.
    assert project.sql("SELECT DISTINCT action, by FROM history") == [("create", "import")]


def test_one_instance_is_adopted_by_hand(stack):
    """A row that the stack has lost from its state comes back through `pulumi import`."""
    name = "town/vm-host-3"
    ran(stack.pulumi("state", "delete", urn(name), "--yes"))
    parent = urn(name).rpartition("$rackplan:index:Placement")[0] + "::hall-1-a03"
    ran(
        stack.pulumi(
            *("import", "rackplan:index:Placement", name, f"{STACK}:{name}"),
            *("--parent", f"rack={parent}", "--yes", "--skip-preview"),
            *("--protect=false", "--generate-code=false"),
        )
    )
    ran(stack.pulumi(*SETTLED))


# --- several stacks, other programs


def test_two_stacks_share_a_register_and_leave_each_other_alone(stack):
    ran(stack.planner("init", "other"))
    ran(stack.planner("plan", "-e", "other", "--reproducible", "--as-of", AS_OF))
    ran(stack.run("pulumi", "stack", "init", "other", "--non-interactive"))
    ran(stack.pulumi("config", "set", "asOf", AS_OF, stack="other"))
    ran(stack.pulumi(*UP, stack="other"))
    assert stands(stack, "other") == stands(stack)
    ran(stack.pulumi("destroy", "--yes", "--skip-preview", stack="other"))
    assert stands(stack, "other") == {}
    assert len(stands(stack)) == 9
    ran(stack.pulumi(*SETTLED))


READER = """
import pulumi

stack = pulumi.StackReference("organization/rackplan/small")
places = stack.require_output("places")
pulumi.export("hosts", places.apply(lambda found: sorted(
    key for key, place in found.items() if place["site"] == "main" and place["tenant"] == "town"
)))
"""


def test_another_program_reads_the_places(stack, cli, tmp_path):
    ran(stack.pulumi("config", "set", "exportPlaces", "true"))
    ran(stack.pulumi(*UP))
    places = json.loads(stack.pulumi("stack", "output", "places", "--json").stdout)
    assert places["town/vm-host-3"] == {
        "site": "main",
        "rack": "hall-1-a03",
        "position": 1,
        "face": "front",
        "tenant": "town",
    }

    reader = Project(tmp_path / "reader", cli)
    reader.folder.mkdir()
    backend = f"file://{stack.folder}/.state?metadata=skip"
    (reader.folder / "Pulumi.yaml").write_text(
        "name: reader\nruntime: {name: python, options: {toolchain: pip, virtualenv: .venv}}\n"
        f"backend: {{url: '{backend}'}}\n",
        encoding="utf-8",
    )
    (reader.folder / ".venv").symlink_to(stack.folder / ".venv")
    (reader.folder / "__main__.py").write_text(READER, encoding="utf-8")
    ran(reader.run("pulumi", "stack", "init", "dev", "--non-interactive"))
    ran(reader.pulumi(*UP, stack="dev"))
    found = json.loads(reader.pulumi("stack", "output", "hosts", "--json", stack="dev").stdout)
    assert found == [f"town/storage-{n}" for n in (1, 2)] + [
        f"town/vm-host-{n}" for n in range(1, 7)
    ]


# --- the register


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("folder", "cannot be used: unable to open database file"),
        ("text", "cannot be used: file is not a database"),
        ("newer", "has schema version 7, this rackplan knows version 2"),
    ],
)
def test_file_that_is_no_register_is_refused(stack, tmp_path, content, text):
    path = tmp_path / "elsewhere.db"
    if content == "folder":
        path.mkdir()
    elif content == "text":
        path.write_text("no database at all" * 100, encoding="utf-8")
    else:
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA user_version = 7")
    ran(stack.pulumi("config", "set", "register", str(path)))
    place(stack, "town/vm-host-3", "hall-1-a02", 20)
    told = refused(stack.pulumi(*UP))
    assert f"the register `{path}` {text}" in told
    assert "Traceback" not in told


def test_locked_register_says_so_and_the_next_up_ends_right(stack):
    place(stack, "town/vm-host-3", "hall-1-a02", 20)
    with closing(sqlite3.connect(stack.register, isolation_level=None)) as editor:
        editor.execute("BEGIN IMMEDIATE")
        # Reading goes on.
        ran(stack.pulumi("preview", "--refresh"))
        told = refused(stack.pulumi(*UP))
    assert "[register-locked] the register" in told
    assert "is locked by another process for more than 5 s" in told
    assert "hint: let the other `pulumi up` or the open editor finish, then try again" in told
    assert "~ 1 updated" in ran(stack.pulumi(*UP))
    assert stands(stack)["town/vm-host-3"] == ("hall-1-a02", 20)


# --- teams


def test_two_clones_share_register_and_backend(planned, cli, tmp_path):
    """Anna applies; Berta's clone sees the same, moves a server, and Anna's next preview knows."""
    shared = tmp_path / "shared"
    shared.mkdir()
    clones = [planned.copy(tmp_path / name, cli) for name in ("anna", "berta")]
    for clone in clones:
        clone.register = shared / "register.db"
        backend = f"file://{shared}/state?create_dir=true&metadata=skip"
        clone.environment["PULUMI_BACKEND_URL"] = backend
        clone.environment["RACKPLAN_REGISTER"] = str(clone.register)
    anna, berta = clones
    ran(anna.run("pulumi", "stack", "init", STACK, "--non-interactive"))
    ran(anna.pulumi(*UP))

    ran(berta.pulumi(*SETTLED))
    place(berta, "town/vm-host-3", "hall-1-a02", 20)
    assert "~ 1 updated" in ran(berta.pulumi(*UP))

    # Anna has not pulled: her lock would move it back, and she sees that before it happens.
    stale = ran(anna.pulumi("preview"))
    assert "~ 1 to update" in stale
    assert any("hall-1-a02 U20 front -> hall-1-a03 U1 front" in line for line in stale)
    drift = anna.planner("diff", "register", "-e", STACK)
    assert f"placed by `rackplan/{STACK}` on " in drift.stdout
    shutil.copy(berta.lock, anna.lock)
    ran(anna.pulumi(*SETTLED))
    assert not (anna.folder / ".state").exists()
