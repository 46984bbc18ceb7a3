"""Colours: OKLCH to the bytes of sRGB."""

from __future__ import annotations

import pytest

from webapp.colours import srgb


@pytest.mark.parametrize(
    ("colour", "bytes_of_it"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (255, 255, 255)),
        # The primaries, as CSS Color 4 and every browser convert them.
        ((0.627955, 0.257683, 29.2339), (255, 0, 0)),
        ((0.866440, 0.294827, 142.4953), (0, 255, 0)),
        ((0.452014, 0.313214, 264.0520), (0, 0, 255)),
        ((0.599871, 0, 0), (128, 128, 128)),
    ],
)
def test_known_colours(
    colour: tuple[float, float, float], bytes_of_it: tuple[int, int, int]
) -> None:
    assert srgb(*colour) == bytes_of_it


def test_a_hue_goes_round() -> None:
    assert srgb(0.9, 0.05, 375) == srgb(0.9, 0.05, 15)


def test_what_no_screen_shows_is_cut_off() -> None:
    assert srgb(0.7, 0.4, 150)[0] == 0
