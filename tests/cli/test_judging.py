"""`check`, `diff`, `explain`, `show`, `export`: what is said about a layout."""

import json
import re

import jsonschema
import pytest

from planner.register import PLACEMENT, open_register
from tests.cli.conftest import DAY

LOCK = "layouts/first.lock.yaml"
WORKLOADS = "inventory/first/workloads/town.yaml"
ESTATE = "inventory/first/estate.yaml"


def line_of(path, text):
    """Return the number of the first line that holds a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if text in line)


def placement(folder, instance):
    """Return the line of the lock that places an instance."""
    lines = (folder / LOCK).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"  {instance}:"))


@pytest.fixture
def outside(planned, edit):
    """The backup shelf stands above the rack: units 60 and 61 of 42."""
    line = placement(planned, "neighbour/backup-1")
    edit(planned / LOCK, line, re.sub(r"position: \d+", "position: 60", line))
    return planned


@pytest.fixture
def stale(planned, edit):
    """A tenant's demand has grown since the plan."""
    edit(planned / WORKLOADS, "{budget_w: 550}", "{budget_w: 560}")
    return planned


# --- check


def test_a_clean_layout(planner, planned):
    ran = planner("check", "--as-of", DAY)
    assert ran.code == 0
    assert re.fullmatch(
        r"first on 2026-11-01: \d+ rules, no violation; tightest: \S.* of .* (W|VA)\n", ran.out
    )
    assert ran.err == ""


def test_a_clean_layout_as_json(planner, planned):
    found = planner("check", "--as-of", DAY, "--format", "json").json
    assert (found["version"], found["kind"], found["holds"], found["stale"]) == (
        1, "check", True, False,
    )  # fmt: skip
    assert found["violations"] == found["score_differences"] == found["unplaced"] == []
    assert found["score"][3] == {"tier": "cost", "value": 4}
    assert found["renew"] is None


def test_a_violation_with_its_arithmetic_and_exit_1(planner, outside):
    ran = planner("check", "--as-of", DAY)
    assert ran.code == 1
    first, _, rest = ran.out.partition("\n\nhint: ")
    assert first.startswith("error[space.bounds]: `neighbour/backup-1` ")
    assert re.search(r"^  required   4 half U", first, re.MULTILINE)
    line = line_of(outside / LOCK, "neighbour/backup-1")
    assert f"\n  at         {LOCK}:{line}" in first
    assert re.search(r"first on 2026-11-01: \d+ rules, \d+ violations?; tightest", rest)


def test_a_violation_as_json(planner, outside):
    found = planner("check", "--as-of", DAY, "--format", "json").json
    (broken,) = (v for v in found["violations"] if v["rule"] == "space.bounds")
    assert broken["subject"] == "neighbour/backup-1"
    assert broken["amount"] == broken["required"] - broken["available"] == 4
    assert (broken["file"], broken["unit"]) == (LOCK, "half U")
    assert not found["holds"]


def test_a_stale_lock_exits_3_with_the_command_that_renews_it(planner, stale):
    ran = planner("check", "--as-of", DAY)
    assert ran.code == 3
    assert ran.out.startswith(
        f"error[layout-stale]: `{LOCK}` was planned from other demand, supply, policy"
        " or catalogue\n"
        "  planned from  sha256:"
    )
    assert "\n\nhint: `planner plan` renews it\n\nfirst on 2026-11-01: " in ran.out
    assert ran.out.endswith("the layout is stale\n")


def test_the_command_that_renews_can_be_typed_as_it_stands(planner, stale, monkeypatch):
    (stale / "more.yaml").write_text("policy: {growth: {u: 1}}\n", encoding="utf-8")
    monkeypatch.chdir(stale / "layouts")
    words = ("-e", "../inventory/first", "-l", "first.lock.yaml", "--patch", "../more.yaml")
    ran = planner("check", "--as-of", DAY, *words)
    assert ran.code == 3
    command = "planner plan -e ../inventory/first --patch ../more.yaml -l first.lock.yaml"
    assert f"hint: `{command}` renews it" in ran.out
    assert planner(*command.split()[1:], "--as-of", DAY).code == 0
    assert planner("check", "--as-of", DAY, *words).code == 0


