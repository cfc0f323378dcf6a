"""The register in one SQLite file, in WAL mode, created by the first write.

The tables are meant to be read and changed with any SQLite tool, too; triggers keep the history, so
that it knows of such changes. WAL needs a local disk: a register shared by several machines belongs
into a server, not onto a network share.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import RegisterError, RegisterLockedError
from planner.register.interface import (
    PLACEMENT,
    POWER_ALLOCATION,
    RACK_RESERVATION,
    Change,
    Kind,
    Row,
)

if TYPE_CHECKING:
    from planner.model.layout import AsBuilt

#: Version of the tables below, in the file's `user_version`. Version 1 knew no `writer`.
SCHEMA_VERSION = 2

#: Who wrote a row that nobody owns yet: it was imported.
IMPORT = "import"

#: How long a writer waits for another one, ms.
BUSY_TIMEOUT_MS = 5_000

_KINDS = (PLACEMENT, POWER_ALLOCATION, RACK_RESERVATION)

_COLUMN_TYPES = {
    "rack": "TEXT NOT NULL",
    "position": "REAL CHECK (position * 2 = CAST(position * 2 AS INTEGER))",
    "face": "TEXT CHECK (face IN ('front', 'rear'))",
    "cords": "TEXT CHECK (json_type(cords) = 'array')",
    "units": "TEXT NOT NULL CHECK (json_type(units) = 'array')",
    "strand": "TEXT NOT NULL",
    "power_w": "INTEGER NOT NULL CHECK (power_w >= 0)",
}

_BOOKKEEPING = ("owner", "lock_digest", "updated_at")


def _table(kind: Kind) -> str:
    columns = ", ".join(f"{name} {_COLUMN_TYPES.get(name, 'TEXT')}" for name in kind.columns)
    return (
        f"CREATE TABLE {kind.table} (estate TEXT NOT NULL, {kind.key} TEXT NOT NULL, {columns}, "
        "owner TEXT, lock_digest TEXT, updated_at TEXT NOT NULL, "
        f"PRIMARY KEY (estate, {kind.key})) STRICT, WITHOUT ROWID"
    )


def _triggers(kind: Kind) -> Iterator[str]:
    """Yield the triggers that write a table's history; no `writer` means an outside edit."""
    for action, event, old, new in (
        ("create", "INSERT", "", "NEW"),
        ("update", "UPDATE", "OLD", "NEW"),
        ("delete", "DELETE", "OLD", ""),
    ):
        name, seen = f"{kind.table}_{action}", new or old
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {kind.table} BEGIN "
            "INSERT INTO history (kind, estate, key, action, by, before, after) VALUES "
            f"('{kind.name}', {seen}.estate, {seen}.{kind.key}, '{action}', "
            "coalesce((SELECT name FROM writer), 'outside'), "
            f"{_as_json(kind, old)}, {_as_json(kind, new)}); END"
        )


def _as_json(kind: Kind, row: str) -> str:
    """Return SQL for a row's content as a JSON object; NULL where there is no row."""
    if not row:
        return "NULL"
    pairs = []
    for name in (*kind.columns, "owner", "lock_digest"):
        value = f"json({row}.{name})" if name in kind.json_columns else f"{row}.{name}"
        pairs.append(f"'{name}', {value}")
    return f"json_object({', '.join(pairs)})"


_HISTORY = (
    "CREATE TABLE history (id INTEGER PRIMARY KEY, "
    "at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), "
    "kind TEXT NOT NULL, estate TEXT NOT NULL, key TEXT NOT NULL, action TEXT NOT NULL, "
    "by TEXT, before TEXT, after TEXT) STRICT"
)

#: Who writes, for the length of one transaction: nobody else ever sees a row in it.
_WRITER = "CREATE TABLE writer (name TEXT NOT NULL) STRICT"


