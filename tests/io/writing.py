"""Writes small inventories: the base of the mangled ones with files added or replaced."""

from planner.io import Inventory, load_estate
from tests.io.mangled import Case


def load(folder, patches=(), **files) -> Inventory:
    """Load the base with `name="text"` as `name.yaml`; `patches` are texts."""
    folder.mkdir(exist_ok=True)
    Case("", {f"{name}.yaml": text for name, text in files.items()}, "").write(folder)
    paths = []
    for number, text in enumerate(patches, start=1):
        path = folder.parent / f"{folder.name}-patch-{number}.yaml"
        path.write_text(text)
        paths.append(path)
    return load_estate(folder, paths)
