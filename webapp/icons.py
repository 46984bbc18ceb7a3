"""Draws the icons of an installation from its own picture, once for all processes.

It draws no badge, no monochrome icon and no shortcut: what those show is no brand, and ours serve.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image
from PIL import ImageColor

from webapp.hashed_files import write_whole
from webapp.site import Site

PLAIN_SIZES = {"icon-192.png": 192, "icon-512.png": 512}
MASKABLE_SIZES = {"maskable-192.png": 192, "maskable-512.png": 512}
APPLE_NAME, APPLE_SIZE = "apple-touch-icon.png", 180
SAFE = 0.72
"""How large a maskable icon stands: outside a circle of 0.8, platforms cut off corners."""

_VERSION = b"1"  # of what this module draws


def keep_icons(site: Site, gen: Path) -> Path | None:
    """The folder in `gen` with the site's icons, drawn unless they are there.

    None without a picture of its own. Raises OSError when `gen` cannot be written and something is
    missing.
    """
    if site.icon is None:
        return None
    svg = site.icon_svg.read_bytes() if site.icon_svg else b""
    picture = site.icon.read_bytes()
    sources = (_VERSION, picture, svg, site.day_colour.encode())
    name = hashlib.sha256(b"\0".join(sources)).hexdigest()[:16]
    folder = gen / f"icons.{name}"
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / APPLE_NAME).exists():
        return folder
    drawn = ({"icon.svg": svg} if svg else {}) | _draw(picture, site.day_colour)
    for file, octets in drawn.items():  # the last of them tells that all are there
        write_whole(folder / file, octets)
    return folder


def _draw(source: bytes, ground: str) -> dict[str, bytes]:
    with Image.open(io.BytesIO(source)) as opened:
        picture = opened.convert("RGBA")
    behind = _ground(picture, ground)
    drawn = {name: _png(_resized(picture, size)) for name, size in PLAIN_SIZES.items()}
    drawn |= {name: _png(_on(behind, picture, size, SAFE)) for name, size in MASKABLE_SIZES.items()}
    return drawn | {APPLE_NAME: _png(_on(behind, picture, APPLE_SIZE, 1).convert("RGB"))}


def _ground(picture: Image.Image, ground: str) -> tuple[int, ...]:
    """What stands behind it: the colour at the middle of its upper edge, else the day's."""
    edge = picture.getpixel((picture.width // 2, 0))
    if isinstance(edge, tuple) and edge[3] == 255:
        return edge
    return ImageColor.getcolor(ground, "RGBA")  # type: ignore[return-value]


def _on(ground: tuple[int, ...], picture: Image.Image, size: int, share: float) -> Image.Image:
    side = round(size * share)
    whole = Image.new("RGBA", (size, size), ground)
    edge = (size - side) // 2
    whole.alpha_composite(_resized(picture, side), (edge, edge))
    return whole


def _resized(picture: Image.Image, size: int) -> Image.Image:
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
