"""Links resolve, generated pages are up to date, and fenced YAML is an inventory that validates."""

from __future__ import annotations

import importlib.util
import re

import pytest
import yaml

from planner.io.documents import Document
from planner.model.rules import RULES
from tests.docs.pages import ROOT, anchors, blocks, links, pages


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


def test_inventory_reference_is_up_to_date():
    path = ROOT / "tools" / "inventory_reference.py"
    spec = importlib.util.spec_from_file_location("inventory_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.render()


def test_slugs_in_pages_exist():
    families = "|".join(sorted({rule.family for rule in RULES.values()}))
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for slug in re.findall(rf"(?:`|\[)((?:{families})\.[a-z]+)(?:`|\])", text):
            assert slug in RULES or slug.endswith((".py", ".md")), f"{_name(page)}: {slug}"


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
