"""The as-built register on the command line: adopting what stands, drift in words, history."""

import json
import re
import sqlite3
from contextlib import closing

import pytest

from planner.register import PLACEMENT, open_register
from tests.cli.conftest import DAY

LOCK = "layouts/first.lock.yaml"
ADOPT = ("import", "register", "--from", LOCK)
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"


@pytest.fixture
def folder(planned, monkeypatch):
    monkeypatch.setenv("RACKPLAN_REGISTER", str(planned / "state" / "register.db"))
    return planned


@pytest.fixture
def adopted(folder, planner):
    """The register holds what the lock places, as `rackplan/first`."""
    assert planner(*ADOPT, "--owner", "rackplan/first").code == 0
    return folder


def rows():
    with closing(open_register()) as register:
        return {row.key: row for row in register.rows(PLACEMENT, "first")}


def outside(folder, statement):
    with closing(sqlite3.connect(folder / "state" / "register.db")) as file, file:
        file.execute(statement)


def declare(instance, values, owner="rackplan/first", digest="sha256:" + "0123456789abcdef" * 4):
    with closing(open_register()) as register:
        register.write(PLACEMENT, "first", instance, values, owner=owner, lock_digest=digest)


# --- import register


def test_what_stands_is_seeded_and_written_for_pulumi(planner, folder):
    ran = planner(*ADOPT)
    assert (ran.code, ran.out) == (
        0,
        f"first: 9 instances of lock {LOCK}\n"
        "register state/register.db: 9 added, 0 there already\n"
        "wrote state/import-first.json\n",
    )
    assert ran.err == (
        "next: pulumi import --file state/import-first.json --generate-code=false --protect=false\n"
    )
    assert rows()["town/storage-2"].values == {
        "rack": "hall-2-a03",
        "position": 1,
        "face": "front",
        "cords": [
            {"inlet": "PSU1", "node": "hall-2-a03-A"},
            {"inlet": "PSU2", "node": "hall-2-a03-B"},
        ],
        "tenant": "town",
        "device_type": "town-storage-shelf",
    }
    assert {row.owner for row in rows().values()} == {None}
    written = json.loads((folder / "state" / "import-first.json").read_text(encoding="utf-8"))
    kinds = [item["type"].rpartition(":")[2] for item in written["resources"]]
    # 1 site, 6 racks, 9 placements.
    assert kinds == ["Site"] + ["Rack"] * 6 + ["Placement"] * 9
    assert written["resources"][-1] == {
        "type": "rackplan:index:Placement",
        "name": "placement town/vm-host-6",
        "logicalName": "town/vm-host-6",
        "id": "first:town/vm-host-6",
        "parent": "rack hall-2-a03",
    }


def test_again_it_changes_nothing(planner, folder):
    planner(*ADOPT)
    before = rows()
    ran = planner(*ADOPT)
    assert "register state/register.db: 0 added, 9 there already\n" in ran.out
    assert rows() == before


def test_dry_run_writes_nothing(planner, folder):
    ran = planner(*ADOPT, "--dry-run")
    assert ran.code == 0
    assert ran.out.endswith(
        "9 added, 0 there already\n"
        "dry run: state/register.db and state/import-first.json are left as they are\n"
    )
    assert not (folder / "state").exists()


def test_row_that_differs_stays_and_is_listed(planner, adopted):
    outside(adopted, "UPDATE placements SET position = 20.5 WHERE instance = 'town/storage-2'")
    ran = planner(*ADOPT, "--owner", "rackplan/first")
    assert ran.code == 1
    assert (
        "register state/register.db: 0 added, 8 there already, "
        "1 left as they are though they differ\n"
        "  differs  town/storage-2  register hall-2-a03 U20.5 front, source hall-2-a03 U1 front\n"
    ) in ran.out
    assert rows()["town/storage-2"].values["position"] == 20.5


def test_rows_of_a_stack_are_not_offered_to_another(planner, adopted):
    (adopted / "state" / "import-first.json").unlink()
    ran = planner(*ADOPT)
    assert ran.out.endswith(
        "  owned    9 instances by `rackplan/first`, so not in the file\n"
        "nothing is left to import, so no file is written\n"
    )
    assert not (adopted / "state" / "import-first.json").exists()
    assert {row.owner for row in rows().values()} == {"rackplan/first"}


