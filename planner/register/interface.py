"""What an as-built register can do, whatever keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from planner.errors import ForeignRowError

if TYPE_CHECKING:
    from planner.model.layout import AsBuilt


class Kind(NamedTuple):
    """One kind of row: its table, the column that identifies a row of an estate, the others.

    `json_columns` hold lists; every other column holds a string, a number or nothing.
    """

    name: str
    table: str
    key: str
    columns: tuple[str, ...]
    json_columns: frozenset[str] = frozenset()


#: Where an instance stands. `position` is NetBox's: the lowest unit, a multiple of 0.5.
PLACEMENT = Kind(
    "placement",
    "placements",
    "instance",
    ("rack", "position", "face", "cords", "tenant", "device_type"),
    frozenset({"cords"}),
)

#: Contracted power of a tenant on a strand, W. The key is `<tenant>/<strand>`.
POWER_ALLOCATION = Kind(
    "power allocation", "power_allocations", "allocation", ("tenant", "strand", "power_w")
)

#: Units of a rack kept for something else.
RACK_RESERVATION = Kind(
    "rack reservation",
    "rack_reservations",
    "reservation",
    ("rack", "units", "description", "tenant", "valid_from", "valid_until"),
    frozenset({"units"}),
)


class Row(NamedTuple):
    """One row.

    Attributes
    ----------
    owner
        The `<project>/<stack>` that declares it; None while nobody does.
    lock_digest
        Digest of the layout lock that last changed it.
    updated_at
        When it was last written through the register, UTC.
    """

    kind: Kind
    estate: str
    key: str
    values: Mapping[str, Any]
    owner: str | None
    lock_digest: str | None
    updated_at: str

    def refuse_foreign(self, owner: str | None, adopted_from: str | None = None) -> None:
        """Raise `ForeignRowError` when the row is somebody else's; nobody's may be taken."""
        if self.owner in (None, owner, adopted_from):
            return
        raise ForeignRowError(
            f"{self.kind.name} `{self.key}` of estate `{self.estate}` belongs to `{self.owner}`, "
            f"not to `{owner or 'nobody'}`",
            hint="import it before you change it",
        )


class Change(NamedTuple):
    """One entry of the history.

    Attributes
    ----------
    by
        The owner that wrote; `import` for a row that nobody owns yet, `outside` for an edit past
        the register.
    before, after
        The row's content with `owner` and `lock_digest`; None where there was, or is, no row.
    """

    key: str
    at: str
    action: str
    by: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


class Register(Protocol):
    """Where things stand now.

    Rows have owners. A writer names the owner it writes as, and may name one more owner whose row
    it has explicitly imported (`adopted_from`); any other owner's row is left alone. A row that
    nobody owns may be taken.
    """

    def read(self, kind: Kind, estate: str, key: str) -> Row | None:
        """Return one row, or None."""
        ...

    def rows(self, kind: Kind, estate: str) -> tuple[Row, ...]:
        """Return all rows of an estate, sorted by key."""
        ...

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
        """Create or change one row; a second write of the same thing changes nothing.

        Raises
        ------
        ForeignRowError
            When the row belongs to somebody else.
        RegisterLockedError
            When another process holds the register for too long.
        """
        ...

    def remove(
        self, kind: Kind, estate: str, key: str, *, owner: str, adopted_from: str | None = None
    ) -> None:
        """Remove one row; removing a missing one is no error.

        Raises
        ------
        ForeignRowError
            When the row belongs to somebody else.
        RegisterLockedError
            When another process holds the register for too long.
        """
        ...

    def history(self, kind: Kind, estate: str, key: str | None = None) -> tuple[Change, ...]:
        """Return every change of one row, or of all rows of an estate, oldest first."""
        ...

    def snapshot(self, estate: str) -> AsBuilt:
        """Return where the instances of an estate stand now."""
        ...

    def close(self) -> None:
        """Let go of the register."""
        ...
