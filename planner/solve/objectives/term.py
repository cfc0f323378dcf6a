"""One objective tier of a model."""

from __future__ import annotations

from dataclasses import dataclass

from ortools.sat.python import cp_model


@dataclass(frozen=True)
class Term:
    """An expression to minimise; 0 is a lower bound of every tier."""

    tier: str
    unit: str
    expression: cp_model.LinearExprT
    is_constant: bool = False
