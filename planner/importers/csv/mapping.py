"""The mapping file: which column holds which field, where the guess is wrong or shall be fixed.

```yaml
defaults: {tenant: stadt, site: rathaus}
files:
  geraete.csv:
    kind: devices
    heading_row: 3
    decimal: comma
    columns:
      Gerätename: name
      Leistung: {field: power, unit: kW}
      column H: ignore
```

Unknown keys are refused with the nearest known one; every message has line and column.
"""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from planner.errors import InventoryError, Problem, UsageError
from planner.importers.csv.cells import HEADING_UNITS
from planner.importers.csv.fields import BY_NAME
from planner.importers.emit import key, scalar
from planner.io.findings import nearest
from planner.io.items.fields import Id, Item
from planner.io.validation import validate
from planner.io.yaml_tree import Tree, YamlProblemError, read_yaml

#: Likeness in percent from which a model counts as one of the catalogue.
MATCH_PERCENT = 88


class ColumnItem(Item):
    """A column: its field, and the unit of a bare figure where the heading does not say it."""

    field: str
    unit: str | None = None


class FileItem(Item):
    """How one file is read; what is left out is guessed."""

    kind: Literal["devices", "racks", "feeds"] | None = None
    encoding: str | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: Literal["comma", "point"] | None = None
    heading_row: Annotated[int, Field(ge=1, le=1000)] | None = None
    columns: dict[str, str | ColumnItem] = Field(
        {}, description="heading, or `column D`: field, or {field, unit}"
    )


class DefaultsItem(Item):
    """What holds where a table does not say it."""

    site: Id | None = None
    tenant: Id | None = None
    rack_units: Annotated[int, Field(ge=1, le=100)] = 42
    rack_weight_kg: Annotated[int, Field(ge=0, le=2000)] = 150
    cee_phases: Literal[1, 3] = 3


class Mapping(Item):
    """The whole mapping file."""

    defaults: DefaultsItem = DefaultsItem()
    match_percent: Annotated[int, Field(ge=60, le=100)] = MATCH_PERCENT
    models: dict[str, Id] = Field({}, description="model as the table writes it: device type slug")
    files: dict[str, FileItem] = Field({}, description="file name, or a pattern such as `ger*.csv`")

    def of_file(self, name: str) -> FileItem:
        """Return how a file is read: by its name, else by the first pattern that fits."""
        if name in self.files:
            return self.files[name]
        return next((f for pattern, f in self.files.items() if fnmatch(name, pattern)), FileItem())


def load_mapping(path: Path) -> Mapping:
    """Return a mapping file.

    Raises
    ------
    UsageError
        When there is no such file.
    InventoryError
        With everything wrong in it.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}") from None
    try:
        tree = read_yaml(raw, str(path))
    except YamlProblemError as error:
        raise InventoryError(error.problems) from None
    mapping, problems = validate(tree.data, tree.mark, Mapping, str(path))
    problems = [*tree.problems, *problems]
    if mapping is not None:
        problems += _check_columns(mapping, tree, str(path))
    if problems or mapping is None:
        raise InventoryError(problems)
    return mapping


def _check_columns(mapping: Mapping, tree: Tree, name: str) -> list[Problem]:
    """Note fields and units that no table has."""
    problems = []
    for file, item in mapping.files.items():
        kinds = [item.kind] if item.kind else list(BY_NAME)
        known = {field for kind in kinds for field in BY_NAME[kind]}
        for heading, column in item.columns.items():
            field = column if isinstance(column, str) else column.field
            place = tree.mark.find(("files", file, "columns", heading)).place
            if field not in known:
                near = nearest(field, known)
                hint = (
                    f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known))}"
                )
                message = f"unknown field `{field}`"
                problems.append(Problem(name, *place, "id-unknown", message, hint))
            unit = None if isinstance(column, str) else column.unit
            if unit is not None and unit.casefold() not in HEADING_UNITS:
                hint = f"known: {', '.join(sorted(HEADING_UNITS))}"
                problems.append(Problem(name, *place, "id-unknown", f"unknown unit `{unit}`", hint))
    return problems


def mapping_text(mapping: Mapping) -> str:
    """Return a mapping as a YAML file, with what each field means."""
    lines = [
        "# Column mapping of `planner import csv`, to be given with `--mapping`.",
        "# Left of the colon stands a heading, right of it a field; `ignore` leaves a column out.",
    ]
    given = mapping.defaults.model_dump(exclude_none=True)
    lines += ["defaults:", *(f"  {name}: {scalar(value)}" for name, value in given.items())]
    lines.append(f"match_percent: {mapping.match_percent}")
    if mapping.models:
        lines += ["models:", *(f"  {key(m)}: {scalar(s)}" for m, s in mapping.models.items())]
    lines.append("files:")
    for name, file in mapping.files.items():
        lines.append(f"  {key(name)}:")
        for setting in ("kind", "encoding", "separator", "decimal", "heading_row"):
            value = getattr(file, setting)
            if value is not None:
                lines.append(f"    {setting}: {_quoted(value)}")
        lines.append("    columns:")
        lines += [f"      {key(h)}: {_column(file.kind, c)}" for h, c in file.columns.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: str | int) -> str:
    return (
        f'"{value}"'.replace("\t", "\\t")
        if isinstance(value, str) and len(value) == 1
        else scalar(value)
    )


def _column(kind: str | None, column: str | ColumnItem) -> str:
    field = column if isinstance(column, str) else column.field
    text = field if isinstance(column, str) else f"{{field: {field}, unit: {column.unit}}}"
    known = BY_NAME.get(kind or "", {}).get(field)
    return f"{text}  # {known.meaning}" if known is not None else text
