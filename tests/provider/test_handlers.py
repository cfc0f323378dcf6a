"""Resource handlers on plain dicts, over a register in a file."""

from contextlib import closing

import pytest

from planner.errors import ForeignRowError, RegisterError
from planner.provider.handlers import Diff, Failure, RowHandler
from planner.provider.properties import (
    PLACEMENT_SPEC,
    POWER_ALLOCATION_SPEC,
    RACK_RESERVATION_SPEC,
    UNKNOWN,
)
from planner.register import PLACEMENT, SqliteRegister

ME, OTHER = "rackplan/muenster", "rackplan/other"
CORDS = [{"inlet": "PSU1", "node": "r7-A", "leg": "L1"}, {"inlet": "PSU2", "node": "r7-B"}]
INPUTS = {
    "estate": "muenster",
    "instance": "lwl/db-1",
    "rack": "r7",
    "position": 12,
    "face": "front",
    "cords": CORDS,
    "tenant": "lwl",
    "deviceType": "dell-poweredge-r650",
    "lockDigest": "d1",
}
OUTPUTS = {k: v for k, v in INPUTS.items() if k != "lockDigest"} | {"owner": ME}
ID = "muenster:lwl/db-1"


@pytest.fixture
def register(tmp_path):
    with closing(SqliteRegister(tmp_path / "register.db")) as opened:
        yield opened


@pytest.fixture
def handler(register):
    return RowHandler(PLACEMENT_SPEC, register)


def put_foreign(register, owner=OTHER):
    values = {"rack": "r1", "position": 1, "face": "rear", "cords": None}
    register.write(PLACEMENT, "muenster", "lwl/db-1", values, owner=owner, lock_digest="d0")


# --- check


def test_good_inputs_pass_unchanged(handler):
    assert handler.check("lwl/db-1", INPUTS) == (INPUTS, [])


def test_empty_inputs_are_left_out(handler):
    nowhere = {**INPUTS, "position": None, "face": None, "cords": None}
    inputs, failures = handler.check("lwl/db-1", {**nowhere, "__internal": 1})
    assert failures == []
    assert inputs.keys() == INPUTS.keys() - {"position", "face", "cords"}


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"rack": None}, ("rack", "is missing")),
        ({"rack": ""}, ("rack", "expected a text, got ''")),
        ({"rack": 7}, ("rack", "expected a text, got 7")),
        ({"estate": None}, ("estate", "is missing")),
        (
            {"instance": "lwl/db-2"},
            ("instance", "is `lwl/db-2`, but the resource is named `lwl/db-1`"),
        ),
        ({"position": 12.25}, ("position", "expected a rack unit on the half-U grid, got 12.25")),
        ({"position": True}, ("position", "expected a rack unit on the half-U grid, got True")),
        ({"position": 0}, ("position", "expected a rack unit above 0, got 0")),
        ({"position": None}, ("face", "position and face go together")),
        ({"face": None}, ("position", "position and face go together")),
        ({"face": "side"}, ("face", "expected `front` or `rear`, got 'side'")),
        ({"cords": "none"}, ("cords", "expected a list, got 'none'")),
        ({"cords": ["PSU1"]}, ("cords", "[0]: expected an object, got 'PSU1'")),
        ({"cords": [{"inlet": "PSU1"}]}, ("cords", "[0]: `node` is missing")),
        ({"cords": [{"inlet": "a", "node": 1}]}, ("cords", "[0].node: expected a text, got 1")),
        ({"cords": [{"inlet": "a", "node": "b", "no": 1}]}, ("cords", "[0]: unknown field `no`")),
        ({"colour": "red"}, ("colour", "is no property of rackplan:index:Placement")),
    ],
)  # fmt: skip
def test_bad_input_is_named(handler, changes, failure):
    assert handler.check("lwl/db-1", {**INPUTS, **changes})[1] == [Failure(*failure)]


def test_unknown_values_pass(handler):
    unknown = {**INPUTS, "rack": UNKNOWN, "position": UNKNOWN, "instance": UNKNOWN}
    unknown["cords"] = [UNKNOWN, {"inlet": "PSU2", "node": UNKNOWN}]
    assert handler.check("lwl/db-1", unknown)[1] == []


@pytest.mark.parametrize(
    ("spec", "inputs", "bad"),
    [
        (
            POWER_ALLOCATION_SPEC,
            {"allocation": "x", "tenant": "lwl", "strand": "ups-a", "powerW": 12_000},
            {"powerW": 0.5},
        ),
        (
            RACK_RESERVATION_SPEC,
            {"reservation": "x", "rack": "r7", "units": [{"start": 1, "end": 4.5, "face": "rear"}]},
            {"validUntil": "soon"},
        ),
    ],
)
def test_other_resources_are_checked_too(register, spec, inputs, bad):
    handler = RowHandler(spec, register)
    assert handler.check("x", {"estate": "e", **inputs})[1] == []
    assert [f.property for f in handler.check("x", {"estate": "e", **inputs, **bad})[1]] == [*bad]


