"""The one exception tree of rackplan.

Every error a person can meet derives from `PlannerError`, has a stable slug, and says what to do::

    PlannerError                 exit 2 unless a subclass says otherwise
    ├── InventoryError           one or more `Problem`s in the files of an estate       exit 2
    ├── LayoutError              a layout lock or as-built snapshot that cannot be read  exit 2
    ├── UsageError               options that do not go together, nothing to plan        exit 2
    ├── StaleLayoutError         the lock was made from other content                    exit 3
    ├── ScoreMismatchError       checker and solver disagree on the score: a defect      exit 1
    └── RegisterError            the as-built register cannot be used                    exit 2
        ├── RegisterLockedError
        ├── ForeignRowError
        └── PinnedError

Violations of placement rules are no exceptions: they are data (`planner.model.violation`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class PlannerError(Exception):
    """An error that a person can act upon.

    Parameters
    ----------
    message
        What is wrong, with the culprit in backticks.
    hint
        The next step, in one sentence without a full stop.
    """

    slug = "error"
    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def render(self) -> str:
        """Return the text shown to a person: slug, message, hint."""
        text = f"error[{self.slug}]: {self.message}"
        return f"{text}\n\nhint: {self.hint}" if self.hint else text


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in an input file, at one place.

    `line` and `column` count from 1; 0 means the file as a whole.
    """

    file: str
    line: int
    column: int
    slug: str
    message: str
    hint: str | None = None

    def render(self) -> str:
        """Return `file:line:column: error[slug]: message`, the hint on its own line."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        text = f"{place}: error[{self.slug}]: {self.message}"
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class InventoryError(PlannerError):
    """All problems found in the files of an estate, sorted by place."""

    slug = "inventory"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(
            sorted(set(problems), key=lambda p: (p.file, p.line, p.column, p.slug, p.message))
        )
        noun = "problem" if len(self.problems) == 1 else "problems"
        super().__init__(f"{len(self.problems)} {noun} in the inventory")

    def render(self) -> str:
        """Return every problem, then the count."""
        return "\n".join([*(p.render() for p in self.problems), f"\n{self.message}"])


class LayoutError(PlannerError):
    """A layout lock or an as-built snapshot that cannot be read."""

    slug = "layout"


class UsageError(PlannerError):
    """Options that do not go together, or a missing estate or file."""

    slug = "usage"


class StaleLayoutError(PlannerError):
    """The lock was planned from other demand, supply, policy or catalogue content."""

    slug = "layout-stale"
    exit_code = 3


class ScoreMismatchError(PlannerError):
    """The checker's score differs from the solver's: a defect of rackplan, never of the input."""

    slug = "score-mismatch"
    exit_code = 1


class RegisterError(PlannerError):
    """The as-built register cannot be used."""

    slug = "register"


class RegisterLockedError(RegisterError):
    """Another process holds the register's write lock for too long."""

    slug = "register-locked"


class ForeignRowError(RegisterError):
    """A row belongs to another owner and is never overwritten."""

    slug = "register-foreign-row"


class PinnedError(RegisterError):
    """The layout moves pinned instances from where the register has them."""

    slug = "register-pinned"
