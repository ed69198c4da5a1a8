"""Charts are legible on both backgrounds: contrast as WCAG 2.2 counts it."""

from __future__ import annotations

import pytest

from econsim.charts.style import DARK, LIGHT


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_twenty_one():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out(theme):
    for colour in (theme.text, theme.grey, theme.blue_ink, theme.vermillion_ink):
        assert contrast(colour, theme.background) >= 4.5
    for colour in (theme.blue, theme.vermillion, theme.green):
        assert contrast(colour, theme.background) >= 3.0
