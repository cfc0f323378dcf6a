"""`planner import csv`: dry run, mapping, writing, repeating, refusing."""

import pytest

from tests.cli.conftest import DAY
from tests.importers.csv import municipal
from tests.importers.csv.tables import FEEDS, RACKS

DEVICES = "Gerätename;Schrank;HE;Leistung\nsrv1;S-01;12;350 W\nsrv2;S-01;13;viel\n"


@pytest.fixture
def sheets(tmp_path, monkeypatch):
    """The working directory holds three small spreadsheets; their names."""
    monkeypatch.chdir(tmp_path)
    files = {"geraete.csv": DEVICES, "schraenke.csv": RACKS, "einspeisungen.csv": FEEDS}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return list(files)


def test_a_dry_run_shows_every_column_and_finding_and_writes_nothing(sheets, planner, tmp_path):
    ran = planner("import", "csv", *sheets, "-o", "stadt", "--dry-run")
    assert ran.code == 1  # `viel` cannot be read
    assert ran.out.splitlines()[:5] == [
        "geraete.csv: devices, headings in row 1 (utf-8, semicolon, decimal comma);"
        " 4 of 4 columns read",
        "  A  Gerätename  -> name      heading  srv1 | srv2",
        "  B  Schrank     -> rack      heading  S-01",
        "  C  HE          -> position  heading and values  12 | 13",
        "  D  Leistung    -> power     heading  350 W | viel",
    ]
    assert "note[cell-unit] geraete.csv:2:D: `Leistung`: `350 W` holds its unit\n" in ran.out
    error = "error[cell-number] geraete.csv:3:D: `Leistung`: `viel` is no figure;"
    assert ran.out.count(error) == 1
    assert "would write" in ran.out
    assert not (tmp_path / "inventory").exists()


def test_an_import_writes_an_estate_that_plans_and_checks(sheets, planner, tmp_path):
    ran = planner("import", "csv", *sheets, "-o", "stadt")
    assert ran.code == 1
    assert (tmp_path / "inventory" / "stadt" / "estate.yaml").is_file()
    assert planner("validate", "-e", "stadt").code == 0
    assert planner("plan", "-e", "stadt", "--reproducible", "--as-of", DAY).code == 0
    assert planner("check", "-e", "stadt", "--as-of", DAY).code == 0


def test_a_mapping_is_saved_and_taken_again(sheets, planner, tmp_path):
    command = ("import", "csv", *sheets, "-o", "stadt", "--dry-run")
    ran = planner(*command, "--write-mapping", "m.yaml")
    assert "wrote m.yaml" in ran.out
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    assert "HE: position  # lowest unit it takes, or from-to" in text
    again = planner(*command, "--mapping", "m.yaml")
    assert again.out.splitlines()[1] == "  A  Gerätename  -> name      mapping  srv1 | srv2"


def test_a_second_import_changes_nothing(sheets, planner):
    planner("import", "csv", *sheets, "-o", "stadt")
    assert "nothing changed; wrote 0 files" in planner("import", "csv", *sheets, "-o", "stadt").out


def test_a_folder_is_named_with_a_slash(sheets, planner, tmp_path):
    planner("import", "csv", *sheets, "-o", "./elsewhere/stadt")
    assert (tmp_path / "elsewhere" / "stadt" / "estate.yaml").is_file()


def test_the_answer_as_data(sheets, planner):
    ran = planner("import", "csv", *sheets, "-o", "stadt", "--dry-run", "--format", "json")
    assert ran.json["kind"] == "import"
    errors = [f for f in ran.json["findings"] if f["severity"] == "error"]
    assert [(f["place"], f["slug"]) for f in errors] == [("geraete.csv:3:D", "cell-number")]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["none.csv"], "`none.csv` cannot be read"),
        (["geraete.csv", "./geraete.csv"], "two files are called `geraete.csv`"),
        (["book.csv"], "is a workbook, no CSV"),
    ],
)
def test_files_that_are_refused(files, message, sheets, planner, tmp_path):
    (tmp_path / "book.csv").write_bytes(b"PK\x03\x04")
    ran = planner("import", "csv", *files, "-o", "stadt")
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "inventory").exists()


def test_a_mistake_in_the_mapping_has_its_place(sheets, planner, tmp_path):
    (tmp_path / "m.yaml").write_text("files:\n  geraete.csv: {kinds: devices}\n")
    ran = planner("import", "csv", *sheets, "-o", "stadt", "--mapping", "m.yaml")
    assert ran.code == 2
    assert "m.yaml:2:17: error[key-unknown]: unknown key `kinds`" in ran.err
    assert "hint: did you mean `kind`?" in ran.err


def test_the_municipal_set_plans_and_checks(tmp_path, monkeypatch, planner):
    monkeypatch.chdir(tmp_path)
    files = municipal.write(tmp_path)
    assert planner("import", "csv", *files, "-o", "muehlbach").code == 1
    planned = planner("plan", "-e", "muehlbach", "--reproducible", "--as-of", DAY)
    assert planned.code == 0, planned.err
    assert planner("check", "-e", "muehlbach", "--as-of", DAY).code == 0