def test_violations_and_staleness_are_reported_together_with_exit_1(planner, outside, edit):
    edit(outside / WORKLOADS, "{budget_w: 550}", "{budget_w: 560}")
    ran = planner("check", "--as-of", DAY)
    assert ran.code == 1
    assert ran.out.index("error[space.bounds]") < ran.out.index("error[layout-stale]")
    found = planner("check", "--as-of", DAY, "--format", "json").json
    assert found["stale"]
    assert not found["holds"]
    assert found["renew"] == "planner plan"


def test_a_change_of_words_alone_is_not_stale(planner, planned, edit):
    edit(planned / ESTATE, "The town itself", "The town")
    assert planner("check", "--as-of", DAY).code == 0


def test_a_lock_that_states_another_score_is_refused(planner, planned, edit):
    line = next(
        line
        for line in (planned / LOCK).read_text(encoding="utf-8").splitlines()
        if "tier: cost" in line
    )
    edit(planned / LOCK, line, line.replace(": 4", ": 3"))
    ran = planner("check", "--as-of", DAY)
    assert ran.code == 1
    assert ran.out.startswith(
        f"error[score-mismatch]: `{LOCK}` states another score than its placements have\n"
        "  tier `cost`: stated 3, recomputed 4\n\n"
    )
    # On another day other workloads may be planned: no two scores to compare.
    assert planner("check", "--as-of", "2026-11-02").code == 0


def test_no_lock_yet(planner, starter):
    ran = planner("check", "-e", "first")
    assert ran.code == 2
    assert ran.err == (
        f"error[usage]: there is no layout `{LOCK}`\n\nhint: `planner plan -e first` writes it\n"
    )


def test_a_lock_of_another_estate(planner, planned):
    assert planner("init", "second").code == 0
    ran = planner("check", "-e", "second", "-l", LOCK)
    assert ran.code == 2
    assert ran.err == (
        f"error[usage]: `{LOCK}` is a layout of estate `first`, not of `second`\n\n"
        "hint: name the estate with -e or the layout with -l\n"
    )


@pytest.mark.parametrize("text", ["", "version: 99\n", "]", "version: 1\nestate: first\n", "\x00"])
def test_a_mangled_lock_is_bad_input(planner, planned, text):
    (planned / LOCK).write_text(text, encoding="utf-8")
    for words in (["check"], ["diff"], ["show"], ["explain", "town/storage"], ["export", "json"]):
        ran = planner(*words)
        assert ran.code == 2, words
        assert ran.err.startswith("error[layout]: ") or LOCK in ran.err


# --- diff


def test_diff_from_as_built_to_the_lock(planner, planned):
    ran = planner("diff")
    assert ran.code == 0
    assert ran.out.startswith(f"as-built -> {LOCK}\nadd     neighbour/backup-1  hall-1-a0")
    assert ran.out.endswith("\n\n9 additions, 0 unchanged\n")


def test_diff_between_two_locks(planner, planned, edit):
    (planned / "old.yaml").write_bytes((planned / LOCK).read_bytes())
    line = placement(planned, "town/storage-1")
    position = int(re.search(r"position: (\d+)", line)[1])
    edit(planned / LOCK, line, line.replace(f"position: {position}", "position: 30"))
    rack = re.search(r"rack: (\S+),", line)[1]
    ran = planner("diff", "old.yaml")
    assert ran.out == (
        f"old.yaml -> {LOCK}\n"
        f"move    town/storage-1  {rack} U{position} front -> {rack} U30 front\n"
        "\n"
        "1 move, 8 unchanged\n"
    )
    back = planner("diff", LOCK, "old.yaml", "--format", "json").json
    assert (back["before"], back["after"]) == (LOCK, "old.yaml")
    assert back["counts"] == {"move": 1, "cords": 0, "add": 0, "remove": 0, "unchanged": 8}
    assert back["changes"][0]["before"]["position"] == 30


def test_diff_says_why_something_has_no_place_any_more(planner, planned, edit):
    (planned / "old.yaml").write_bytes((planned / LOCK).read_bytes())
    edit(planned / WORKLOADS, "availability: hoch", "integrity: hoch")
    assert planner("plan", "--as-of", DAY).code == 1
    ran = planner("diff", "old.yaml")
    assert re.search(r"^remove  neighbour/backup-1  was hall-1-a\d+ U\d+ front: \S", ran.out, re.M)


