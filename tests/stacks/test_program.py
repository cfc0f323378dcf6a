"""The stack's configuration, and what it refuses, without an engine."""

from datetime import date
from pathlib import Path

import pulumi
import pytest

from stacks.program import Settings, project_folder, read_settings, verify
from tests.stacks.conftest import AS_OF, STACK

DAY = date.fromisoformat(AS_OF)


def settings(**config):
    pulumi.runtime.set_all_config({f"rackplan:{key}": value for key, value in config.items()})
    try:
        return read_settings(pulumi.Config("rackplan"), "muenster")
    finally:
        pulumi.runtime.set_all_config({})


def test_estate_is_the_stack_unless_it_is_said():
    assert settings() == Settings("muenster")


def test_every_setting():
    assert settings(
        estate="inventory/owl",
        layout="layouts/variant.yaml",
        patch="patches/one.yaml",
        asOf="2026-11-01",
        allowUnplaced="true",
        adopt="true",
        register="shared/register.db",
        exportPlaces="true",
    ) == Settings(
        "inventory/owl",
        Path("layouts/variant.yaml"),
        (Path("patches/one.yaml"),),
        date(2026, 11, 1),
        allow_unplaced=True,
        adopt=True,
        register=Path("shared/register.db"),
        export_places=True,
    )


def test_several_patches_keep_their_order():
    assert settings(patch='["b.yaml", "a.yaml"]').patches == (Path("b.yaml"), Path("a.yaml"))


def test_day_that_is_none_is_refused():
    with pytest.raises(pulumi.RunError, match="stack config `asOf` is `soon`, expected a date"):
        settings(asOf="soon")


def test_layout_that_holds_is_handed_on(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    verified = verify(Settings(STACK, as_of=DAY))
    assert verified.estate.id == verified.layout.estate == STACK
    assert len(verified.layout.placements) == 9
    assert verified.lock_digest.startswith("sha256:")


def test_missing_layout_names_the_command_that_writes_it(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    project.lock.unlink()
    with pytest.raises(pulumi.RunError) as raised:
        verify(Settings(STACK, as_of=DAY))
    assert str(raised.value) == (
        "error[usage]: there is no layout `layouts/small.lock.yaml`\n\n"
        "hint: `planner plan -e small` writes it"
    )


def test_patched_estate_needs_a_layout_of_its_own(project, monkeypatch):
    monkeypatch.chdir(project.folder)
    (project.folder / "variant.yaml").write_text("policy: {kappa: 0.79}\n", encoding="utf-8")
    with pytest.raises(pulumi.RunError, match=r"error\[layout-stale\]") as raised:
        verify(Settings(STACK, patches=(Path("variant.yaml"),), as_of=DAY))
    hint = "hint: `planner plan -e small --patch variant.yaml` renews it"
    assert str(raised.value).endswith(hint)


def test_project_folder_is_found_upward(project, monkeypatch):
    monkeypatch.chdir(project.folder / "stacks" / "provider")
    assert project_folder() == project.folder
