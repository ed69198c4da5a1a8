"""Charts are legible on both backgrounds: contrast as WCAG 2.2 counts it."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from econsim.charts.assumption_bars import assumption_bars
from econsim.charts.lever_strip import LeverEffect, lever_strip
from econsim.charts.parties import party_ranges
from econsim.charts.quantile_dots import quantile_dots
from econsim.charts.style import DARK, LIGHT, on_screen
from econsim.charts.trajectories import levels, paired_effect


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


def pictures(theme):
    """Charts of the first page as it shows them, each as SVG text and as a specification."""
    import vl_convert

    from econsim import simulate

    result = simulate("royalty", draws=24, engine="batch")
    policy, quo = (one.series_of(["rd_investment"], yearly=True) for one in (result, result.status_quo))
    change = result.series_change(names=["rd_investment"], yearly=True)
    told = {"title": "What is found", "subtitle": "what is plotted", "theme": theme, "wrap": 44}
    strongest = pd.DataFrame({"name": ["Access lag"], "correlation": [0.4], "low": [0.1], "high": [0.6]})
    moved = [LeverEffect("Royalty rate 0.2", result.effect_on("rd_investment"))]
    drawn = {
        "levels": levels(policy, quo, names=("royalty", "without policy"), unit="$bn", **told),
        "effect": paired_effect(change, unit="%", factor=100.0, **told),
        "dots": quantile_dots(result.effect_on("rd_investment"), unit="change", **told),
        "strip": lever_strip(moved, unit="change", **told),
        "parties": party_ranges(result.parties, **told),
        "assumptions": assumption_bars(strongest, **told),
    }
    specs = {name: {**on_screen(one, 225, theme), "width": 400} for name, one in drawn.items()}
    return {name: (vl_convert.vegalite_to_svg(spec), spec) for name, spec in specs.items()}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_word_in_a_picture_stands_out(theme):
    for name, (svg, _) in pictures(theme).items():
        words = re.findall(r"<text\b[^>]*?\bfill=\"(#[0-9a-fA-F]{6})\"", svg)
        assert words, name
        assert len(words) == svg.count("<text"), f"{name}: a colour that is no #rrggbb"
        for colour in set(words):
            assert contrast(colour, theme.background) >= 4.5, (name, colour)


def test_pictures_are_told_apart_without_colour():
    found = {name: json.dumps(spec) for name, (_, spec) in pictures(LIGHT).items()}
    assert "strokeDash" in found["levels"] and '"type": "text"' in found["levels"]
    assert '"shape"' in found["dots"]
