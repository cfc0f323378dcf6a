"""The SQLite register: rows, owners, history, snapshot, and what it says when it cannot."""

import sqlite3
import threading
from contextlib import closing

import pytest

from planner.errors import ForeignRowError, RegisterError, RegisterLockedError
from planner.model.layout import AsBuilt, Cord, Place
from planner.model.space import Face
from planner.register import (
    PLACEMENT,
    POWER_ALLOCATION,
    RACK_RESERVATION,
    SqliteRegister,
    default_path,
    open_register,
)

OWNER = "rackplan/muenster"
PLACE = {
    "rack": "h1-r07",
    "position": 12.5,
    "face": "front",
    "cords": [{"inlet": "PSU1", "node": "h1-r07-A", "leg": "L1"}, {"inlet": "PSU2", "node": "b"}],
    "tenant": "lwl",
    "device_type": "dell-poweredge-r650",
}


@pytest.fixture
def register(tmp_path):
    with closing(SqliteRegister(tmp_path / "state" / "register.db", busy_timeout_ms=50)) as opened:
        yield opened


def put(register, **changes):
    options = {"owner": OWNER, "lock_digest": "d1", **changes.pop("options", {})}
    return register.write(PLACEMENT, "muenster", "lwl/db-1", {**PLACE, **changes}, **options)


def test_reading_creates_no_file(register):
    assert register.read(PLACEMENT, "muenster", "lwl/db-1") is None
    assert register.rows(PLACEMENT, "muenster") == ()
    assert register.history(PLACEMENT, "muenster", "lwl/db-1") == ()
    assert register.snapshot("muenster") == AsBuilt(source="register")
    register.remove(PLACEMENT, "muenster", "lwl/db-1", owner=OWNER)
    assert not register.path.exists()


def test_first_write_creates_one_file_in_wal_mode(register):
    put(register)
    with closing(sqlite3.connect(register.path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("PRAGMA user_version").fetchone() == (2,)


def test_row_comes_back_as_written(register):
    written = put(register)
    assert register.read(PLACEMENT, "muenster", "lwl/db-1") == written
    assert (written.values, written.owner, written.lock_digest) == (PLACE, OWNER, "d1")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (POWER_ALLOCATION, {"tenant": "lwl", "strand": "city-ups-a", "power_w": 12_000}),
        (
            RACK_RESERVATION,
            {
                "rack": "h1-r07",
                "units": [{"start": 1, "end": 4, "face": "front"}],
                "description": "patch panels",
                "tenant": None,
                "valid_from": None,
                "valid_until": "2027-01-31",
            },
        ),
    ],
)
def test_other_kinds_come_back_as_written(register, kind, values):
    register.write(kind, "muenster", "one", values, owner=OWNER)
    assert [row.values for row in register.rows(kind, "muenster")] == [values]


def test_rows_are_sorted_and_of_one_estate(register):
    for estate, key in (("muenster", "b-1"), ("owl", "c-1"), ("muenster", "a-1")):
        register.write(PLACEMENT, estate, key, PLACE, owner=OWNER)
    assert [row.key for row in register.rows(PLACEMENT, "muenster")] == ["a-1", "b-1"]


def test_same_write_again_changes_nothing(register):
    first = put(register)
    again = put(register, options={"lock_digest": "d2"})
    assert again == first
    assert len(register.history(PLACEMENT, "muenster", "lwl/db-1")) == 1


def test_row_of_another_owner_is_left_alone(register):
    put(register, options={"owner": "rackplan/other"})
    text = (
        "placement `lwl/db-1` of estate `muenster` belongs to `rackplan/other`, "
        "not to `rackplan/muenster`"
    )
    with pytest.raises(ForeignRowError, match=text) as raised:
        put(register, rack="h1-r08")
    assert raised.value.render() == (
        f"error[register-foreign-row]: {text}\n\nhint: import it before you change it"
    )
    with pytest.raises(ForeignRowError, match=text):
        register.remove(PLACEMENT, "muenster", "lwl/db-1", owner=OWNER)
    assert register.read(PLACEMENT, "muenster", "lwl/db-1").values["rack"] == "h1-r07"


