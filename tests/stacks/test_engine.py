"""The stack under the real Pulumi engine: preview, up, moves, drift, refusals, owners."""

import json

import pytest

from tests.stacks.conftest import AS_OF, STACK

pytestmark = pytest.mark.pulumi

#: Exit code of `--expect-no-changes` when there is a change.
CHANGES = 7

MOVED = "town/vm-host-3"


def move(stack):
    """Edit the lock as a new plan would: one server goes from one rack into an empty one."""
    lines = stack.lock.read_text(encoding="utf-8").splitlines(keepends=True)
    (index,) = (k for k, line in enumerate(lines) if f" {MOVED}: " in line)
    line = lines[index]
    old_rack = line.split("rack: ")[1].split(",")[0]
    old_position = line.split("position: ")[1].split(",")[0]
    taken = "".join(lines)
    new_rack = next(rack for rack in ("hall-1-a02", "hall-1-a03") if f"rack: {rack}," not in taken)
    lines[index] = line.replace(old_rack, new_rack).replace(
        f"position: {old_position},", "position: 30.5,"
    )
    stack.lock.write_text("".join(lines), encoding="utf-8")
    return old_rack, old_position, new_rack


def lines_of(result):
    return [line.strip() for line in (result.stdout + result.stderr).splitlines()]


def missing_in(preview, check):
    """Return what `planner check` says about its findings and the preview does not."""
    found = lines_of(preview)
    wanted = [line for line in lines_of(check) if line]
    assert any(line.startswith("error[") for line in wanted)
    # Pulumi puts its own `error: ` before the first line; the closing tally of `check` also names
    # the tightest capacity.
    return [
        line
        for line in wanted
        if line not in found
        and f"error: {line}" not in found
        and not line.startswith((f"{STACK} on", "the layout is stale"))
    ]


def test_first_preview_creates_everything_and_writes_nothing(planned, cli, tmp_path):
    project = planned.copy(tmp_path / "project", cli)
    project.run("pulumi", "stack", "init", STACK, "--non-interactive")

    preview = project.pulumi("preview")

    assert preview.returncode == 0, preview.stdout + preview.stderr
    # The stack, 1 site, 6 racks, 9 placements.
    assert "+ 17 to create" in lines_of(preview)
    assert not project.register.exists()


def test_up_fills_the_register(stack):
    rows = stack.sql("SELECT instance, owner FROM placements WHERE estate = 'small'")
    assert len(rows) == 9
    assert {owner for _, owner in rows} == {f"rackplan/{STACK}"}


def test_up_again_changes_nothing(stack):
    again = stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "17 unchanged" in lines_of(again)
    preview = stack.pulumi("preview", "--refresh", "--expect-no-changes")
    assert preview.returncode == 0, preview.stdout + preview.stderr


def test_move_is_one_changed_line_with_old_and_new_rack_position_and_cords(stack):
    old_rack, old_position, new_rack = move(stack)

    preview = stack.pulumi("preview", "--expect-no-changes")

    assert preview.returncode == CHANGES
    line = (
        f"~  rackplan:index:Placement {MOVED} update [diff: ~cords,position,rack]; "
        f"{old_rack} U{old_position} front -> {new_rack} U30.5 front, "
        f"PSU1 {old_rack}-A -> {new_rack}-A, PSU2 {old_rack}-B -> {new_rack}-B"
    )
    assert line in lines_of(preview)
    assert "~ 1 to update" in lines_of(preview)
    assert "16 unchanged" in lines_of(preview)

    up = stack.pulumi("up", "--yes", "--skip-preview")
    assert "~ 1 updated" in lines_of(up)
    assert stack.sql("SELECT rack, position FROM placements WHERE instance = ?", MOVED) == [
        (new_rack, 30.5)
    ]
    assert stack.pulumi("preview", "--expect-no-changes").returncode == 0


