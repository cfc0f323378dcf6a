"""Links resolve, generated pages are up to date, and fenced YAML is an inventory that validates."""

from __future__ import annotations

import importlib.util
import re

import pytest
import yaml

from planner.io import schema_text
from planner.io.documents import Document
from planner.model.rules import RULES
from tests.docs.pages import ROOT, anchors, blocks, links, pages

SCHEMA = ROOT / "inventory" / "schema.json"


def _name(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_links_resolve(page):
    for link in links(page.read_text(encoding="utf-8")):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{_name(page)}: {link}"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{_name(page)}: {link}"


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / link).resolve() for link in links(index)}
    for page in (ROOT / "docs").rglob("*.md"):
        if page.parent.name != "rules":
            assert page in linked | {ROOT / "docs" / "README.md"}, _name(page)


@pytest.mark.parametrize("tool", ["inventory_reference", "cli_reference", "csv_reference"])
def test_generated_page_is_up_to_date(tool):
    spec = importlib.util.spec_from_file_location(tool, ROOT / "tools" / f"{tool}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = module.PAGE.read_text(encoding="utf-8")
    assert page == module.render(), f"run `python tools/{tool}.py`"


def test_schema_of_the_inventory_is_up_to_date():
    written = (ROOT / "inventory" / "schema.json").read_text(encoding="utf-8")
    current = schema_text("inventory")
    assert written == current, "run `planner schema -o inventory/schema.json`"


def test_every_inventory_file_names_the_schema():
    for path in sorted((ROOT / "inventory").rglob("*.yaml")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        prefix = "# yaml-language-server: $schema="
        assert first.startswith(prefix), path
        assert (path.parent / first.removeprefix(prefix)).resolve() == SCHEMA, path


def test_slugs_in_pages_exist():
    families = "|".join(sorted({rule.family for rule in RULES.values()}))
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for slug in re.findall(rf"(?:`|\[)((?:{families})\.[a-z]+)(?:`|\])", text):
            assert slug in RULES or slug.endswith((".py", ".md", ".yaml")), f"{_name(page)}: {slug}"


def test_yaml_in_pages_names_known_keys():
    """A fenced block of inventory sections uses keys that the format has."""
    known = set(Document.model_fields)
    seen = 0
    for page in pages():
        for block in blocks(page.read_text(encoding="utf-8")):
            if block.language != "yaml" or "inventory" not in block.words:
                continue
            seen += 1
            loaded = yaml.safe_load("\n".join(block.lines))
            assert set(loaded) <= known, f"{_name(page)}:{block.line}"
    assert seen
