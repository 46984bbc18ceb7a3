"""Colours as the stylesheet writes them, in OKLCH, as bytes, and how well one reads on another.

No palette.
"""

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


def as_hex(colour: Rgb) -> str:
    """As a page writes it, such as `#fdf5ee`."""
    return "#" + bytes(colour).hex()


def parse_hex(text: str) -> Rgb:
    """The bytes of `#rrggbb`; raises ValueError."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    if len(text) != len("#rrggbb"):
        raise ValueError(text)
    return red, green, blue


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(front: Rgb, share: float, back: Rgb) -> Rgb:
    """A see-through colour on another, as browsers mix them."""
    red, green, blue = (
        round(f * share + b * (1 - share)) for f, b in zip(front, back, strict=True)
    )
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
        for c in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _byte(light: float) -> int:
    """A share of light as the gamma-encoded byte of IEC 61966-2-1."""
    light = min(max(light, 0.0), 1.0)
    encoded = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * encoded)