def test_detailed_diff_names_every_property(stack):
    old_rack, _, new_rack = move(stack)
    digest = json.loads(stack.pulumi("preview", "--json").stdout)
    (step,) = (step for step in digest["steps"] if step["op"] != "same")
    assert step["op"] == "update"
    assert step["diffReasons"] == ["cords", "position", "rack"]
    assert sorted(step["detailedDiff"]) == ["cords[0].node", "cords[1].node", "position", "rack"]
    assert (step["oldState"]["inputs"]["rack"], step["newState"]["inputs"]["rack"]) == (
        old_rack,
        new_rack,
    )


def test_violation_fails_the_preview_in_the_words_of_check(stack):
    move(stack)
    # One unit higher than its new rack is.
    stack.edit(stack.lock, ("position: 30.5,", "position: 43,"))

    preview = stack.pulumi("preview")
    check = stack.planner("check", "-e", STACK, "--as-of", AS_OF)

    assert (preview.returncode, check.returncode) == (1, 1)
    assert any("error[space.bounds]" in line for line in lines_of(preview))
    assert missing_in(preview, check) == []
    assert stack.pulumi("up", "--yes", "--skip-preview").returncode == 1
    assert stack.sql("SELECT COUNT(*) FROM history WHERE action <> 'create'") == [(0,)]


def test_stale_lock_fails_the_preview_with_the_command_that_renews_it(stack):
    stack.edit(f"inventory/{STACK}/estate.yaml", ("kappa: 0.8 ", "kappa: 0.79"))

    preview = stack.pulumi("preview")
    check = stack.planner("check", "-e", STACK, "--as-of", AS_OF)

    assert (preview.returncode, check.returncode) == (1, 3)
    assert any("error[layout-stale]" in line for line in lines_of(preview))
    assert f"hint: `planner plan -e {STACK}` renews it" in lines_of(preview)
    assert missing_in(preview, check) == []


def test_violation_and_stale_lock_are_told_together(stack):
    stack.edit(f"inventory/{STACK}/estate.yaml", ("growth: {u: 2}", "growth: {u: 41}"))
    found = lines_of(stack.pulumi("preview"))
    assert any("error[space.growth]" in line for line in found)
    assert any("error[layout-stale]" in line for line in found)


def test_mistake_in_the_inventory_fails_the_preview_in_the_words_of_check(stack):
    stack.edit(f"inventory/{STACK}/estate.yaml", ("growth: {u: 2}", "grwoth: {u: 2}"))
    preview = stack.pulumi("preview")
    assert preview.returncode == 1
    found = "\n".join(lines_of(preview))
    assert "unknown key `grwoth`" in found
    assert [
        line for line in lines_of(stack.planner("check", "-e", STACK)) if line not in found
    ] == []


def test_unplaced_instance_fails_the_preview_unless_it_is_allowed(stack):
    text = stack.lock.read_text(encoding="utf-8")
    gone = [row for row in text.splitlines(keepends=True) if " neighbour/backup-1: " in row]
    stack.edit(
        stack.lock,
        (gone[0], ""),
        ("unplaced: {}", 'unplaced:\n  neighbour/backup-1: {reason: "no rack is left"}'),
    )

    refused = stack.pulumi("preview")
    assert refused.returncode == 1
    assert any("unplaced `neighbour/backup-1`  no rack is left" in k for k in lines_of(refused))
    assert (
        "hint: `pulumi config set allowUnplaced true` declares the rest all the same"
        in lines_of(refused)
    )

    stack.pulumi("config", "set", "allowUnplaced", "true")
    allowed = stack.pulumi("preview")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    assert "- 1 to delete" in lines_of(allowed)


def test_drift_in_the_register_shows_under_refresh(stack):
    (rack,) = stack.sql("SELECT rack FROM placements WHERE instance = ?", MOVED)[0]
    stack.sql("UPDATE placements SET position = 20.5 WHERE instance = ?", MOVED)

    assert stack.pulumi("preview", "--expect-no-changes").returncode == 0
    preview = stack.pulumi("preview", "--refresh", "--expect-no-changes")

    assert preview.returncode == CHANGES
    assert any(
        line.startswith(
            f"~  rackplan:index:Placement {MOVED} update [diff: ~position]; {rack} U20.5"
        )
        for line in lines_of(preview)
    )
    assert "~ 1 to update" in lines_of(preview)


