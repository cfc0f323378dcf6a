import pytest

from planner.io.ranges import MAX_RANGE, RangeError, expand


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rack", ["rack"]),
        ("r-[01-03]", ["r-01", "r-02", "r-03"]),
        ("r-[8-11]", ["r-8", "r-9", "r-10", "r-11"]),
        ("r-[098-101]", ["r-098", "r-099", "r-100", "r-101"]),
        ("[a-c]", ["a", "b", "c"]),
        ("[X-Y]", ["X", "Y"]),
        ("r[1,3,7-8]", ["r1", "r3", "r7", "r8"]),
        ("r[north,south]", ["rnorth", "rsouth"]),
        ("h[1-2]-[a-b]", ["h1-a", "h1-b", "h2-a", "h2-b"]),
        ("r[5-5]x", ["r5x"]),
    ],
)
def test_expand(text, expected):
    assert expand(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r[3-1]", r"`3-1` in `r\[3-1\]` runs backwards"),
        ("r[c-a]", r"`c-a` in `r\[c-a\]` runs backwards"),
        ("r[1-3", r"`r\[1-3` holds a bracket that is not closed"),
        ("r1-3]", r"`r1-3\]` holds a bracket that is not closed"),
        ("r[[1-3]]", r"`r\[\[1-3\]\]` holds a bracket that is not closed"),
        ("r[]", r"`\[\]` in `r\[\]` is no range"),
        ("r[1-]", r"`\[1-\]` in `r\[1-\]` is no range"),
        ("r[1-3,2]", r"`\[1-3,2\]` in `r\[1-3,2\]` names something twice"),
        ("r[01-100]", r"`01-100` in `r\[01-100\]` is written with different widths"),
        ("r[1-20001]", r"stands for more than 20000 items"),
        ("r[1-200][1-200]", r"stands for more than 20000 items"),
    ],
)
def test_refused(text, message):
    with pytest.raises(RangeError, match=message):
        expand(text)


def test_the_largest_range():
    assert len(expand(f"r[1-{MAX_RANGE}]")) == MAX_RANGE