def test_diff_with_a_snapshot(planner, planned):
    text = "standing: [{instance: town/storage-1, rack: hall-1-a03, position: 9, face: front}]\n"
    (planned / "snapshot.yaml").write_text(text, encoding="utf-8")
    ran = planner("diff", "snapshot.yaml")
    assert "move    town/storage-1      hall-1-a03 U9 front -> " in ran.out
    assert ran.out.endswith("1 move, 8 additions, 0 unchanged\n")
    assert planner("diff", "snapshot.yaml", "as-built").out.endswith("1 removal, 0 unchanged\n")


def test_diff_with_a_layout_of_another_estate(planner, planned):
    assert planner("init", "second").code == 0
    ran = planner("diff", "-e", "second", LOCK)
    assert ran.code == 2
    assert "is a layout of estate `first`, not of `second`" in ran.err


def test_diff_with_nothing_there(planner, planned):
    ran = planner("diff", "nowhere.yaml")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: there is no file `nowhere.yaml`\n\n"
        "hint: name a layout lock, an as-built snapshot, `as-built` or `register`\n"
    )


# --- explain


def test_explain_an_instance(planner, planned):
    ran = planner("explain", "neighbour/backup-1", "--as-of", DAY)
    assert ran.code == 0
    blocks = ran.out.split("\n\n")
    assert blocks[0].startswith(
        "`neighbour/backup-1`: town-storage-shelf, 2 U, 30 kg, 400 W, 2 inlets; tenant neighbour\n"
        "placed at hall-1-a0"
    )
    assert blocks[1].startswith("3 racks can take it:\n  hall-1-a01  U")
    # Room hall-2 is not allowed, and hosts no high need of availability.
    assert blocks[2].startswith("3 racks cannot: hall-2-a[01-03]\n")
    assert "  tenancy.places      required 1, available at best 0 instances\n" in blocks[2]
    assert "  tenancy.protection  required 2, available at best 1 levels\n" in blocks[2]
    assert blocks[3].startswith("nearest of those that cannot: hall-2-a0")
    assert "error[tenancy.places]: " in ran.out


def test_explain_as_json_has_every_rack(planner, planned):
    found = planner("explain", "neighbour/backup", "--as-of", DAY, "--format", "json").json
    assert (found["version"], found["kind"]) == (1, "explain")
    assert found["instance"] == "neighbour/backup-1"
    assert [item["rack"] for item in found["racks"]] == [
        f"hall-{hall}-a0{n}" for hall in (1, 2) for n in (1, 2, 3)
    ]
    assert [item["holds"] for item in found["racks"]] == [True] * 3 + [False] * 3
    assert found["racks"][3]["rules"] == ["tenancy.places", "tenancy.protection"]


def test_explain_shows_as_many_of_the_nearest_as_asked(planner, planned):
    for count in (0, 2):
        ran = planner("explain", "neighbour/backup", "--nearest", count)
        assert ran.out.count("nearest of those that cannot") == count


def test_explain_beside_what_stands(planner, starter):
    ran = planner("explain", "town/storage", "--as-built", "--as-of", DAY)
    assert ran.code == 0
    # No vm host stands anywhere yet, and storage is kept together with them.
    assert "\nno rack can take it\n" in ran.out
    assert "redundancy.together" in ran.out


def test_explain_on_a_stale_lock_says_so(planner, stale):
    ran = planner("explain", "town/storage")
    assert ran.code == 0
    assert ran.err == f"note: `{LOCK}` is stale; `planner plan` renews it\n"


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        ("town/storag", "did you mean `town/storage`?"),
        ("town/vm-host-7", "did you mean `town/vm-host-6`?"),
        ("zzzzzz", "`planner export json` lists all"),
    ],
)
def test_explain_names_the_nearest_id(planner, planned, subject, hint):
    ran = planner("explain", subject)
    assert ran.code == 2
    assert ran.err == (
        f"error[usage]: `{subject}` is no workload or instance of `first`\n\nhint: {hint}\n"
    )


def test_explain_a_workload_that_is_over(planner, planned, edit):
    edit(planned / WORKLOADS, "    count: 2\n", "    count: 2\n    until: 2026-10-31\n")
    ran = planner("explain", "town/storage", "--as-of", DAY)
    assert ran.code == 2
    assert "is no instance of equipment that is planned" in ran.err


# --- show


