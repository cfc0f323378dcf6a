"""`explain --conflict`, `explain --on`, `diff --why` on the starter estate."""

from tests.cli.conftest import DAY

LOCK = "layouts/first.lock.yaml"
WORKLOADS = "inventory/first/workloads/town.yaml"


def test_the_conflict_of_a_workload_that_fits_nowhere(planner, planned, edit):
    edit(planned / WORKLOADS, "protection: {availability: hoch}", "protection: {integrity: hoch}")
    ran = planner("explain", "--conflict", "neighbour/backup", "--as-of", DAY)
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert lines[0] == (
        "no layout exists with `neighbour/backup`, because these cannot hold together:"
    )
    assert lines[1].startswith("  demand  `neighbour/backup`: 1 x town-storage-shelf, 2 U, 30 kg")
    assert lines[3].startswith("  rule    tenancy.protection: A room hosts only what ")
    assert lines[4] == (
        "          keeps `neighbour/backup` out of 6 of 6 racks, by 1 levels or more"
    )
    assert lines[-1].startswith("proven (")
    assert lines[-1].endswith("infeasible together, and a layout exists without any one of them")


def test_the_conflict_as_json_of_all_that_is_unplaced(planner, planned, edit):
    edit(planned / WORKLOADS, "protection: {availability: hoch}", "protection: {integrity: hoch}")
    assert planner("plan", "--as-of", DAY).code == 1
    found = planner("explain", "--conflict", "--as-of", DAY, "--format", "json").json
    assert found["status"] == "irreducible"
    assert found["members"] == [
        {
            "kind": "demand", "rule": None, "subject": "neighbour/backup",
            "shown_to_be_needed": True,
        },
        {
            "kind": "rule", "rule": "tenancy.protection", "subject": None,
            "shown_to_be_needed": True,
        },
    ]  # fmt: skip


def test_no_conflict_where_everything_fits(planner, planned):
    ran = planner("explain", "--conflict", "town/vm-host", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out == "no conflict: all of it fits together; plan again, with more time\n"


def test_explain_without_a_subject(planner, planned):
    ran = planner("explain", "--as-of", DAY)
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: name a workload or an instance\n\n"
        "hint: `--conflict` alone asks about all of them\n"
    )


def test_one_rack_that_cannot_take_it(planner, planned):
    ran = planner("explain", "neighbour/backup", "--on", "hall-2-a01", "--as-of", DAY)
    assert ran.code == 1
    assert ran.out.startswith("`neighbour/backup-1` cannot stand in `hall-2-a01`; at hall-2-a01 ")
    assert "error[tenancy.protection]: " in ran.out
    assert ran.out.endswith(
        "no moves of others help: tenancy.places, tenancy.protection is about the rack itself\n"
    )


def test_one_rack_that_can(planner, planned):
    ran = planner("explain", "neighbour/backup", "--on", "hall-1-a02", "--as-of", DAY)
    assert ran.code == 0
    assert ran.out.endswith(" front: no rule is broken, or broken by more\n")


def test_no_such_rack(planner, planned):
    ran = planner("explain", "neighbour/backup", "--on", "hall-1-a1", "--as-of", DAY)
    assert ran.code == 2
    assert "did you mean `hall-1-a" in ran.err


STANDING = """\
standing:
  - {instance: neighbour/backup-1, rack: hall-2-a01, position: 1, face: front,
     cords: {PSU1: hall-2-a01-A, PSU2: hall-2-a01-B}}
"""


def test_diff_says_what_forced_a_move(planner, planned):
    (planned / "inventory/first/standing.yaml").write_text(STANDING, encoding="utf-8")
    ran = planner("plan", "--as-of", DAY)
    assert ran.code == 0
    assert "as-built breaks 2 rules: 2 mended, none left\n" in ran.out
    ran = planner("diff", "--why")
    assert ran.code == 0
    assert "\n        forced by tenancy.p" in ran.out
    why = planner("diff", "--why", "--format", "json").json["why"]["neighbour/backup-1"]
    assert {"tenancy.places", "tenancy.protection"} <= {v["rule"] for v in why["forced_by"]}


def test_diff_why_needs_a_layout(planner, planned):
    ran = planner("diff", LOCK, "as-built", "--why")
    assert ran.code == 2
    assert "`--why` needs a layout lock as AFTER" in ran.err