# --- diff


def diff(handler, **changes):
    inputs = {k: v for k, v in {**INPUTS, **changes}.items() if v is not None}
    return handler.diff(ME, INPUTS, OUTPUTS, inputs)


def test_same_inputs_are_no_change(handler):
    assert diff(handler) == Diff({})


def test_another_lock_alone_is_no_change(handler):
    assert diff(handler, lockDigest="d2") == Diff({})


def test_move_is_one_line_with_old_and_new_rack_position_and_cords(handler):
    cords = [{"inlet": "PSU1", "node": "r8-A"}, {"inlet": "PSU2", "node": "r8-B"}]
    assert diff(handler, rack="r8", position=3.5, cords=cords) == Diff(
        {
            "rack": "update",
            "position": "update",
            "cords[0].leg": "delete",
            "cords[0].node": "update",
            "cords[1].node": "update",
        },
        note="r7 U12 front -> r8 U3.5 front, PSU1 r7-A:L1 -> r8-A, PSU2 r7-B -> r8-B",
    )


def test_change_of_one_cord_names_that_cord(handler):
    found = diff(handler, cords=[CORDS[0]])
    assert found == Diff({"cords[1]": "delete"}, note="PSU2 r7-B -> none")
    more = [*CORDS, {"inlet": "PSU3", "node": "r7-C"}]
    assert diff(handler, cords=more) == Diff({"cords[2]": "add"}, note="PSU3 none -> r7-C")


def test_device_without_unit_moves_too(handler):
    old = {k: v for k, v in INPUTS.items() if k not in ("position", "face")}
    found = handler.diff(ME, old, old, {**old, "rack": "r8"})
    assert found == Diff({"rack": "update"}, note="r7 (no unit) -> r8 (no unit)")


def test_place_that_is_not_known_yet(handler):
    assert diff(handler, rack=UNKNOWN).note == "r7 U12 front -> not known yet"


def test_other_properties_change_without_a_move(handler):
    assert diff(handler, tenant="city") == Diff({"tenant": "update"})


def test_another_estate_is_another_resource(handler):
    assert diff(handler, estate="owl", rack="r8") == Diff(
        {"estate": "update", "rack": "update"}, replaces=("estate",)
    )


def test_row_that_somebody_took_is_a_change(handler):
    taken = {**OUTPUTS, "takenBy": OTHER}
    assert handler.diff(ME, INPUTS, taken, INPUTS) == Diff({"takenBy": "delete"})


def test_row_of_an_imported_owner_is_no_change(handler):
    assert handler.diff(ME, INPUTS, {**OUTPUTS, "owner": OTHER}, INPUTS) == Diff({})


# --- create, read, update, delete


def test_created_row_reads_back_the_same(handler, register):
    created = handler.create(ME, INPUTS, preview=False)
    assert created == (ID, INPUTS, OUTPUTS)
    assert handler.read(ID, created.inputs, created.outputs) == created
    row = register.read(PLACEMENT, "muenster", "lwl/db-1")
    assert (row.owner, row.lock_digest, row.values["device_type"]) == (
        ME,
        "d1",
        "dell-poweredge-r650",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"position": 12.5},
        {"position": None, "face": None},
        # Nobody knows its cords; it has none.
        {"cords": None},
        {"cords": []},
        {"tenant": "größe/ß", "deviceType": None},
        {"rack": "0012", "tenant": "1e3", "deviceType": "true"},
        {"tenant": "a 'quoted' \"name\"\n", "cords": [{"inlet": "Netzteil 1", "node": "ä:b"}]},
    ],
)
def test_values_survive_a_refresh_without_a_difference(handler, changes):
    inputs = {name: value for name, value in (INPUTS | changes).items() if value is not None}
    checked, failures = handler.check("lwl/db-1", inputs)
    assert failures == []
    created = handler.create(ME, checked, preview=False)

    found = handler.read(created.id, created.inputs, created.outputs)

    assert found == created
    assert handler.diff(ME, found.inputs, found.outputs, checked) == Diff({})
    # The same through an import, which knows the id alone.
    imported = handler.read(created.id, {}, {})
    assert handler.diff(ME, imported.inputs, imported.outputs, checked) == Diff({})


@pytest.mark.parametrize(
    ("spec", "key", "inputs"),
    [
        (
            POWER_ALLOCATION_SPEC,
            "lwl/ups-a",
            {"allocation": "lwl/ups-a", "tenant": "lwl", "strand": "ups-a", "powerW": 12_000},
        ),
        (
            RACK_RESERVATION_SPEC,
            "res-1",
            {
                "reservation": "res-1",
                "rack": "r7",
                "units": [{"start": 1, "end": 2.5, "face": "rear"}, {"start": 40, "end": 43}],
                "validFrom": "2026-11-01",
            },
        ),
    ],
)
def test_other_resources_survive_a_refresh_without_a_difference(register, spec, key, inputs):
    handler = RowHandler(spec, register)
    checked, failures = handler.check(key, {"estate": "muenster", **inputs})
    assert failures == []
    created = handler.create(ME, checked, preview=False)
    found = handler.read(created.id, created.inputs, created.outputs)
    assert found == created
    assert handler.diff(ME, found.inputs, found.outputs, checked) == Diff({})


