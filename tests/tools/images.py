"""Draws every icon and the link preview from `static/icons/icon.svg`, and photographs the app.

    python -m tests.tools.images          all of it (this is `make images`)

Icons come from the one SVG source; screenshots are taken of the real app in Chromium.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import sync_playwright

from tests.chromium import launch_options
from tests.processes import ROOT
from tests.processes import serving

ICONS = ROOT / "static" / "icons"
SCREENSHOTS = ROOT / "static" / "screenshots"
HERO = "/affirmations/you-dont-have-to-earn-help"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One PNG: its size in pixels and the CSS that turns the source into it."""

    name: str
    size: int
    css: str = ""


SQUARE = "#ground{rx:0}"
SAFE = SQUARE + "#mark{transform-origin:256px 256px;transform:scale(.78)}"
FLAT = "#ground,#seam{display:none}#sun,#pocket{fill:COLOUR}#sun{clip-path:inset(0 0 104px 0)}"
DRAWINGS = (
    Drawing("icon-192.png", 192),
    Drawing("icon-512.png", 512),
    Drawing("maskable-192.png", 192, SAFE),
    Drawing("maskable-512.png", 512, SAFE),
    Drawing("apple-touch-icon.png", 180, SQUARE),
    Drawing("monochrome-512.png", 512, FLAT.replace("COLOUR", "#000")),
    Drawing("badge-96.png", 96, FLAT.replace("COLOUR", "#fff")),
)
SHORTCUTS = {"today": "today", "ask": "ask", "saved": "saved", "daily": "reminders", "help": ""}
LIFEBUOY = (
    '<circle cx="12" cy="12" r="8"/><circle cx="12" cy="12" r="3.2"/>'
    '<path d="m6.3 6.3 3.4 3.4M14.3 14.3l3.4 3.4M17.7 6.3l-3.4 3.4M9.7 14.3l-3.4 3.4"/>'
)


def main() -> None:
    """Draw everything anew."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        draw_icons(browser)
        draw_preview(browser)
        with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as web:
            photograph(browser, web.base_url)
        browser.close()


def draw_icons(browser: Browser) -> None:
    source = (ICONS / "icon.svg").read_text()
    for drawing in DRAWINGS:
        _draw(browser, ICONS / drawing.name, drawing.size, drawing.size, source, drawing.css)
    for name, drawn in SHORTCUTS.items():
        _draw(browser, ICONS / f"shortcut-{name}.png", 96, 96, _shortcut(drawn), "")


def draw_preview(browser: Browser) -> None:
    """The picture that a link preview shows (1200 by 630 pixels, the Open Graph habit)."""
    icon = (ICONS / "icon.svg").read_text()
    words = "<h1>You don’t have<br>to earn help.</h1><p>Pocket Affirmations</p>"
    markup = f"<main><div>{icon}</div>{words}</main>"
    css = (
        "body{background:radial-gradient(circle at 82% 70%,#ffe7b0 0,transparent 380px),"
        "linear-gradient(#fff6ec,#fbd9bd)}main{padding:84px 96px;color:#3a2312}"
        "h1{font:400 104px/1.14 'Noto Serif',Georgia,serif;letter-spacing:-.012em}"
        "h1{margin:52px 0 44px}p{font:400 32px/1 'Noto Sans',sans-serif;color:#6b4a30;margin:0}"
        "div svg{width:104px!important;height:104px!important}"
    )
    _draw(browser, ICONS / "preview.png", 1200, 630, markup, css)


def photograph(browser: Browser, address: str) -> None:
    """The manifest's screenshots and the README's picture."""
    shots = (
        ("narrow-card.png", HERO, (360, 640, 3), "light"),
        ("narrow-night.png", "/affirmations/" + _other_card(), (360, 640, 3), "dark"),
        ("narrow-daily.png", "/reminders", (360, 640, 3), "light"),
        ("wide-card.png", HERO, (960, 540, 2), "light"),
    )
    for name, path, (width, height, scale), scheme in shots:
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale,
            color_scheme=scheme, reduced_motion="reduce",
        )  # fmt: skip
        page = context.new_page()
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENSHOTS / name)
        context.close()


def _other_card() -> str:
    """A card of the small steps, which the night screenshot shows."""
    deck = (ROOT / "webapp/content/en/affirmations.toml").read_text()
    records = deck.split("[[affirmation]]")
    record = next(r for r in records if 'topic = "small-steps"' in r)
    return re.findall(r'id = "([^"]+)"', record)[0]


def _shortcut(drawn: str) -> str:
    paths = dict(
        re.findall(r'"([\w-]+)": \'(.*)\'', (ROOT / "webapp/templates/icons.html").read_text())
    )
    inner = paths.get(drawn, LIFEBUOY)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -12 48 48">'
        '<circle cx="12" cy="12" r="24" fill="#fdf0e2"/><g fill="none" stroke="#6b3a14" '
        f'stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">{inner}</g></svg>'
    )


def _draw(browser: Browser, path: Path, width: int, height: int, markup: str, css: str) -> None:
    with _blank(browser, width, height) as page:
        size = f"width:{width}px;height:{height}px"
        shown = f"body{{margin:0;overflow:hidden;{size}}}svg{{display:block;{size}}}"
        page.set_content(f"<!doctype html><style>{shown}{css}</style>{markup}")
        page.screenshot(path=path, omit_background=True)


@contextmanager
def _blank(browser: Browser, width: int, height: int) -> Iterator:
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main()