def test_show_lists_all_racks(planner, planned):
    lines = planner("show", "--as-of", DAY).out.splitlines()
    assert lines[0].split() == ["rack", "row", "status", "devices", "in", "use"]
    assert [line.split()[0] for line in lines[1:]] == [
        f"hall-{hall}-a0{n}" for hall in (1, 2) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(("place", "racks"), [("hall-1-a01", 1), ("hall-1-a", 3), ("main", 6)])
def test_show_draws_a_rack_a_row_or_a_site(planner, planned, place, racks):
    ran = planner("show", place, "--face", "front", "--width", "80")
    assert ran.code == 0
    assert ran.out.count(" U42 [/ blocked") == -(-racks // 4)
    assert len(re.findall(r"^hall-\d-a\d+: \d+ of 42 U, ", ran.out, re.M)) == racks
    assert "[name] device" in ran.out


def test_show_as_json(planner, planned):
    found = planner("show", "hall-1-a", "--format", "json", "--as-of", DAY).json
    assert found["kind"] == "show"
    devices = [device for item in found["racks"] for device in item["devices"]]
    (shelf,) = (d for d in devices if d["instance"] == "neighbour/backup-1")
    assert shelf["u_height_half"] == 4
    assert set(shelf["place"]) == {"rack", "position", "face", "cords"}


def test_show_what_stands(planner, starter):
    ran = planner("show", "hall-1-a01", "--as-built")
    assert ran.code == 0
    assert "hall-1-a01: 0 of 42 U, 150 of 1000 kg, 0 of 6000 W" in ran.out


def test_show_names_the_nearest_place(planner, planned):
    ran = planner("show", "hall-1-a1")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: `hall-1-a1` is no rack, row, room, site or pool of `first`\n\n"
        "hint: did you mean `hall-1-a01`?\n"
    )


# --- export


def test_export_carries_the_expanded_estate_and_the_layout(planner, planned):
    found = planner("export", "json").json
    schema = json.loads(planner("schema", "export").out)
    jsonschema.validate(found, schema)
    assert (found["format"], found["version"]) == ("rackplan-export", 1)
    assert sorted(found["estate"]["racks"]) == [
        f"hall-{hall}-a0{n}" for hall in (1, 2) for n in (1, 2, 3)
    ]
    cords = found["layout"]["placements"]["town/storage-1"]["place"]["cords"]
    assert len(cords) == 2


def test_export_without_a_layout(planner, starter):
    assert planner("export", "json").json["layout"] is None


def test_export_to_a_file(planner, planned):
    assert planner("export", "json", "-o", "all.json", "--no-layout").out == "wrote all.json\n"
    assert json.loads((planned / "all.json").read_text(encoding="utf-8"))["layout"] is None


# --- the register


@pytest.fixture
def register(planned, monkeypatch):
    """The register holds one shelf of the estate where the lock has it not, and one foreign row."""
    monkeypatch.setenv("RACKPLAN_REGISTER", str(planned / "register.db"))
    held = open_register()
    place = {"rack": "hall-1-a03", "position": 9, "face": "front", "cords": None}
    held.write(PLACEMENT, "first", "town/storage-1", place, owner=None)
    held.write(PLACEMENT, "first", "town/gone-1", place, owner=None)
    held.close()
    return planned


def test_plan_and_diff_from_the_register(planner, register):
    ran = planner("diff", "register")
    assert ran.out.startswith(f"register -> {LOCK}\n")
    assert "move    town/storage-1      hall-1-a03 U9 front -> " in ran.out
    # What the estate no longer declares is told here, and left out of a plan.
    assert "`first` no longer declares it" in ran.out
    ran = planner("plan", "--as-of", DAY, "--from", "register")
    assert ran.code == 0, ran.err
    # What stands stays: the shelf keeps its place.
    assert "  moves              0   bound 0     optimal\n" in ran.out
    assert "rack: hall-1-a03" in placement(register, "town/storage-1")


def test_an_empty_register_is_no_snapshot(planner, planned, monkeypatch):
    monkeypatch.setenv("RACKPLAN_REGISTER", str(planned / "register.db"))
    ran = planner("plan", "--from", "register")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: the register `register.db` holds no instance of `first`\n\n"
        "hint: `pulumi up` or `planner import register` fills it;"
        " another file: $RACKPLAN_REGISTER\n"
    )


def test_the_register_names_a_rack_that_is_not_there(planner, register):
    held = open_register()
    place = {"rack": "cellar", "position": 9, "face": "front", "cords": None}
    held.write(PLACEMENT, "first", "town/storage-2", place, owner=None)
    held.close()
    ran = planner("plan", "--from", "register")
    assert ran.code == 2
    assert ran.err.startswith("error[usage]: `town/storage-2` stands in rack `cellar`, which the")
