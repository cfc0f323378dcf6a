"""`planner import racksdb` as it is typed."""

import pytest

from tests.importers.test_racksdb import DATABASE


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "racksdb.yml").write_text(DATABASE, encoding="utf-8")
    return tmp_path


def test_import_then_validate_then_import_again(planner, here):
    ran = planner("import", "racksdb", "racksdb.yml", "-o", "lynx")
    assert ran.code == 0, ran.err
    assert "lynx: 1 site, 4 racks, 8 instances of 8 workloads" in ran.out
    assert planner("validate").code == 0
    again = planner("import", "racksdb", "racksdb.yml", "-o", "lynx")
    assert "nothing changed; wrote 0 files in inventory/lynx" in again.out


def test_a_dry_run_writes_nothing(planner, here):
    ran = planner("import", "racksdb", "racksdb.yml", "-o", "lynx", "--dry-run")
    assert ran.code == 0, ran.err
    assert "would write 5 files" in ran.out
    assert [path.name for path in here.iterdir()] == ["racksdb.yml"]


def test_what_was_left_out_exits_with_1(planner, here):
    path = here / "racksdb.yml"
    path.write_text(DATABASE.replace("type: nas, slot", "type: nos, slot"), encoding="utf-8")
    ran = planner("import", "racksdb", "racksdb.yml", "-o", "lynx", "--format", "json")
    assert ran.code == 1
    findings = ran.json["findings"]
    assert [f["slug"] for f in findings if f["severity"] == "error"] == ["type-unknown"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nothing.yml", "-o", "lynx"), "`nothing.yml` does not exist"),
        (("racksdb.yml", "-o", "./ly nx"), "`ly nx` is no name for an estate"),
    ],
)
def test_wrong_words_are_answered(planner, here, words, message):
    ran = planner("import", "racksdb", *words)
    assert ran.code == 2
    assert message in ran.err
