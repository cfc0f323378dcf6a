from decimal import Decimal

import pytest

from planner.io.rounding import down, down_or_none, halves, nearest, up, up_or_none


@pytest.mark.parametrize(
    ("text", "scale", "rounded_up", "rounded_down"),
    [
        ("0.27", 1000, 270, 270),
        ("0.2701", 1000, 271, 270),  # 270.1
        ("9.525", 1000, 9525, 9525),
        ("1e-9", 1, 1, 0),
        ("0", 1000, 0, 0),
        ("999999999.9999999999999999999999999999", 1000, 10**12, 10**12 - 1),
    ],
)
def test_demand_up_capacity_down(text, scale, rounded_up, rounded_down):
    assert up(Decimal(text), scale) == rounded_up
    assert down(Decimal(text), scale) == rounded_down


def test_nothing_declared_stays_nothing():
    assert up_or_none(None, 1000) is None
    assert down_or_none(None) is None
    assert up_or_none(Decimal("0.1")) == 1
    assert down_or_none(Decimal("0.9")) == 0


@pytest.mark.parametrize(("text", "half"), [("12", 24), ("12.5", 25), ("0.5", 1), ("12.25", None)])
def test_halves(text, half):
    assert halves(Decimal(text)) == half


def test_coordinates_round_half_to_even():
    # 51.9500005 degrees = 51 950 000.5 millionths, 51.9500015 = 51 950 001.5
    assert nearest(Decimal("51.9500005"), 10**6) == 51_950_000
    assert nearest(Decimal("51.9500015"), 10**6) == 51_950_002