def test_estate_that_says_what_stands_needs_no_source(planner, folder):
    planner(*ADOPT)
    standing = (
        "standing:\n  - {instance: town/storage-1, rack: hall-1-a01, position: 3, face: front}\n"
    )
    (folder / "inventory" / "first" / "standing.yaml").write_text(standing, encoding="utf-8")
    ran = planner("import", "register")
    # The estate does not say the cords, so the cords of the register are no difference.
    assert ran.code == 0, ran.err + ran.out
    assert ran.out.startswith("first: 1 instance of the inventory's `standing`\n")
    assert "0 added, 1 there already\n" in ran.out


def test_what_the_register_holds_can_be_imported_alone(planner, folder):
    planner(*ADOPT)
    ran = planner("import", "register", "--from", "register", "-o", "bulk.json", "--format", "json")
    assert ran.code == 0
    assert ran.json["source"] == "register"
    assert ran.json["wrote"] == "bulk.json"
    assert len(ran.json["same"]) == 9
    assert ran.json["next"].startswith("pulumi import --file bulk.json ")


def test_nothing_that_stands_is_said(planner, folder):
    ran = planner("import", "register")
    assert (ran.code, ran.err) == (
        2,
        "error[usage]: nothing stands in `first`: it has no section `standing`\n\n"
        "hint: name what stands with `--from`, e.g. a layout lock\n",
    )


def test_owner_without_a_stack_is_refused(planner, folder):
    ran = planner(*ADOPT, "--owner", "first")
    assert ran.code == 2
    assert "`first` is no owner" in ran.err


# --- diff


def test_lock_that_was_carried_out_has_no_difference(planner, adopted):
    ran = planner("diff", "register")
    assert (ran.code, ran.out) == (0, f"register -> {LOCK}\nno difference, 9 unchanged\n")
    assert ran.err == ""


def test_drift_is_told_with_who_when_and_what_it_was(planner, adopted):
    outside(
        adopted,
        "UPDATE placements SET rack = 'hall-1-a02', position = 20.5"
        " WHERE instance = 'town/storage-2'",
    )
    outside(adopted, "DELETE FROM placements WHERE instance = 'town/vm-host-1'")
    outside(
        adopted,
        "INSERT INTO placements (estate, instance, rack, updated_at)"
        " VALUES ('first', 'town/old-1', 'cellar', 'now')",
    )

    ran = planner("diff", "register")

    assert re.sub(TIME, "TIME", ran.out) == (
        f"register -> {LOCK}\n"
        "move    town/storage-2  hall-1-a02 U20.5 front -> hall-2-a03 U1 front\n"
        "        edited past the stack on TIME, it was hall-2-a03 U1 front;"
        " room `hall-1` -> `hall-2`\n"
        "add     town/vm-host-1  hall-1-a01 U5 front\n"
        "        removed past the stack on TIME, it was hall-1-a01 U5 front\n"
        "remove  town/old-1      was cellar (no unit)\n"
        "        entered past the stack on TIME; `first` has no rack `cellar`;"
        " `first` no longer declares it\n"
        "\n"
        "1 move, 1 addition, 1 removal, 7 unchanged\n"
    )
    assert ran.err == (
        "hint: `pulumi up --refresh` puts back what was changed past the stack;"
        " `planner plan --from register` plans from where it stands\n"
    )


def test_what_no_stack_has_carried_out_is_told_apart_from_drift(planner, adopted):
    """An earlier lock placed it elsewhere; one instance is new, one was removed by its stack."""
    values = rows()["town/storage-2"].values
    declare("town/storage-2", {**values, "rack": "hall-2-a02"})
    with closing(open_register()) as register:
        register.remove(PLACEMENT, "first", "town/vm-host-1", owner="rackplan/first")

    ran = planner("diff", LOCK, "register")

    assert re.sub(TIME, "TIME", ran.out) == (
        f"{LOCK} -> register\n"
        "move    town/storage-2  hall-2-a03 U1 front -> hall-2-a02 U1 front\n"
        "        placed by `rackplan/first` on TIME by lock sha256:0123456789ab\n"
        "remove  town/vm-host-1  was hall-1-a01 U5 front\n"
        "        removed by `rackplan/first` on TIME\n"
        "\n"
        "1 move, 1 removal, 7 unchanged\n"
    )
    assert ran.err == ""


