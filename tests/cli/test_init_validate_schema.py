"""`init`, `validate`, `schema`: a first estate, mistakes in its files, what editors are told."""

import json

import jsonschema
import pytest
import yaml

from tests.io.mangled import CASES

FILES = ["estate.yaml", "sites/main.yaml", "workloads/town.yaml"]


# --- init


def test_init_writes_a_starter_estate_and_names_the_next_command(planner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = planner("init")
    assert ran.code == 0
    assert ran.out == (
        "wrote inventory/first/estate.yaml\n"
        "wrote inventory/first/sites/main.yaml\n"
        "wrote inventory/first/workloads/town.yaml\n"
        "wrote inventory/schema.json\n"
        "\n"
        "next: planner plan\n"
    )


def test_every_file_names_a_schema_that_is_there_and_accepts_it(starter):
    for name in FILES:
        path = starter / "inventory/first" / name
        first, _, _ = path.read_text(encoding="utf-8").partition("\n")
        prefix = "# yaml-language-server: $schema="
        assert first.startswith(prefix)
        schema = json.loads((path.parent / first.removeprefix(prefix)).read_text(encoding="utf-8"))
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.validate(content, schema)
        with pytest.raises(jsonschema.ValidationError, match="'rakcs' was unexpected"):
            jsonschema.validate({**content, "rakcs": []}, schema)


def test_the_starter_plans_at_once_and_holds(planner, starter):
    ran = planner("plan", "--as-of", "2026-11-01")
    assert ran.code == 0, ran.out + ran.err
    assert planner("check", "--as-of", "2026-11-01").code == 0


def test_nothing_in_the_starter_is_assumed(planner, starter):
    assert planner("validate", "--format", "json").json["assumptions"] == []


def test_init_as_json(planner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert planner("init", "north", "--format", "json").json == {
        "version": 1,
        "kind": "init",
        "estate": "north",
        "folder": "inventory/north",
        "files": [*(f"inventory/north/{name}" for name in FILES), "inventory/schema.json"],
        "next": "planner plan",
    }


def test_a_second_estate_needs_its_name_and_keeps_the_schema(planner, starter):
    ran = planner("init", "second")
    assert "schema.json" not in ran.out
    assert ran.out.endswith("\nnext: planner plan -e second\n")
    assert planner("validate", "-e", "second").out.startswith("second: 3 files, no mistake\n")


def test_a_folder_of_ones_own(planner, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = planner("init", "estates/north")
    assert ran.out.endswith("\nnext: planner plan -e estates/north\n")
    assert planner("validate", "-e", "estates/north").code == 0


def test_init_overwrites_nothing(planner, starter):
    ran = planner("init")
    assert ran.code == 2
    assert ran.err == (
        "error[usage]: `inventory/first` exists already\n\n"
        "hint: name another, e.g. `planner init second`\n"
    )


@pytest.mark.parametrize("name", ["", ".", "..", "-x y", "a b", "x/..", "/", "ä"])
def test_init_refuses_what_is_no_name(planner, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    ran = planner("init", "--", name)
    assert ran.code == 2
    assert "is no name for an estate" in ran.err
    assert list(tmp_path.iterdir()) == []


# --- validate


def test_validate_counts_what_it_read(planner, starter):
    # 6 vm hosts, 2 shelves, 1 backup shelf
    assert planner("validate").out == (
        "first: 3 files, no mistake\n1 site, 6 racks, 9 instances of 3 workloads; 0 standing\n"
    )


def test_validate_lists_assumptions_when_asked(planner, starter, edit):
    path = starter / "inventory/first/estate.yaml"
    edit(path, "    airflow: front-to-rear\n", "")
    # Two workloads use the type.
    brief = planner("validate").out
    assert brief.endswith("2 figures assumed; `planner validate --assumptions` lists them\n")
    full = planner("validate", "--assumptions").out
    assert len([line for line in full.splitlines() if line.startswith("assumed: `")]) == 2


def test_validate_with_a_patch(planner, starter):
    patch = starter / "patch.yaml"
    patch.write_text("workloads: [{id: town/vm-host, count: 4}]\n", encoding="utf-8")
    # 4 vm hosts, 2 shelves, 1 backup shelf
    assert "7 instances of 3 workloads" in planner("validate", "--patch", patch).out


def test_validate_counts_services_pools_and_processes(planner, starter):
    patch = starter / "patch.yaml"
    patch.write_text(
        """\
tenant: town
workloads:
  - {id: portal, kind: service, count: 2, service: {vcpu: 4}}
  - {id: print, kind: service, service: {vcpu: 2}}
pools: [{id: vm, hosts: [town/vm-host], vcpu: 32}]
processes: [{id: vote, depends_on: [portal]}, {id: pay, depends_on: [print]}]
""",
        encoding="utf-8",
    )
    # 2 portals and 1 print service
    assert planner("validate", "--patch", patch).out == (
        "first: 3 files, no mistake\n1 site, 6 racks, 9 instances of 3 workloads,"
        " 3 instances of 2 services, 1 pool, 2 processes; 0 standing\n"
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_mangled_inventory_exits_2_with_its_problems(planner, tmp_path, monkeypatch, case):
    case.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = planner("validate", "--format", "json")
    assert ran.code == 2
    assert ran.err.startswith(case.expected.rstrip("\n"))
    assert ran.json["error"] == "inventory"
    problems = ran.json["problems"]
    assert len(problems) == case.expected.count(": error[")
    assert all(problem["file"] and problem["slug"] and problem["message"] for problem in problems)


@pytest.mark.parametrize("verb", [["plan"], ["check"], ["diff"], ["explain", "x"], ["show"],
                                  ["export", "json"]])  # fmt: skip
def test_no_verb_goes_on_with_a_mangled_inventory(planner, starter, edit, verb):
    edit(starter / "inventory/first/estate.yaml", "u_height: 42", "u_heigth: 42")
    ran = planner(*verb)
    assert ran.code == 2
    assert "inventory/first/estate.yaml:" in ran.err
    assert "did you mean `u_height`?" in ran.err
    assert ran.out == ""


# --- schema


@pytest.mark.parametrize("kind", ["inventory", "layout", "export"])
def test_schema_prints_a_valid_schema(planner, kind):
    ran = planner("schema", kind)
    assert ran.code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(ran.out))


def test_schema_is_of_the_inventory_by_default_and_goes_to_a_file(planner, tmp_path):
    path = tmp_path / "s.json"
    assert planner("schema", "-o", path).out == f"wrote {path}\n"
    assert path.read_text(encoding="utf-8") == planner("schema", "inventory").out
