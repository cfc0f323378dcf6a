"""Amounts as people say them, always exact."""

import pytest

from planner.explain.quantity import of_limit, quantity, said


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (12_500, "vcpu/1000", "12.5 vCPU"),
        (12_000, "vcpu/1000", "12 vCPU"),
        (1, "vcpu/1000", "0.001 vCPU"),
        (-1500, "vcpu/1000", "-1.5 vCPU"),
        (1536, "MiB", "1.5 GiB"),
        (128, "MiB", "0.125 GiB"),
        # 1 MiB is 0.0009765625 GiB: too many digits, so it stays what the rule says.
        (1, "MiB", "1 MiB"),
        (3, "half U", "1.5 U"),
        (2_500, "ml", "2.5 l"),
        (77_120, "W", "77 120 W"),
        (96, "licences db", "96 licences db"),
    ],
)
def test_quantities(amount, unit, text):
    assert quantity(amount, unit) == text


def test_both_figures_have_one_unit():
    assert of_limit(12_500, 8000, "vcpu/1000") == "12.5 of 8 vCPU"
    assert of_limit(2048, 1025, "MiB") == "2048 of 1025 MiB"
    assert said("MiB", 1024, 2048) == ("GiB", ("1", "2"))
