"""What create, read, update and delete of a resource mean for its row in the register.

Everything here works on plain dicts in wire names, so that it can be hosted by any kind of Pulumi
provider and tested without one. Nothing is written in a preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from planner.errors import ForeignRowError, RegisterError
from planner.provider.properties import PLACEMENT_SPEC, UNKNOWN, ResourceSpec
from planner.register.interface import Register, Row

Values = Mapping[str, Any]

#: The input that says which estate a row is of; with the key it identifies the row.
ESTATE = "estate"

#: An input that a row remembers but that is no change by itself: every new plan has another digest.
LOCK_DIGEST = "lockDigest"

#: Outputs that no input sets: whose the row was when it was last written or imported, and who has
#: taken it since.
OWNER = "owner"
TAKEN_BY = "takenBy"


class Failure(NamedTuple):
    """One property that cannot be as given."""

    property: str
    reason: str


class Diff(NamedTuple):
    """What an update would change.

    Attributes
    ----------
    changes
        Path of a property -> `add`, `delete` or `update`.
    replaces
        Properties whose change makes it another resource.
    note
        The change in one line, with old and new; None where the paths say it all.
    """

    changes: Mapping[str, str]
    replaces: tuple[str, ...] = ()
    note: str | None = None


class State(NamedTuple):
    """A resource as it is: its id, the inputs that would make it so, and its outputs."""

    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class ResourceHandler(Protocol):
    """One resource type, on plain dicts; `owner` is the `<project>/<stack>` that asks."""

    def check(self, name: str, inputs: Values) -> tuple[dict[str, Any], list[Failure]]:
        """Return the inputs in canonical form, and what is wrong with them."""
        ...

    def diff(self, owner: str, old_inputs: Values, outputs: Values, inputs: Values) -> Diff:
        """Return what changes from one to the other."""
        ...

    def create(self, owner: str, inputs: Values, *, preview: bool) -> State:
        """Make it so; in a preview only say how it would be."""
        ...

    def read(self, resource_id: str, inputs: Values, outputs: Values) -> State | None:
        """Return how it is now, or None when it is gone."""
        ...

    def update(self, owner: str, outputs: Values, inputs: Values, *, preview: bool) -> State:
        """Change it; in a preview only say how it would be."""
        ...

    def delete(self, owner: str, resource_id: str, outputs: Values) -> None:
        """Remove it; it may be gone already."""
        ...


class RowHandler:
    """A resource that is one row of the register.

    A row of another owner is never overwritten. Importing it (a read with an id and nothing else)
    notes whose it was; from then on that owner's row may be changed, and the first change takes it
    over. The same way a renamed stack keeps its rows.
    """

    def __init__(self, spec: ResourceSpec, register: Register) -> None:
        self._spec = spec
        self._register = register
        self._identity = (ESTATE, spec.key)
        self._column_of = {p.name: p.column for p in spec.properties}

    def check(self, name: str, inputs: Values) -> tuple[dict[str, Any], list[Failure]]:
        """Return the inputs without empty ones, and what is wrong with them."""
        key = self._spec.key
        given = {k: v for k, v in inputs.items() if v is not None and not k.startswith("__")}
        required = (*self._identity, *(p.name for p in self._spec.properties if p.required))
        failures = [Failure(wanted, "is missing") for wanted in required if wanted not in given]
        known = {*self._identity, *self._column_of, LOCK_DIGEST}
        failures += [
            Failure(unknown, f"is no property of {self._spec.token}")
            for unknown in given.keys() - known
        ]
        for spec in self._spec.properties:
            value = given.get(spec.name, UNKNOWN)
            fault = None if value == UNKNOWN else spec.check(value)
            if fault:
                failures.append(Failure(spec.name, fault))
        if given.get(key, UNKNOWN) not in (UNKNOWN, name):
            failures.append(Failure(key, f"is `{given[key]}`, but the resource is named `{name}`"))
        if "position" in self._column_of and ("position" in given) != ("face" in given):
            lone = "position" if "position" in given else "face"
            failures.append(Failure(lone, "position and face go together"))
        return given, sorted(failures)

    def diff(self, owner: str, old_inputs: Values, outputs: Values, inputs: Values) -> Diff:
        """Return what changes from one to the other."""
        changes: dict[str, str] = {}
        for name in (*self._identity, *self._column_of):
            changes.update(_changes(name, old_inputs.get(name), inputs.get(name)))
        # Show that somebody took the row, so that the update can refuse with the reason.
        if outputs.get(TAKEN_BY, owner) != owner:
            changes[TAKEN_BY] = "delete"
        replaces = tuple(name for name in self._identity if name in changes)
        is_move = self._spec is PLACEMENT_SPEC and not replaces
        return Diff(changes, replaces, _describe_move(old_inputs, inputs) if is_move else None)

    def create(self, owner: str, inputs: Values, *, preview: bool) -> State:
        """Write the row; in a preview only say how it would be."""
        return self._put(owner, inputs, None, preview=preview)

    def update(self, owner: str, outputs: Values, inputs: Values, *, preview: bool) -> State:
        """Change the row; in a preview only say how it would be."""
        return self._put(owner, inputs, outputs.get(OWNER), preview=preview)

    def read(self, resource_id: str, inputs: Values, outputs: Values) -> State | None:
        """Return how the row is now, or None when it is gone."""
        estate, key = self._split(resource_id)
        row = self._register.read(self._spec.kind, estate, key)
        if row is None:
            return None
        is_import = not inputs and not outputs
        known_owner = row.owner if is_import else outputs.get(OWNER)
        taken_by = None if row.owner == known_owner else row.owner
        digest = row.lock_digest if is_import else inputs.get(LOCK_DIGEST)
        now = self._inputs_of(row)
        known = now if digest is None else {**now, LOCK_DIGEST: digest}
        return State(resource_id, known, _outputs(now, known_owner, taken_by))

    def delete(self, owner: str, resource_id: str, outputs: Values) -> None:
        """Remove the row; it may be gone already."""
        estate, key = self._split(resource_id)
        try:
            self._register.remove(
                self._spec.kind, estate, key, owner=owner, adopted_from=outputs.get(OWNER)
            )
        except ForeignRowError as error:
            raise _foreign(error) from error

    def _put(self, owner: str, inputs: Values, adopted_from: str | None, *, preview: bool) -> State:
        estate, key = str(inputs[ESTATE]), str(inputs[self._spec.key])
        content = {name: value for name, value in inputs.items() if name != LOCK_DIGEST}
        kind = self._spec.kind
        try:
            if not preview:
                self._register.write(
                    kind,
                    estate,
                    key,
                    {column: inputs.get(name) for name, column in self._column_of.items()},
                    owner=owner,
                    lock_digest=inputs.get(LOCK_DIGEST),
                    adopted_from=adopted_from,
                )
            elif (row := self._register.read(kind, estate, key)) is not None:
                row.refuse_foreign(owner, adopted_from)
        except ForeignRowError as error:
            raise _foreign(error) from error
        return State(f"{estate}:{key}", dict(inputs), _outputs(content, owner, None))

    def _split(self, resource_id: str) -> tuple[str, str]:
        estate, separator, key = resource_id.partition(":")
        if not separator:
            raise RegisterError(
                f"`{resource_id}` is no id of a {self._spec.token}",
                hint=f"an id reads `<estate>:<{self._spec.key}>`",
            )
        return estate, key

    def _inputs_of(self, row: Row) -> dict[str, Any]:
        values = {name: row.values[column] for name, column in self._column_of.items()}
        given = {name: value for name, value in values.items() if value is not None}
        return {ESTATE: row.estate, self._spec.key: row.key, **given}


def _foreign(error: ForeignRowError) -> ForeignRowError:
    """Return the error with the way to import the row."""
    return ForeignRowError(
        error.message,
        hint="import it: with `pulumi config set adopt true` the stack takes over what stands",
    )


def _outputs(content: Values, owner: str | None, taken_by: str | None) -> dict[str, Any]:
    outputs = {**content, OWNER: owner, TAKEN_BY: taken_by}
    return {name: value for name, value in outputs.items() if value is not None}


def _changes(path: str, old: object, new: object) -> Iterator[tuple[str, str]]:
    """Yield the path and kind of every difference, as deep as the two have the same shape."""
    if old == new:
        return
    if old is None:
        yield path, "add"
    elif new is None:
        yield path, "delete"
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            yield from _changes(f"{path}.{name}", old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list):
        for number in range(max(len(old), len(new))):
            was = old[number] if number < len(old) else None
            now = new[number] if number < len(new) else None
            yield from _changes(f"{path}[{number}]", was, now)
    else:
        yield path, "update"


def _describe_move(old: Values, new: Values) -> str | None:
    """Return a move in one line: old and new rack, position and cords, as `planner diff` does."""
    parts = []
    places = [_describe_place(values) for values in (old, new)]
    if places[0] != places[1]:
        parts.append(f"{places[0]} -> {places[1]}")
    if old.get("cords") != new.get("cords"):
        was, now = (_nodes_by_inlet(values) for values in (old, new))
        parts += [
            f"{inlet} {was.get(inlet, 'none')} -> {now.get(inlet, 'none')}"
            for inlet in dict.fromkeys((*was, *now))
            if was.get(inlet) != now.get(inlet)
        ]
    return ", ".join(parts) or None


def _describe_place(values: Values) -> str:
    rack, position = values.get("rack"), values.get("position")
    if UNKNOWN in (rack, position):
        return "not known yet"
    return f"{rack} (no unit)" if position is None else f"{rack} U{position:g} {values['face']}"


def _nodes_by_inlet(values: Values) -> dict[str, str]:
    cords = values.get("cords")
    if not isinstance(cords, list):
        return {}
    return {
        str(cord.get("inlet")): ":".join(filter(None, (cord.get("node"), cord.get("leg"))))
        for cord in cords
        if isinstance(cord, dict)
    }