def default_path() -> Path:
    """Return where the register lies when nothing else is said.

    `$RACKPLAN_REGISTER`, else `.state/register.db` in the folder upward that holds `Pulumi.yaml`,
    else in the current folder.
    """
    if named := os.environ.get("RACKPLAN_REGISTER"):
        return Path(named)
    here = Path.cwd()
    root = next(
        (folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").exists()), here
    )
    return root / ".state" / "register.db"


def open_register(path: Path | None = None) -> SqliteRegister:
    """Return the register at `path`, by default at `default_path()`."""
    return SqliteRegister(path or default_path())


class SqliteRegister:
    """A register in one SQLite file; safe to use from several threads.

    Parameters
    ----------
    path
        The file. It is created, with its folder, by the first write; until then it reads as empty.
    busy_timeout_ms
        How long a call waits for another process before it gives up.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self.path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def read(self, kind: Kind, estate: str, key: str) -> Row | None:
        """Return one row, or None."""
        with self._reading() as connection:
            return None if connection is None else self._fetch(connection, kind, estate, key)

    def rows(self, kind: Kind, estate: str) -> tuple[Row, ...]:
        """Return all rows of an estate, sorted by key."""
        with self._reading() as connection:
            if connection is None:
                return ()
            found = connection.execute(
                f"SELECT * FROM {kind.table} WHERE estate = ? ORDER BY {kind.key}", (estate,)
            )
            return tuple(_row(kind, record) for record in found)

    def write(
        self,
        kind: Kind,
        estate: str,
        key: str,
        values: Mapping[str, Any],
        *,
        owner: str | None,
        lock_digest: str | None = None,
        adopted_from: str | None = None,
    ) -> Row:
        """Create or change one row; a second write of the same thing changes nothing."""
        names = ("estate", kind.key, *kind.columns, *_BOOKKEEPING)
        with self._writing(owner or IMPORT) as connection:
            old = self._fetch(connection, kind, estate, key)
            if old is not None:
                old.refuse_foreign(owner, adopted_from)
            content = {name: values.get(name) for name in kind.columns}
            if old is not None and old.values == content and old.owner == owner:
                return old
            stored = [
                json.dumps(value) if name in kind.json_columns and value is not None else value
                for name, value in content.items()
            ]
            updated_at = datetime.now(UTC).isoformat(timespec="microseconds")
            changes = ", ".join(f"{name} = excluded.{name}" for name in names[2:])
            connection.execute(
                f"INSERT INTO {kind.table} ({', '.join(names)}) VALUES ({_marks(names)}) "
                f"ON CONFLICT (estate, {kind.key}) DO UPDATE SET {changes}",
                (estate, key, *stored, owner, lock_digest, updated_at),
            )
            return Row(kind, estate, key, content, owner, lock_digest, updated_at)

    def remove(
        self, kind: Kind, estate: str, key: str, *, owner: str, adopted_from: str | None = None
    ) -> None:
        """Remove one row; removing a missing one is no error."""
        if not self.path.exists():
            return
        with self._writing(owner) as connection:
            if (old := self._fetch(connection, kind, estate, key)) is not None:
                old.refuse_foreign(owner, adopted_from)
            connection.execute(
                f"DELETE FROM {kind.table} WHERE estate = ? AND {kind.key} = ?", (estate, key)
            )

    def history(self, kind: Kind, estate: str, key: str | None = None) -> tuple[Change, ...]:
        """Return every change of one row, or of all rows of an estate, oldest first."""
        with self._reading() as connection:
            if connection is None:
                return ()
            found = connection.execute(
                "SELECT key, at, action, by, before, after FROM history "
                "WHERE kind = ? AND estate = ? AND key = coalesce(?, key) ORDER BY id",
                (kind.name, estate, key),
            )
            return tuple(
                Change(
                    record["key"],
                    record["at"],
                    record["action"],
                    record["by"],
                    record["before"] and json.loads(record["before"]),
                    record["after"] and json.loads(record["after"]),
                )
                for record in found
            )

    def snapshot(self, estate: str) -> AsBuilt:
        """Return where the instances of an estate stand now."""
        # The provider has no use for the model and should start fast.
        from planner.model.base import Where
        from planner.model.layout import AsBuilt, Standing
        from planner.register.values import place_of

        at = Where(str(self.path))
        standing = {
            row.key: Standing(instance=row.key, place=place_of(row.values), at=at)
            for row in self.rows(PLACEMENT, estate)
        }
        return AsBuilt(source="register", standing=standing)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _fetch(
        self, connection: sqlite3.Connection, kind: Kind, estate: str, key: str
    ) -> Row | None:
        record = connection.execute(
            f"SELECT * FROM {kind.table} WHERE estate = ? AND {kind.key} = ?", (estate, key)
        ).fetchone()
        return None if record is None else _row(kind, record)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection, or None while the file does not exist."""
        with self._lock, self._explained():
            yield self._connect() if self._connection or self.path.exists() else None

    @contextlib.contextmanager
    def _writing(self, by: str) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside a transaction that nobody else can write next to."""
        with self._lock, self._explained():
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute("INSERT INTO writer VALUES (?)", (by,))
                yield connection
                connection.execute("DELETE FROM writer")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.path,
                timeout=self._busy_timeout_ms / 1000,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                connection.row_factory = sqlite3.Row
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Create the tables in a new file, renew those of an older one; refuse a newer version."""
        if _version(connection) == 0:
            connection.execute("PRAGMA journal_mode = WAL")
        if _version(connection) < SCHEMA_VERSION:
            connection.execute("BEGIN IMMEDIATE")
            # Another process may have been first.
            if (found := _version(connection)) < SCHEMA_VERSION:
                if found == 0:
                    connection.execute(_HISTORY)
                connection.execute(_WRITER)
                for kind in _KINDS:
                    if found == 0:
                        connection.execute(_table(kind))
                    for statement in _triggers(kind):
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        if (version := _version(connection)) != SCHEMA_VERSION:
            raise RegisterError(
                f"the register `{self.path}` has schema version {version}, "
                f"this rackplan knows version {SCHEMA_VERSION}",
                hint="use the rackplan that wrote it, or a newer one",
            )

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite says into an error that a person can act upon."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise RegisterLockedError(
                    f"the register `{self.path}` is locked by another process "
                    f"for more than {self._busy_timeout_ms / 1000:g} s",
                    hint="let the other `pulumi up` or the open editor finish, then try again",
                ) from error
            raise RegisterError(f"the register `{self.path}` cannot be used: {error}") from error
        except sqlite3.IntegrityError as error:
            raise RegisterError(f"the register `{self.path}` refuses the row: {error}") from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise RegisterError(f"the register `{self.path}` cannot be used: {error}") from error


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


def _row(kind: Kind, record: sqlite3.Row) -> Row:
    values = {
        name: json.loads(record[name])
        if name in kind.json_columns and record[name] is not None
        else record[name]
        for name in kind.columns
    }
    return Row(
        kind,
        record["estate"],
        record[kind.key],
        values,
        record["owner"],
        record["lock_digest"],
        record["updated_at"],
    )
