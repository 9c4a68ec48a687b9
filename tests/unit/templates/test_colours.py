"""The colours of pages can be told apart."""

import re

import pytest

from tests.unit.templates.examples import TEMPLATES

# Pairs of the style sheet's colours and the contrast that WCAG 2.2 AA asks of them (1.4.3, 1.4.11).
TEXT, EDGE = 4.5, 3.0
CONTRASTS = [
    *(
        (colour, ground, TEXT)
        for colour in ("ink", "quiet", "accent", "wrong")
        for ground in ("paper", "card")
    ),
    *((colour, ground, EDGE) for colour in ("edge", "focus") for ground in ("paper", "card")),
    ("on-accent", "accent", TEXT),
]


def palettes() -> list[dict[str, str]]:
    css = (TEMPLATES / "web/_style.css").read_text()
    light, dark = (
        dict(re.findall(r"--([\w-]+):(#\w{6})", block))
        for block in re.findall(r":root\{(.*?)\}", css, re.DOTALL)[:2]
    )
    return [light, dark]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of an sRGB colour."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
@pytest.mark.parametrize(("colour", "ground", "least"), CONTRASTS)
def test_colours_can_be_told_apart(palette: dict[str, str], colour: str, ground: str, least: float) -> None:
    assert contrast(palette[colour], palette[ground]) >= least