def test_row_that_was_removed_is_created_again_after_a_refresh(stack):
    stack.sql("DELETE FROM placements WHERE instance = ?", MOVED)
    preview = stack.pulumi("preview", "--refresh")
    assert f"+  rackplan:index:Placement {MOVED} create" in lines_of(preview)


def test_another_stack_does_not_overwrite_what_this_one_owns(stack):
    stack.run("pulumi", "stack", "init", "rival", "--non-interactive")
    for key, value in (("estate", STACK), ("asOf", AS_OF)):
        stack.pulumi("config", "set", key, value, stack="rival")
    # Nobody owns the others, so they may be taken.
    stack.sql("UPDATE placements SET owner = NULL WHERE instance <> ?", MOVED)

    preview = stack.pulumi("preview", stack="rival")

    assert preview.returncode == 1
    text = "\n".join(lines_of(preview))
    assert (
        f"[register-foreign-row] placement `{MOVED}` of estate `small` belongs to "
        f"`rackplan/{STACK}`, not to `rackplan/rival`" in text
    )
    assert "hint: import it: with `pulumi config set adopt true`" in text


def test_row_that_somebody_took_fails_the_preview_after_a_refresh(stack):
    stack.sql("UPDATE placements SET owner = 'rackplan/rival' WHERE instance = ?", MOVED)
    preview = stack.pulumi("preview", "--refresh")
    assert preview.returncode == 1
    text = "\n".join(lines_of(preview))
    assert "belongs to `rackplan/rival`, not to `rackplan/small`" in text


def test_standing_rows_are_adopted_without_a_change(stack):
    """Another stack takes the estate over: it imports every row and changes none."""
    stack.run("pulumi", "stack", "init", "heir", "--non-interactive")
    for key, value in (("estate", STACK), ("asOf", AS_OF), ("adopt", "true")):
        stack.pulumi("config", "set", key, value, stack="heir")

    imported = stack.pulumi("up", "--yes", "--skip-preview", stack="heir")

    assert imported.returncode == 0, imported.stdout + imported.stderr
    assert "= 9 imported" in lines_of(imported)
    assert stack.pulumi("preview", "--refresh", "--expect-no-changes", stack="heir").returncode == 0
    assert stack.sql("SELECT COUNT(*) FROM history WHERE action <> 'create'") == [(0,)]

    _, _, new_rack = move(stack)
    assert "~ 1 updated" in lines_of(stack.pulumi("up", "--yes", "--skip-preview", stack="heir"))
    assert stack.sql("SELECT owner, rack FROM placements WHERE instance = ?", MOVED) == [
        ("rackplan/heir", new_rack)
    ]


def test_another_register_takes_over_with_the_next_up(stack, tmp_path):
    """The file is copied, not its rows declared anew: the switch itself changes nothing."""
    stack.pulumi("config", "set", "register", str(tmp_path / "shared.db"))
    switch = stack.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert switch.returncode == 0, switch.stdout + switch.stderr
    preview = stack.pulumi("preview", "--refresh")
    assert "+ 9 to create" in lines_of(preview)
    assert not (tmp_path / "shared.db").exists()


def test_schema_is_served(stack):
    provider = "./stacks/provider/pulumi-resource-rackplan"
    result = stack.run("pulumi", "package", "get-schema", provider)
    assert result.returncode == 0, result.stderr
    assert "rackplan:index:Placement" in json.loads(result.stdout)["resources"]


def test_destroy_empties_the_register(stack):
    result = stack.pulumi("destroy", "--yes", "--skip-preview")
    assert result.returncode == 0, result.stdout + result.stderr
    assert stack.sql("SELECT COUNT(*) FROM placements") == [(0,)]


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_plain_pulumi_works_after_the_environment_script(planned, shell, cli, tmp_path):
    """On a fresh checkout, from any of its folders, with nothing else set, asking nothing."""
    project = planned.copy(tmp_path / "project", cli)
    project.environment = {"HOME": str(tmp_path), "PATH": project.environment["PATH"]}
    project.folder = project.folder / "inventory"
    result = project.run(shell, "-c", ". ../tools/env.sh && pulumi preview")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "+ 17 to create" in lines_of(result)