def test_drift_as_data(planner, adopted):
    outside(adopted, "UPDATE placements SET position = 9 WHERE instance = 'town/storage-2'")
    drift = planner("diff", "register", "--format", "json").json["drift"]
    last = drift["town/storage-2"].pop("last")
    assert drift == {"town/storage-2": {"declared": True, "unknown_rack": None}}
    assert (last["action"], last["by"], last["lock_digest"]) == ("update", "outside", None)


def test_plan_from_the_register_starts_where_things_stand(planner, adopted):
    outside(adopted, "UPDATE placements SET position = 20 WHERE instance = 'town/storage-2'")
    assert planner("plan", "--as-of", DAY, "--from", "register").code == 0
    text = (adopted / LOCK).read_text(encoding="utf-8")
    assert "as_built_source: register\n" in text
    assert "town/storage-2: {rack: hall-2-a03, position: 20," in text
    assert planner("diff", "register").out.endswith("no difference, 9 unchanged\n")


# --- show --history


def test_history_of_an_instance(planner, adopted):
    values = rows()["town/storage-2"].values
    declare("town/storage-2", {**values, "rack": "hall-2-a02"})
    swapped = [{"inlet": "PSU1", "node": "x"}, {"inlet": "PSU2", "node": "hall-2-a03-B"}]
    declare("town/storage-2", {**values, "rack": "hall-2-a02", "cords": swapped})
    outside(adopted, "UPDATE placements SET position = 9 WHERE instance = 'town/storage-2'")
    outside(adopted, "UPDATE placements SET owner = NULL WHERE instance = 'town/storage-2'")
    outside(adopted, "UPDATE placements SET tenant = NULL WHERE instance = 'town/storage-2'")
    outside(adopted, "DELETE FROM placements WHERE instance = 'town/storage-2'")

    ran = planner("show", "--history", "town/storage-2")

    by = "by rackplan/first"
    lock = "lock sha256:0123456789ab"
    assert re.sub(TIME, "TIME", ran.out).splitlines() == [
        f"TIME  placed   town/storage-2  hall-2-a03 U1 front  {by}",
        f"TIME  moved    town/storage-2  hall-2-a03 U1 front -> hall-2-a02 U1 front  {by}, {lock}",
        f"TIME  corded   town/storage-2  hall-2-a02 U1 front: PSU1 hall-2-a03-A -> x  {by}, {lock}",
        "TIME  moved    town/storage-2  hall-2-a02 U1 front -> hall-2-a02 U9 front  by outside",
        "TIME  taken    town/storage-2  hall-2-a02 U9 front: rackplan/first -> nobody  by outside",
        "TIME  changed  town/storage-2  hall-2-a02 U9 front  by outside",
        "TIME  removed  town/storage-2  hall-2-a02 U9 front  by outside",
    ]


@pytest.mark.parametrize(
    ("places", "instances"),
    [
        # What came into the rack, and what left it.
        (["hall-2-a02"], ["town/storage-2"]),
        (["town/storage"], ["town/storage-1", "town/storage-2", "town/storage-2"]),
        (["hall-2-a02", "town/vm-host-1"], ["town/vm-host-1", "town/storage-2"]),
    ],
)
def test_history_of_racks_workloads_and_instances(planner, adopted, places, instances):
    declare("town/storage-2", {**rows()["town/storage-2"].values, "rack": "hall-2-a02"})
    ran = planner("show", "--history", *places, "--format", "json")
    assert ran.code == 0
    assert [entry["instance"] for entry in ran.json["entries"]] == instances


def test_history_as_data(planner, adopted):
    outside(adopted, "DELETE FROM placements WHERE instance = 'town/storage-2'")
    shown = planner("show", "--history", "town/storage-2", "--format", "json").json
    placed, removed = shown["entries"]
    assert shown["register"] == "state/register.db"
    assert (placed["before"], removed["after"]) == (None, None)
    assert placed["after"] == removed["before"]
    assert placed["after"]["cords"] == {"PSU1": "hall-2-a03-A", "PSU2": "hall-2-a03-B"}
    assert (placed["action"], placed["by"]) == ("create", "rackplan/first")
    assert (removed["action"], removed["by"]) == ("delete", "outside")


def test_history_of_what_never_was(planner, adopted):
    assert planner("show", "--history", "hall-1-a02").out == "no entry\n"
    ran = planner("show", "--history", "hall-1-a20")
    assert ran.code == 2
    assert "`hall-1-a20` is no rack, row, room, site or pool of `first`" in ran.err
