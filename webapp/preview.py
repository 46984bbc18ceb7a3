"""Draws a card as link previews show it: its words under the light sky of its topic's hue.

Colours are the light ones of `static/css/tokens.css`. The font is a file of our own, so that
every server draws the same picture. Nothing here knows a deck, a page or a request.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

from webapp.colours import Rgb
from webapp.colours import srgb
from webapp.lines import break_lines
from webapp.lines import has_hanging_word

# Sites that show a link crop other shapes (Open Graph habit).
WIDTH, HEIGHT = 1200, 630
MARGIN = 96

_COLUMN = WIDTH - 2 * MARGIN
_FONT = Path(__file__).parent / "fonts" / "noto-serif.ttf"
_QUALITY = 82  # some 45 kB; as PNG the same sky weighs twice that
_FINER = 2  # drawn larger and shrunk, letters and shapes stand between the pixels
_MEASURED_AT = 200  # pixels; widths are kept as shares of the size

_WORD_SIZES = (108, 100, 94, 88, 82, 76, 70, 64, 58, 52, 46, 40, 34, 28, 22, 16, 12)
_SIZES_TRIED = 4  # down to four fifths of the largest that fits
_LEADING = 1.18
_WORDS_HEIGHT = 316
_SMALL_SIZE = 31
_TOPIC_GAP = 30
_BLOCK_MIDDLE = 362
_POCKET_BASELINE = 108

_SUN_MIDDLE, _SUN_RADIUS = (984, 440), 460

# The pocket and its sun in the units of `static/icons/icon.svg`, of which this is the mark.
_OWN_ICON = 40
_ICON_LEFT, _ICON_TOP, _ICON_SCALE = 108, 110, 0.125
_ICON_SUN, _ICON_SUN_COLOUR = (152, 110, 360, 318), (249, 190, 115)
_ICON_POCKET = (
    (108, 236), (404, 236), (404, 348), (400, 366), (384, 384), (276, 445),
    (256, 450), (236, 445), (128, 384), (112, 366), (108, 348),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetWords:
    """Words in lines, and the size in pixels at which they stand within the margins."""

    lines: tuple[str, ...]
    size: int

    @property
    def leading(self) -> float:
        return self.size * _LEADING


def draw_preview(
    text: str, topic_title: str, hue: int, name: str = "Pocket", icon: Path | None = None
) -> bytes:
    """A JPEG of 1200 by 630 pixels; the texts as they are to be read, `hue` in OKLCH degrees.

    An `icon` of an operator's own stands in the place of the sun in its pocket.
    """
    ink, soft = srgb(0.26, 0.035, hue), srgb(0.41, 0.04, hue)
    picture = _draw_sky(hue)
    if icon:
        _paste_icon(picture, icon)
    else:
        _draw_mark(picture, hue)
    _write(picture, name, MARGIN + 50, _POCKET_BASELINE, _SMALL_SIZE, soft)
    words = set_words(text)
    above = _SMALL_SIZE + _TOPIC_GAP
    top = _BLOCK_MIDDLE - (above + len(words.lines) * words.leading) / 2
    _write(picture, topic_title, MARGIN, round(top + 0.8 * _SMALL_SIZE), _SMALL_SIZE, soft)
    for place, line in enumerate(words.lines):
        baseline = round(top + above + place * words.leading + 0.86 * words.size)
        _write(picture, line, MARGIN, baseline, words.size, ink)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_QUALITY, progressive=True)
    return file.getvalue()


def set_words(text: str) -> SetWords:
    """The words in the largest size that keeps them off the margins, or a little smaller.

    Smaller where that spares a line the first word of the next sentence at its end.
    """
    fitting = list(
        islice(filter(_fits, (_set_in(text, size) for size in _WORD_SIZES)), _SIZES_TRIED)
    )
    well_broken = (words for words in fitting if not has_hanging_word(words.lines))
    return next(well_broken, fitting[0] if fitting else _set_in(text, _WORD_SIZES[-1]))


def _set_in(text: str, size: int) -> SetWords:
    return SetWords(break_lines(text, _width_of, _COLUMN / size), size)


def _fits(words: SetWords) -> bool:
    is_narrow = all(_width_of(line) <= _COLUMN / words.size for line in words.lines)
    return is_narrow and len(words.lines) * words.leading <= _WORDS_HEIGHT


def _width_of(text: str) -> float:
    """The width of a line as a multiple of its size."""
    return _font(_MEASURED_AT).getlength(text) / _MEASURED_AT


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Basic layout is in every build of Pillow; it takes the kerning from the font's `kern` table.
    return ImageFont.truetype(_FONT, size, layout_engine=ImageFont.Layout.BASIC)


def _draw_sky(hue: int) -> Image.Image:
    """The gradient of `body::before` in `base.css`, with a sun whose edge cannot be seen."""
    size = (WIDTH, HEIGHT)
    high, low = srgb(0.975, 0.018, hue + 20), srgb(0.905, 0.058, hue)
    downwards = Image.linear_gradient("L").resize((1, HEIGHT)).resize(size)
    sky = Image.composite(Image.new("RGB", size, low), Image.new("RGB", size, high), downwards)
    glow = Image.radial_gradient("L").point([_glow(distance) for distance in range(256)])
    glow = glow.resize((2 * _SUN_RADIUS, 2 * _SUN_RADIUS))
    left, top = (middle - _SUN_RADIUS for middle in _SUN_MIDDLE)
    sky.paste(srgb(0.955, 0.055, hue + 25), (left, top), glow)
    return sky


def _glow(distance: int) -> int:
    """How much sun there is; Pillow's radial gradient has 255 in its corners, 180 at its sides."""
    outward = min(distance / 180, 1)
    return round(255 * (1 - outward) ** 2 * (1 + 2 * outward))


def _draw_mark(picture: Image.Image, hue: int) -> None:
    """The small sun in its pocket."""
    scale = _ICON_SCALE * 2 * _FINER
    side = round(360 * scale)
    sun, pocket = Image.new("L", (side, side)), Image.new("L", (side, side))
    left, top, right, bottom = _ICON_SUN
    ImageDraw.Draw(sun).ellipse(
        [_in_icon(left, top, scale), _in_icon(right, bottom, scale)], fill=255
    )
    ImageDraw.Draw(pocket).polygon([_in_icon(x, y, scale) for x, y in _ICON_POCKET], fill=255)
    at = (MARGIN, _POCKET_BASELINE - 33)
    picture.paste(_ICON_SUN_COLOUR, at, sun.reduce(2 * _FINER))
    picture.paste(srgb(0.4, 0.085, hue), at, pocket.reduce(2 * _FINER))


def _paste_icon(picture: Image.Image, icon: Path) -> None:
    with Image.open(icon) as opened:
        mark = opened.convert("RGBA").resize((_OWN_ICON, _OWN_ICON), Image.Resampling.LANCZOS)
    picture.paste(mark, (MARGIN, _POCKET_BASELINE - 31), mark)


def _in_icon(x: float, y: float, scale: float) -> tuple[float, float]:
    return (x - _ICON_LEFT) * scale, (y - _ICON_TOP) * scale


def _write(
    picture: Image.Image, text: str, left: int, baseline: int, size: int, colour: Rgb
) -> None:
    above = round(1.3 * size)
    mask = Image.new("L", (WIDTH * _FINER, 2 * size * _FINER))
    at = (left * _FINER, above * _FINER)
    ImageDraw.Draw(mask).text(at, text, 255, _font(size * _FINER), anchor="ls")
    picture.paste(colour, (0, baseline - above), mask.reduce(_FINER))