def test_imported_row_may_be_taken_over(register):
    put(register, options={"owner": "rackplan/other"})
    taken = put(register, rack="h1-r08", options={"adopted_from": "rackplan/other"})
    assert (taken.owner, taken.values["rack"]) == (OWNER, "h1-r08")
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/muenster`"):
        put(register, options={"owner": "rackplan/other"})


def test_row_of_nobody_may_be_taken(register):
    put(register, options={"owner": None})
    assert put(register).owner == OWNER


def test_owned_row_is_not_given_to_nobody(register):
    put(register)
    with pytest.raises(ForeignRowError, match="not to `nobody`"):
        put(register, options={"owner": None})


def test_history_tells_what_changed_and_who_did_it(register):
    put(register)
    put(register, rack="h1-r08")
    with closing(sqlite3.connect(register.path)) as technician, technician:
        technician.execute("UPDATE placements SET position = 20")
    register.remove(PLACEMENT, "muenster", "lwl/db-1", owner=OWNER)

    changes = register.history(PLACEMENT, "muenster", "lwl/db-1")

    def where(content):
        return content and (content["rack"], content["position"])

    assert [(c.action, c.by, where(c.before), where(c.after)) for c in changes] == [
        ("create", OWNER, None, ("h1-r07", 12.5)),
        ("update", OWNER, ("h1-r07", 12.5), ("h1-r08", 12.5)),
        ("update", "outside", ("h1-r08", 12.5), ("h1-r08", 20)),
        ("delete", OWNER, ("h1-r08", 20), None),
    ]
    assert changes[0].after["cords"] == PLACE["cords"]


def test_history_of_an_estate_has_every_row_and_who_touched_it_past_the_register(register):
    put(register)
    register.write(PLACEMENT, "muenster", "lwl/db-2", PLACE, owner=None)
    register.write(PLACEMENT, "owl", "lwl/db-1", PLACE, owner=OWNER)
    with closing(sqlite3.connect(register.path)) as technician, technician:
        # Whatever they write into the bookkeeping, it stays an edit from outside.
        technician.execute("UPDATE placements SET position = 3, updated_at = 'now'")
        technician.execute("DELETE FROM placements WHERE instance = 'lwl/db-2'")

    assert [(c.key, c.action, c.by) for c in register.history(PLACEMENT, "muenster")] == [
        ("lwl/db-1", "create", OWNER),
        ("lwl/db-2", "create", "import"),
        ("lwl/db-1", "update", "outside"),
        ("lwl/db-2", "update", "outside"),
        ("lwl/db-2", "delete", "outside"),
    ]


def test_refused_write_leaves_no_writer_behind(register):
    put(register, options={"owner": "rackplan/other"})
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/other`"):
        put(register)
    with closing(sqlite3.connect(register.path)) as technician, technician:
        assert technician.execute("SELECT * FROM writer").fetchall() == []


def test_file_of_version_1_is_renewed(register):
    """Version 1 told an outside edit from the row's own times, and deletions not at all."""
    put(register)
    register.close()
    with closing(sqlite3.connect(register.path)) as older:
        older.execute("DROP TABLE writer")
        older.execute("PRAGMA user_version = 1")

    put(register, rack="h1-r08")
    register.remove(PLACEMENT, "muenster", "lwl/db-1", owner=OWNER)

    entries = register.history(PLACEMENT, "muenster", "lwl/db-1")
    assert [(c.action, c.by) for c in entries] == [
        ("create", OWNER),
        ("update", OWNER),
        ("delete", OWNER),
    ]


def test_snapshot_speaks_the_model(register):
    put(register)
    nowhere = {**PLACE, "position": None, "face": None, "cords": None}
    register.write(PLACEMENT, "muenster", "lwl/pdu-1", nowhere, owner=None)

    snapshot = register.snapshot("muenster")

    assert snapshot.source == "register"
    assert {key: standing.place for key, standing in snapshot.standing.items()} == {
        "lwl/db-1": Place(
            rack="h1-r07",
            position_half=25,
            face=Face.FRONT,
            cords=(Cord("PSU1", "h1-r07-A", "L1"), Cord("PSU2", "b")),
        ),
        "lwl/pdu-1": Place(rack="h1-r07", cords=None),
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"position": 12.25}, "refuses the row: CHECK constraint failed"),
        ({"face": "side"}, "refuses the row: CHECK constraint failed"),
        ({"rack": None}, "refuses the row: NOT NULL constraint failed"),
    ],
)
def test_row_that_no_rack_can_hold_is_refused(register, changes, text):
    with pytest.raises(RegisterError, match=text):
        put(register, **changes)
    assert register.rows(PLACEMENT, "muenster") == ()


def test_locked_register_says_so(register):
    put(register)
    with closing(sqlite3.connect(register.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(
            RegisterLockedError, match=r"is locked by another process for more than 0\.05 s"
        ):
            put(register, rack="h1-r08")
        assert register.read(PLACEMENT, "muenster", "lwl/db-1").values["rack"] == "h1-r07"
    assert put(register, rack="h1-r08").values["rack"] == "h1-r08"


def test_file_of_a_newer_version_is_refused(register):
    put(register)
    register.close()
    with closing(sqlite3.connect(register.path)) as newer:
        newer.execute("PRAGMA user_version = 7")
    with pytest.raises(RegisterError, match="has schema version 7, this rackplan knows version 2"):
        register.rows(PLACEMENT, "muenster")


def test_file_that_is_no_register_is_refused(register):
    register.path.parent.mkdir()
    register.path.write_text("no database at all, but long enough to be read as one" * 20, "utf-8")
    with pytest.raises(RegisterError, match="cannot be used: file is not a database"):
        put(register)


def test_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RegisterError, match="cannot be used"):
        put(SqliteRegister(tmp_path / "file" / "register.db"))


def test_threads_share_one_register(register):
    def write(n):
        register.write(PLACEMENT, "muenster", f"w-{n}", PLACE, owner=OWNER)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(register.rows(PLACEMENT, "muenster")) == 20


def test_two_processes_may_create_the_file_at_once(tmp_path):
    registers = [SqliteRegister(tmp_path / "register.db") for _ in range(2)]
    threads = [
        threading.Thread(
            target=opened.write, args=(PLACEMENT, "e", f"w-{n}", PLACE), kwargs={"owner": OWNER}
        )
        for n, opened in enumerate(registers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(registers[0].rows(PLACEMENT, "e")) == 2
    for opened in registers:
        opened.close()


def test_default_path(tmp_path, monkeypatch):
    monkeypatch.delenv("RACKPLAN_REGISTER", raising=False)
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path / "stacks")
    assert default_path() == tmp_path / ".state" / "register.db"
    monkeypatch.setenv("RACKPLAN_REGISTER", "/srv/register.db")
    assert open_register().path.as_posix() == "/srv/register.db"
