"""Reads `site.toml`: the name, colours, icon and languages of an installation. It draws nothing.

Rules: those of `records`, S01 (names that a home screen and a lock screen can show), S02 (icons),
S03 (colours on which every word can be read: WCAG 2.2, with the inks of `tokens.css`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image
from PIL import UnidentifiedImageError

from webapp.colours import Rgb
from webapp.colours import contrast
from webapp.colours import over
from webapp.colours import parse_hex
from webapp.colours import srgb
from webapp.errors import SiteError
from webapp.records import Record
from webapp.records import read_file
from webapp.site import HUE
from webapp.site import NAME
from webapp.site import OURS
from webapp.site import SHORT_NAME
from webapp.site import Site

SITE_FILE = "site.toml"
LONGEST_NAME, LONGEST_SHORT_NAME = 45, 12
SMALLEST_ICON, LARGEST_ICON = 512, 4096  # pixels
HEAVIEST_ICON, HEAVIEST_SVG = 2_000_000, 20_000  # octets; every device keeps the second

FIELDS = ("name", "short_name", "hue", "day", "night", "icon", "icon_svg", "languages")
INKS = {
    # lightness, chroma and the least contrast of words, small words and links on the sky
    "day": ((0.26, 0.035, 7.0), (0.41, 0.04, 4.5), (0.4, 0.085, 4.5)),
    "night": ((0.95, 0.018, 7.0), (0.83, 0.03, 4.5), (0.88, 0.075, 4.5)),
}
SURFACES = {"day": (0.99, 0.008, 0.72), "night": (0.24, 0.025, 0.72)}
"""Lightness, chroma and share of the panels that lie on the sky."""

_NAME = re.compile(r"[^\W_][\w .,'’·+!?-]*")
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES_ALLOWED = """
    svg g defs symbol use title desc path circle ellipse rect line polyline polygon mask clipPath
    linearGradient radialGradient stop pattern style
"""
_SHAPES = frozenset(f"{_SVG}{name}" for name in _SHAPES_ALLOWED.split())


def load_site(content: Path) -> Site:
    """The site of that folder, ours when it has no such file; raises SiteError."""
    path = content / SITE_FILE
    if not path.exists():
        return OURS
    source = read_file(path, SiteError)
    source.expect([], FIELDS)
    name = _name(source, "name", LONGEST_NAME, NAME)
    brief = name if "name" in source.values and len(name) <= LONGEST_SHORT_NAME else SHORT_NAME
    if brief == SHORT_NAME and "name" in source.values and "short_name" not in source.values:
        reason = f"'name' has {len(name)} characters and 'short_name' is missing"
        remedy = f"Give a short_name of up to {LONGEST_SHORT_NAME} for home screens"
        raise source.refusal("S01", reason, remedy, "name")
    return Site(
        name=name,
        short_name=_name(source, "short_name", LONGEST_SHORT_NAME, brief),
        hue=source.whole("hue", 0, 359) if "hue" in source.values else HUE,
        day=_colour(source, "day"),
        night=_colour(source, "night"),
        icon=_icon(source, content),
        icon_svg=_svg(source, content),
        languages=_languages(source),
    )


def _name(source: Record, field: str, longest: int, default: str) -> str:
    name = source.text(field, default)
    if len(name) > longest:
        reason = f"{field!r} has {len(name)} characters, over {longest}"
        raise source.refusal("S01", reason, "Give one that screens show whole", field)
    if not _NAME.fullmatch(name) or name != name.strip():
        remedy = "Use letters, digits, spaces and plain marks"
        raise source.refusal("S01", f"{field!r} is {name!r}", remedy, field)
    return name


def _languages(source: Record) -> tuple[str, ...]:
    tags = source.texts("languages")
    if len(set(tags)) < len(tags) or ("languages" in source.values and not tags):
        remedy = "Name each language once"
        raise source.refusal("F03", f"'languages' is {list(tags)!r}", remedy, "languages")
    return tags


def _colour(source: Record, field: str) -> str:
    text = source.text(field).lower()
    if not text:
        return ""
    try:
        colour = parse_hex(text)
    except ValueError:
        remedy = "Give a colour such as #fdf5ee"
        raise source.refusal("F03", f"{field!r} is {text!r}", remedy, field) from None
    for ratio, least in _contrasts(field, colour):
        if ratio < least:
            reason = f"{field!r} is {text}, on which words have a contrast of {ratio:.1f}"
            change = "lighter" if field == "day" else "darker"
            remedy = f"Give a {change} one: {least:g} is the least that all can read"
            raise source.refusal("S03", reason, remedy, field)
    return text


def _contrasts(field: str, sky: Rgb) -> Iterator[tuple[float, float]]:
    """The least contrast of each ink over all hues, as topics have, and what it has to be."""
    lightness, chroma, share = SURFACES[field]
    for light, colourful, least in INKS[field]:
        ratios = (
            contrast(srgb(light, colourful, hue), back)
            for hue in range(360)
            for back in (sky, over(srgb(lightness, chroma, hue), share, sky))
        )
        yield min(ratios), least


def _icon(source: Record, content: Path) -> Path | None:
    path = _file(source, "icon", content, HEAVIEST_ICON)
    if path is None:
        return None
    remedy = f"Give a square PNG of {SMALLEST_ICON} pixels or more (an SVG goes into icon_svg)"
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            width, height = picture.size
            if SMALLEST_ICON <= width == height <= LARGEST_ICON:
                picture.load()
                return path
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise source.refusal("S02", "'icon' is no PNG", remedy, "icon") from None
    raise source.refusal("S02", f"'icon' has {width} by {height} pixels", remedy, "icon")


def _svg(source: Record, content: Path) -> Path | None:
    path = _file(source, "icon_svg", content, HEAVIEST_SVG)
    if path is None:
        return None
    if "icon" not in source.values:
        remedy = "Give the same as a PNG: home screens show no SVG"
        raise source.refusal("S02", "'icon_svg' stands without icon", remedy, "icon_svg")
    try:
        root = ElementTree.fromstring(path.read_text("utf-8"))
    except (ElementTree.ParseError, UnicodeDecodeError):
        remedy = "Export it anew as a plain SVG"
        raise source.refusal("S02", "'icon_svg' is no SVG", remedy, "icon_svg") from None
    if root.tag != f"{_SVG}svg" or "viewBox" not in root.attrib or not _is_plain(root):
        reason = "'icon_svg' is no plain SVG: a viewBox and shapes, nothing else"
        raise source.refusal("S02", reason, "Export it anew as a plain SVG", "icon_svg")
    return path


def _is_plain(root: ElementTree.Element) -> bool:
    """Nothing but shapes and colours, which point to nothing outside."""
    return all(
        each.tag in _SHAPES and all(map(_is_harmless, each.attrib.items())) for each in root.iter()
    )


def _is_harmless(attribute: tuple[str, str]) -> bool:
    name, value = attribute
    return not name.startswith("on") and (not name.endswith("href") or value.startswith("#"))


def _file(source: Record, field: str, content: Path, heaviest: int) -> Path | None:
    """A file beside `site.toml`; none when the field is absent."""
    name = source.text(field)
    if not name:
        return None
    path = content / name
    if not path.is_file():
        remedy = "Name a file in the folder of site.toml"
        raise source.refusal("S02", f"{field!r} names no file ({name})", remedy, field)
    if (octets := path.stat().st_size) > heaviest:
        remedy = f"Make it {heaviest // 1000} kB at most: phones load it"
        raise source.refusal("S02", f"{field!r} has {octets // 1000} kB", remedy, field)
    return path