def test_preview_writes_nothing(handler, register):
    assert handler.create(ME, INPUTS, preview=True) == (ID, INPUTS, OUTPUTS)
    handler.update(ME, OUTPUTS, INPUTS, preview=True)
    assert not register.path.exists()


def test_creating_again_is_no_error(handler):
    assert handler.create(ME, INPUTS, preview=False) == handler.create(ME, INPUTS, preview=False)


@pytest.mark.parametrize("preview", [True, False])
def test_row_of_another_owner_is_refused_with_the_way_to_import_it(handler, register, preview):
    put_foreign(register)
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/other`") as raised:
        handler.create(ME, INPUTS, preview=preview)
    assert raised.value.hint == (
        "import it: with `pulumi config set adopt true` the stack takes over what stands"
    )
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/other`"):
        handler.update(ME, OUTPUTS, INPUTS, preview=preview)


def test_row_of_another_owner_is_not_deleted(handler, register):
    put_foreign(register)
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/other`"):
        handler.delete(ME, ID, OUTPUTS)


def test_imported_row_is_adopted_and_taken_over_by_the_first_change(handler, register):
    put_foreign(register)

    imported = handler.read(ID, {}, {})

    assert imported.inputs == {
        "estate": "muenster",
        "instance": "lwl/db-1",
        "rack": "r1",
        "position": 1,
        "face": "rear",
        "lockDigest": "d0",
    }
    assert imported.outputs["owner"] == OTHER
    assert register.read(PLACEMENT, "muenster", "lwl/db-1").owner == OTHER

    refreshed = handler.read(ID, imported.inputs, imported.outputs)
    assert refreshed == imported

    updated = handler.update(ME, imported.outputs, INPUTS, preview=False)
    assert updated.outputs == OUTPUTS
    assert register.read(PLACEMENT, "muenster", "lwl/db-1").owner == ME


def test_renamed_stack_keeps_its_rows(handler, register):
    handler.create(ME, INPUTS, preview=False)
    renamed = "rackplan/muenster-2"
    assert handler.diff(renamed, INPUTS, OUTPUTS, INPUTS) == Diff({})
    updated = handler.update(renamed, OUTPUTS, {**INPUTS, "rack": "r8"}, preview=False)
    assert updated.outputs["owner"] == renamed
    handler.delete(renamed, ID, updated.outputs)
    assert register.rows(PLACEMENT, "muenster") == ()


def test_refresh_does_not_adopt_what_somebody_took(handler, register):
    put_foreign(register)
    refreshed = handler.read(ID, INPUTS, OUTPUTS)
    assert (refreshed.outputs["owner"], refreshed.outputs["takenBy"]) == (ME, OTHER)
    with pytest.raises(ForeignRowError, match="belongs to `rackplan/other`"):
        handler.update(ME, refreshed.outputs, INPUTS, preview=False)


def test_row_of_nobody_is_taken(handler, register):
    put_foreign(register, owner=None)
    imported = handler.read(ID, {}, {})
    assert not imported.outputs.keys() & {"owner", "takenBy"}
    assert handler.update(ME, imported.outputs, INPUTS, preview=False).outputs == OUTPUTS


def test_refresh_shows_what_a_technician_changed(handler, register):
    created = handler.create(ME, INPUTS, preview=False)
    row = register.read(PLACEMENT, "muenster", "lwl/db-1")
    register.write(PLACEMENT, "muenster", "lwl/db-1", {**row.values, "position": 20.5}, owner=ME)

    now = handler.read(ID, created.inputs, created.outputs)

    assert now.inputs == {**INPUTS, "position": 20.5}
    back = handler.diff(ME, now.inputs, now.outputs, INPUTS)
    assert back == Diff({"position": "update"}, note="r7 U20.5 front -> r7 U12 front")


def test_missing_row_is_gone(handler):
    assert handler.read(ID, INPUTS, OUTPUTS) is None


def test_deleted_row_is_gone_and_may_be_deleted_again(handler):
    handler.create(ME, INPUTS, preview=False)
    handler.delete(ME, ID, OUTPUTS)
    assert handler.read(ID, INPUTS, OUTPUTS) is None
    handler.delete(ME, ID, OUTPUTS)


def test_id_of_another_form_is_refused(handler):
    with pytest.raises(
        RegisterError, match="`db-1` is no id of a rackplan:index:Placement"
    ) as raised:
        handler.read("db-1", {}, {})
    assert raised.value.hint == "an id reads `<estate>:<instance>`"
