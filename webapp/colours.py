"""Colours as the stylesheet writes them, in OKLCH, as the bytes a picture needs. No palette."""

from __future__ import annotations

from math import cos
from math import radians
from math import sin

Rgb = tuple[int, int, int]


def srgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """The sRGB bytes of an OKLCH colour; `hue` in degrees, and what no screen shows is cut off.

    CSS Color 4 section 9.2, with the matrices of Björn Ottosson's OKLab.
    """
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _byte(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _byte(light: float) -> int:
    """A share of light as the gamma-encoded byte of IEC 61966-2-1."""
    light = min(max(light, 0.0), 1.0)
    encoded = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * encoded)
