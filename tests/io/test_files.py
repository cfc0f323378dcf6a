import pytest

from planner.errors import UsageError
from planner.io import find_estate, load_estate
from tests.io.mangled import Case
from tests.io.writing import load


def _estate(folder):
    folder.mkdir(parents=True)
    (folder / "estate.yaml").write_text("estate: {id: x}\n")
    return folder


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv("PLANNER_ESTATE", raising=False)


def test_all_yaml_below_the_folder_is_read_except_broken_and_hidden(tmp_path):
    folder = tmp_path / "e"
    load(folder)
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "sub" / "deep" / "more.yaml").write_text("tenants: [{id: deep}]\n")
    for name in ("broken", ".hidden"):
        (folder / name).mkdir()
        (folder / name / "x.yaml").write_text("nonsense: [\n")
    (folder / "README.md").write_text("no YAML\n")
    inventory = load_estate(folder)
    assert sorted(inventory.estate.tenants) == ["acme", "deep"]
    assert [path.relative_to(folder).as_posix() for path in inventory.files] == [
        "acme.yaml", "estate.yaml", "site.yaml", "sub/deep/more.yaml",
    ]  # fmt: skip
    assert inventory.root == folder


def test_messages_name_files_from_the_working_directory(tmp_path, monkeypatch):
    Case("", {}, "").write(tmp_path)
    monkeypatch.chdir(tmp_path.parent)
    at = load_estate(tmp_path).estate.workloads["db"].at
    assert at.file == f"{tmp_path.name}/acme.yaml"
    monkeypatch.chdir("/")
    assert load_estate(tmp_path).estate.workloads["db"].at.file == str(tmp_path / "acme.yaml")[1:]


def test_a_folder_without_an_estate(tmp_path):
    with pytest.raises(UsageError, match="no estate in"):
        load_estate(tmp_path)


def test_the_folder_upward_comes_first(tmp_path, monkeypatch):
    here = _estate(tmp_path / "inventory" / "one")
    _estate(tmp_path / "inventory" / "two")
    (here / "sub").mkdir()
    monkeypatch.setenv("PLANNER_ESTATE", "two")
    assert find_estate(start=here / "sub") == here


def test_the_variable_comes_second(tmp_path, monkeypatch):
    _estate(tmp_path / "inventory" / "one")
    two = _estate(tmp_path / "inventory" / "two")
    monkeypatch.setenv("PLANNER_ESTATE", "two")
    assert find_estate(start=tmp_path) == two
    monkeypatch.setenv("PLANNER_ESTATE", "tow")
    with pytest.raises(
        UsageError, match=r"unknown estate `tow` \(from \$PLANNER_ESTATE\)"
    ) as caught:
        find_estate(start=tmp_path)
    assert caught.value.hint == "did you mean `two`?"


def test_the_only_estate_comes_third(tmp_path):
    one = _estate(tmp_path / "inventory" / "one")
    (tmp_path / "sub").mkdir()
    assert find_estate(start=tmp_path) == one
    assert find_estate(start=tmp_path / "sub") == one


def test_several_estates(tmp_path):
    _estate(tmp_path / "inventory" / "one")
    _estate(tmp_path / "inventory" / "two")
    with pytest.raises(UsageError, match="more than one estate: `one`, `two`") as caught:
        find_estate(start=tmp_path)
    assert caught.value.hint == "name one: `-e one`"


def test_no_estate(tmp_path):
    with pytest.raises(UsageError, match="no estate here"):
        find_estate(start=tmp_path)


def test_by_name_or_folder(tmp_path):
    one = _estate(tmp_path / "inventory" / "one")
    assert find_estate("one", tmp_path) == one
    assert find_estate("inventory/one", tmp_path) == one
    assert find_estate(one, tmp_path / "elsewhere") == one
    with pytest.raises(UsageError, match="unknown estate `on`") as caught:
        find_estate("on", tmp_path)
    assert caught.value.hint == "did you mean `one`?"
    with pytest.raises(UsageError, match=r"no estate in `inventory`: it has no `estate\.yaml`"):
        find_estate("inventory", tmp_path)
