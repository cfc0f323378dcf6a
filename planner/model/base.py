"""What every model type shares: frozen, unknown fields refused, the place it was declared at."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Where(NamedTuple):
    """Where a thing is declared; `line` and `column` count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Frozen(BaseModel):
    """A frozen record; unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Declared(Frozen):
    """A record that a file declares; `at` is no part of its content (digests leave it out)."""

    at: Where | None = Field(default=None, exclude=True, repr=False)
