"""Write `docs/reference/inventory.md` from the document types of the inventory format.

With `--check` it writes nothing and exits with 1 when the page is out of date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from planner.io.documents import Document

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "inventory.md"

HEAD = """# Inventory format

<!-- Written by `python tools/inventory_reference.py`; edit `planner/io/documents.py` instead. -->

An estate is a folder with an `estate.yaml`. All `*.yaml` below it are read, except below `broken/`;
any section may stand in any file. `planner schema` prints the JSON Schema that lets an editor
complete and check the files; each file names it in its first line:

```yaml
# yaml-language-server: $schema=../schema.json
```

- **Units are part of the key** (`kva`, `draw_w`, `weight_kg`). Figures may have decimals; loading
  rounds demand up and capacity down to whole W, VA, g and half units.
- **Ranges.** `rack-[01-12]` stands for twelve items; `[a-f]` and `[1,3,7-9]` work, too. In an item
  whose id holds a range all ranges run in parallel and are equally long. In an item whose id holds
  none, a range in a list stands for several elements.
- **Defaults of a file.** `site` and `tenant` at the top of a file hold for all its items.
- **Nothing is guessed.** Unknown keys, duplicate keys and ids, and dangling ids are errors with
  file, line and column. Figures that nobody declared (weights, draws) are assumed by rule and
  listed by `planner validate --assumptions`.
- **Patches.** `--patch FILE` overlays one file: an item with a known id changes the fields it
  names, other items are added, `remove` deletes.
- **Actions.** What could be done at a price holds a patch of its own; `--with ID` lays it over the
  estate, and `planner validate` tries each.

In the tables a key in **bold** must be given.
"""


def render() -> str:
    """Return the page."""
    schema = Document.model_json_schema(by_alias=True)
    types = schema["$defs"]
    parts = [HEAD, "## Top level of a file\n", _table(schema, types)]
    for name in _in_order(schema, types):
        item = types[name]
        parts += [f"\n## {_title(name)}\n", f"{item.get('description', '')}\n", _table(item, types)]
    return "\n".join(parts).rstrip() + "\n"


def _in_order(schema: dict[str, Any], types: dict[str, Any]) -> list[str]:
    """Return the names of the types in the order in which they are first referred to."""
    order: list[str] = []
    queue = [schema]
    while queue:
        for name in _references(queue.pop(0).get("properties", {})):
            if name not in order:
                order.append(name)
                queue.append(types[name])
    return order


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else []
        return own + [name for value in node.values() for name in _references(value)]
    if isinstance(node, list):
        return [name for value in node for name in _references(value)]
    return []


def _title(name: str) -> str:
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name.removesuffix("Item"))
    return words.strip().capitalize()


def _table(item: dict[str, Any], types: dict[str, Any]) -> str:
    required = set(item.get("required", []))
    rows = ["| key | takes | default | meaning |", "|---|---|---|---|"]
    for key, value in item.get("properties", {}).items():
        name = f"**`{key}`**" if key in required else f"`{key}`"
        cells = (name, _takes(value), _default(key, value, required), _meaning(value))
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _meaning(value: dict[str, Any]) -> str:
    text: str = value.get("description", "")
    if text.startswith("stable id;"):
        return ""
    return text.replace("|", "\\|")


def _default(key: str, value: dict[str, Any], required: set[str]) -> str:
    default = value.get("default")
    is_nothing = default in (None, "", [], {}) or isinstance(default, dict)
    if key in required or is_nothing:
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _takes(value: dict[str, Any]) -> str:
    """Return in words what a field takes."""
    if "$ref" in value:
        name = _title(value["$ref"].rsplit("/", 1)[-1])
        return f"[{name.lower()}](#{name.lower().replace(' ', '-')})"
    if "enum" in value:
        return ", ".join(f"`{option}`" for option in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "anyOf" in value:
        return _either(value)
    kind = value.get("type")
    if kind == "array":
        return f"list of {_takes(value['items'])}"
    if kind == "object":
        return _mapping(value)
    words = {"integer": "whole number", "boolean": "`true`, `false`", "number": "number"}
    return words.get(kind or "", _text(value)) + _limits(value)


def _either(value: dict[str, Any]) -> str:
    options = [option for option in value["anyOf"] if option.get("type") != "null"]
    kinds = {option.get("type") for option in options}
    if kinds == {"number", "string"}:
        return f"number{_limits(value)}"
    return " or ".join(dict.fromkeys(_takes(option) for option in options))


def _mapping(value: dict[str, Any]) -> str:
    inner = value.get("additionalProperties")
    keys = value.get("propertyNames", {}).get("enum")
    named = f" ({', '.join(keys)})" if keys else ""
    return f"mapping{named} to {_takes(inner)}" if isinstance(inner, dict) else f"mapping{named}"


def _text(value: dict[str, Any]) -> str:
    if value.get("format") == "date":
        return "date"
    return "id" if "pattern" in value else "text"


def _limits(value: dict[str, Any]) -> str:
    low = value.get("minimum", value.get("ge"))
    high = value.get("maximum", value.get("le"))
    above = value.get("exclusiveMinimum", value.get("gt"))
    parts = []
    if above is not None:
        parts.append(f"above {above}")
    elif low is not None and low > -(10**6):
        parts.append(f"from {low}")
    if high is not None and high < 10**6:
        parts.append(f"to {high}")
    return f" {' '.join(parts)}" if parts else ""


def main(args: list[str]) -> int:
    text = render()
    if args == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} is out of date: run `python tools/inventory_reference.py`\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
